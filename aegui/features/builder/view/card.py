"""The card that shows and edits one layer of a stack."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QPainter, QPen, QRegion
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layer_fields import field_of, spec_words
from aegui.core.network.shapes import shape_text
from aegui.core.recipe import MAX_UNITS, LatentSpec, LayerSpec
from aegui.core.recipe.layers import LAYERS
from aegui.core.study.axis_fields import path_of_layer
from aegui.core.study.words import EVERY
from aegui.features.builder.view.band import band_edges, band_share, band_units, paint_band
from aegui.features.builder.view.card_body import CardBody
from aegui.kit.keys import native_keys
from aegui.kit.layouts import column, dim, heading, row
from aegui.kit.marks import ElidedLabel, Grip, ProblemLabel, Sign, flat_button
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import RADIUS, current_theme, figures_font
from aegui.widgets.form.field_menu import FieldMenu, vary_words

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QFocusEvent, QMouseEvent, QResizeEvent

    from aegui.core.network.plan import PlannedLayer

_REACH_PX = 6.0
_TITLE_GAP_PX = 6
_UNKNOWN = "?"


@dataclass(frozen=True)
class CardState:
    """The state that one card shows."""

    planned: PlannedLayer
    """The layer and its position in the stack."""
    widest: int
    """Units of the widest layer, to scale the hourglass."""
    problem: str = ""
    """What is wrong with the layer, or an empty string."""
    details: tuple[str, ...] = ()
    """The input's image size and number of samples as text; the first that fits is shown."""
    with_kind: bool = False
    """Whether the title names the kind of layer."""
    remedy: str = ""
    """The offered remedy of the problem, or an empty string."""

    @property
    def has_own_units(self) -> bool:
        """Whether the units can be set, by number or by dragging the card's sides."""
        return self.planned.kind in {"dense", "code", "noise"}

    @property
    def output(self) -> str:
        """Output shape as text."""
        shape = self.planned.output_shape
        return _UNKNOWN if shape is None else shape_text(shape)

    @property
    def shape(self) -> str:
        """Input and output shapes as text, such as ``25 → 10``."""
        if self.planned.input_shape is None and self.planned.output_shape is not None:
            return self.output
        if self.planned.input_shape is None:
            return ""
        arriving = self.planned.input_shape
        if isinstance(self.planned.spec, LayerSpec | LatentSpec):
            arriving = (prod(arriving),)
        return f"{shape_text(arriving)} → {self.output}"

    @property
    def share(self) -> float:
        """Width of the layer's band relative to the widest."""
        return band_share(self.planned.units or 1, self.widest)


class LayerCard(PaintedBase):
    """A card with the settings of one layer; passive but for its signals."""

    accessible_role = QAccessible.Role.Grouping

    layer_edited = Signal(str, object)
    """A field of the layer and its new value."""
    vary_requested = Signal(str)
    """The field at that path of the recipe is to be varied in a study."""
    remove_requested = Signal()
    """Remove the layer."""
    add_requested = Signal()
    """Insert another layer of the same kind after this one."""
    add_menu_requested = Signal()
    """Insert a layer of a kind chosen from a menu after this one."""
    move_requested = Signal(int)
    """Move the layer one place up (-1) or down (+1)."""
    focus_step_requested = Signal(int)
    """Focus the card above (-1) or below (+1)."""
    focused = Signal()
    """The card itself, not one of its fields, has got the focus."""
    pointed = Signal(bool)
    """Whether the pointer has entered or left the card."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._state: CardState | None = None
        self._is_locked = False
        self._is_lifted = False
        self.is_lit = False
        """Whether the layer is highlighted from elsewhere."""
        self._pull: tuple[float, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        head = self._build_head()
        self._words = dim(ElidedLabel(self))
        self._words.setContentsMargins(self.grip.width() + _TITLE_GAP_PX, 0, 0, 0)
        self.body = CardBody(kind, self)
        self.fields = self.body.fields
        self.problem = ProblemLabel(self)
        self.setLayout(column(head, self._words, self.body, self.problem, margins=(8, 4, 8, 7)))
        self._words.setVisible(kind == "mirrored")
        self.body.setVisible(bool(self.fields))
        self.body.edited.connect(self.layer_edited)
        for name, editor in self.fields.items():
            menu = FieldMenu(editor, partial(self._paths_of, name))
            menu.vary_requested.connect(self.vary_requested)
        self.remove.clicked.connect(self.remove_requested)

    def _build_head(self) -> QHBoxLayout:
        self.grip = Grip(self)
        keys = ", ".join(map(native_keys, ("Ctrl+Up", "Ctrl+Down")))
        self.grip.setToolTip(tr("Drag to another place ({keys})", keys=keys))
        self._title = heading(ElidedLabel(self))
        self._twin = Sign("builder-link", "text_dim", self)
        self._detail = dim(QLabel(self))
        self._shape = QLabel(self)
        self._shape.setFont(figures_font(self.font()))
        self.remove = flat_button("builder-remove", tr("Remove this layer (Delete)"), self)
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # These labels let the mouse through, so that the hourglass below them can be dragged.
        for label in (self._title, self._detail, self._shape):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Keep the room of hidden buttons, so that titles and shapes of all cards are aligned.
        for button in (self.grip, self.remove):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        signs = (self._twin, self._detail, self._shape, self.remove)
        return row(self.grip, (self._title, 1), *signs, spacing=_TITLE_GAP_PX)

    def _paths_of(self, name: str) -> dict[str, str]:
        """Return the paths under which a field can be varied, with their menu texts."""
        planned = self.state().planned
        path, field = path_of_layer(planned, name), field_of(planned.kind, name)
        if not path:
            return {}
        layer = tr("{layer}, {field}", layer=planned.name, field=tr(field.label))
        found = {path: vary_words(layer)}
        if planned.home is not None:
            words = tr("Vary this in every layer: {field}", field=tr(field.label))
            found[f"{planned.home[0]}.{EVERY}.{name}"] = words
        return found

    def state(self) -> CardState:
        """Return the state shown; ``set_state`` must have been called."""
        assert self._state is not None
        return self._state

    def set_state(self, state: CardState) -> None:
        """Show ``state``; fields that already agree are left alone."""
        if state == self._state:
            return
        self._state = state
        self._show_head(state)
        spec = state.planned.spec
        if spec is not None:
            self.body.set_spec(state.planned, spec)
            self._words.setText(spec_words(spec))
        self._show_parts()
        self.problem.set_text(state.problem, state.remedy)
        self._describe(state)
        self.update()

    def can_represent(self, planned: PlannedLayer) -> bool:
        """Return whether the card can show ``planned``: same kind; same part and spec if set."""
        state = self._state
        if state is None or self.kind != planned.kind:
            return self.kind == planned.kind
        return (state.planned.part, state.planned.spec) == (planned.part, planned.spec)

    def tab_order(self) -> tuple[QWidget, ...]:
        """Return the card and its fields in tab order."""
        remedy = self.problem.remedy
        return (self, *self.body.tab_order(), *(() if remedy is None else (remedy,)))

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        self._is_locked = locked
        self._show_parts()

    def set_lifted(self, lifted: bool) -> None:
        """Set whether the card is being dragged; its old place is drawn as a dashed outline."""
        self._is_lifted = lifted
        self.update()

    def set_lit(self, lit: bool) -> None:
        """Set whether the layer is highlighted from elsewhere."""
        if lit != self.is_lit:
            self.is_lit = lit
            self.update()

    def _show_head(self, state: CardState) -> None:
        planned = state.planned
        self._title.setText(planned.heading(with_kind=state.with_kind))
        self._twin.setVisible(planned.twin is not None)
        if planned.twin is not None:
            mirrors = tr("Mirrors Encoder {n}: an edit of one changes both", n=planned.twin + 1)
            follows = tr("Follows the encoder; untick “Mirrored decoder” to edit it.")
            self._twin.setToolTip(mirrors if planned.is_editable else follows)
        self._fit_shape()

    def _fit_shape(self) -> None:
        """Show both shapes if they fit beside the title, else only the output shape."""
        if self._state is None:
            return
        shape = self._state.shape
        metrics = self._shape.fontMetrics()
        title = self._title.fontMetrics().horizontalAdvance(self._title.text())
        used = self.grip.width() + self.remove.sizeHint().width() + 4 * _TITLE_GAP_PX + 16
        if not self._twin.isHidden():
            used += self._twin.sizeHint().width() + _TITLE_GAP_PX
        available = self.width() - title - used - metrics.horizontalAdvance(shape)
        fits = available >= 0
        is_row = self._state.planned.input_shape is not None and "×" not in shape
        arrow = f"→ {self._state.output}" if shape else ""
        is_input = self._state.planned.part == "input"
        self._show_detail(available - _TITLE_GAP_PX)
        self._shape.setText(shape if fits or is_row or is_input else arrow)

    def _show_detail(self, available_px: int) -> None:
        """Show the longest description of the input that fits beside the title."""
        details = () if self._state is None else self._state.details
        metrics = self._detail.fontMetrics()
        fitting = (text for text in details if metrics.horizontalAdvance(text) <= available_px)
        self._detail.setText(next(fitting, ""))
        self._detail.setVisible(bool(self._detail.text()))

    def _show_parts(self) -> None:
        if self._state is None:
            return
        planned, free = self._state.planned, not self._is_locked
        for button in (self.grip, self.remove):
            button.setVisible(planned.home is not None and free)
        self.body.set_locked(not free)
        self.problem.set_open(free)

    def _describe(self, state: CardState) -> None:
        planned = state.planned
        words = [planned.name]
        if state.with_kind and planned.spec is not None and planned.part not in {"input", "code"}:
            words.append(tr(LAYERS[planned.spec.kind].label))
        words.append(state.shape)
        if planned.spec is not None:
            words.append(spec_words(planned.spec))
        words.extend((*state.details[:1], state.problem))
        self.setAccessibleName(", ".join(text for text in words if text))

    # ---------------------------------------------------------------- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of the card itself; keys of its fields are left to them."""
        if event.key() == Qt.Key.Key_Escape and not self.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.hasFocus() or not self._card_key(event):
            super().keyPressEvent(event)

    def _card_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key in steps and not control:
            self.focus_step_requested.emit(steps[Qt.Key(key)])
            return True
        if self._is_locked:
            return False
        if key in steps:
            self.move_requested.emit(steps[Qt.Key(key)])
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_requested.emit()
        elif key == Qt.Key.Key_Insert:
            self.add_menu_requested.emit()
        elif event.text() == "+":
            self.add_requested.emit()
        elif event.text().isascii() and event.text().isdigit() and not control:
            self._begin_typing(event.text())
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}:
            self._begin_typing("")
        else:
            return False
        return True

    def _begin_typing(self, digits: str) -> None:
        number = self.body.first_number()
        if number is None:
            return
        number.setFocus(Qt.FocusReason.OtherFocusReason)
        number.selectAll()
        if digits:
            number.lineEdit().insert(digits)
            # ``insert`` does not emit ``textEdited``; emit it so that the digits count as typed.
            number.lineEdit().textEdited.emit(digits)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Announce the focus, so that the panel scrolls to the card."""
        super().focusInEvent(event)
        self.focused.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Report that the layer is hovered."""
        super().enterEvent(event)
        self.pointed.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Report that the layer is no longer hovered."""
        super().leaveEvent(event)
        self.pointed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the shapes into the new width."""
        super().resizeEvent(event)
        self._fit_shape()

    # ------------------------------------------------- the sides of the hourglass

    def _grasped_side(self, x: float) -> float | None:
        """Return the x of the draggable band side near ``x``, or None."""
        if self._state is None or not self._state.has_own_units or self._is_locked:
            return None
        sides = band_edges(self.width(), self._state.share)
        return next((side for side in sides if abs(x - side) <= _REACH_PX), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag a side of the hourglass if one is hit."""
        x = event.position().x()
        side = self._grasped_side(x)
        if event.button() is Qt.MouseButton.LeftButton and side is not None:
            self._pull = (x - side, self.state().widest)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the number of units while a side is dragged; else update the cursor."""
        x = event.position().x()
        if self._pull is None:
            grasped = self._grasped_side(x) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if grasped else Qt.CursorShape.ArrowCursor)
            return
        offset, widest = self._pull
        _, full = band_edges(self.width(), 1.0)
        centre = self.width() / 2.0
        units = band_units(abs(x - offset - centre) / (full - centre), widest)
        units = min(units, MAX_UNITS)
        if units != self.state().planned.units:
            self.layer_edited.emit("units", units)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._pull = None

    # ---------------------------------------------------------------- painting

    def paint(self, painter: QPainter) -> None:
        """Paint the card, its part of the hourglass, and the border that shows the focus."""
        if self._state is None:
            return
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0)
        painter.setBrush(theme.panel if self._is_lifted else theme.raised)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if not self._is_lifted and self._state.planned.units is not None:
            is_code = self._state.planned.part == "code"
            texts = self._texts()
            paint_band(painter, QRectF(self.rect()), self._state.share, texts, is_code=is_code)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._border_pen())
        painter.drawRoundedRect(frame, RADIUS, RADIUS)

    def _texts(self) -> QRegion:
        """Return the region covered by text on the card."""
        region = QRegion()
        for label in self.findChildren(QLabel):
            if label.text() and label.isVisible():
                read = label.style().itemTextRect(
                    label.fontMetrics(), label.rect(), label.alignment().value, True, label.text()
                )
                read.moveTo(label.mapTo(self, read.topLeft()))
                region = region.united(read.adjusted(-3, 0, 3, 0))
        return region

    def _border_pen(self) -> QPen:
        theme = current_theme()
        if self._is_lifted:
            return QPen(theme.text_dim, 1.0, Qt.PenStyle.DashLine)
        if self.hasFocus() or self.is_lit:
            return QPen(theme.accent, 2.0)
        if self.state().problem:
            return QPen(theme.bad, 1.0)
        return QPen(theme.border, 1.0)
