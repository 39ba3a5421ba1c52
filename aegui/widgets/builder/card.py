"""One layer of the network: a card that shows it and edits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from aegui.core.i18n import tr, trn
from aegui.core.network.catalog import ACTIVATIONS
from aegui.core.recipe import MAX_UNITS
from aegui.widgets.builder.band import band_edges, band_share, band_units, paint_band
from aegui.widgets.builder.curve import ActivationCurve
from aegui.widgets.builder.fields import ChoiceField, CountField, NumberField, short_number
from aegui.widgets.builder.marks import (
    ElidedLabel,
    Grip,
    ProblemLabel,
    Sign,
    flat_button,
    wrapped_label,
)
from aegui.widgets.theme import RADIUS, current_theme, figures_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QMouseEvent, QPaintEvent

    from aegui.core.recipe import LayerSpec
    from aegui.widgets.builder.edits import Place

_REACH_PX = 6.0
_UNITS_PX = 72
_NUMBER_PX = 64
_SLOPES = (1e-12, 1e9)
_DROPOUTS = (0.0, 0.999_999)


@dataclass(frozen=True)
class CardState:
    """What one card shows.

    Attributes:
        place: Which layer of the chain it is.
        spec: Its settings; for the input only ``units`` counts.
        inputs: Units of the layer before it.
        widest: Units of the widest layer, to scale the hourglass.
        problem: What is wrong with it, or an empty string.
        detail: The input's image size and number of samples, in words.
    """

    place: Place
    spec: LayerSpec
    inputs: int
    widest: int
    problem: str = ""
    detail: str = ""

    @property
    def has_own_units(self) -> bool:
        """Whether the person chooses the units (the data do at both ends)."""
        return self.place.part not in {"input", "output"}

    @property
    def shape(self) -> str:
        """Inputs and outputs, such as ``25 → 10``."""
        if self.place.part == "input":
            return str(self.spec.units)
        return f"{self.inputs} → {self.spec.units}"

    @property
    def share(self) -> float:
        """Width of the layer's band as a share of the widest's."""
        return band_share(self.spec.units, self.widest)


class LayerCard(QWidget):
    """A layer's units, activation, slope and dropout; passive but for its signals.

    Signals:
        layer_edited(str, object): A field of the layer's ``LayerSpec`` and its new value.
        remove_requested(): Take the layer away.
        add_requested(): One more layer after this one.
        move_requested(int): One place up (-1) or down (+1).
        focus_step_requested(int): To the card above (-1) or below (+1).
        focused(): The card, not one of its fields, has got the focus.
        dragged(QPoint), dropped(QPoint): The grip's drag, in global coordinates.
    """

    layer_edited = Signal(str, object)
    remove_requested = Signal()
    add_requested = Signal()
    move_requested = Signal(int)
    focus_step_requested = Signal(int)
    focused = Signal()
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: CardState | None = None
        self._is_locked = False
        self._is_lifted = False
        self._pull: tuple[float, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 7)
        layout.setSpacing(4)
        layout.addLayout(self._build_head())
        self._main = self._build_main()
        self._details = self._build_details()
        self.problem = ProblemLabel(self)
        for widget in (self._main, self._details, self.problem):
            layout.addWidget(widget)
        self._connect()

    def _build_head(self) -> QHBoxLayout:
        self.grip = Grip(self)
        self.grip.setToolTip(tr("Drag to another place (Ctrl+Up, Ctrl+Down)"))
        self._title = ElidedLabel(self)
        self._title.setProperty("heading", True)
        self._twin = Sign("builder-link", "text_dim", self)
        self._detail = QLabel(self)
        self._detail.setProperty("dim", True)
        self._shape = QLabel(self)
        self._shape.setFont(figures_font(self.font()))
        self.remove = flat_button("builder-remove", tr("Remove this layer (Delete)"), self)
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The sides of the hourglass are grasped on the card, also where these words stand.
        for label in (self._title, self._detail, self._shape):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # The titles and shapes of all cards stand in line, with or without their buttons.
        for button in (self.grip, self.remove):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.grip)
        row.addWidget(self._title, 1)
        for widget in (self._twin, self._detail, self._shape, self.remove):
            row.addWidget(widget)
        return row

    def _build_main(self) -> QWidget:
        self.units = CountField(1, MAX_UNITS)
        self.units.setFixedWidth(_UNITS_PX)
        self.units.setToolTip(
            tr(
                "Units of this layer, 1 to {highest:,}: how many numbers it gives",
                highest=MAX_UNITS,
            )
        )
        self._fixed_units = QLabel()
        self._fixed_units.setProperty("dim", True)
        self._fixed_units.setFixedWidth(_UNITS_PX)
        self._fixed_units.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._fixed_units.setToolTip(tr("As many outputs as the images have pixels"))
        self.activation = ChoiceField(ACTIVATIONS.values())
        self.activation.setAccessibleName(tr("Activation"))
        self._curve = ActivationCurve()
        self.more = flat_button("builder-more", tr("Slope and dropout"))
        self.more.setCheckable(True)
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.units)
        row.addWidget(self._fixed_units)
        row.addWidget(self.activation, 1)
        row.addWidget(self._curve)
        row.addWidget(self.more)
        return holder

    def _build_details(self) -> QWidget:
        self.slope = NumberField(*_SLOPES)
        self.slope.setToolTip(
            tr("How steep the activation is: it is applied to slope times the sum (above 0)")
        )
        self.dropout = NumberField(*_DROPOUTS, 0.05)
        self.dropout.setToolTip(
            tr("Share of the units silenced at random in each training step (0 to below 1)")
        )
        self._slope_label = wrapped_label(tr("Slope"))
        self._dropout_label = wrapped_label(tr("Dropout"))
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for label, field in (
            (self._slope_label, self.slope),
            (self._dropout_label, self.dropout),
        ):
            label.setProperty("dim", True)
            label.setBuddy(field)
            field.setAccessibleName(label.text())
            field.setFixedWidth(_NUMBER_PX)
            row.addWidget(label, 1)
            row.addWidget(field)
        holder.hide()
        return holder

    def _connect(self) -> None:
        self.units.edited.connect(lambda value: self.layer_edited.emit("units", value))
        self.activation.edited.connect(lambda key: self.layer_edited.emit("activation", key))
        self.slope.edited.connect(lambda value: self.layer_edited.emit("slope", value))
        self.dropout.edited.connect(lambda value: self.layer_edited.emit("dropout", value))
        self.more.toggled.connect(self._details.setVisible)
        self.remove.clicked.connect(self.remove_requested)
        self.grip.dragged.connect(self.dragged)
        self.grip.dropped.connect(self.dropped)

    def state(self) -> CardState:
        """What the card shows; set before the card is first seen."""
        assert self._state is not None
        return self._state

    def set_state(self, state: CardState) -> None:
        """Show ``state``; fields that already agree are not touched."""
        if state == self._state:
            return
        first = self._state is None
        self._state = state
        self._show_head(state)
        if state.place.part != "input":
            self._show_layer(state, first)
        self._show_parts()
        self.problem.set_text(state.problem)
        self._describe(state)
        self.update()

    def may_show(self, part: str, spec: LayerSpec) -> bool:
        """Whether the card stands for such a layer already, or for none yet."""
        state = self._state
        return state is None or (state.place.part, state.spec) == (part, spec)

    def tab_order(self) -> tuple[QWidget, ...]:
        """The card and its fields in the order of the Tab key."""
        return (self, self.units, self.activation, self.more, self.slope, self.dropout)

    def set_locked(self, locked: bool) -> None:
        """Whether nothing may be edited now."""
        self._is_locked = locked
        self._show_parts()

    def set_lifted(self, lifted: bool) -> None:
        """Whether the card is being dragged: its old place is drawn hollow."""
        self._is_lifted = lifted
        self.update()

    def _show_head(self, state: CardState) -> None:
        self._title.setText(state.place.title)
        self._detail.setText(state.detail)
        self._detail.setVisible(bool(state.detail))
        self._shape.setText(state.shape)
        twin = state.place.twin
        self._twin.setVisible(twin is not None)
        if twin is not None:
            self._twin.setToolTip(
                tr("Mirrors Encoder {n}: an edit of one changes both", n=twin + 1)
            )

    def _show_layer(self, state: CardState, first: bool) -> None:
        spec = state.spec
        self.units.set_value(spec.units)
        self._fixed_units.setText(trn("{n:,} unit", "{n:,} units", spec.units))
        self.activation.set_value(spec.activation)
        self.activation.setToolTip(tr(ACTIVATIONS[spec.activation].help))
        self._curve.set_function(spec.activation, spec.slope)
        self.slope.set_value(spec.slope)
        self.dropout.set_value(spec.dropout)
        self.more.setToolTip(self._details_text(spec))
        # What is not as usual must not hide behind a button.
        if first and (spec.slope != 1.0 or spec.dropout > 0.0):
            self.more.setChecked(True)

    def _details_text(self, spec: LayerSpec) -> str:
        return tr(
            "Slope {slope}, dropout {dropout}",
            slope=short_number(spec.slope),
            dropout=short_number(spec.dropout),
        )

    def _show_parts(self) -> None:
        if self._state is None:
            return
        part, free = self._state.place.part, not self._is_locked
        self._main.setVisible(part != "input")
        self._details.setVisible(part != "input" and self.more.isChecked())
        self.units.setVisible(self._state.has_own_units)
        self._fixed_units.setVisible(part == "output")
        for widget in (self._dropout_label, self.dropout):
            widget.setVisible(part != "output")
        for button in (self.grip, self.remove):
            button.setVisible(self._state.place.is_hidden and free)
        for field in (self.units, self.activation, self.slope, self.dropout):
            field.setEnabled(free)

    def _describe(self, state: CardState) -> None:
        name = state.place.title
        words = [name, state.shape]
        if state.place.part != "input":
            words.append(tr(ACTIVATIONS[state.spec.activation].label))
        words.extend(text for text in (state.detail, state.problem) if text)
        self.setAccessibleName(", ".join(words))
        self.units.setAccessibleName(tr("{layer}: units", layer=name))
        self.activation.setAccessibleName(tr("{layer}: activation", layer=name))

    # ---------------------------------------------------------------- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the card itself; those of its fields stay with the fields."""
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
        elif key == Qt.Key.Key_Insert or event.text() == "+":
            self.add_requested.emit()
        elif event.text().isascii() and event.text().isdigit() and not control:
            self._begin_typing(event.text())
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}:
            self._begin_typing("")
        else:
            return False
        return True

    def _begin_typing(self, digits: str) -> None:
        if not self.state().has_own_units:
            return
        self.units.setFocus(Qt.FocusReason.OtherFocusReason)
        self.units.selectAll()
        if digits:
            self.units.lineEdit().insert(digits)
            # Typed through the line edit, the digits count like any other typing.
            self.units.lineEdit().textEdited.emit(digits)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The border shows the focus; the panel scrolls to it."""
        super().focusInEvent(event)
        self.update()
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The border is drawn without the focus."""
        super().focusOutEvent(event)
        self.update()

    # ------------------------------------------------- the sides of the hourglass

    def _grasped_side(self, x: float) -> float | None:
        """The side of the band near ``x``, if it may be pulled."""
        if self._state is None or not self._state.has_own_units or self._is_locked:
            return None
        sides = band_edges(self.width(), self._state.share)
        return next((side for side in sides if abs(x - side) <= _REACH_PX), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grasp a side of the hourglass, or just take the focus."""
        x = event.position().x()
        side = self._grasped_side(x)
        if event.button() is Qt.MouseButton.LeftButton and side is not None:
            self._pull = (x - side, self.state().widest)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pull the grasped side: the layer gets more or fewer units."""
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
        if units != self.state().spec.units:
            self.layer_edited.emit("units", units)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the side go."""
        self._pull = None

    # ---------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card, the part of the hourglass on it, and a border that shows the focus."""
        if self._state is None:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0)
        painter.setBrush(theme.panel if self._is_lifted else theme.raised)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if not self._is_lifted:
            is_code = self._state.place.part == "code"
            paint_band(painter, QRectF(self.rect()), self._state.share, is_code=is_code)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._border_pen())
        painter.drawRoundedRect(frame, RADIUS, RADIUS)

    def _border_pen(self) -> QPen:
        theme = current_theme()
        if self._is_lifted:
            return QPen(theme.text_dim, 1.0, Qt.PenStyle.DashLine)
        if self.hasFocus():
            return QPen(theme.accent, 2.0)
        if self.state().problem:
            return QPen(theme.bad, 1.0)
        return QPen(theme.border, 1.0)
