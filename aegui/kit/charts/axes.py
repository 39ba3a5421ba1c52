"""Axes of a plot: ticks, labels, grid lines and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from aegui.core.i18n import percent_sign
from aegui.kit.charts.ink import GAP, HAIRLINE, NAME_PT, RIGHT, TICK_PT
from aegui.kit.charts.scale import figure

if TYPE_CHECKING:
    from aegui.kit.charts.ink import Ink
    from aegui.kit.charts.scale import Scale

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
