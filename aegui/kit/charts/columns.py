"""Named columns over one value axis, shared by bar and box plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.axes import name_upwards, value_lines, values_width
from aegui.kit.charts.ink import GAP, NAME_PT, RIGHT, TICK_PT
from aegui.kit.charts.legend import line_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPen

    from aegui.kit.charts.axes import Axis
    from aegui.kit.charts.ink import Ink
    from aegui.kit.charts.legend import LegendEntry

DOT = 2.0
"""Radius of the dot of a single value."""
_DOTS_SHARE = 0.52
_MIN_NAME = 5.5
_DASH = 15.0
_PLOT_SHARE = 0.9
_MAX_TURNED = 0.35
Levels = tuple[tuple[float, str], ...]
"""Horizontal reference lines: values and names."""


@dataclass(frozen=True)
class NamedColumns:
    """The columns of a plot."""

    plot: QRectF
    """The plot area."""
    count: int
    """Number of columns."""
    y: Axis
    """The value axis."""

    @property
    def column_width(self) -> float:
        """Return the width of a column."""
        return self.plot.width() / max(1, self.count)

    def column(self, index: int) -> QRectF:
        """Return the rectangle of a column over the full height."""
        plot = self.plot
        return QRectF(
            plot.left() + index * self.column_width, plot.top(), self.column_width, plot.height()
        )

    def height(self, value: float) -> float:
        """Return the y position of ``value``, clamped to the axis."""
        share = min(max(self.y.scale.share(value), 0.0), 1.0)
        return self.plot.bottom() - share * self.plot.height()

    def dot(self, index: int, number: int, of: int, value: float) -> QPointF:
        """Return the position of the ``number``-th of ``of`` values, spread across a column."""
        share = 0.5 + _DOTS_SHARE * ((number + 0.5) / of - 0.5)
        return QPointF(self.plot.left() + (index + share) * self.column_width, self.height(value))


def framed_columns(ink: Ink, rect: QRectF, names: Sequence[str], x: str, y: Axis) -> NamedColumns:
    """Paint axis, grid and names of a plot that fits into ``rect`` with all labels."""
    line, name = ink.line(TICK_PT), ink.line(NAME_PT)
    turned = _turned_height(ink, rect, names)
    bottom = GAP / 2 + (turned or line) + (GAP / 2 + name if x else 0.0)
    height = rect.height() - bottom - line / 2
    plot = rect.adjusted(values_width(ink, y, height), line / 2, 0.0, -bottom)
    columns = NamedColumns(plot, len(names), y)
    value_lines(ink, plot, y)
    name_upwards(ink, y.name, rect, plot)
    if turned:
        _paint_turned(ink, columns, names, turned)
    else:
        _paint_names(ink, columns, names, line)
    if x:
        below = QRectF(plot.left(), rect.bottom() - name, plot.width(), name)
        ink.write(x, below, NAME_PT, ink.theme.text)
    return columns


def _turned_height(ink: Ink, rect: QRectF, names: Sequence[str]) -> float:
    """Return the height of rotated names; 0 if they fit horizontally."""
    across = _PLOT_SHARE * rect.width() / max(1, len(names))
    _, stride = fitting_size(ink, names, across)
    if stride == 1 or across < ink.line(ink.least):
        return 0.0
    widest = max(ink.width(name, TICK_PT) for name in names)
    return min(widest, _MAX_TURNED * rect.height())


def _paint_turned(ink: Ink, columns: NamedColumns, names: Sequence[str], height: float) -> None:
    size = TICK_PT

    def is_large(size: float) -> bool:
        widest = max((ink.width(name, size) for name in names), default=0.0)
        return ink.line(size) > columns.column_width or widest > height

    while size > ink.least and is_large(size):
        size -= 0.5
    for index, name in enumerate(names):
        left = columns.plot.left() + index * columns.column_width
        box = QRectF(left, columns.plot.bottom() + GAP / 2, columns.column_width, height)
        ink.write_upwards(name, box, size, ink.theme.text, RIGHT)


def _paint_names(ink: Ink, columns: NamedColumns, names: Sequence[str], line: float) -> None:
    """Paint the names of the columns: in smaller letters if necessary, or else every nth."""
    size, stride = fitting_size(ink, names, columns.column_width)
    for index, name in enumerate(names):
        if index % stride == 0:
            left = columns.plot.left() + index * columns.column_width
            box = QRectF(left, columns.plot.bottom() + GAP / 2, columns.column_width, line)
            text = ink.elided(name, size, stride * columns.column_width)
            ink.write(text, box, size, ink.theme.text)


def paint_levels(ink: Ink, columns: NamedColumns, levels: Levels) -> None:
    """Paint a line across the plot for each of ``levels`` within the axis."""
    plot, scale = columns.plot, columns.y.scale
    for number, (value, _) in enumerate(levels):
        if scale.low <= value <= scale.high:
            y = columns.height(value)
            ink.painter.setPen(_level_pen(ink, number))
            ink.painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))


def level_entries(ink: Ink, levels: Levels) -> list[LegendEntry]:
    """Return the entries of the reference lines in a legend."""
    return [
        line_entry(ink, name, _DASH, _level_pen(ink, number))
        for number, (_, name) in enumerate(levels)
    ]


def _level_pen(ink: Ink, number: int) -> QPen:
    return ink.pen(ink.theme.text_dim, 0.8, level_style(number))


def level_style(number: int) -> Qt.PenStyle:
    """Return the dash style of the ``number``-th reference line, distinct without colours."""
    styles = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
    return styles[number % len(styles)]


def fitting_size(ink: Ink, names: Sequence[str], width: float) -> tuple[float, int]:
    """Return the font size at which ``names`` fit side by side, and the stride if not all do."""
    size = ink.text
    while size >= max(_MIN_NAME, ink.least):
        widest = max((ink.width(name, size) for name in names), default=0.0)
        if widest <= width - 1.0:
            return size, 1
        size -= 0.5
    widest = max((ink.width(name, ink.text) for name in names), default=0.0)
    return ink.text, max(1, min(len(names), -(-int(widest + GAP) // max(1, int(width)))))
