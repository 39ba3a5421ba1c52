"""Interactive histogram over one axis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPolygonF

from aegui.core.light_dataclass import dataclass
from aegui.core.text_tables import csv_text
from aegui.kit.charts.axes import PlotArea, framed, plot_rect
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.ink import GAP, TICK_PT, Ink
from aegui.kit.charts.legend import LegendEntry, legend_height, line_entry, paint_legend
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import Painted, fill_and_focus, paint_focus
from aegui.kit.theme import SPACING, blend

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPen

    from aegui.kit.charts.axes import Axis

    Values = NDArray[np.float64]

_MIN_GAPPED_BIN = 3.0
_HANDLE_PX = 6.0
_SWATCH = 6.0
_PALE = 0.35
_LOW_LINES = 7


@dataclass(frozen=True, eq=False)
class BinHeights:
    """The bars of one set of values."""

    name: str
    """Label in the legend; empty for no entry."""
    heights: Values
    """float64 ``[bins]``, in units of the vertical axis."""
    colour: int = 0
    """Index in the theme's series."""
    is_outline: bool = False
    """Whether it is drawn as an unfilled step line, to be visible over another."""
    is_pale: bool = False
    """Whether it is filled faintly, because another is drawn over it."""


@dataclass(frozen=True)
class ValueMark:
    """A value marked by a vertical line."""

    value: float
    """Position on the horizontal axis."""
    name: str = ""
    """Label beside the line; empty for none."""
    is_handle: bool = False
    """Whether it can be dragged: drawn solid with a knob, otherwise dashed."""


@dataclass(frozen=True, eq=False)
class HistogramPlot:
    """Adjacent bars."""

    edges: Values
    """Bin edges on the horizontal axis, float64 ``[bins + 1]`` ascending."""
    x: Axis
    """The horizontal axis."""
    y: Axis
    """The vertical axis."""
    sets: tuple[BinHeights, ...]
    """The sets of bars, the last one on top."""
    curve: tuple[Values, Values, str] | None = None
    """A dashed curve and its name, ``(x [n], y [n], name)``; or None."""
    marks: tuple[ValueMark, ...] = ()
    """Marked values."""

    @property
    def csv(self) -> str:
        """Return a row for each bin: its edges, and the heights of all sets."""
        names = [one.name or "height" for one in self.sets]
        rows = zip(
            self.edges[:-1], self.edges[1:], *(one.heights for one in self.sets), strict=True
        )
        return csv_text(["from", "to", *names], [[f"{value:.9g}" for value in row] for row in rows])

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axes, bars, curve and marks."""
        paint_legend(ink, rect, self._entries(ink))
        frame = framed(ink, self.below_legend(ink, rect), self.x, self.y)
        for one in self.sets:
            if one.is_outline:
                self._paint_outline(ink, frame, one)
            else:
                self._paint_bars(ink, frame, one)
        if self.curve is not None:
            x, y, _ = self.curve
            ink.painter.setPen(_curve_pen(ink))
            points = [frame.at(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
            ink.painter.drawPolyline(QPolygonF(points))
        for mark in self.marks:
            self._paint_mark(ink, frame, mark)

    def below_legend(self, ink: Ink, rect: QRectF) -> QRectF:
        """Return the part of ``rect`` below the legend, for axes and labels."""
        top = legend_height(ink, rect, self._entries(ink))
        return rect.adjusted(0.0, top + bool(self.marks) * (ink.line(TICK_PT) + 1.0), 0.0, 0.0)

    def _entries(self, ink: Ink) -> list[LegendEntry]:
        side = ink.length(_SWATCH)

        def entry(one: BinHeights) -> LegendEntry:
            def paint_sign(box: QRectF) -> None:
                swatch = QRectF(box.left(), box.center().y() - side / 2, side, side)
                if one.is_outline:
                    ink.painter.setBrush(Qt.BrushStyle.NoBrush)
                    ink.painter.setPen(ink.pen(self._colour(ink, one), 1.2))
                    ink.painter.drawRect(swatch)
                else:
                    ink.painter.fillRect(swatch, self._colour(ink, one))

            return LegendEntry(one.name, side, paint_sign)

        entries = [entry(one) for one in self.sets if one.name]
        if self.curve is not None:
            entries.append(line_entry(ink, self.curve[2], side, _curve_pen(ink)))
        return entries

    def _colour(self, ink: Ink, one: BinHeights) -> QColor:
        colour = ink.series_colour(one.colour)
        return blend(ink.theme.panel, colour, _PALE) if one.is_pale else colour

    def _paint_bars(self, ink: Ink, frame: PlotArea, one: BinHeights) -> None:
        colour = self._colour(ink, one)
        base = frame.plot.bottom()
        for left, right, height in zip(
            self.edges[:-1].tolist(), self.edges[1:].tolist(), one.heights.tolist(), strict=True
        ):
            a, b = frame.at(left, height), frame.at(right, 0.0)
            gap = 1.0 if b.x() - a.x() > _MIN_GAPPED_BIN else 0.0
            bar = QRectF(a.x(), a.y(), b.x() - a.x() - gap, base - a.y())
            ink.painter.fillRect(bar, colour)

    def _paint_outline(self, ink: Ink, frame: PlotArea, one: BinHeights) -> None:
        points = [frame.plot.bottomLeft()]
        for index, height in enumerate(one.heights.tolist()):
            points += [frame.at(float(edge), height) for edge in self.edges[index : index + 2]]
        points.append(frame.plot.bottomRight())
        ink.painter.setPen(ink.pen(self._colour(ink, one), 1.2))
        ink.painter.drawPolyline(QPolygonF(points))

    def _paint_mark(self, ink: Ink, frame: PlotArea, mark: ValueMark) -> None:
        """Paint a line at the value of ``mark``, clamped to the axis."""
        theme, painter, plot = ink.theme, ink.painter, frame.plot
        share = min(1.0, max(0.0, self.x.scale.share(mark.value)))
        x = plot.left() + share * plot.width()
        colour = theme.accent if mark.is_handle else theme.text
        style = Qt.PenStyle.SolidLine if mark.is_handle else Qt.PenStyle.DashLine
        painter.setPen(ink.pen(colour, 1.5 if mark.is_handle else 1.1, style))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        if mark.is_handle:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            radius = _HANDLE_PX if ink.is_screen else _HANDLE_PX / 2
            painter.drawEllipse(QPointF(x, plot.top()), radius, radius)
        if mark.name:
            line, width = ink.line(TICK_PT), ink.width(mark.name, TICK_PT) + GAP
            left = min(max(plot.left(), x - width / 2), plot.right() - width)
            # Above the bars, and over the knob of a nearby handle.
            box = QRectF(left, plot.top() - line, width, line)
            painter.fillRect(box, theme.panel)
            ink.write(mark.name, box, TICK_PT, theme.text)


def _curve_pen(ink: Ink) -> QPen:
    return ink.pen(ink.theme.text, 1.2, Qt.PenStyle.DashLine)


class HistogramView(Painted):
    """Shows a ``HistogramPlot``; bins are selected with mouse or keys.

    Override ``words``. ``name`` is the proposed file name of exports.
    """

    accessible_role = QAccessible.Role.Chart
    usual_size = QSize(280, 140)
    least_size = QSize(140, 80)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self._plot: HistogramPlot | None = None
        self._name = name
        self._bin: int | None = None
        self.figures = FigureMenu(self, self.figure)
        self.setMouseTracking(True)
        fill_and_focus(self, title)

    def words(self, number: int) -> str:
        """Return a sentence on a bin; override it."""
        del number
        return ""

    def part_count(self) -> int:
        """Return the number of bins."""
        return 0 if self._plot is None else len(self._plot.edges) - 1

    def part_words(self, index: int) -> str:
        """Return the sentence on a bin."""
        return self.words(index)

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a bin over the full height."""
        assert self._plot is not None
        plot = self.plot_rect()
        low, high = (self.x_of(float(edge)) for edge in self._plot.edges[index : index + 2])
        return QRectF(low, plot.top(), high - low, plot.height()).toRect()

    def current_part(self) -> int | None:
        """Return the hovered or selected bin."""
        return self._bin

    def set_plot(self, plot: HistogramPlot | None) -> None:
        """Show ``plot``; None for nothing."""
        self._plot = plot
        if plot is None or (self._bin is not None and self._bin > len(plot.edges) - 2):
            self._bin = None
        self.update()

    def figure(self) -> Figure | None:
        """Return the plot as a figure for export; None if there is none."""
        plot = self._plot
        if plot is None:
            return None
        return Figure(self._name, self.accessibleName(), (plot,), csv=plot.csv)

    # Geometry

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(SPACING / 2, 2.0, -SPACING / 2, -2.0)

    def _fitting(self) -> HistogramPlot | None:
        """Return the plot; in a low widget without axis names, to leave room for the bars."""
        plot = self._plot
        if plot is None or self.height() > _LOW_LINES * self.fontMetrics().height():
            return plot
        return replace(plot, x=replace(plot.x, name=""), y=replace(plot.y, name=""))

    def plot_rect(self) -> QRectF:
        """Return the plot area."""
        plot, ink = self._fitting(), Ink.of(self)
        if plot is None:
            return QRectF()
        return plot_rect(ink, plot.below_legend(ink, self._area()), plot.x, plot.y)

    def x_of(self, value: float) -> float:
        """Return the x position of a value, clamped to the axis."""
        assert self._plot is not None
        plot, share = self.plot_rect(), self._plot.x.scale.share(value)
        return plot.left() + plot.width() * min(1.0, max(0.0, share))

    def value_at(self, x: float) -> float:
        """Return the value at pixel ``x``, clamped to the axis."""
        assert self._plot is not None
        plot = self.plot_rect()
        share = (x - plot.left()) / max(1.0, plot.width())
        return self._plot.x.scale.value(min(1.0, max(0.0, share)))

    def bin_at(self, x: float) -> int | None:
        """Return the bin at pixel ``x``; None outside the plot."""
        plot = self.plot_rect()
        if self._plot is None or not plot.left() <= x < plot.right():
            return None
        found = int(np.searchsorted(self._plot.edges, self.value_at(x), "right")) - 1
        return min(max(found, 0), len(self._plot.edges) - 2)

    def tip_at(self, position: QPoint) -> str:
        """Return the sentence on the bin under the pointer."""
        number = self.bin_at(position.x())
        return self.toolTip() if number is None else self.words(number) or self.toolTip()

    # Events

    def paint(self, painter: QPainter) -> None:
        """Paint axes, bars and marks, and highlight the current bin."""
        plot = self._fitting()
        if plot is None:
            return
        ink = Ink.of(self, painter)
        if self._bin is not None:
            area = self.plot_rect()
            low, high = (self.x_of(float(edge)) for edge in plot.edges[self._bin : self._bin + 2])
            ground = blend(ink.theme.text, ink.theme.panel, 0.1)
            painter.fillRect(QRectF(low, area.top(), high - low, area.height()), ground)
        plot.paint(ink, self._area())
        paint_focus(painter, self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover the bin under the pointer."""
        self._point_at(self.bin_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hover."""
        self._point_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between bins with Left, Right, Home and End, and announce each."""
        last = -1 if self._plot is None else len(self._plot.edges) - 2
        current = self._bin
        steps: dict[int, int] = {
            Qt.Key.Key_Left: last if current is None else max(0, current - 1),
            Qt.Key.Key_Right: 0 if current is None else min(last, current + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if last >= 0 and event.key() in steps:
            self._point_at(steps[event.key()])
            self.speak(self.words(steps[event.key()]))
        else:
            super().keyPressEvent(event)

    def _point_at(self, number: int | None) -> None:
        if number != self._bin:
            self._bin = number
            self.update()
