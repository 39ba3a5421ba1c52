"""Axes of a plot: linear and logarithmic scales, ticks, labels, grid lines and names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from aegui.core.i18n import localized, percent_sign, with_marks
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import GAP, HAIRLINE, NAME_PT, RIGHT, TICK_PT

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.kit.charts.ink import Ink


_MULTIPLES = (1.0, 2.0, 5.0, 10.0)
_SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_MIN = 1e-300
_LOG_STEPS: tuple[tuple[tuple[int, ...], int], ...] = (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1))
"""Multiples within a decade and the stride in decades, from fine to coarse."""


@dataclass(frozen=True)
class Scale:
    """The range ``low`` < ``high`` of an axis; ``low > 0`` if it is logarithmic."""

    low: float
    high: float
    is_log: bool = False

    def ends(self) -> tuple[float, float]:
        """Return the ends of the axis, in the coordinates of ``on_scale``."""
        low, high = on_scale([self.low, self.high], is_log=self.is_log).tolist()
        return low, high

    def value(self, share: float) -> float:
        """Return the value at ``share`` of the axis: 0 is ``low``, 1 is ``high``."""
        low, high = self.ends()
        position = low + share * (high - low)
        return float(10.0**position) if self.is_log else position

    def share(self, value: float) -> float:
        """Return the share of the axis at which ``value`` lies."""
        low, high = self.ends()
        position = float(on_scale([value], is_log=self.is_log)[0])
        return (position - low) / (high - low)

    def zoomed(self, factor: float, about: float) -> Scale:
        """Return the scale at ``factor`` times the length, with share ``about`` as fixed point."""
        return Scale(
            self.value(about * (1.0 - factor)),
            self.value(about + (1.0 - about) * factor),
            self.is_log,
        )

    def moved(self, share: float) -> Scale:
        """Return the scale moved by ``share`` of its length."""
        return Scale(self.value(share), self.value(1.0 + share), self.is_log)

    def ticks(self, most: int) -> list[float]:
        """Return at most about ``most`` round values in the scale, at least one where any fits."""
        most = max(2, most)
        if self.is_log and self.high / self.low >= 10.0:
            return self._log_ticks(most)
        return ticks(self.low, self.high, most)[0]

    def _log_ticks(self, most: int) -> list[float]:
        first = math.floor(math.log10(self.low))
        last = math.ceil(math.log10(self.high))
        found: list[float] = []
        for steps, stride in (*_LOG_STEPS, *(((1,), stride) for stride in range(2, last - first))):
            finer = found
            found = [
                step * 10.0**power
                for power in range(first, last + 1, stride)
                for step in steps
                if self._holds(step * 10.0**power)
            ]
            if len(found) <= most:
                # A single label gives no scale: rather a few more than ``most``.
                return found if len(found) > 1 or not finer else finer
        return found

    def _holds(self, value: float) -> bool:
        return self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)


def around(low: float, high: float) -> Scale:
    """Return a linear scale between two ends, which may be equal."""
    return Scale(low, high if high > low else low + 1.0)


def tick_step(span: float, most: int) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least ``span / most``."""
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _MULTIPLES if step * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """Return the round numbers in [``low``, ``high``], about ``most``, and their spacing."""
    step = tick_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)], step


def on_scale(values: ArrayLike, *, is_log: bool) -> NDArray[np.float64]:
    """Return the positions of ``values`` on an axis: the values, or their decimal logarithms.

    Values without a logarithm, such as an error of zero, are placed far below any axis, but not at
    minus infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if not is_log:
        return array
    placed: NDArray[np.float64] = np.log10(np.maximum(array, _MIN))
    return placed


def finite_pieces(y: NDArray[np.float64]) -> list[slice]:
    """Return the contiguous finite pieces of ``y``; a curve is not drawn across NaN."""
    good = np.isfinite(y)
    if good.all():
        return [slice(0, len(y))] if len(y) else []
    edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def fitted(values: ArrayLike, *, is_log: bool = False, from_zero: bool = False) -> Scale:
    """Return a scale that covers all finite ``values`` with a small margin."""
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array) & (array > 0.0)] if is_log else array[np.isfinite(array)]
    if array.size == 0:
        return Scale(0.1, 1.0, True) if is_log else Scale(0.0, 1.0)
    low, high = float(array.min()), float(array.max())
    if is_log:
        air = max((high / low) ** 0.05, 1.05)
        return Scale(low / air, high * air, True)
    if from_zero:
        low = min(low, 0.0)
    air = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    return Scale(low if from_zero and low == 0.0 else low - air, high + air)


def figure(value: float) -> str:
    """Format ``value`` briefly for an axis: 0.002, 1.5, 20k, 3e-7."""
    if not math.isfinite(value):
        return "–"
    # Rounded before the unit is chosen: 999.9 is 1k.
    value = float(f"{value:.3g}")
    size = abs(value)
    if size == 0.0:
        return "0"
    for unit, suffix in _SUFFIXES:
        if size >= unit and size < 1e12:
            return f"{localized(value / unit, '.3g')}{suffix}"
    if size < 1e-3 or size >= 1e12:
        return with_marks(f"{value:.1e}".replace(".0e", "e"))
    return localized(value, ".3g")


def precise(value: float) -> str:
    """Format ``value`` for reading off, with four significant digits."""
    if not math.isfinite(value):
        return "–"
    return localized(value, ",.0f" if value == round(value) and abs(value) < 1e9 else ".4g")


_X_SPACING = 1.9
"""Space for a figure across, as a multiple of its width."""
_MIN_LABEL_WIDTH = 18.0
_Y_SPACING = 20.0
_TICK = 2.5
_HAIR = 0.01
"""Rounding tolerance of text measured twice."""


@dataclass(frozen=True)
class Axis:
    """One axis."""

    name: str
    """The quantity along it, with its unit."""
    scale: Scale
    """Its range."""
    percent: bool = False
    """Whether values are shares, shown as per cent."""
    integers_only: bool = False
    """Whether only whole numbers are marked."""
    without_ticks: bool = False
    """Whether it has no ticks, as values along it have no meaning."""
    crosses: bool = False
    """Whether it runs through the 0 of the other axis, rather than at the plot's edge."""

    def text(self, value: float) -> str:
        """Format ``value``, with a true minus sign."""
        shown = figure(100.0 * value) + percent_sign() if self.percent else figure(value)
        return shown.replace("-", "\N{MINUS SIGN}") if shown[:1] == "-" else shown

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return at most about ``most`` round values, and their labels."""
        values = [] if self.without_ticks else self.scale.ticks(most)
        return [(v, self.text(v)) for v in values if not self.integers_only or v == round(v)]


@dataclass(frozen=True)
class PlotArea:
    """The plot area of a pair of axes, and the mapping of values to it."""

    plot: QRectF
    x: Axis
    y: Axis

    def at(self, x: float, y: float) -> QPointF:
        """Return the position of a pair of values."""
        plot = self.plot
        return QPointF(
            plot.left() + self.x.scale.share(x) * plot.width(),
            plot.bottom() - self.y.scale.share(y) * plot.height(),
        )


def plot_rect(ink: Ink, rect: QRectF, x: Axis, y: Axis) -> QRectF:
    """Return the plot area whose axes, with all labels, fit into ``rect``.

    An axis without a name takes no space for one.
    """
    if x.without_ticks and y.without_ticks and not (x.name or y.name):
        return rect.adjusted(GAP / 2, GAP / 2, -GAP / 2, -GAP / 2)
    line, name = ink.line(TICK_PT), ink.line(NAME_PT)
    bottom = _TICK + line + (GAP / 2 + name if x.name else 0.0)
    height = rect.height() - bottom - line / 2
    left = values_width(ink, y, height)
    last = ink.width(x.text(x.scale.high), TICK_PT) / 2
    return rect.adjusted(left, line / 2, -max(last, GAP), -bottom)


def framed(ink: Ink, rect: QRectF, x: Axis, y: Axis) -> PlotArea:
    """Paint the axes of a plot that fits into ``rect`` with all labels; return its plot area."""
    line, name = ink.line(TICK_PT), ink.line(NAME_PT)
    plot = plot_rect(ink, rect, x, y)
    x_ticks = _ticks_across(ink, plot.width(), x)
    frame = PlotArea(plot, x, y)
    painter, theme = ink.painter, ink.theme
    value_lines(ink, plot, y)
    for value, text in x_ticks:
        at = frame.at(value, y.scale.low)
        painter.setPen(ink.pen(theme.grid))
        ink.rule(at, QPointF(at.x(), plot.top()))
        painter.setPen(ink.pen(theme.text_dim))
        ink.rule(at, QPointF(at.x(), at.y() + _TICK))
        box = QRectF(at.x(), at.y() + _TICK, 0.0, line)
        ink.write(text, box, TICK_PT, theme.text)
    if x.crosses or y.crosses:
        _zero_lines(ink, frame)
    elif x.without_ticks and y.without_ticks:
        # Only distances matter: a frame without labels.
        painter.setPen(ink.pen(theme.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot)
    else:
        edges(ink, plot)
    below = QRectF(plot.left(), rect.bottom() - name, plot.width(), name)
    ink.write(ink.elided(x.name, NAME_PT, plot.width()), below, NAME_PT, theme.text)
    name_upwards(ink, y.name, rect, plot)
    return frame


def name_upwards(ink: Ink, text: str, rect: QRectF, plot: QRectF) -> None:
    """Write the name of the vertical axis at the left edge of ``rect``, beside ``plot``.

    A name longer than the axis extends beyond it, and shrinks before it is elided.
    """
    size = NAME_PT
    while size > ink.least and ink.width(text, size) > rect.height():
        size -= 0.5
    height = min(max(plot.height(), ink.width(text, size) + _HAIR), rect.height())
    top = min(max(plot.center().y() - height / 2, rect.top()), rect.bottom() - height)
    ink.write_upwards(
        text, QRectF(rect.left(), top, ink.line(NAME_PT), height), size, ink.theme.text
    )


def _zero_lines(ink: Ink, frame: PlotArea) -> None:
    """Paint the axes that run through 0."""
    plot, zero = frame.plot, frame.at(0.0, 0.0)
    ink.painter.setPen(ink.pen(ink.theme.grid))
    if frame.x.crosses:
        ink.rule(QPointF(plot.left(), zero.y()), QPointF(plot.right(), zero.y()))
    if frame.y.crosses:
        ink.rule(QPointF(zero.x(), plot.top()), QPointF(zero.x(), plot.bottom()))


def value_ticks(y: Axis, height: float) -> list[tuple[float, str]]:
    """Return the ticks and labels that fit on a vertical axis of ``height``."""
    return y.ticks(int(height / _Y_SPACING) + 1)


def value_lines(ink: Ink, plot: QRectF, y: Axis) -> None:
    """Paint horizontal grid lines across ``plot``, each with its label to the left."""
    line = ink.line(TICK_PT)
    for value, text in value_ticks(y, plot.height()):
        at = plot.bottom() - y.scale.share(value) * plot.height()
        ink.painter.setPen(ink.pen(ink.theme.grid))
        ink.rule(QPointF(plot.left(), at), QPointF(plot.right(), at))
        ink.painter.setPen(ink.pen(ink.theme.text_dim))
        ink.rule(QPointF(plot.left(), at), QPointF(plot.left() - _TICK, at))
        box = QRectF(plot.left() - _TICK - GAP / 2, at - line / 2, 0.0, line)
        ink.write(text, box, TICK_PT, ink.theme.text, RIGHT)


def values_width(ink: Ink, y: Axis, height: float) -> float:
    """Return the width of the labels of a vertical axis, with its name if it has one."""
    widest = max((ink.width(text, TICK_PT) for _, text in value_ticks(y, height)), default=0.0)
    return widest + (ink.line(NAME_PT) if y.name else 0.0) + _TICK + 1.25 * GAP


def _ticks_across(ink: Ink, width: float, x: Axis) -> list[tuple[float, str]]:
    """Return as many ticks as fit with their labels side by side."""
    most = max(2, int(width / (_X_SPACING * _MIN_LABEL_WIDTH)))
    while True:
        ticks = x.ticks(most)
        widest = max((ink.width(text, TICK_PT) for _, text in ticks), default=0.0)
        if most <= 2 or (len(ticks) - 1) * _X_SPACING * max(_MIN_LABEL_WIDTH, widest) <= width:
            return ticks
        most -= 1


def edges(ink: Ink, plot: QRectF) -> None:
    """Paint the left and the lower edge of the plot."""
    ink.painter.setPen(ink.pen(ink.theme.text_dim, 1.4 * HAIRLINE))
    ink.rule(plot.topLeft(), plot.bottomLeft())
    ink.rule(plot.bottomLeft(), plot.bottomRight())


def shaped(ink: Ink, rect: QRectF, x: Axis, y: Axis, shape: float) -> QRectF:
    """Return the centred part of ``rect`` in which the plot area has the aspect ratio ``shape``."""
    plot = plot_rect(ink, rect, x, y)
    size = QSizeF(shape * 1000.0, 1000.0).scaled(plot.size(), Qt.AspectRatioMode.KeepAspectRatio)
    across, down = plot.width() - size.width(), plot.height() - size.height()
    return rect.adjusted(across / 2, down / 2, -across / 2, -down / 2)
