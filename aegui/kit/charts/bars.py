"""Bar plot with named bars: wrong pixels per character, a code, a spectrum."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush

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
from aegui.kit.charts.legend import LegendEntry, paint_legend

if TYPE_CHECKING:
    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink

_SHARE = 0.72
_SWATCH = 6.0


@dataclass(frozen=True, eq=False)
class BarPlot(ItemPlot):
    """Values as bars side by side."""

    names: tuple[str, ...]
    """Labels below each group of bars."""
    x: str
    """What the names are."""
    y: Axis
    """The value axis."""
    groups: tuple[tuple[str, tuple[float, ...], int], ...]
    """Name, values (one for each of ``names``) and index in the theme's series; the bars of several
    groups are side by side."""
    levels: Levels = ()
    """Horizontal reference lines and their names."""
    dots: tuple[tuple[float, ...], ...] = ()
    """Single values for each of ``names``, of which its bar is the mean; empty for none."""
    hatched: frozenset[int] = frozenset()
    """Indices of ``names`` whose bars are only hatched, since they are not counted."""

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the column of each name."""
        columns = self._painted(ink, rect)
        return tuple(area_of(index, columns.column(index)) for index in range(len(self.names)))

    def _painted(self, ink: Ink, rect: QRectF) -> NamedColumns:
        top = paint_legend(ink, rect, self._entries(ink))
        columns = framed_columns(ink, rect.adjusted(0.0, top, 0.0, 0.0), self.names, self.x, self.y)
        zero = columns.height(max(self.y.scale.low, min(0.0, self.y.scale.high)))
        bar_width = columns.column_width * _SHARE / max(1, len(self.groups))
        for number, (_, values, colour) in enumerate(self.groups):
            for index, value in enumerate(values):
                if math.isfinite(value):
                    left = columns.column(index).left()
                    left += (1 - _SHARE) / 2 * columns.column_width + number * bar_width
                    bar = QRectF(
                        QPointF(left, zero), QPointF(left + bar_width, columns.height(value))
                    )
                    paint_bar(ink, bar.normalized(), colour, is_hatched=index in self.hatched)
        self._paint_dots(ink, columns)
        paint_levels(ink, columns, self.levels)
        edges(ink, columns.plot)
        return columns

    def _paint_dots(self, ink: Ink, columns: NamedColumns) -> None:
        """Paint single values side by side over the bar of their mean."""
        ink.painter.setPen(ink.pen(ink.theme.panel, HAIRLINE))
        ink.painter.setBrush(ink.theme.text)
        for index, values in enumerate(self.dots):
            for number, value in enumerate(values):
                if math.isfinite(value):
                    at = columns.dot(index, number, len(values), value)
                    ink.painter.drawEllipse(at, DOT, DOT)

    def _entries(self, ink: Ink) -> list[LegendEntry]:
        """Return the entries of bars, if several, and reference lines in the legend."""

        def entry(name: str, colour: int) -> LegendEntry:
            def paint_sign(box: QRectF) -> None:
                top = box.center().y() - _SWATCH / 2
                paint_bar(ink, QRectF(box.left(), top, _SWATCH, _SWATCH), colour)

            return LegendEntry(name, _SWATCH, paint_sign)

        groups = self.groups if len(self.groups) > 1 else ()
        return [entry(name, colour) for name, _, colour in groups] + level_entries(ink, self.levels)


def paint_bar(ink: Ink, rect: QRectF, colour: int, *, is_hatched: bool = False) -> None:
    """Paint one bar in a colour of the theme's series, or hatched in a neutral colour."""
    painter = ink.painter
    if not is_hatched:
        painter.fillRect(rect, ink.series_colour(colour))
        return
    painter.setPen(ink.pen(ink.theme.text_dim))
    painter.setBrush(QBrush(ink.theme.text_dim, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if ink.is_screen else rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
