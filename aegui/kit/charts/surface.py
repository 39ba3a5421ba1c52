"""A shaded surface over a plane with contour lines, and trajectories through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.axes import framed, shaped
from aegui.kit.charts.ink import HAIRLINE
from aegui.kit.charts.items import ItemPlot, ItemShape, line_of
from aegui.kit.charts.legend import line_entry, paint_legend
from aegui.kit.charts.lines import dash_style
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
    """A trajectory in the plane."""

    name: str
    """Label in the legend."""
    coordinates: NDArray[np.float64]
    """Positions, float64 ``[n, 2]``, from the start."""
    colour: int
    """Index in the theme's series."""


@dataclass(frozen=True, eq=False)
class SurfacePlot(ItemPlot):
    """A plane with trajectories; both axes have the same unit length."""

    x: Axis
    """The horizontal axis."""
    y: Axis
    """The vertical axis."""
    trails: tuple[Trail, ...]
    """The trajectories, the last one on top."""
    shades: NDArray[np.float64]
    """Strength of the colour of each cell, 0 to 1, ``[rows, columns]``; row 0 is at the bottom;
    empty if not computed yet."""
    lines: tuple[NDArray[np.float64], ...] = ()
    """Contour lines, positions ``[k, 2]`` each."""

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the plot and return the trajectories."""
        pens = [
            ink.pen(ink.series_colour(trail.colour), _WIDTH, dash_style(item))
            for item, trail in enumerate(self.trails)
        ]
        entries = [
            line_entry(ink, trail.name, _SWATCH, pen)
            for trail, pen in zip(self.trails, pens, strict=True)
        ]
        top = paint_legend(ink, rect, entries)
        rect = rect.adjusted(0.0, top, 0.0, 0.0)
        width, height = (axis.scale.high - axis.scale.low for axis in (self.x, self.y))
        rect = shaped(ink, rect, self.x, self.y, width / height)
        frame = framed(ink, rect, self.x, self.y)
        painter = ink.painter
        if self.shades.size:
            painter.drawImage(frame.plot, self._image(ink))
        painter.save()
        painter.setClipRect(frame.plot)
        colour = QColor(ink.theme.text_dim)
        colour.setAlpha(_LINE_ALPHA)
        painter.setPen(ink.pen(colour, HAIRLINE))
        for coordinates in self.lines:
            painter.drawPolyline(_placed(frame, coordinates))
        found = []
        for item, (trail, pen) in enumerate(zip(self.trails, pens, strict=True)):
            points = _placed(frame, trail.coordinates)
            if not points:
                continue
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            painter.drawPolyline(points)
            painter.setPen(ink.pen(ink.theme.panel, HAIRLINE))
            painter.setBrush(pen.color())
            radius = ink.length(_DOT)
            painter.drawEllipse(points[-1], radius, radius)
            found.append(line_of(item, points))
        if self.trails and len(self.trails[0].coordinates):
            # The common start is a ring, distinct from the discs at the ends.
            start = _placed(frame, self.trails[0].coordinates[:1])[0]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink.pen(ink.theme.text, 1.2))
            radius = ink.length(1.4 * _DOT)
            painter.drawEllipse(start, radius, radius)
        painter.restore()
        return tuple(found)

    def _image(self, ink: Ink) -> QImage:
        """Return the shades as an image, with row 0 at the bottom."""
        colours = [
            blend(ink.theme.accent, ink.ground, _FULLEST * share / 255.0).rgb()
            for share in range(256)
        ]
        levels = np.nan_to_num(np.clip(self.shades, 0.0, 1.0), nan=1.0)
        rounded = np.ascontiguousarray((255.0 * levels[::-1]).round().astype(np.uint8))
        pixels = np.ascontiguousarray(np.array(colours, np.uint32)[rounded])
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
        # Interpolated linearly between the samples, as for the contour lines.
        return image.scaled(
            max(columns, 512),
            max(rows, 512),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )


def _placed(frame: PlotArea, coordinates: NDArray[np.float64]) -> list[QPointF]:
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    return [frame.at(x, y) for x, y in finite.tolist()]
