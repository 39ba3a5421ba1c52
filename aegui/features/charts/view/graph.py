"""The axes, grid and curves of one chart, as a scene of pyqtgraph.

Importing pyqtgraph takes a third of a second: import this module when a chart is to be drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from pyqtgraph.exceptionHandling import handler  # type: ignore[import-untyped]
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView

from aegui.kit.charts.scale import finite_pieces, places
from aegui.widgets.charts.curves import MOST_SINGLE_RUNS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aegui.kit.charts.scale import Scale
    from aegui.widgets.charts.curves import Curve, CurveSpec
    from aegui.widgets.charts.painting import ChartData, ChartPainter

# pyqtgraph takes over how errors are reported, for the whole program. The program has its own way.
handler.remove()

_BAND_ALPHA = 44
_SINGLE_ALPHA = 64
_LONE_PX = 3
_DOT_PX = 7
_MARKER_PX = 2
_OVER = 1.0
"""Pixels of room around the plot, or lines along its edges would be cut."""
_TEXT_OFFSET = 3
_TEXT_OVER = 40
"""Pixels by which figures may stand out of their axis."""


class Graph:
    """Shows a ``ChartData`` between axes; knows no mouse and no keys.

    Ranges are set here and never found by pyqtgraph, and curves are only replaced by new ones:
    zoom and movement cost nothing but painting.
    """

    def __init__(self, charts: ChartPainter, parent: QWidget | None = None) -> None:
        self.widget = pg.GraphicsView(parent, useOpenGL=False, background=None)
        self.widget.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.widget.viewport().setAutoFillBackground(False)
        self.widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._box.disableAutoRange()
        # On the screen a crosshair in motion then costs little; a drawing must not be of pixels.
        mode = QGraphicsItem.CacheMode
        self._cache = mode.NoCache if parent is None else mode.DeviceCoordinateCache
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
        self._specs: list[CurveSpec] = []
        self._marker = self._line()
        self._crosshair = self._line()
        self._reference = pg.InfiniteLine(angle=0)
        self._reference_label = pg.TextItem()
        for item in (self._reference, self._reference_label):
            item.hide()
            self._box.addItem(item, ignoreBounds=True)
        self._dots = pg.ScatterPlotItem(size=_DOT_PX, antialias=True)
        self._dots.setZValue(2.0)
        self._dots.hide()
        self._box.addItem(self._dots, ignoreBounds=True)
        self._data: ChartData | None = None
        self._room: tuple[QRectF, QRectF] | None = None
        self._marked: dict[str, tuple[tuple[float, float], list[tuple[float, str]]]] = {}
        self.dress(charts)

    def _line(self) -> pg.InfiniteLine:
        line = pg.InfiniteLine(angle=90)
        line.setZValue(1.0)
        line.hide()
        self._box.addItem(line, ignoreBounds=True)
        return line

    def dress(self, charts: ChartPainter) -> None:
        """Take the colours and letters of ``charts`` from now on."""
        self._charts = charts
        self._marker.setPen(charts.theme.accent, width=_MARKER_PX)
        self._crosshair.setPen(charts.theme.text_dim, style=Qt.PenStyle.DotLine)
        self._reference.setPen(charts.theme.text_dim, style=Qt.PenStyle.DashLine)
        self._reference_label.setColor(charts.theme.text_dim)
        self._reference_label.setFont(charts.tick_font)
        self._dots.setPen(charts.theme.panel)
        for axis in self._axes.values():
            axis.setTickPen(charts.theme.grid)
            axis.setTextPen(charts.theme.text_dim)
            axis.setStyle(tickFont=charts.tick_font)
        if self._data is not None:
            self._dress_curves(self._data)

    def _dress_curves(self, data: ChartData) -> None:
        for items, curve in zip(self._curves, data.curves, strict=True):
            items.dress(self._charts, curve)

    def set_data(self, bounds: QRectF, data: ChartData) -> None:
        """Show ``data`` in a chart that takes ``bounds`` of the parent, the header included."""
        known, self._data = self._data, data
        if (
            known is None
            or known.curves is not data.curves
            or (known.x.is_log, known.y.is_log) != (data.x.is_log, data.y.is_log)
        ):
            self._set_curves(data)
        self._set_reference(data)
        self._arrange(bounds, data)
        # What pyqtgraph leaves for the moment of painting would have it painted twice.
        self.widget.scene().prepareForPaint()

    def _set_curves(self, data: ChartData) -> None:
        specs = [curve.spec for curve in data.curves]
        if specs != self._specs:
            self._specs = specs
            for items in self._curves:
                items.remove(self._box)
            self._curves = [_CurveItems(self._box, self._cache) for _ in specs]
            self._dress_curves(data)
        x = places(data.epoch, is_log=data.x.is_log)
        for items, curve in zip(self._curves, data.curves, strict=True):
            items.set_curve(x, curve, is_log=data.y.is_log)

    def _set_reference(self, data: ChartData) -> None:
        reference = data.reference
        if reference is not None:
            at = float(places([reference.value], is_log=data.y.is_log)[0])
            (low, high), (_, right) = data.y.ends(), data.x.ends()
            self._reference.setValue(at)
            self._reference_label.setText(reference.label)
            self._reference_label.setPos(right, at)
            # Above the line, unless there is no room above it.
            self._reference_label.setAnchor((1, 0 if at > low + 0.8 * (high - low) else 1))
        self._reference.setVisible(reference is not None)
        self._reference_label.setVisible(reference is not None)

    def _arrange(self, bounds: QRectF, data: ChartData) -> None:
        charts = self._charts
        plot = charts.plot_rect(bounds, data)
        frame = QRectF(bounds.toRect()).adjusted(0, np.floor(charts.header_px(bounds)), 0, 0)
        inside = plot.translated(-frame.topLeft())
        if self._room != (frame, inside):
            self._room = (frame, inside)
            self._arrange_room(frame, inside)
        self._set_axis("left", data.y, charts.y_ticks(bounds, data))
        self._set_axis("bottom", data.x, charts.x_ticks(bounds, plot, data))
        ranges = []
        for scale, length in ((data.x, inside.width()), (data.y, inside.height())):
            low, high = scale.ends()
            over = _OVER * (high - low) / max(length, 1.0)
            ranges.append((low - over, high + over))
        self._box.setRange(xRange=ranges[0], yRange=ranges[1], padding=0.0, disableAutoRange=False)

    def _arrange_room(self, frame: QRectF, inside: QRectF) -> None:
        self.widget.setGeometry(frame.toRect())
        # A widget that was never shown waits with this, and a picture is made of one.
        self.widget.resizeEvent(None)
        self._box.setGeometry(inside.adjusted(-_OVER, -_OVER, _OVER, _OVER))
        left, bottom = self._axes["left"], self._axes["bottom"]
        # What Qt has kept of a smaller axis it would leave standing in the larger one.
        for axis in (left, bottom):
            axis.setCacheMode(QGraphicsItem.CacheMode.NoCache)
            axis.setCacheMode(self._cache)
        below = frame.height() - inside.bottom()
        left.setWidth(inside.left())
        left.setGeometry(QRectF(0, inside.top(), inside.left(), inside.height()))
        bottom.setHeight(below)
        bottom.setGeometry(QRectF(inside.left(), inside.bottom(), inside.width(), below))
        # Ticks right across the plot are the grid: pyqtgraph's own hides figures at the edges.
        left.setStyle(tickLength=-round(inside.width()))
        bottom.setStyle(tickLength=-round(inside.height()))

    def _set_axis(self, side: str, scale: Scale, ticks: list[tuple[float, str]]) -> None:
        axis, ends = self._axes[side], scale.ends()
        if (ends, ticks) == self._marked.get(side):
            return
        self._marked[side] = ends, ticks
        at = np.clip(places([tick for tick, _ in ticks], is_log=scale.is_log), *ends)
        axis.setRange(*ends)
        axis.setTicks([list(zip(at.tolist(), [text for _, text in ticks], strict=True))])

    def set_epoch_marker(self, epoch: float | None) -> None:
        """Mark ``epoch`` with a vertical line; None for no mark."""
        self._place(self._marker, epoch)

    def set_row(self, row: int | None) -> None:
        """Put the crosshair at row ``row``, with a dot on each curve; None takes it away."""
        data = self._data
        if data is None or row is None or row >= len(data.epoch):
            self._place(self._crosshair, None)
            self._dots.hide()
            return
        self._place(self._crosshair, float(data.epoch[row]))
        at = places([curve.own[row] for curve in data.curves], is_log=data.y.is_log)
        finite = np.flatnonzero(np.isfinite(at))
        colours = [self._charts.theme.series[curve.spec.colour] for curve in data.curves]
        x = places([data.epoch[row]] * len(finite), is_log=data.x.is_log)
        self._dots.setData(x, at[finite], brush=[colours[index] for index in finite])
        self._dots.show()

    def _place(self, line: pg.InfiniteLine, epoch: float | None) -> None:
        if epoch is not None and self._data is not None:
            line.setValue(float(places([epoch], is_log=self._data.x.is_log)[0]))
        line.setVisible(epoch is not None)

    def paint(self, painter: QPainter) -> None:
        """Paint it onto anything, at the place that it has in its parent."""
        target = QRectF(self.widget.geometry())
        self.widget.render(painter, target, self.widget.rect())


class _CurveItems:
    """What one curve is made of: the band of all runs, single runs, their mean, lone values."""

    def __init__(self, box: pg.ViewBox, cache: QGraphicsItem.CacheMode) -> None:
        self._band = pg.PlotCurveItem(pen=None, fillLevel="enclosed")
        self._runs = pg.PlotCurveItem()
        self._mean = pg.PlotCurveItem()
        self._own = pg.PlotCurveItem()
        self._lone = pg.ScatterPlotItem(size=_LONE_PX, pen=None)
        self._items = (self._band, self._runs, self._mean, self._own, self._lone)
        for item in self._items:
            item.setCacheMode(cache)
            box.addItem(item, ignoreBounds=True)

    def remove(self, box: pg.ViewBox) -> None:
        """Take the curve out of the chart for good."""
        for item in self._items:
            box.removeItem(item)

    def set_curve(self, x: NDArray[np.float64], curve: Curve, *, is_log: bool) -> None:
        """Show ``curve`` over the places ``x`` ``[n]``."""
        mean = places(curve.mean, is_log=is_log)
        pieces = finite_pieces(mean)
        _set_line(self._mean, x, mean)
        lone = [piece.start for piece in pieces if piece.stop - piece.start == 1]
        self._lone.setVisible(bool(lone))
        if lone:
            self._lone.setData(x[lone], mean[lone])
        # Of what no run has a figure yet, such as accuracy during pre-training, there is no band.
        has_band = curve.is_band and bool(pieces)
        for item in (self._band, self._runs, self._own):
            item.setVisible(has_band)
        if has_band:
            low, high = (places(edge, is_log=is_log) for edge in (curve.low, curve.high))
            _set_line(self._band, *_around(x, low, high, pieces))
            _set_line(self._runs, *_end_to_end(x, places(curve.runs, is_log=is_log)))
            _set_line(self._own, x, places(curve.own, is_log=is_log))

    def dress(self, charts: ChartPainter, curve: Curve) -> None:
        """Take the colours and pens of ``charts``."""
        pen = charts.pen(curve)
        self._mean.setPen(pen)
        # Smooth edges cost nothing on a thin line, and more than all the rest on a wide one.
        self._mean.opts["antialias"] = pen.widthF() <= 1.0
        self._lone.setBrush(charts.theme.series[curve.spec.colour])
        self._band.setBrush(charts.faded(curve, _BAND_ALPHA))
        self._runs.setPen(charts.faded(curve, _SINGLE_ALPHA))
        self._own.setPen(charts.own_pen(curve))


def _around(
    x: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    pieces: list[slice],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The outlines of the band, a gap between one piece and the next."""
    gap = [np.array([np.nan])]
    along = [part for piece in pieces for part in (x[piece], x[piece][::-1], *gap)]
    edges = [part for piece in pieces for part in (low[piece], high[piece][::-1], *gap)]
    return np.concatenate(along)[:-1], np.concatenate(edges)[:-1]


def _end_to_end(
    x: NDArray[np.float64], runs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The runs ``[n, K]`` as one line with gaps: one item is faster than sixteen."""
    some = runs[:, :MOST_SINGLE_RUNS]
    gap = np.full((1, some.shape[1]), np.nan)
    return np.tile(np.append(x, np.nan), some.shape[1]), np.vstack([some, gap]).ravel(order="F")


def _set_line(item: pg.PlotCurveItem, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    whole = bool(np.isfinite(y).all())
    item.setData(x, y, connect="all" if whole else "finite", skipFiniteCheck=whole)


def paint_chart(painter: QPainter, charts: ChartPainter, data: ChartData, size: QSize) -> None:
    """Paint header, axes and curves of ``data`` onto anything, ``size`` large."""
    bounds = QRectF(0, 0, size.width(), size.height())
    graph = Graph(charts)
    graph.set_data(bounds, data)
    graph.paint(painter)
    charts.paint_header(painter, bounds, data, None)
    charts.paint_names(painter, bounds, data)
