"""Images along a concept with a slider for its amount below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from aegui.core.i18n import tr
from aegui.features.making.view.picture_strip import PictureStrip
from aegui.kit.speech import describe
from aegui.kit.theme import blend, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_glyph

if TYPE_CHECKING:
    from aegui.features.making.model.concept_service import ConceptResult

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
