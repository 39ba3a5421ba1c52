"""Values all over a plane, shaded and with lines of equal value, and trails through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage

from aegui.kit.charts.axes import framed, shaped
from aegui.kit.charts.ink import GAP, HAIRLINE, LEFT, TICK_PT
from aegui.kit.charts.items import ItemShape, line_of
from aegui.kit.charts.lines import told_apart
from aegui.kit.charts.scale import Scale
from aegui.kit.theme import blend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.charts.axes import Axis, PlotArea
    from aegui.kit.charts.ink import Ink

_FULLEST = 0.75
_LINE_ALPHA = 120
_DOT = 2.6
_WIDTH = 1.3
_SWATCH = 12.0


@dataclass(frozen=True, eq=False)
class Trail:
    """A way through the plane.

    Attributes:
        name: In the legend.
        places: float64 ``[n, 2]``; it begins at the first one.
        colour: Place in the theme's series.
    """

    name: str
    places: NDArray[np.float64]
    colour: int


@dataclass(frozen=True, eq=False)
class SurfacePlot:
    """A plane with trails.

    Attributes:
        x: The axis across.
        y: The axis upwards.
        trails: The last one on top.
        shades: How full each cell is of its colour, 0 to 1, ``[rows, columns]``; row 0 lies below;
            empty: nothing is known yet.
        lines: Places ``[k, 2]`` of lines of equal value.
        equal: Whether a unit is as long upwards as across.
        title: Above it, where there are several plots.
    """

    x: Axis
    y: Axis
    trails: tuple[Trail, ...]
    shades: NDArray[np.float64]
    lines: tuple[NDArray[np.float64], ...] = ()
    equal: bool = True
    title: str = ""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint legend, axes, plane and trails."""
        self.shapes(ink, rect)

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint them, and give the trails."""
        top = self._paint_legend(ink, rect)
        rect = rect.adjusted(0.0, top, 0.0, 0.0)
        if self.equal:
            wide, high = (axis.scale.high - axis.scale.low for axis in (self.x, self.y))
            rect = shaped(ink, rect, self.x, self.y, wide / high)
        frame = framed(ink, rect, self.x, self.y)
        painter = ink.painter
        if self.shades.size:
            painter.drawImage(frame.plot, self._image(ink))
        painter.save()
        painter.setClipRect(frame.plot)
        colour = QColor(ink.theme.text_dim)
        colour.setAlpha(_LINE_ALPHA)
        painter.setPen(ink.pen(colour, HAIRLINE))
        for places in self.lines:
            painter.drawPolyline(_placed(frame, places))
        found = []
        for item, trail in enumerate(self.trails):
            points = _placed(frame, trail.places)
            if not points:
                continue
            series = ink.theme.series[trail.colour % len(ink.theme.series)]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink.pen(series, _WIDTH, told_apart(item)))
            painter.drawPolyline(points)
            painter.setPen(ink.pen(ink.theme.panel, HAIRLINE))
            painter.setBrush(series)
            radius = ink.length(_DOT)
            painter.drawEllipse(points[-1], radius, radius)
            found.append(line_of(item, points))
        if self.trails and len(self.trails[0].places):
            # All begin here: a ring that no end is taken for.
            start = _placed(frame, self.trails[0].places[:1])[0]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink.pen(ink.theme.text, 1.2))
            radius = ink.length(1.4 * _DOT)
            painter.drawEllipse(start, radius, radius)
        painter.restore()
        return tuple(found)

    def _image(self, ink: Ink) -> QImage:
        """The shades as pixels, that of the lowest row at the bottom."""
        colours = [
            blend(ink.theme.accent, ink.ground, _FULLEST * share / 255.0).rgb()
            for share in range(256)
        ]
        levels = np.nan_to_num(np.clip(self.shades, 0.0, 1.0), nan=1.0)
        places = np.ascontiguousarray((255.0 * levels[::-1]).round().astype(np.uint8))
        pixels = np.ascontiguousarray(np.array(colours, np.uint32)[places])
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
        # Between the points nothing is known: evenly from one to the next, as the lines take it.
        return image.scaled(
            max(columns, 512),
            max(rows, 512),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    def _paint_legend(self, ink: Ink, rect: QRectF) -> float:
        line = ink.line(TICK_PT) + 1.0
        x, y = rect.left(), rect.top()
        for item, trail in enumerate(self.trails):
            room = _SWATCH + GAP + ink.width(trail.name, TICK_PT) + 2.5 * GAP
            if x > rect.left() and x + room - 2.5 * GAP > rect.right():
                x, y = rect.left(), y + line
            colour = ink.theme.series[trail.colour % len(ink.theme.series)]
            ink.painter.setPen(ink.pen(colour, _WIDTH, told_apart(item)))
            middle = y + line / 2
            ink.painter.drawLine(QPointF(x, middle), QPointF(x + _SWATCH, middle))
            box = QRectF(x + _SWATCH + GAP, y, rect.right() - x, line)
            ink.write(trail.name, box, TICK_PT, ink.theme.text, LEFT)
            x += room
        return y + line + GAP - rect.top() if self.trails else 0.0


def around(low: float, high: float) -> Scale:
    """A linear scale between two ends that may fall together."""
    return Scale(low, high if high > low else low + 1.0)


def _placed(frame: PlotArea, places: NDArray[np.float64]) -> list[QPointF]:
    finite = places[np.isfinite(places).all(axis=1)]
    return [frame.at(x, y) for x, y in finite.tolist()]
