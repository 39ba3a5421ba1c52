"""The concept page: boxes of samples, the direction between them, and the strip of its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from aegui.core.i18n import localized, tr
from aegui.features.making.model.concept_service import BOXES
from aegui.features.making.view.picture_strip import PictureStrip
from aegui.features.making.view.sample_box import SampleBox
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import flat_button, icon_button
from aegui.kit.speech import announce, describe
from aegui.kit.theme import SPACING, blend, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_glyph
from aegui.widgets.page import PictureBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QKeyEvent

    from aegui.core.latent.concepts import Concept
    from aegui.features.making.model.concept_service import Applied, ConceptResult


_LINE_PX = 18
_TRACK_PX = 20
_KNOB_PX = 7.0
_MAX_PX = 88
_MIN_PX = 24
_FINE_STEPS = 50
_SMALL = 0.88
_MAX_FIGURES = 9
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -8,
    Qt.Key.Key_PageUp: 8,
}


class AmountStrip(PictureStrip):
    """Images along a concept and the current amount. Passive."""

    amount_edited = Signal(float)
    """The requested amount, in steps of the concept."""

    def __init__(self) -> None:
        super().__init__(tr("Amount of the concept"), _KEYS)
        self._result: ConceptResult | None = None
        self.amount = 1.0
        """Position of the slider."""

    def sizeHint(self) -> QSize:
        """Return a size for clearly visible images."""
        return QSize(420, 64 + _TRACK_PX + for_text(_LINE_PX))

    def minimumSizeHint(self) -> QSize:
        """Return a size for small images."""
        return QSize(160, _MIN_PX + _TRACK_PX + for_text(_LINE_PX))

    def set_result(self, result: ConceptResult | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show the effect of a concept; None clears the strip."""
        self._result = result
        self._set_images(None if result is None else result.images, image_style)
        self._describe()
        self.update()

    def set_amount(self, amount: float) -> None:
        """Set the slider to ``amount``."""
        self.amount = amount
        self._describe()
        self.update()

    def _describe(self) -> None:
        describe(self, tr("{amount:+.2f} steps", amount=self.amount))

    # Geometry

    def _side(self) -> int:
        """Return the side of an image in pixels."""
        available = self.height() - _TRACK_PX - for_text(_LINE_PX)
        each = self.width() // max(1, len(self._pictures)) - 2
        return max(_MIN_PX, min(_MAX_PX, available, each))

    def x_of(self, amount: float) -> float:
        """Return the x coordinate of ``amount`` in pixels."""
        assert self._result is not None
        amounts, half = self._result.amounts, self._side() / 2
        share = (amount - float(amounts[0])) / max(1e-9, float(amounts[-1] - amounts[0]))
        return half + share * (self.width() - 2 * half)

    def amount_at(self, x: float) -> float:
        """Return the amount at ``x``, clipped to the range; snaps to whole steps nearby."""
        assert self._result is not None
        low, high = float(self._result.amounts[0]), float(self._result.amounts[-1])
        half = self._side() / 2
        share = float(np.clip((x - half) / max(1.0, self.width() - 2 * half), 0.0, 1.0))
        amount = low + share * (high - low)
        near = float(round(amount))
        is_near = abs(self.x_of(near) - x) < _KNOB_PX / 2 and low <= near <= high
        return near if is_near else amount

    def _boxes(self) -> list[QRect]:
        assert self._result is not None
        side, amounts = self._side(), self._result.amounts.tolist()
        return [QRect(round(self.x_of(amount) - side / 2), 0, side, side) for amount in amounts]

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, to copy it alone."""
        boxes = [] if self._result is None else self._boxes()
        return next((box for box in boxes if box.contains(position)), None)

    # Painting

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        result = self._result
        if result is None:
            return
        self._suit_theme()
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        side = self._side()
        for box, image in zip(self._boxes(), self._pictures, strict=True):
            draw_glyph(painter, box, image)
        self._paint_track(painter, side)

    def _paint_track(self, painter: QPainter, top: int) -> None:
        assert self._result is not None
        theme, amounts = current_theme(), self._result.amounts
        middle = top + _TRACK_PX / 2
        left, right = self.x_of(float(amounts[0])), self.x_of(float(amounts[-1]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.border, 3))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        zero = self.x_of(min(max(0.0, float(amounts[0])), float(amounts[-1])))
        knob = self.x_of(min(max(self.amount, float(amounts[0])), float(amounts[-1])))
        painter.setPen(QPen(theme.accent, 3))
        painter.drawLine(QPointF(zero, middle), QPointF(knob, middle))
        self._paint_figures(painter, top + _TRACK_PX)
        painter.setPen(QPen(theme.accent, 2.5 if self.hasFocus() else 1.5))
        painter.setBrush(theme.raised)
        painter.drawEllipse(QPointF(knob, middle), _KNOB_PX, _KNOB_PX)

    def _paint_figures(self, painter: QPainter, top: int) -> None:
        """Paint ticks and labels at whole steps: 0 is no change, 1 is the formula C + A - B."""
        assert self._result is not None
        theme, amounts = current_theme(), self._result.amounts
        low, high = float(amounts[0]), float(amounts[-1])
        first, last = int(np.ceil(low)), int(np.floor(high))
        # With a small step the range may hold millions of whole steps.
        stride = max(1, -(-(last - first + 1) // _MAX_FIGURES))
        for step in range(-(-first // stride) * stride, last + 1, stride):
            x = self.x_of(step)
            painter.setPen(QPen(blend(theme.text_dim, theme.panel, 0.6), 1))
            painter.drawLine(QPointF(x, top - 5), QPointF(x, top - 1))
            painter.setPen(theme.text_dim)
            text = f"{step:+d}".replace("-", "\N{MINUS SIGN}") if step else "0"
            box = QRectF(x - 24, top, 48, for_text(_LINE_PX))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # User input

    def _point(self, x: float) -> None:
        self.amount_edited.emit(self.amount_at(x))

    def _move(self, steps: int | None, *, to_end: bool = False) -> None:
        assert self._result is not None
        low, high = float(self._result.amounts[0]), float(self._result.amounts[-1])
        amount = high if to_end else low
        if steps is not None:
            amount = self.amount + (high - low) / _FINE_STEPS * steps
        self.amount_edited.emit(min(max(amount, low), high))


_MAX_NAME = 60


class _NameLine(QLineEdit):
    """Line edit for a name; Escape emits ``left``."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ConceptPage(QWidget):
    """Shows a ``ConceptResult``. Passive."""

    added = Signal(str, object)
    """Add these samples to that box (a key of ``BOXES``)."""
    chosen = Signal(str, object)
    """Replace the samples of that box by these."""
    selection_requested = Signal(str)
    """Add the samples selected on the map to that box."""
    cursor_requested = Signal(str)
    """Add the sample nearest to the cursor to that box."""
    keep_requested = Signal(str)
    """Keep the concept under that name."""
    stored_chosen = Signal(int)
    """Use the kept concept of that index; -1 uses the boxes."""
    stored_removed = Signal(int)
    """Remove the kept concept of that index."""

    def __init__(self) -> None:
        super().__init__()
        self._result: ConceptResult | None = None
        self._image_style = GLYPHS
        self.boxes = {key: SampleBox(box) for key, box in BOXES.items()}
        self.strip = AmountStrip()
        self.result = PictureBox(tr("Image that was reached"), QSize(130, 130))
        self.stored = QComboBox()
        self.name = _NameLine()
        self.keep = QPushButton(tr("Keep…"))
        self.remove = flat_button("builder-remove", tr("Forget this concept"))
        self.show_place = icon_button("crosshair", tr("Find on the map"))
        self.pin = icon_button("edit-add", tr("Pin"))
        self.draw = icon_button("draw", tr("Edit"))
        self._status = dim()
        self._status.setWordWrap(True)
        self.stored.setAccessibleName(tr("Concept"))
        self.name.setAccessibleName(tr("Name of the concept"))
        self.name.setPlaceholderText(tr("Name of the concept"))
        self.name.setMaxLength(_MAX_NAME)
        self.keep.setToolTip(tr("Keep the concept in the document, to use it again"))
        self.show_place.setToolTip(tr("Move the cursor of the map there"))
        self.pin.setToolTip(tr("Pin the place on the map"))
        self.draw.setToolTip(tr("Open the image in the pixel editor"))
        self._build()
        self._connect()
        self.set_stored((), -1)
        self.set_result(None, GLYPHS)

    def _build(self) -> None:
        boxes = row(*((box, 1) for box in self.boxes.values()), spacing=SPACING)
        which = row(QLabel(tr("Concept")), (self.stored, 1), (self.name, 1), self.keep, self.remove)
        self.name.hide()
        pictures = row((self.strip, 1), self.result, spacing=2 * SPACING)
        actions = row(self.show_place, self.pin, self.draw, 1, spacing=SPACING)
        parts = ((boxes, 1), which, self._status, (pictures, 2), actions)
        self.setLayout(column(*parts, spacing=SPACING, margins=(SPACING,) * 4))

    def _connect(self) -> None:
        for key, box in self.boxes.items():
            box.added.connect(lambda indices, key=key: self.added.emit(key, indices))
            box.chosen.connect(lambda indices, key=key: self.chosen.emit(key, indices))
            box.selection_requested.connect(lambda key=key: self.selection_requested.emit(key))
            box.cursor_requested.connect(lambda key=key: self.cursor_requested.emit(key))
        self.stored.activated.connect(self._on_stored_activated)
        self.remove.clicked.connect(lambda: self.stored_removed.emit(self._stored_index()))
        self.keep.clicked.connect(self._on_keep_clicked)
        self.name.returnPressed.connect(self._on_name_return_pressed)
        self.name.textEdited.connect(self._show_words)
        self.name.left.connect(lambda: self._ask_name(False))

    # Display

    def set_samples(
        self,
        images: ArrayLike,
        names: Sequence[str],
        classes: Sequence[str],
        members: Sequence[tuple[int, ...]],
        result: ImageStyle,
    ) -> None:
        """Set the data set of the samples."""
        for box in self.boxes.values():
            box.set_samples(images, names, classes, members, result)

    def set_stored(self, stored: Sequence[Concept], current: int) -> None:
        """Offer the kept concepts; ``current`` is in use, -1 for the boxes."""
        with QSignalBlocker(self.stored):
            self.stored.clear()
            self.stored.addItem(tr("From the boxes A and B"))
            for concept in stored:
                self.stored.addItem(concept.name)
            self.stored.setCurrentIndex(current + 1)
        for key in ("plus", "minus"):
            self.boxes[key].setEnabled(current < 0)
        self._show_enabled()

    def set_result(self, result: ConceptResult | None, image_style: ImageStyle) -> None:
        """Show the effect of the concept; None if there is none."""
        self._result, self._image_style = result, image_style
        self.strip.set_result(result, image_style)
        self.strip.setVisible(result is not None)
        self.result.setVisible(result is not None)
        self._show_words()
        self._show_enabled()

    def _show_words(self) -> None:
        if self._result is None:
            self.set_status(tr("Put samples that share a property into A, others into B."))
        else:
            self.set_status(self._words(self._result))

    def _words(self, result: ConceptResult) -> str:
        if result.concept.separation <= 0.0:
            return ""
        return tr(
            "The boxes lie {value:.1f} standard deviations apart.", value=result.concept.separation
        )

    def set_applied(self, applied: Applied, image_style: ImageStyle) -> None:
        """Show the image at the current amount."""
        self.strip.set_amount(applied.amount)
        amount = localized(applied.amount, "+.2f").replace("-", "\N{MINUS SIGN}")
        self.result.set_image(applied.image, image_style, tr("{amount} steps", amount=amount))

    def set_status(self, text: str) -> None:
        """Show ``text`` in the status line."""
        self._status.setText(text)
        self._status.setToolTip(text)

    def _show_enabled(self) -> None:
        has_result = self._result is not None
        for button in (self.show_place, self.pin, self.draw):
            button.setEnabled(has_result)
        is_new = self._stored_index() < 0
        self.keep.setEnabled(has_result and is_new)
        self.remove.setVisible(not is_new)
        self.keep.setVisible(is_new)

    # User input

    def _stored_index(self) -> int:
        return self.stored.currentIndex() - 1

    def _on_stored_activated(self, index: int) -> None:
        self.stored_chosen.emit(index - 1)

    def _ask_name(self, asked: bool) -> None:
        """Show or hide the name field in place of the concept's drop-down list."""
        self.name.setVisible(asked)
        self.stored.setVisible(not asked)
        self._show_words()
        if asked:
            self.name.clear()
            self.name.setFocus()

    def _on_keep_clicked(self) -> None:
        if self.name.isHidden():
            self._ask_name(True)
        else:
            self._on_name_return_pressed()

    def _on_name_return_pressed(self) -> None:
        name = self.name.text().strip()
        if name:
            self._ask_name(False)
            self.keep_requested.emit(name)
            return
        self.set_status(tr("Type a name to keep the concept, or press Esc."))
        announce(self.name, self._status.text())
        self.name.setFocus()
