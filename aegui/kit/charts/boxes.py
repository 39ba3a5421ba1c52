"""Box plot: median, quartiles, whiskers and outliers of several values under each name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.axes import edges
from aegui.kit.charts.columns import (
    DOT,
    Levels,
    NamedColumns,
    framed_columns,
    level_entries,
    paint_levels,
)
from aegui.kit.charts.ink import HAIRLINE
from aegui.kit.charts.items import ItemPlot, ItemShape, area_of
from aegui.kit.charts.legend import paint_legend
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink

_SHARE = 0.5
_FILL = 0.35
_REACH = 1.5
"""Whiskers reach to the last value within so many times the height of the box (Tukey 1977)."""
_MIN_SIDE = 0.8


@dataclass(frozen=True)
class BoxFigures:
    """The statistics of a box."""

    median: float
    """The median."""
    low: float
    """The lower quartile."""
    high: float
    """The upper quartile."""
    whiskers: tuple[float, float]
    """The lowest and the highest value that are not outliers."""
    outliers: tuple[float, ...]
    """Values beyond 1.5 times the interquartile range."""


def box_figures(values: tuple[float, ...]) -> BoxFigures | None:
    """Return the box of the finite ``values``; None without any."""
    known = np.array([value for value in values if math.isfinite(value)], np.float64)
    if not len(known):
        return None
    low, median, high = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
    reach = _REACH * (high - low)
    inside = known[(known >= low - reach) & (known <= high + reach)]
    outside = known[(known < low - reach) | (known > high + reach)]
    whiskers = float(inside.min()), float(inside.max())
    return BoxFigures(median, low, high, whiskers, tuple(outside.tolist()))


@dataclass(frozen=True, eq=False)
class BoxPlot(ItemPlot):
    """Boxes of several values under each of ``names``."""

    names: tuple[str, ...]
    """Labels below each box."""
    x: str
    """What the names are."""
    y: Axis
    """The value axis."""
    values: tuple[tuple[float, ...], ...]
    """The values of each of ``names``."""
    levels: Levels = ()
    """Horizontal reference lines and their names."""

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the column of each name."""
        columns = self._painted(ink, rect)
        return tuple(area_of(index, columns.column(index)) for index in range(len(self.names)))

    def _painted(self, ink: Ink, rect: QRectF) -> NamedColumns:
        top = paint_legend(ink, rect, level_entries(ink, self.levels))
        columns = framed_columns(ink, rect.adjusted(0.0, top, 0.0, 0.0), self.names, self.x, self.y)
        paint_levels(ink, columns, self.levels)
        for index, values in enumerate(self.values):
            found = box_figures(values)
            if found is not None:
                _paint_box(ink, columns, index, found)
        edges(ink, columns.plot)
        return columns


def _paint_box(ink: Ink, columns: NamedColumns, index: int, found: BoxFigures) -> None:
    painter, theme = ink.painter, ink.theme
    column = columns.column(index)
    middle, half = column.center().x(), _SHARE / 2 * columns.column_width
    colour = theme.series[0]
    painter.setPen(ink.pen(colour, 2 * HAIRLINE))
    for quartile, end in zip((found.low, found.high), found.whiskers, strict=True):
        start, stop = columns.height(quartile), columns.height(end)
        painter.drawLine(QPointF(middle, start), QPointF(middle, stop))
        painter.drawLine(QPointF(middle - half / 2, stop), QPointF(middle + half / 2, stop))
    top, bottom = columns.height(found.high), columns.height(found.low)
    # Equal values give a box without height, which must still be visible.
    bottom = max(bottom, top + _MIN_SIDE)
    painter.setBrush(blend(colour, ink.ground, _FILL))
    painter.drawRect(QRectF(middle - half, top, 2 * half, bottom - top))
    painter.setPen(ink.pen(theme.text, 3 * HAIRLINE))
    at = columns.height(found.median)
    painter.drawLine(QPointF(middle - half, at), QPointF(middle + half, at))
    painter.setPen(ink.pen(colour, 2 * HAIRLINE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for value in found.outliers:
        painter.drawEllipse(QPointF(middle, columns.height(value)), DOT, DOT)
