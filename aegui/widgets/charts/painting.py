"""Layout and header of a training chart: plot area, ticks, title, values and axis names."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from aegui.core.i18n import percent_sign, tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.axes import Axis, Scale, figure, fitted
from aegui.kit.charts.ink import TICK_PT, Ink
from aegui.kit.charts.lines import LinePlot, screen_pen
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.charts.curves import ChartSpec, Curve, short_axis_name, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.kit.theme import Theme

_GAP = SPACING / 2
_X_TICK_PX = 56
_MIN_TICKS = 2
_Y_TICK_PX = 26
_SWATCH_PX = 14
_LONG_VALUE = "0.00000"
_MAX_LINES = 3
_ONE_LINE_PX = 300
"""A chart that is narrower has its values on a line of their own, below the title."""
_MIN_TWO_LINES_PX = 96
_MIN_NAMES_PX = 80
_MIN_NAMED_PX = 170
"""A lower chart has the name of its epochs beside their figures."""
_MIN_NAME = "Abc…"
"""A name that is cut shorter than this says nothing."""


@dataclass(frozen=True)
class Reference:
    """A reference value drawn as a horizontal line, and its label."""

    value: float
    label: str


@dataclass(frozen=True, eq=False)
class ChartData:
    """A chart with its data and the visible part of the epoch axis."""

    spec: ChartSpec
    """The kind of chart."""
    epoch: NDArray[np.float64]
    """Epochs of the rows, float64 ``[n]`` ascending."""
    curves: tuple[Curve, ...]
    """The curves, with rows as in ``epoch``."""
    x: Scale
    """Scale of the epoch axis."""
    y: Scale
    """Scale of the vertical axis."""
    reference: Reference | None = None
    """A horizontal line, or None."""
    y_name: str = ""
    """Unit of the vertical axis."""

    @functools.cached_property
    def plot(self) -> LinePlot:
        """Return the line plot of the chart."""
        known = self.reference
        levels = () if known is None else ((known.value, known.label),)
        y = Axis(tr(self.spec.title), self.y, self.spec.percent)
        series = tuple(curve.series for curve in self.curves)
        return LinePlot(
            self.epoch, Axis(tr("Epoch"), self.x, integers_only=True), y, series, levels
        )


def fitted_y(
    spec: ChartSpec,
    epoch: NDArray[np.float64],
    curves: tuple[Curve, ...],
    x: Scale,
    is_log: bool,
    reference: Reference | None = None,
) -> Scale:
    """Return the vertical scale that fits all values within the ends of ``x``."""
    first = max(int(np.searchsorted(epoch, x.low, "left")) - 1, 0)
    last = int(np.searchsorted(epoch, x.high, "right")) + 1
    values = [part[first:last] for curve in curves for part in (curve.low, curve.high)]
    if reference is not None:
        values.append(np.array([reference.value]))
    if spec.ceiling is not None:
        values.append(np.array([spec.ceiling]))
    return fitted(
        np.concatenate(values) if values else [],
        is_log=is_log and spec.can_log,
        from_zero=spec.from_zero,
    )


class ChartPainter:
    """Layout, pens and header of charts in the colours of ``theme``, with ``font`` as the base."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        self.theme = theme
        self.ink = Ink(QPainter(), theme, font)
        self.tick_font = self.ink.font(TICK_PT)
        self._title_font = QFont(font)
        self._title_font.setBold(True)
        self._value_font = figures_font(font)
        self._tick_metrics = QFontMetricsF(self.tick_font)
        self._line_px = QFontMetricsF(self._title_font).height() + _GAP
        self.value_lines = 1
        """Lines below the title of a narrow chart for names and values."""
        self.has_names = False
        """Whether this chart, or one that it is aligned with, has several curves."""

    # Measures

    def _lines_below(self, bounds: QRectF) -> int:
        """Return how many lines below the title names and values take; 0: beside the title.

        In a low chart they take one if it has names: without them its curves could not be told
        apart.
        """
        if bounds.width() >= _ONE_LINE_PX:
            return 0
        if bounds.height() >= _MIN_TWO_LINES_PX:
            return self.value_lines
        return 1 if self.has_names and bounds.height() >= _MIN_NAMES_PX else 0

    def header_px(self, bounds: QRectF) -> float:
        """Return the height of title and values; equal for charts of one size, to align them."""
        return self._line_px + self._lines_below(bounds) * self._value_line_px()

    def _below_px(self, bounds: QRectF) -> float:
        """Return the height below the tick labels for the name of the epoch axis."""
        return self._name_px if bounds.height() >= _MIN_NAMED_PX else 0.0

    @property
    def _name_px(self) -> float:
        return float(np.ceil(self._tick_metrics.height()))

    def _beside_px(self, bounds: QRectF, data: ChartData | None) -> float:
        """Return the width for the name of the vertical axis; 0 if the name is too long."""
        if data is None or not data.y_name:
            return 0.0
        height = bounds.height() - self.header_px(bounds) - self._below_px(bounds)
        height -= self._name_px + 2 * _GAP
        is_long = self._tick_metrics.horizontalAdvance(data.y_name) > height
        return 0.0 if is_long else self._name_px

    def _value_line_px(self) -> float:
        return QFontMetricsF(self._value_font).height()

    def plot_rect(self, bounds: QRectF, data: ChartData | None) -> QRectF:
        """Return the plot area between the axes, in the coordinates of ``bounds``."""
        labels = [figure(0.0)] if data is None else [text for _, text in self.y_ticks(bounds, data)]
        left = max((self._tick_metrics.horizontalAdvance(label) for label in labels), default=0.0)
        # Whole pixels for sharp lines; in steps of eight, so that the axis does not jitter.
        return QRectF(bounds.toRect()).adjusted(
            8.0 * np.ceil((left + _GAP) / 8.0) + _GAP + self._beside_px(bounds, data),
            np.ceil(self.header_px(bounds) + _GAP),
            -1.5 * SPACING,
            -np.ceil(self._tick_metrics.height() + _GAP) - self._below_px(bounds),
        )

    def y_ticks(self, bounds: QRectF, data: ChartData) -> list[tuple[float, str]]:
        """Return the ticks of the vertical axis of a chart of this size: values and labels."""
        available = (
            bounds.height() - self.header_px(bounds) - self._tick_metrics.height() - 2 * _GAP
        )
        available -= self._below_px(bounds)
        factor, unit = (100.0, percent_sign()) if data.spec.percent else (1.0, "")
        ticks = data.y.ticks(int(available / _Y_TICK_PX))
        return [(tick, figure(factor * tick) + unit) for tick in ticks]

    def x_ticks(self, bounds: QRectF, plot: QRectF, data: ChartData) -> list[tuple[float, str]]:
        """Return the ticks of the epoch axis below ``plot``: epochs and labels."""
        most = int(plot.width() / _X_TICK_PX)
        found = self._fitting_ticks(bounds, plot, data, most)
        # A single label gives no scale: a finer division may fit a second one before the name.
        finer = self._fitting_ticks(bounds, plot, data, 2 * max(2, most))
        return finer if len(found) < _MIN_TICKS <= len(finer) else found

    def _fitting_ticks(
        self, bounds: QRectF, plot: QRectF, data: ChartData, most: int
    ) -> list[tuple[float, str]]:
        """Return about ``most`` ticks, without those whose labels overlap the axis name."""
        found = [(tick, figure(tick)) for tick in data.x.ticks(most) if tick == round(tick)]
        if self._below_px(bounds):
            return found
        advance = self._tick_metrics.horizontalAdvance
        available = plot.width() - advance(tr("epoch")) - SPACING
        return [
            (tick, text)
            for tick, text in found
            if data.x.share(tick) * plot.width() + advance(text) / 2 < available
        ]

    # The header

    def paint_header(
        self, painter: QPainter, bounds: QRectF, data: ChartData, row: int | None
    ) -> None:
        """Paint the title and, to its right or below it, the value of each curve at ``row``.

        ``row`` None is the last row.
        """
        line = QRectF(bounds.x() + _GAP, bounds.y(), bounds.width() - SPACING, self._line_px)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._title_font)
        painter.setPen(self.theme.text)
        metrics = QFontMetricsF(self._title_font)
        title = metrics.elidedText(tr(data.spec.title), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, flags, title)
        used = metrics.horizontalAdvance(title) + SPACING
        if data.y_name and not self._beside_px(bounds, data):
            # Names of curves take precedence over the full name of the unit.
            available = line.width() - used - self._names_px(bounds, data)
            used += self._paint_unit(painter, line.adjusted(used, 0, 0, 0), data.y_name, available)
        if not len(data.epoch):
            return
        shown = len(data.epoch) - 1 if row is None else row
        lines = self._lines_below(bounds)
        if lines:
            height = self._value_line_px()
            below = QRectF(line.x(), line.bottom(), line.width(), height)
            for curves in self._in_lines(data.curves, line.width(), lines):
                part = replace(data, curves=curves)
                several = len(data.curves) > 1
                self._paint_values(painter, below, part, shown, named=several, to_left=True)
                below.translate(0, height)
        else:
            free = line.width() - used
            named = len(data.curves) > 1
            self._paint_values(painter, line, data, shown, named=named, free=free)

    def _names_px(self, bounds: QRectF, data: ChartData) -> float:
        """Return the width of names and values of several curves on the line of the title."""
        if len(data.curves) < 2 or self._lines_below(bounds):
            return 0.0
        advance = QFontMetricsF(self._value_font).horizontalAdvance
        texts = [f"{tr(curve.spec.label)} {_LONG_VALUE}" for curve in data.curves]
        return sum(advance(text) + _SWATCH_PX + _GAP + SPACING for text in texts)

    def _paint_unit(self, painter: QPainter, line: QRectF, name: str, available: float) -> float:
        """Paint the name of the vertical axis beside the title and return the width it takes.

        Uses a shorter name, or none, if the name exceeds ``available`` pixels.
        """
        advance = self._tick_metrics.horizontalAdvance
        fitting = (
            each for each in (name, short_axis_name(name)) if advance(each) + SPACING <= available
        )
        name = next(fitting, "")
        painter.setFont(self.tick_font)
        painter.setPen(self.theme.text_dim)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        return self._tick_metrics.horizontalAdvance(name) + SPACING

    def preferred_lines(self, curves: Sequence[Curve], width: float) -> int:
        """Return the number of lines below the title for names and values in a narrow chart."""
        return len(self._in_lines(curves, width - SPACING, _MAX_LINES))

    def _in_lines(
        self, curves: Sequence[Curve], width: float, most: int
    ) -> list[tuple[Curve, ...]]:
        """Distribute ``curves`` over lines so that names are not elided, as far as ``most`` allows.

        Values are assumed to have their greatest length, so that the number of lines is stable.
        """
        metrics = QFontMetricsF(self._value_font)
        lines: list[tuple[Curve, ...]] = []
        left = 0.0
        for curve in curves:
            text = metrics.horizontalAdvance(f"{tr(curve.spec.label)} {_LONG_VALUE}")
            if not lines or (left < text and len(lines) < most):
                lines.append(())
                left = width
            lines[-1] = (*lines[-1], curve)
            left -= text + _SWATCH_PX + _GAP + SPACING
        return lines

    def paint_names(
        self, painter: QPainter, bounds: QRectF, data: ChartData, x_name: str = ""
    ) -> None:
        """Paint the names of the axes; ``x_name`` defaults to "epoch"."""
        height, plot = self._name_px, self.plot_rect(bounds, data)
        painter.setFont(self.tick_font)
        painter.setPen(self.theme.text if x_name else self.theme.text_dim)
        below = QRectF(plot.left(), bounds.bottom() - height, plot.width(), height)
        place = Qt.AlignmentFlag.AlignCenter
        if not self._below_px(bounds):
            below.moveBottom(bounds.bottom() - _GAP / 2)
            place = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(below, place, x_name or tr("epoch"))
        if not self._beside_px(bounds, data):
            return
        painter.setPen(self.theme.text_dim)
        painter.save()
        painter.translate(bounds.left(), plot.bottom())
        painter.rotate(-90.0)
        beside = QRectF(0, 0, plot.height(), height)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, data.y_name)
        painter.restore()

    def header_texts(
        self, data: ChartData, row: int, free: float, *, named: bool | None = None
    ) -> list[str]:
        """Return name and value of each curve, shortened as needed to fit ``free`` pixels.

        ``named``: whether names are needed; None if there are several curves.
        """
        ranged, without_range = (
            [value_text(curve, row, data.spec, with_range=range_) for curve in data.curves]
            for range_ in (True, False)
        )
        none = [""] * len(without_range)
        if not (len(without_range) > 1 if named is None else named):
            ways = [(none, ranged), (none, without_range)]
        else:
            full = [f"{tr(curve.spec.label)} " for curve in data.curves]
            # Elided names still distinguish the curves.
            cut = self._cut(full, free - self._width(without_range))
            ways = [
                (full, ranged),
                (full, without_range),
                (cut, without_range),
                (none, ranged),
                (none, without_range),
            ]
        for names, values in ways:
            texts = [name + value for name, value in zip(names, values, strict=True)]
            if self._width(texts) <= free:
                return texts
        return []

    def _width(self, texts: Sequence[str]) -> float:
        return sum(map(QFontMetricsF(self._value_font).horizontalAdvance, texts))

    def _cut(self, names: Sequence[str], free: float) -> list[str]:
        """Elide ``names`` to ``free`` pixels in total; all empty where too little is left."""
        metrics = QFontMetricsF(self._value_font)
        width = free / len(names) - metrics.horizontalAdvance(" ")
        if width < metrics.horizontalAdvance(_MIN_NAME):
            return [""] * len(names)
        mode = Qt.TextElideMode.ElideRight
        return [metrics.elidedText(name.strip(), mode, width) + " " for name in names]

    def _paint_values(
        self,
        painter: QPainter,
        line: QRectF,
        data: ChartData,
        row: int,
        *,
        named: bool,
        free: float | None = None,
        to_left: bool = False,
    ) -> None:
        metrics = QFontMetricsF(self._value_font)
        sign = _SWATCH_PX + _GAP if named else 0.0
        free = (line.width() if free is None else free) - SPACING * (len(data.curves) - 1)
        texts = self.header_texts(data, row, free - sign * len(data.curves), named=named)
        if not texts:
            return
        widths = [metrics.horizontalAdvance(text) + sign for text in texts]
        painter.setFont(self._value_font)
        x = line.left()
        if not to_left:
            x = line.right() - sum(widths) - SPACING * (len(widths) - 1)
        for curve, text, width in zip(data.curves, texts, widths, strict=True):
            if named:
                painter.setPen(screen_pen(self.ink, curve.series))
                painter.drawLine(
                    QPointF(x, line.center().y()), QPointF(x + _SWATCH_PX, line.center().y())
                )
            painter.setPen(self.theme.text)
            box = QRectF(x + sign, line.y(), width, line.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x += width + SPACING
