"""Interactive ``LinePlot`` as a pyqtgraph scene.

Unchanged items are not repainted: curves of many values, the axes, a crosshair over them. Importing
pyqtgraph takes a third of a second: import this module only when a chart is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from pyqtgraph.exceptionHandling import handler  # type: ignore[import-untyped]
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView

from aegui.kit.charts.axes import finite_pieces, on_scale
from aegui.kit.charts.columns import level_style
from aegui.kit.charts.ink import TICK_PT, Ink, wrapped
from aegui.kit.charts.lines import BAND_ALPHA, RUN_ALPHA, screen_pen

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from aegui.kit.charts.axes import Scale
    from aegui.kit.charts.lines import LinePlot, Series

# pyqtgraph installs a global exception handler on import; the program has its own.
handler.remove()

_LONE_PX = 3
_DOT_PX = 7
_MARKER_PX = 2
_OVER = 1.0
"""Margin around the plot in pixels, which keeps lines along its edges from being clipped."""
_TEXT_OFFSET = 3
_TEXT_OVER = 40
"""Pixels by which labels may exceed their axis."""
_UNDER_ALPHA = 190
"""Opacity of the background of a reference line's name, through which runs stay visible."""
_PROBES = 16
"""Number of places at which curves are looked for under a name."""
_LABEL_PX = 4
"""Margin that pyqtgraph leaves on each side of a label."""
Ticks = list[tuple[float, str]]
"""Values along an axis, and their labels."""


class Graph:
    """Shows a ``LinePlot`` without its legend and axis names; handles no mouse and no keys.

    Ranges are set here, never by pyqtgraph's auto-range, and curves are replaced only by new
    ones: zooming and panning cost only the painting.
    """

    def __init__(self, ink: Ink, parent: QWidget) -> None:
        """Create an empty graph with fonts and colours of ``ink``, which only measures."""
        self.widget = pg.GraphicsView(parent, useOpenGL=False, background=None)
        self.widget.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.widget.viewport().setAutoFillBackground(False)
        self.widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._box.disableAutoRange()
        # Cached in device coordinates, so that moving the crosshair is cheap.
        self._cache = QGraphicsItem.CacheMode.DeviceCoordinateCache
        self._axes = {side: pg.AxisItem(side) for side in ("left", "bottom")}
        for axis in self._axes.values():
            axis.setZValue(self._box.zValue() - 1.0)
            axis.setPen(None)
            axis.setCacheMode(self._cache)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(hideOverlappingLabels=_TEXT_OVER, tickTextOffset=_TEXT_OFFSET)
            self.widget.addItem(axis)
        self.widget.addItem(self._box)
        self._curves: list[_CurveItems] = []
        self._marker = self._line()
        self._crosshair = self._line()
        self._references: list[tuple[pg.InfiniteLine, pg.TextItem]] = []
        self._dots = pg.ScatterPlotItem(size=_DOT_PX, antialias=True)
        self._dots.setZValue(2.0)
        self._dots.hide()
        self._box.addItem(self._dots, ignoreBounds=True)
        self._plot: LinePlot | None = None
        self._areas: tuple[QRectF, QRectF] | None = None
        self._marked: dict[str, tuple[tuple[float, float], Ticks]] = {}
        self.dress(ink)

    def _line(self) -> pg.InfiniteLine:
        line = pg.InfiniteLine(angle=90)
        line.setZValue(1.0)
        line.hide()
        self._box.addItem(line, ignoreBounds=True)
        return line

    def dress(self, ink: Ink) -> None:
        """Apply the colours and fonts of ``ink``."""
        self._ink, theme, font = ink, ink.theme, ink.font(TICK_PT)
        self._marker.setPen(theme.accent, width=_MARKER_PX)
        self._crosshair.setPen(theme.text_dim, style=Qt.PenStyle.DotLine)
        for number in range(len(self._references)):
            self._dress_reference(number)
        self._dots.setPen(theme.panel)
        for axis in self._axes.values():
            axis.setTickPen(theme.grid)
            axis.setTextPen(theme.text_dim)
            axis.setStyle(tickFont=font)
        if self._plot is not None:
            self._dress_curves(self._plot)

    def _dress_curves(self, plot: LinePlot) -> None:
        for items, one in zip(self._curves, plot.series, strict=True):
            items.dress(self._ink, one)

    def set_plot(
        self, plot: LinePlot, frame: QRectF, inside: QRectF, x_ticks: Ticks, y_ticks: Ticks
    ) -> None:
        """Show ``plot``.

        Args:
            plot: Its series are rebuilt only if they are different objects.
            frame: Rectangle of axes and curves in the parent.
            inside: Rectangle of the curves in the frame.
            x_ticks: Ticks of the horizontal axis: values and labels.
            y_ticks: Ticks of the vertical axis: values and labels.
        """
        known, self._plot = self._plot, plot
        if (
            known is None
            or len(known.series) != len(plot.series)
            or any(old is not new for old, new in zip(known.series, plot.series, strict=True))
            or (known.x.scale.is_log, known.y.scale.is_log)
            != (plot.x.scale.is_log, plot.y.scale.is_log)
        ):
            self._set_curves(plot)
        self._set_references(plot, inside)
        self._arrange(plot, frame, inside, x_ticks, y_ticks)
        # Otherwise pyqtgraph defers work to the paint event and repaints a second time.
        self.widget.scene().prepareForPaint()

    def _set_curves(self, plot: LinePlot) -> None:
        if len(self._curves) != len(plot.series):
            for items in self._curves:
                items.remove(self._box)
            self._curves = [_CurveItems(self._box, self._cache) for _ in plot.series]
        self._dress_curves(plot)
        x = on_scale(plot.at, is_log=plot.x.scale.is_log)
        for items, one in zip(self._curves, plot.series, strict=True):
            items.set_curve(x, one, is_log=plot.y.scale.is_log)

    def _dress_reference(self, number: int) -> None:
        (reference, label), theme = self._references[number], self._ink.theme
        reference.setPen(theme.text_dim, style=level_style(number))
        label.setColor(theme.text_dim)
        label.setFont(self._ink.font(TICK_PT))
        label.fill = pg.mkBrush(_faded(theme.panel, _UNDER_ALPHA))

    def _set_references(self, plot: LinePlot, inside: QRectF) -> None:
        while len(self._references) < len(plot.levels):
            self._references.append((pg.InfiniteLine(angle=0), pg.TextItem()))
            for item in self._references[-1]:
                self._box.addItem(item, ignoreBounds=True)
            # Above the curves.
            self._references[-1][1].setZValue(1.0)
            self._dress_reference(len(self._references) - 1)
        for number, items in enumerate(self._references):
            for item in items:
                item.setVisible(number < len(plot.levels))
        metrics = self._ink.metrics(TICK_PT)
        for (reference, label), (value, name) in zip(self._references, plot.levels, strict=False):
            at = float(on_scale([value], is_log=plot.y.scale.is_log)[0])
            reference.setValue(at)
            lines = wrapped(metrics, name, inside.width() - 2 * _LABEL_PX)
            label.setText("\n".join(lines))
            width = max(map(metrics.horizontalAdvance, lines)) + 2 * _LABEL_PX
            height = self._ink.line(TICK_PT) * len(lines) + 2 * _LABEL_PX
            x, anchor = name_place(plot, at, width / inside.width(), height / inside.height())
            label.setPos(x, at)
            label.setAnchor(anchor)

    def _arrange(
        self, plot: LinePlot, frame: QRectF, inside: QRectF, x_ticks: Ticks, y_ticks: Ticks
    ) -> None:
        if self._areas != (frame, inside):
            self._areas = (frame, inside)
            self._arrange_areas(frame, inside)
        self._set_axis("left", plot.y.scale, y_ticks)
        self._set_axis("bottom", plot.x.scale, x_ticks)
        ranges = []
        for scale, length in ((plot.x.scale, inside.width()), (plot.y.scale, inside.height())):
            low, high = scale.ends()
            over = _OVER * (high - low) / max(length, 1.0)
            ranges.append((low - over, high + over))
        self._box.setRange(xRange=ranges[0], yRange=ranges[1], padding=0.0, disableAutoRange=False)

    def _arrange_areas(self, frame: QRectF, inside: QRectF) -> None:
        self.widget.setGeometry(frame.toRect())
        # A widget never shown defers this, but exports render one that is not visible.
        self.widget.resizeEvent(None)
        self._box.setGeometry(inside.adjusted(-_OVER, -_OVER, _OVER, _OVER))
        left, bottom = self._axes["left"], self._axes["bottom"]
        # Drop Qt's cache of a smaller axis, which would remain visible in the larger one.
        for axis in (left, bottom):
            axis.setCacheMode(QGraphicsItem.CacheMode.NoCache)
            axis.setCacheMode(self._cache)
        below = frame.height() - inside.bottom()
        left.setWidth(inside.left())
        left.setGeometry(QRectF(0, inside.top(), inside.left(), inside.height()))
        bottom.setHeight(below)
        bottom.setGeometry(QRectF(inside.left(), inside.bottom(), inside.width(), below))
        # Ticks across the plot serve as the grid: pyqtgraph's own hides labels at the edges.
        left.setStyle(tickLength=-round(inside.width()))
        bottom.setStyle(tickLength=-round(inside.height()))

    def _set_axis(self, side: str, scale: Scale, ticks: Ticks) -> None:
        axis, ends = self._axes[side], scale.ends()
        if (ends, ticks) == self._marked.get(side):
            return
        self._marked[side] = ends, ticks
        at = np.clip(on_scale([tick for tick, _ in ticks], is_log=scale.is_log), *ends)
        axis.setRange(*ends)
        axis.setTicks([list(zip(at.tolist(), [text for _, text in ticks], strict=True))])

    def set_marker(self, x: float | None) -> None:
        """Mark the value ``x`` with a vertical line; None removes the mark."""
        self._place(self._marker, x)

    def set_at(self, at: int | None) -> None:
        """Move the crosshair to index ``at``, with a dot on each curve; None hides it."""
        plot = self._plot
        if plot is None or at is None or at >= len(plot.at):
            self._place(self._crosshair, None)
            self._dots.hide()
            return
        self._place(self._crosshair, float(plot.at[at]))
        y = on_scale([one.read[at] for one in plot.series], is_log=plot.y.scale.is_log)
        finite = np.flatnonzero(np.isfinite(y))
        colours = [one.ink(self._ink) for one in plot.series]
        x = on_scale([plot.at[at]] * len(finite), is_log=plot.x.scale.is_log)
        self._dots.setData(x, y[finite], brush=[colours[index] for index in finite])
        self._dots.show()

    def _place(self, line: pg.InfiniteLine, x: float | None) -> None:
        if x is not None and self._plot is not None:
            line.setValue(float(on_scale([x], is_log=self._plot.x.scale.is_log)[0]))
        line.setVisible(x is not None)


def name_place(
    plot: LinePlot, at: float, width: float, height: float
) -> tuple[float, tuple[int, int]]:
    """Return where the name of a reference line hides least of the curves.

    Args:
        plot: The curves.
        at: Position of the line on the vertical axis.
        width: Width of the name, as a share of the axis.
        height: Its height, likewise.

    Returns:
        The end of the line that it is at, and its anchor; above the line at the right if possible.
    """
    (left, right), (low, high) = plot.x.scale.ends(), plot.y.scale.ends()
    width, height = width * (right - left), height * (high - low)
    widths = {1: (right - width, right), 0: (left, left + width)}
    heights = {1: (at, at + height), 0: (at - height, at)}
    fitting = [up for up, (bottom, top) in heights.items() if low <= bottom and top <= high]
    places = [(across, up) for across in widths for up in fitting or [0]]
    x = on_scale(plot.at, is_log=plot.x.scale.is_log)
    curves = [on_scale(one.read, is_log=plot.y.scale.is_log) for one in plot.series if len(x)]

    def hidden(place: tuple[int, int]) -> int:
        probes = np.linspace(*widths[place[0]], _PROBES)
        bottom, top = heights[place[1]]
        y = [np.interp(probes, x, curve, left=np.nan, right=np.nan) for curve in curves]
        return sum(int(((bottom <= each) & (each <= top)).sum()) for each in y)

    across, up = min(places, key=hidden)
    return (right if across else left), (across, up)


class _CurveItems:
    """Graphics items of one curve: band of all runs, single runs, mean, isolated values."""

    def __init__(self, box: pg.ViewBox, cache: QGraphicsItem.CacheMode) -> None:
        self._band = pg.PlotCurveItem(pen=None, fillLevel="enclosed")
        self._runs = pg.PlotCurveItem()
        self._mean = pg.PlotCurveItem()
        self._emphasised = pg.PlotCurveItem()
        self._lone = pg.ScatterPlotItem(size=_LONE_PX, pen=None)
        self._items = (self._band, self._runs, self._mean, self._emphasised, self._lone)
        for item in self._items:
            item.setCacheMode(cache)
            box.addItem(item, ignoreBounds=True)

    def remove(self, box: pg.ViewBox) -> None:
        """Remove the curve from the chart."""
        for item in self._items:
            box.removeItem(item)

    def set_curve(self, x: NDArray[np.float64], one: Series, *, is_log: bool) -> None:
        """Show ``one`` over the x positions ``x`` ``[n]``."""
        mean = on_scale(one.y, is_log=is_log)
        pieces = finite_pieces(mean)
        _set_line(self._mean, x, mean)
        lone = [piece.start for piece in pieces if piece.stop - piece.start == 1]
        self._lone.setVisible(bool(lone))
        if lone:
            self._lone.setData(x[lone], mean[lone])
        # No band where no run has a value yet, such as accuracy during pre-training.
        has_band = bool(pieces) and one.low is not None and one.high is not None
        for item in (self._band, self._runs, self._emphasised):
            item.setVisible(has_band)
        if has_band and one.low is not None and one.high is not None:
            low, high = (on_scale(edge, is_log=is_log) for edge in (one.low, one.high))
            _set_line(self._band, *_around(x, low, high, pieces))
            _set_line(self._runs, *_end_to_end(x, on_scale(one.runs, is_log=is_log)))
            _set_line(self._emphasised, x, on_scale(one.read, is_log=is_log))

    def dress(self, ink: Ink, one: Series) -> None:
        """Apply the colours of ``one`` in ``ink``."""
        pen = screen_pen(ink, one)
        self._mean.setPen(pen)
        # Antialiasing is cheap for a thin line, but dominates the cost of a wide one.
        self._mean.opts["antialias"] = pen.widthF() <= 1.0
        self._lone.setBrush(one.ink(ink))
        self._band.setBrush(_faded(one.ink(ink), BAND_ALPHA))
        self._runs.setPen(_faded(one.ink(ink), RUN_ALPHA))
        self._emphasised.setPen(one.emphasised_ink(ink), width=1.0)


def _faded(colour: QColor, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded


def _around(
    x: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    pieces: list[slice],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the outline of the band, with a gap between pieces."""
    gap = [np.array([np.nan])]
    along = [part for piece in pieces for part in (x[piece], x[piece][::-1], *gap)]
    edges = [part for piece in pieces for part in (low[piece], high[piece][::-1], *gap)]
    return np.concatenate(along)[:-1], np.concatenate(edges)[:-1]


def _end_to_end(
    x: NDArray[np.float64], runs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the runs ``[n, K]`` as one line with gaps: one item is faster than sixteen."""
    gap = np.full((1, runs.shape[1]), np.nan)
    return np.tile(np.append(x, np.nan), runs.shape[1]), np.vstack([runs, gap]).ravel(order="F")


def _set_line(item: pg.PlotCurveItem, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    is_finite = bool(np.isfinite(y).all())
    item.setData(x, y, connect="all" if is_finite else "finite", skipFiniteCheck=is_finite)
