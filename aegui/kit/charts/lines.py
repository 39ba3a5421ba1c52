"""Line plot with bands: losses, wrong pixels, noise curves."""

from __future__ import annotations

import itertools
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.sampled import evenly_spaced
from aegui.kit.charts.axes import finite_pieces, framed, on_scale
from aegui.kit.charts.columns import level_style
from aegui.kit.charts.ink import GAP, HAIRLINE, LEFT, RIGHT, TICK_PT
from aegui.kit.charts.items import ItemShape, line_of
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.kit.charts.axes import Axis, PlotArea
    from aegui.kit.charts.columns import Levels
    from aegui.kit.charts.ink import Ink

    Values = NDArray[np.float64]

BAND_ALPHA = 46
RUN_ALPHA = 66
_SWATCH = 16.0
_MEAN_PX = 2.0
_RING_PX = 0.9
_DASHES = (4.0, 3.0)
_STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
_COLOURS = 8
_DOT = 1.6
_MAX_POINTS = 1_200
_LEGEND_SHARE = 1 / 3
"""Largest share of the height for the legend above the plot."""
_HEAD_SHARE = 0.4
"""Largest share of the width for the text before the names."""
_NONE = np.zeros((0, 0))


def dash_style(number: int) -> Qt.PenStyle:
    """Return the dash style of the ``number``-th of several lines.

    Four consecutive lines are distinct without colours, and 32 by colour and dash together.
    """
    return _STYLES[(number + number // _COLOURS) % len(_STYLES)]


@dataclass(frozen=True, eq=False)
class Series:
    """One line."""

    name: str
    """Label in the legend."""
    y: Values
    """Values, float64 ``[n]``; NaN is a gap."""
    low: Values | None = None
    """Lower edge of its band, or None."""
    high: Values | None = None
    """Upper edge of its band, or None."""
    runs: Values = field(default_factory=lambda: _NONE)
    """Single runs drawn faintly behind, ``[n, K]``."""
    colour: int | None = 0
    """Index in the theme's series; None for the text colour."""
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    """Dash style."""
    width: float = 1.0
    """Line width."""
    dots: bool = False
    """Whether each value has a dot."""
    hollow: bool = False
    """Whether the dots are rings."""
    texts: tuple[str, ...] = ()
    """Formatted values for reading off, or empty."""
    emphasised: Values | None = None
    """The run among them that is emphasised and read off; None to read ``y``."""

    @property
    def read(self) -> Values:
        """Return the values that are read off."""
        return self.y if self.emphasised is None else self.emphasised

    @property
    def extent(self) -> Values:
        """Return all drawn values ``[m]``: line, band and single runs; the axis must cover them."""
        parts = (self.y, self.low, self.high, self.emphasised, self.runs)
        return np.concatenate([part.reshape(-1) for part in parts if part is not None])

    def emphasised_ink(self, ink: Ink) -> QColor:
        """Return the colour of ``emphasised``."""
        return blend(self.ink(ink), ink.theme.text, 0.45)

    def line_style(self, ink: Ink) -> Qt.PenStyle:
        """Return the dash style; lines that share a colour differ in it."""
        if self.style is not Qt.PenStyle.SolidLine or self.colour is None:
            return self.style
        return _STYLES[self.colour // len(ink.theme.series) % len(_STYLES)]

    def ink(self, ink: Ink) -> QColor:
        """Return the colour in the theme of ``ink``."""
        return ink.theme.text if self.colour is None else ink.series_colour(self.colour)


@dataclass(frozen=True, eq=False)
class LinePlot:
    """Lines that share their axes."""

    at: Values
    """Common x values, float64 ``[n]`` ascending."""
    x: Axis
    """The horizontal axis."""
    y: Axis
    """The vertical axis."""
    series: tuple[Series, ...]
    """The lines, the last one on top."""
    levels: Levels = ()
    """Horizontal reference lines and their names."""
    names: str = ""
    """What the names of the series stand for, written before them in the legend."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axes, bands and lines."""
        self._painted(ink, rect)

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the visible parts of each line."""
        frame = self._painted(ink, rect)
        found = []
        for item, one in enumerate(self.series):
            for piece in finite_pieces(one.y):
                keep = piece.start + _extremes(one.y[piece])
                points = _placed(frame, self.at[keep], one.y[keep])
                found += [line_of(item, part) for part in _inside(points, frame.plot)]
        return tuple(found)

    def _painted(self, ink: Ink, rect: QRectF) -> PlotArea:
        top = self._paint_legend(ink, rect)
        return self.paint_in(ink, rect.adjusted(0.0, top, 0.0, 0.0))

    def paint_in(self, ink: Ink, rect: QRectF, at: int | None = None) -> PlotArea:
        """Paint all but the legend in ``rect``, with a crosshair at index ``at`` if given."""
        frame = framed(ink, rect, self.x, self.y)
        for one in self.series:
            self._paint_band(ink, frame, one)
        for number, (value, name) in enumerate(self.levels):
            self._paint_level(ink, frame, value, name, level_style(number))
        for one in self.series:
            self._paint_line(ink, frame, one)
        if at is not None:
            x = frame.at(float(self.at[at]), self.y.scale.low).x()
            ink.painter.setPen(ink.pen(ink.theme.text_dim, HAIRLINE, Qt.PenStyle.DashLine))
            ink.rule(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()))
        return frame

    def _paint_legend(self, ink: Ink, rect: QRectF) -> float:
        """Paint the legend in lines above the plot, where it covers nothing; return its height."""
        named = [one for one in self.series if one.name]
        if len(named) < 2:
            return 0.0
        head = self._paint_legend_head(ink, rect)
        boxes, rest = self._legend_boxes(ink, rect, named[::-1], head)
        for one, box in zip(reversed(named), boxes, strict=False):
            self._paint_entry(ink, one, box)
        if rest is not None:
            words = tr("and {n:,} more", n=len(named) - len(boxes))
            ink.write(words, rest, ink.text, ink.theme.text_dim, LEFT)
        return (rest or boxes[-1]).bottom() + GAP - rect.top()

    def _paint_legend_head(self, ink: Ink, rect: QRectF) -> float:
        """Paint what the names stand for, if short enough; return the width it takes."""
        width = ink.width(self.names, ink.text)
        if not self.names or width > _HEAD_SHARE * rect.width():
            return 0.0
        box = QRectF(rect.left(), rect.top(), width, ink.line(ink.text) + 1.0)
        ink.write(self.names, box, ink.text, ink.theme.text_dim, LEFT)
        return width + 2.5 * GAP

    def _legend_boxes(
        self, ink: Ink, rect: QRectF, named: Sequence[Series], head: float
    ) -> tuple[list[QRectF], QRectF | None]:
        """Return the boxes of the first names, and that of the text on omitted ones, or None.

        The first line begins after ``head``. The number of lines is bounded, since a large legend
        would leave no room for the plot.
        """
        line_height = ink.line(ink.text) + 1.0
        lines = max(1, int(_LEGEND_SHARE * rect.height() / line_height))
        rest = ink.width(tr("and {n:,} more", n=len(named)), ink.text)
        boxes: list[QRectF] = []
        x, y = rect.left() + head, rect.top()
        for at, one in enumerate(named):
            entry_width = _SWATCH + GAP + ink.width(one.name, ink.text)
            for_rest = 2.5 * GAP + rest if at < len(named) - 1 else 0.0
            is_last_line = y + 1.5 * line_height > rect.top() + lines * line_height
            needed = entry_width + (for_rest if is_last_line else 0.0)
            if x > rect.left() and x + needed > rect.right():
                if is_last_line:
                    return boxes, QRectF(x, y, rest, line_height)
                x, y = rect.left(), y + line_height
                is_last_line = y + 1.5 * line_height > rect.top() + lines * line_height
            # A name too long for the last line is elided, to leave room for the text on omitted
            # ones.
            right = rect.right() - for_rest if is_last_line else rect.right()
            right = max(x, right)
            boxes.append(QRectF(x, y, right - x, line_height))
            x = min(x + entry_width, right) + 2.5 * GAP
        return boxes, None

    def legend_width(self, ink: Ink) -> float:
        """Return the width of a legend beside the plot."""
        return max((ink.width(one.name, ink.text) for one in self.series), default=0) + 2 * _SWATCH

    def paint_beside(self, ink: Ink, rect: QRectF, head: str, at: int | None) -> None:
        """Paint the legend in ``rect``, one line per name below ``head``, with values at ``at``."""
        line_height = ink.line(ink.text) + 3.0
        box = QRectF(rect.left(), rect.top(), rect.width(), line_height)
        ink.write(ink.elided(head, ink.text, box.width()), box, ink.text, ink.theme.text_dim, RIGHT)
        for one in reversed(self.series):
            box.translate(0.0, line_height)
            if box.bottom() > rect.bottom():
                return
            self._paint_entry(ink, one, box, one.texts[at] if at is not None and one.texts else "")

    def _paint_entry(self, ink: Ink, one: Series, box: QRectF, value: str = "") -> None:
        """Paint a line sample, its name, and a value at the right."""
        ink.painter.setPen(ink.pen(one.ink(ink), max(1.2, one.width), one.line_style(ink)))
        left, middle = box.left(), box.center().y()
        ink.painter.drawLine(QPointF(left, middle), QPointF(left + _SWATCH, middle))
        if one.dots:
            self._paint_dots(ink, one, [QPointF(left + _SWATCH / 2, middle)])
        words = box.adjusted(_SWATCH + GAP, 0.0, 0.0, 0.0)
        ink.write(value, words, ink.text, ink.theme.text, RIGHT)
        name_width = max(
            20.0, words.width() - (ink.width(value, ink.text) + 2 * GAP if value else 0.0)
        )
        ink.write(ink.elided(one.name, ink.text, name_width), words, ink.text, ink.theme.text, LEFT)

    def _paint_band(self, ink: Ink, frame: PlotArea, one: Series) -> None:
        if one.low is None or one.high is None:
            return
        colour = QColor(one.ink(ink))
        colour.setAlpha(BAND_ALPHA)
        ink.painter.setPen(Qt.PenStyle.NoPen)
        ink.painter.setBrush(colour)
        keep = evenly_spaced(len(self.at), _MAX_POINTS)
        window = QPainterPath()
        window.addRect(frame.plot)
        for piece in finite_pieces(one.high + one.low):
            part = keep[(keep >= piece.start) & (keep < piece.stop)]
            above = _placed(frame, self.at[part], one.high[part])
            below = _placed(frame, self.at[part], one.low[part])
            path = QPainterPath()
            path.addPolygon(QPolygonF([*above, *reversed(below)]))
            path.closeSubpath()
            seen = path.intersected(window)
            if not seen.isEmpty():
                ink.painter.drawPath(seen)

    def _paint_line(self, ink: Ink, frame: PlotArea, one: Series) -> None:
        painter = ink.painter
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = one.ink(ink)
        faint = QColor(colour)
        faint.setAlpha(RUN_ALPHA)
        painter.setPen(ink.pen(faint))
        for run in one.runs.T:
            self._paint_values(ink, frame, run)
        if one.emphasised is not None:
            painter.setPen(ink.pen(one.emphasised_ink(ink)))
            self._paint_values(ink, frame, one.emphasised)
        painter.setPen(ink.pen(colour, one.width, one.line_style(ink)))
        self._paint_values(ink, frame, one.y)
        if one.dots:
            finite = np.isfinite(one.y)
            dots = _placed(frame, self.at[finite], one.y[finite])
            self._paint_dots(ink, one, [dot for dot in dots if frame.plot.contains(dot)])

    def _paint_dots(self, ink: Ink, one: Series, dots: Sequence[QPointF]) -> None:
        if one.hollow:
            ink.painter.setPen(ink.pen(one.ink(ink), _RING_PX))
            ink.painter.setBrush(ink.ground)
        else:
            ink.painter.setPen(Qt.PenStyle.NoPen)
            ink.painter.setBrush(one.ink(ink))
        radius = ink.length(_DOT)
        for dot in dots:
            ink.painter.drawEllipse(dot, radius, radius)

    def _paint_values(self, ink: Ink, frame: PlotArea, values: Values) -> None:
        for piece in finite_pieces(values):
            keep = piece.start + _extremes(values[piece])
            points = _placed(frame, self.at[keep], values[keep])
            if len(points) == 1:
                points = [points[0] - QPointF(1.0, 0.0), points[0] + QPointF(1.0, 0.0)]
            for part in _inside(points, frame.plot):
                ink.painter.drawPolyline(part)

    def _paint_level(
        self, ink: Ink, frame: PlotArea, value: float, name: str, style: Qt.PenStyle
    ) -> None:
        theme, plot = ink.theme, frame.plot
        y = frame.at(self.x.scale.low, value).y()
        if not plot.top() <= y <= plot.bottom():
            return
        ink.painter.setPen(ink.pen(theme.text_dim, 0.8, style))
        ink.painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        height = ink.line(TICK_PT)
        above = y - height if y - height > plot.top() else y
        box = QRectF(plot.left(), above, plot.width() - GAP, height)
        ink.write(name, box, TICK_PT, theme.text_dim, Qt.AlignmentFlag.AlignRight)


def screen_pen(ink: Ink, one: Series) -> QPen:
    """Return the pen of a line in an interactive chart; thin lines are painted faster."""
    # The mean of several runs is wider than the runs.
    pen = QPen(one.ink(ink), 1.0 if one.low is None else _MEAN_PX)
    pen.setCosmetic(True)
    style = one.line_style(ink)
    if style is Qt.PenStyle.DashLine:
        pen.setDashPattern(_DASHES)
    elif style is not Qt.PenStyle.SolidLine:
        pen.setStyle(style)
    return pen


def _placed(frame: PlotArea, x: Values, y: Values) -> list[QPointF]:
    plot = frame.plot

    def shares(values: Values, axis: Axis) -> Values:
        low, high = axis.scale.ends()
        return (on_scale(values, is_log=axis.scale.is_log) - low) / (high - low)

    across = plot.left() + shares(x, frame.x) * plot.width()
    up = plot.bottom() - shares(y, frame.y) * plot.height()
    return [QPointF(a, b) for a, b in zip(across.tolist(), up.tolist(), strict=True)]


def _extremes(values: Values) -> NDArray[np.int64]:
    """Return the indices of the minimum and maximum of each chunk of a long curve."""
    if len(values) <= _MAX_POINTS:
        return np.arange(len(values))
    bounds = np.linspace(0, len(values), _MAX_POINTS // 2 + 1).astype(np.int64)
    found = [0, len(values) - 1]
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        part = values[start:end]
        found += [start + int(part.argmin()), start + int(part.argmax())]
    return np.unique(found)


def _inside(points: list[QPointF], plot: QRectF) -> list[list[QPointF]]:
    """Return the parts of a line inside ``plot``; not every file format supports clipping."""
    bounds = plot.adjusted(-0.01, -0.01, 0.01, 0.01)
    parts: list[list[QPointF]] = []
    for a, b in itertools.pairwise(points):
        cut = _cut(a, b, bounds)
        if cut is None:
            continue
        if parts and parts[-1][-1] == cut[0]:
            parts[-1].append(cut[1])
        else:
            parts.append(list(cut))
    return parts


def _cut(a: QPointF, b: QPointF, plot: QRectF) -> tuple[QPointF, QPointF] | None:
    """Return the part of a segment inside ``plot`` (Liang and Barsky 1984)."""
    start, end = 0.0, 1.0
    dx, dy = b.x() - a.x(), b.y() - a.y()
    for step, distance in (
        (-dx, a.x() - plot.left()),
        (dx, plot.right() - a.x()),
        (-dy, a.y() - plot.top()),
        (dy, plot.bottom() - a.y()),
    ):
        if step == 0.0:
            if distance < 0.0:
                return None
        elif step < 0.0:
            start = max(start, distance / step)
        else:
            end = min(end, distance / step)
    if start > end:
        return None
    first = a if start == 0.0 else QPointF(a.x() + start * dx, a.y() + start * dy)
    last = b if end == 1.0 else QPointF(a.x() + end * dx, a.y() + end * dy)
    return first, last
