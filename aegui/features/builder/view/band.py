"""The hourglass: band widths by number of units, and their painting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPen, QPolygonF, QRegion

from aegui.kit.theme import blend, current_theme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPainter

MARGIN_PX = 10
"""Margin between the widest band and each side of the chain, in pixels."""
MIN_SHARE = 0.06
"""Lower bound of a band's width share, so that even a single unit is visible and draggable."""

_GROUND = 0.10
_GROUND_CODE = 0.24
_EDGE = 0.45


def band_share(units: int, widest: int) -> float:
    """Return the width of a layer of ``units`` relative to the widest: a root, areas show size."""
    return min(1.0, max(MIN_SHARE, math.sqrt(units / max(1, widest))))


def band_units(share: float, widest: int) -> int:
    """Return the units of a layer drawn ``share`` (>= 0) as wide as one of ``widest`` units."""
    return max(1, round(widest * share * share))


def band_edges(width_px: float, share: float) -> tuple[float, float]:
    """Return left and right x of a band of ``share`` in a chain of ``width_px``."""
    half = share * (width_px - 2.0 * MARGIN_PX) / 2.0
    return width_px / 2.0 - half, width_px / 2.0 + half


def band_colour(*, is_code: bool) -> QColor:
    """Return the fill colour of a band on a card: faint enough for text, stronger at the code."""
    theme = current_theme()
    return blend(theme.accent, theme.raised, _GROUND_CODE if is_code else _GROUND)


def edge_colour() -> QColor:
    """Return the colour of the sides of the hourglass."""
    theme = current_theme()
    return blend(theme.accent, theme.panel, _EDGE)


def paint_band(
    painter: QPainter, area: QRectF, share: float, texts: QRegion, *, is_code: bool
) -> None:
    """Paint the straight part of the hourglass on a card, its sides clipped around ``texts``."""
    left, right = band_edges(area.width(), share)
    painter.fillRect(
        QRectF(area.left() + left, area.top(), right - left, area.height()),
        band_colour(is_code=is_code),
    )
    sides = (
        QLineF(area.left() + x, area.top(), area.left() + x, area.bottom()) for x in (left, right)
    )
    _paint_sides(painter, area, sides, texts)


def _paint_sides(painter: QPainter, area: QRectF, sides: Iterable[QLineF], texts: QRegion) -> None:
    painter.save()
    painter.setClipRegion(QRegion(area.toAlignedRect()).subtracted(texts))
    painter.setPen(QPen(edge_colour(), 1.5))
    for side in sides:
        painter.drawLine(side)
    painter.restore()


def paint_funnel(
    painter: QPainter, area: QRectF, above: float, below: float, texts: QRegion
) -> None:
    """Paint the slanted part between two cards, from the share ``above`` to the share ``below``."""
    theme = current_theme()
    top_left, top_right = band_edges(area.width(), above)
    low_left, low_right = band_edges(area.width(), below)
    corners = [
        QPointF(top_left, area.top()),
        QPointF(top_right, area.top()),
        QPointF(low_right, area.bottom()),
        QPointF(low_left, area.bottom()),
    ]
    painter.setPen(QPen(theme.panel, 0.0))
    painter.setBrush(blend(theme.accent, theme.panel, _GROUND))
    painter.drawPolygon(QPolygonF(corners))
    sides = (QLineF(corners[0], corners[3]), QLineF(corners[1], corners[2]))
    _paint_sides(painter, area, sides, texts)
