"""Bars with a name each: wrong pixels per character, a code, a spectrum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.kit.charts.axes import edges
from aegui.kit.charts.ink import GAP, HAIRLINE, NAME_PT, TICK_PT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink

_SHARE = 0.72
_DOT = 2.0
_TICK = 2.5
_Y_ROOM = 20.0
_LEAST_NAME = 5.5
_SWATCH = 6.0
_RIGHT = Qt.AlignmentFlag.AlignRight
_LEFT = Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, eq=False)
class BarPlot:
    """Values side by side.

    Attributes:
        names: Below each group of bars.
        x: What they are.
        y: The axis of the values.
        groups: Name, values (one for each of ``names``) and place in the theme's series; the bars
            of several groups stand side by side.
        level: A level line and its name, or None.
        title: Above it, where there are several plots.
        dots: Single values of each of ``names``, of which its bar is the mean; empty: none.
    """

    names: tuple[str, ...]
    x: str
    y: Axis
    groups: tuple[tuple[str, tuple[float, ...], int], ...]
    level: tuple[float, str] | None = None
    title: str = ""
    dots: tuple[tuple[float, ...], ...] = ()

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axis, bars and their names."""
        top = self._paint_legend(ink, rect)
        plot = self._paint_axes(ink, rect.adjusted(0.0, top, 0.0, 0.0))
        zero = self._height(plot, max(self.y.scale.low, min(0.0, self.y.scale.high)))
        across = plot.width() / max(1, len(self.names))
        wide = across * _SHARE / max(1, len(self.groups))
        ink.painter.setPen(Qt.PenStyle.NoPen)
        for number, (_, values, colour) in enumerate(self.groups):
            ink.painter.setBrush(ink.theme.series[colour])
            for place, value in enumerate(values):
                left = plot.left() + (place + (1 - _SHARE) / 2) * across + number * wide
                bar = QRectF(QPointF(left, zero), QPointF(left + wide, self._height(plot, value)))
                ink.painter.drawRect(bar.normalized())
        self._paint_dots(ink, plot)
        if self.level is not None:
            self._paint_level(ink, plot, self.level[0])
        edges(ink, plot)

    def _paint_dots(self, ink: Ink, plot: QRectF) -> None:
        """Single values side by side over the bar of their mean: none lies on another."""
        across = plot.width() / max(1, len(self.names))
        ink.painter.setPen(ink.pen(ink.theme.panel, HAIRLINE))
        ink.painter.setBrush(ink.theme.text)
        for place, values in enumerate(self.dots):
            for number, value in enumerate(values):
                if math.isfinite(value):
                    share = 0.5 + _SHARE * _SHARE * ((number + 0.5) / len(values) - 0.5)
                    at = QPointF(plot.left() + (place + share) * across, self._height(plot, value))
                    ink.painter.drawEllipse(at, _DOT, _DOT)

    def _height(self, plot: QRectF, value: float) -> float:
        share = min(max(self.y.scale.share(value), 0.0), 1.0)
        return plot.bottom() - share * plot.height()

    def _paint_legend(self, ink: Ink, rect: QRectF) -> float:
        """What the bars are, and what the line is: above them, where nothing covers it."""
        several = len(self.groups) > 1
        if not several and self.level is None:
            return 0.0
        line = ink.line(TICK_PT) + 1.0
        x, middle = rect.left(), rect.top() + line / 2
        for name, _, colour in self.groups if several else ():
            ink.painter.fillRect(
                QRectF(x, middle - _SWATCH / 2, _SWATCH, _SWATCH), ink.theme.series[colour]
            )
            box = QRectF(x + _SWATCH + GAP, rect.top(), rect.width(), line)
            ink.write(name, box, TICK_PT, ink.theme.text, _LEFT)
            x += _SWATCH + ink.width(name, TICK_PT) + 3.5 * GAP
        if self.level is not None:
            ink.painter.setPen(ink.pen(ink.theme.text_dim, 0.8, Qt.PenStyle.DashLine))
            ink.painter.drawLine(QPointF(x, middle), QPointF(x + 2.5 * _SWATCH, middle))
            box = QRectF(x + 2.5 * _SWATCH + GAP, rect.top(), rect.width(), line)
            ink.write(self.level[1], box, TICK_PT, ink.theme.text, _LEFT)
        return line + GAP

    def _paint_axes(self, ink: Ink, rect: QRectF) -> QRectF:
        line, name = ink.line(TICK_PT), ink.line(NAME_PT)
        bottom = GAP / 2 + line + (GAP / 2 + name if self.x else 0.0)
        height = rect.height() - bottom - line / 2
        ticks = self.y.ticks(int(height / _Y_ROOM) + 1)
        left = max((ink.width(text, TICK_PT) for _, text in ticks), default=0.0)
        left += name + _TICK + 1.25 * GAP
        plot = rect.adjusted(left, line / 2, 0.0, -bottom)
        for value, text in ticks:
            at = self._height(plot, value)
            ink.painter.setPen(ink.pen(ink.theme.grid))
            ink.painter.drawLine(QPointF(plot.left(), at), QPointF(plot.right(), at))
            ink.painter.setPen(ink.pen(ink.theme.text_dim, HAIRLINE))
            ink.painter.drawLine(QPointF(plot.left() - _TICK, at), QPointF(plot.left(), at))
            box = QRectF(rect.left(), at - line / 2, left - _TICK - GAP / 2, line)
            ink.write(text, box, TICK_PT, ink.theme.text, _RIGHT)
        beside = QRectF(rect.left(), plot.top(), name, plot.height())
        ink.write_upwards(self.y.name, beside, NAME_PT, ink.theme.text)
        self._paint_names(ink, plot, line)
        if self.x:
            below = QRectF(plot.left(), rect.bottom() - name, plot.width(), name)
            ink.write(self.x, below, NAME_PT, ink.theme.text)
        return plot

    def _paint_names(self, ink: Ink, plot: QRectF, line: float) -> None:
        """The names of the bars: all of them, smaller where they must be, else every nth."""
        across = plot.width() / max(1, len(self.names))
        size, stride = fitting_size(ink, self.names, across)
        for place, name in enumerate(self.names):
            if place % stride == 0:
                left = plot.left() + place * across
                box = QRectF(left, plot.bottom() + GAP / 2, across, line)
                ink.write(ink.elided(name, size, stride * across), box, size, ink.theme.text)

    def _paint_level(self, ink: Ink, plot: QRectF, value: float) -> None:
        y = self._height(plot, value)
        ink.painter.setPen(ink.pen(ink.theme.text_dim, 0.8, Qt.PenStyle.DashLine))
        ink.painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))


def fitting_size(ink: Ink, names: Sequence[str], room: float) -> tuple[float, int]:
    """The size of letters at which ``names`` stand beside one another, and every how many do."""
    size = ink.text
    while size >= max(_LEAST_NAME, ink.least):
        widest = max((ink.width(name, size) for name in names), default=0.0)
        if widest <= room - 1.0:
            return size, 1
        size -= 0.5
    widest = max((ink.width(name, ink.text) for name in names), default=0.0)
    return ink.text, max(1, min(len(names), -(-int(widest + GAP) // max(1, int(room)))))
