"""Painting one chart onto anything that Qt can paint on: a widget, a picture, an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from aegui.core.i18n import tr
from aegui.widgets.charts.curves import (
    MOST_SINGLE_RUNS,
    ChartSpec,
    Curve,
    envelope,
    finite_pieces,
    polyline,
    value_text,
)
from aegui.widgets.charts.scale import Scale, figure, fitted
from aegui.widgets.theme import SPACING, figures_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.widgets.theme import Theme

_GAP = SPACING / 2
_X_TICK_PX = 56
_Y_TICK_PX = 26
_SWATCH_PX = 14
_BAND_ALPHA = 44
_SINGLE_ALPHA = 64
_SMALL = 0.88
_MEAN_PX = 2.0
_ONE_LINE_PX = 300
"""A chart that is narrower has its values on a line of their own, below the title."""
_LEAST_TWO_LINES_PX = 110


@dataclass(frozen=True, eq=False)
class ChartData:
    """A chart with its numbers and the part of the epoch axis that is shown.

    Attributes:
        spec: Which chart.
        epoch: Epochs of the rows, float64 ``[n]`` ascending.
        curves: Rows as in ``epoch``.
        x: The epoch axis.
        y: The vertical axis.
    """

    spec: ChartSpec
    epoch: NDArray[np.float64]
    curves: tuple[Curve, ...]
    x: Scale
    y: Scale


def fitted_y(
    spec: ChartSpec, epoch: NDArray[np.float64], curves: tuple[Curve, ...], x: Scale, is_log: bool
) -> Scale:
    """The vertical axis on which everything between the ends of ``x`` can be seen."""
    first = max(int(np.searchsorted(epoch, x.low, "left")) - 1, 0)
    last = int(np.searchsorted(epoch, x.high, "right")) + 1
    values = [part[first:last] for curve in curves for part in (curve.low, curve.high)]
    if spec.ceiling is not None:
        values.append(np.array([spec.ceiling]))
    return fitted(
        np.concatenate(values) if values else [],
        is_log=is_log and spec.can_log,
        from_zero=spec.from_zero,
    )


class ChartPainter:
    """Paints charts in the colours of ``theme`` with ``font`` as the base."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        self._theme = theme
        self._title_font = QFont(font)
        self._title_font.setBold(True)
        self._value_font = figures_font(font)
        self._tick_font = figures_font(font, scale=_SMALL)
        self._tick_metrics = QFontMetricsF(self._tick_font)
        self._line_px = QFontMetricsF(self._title_font).height() + _GAP

    def _has_two_lines(self, bounds: QRectF) -> bool:
        return bounds.width() < _ONE_LINE_PX and bounds.height() >= _LEAST_TWO_LINES_PX

    def _header_px(self, bounds: QRectF) -> float:
        """Height of title and values; the same for all charts of a size, so that they align."""
        return self._line_px + (self._value_line_px() if self._has_two_lines(bounds) else 0.0)

    def _value_line_px(self) -> float:
        return QFontMetricsF(self._value_font).height()

    def plot_rect(self, bounds: QRectF, data: ChartData | None) -> QRectF:
        """The rectangle inside ``bounds`` between the axes, in the same coordinates."""
        ticks = [0.0] if data is None else self._y_ticks(bounds, data.y)
        labels = [self._y_text(tick, data) for tick in ticks]
        left = max((self._tick_metrics.horizontalAdvance(label) for label in labels), default=0.0)
        return bounds.adjusted(
            # Rounded up, so that the axis does not tremble with each new value.
            8.0 * np.ceil((left + _GAP) / 8.0) + _GAP,
            self._header_px(bounds) + _GAP,
            -SPACING,
            -self._tick_metrics.height() - _GAP,
        )

    def paint(self, painter: QPainter, bounds: QRectF, data: ChartData, row: int | None) -> None:
        """Paint header (values of ``row``, None: the last), axes, grid and curves."""
        self.paint_body(painter, bounds, data)
        self.paint_header(painter, bounds, data, row)

    def paint_body(self, painter: QPainter, bounds: QRectF, data: ChartData) -> None:
        """Paint axes, grid and curves into ``bounds``, the room of the header left free."""
        plot = self.plot_rect(bounds, data)
        self._paint_axes(painter, bounds, plot, data)
        if len(data.epoch):
            painter.save()
            painter.setClipRect(plot.adjusted(0, -1, 1, 1))
            for curve in data.curves:
                self._paint_curve(painter, plot, data, curve)
            painter.restore()

    def paint_header(
        self, painter: QPainter, bounds: QRectF, data: ChartData, row: int | None
    ) -> None:
        """Paint the title and, at the right or below it, the value of each curve at ``row``."""
        line = QRectF(bounds.x() + _GAP, bounds.y(), bounds.width() - SPACING, self._line_px)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._title_font)
        painter.setPen(self._theme.text)
        metrics = QFontMetricsF(self._title_font)
        title = metrics.elidedText(tr(data.spec.title), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, flags, title)
        if not len(data.epoch):
            return
        shown = len(data.epoch) - 1 if row is None else row
        if self._has_two_lines(bounds):
            below = QRectF(line.x(), line.bottom() - _GAP, line.width(), self._value_line_px())
            self._paint_values(painter, below, below.width(), data, shown, to_left=True)
        else:
            free = line.width() - metrics.horizontalAdvance(title) - SPACING
            self._paint_values(painter, line, free, data, shown)

    def _paint_values(
        self,
        painter: QPainter,
        line: QRectF,
        free: float,
        data: ChartData,
        row: int,
        *,
        to_left: bool = False,
    ) -> None:
        metrics = QFontMetricsF(self._value_font)
        several = len(data.curves) > 1
        sign = _SWATCH_PX + _GAP if several else 0.0
        for labels, ranges in ((True, True), (True, False), (False, True), (False, False)):
            texts = [
                (f"{tr(curve.spec.label)} " if labels and several else "")
                + value_text(curve, row, data.spec, with_range=ranges)
                for curve in data.curves
            ]
            widths = [metrics.horizontalAdvance(text) + sign for text in texts]
            if sum(widths) + SPACING * (len(widths) - 1) <= free:
                break
        else:
            return
        painter.setFont(self._value_font)
        x = line.left()
        if not to_left:
            x = line.right() - sum(widths) - SPACING * (len(widths) - 1)
        for curve, text, width in zip(data.curves, texts, widths, strict=True):
            if several:
                painter.setPen(self._pen(curve))
                painter.drawLine(
                    QPointF(x, line.center().y()), QPointF(x + _SWATCH_PX, line.center().y())
                )
            painter.setPen(self._theme.text)
            box = QRectF(x + sign, line.y(), width, line.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x += width + SPACING

    def _pen(self, curve: Curve) -> QPen:
        # The mean of several runs stands out from them; one run stays thin, which is faster.
        width = _MEAN_PX if curve.is_band else 1.0
        pen = QPen(self._theme.series[curve.spec.colour], width)
        pen.setCosmetic(True)
        if curve.spec.dashed:
            pen.setDashPattern([5.0 / width, 3.0 / width])
        return pen

    def _y_ticks(self, bounds: QRectF, scale: Scale) -> list[float]:
        room = bounds.height() - self._header_px(bounds) - self._tick_metrics.height() - 2 * _GAP
        return scale.ticks(int(room / _Y_TICK_PX))

    def _y_text(self, value: float, data: ChartData | None) -> str:
        if data is None or not data.spec.percent:
            return figure(value)
        return f"{figure(100.0 * value)}%"

    def _paint_axes(self, painter: QPainter, bounds: QRectF, plot: QRectF, data: ChartData) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self._tick_font)
        height = self._tick_metrics.height()
        lines = []
        painter.setPen(self._theme.text_dim)
        y_ticks = self._y_ticks(bounds, data.y)
        for tick, share in zip(y_ticks, data.y.share(y_ticks), strict=True):
            y = round(plot.bottom() - float(share) * plot.height())
            lines.append(QLineF(plot.left(), y, plot.right(), y))
            box = QRectF(bounds.x(), y - height / 2, plot.left() - bounds.x() - _GAP, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, self._y_text(tick, data))
        x_ticks = [t for t in data.x.ticks(int(plot.width() / _X_TICK_PX)) if t == round(t)]
        for tick, share in zip(x_ticks, data.x.share(x_ticks), strict=True):
            x = round(plot.left() + float(share) * plot.width())
            lines.append(QLineF(x, plot.top(), x, plot.bottom()))
            self._paint_x_text(painter, bounds, x, plot.bottom() + 2, figure(tick))
        painter.setPen(QPen(self._theme.grid, 1.0))
        painter.drawLines(lines)

    def _paint_x_text(
        self, painter: QPainter, bounds: QRectF, x: float, top: float, text: str
    ) -> None:
        width = self._tick_metrics.horizontalAdvance(text) + 2
        left = min(x - width / 2, bounds.right() - width)
        box = QRectF(left, top, width, self._tick_metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_curve(self, painter: QPainter, plot: QRectF, data: ChartData, curve: Curve) -> None:
        first = max(int(np.searchsorted(data.epoch, data.x.low, "left")) - 1, 0)
        last = int(np.searchsorted(data.epoch, data.x.high, "right")) + 1
        shown = slice(first, last)
        x = plot.left() + data.x.share(data.epoch[shown]) * plot.width()

        def height_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
            share = np.clip(data.y.share(values[shown]), -2.0, 3.0)
            return plot.bottom() - share * plot.height()

        colour = self._theme.series[curve.spec.colour]
        if curve.is_band:
            self._paint_band(painter, x, height_of(curve.low), height_of(curve.high), colour)
            painter.setPen(_faded(colour, _SINGLE_ALPHA))
            for run in range(min(curve.runs.shape[1], MOST_SINGLE_RUNS)):
                _draw_lines(painter, x, height_of(curve.runs[:, run]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._pen(curve))
        _draw_lines(painter, x, height_of(curve.mean))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_band(
        self,
        painter: QPainter,
        x: NDArray[np.float64],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        colour: QColor,
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(_faded(colour, _BAND_ALPHA)))
        for piece in finite_pieces(low):
            # Painting takes y downwards: the highest values are the smallest.
            along, top = _extreme(x[piece], high[piece], np.minimum)
            back, bottom = _extreme(x[piece], low[piece], np.maximum)
            painter.drawPolygon(
                polyline(np.concatenate([along, back[::-1]]), np.concatenate([top, bottom[::-1]]))
            )


def _extreme(
    x: NDArray[np.float64], y: NDArray[np.float64], choose: np.ufunc
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    starts = np.flatnonzero(np.diff(np.floor(x), prepend=-np.inf))
    return x[starts], choose.reduceat(y, starts)


def _draw_lines(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    for piece in finite_pieces(y):
        points: QPolygonF = polyline(*envelope(x[piece], y[piece]))
        if points.count() == 1:
            painter.drawEllipse(points.at(0), 1.5, 1.5)
        else:
            painter.drawPolyline(points)


def _faded(colour: QColor, alpha: int) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(alpha)
    return faded
