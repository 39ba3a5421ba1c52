"""Marks of wrong pixels, distinguished by shape: a ring is missing, a cross is extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPen

from aegui.core.i18n import tr
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, contrast, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

_MIN_CONTRAST = 3.0
_MIDDLE_LIGHTNESS = 128
_PUSH_PERCENT = 165


def paint_missing(painter: QPainter, rect: QRect) -> None:
    """Paint a ring in ``rect``: a lit pixel of the target that is off in the answer."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.warn, theme.pixel_off, ring=True)


def paint_extra(painter: QPainter, rect: QRect) -> None:
    """Paint a cross in ``rect``: a lit pixel of the answer that is off in the target."""
    theme = current_theme()
    _paint_mark(painter, rect, theme.bad, theme.pixel_on, ring=False)


def _paint_mark(
    painter: QPainter, rect: QRect, colour: QColor, ground: QColor, *, ring: bool
) -> None:
    """Paint the mark, adjusted for contrast with ``ground``, over an outline of ``ground``."""
    if contrast(colour, ground) < _MIN_CONTRAST:
        is_light = ground.lightness() > _MIDDLE_LIGHTNESS
        colour = colour.darker(_PUSH_PERCENT) if is_light else colour.lighter(_PUSH_PERCENT)
    width = max(1.5, rect.width() / 8)
    inset = rect.width() * 0.27
    box = QRectF(rect).adjusted(inset, inset, -inset, -inset)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, thickness in ((ground, 2 * width), (colour, width)):
        painter.setPen(QPen(shade, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if ring:
            painter.drawEllipse(box)
        else:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
    painter.restore()


class MarksLegend(PaintedBase):
    """Legend of the ring and the cross."""

    accessible_role = QAccessible.Role.Graphic

    def sizeHint(self) -> QSize:  # noqa: D102
        side = self.fontMetrics().height()
        texts = sum(self.fontMetrics().horizontalAdvance(text) for text, _ in self._rows())
        return QSize(2 * (side + 6) + 2 * SPACING + texts, side + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def _rows(self) -> tuple[tuple[str, bool], tuple[str, bool]]:
        return (tr("missing"), True), (tr("extra"), False)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        side = self.fontMetrics().height()
        x = 0
        for text, is_missing in self._rows():
            swatch = QRect(x, 1, side, side)
            painter.fillRect(swatch, theme.pixel_off if is_missing else theme.pixel_on)
            (paint_missing if is_missing else paint_extra)(painter, swatch)
            painter.setPen(theme.text_dim)
            advance = self.fontMetrics().horizontalAdvance(text)
            painter.drawText(
                QRect(x + side + 4, 1, advance + 2, side), Qt.AlignmentFlag.AlignVCenter, text
            )
            x += side + 4 + advance + 2 * SPACING
