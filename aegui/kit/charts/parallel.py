"""Parallel coordinates: a vertical axis for each attribute, a line for each item."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import GAP, HAIRLINE, LEFT, NAME_PT, RIGHT, TICK_PT
from aegui.kit.charts.items import ItemPlot, ItemShape, line_of
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink

_Y_SPACING = 20.0
_TICK = 2.5
_PALE = 0.28


@dataclass(frozen=True)
class ParallelAxis:
    """One vertical axis, categorical or numeric."""

    name: str
    """The attribute."""
    choices: tuple[str, ...] = ()
    """Names of the categories from the bottom; empty for a numeric axis."""
    axis: Axis | None = None
    """Scale of a numeric axis."""

    def share(self, value: float) -> float:
        """Return the relative height of ``value``; a single category is in the middle."""
        if self.axis is not None:
            return min(max(self.axis.scale.share(value), 0.0), 1.0)
        return value / (len(self.choices) - 1) if len(self.choices) > 1 else 0.5

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """Return the ticks: values and labels."""
        if self.axis is not None:
            return self.axis.ticks(int(height / _Y_SPACING) + 1)
        stride = max(1, math.ceil(len(self.choices) * _Y_SPACING / 2 / max(height, 1.0)))
        return [(float(at), name) for at, name in enumerate(self.choices) if at % stride == 0]


@dataclass(frozen=True, eq=False)
class ParallelPlot(ItemPlot):
    """Lines across vertical axes, coloured by the last axis."""

    axes: tuple[ParallelAxis, ...]
    """From left to right, two or more."""
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    """Value of each line on each axis, float64 ``[lines, axes]``; NaN for a gap."""
    better: str = "low"
    """End of the last axis drawn in full colour: ``low`` or ``high``."""

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the lines."""
        plot = self._plot(ink, rect)
        found = []
        # The best lines on top, as they matter most.
        for item in np.argsort([self._fullness(row) for row in self.values]).tolist():
            points = self._points(plot, item)
            if len(points) < 2:
                continue
            shape = line_of(item, points)
            ink.painter.setBrush(Qt.BrushStyle.NoBrush)
            ink.painter.setPen(ink.pen(self._colour(ink, item), 1.0))
            ink.painter.drawPath(shape.path)
            found.append(shape)
        for index in range(len(self.axes)):
            self._paint_axis(ink, plot, index, rect)
        return tuple(found)

    def _plot(self, ink: Ink, rect: QRectF) -> QRectF:
        height = rect.height() - ink.line(NAME_PT) - ink.line(TICK_PT) - GAP
        ends = [self.axes[0], self.axes[-1]]
        widest = [
            max((ink.width(text, TICK_PT) for _, text in axis.ticks(height)), default=0.0)
            for axis in ends
        ]
        left, right = (min(one + _TICK + GAP, 0.3 * rect.width()) for one in widest)
        top = ink.line(NAME_PT) + ink.line(TICK_PT) / 2 + GAP
        return rect.adjusted(left, top, -right, -ink.line(TICK_PT) / 2)

    def _x(self, plot: QRectF, index: int) -> float:
        return plot.left() + plot.width() * index / max(1, len(self.axes) - 1)

    def _points(self, plot: QRectF, item: int) -> list[QPointF]:
        row = self.values[item]
        return [
            QPointF(self._x(plot, index), plot.bottom() - axis.share(value) * plot.height())
            for index, (axis, value) in enumerate(zip(self.axes, row.tolist(), strict=True))
            if math.isfinite(value)
        ]

    def _fullness(self, row: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        value = float(row[-1])
        if not math.isfinite(value):
            return -1.0
        share = self.axes[-1].share(value)
        return 1.0 - share if self.better == "low" else share

    def _colour(self, ink: Ink, item: int) -> QColor:
        fullness = max(0.0, self._fullness(self.values[item]))
        return blend(ink.theme.series[0], ink.ground, _PALE + (1.0 - _PALE) * fullness)

    def _paint_axis(self, ink: Ink, plot: QRectF, index: int, rect: QRectF) -> None:
        axis, x = self.axes[index], self._x(plot, index)
        is_last = index == len(self.axes) - 1
        line_height = ink.line(TICK_PT)
        ink.painter.setPen(ink.pen(ink.theme.text_dim, 2 * HAIRLINE))
        ink.rule(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        between = plot.width() / max(1, len(self.axes) - 1) / 2 - 2 * GAP
        for value, text in axis.ticks(plot.height()):
            y = plot.bottom() - axis.share(value) * plot.height()
            ink.painter.setPen(ink.pen(ink.theme.text_dim))
            ink.rule(QPointF(x - _TICK, y), QPointF(x + _TICK, y))
            if is_last:
                free = rect.right() - x - _TICK - GAP / 2
                box = QRectF(x + _TICK + GAP / 2, y - line_height / 2, free, line_height)
            else:
                free = x - rect.left() - _TICK - GAP / 2 if index == 0 else between
                box = QRectF(x - _TICK - GAP / 2 - free, y - line_height / 2, free, line_height)
            shown = ink.elided(text, TICK_PT, free)
            if 0 < index < len(self.axes) - 1:
                # Lines pass behind the label.
                text_width = ink.width(shown, TICK_PT)
                ground = QColor(ink.ground)
                ground.setAlpha(200)
                ink.painter.fillRect(
                    QRectF(box.right() - text_width, box.top(), text_width, line_height), ground
                )
            ink.write(shown, box, TICK_PT, ink.theme.text, LEFT if is_last else RIGHT)
        name = ink.line(NAME_PT)
        half = plot.width() / max(1, len(self.axes) - 1) / 2
        left, right = max(rect.left(), x - half), min(rect.right(), x + half)
        text_width = right - left - GAP
        box = QRectF(left + GAP / 2, rect.top(), text_width, name)
        ink.write(ink.elided(axis.name, NAME_PT, text_width), box, NAME_PT, ink.theme.text)
