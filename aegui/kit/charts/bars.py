"""Bar plot with named bars: wrong pixels per character, a code, a spectrum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush

from aegui.kit.charts.axes import edges
from aegui.kit.charts.columns import (
    DOT,
    Levels,
    NamedColumns,
    framed_columns,
    paint_level_names,
    paint_levels,
)
from aegui.kit.charts.ink import GAP, HAIRLINE, LEFT, TICK_PT
from aegui.kit.charts.items import ItemShape, area_of

if TYPE_CHECKING:
    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink

_SHARE = 0.72
_SWATCH = 6.0


@dataclass(frozen=True, eq=False)
class BarPlot:
    """Values as bars side by side.

    Attributes:
        names: Labels below each group of bars.
        x: What the names are.
        y: The value axis.
        groups: Name, values (one for each of ``names``) and index in the theme's series; the bars
            of several groups are side by side.
        levels: Horizontal reference lines and their names.
        title: Title above the plot, used if there are several.
        dots: Single values for each of ``names``, of which its bar is the mean; empty for none.
        hatched: Indices of ``names`` whose bars are only hatched, since they are not counted.
    """

    names: tuple[str, ...]
    x: str
    y: Axis
    groups: tuple[tuple[str, tuple[float, ...], int], ...]
    levels: Levels = ()
    title: str = ""
    dots: tuple[tuple[float, ...], ...] = ()
    hatched: frozenset[int] = frozenset()

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axis, bars and their names."""
        self._painted(ink, rect)

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the column of each name."""
        columns = self._painted(ink, rect)
        return tuple(area_of(place, columns.column(place)) for place in range(len(self.names)))

    def _painted(self, ink: Ink, rect: QRectF) -> NamedColumns:
        top = self._paint_legend(ink, rect)
        columns = framed_columns(ink, rect.adjusted(0.0, top, 0.0, 0.0), self.names, self.x, self.y)
        zero = columns.height(max(self.y.scale.low, min(0.0, self.y.scale.high)))
        wide = columns.wide * _SHARE / max(1, len(self.groups))
        for number, (_, values, colour) in enumerate(self.groups):
            for place, value in enumerate(values):
                if math.isfinite(value):
                    left = columns.column(place).left()
                    left += (1 - _SHARE) / 2 * columns.wide + number * wide
                    bar = QRectF(QPointF(left, zero), QPointF(left + wide, columns.height(value)))
                    paint_bar(ink, bar.normalized(), colour, is_hatched=place in self.hatched)
        self._paint_dots(ink, columns)
        paint_levels(ink, columns, self.levels)
        edges(ink, columns.plot)
        return columns

    def _paint_dots(self, ink: Ink, columns: NamedColumns) -> None:
        """Paint single values side by side over the bar of their mean."""
        ink.painter.setPen(ink.pen(ink.theme.panel, HAIRLINE))
        ink.painter.setBrush(ink.theme.text)
        for place, values in enumerate(self.dots):
            for number, value in enumerate(values):
                if math.isfinite(value):
                    at = columns.dot(place, number, len(values), value)
                    ink.painter.drawEllipse(at, DOT, DOT)

    def _paint_legend(self, ink: Ink, rect: QRectF) -> float:
        """Paint the legend of bars and reference lines above the plot; return its height."""
        several = len(self.groups) > 1
        if not several and not self.levels:
            return 0.0
        line = ink.line(TICK_PT) + 1.0
        x, middle = rect.left(), rect.top() + line / 2
        for name, _, colour in self.groups if several else ():
            ink.painter.fillRect(
                QRectF(x, middle - _SWATCH / 2, _SWATCH, _SWATCH), ink.theme.series[colour]
            )
            box = QRectF(x + _SWATCH + GAP, rect.top(), rect.width(), line)
            ink.write(name, box, TICK_PT, ink.theme.text, LEFT)
            x += _SWATCH + ink.width(name, TICK_PT) + 3.5 * GAP
        paint_level_names(ink, QPointF(x, middle), self.levels)
        return line + GAP


def paint_bar(ink: Ink, rect: QRectF, colour: int, *, is_hatched: bool = False) -> None:
    """Paint one bar in a colour of the theme's series, or hatched in a neutral colour."""
    painter = ink.painter
    if not is_hatched:
        painter.fillRect(rect, ink.theme.series[colour])
        return
    painter.setPen(ink.pen(ink.theme.text_dim))
    painter.setBrush(QBrush(ink.theme.text_dim, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if ink.is_screen else rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
