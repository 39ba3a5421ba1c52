"""Layers besides samples and plane: a field, a path, another run's codes and ellipses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTransform,
)

from aegui.core.colours import DISC
from aegui.features.map.view.marks import paint_region_names
from aegui.kit.theme import Theme, blend
from aegui.widgets.scatter.dot_raster import DotRaster

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.scene import Scene
    from aegui.features.map.view.types import FieldPicture
    from aegui.widgets.viewport import Bounds, Viewport

GHOST_PX = 5.0
"""Diameter of a dot of the ghost, in logical pixels."""
STEP_PX = 4.0
"""Diameter of a step of the path."""
MAX_ELLIPSES = 1000
"""With more visible posteriors none is drawn: they would cover everything."""
_FILL = 0.14
_CROWDED, _MAX_CROWDED = 1.5, 6.0
_MAX_CHOSEN = 60
_MAX_RINGS = 1500
_STROKE_PX = 10.0
_PALE = 0.42
_LINE = 0.7


class Layers:
    """State and painting of the layers, in coordinates of the scene's plane."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.field: FieldPicture | None = None
        self.path: NDArray[np.float64] | None = None
        self.ghost: NDArray[np.float32] | None = None
        self._field_image = QImage()
        self._field_lines = QPainterPath()
        self.variances: NDArray[np.float64] | None = None
        self._raster = DotRaster()
        self._is_many = False
        self._ghost_version = 0
        self._projected: tuple[object, NDArray[np.float64]] = (None, np.zeros((0, 2)))

    def set_field(self, field: FieldPicture | None) -> None:
        """Set the field under the samples; None removes it."""
        self.field = field
        self._field_lines = QPainterPath()
        if field is None:
            self._field_image = QImage()
            return
        for line in field.lines:
            self._field_lines.addPolygon(_polygon(line))
        # The conversion copies the pixels: the numpy buffer may be freed.
        rgba = np.ascontiguousarray(field.image[::-1])
        rows, columns = rgba.shape[:2]
        straight = QImage(rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
        self._field_image = straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def set_path(self, codes: ArrayLike | None) -> None:
        """Set the path through ``codes`` ``[n, d]``; codes of another size are not drawn."""
        self.path = self._fitting(codes)

    def set_ghost(self, codes: ArrayLike | None) -> None:
        """Set the codes ``[n, d]`` of another run, painted pale under the samples."""
        found = self._fitting(codes)
        self.ghost = None if found is None else found.astype(np.float32)
        self._ghost_version += 1

    def set_variances(self, variances: ArrayLike | None) -> None:
        """Set the posterior variances ``[N, d]`` of all samples of the data set."""
        self.variances = self._fitting(variances)

    def _fitting(self, codes: ArrayLike | None) -> NDArray[np.float64] | None:
        if codes is None:
            return None
        values = np.array(codes, np.float64)
        fits = values.ndim == 2 and len(values) > 0
        return values if fits else None

    def shown_field(self) -> FieldPicture | None:
        """Return the field if it belongs to the current plane."""
        field, frame = self.field, self._scene.projection.frame
        if field is None or field.frame.size != frame.size or not field.frame.parallel(frame):
            return None
        return field

    def paint_field(self, painter: QPainter, view: Viewport, theme: Theme, font: QFont) -> None:
        """Paint the field and its lines; on a ribbon it fills the height of the map."""
        field = self.shown_field()
        if field is None:
            return
        x0, y0, x1, y1 = field.rect
        target = QRectF(view.x_pixel(x0), view.top, (x1 - x0) * view.sx, view.height)
        if not self._scene.projection.ribbon:
            target.setTop(view.y_pixel(y1))
            target.setHeight((y1 - y0) * view.sy)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, field.smooth)
        painter.drawImage(target, self._field_image)
        if field.lines and not self._scene.projection.ribbon:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(blend(theme.text, theme.panel, _LINE), 1.0)
            # Letting the painter transform the points takes a tenth of the time of doing so here.
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            origin = view.x_pixel(0.0), view.y_pixel(0.0)
            painter.setTransform(QTransform(view.sx, 0.0, 0.0, -view.sy, *origin), True)
            painter.drawPath(self._field_lines)
            painter.resetTransform()
        paint_region_names(
            painter, field.names, view, theme, font, ribbon=self._scene.projection.ribbon
        )
        painter.restore()

    def paint_below(self, painter: QPainter, view: Viewport, theme: Theme, ratio: float) -> None:
        """Paint the layers between the ground and the samples."""
        painter.save()
        self._paint_ellipses(painter, view, theme)
        self._paint_ghost(painter, view, theme, ratio)
        painter.restore()

    def _paint_ellipses(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Paint one standard deviation of each visible posterior.

        Overlapping ellipses are drawn as outlines; if they overlap a lot, only those of selected
        samples are drawn.
        """
        rows = self._spread_rows(view)
        if self.variances is None or not len(rows):
            return
        points = self._scene.points
        indices = points.indices[rows]
        radii, angles = self._axes_of(self.variances[indices], view)
        crowd = np.pi * np.prod(radii, axis=1).sum() / (view.width * view.height)
        if crowd > _MAX_CROWDED:
            chosen = np.flatnonzero(np.isin(indices, points.colours.selection))
            if not 0 < len(chosen) <= _MAX_CHOSEN:
                return
            rows, indices = rows[chosen], indices[chosen]
            radii, angles, crowd = radii[chosen], angles[chosen], 0.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Recomputed from ``view``, which differs from the widget's when painting on paper.
        spots = view.to_pixels(points.coordinates[rows])
        each = zip(indices.tolist(), spots.tolist(), radii.tolist(), angles.tolist(), strict=True)
        for index, (x, y), (a, b), angle in each:
            colour = QColor(points.colours.colour(index, theme) or theme.series[0])
            painter.setPen(QPen(colour, 1.0))
            colour.setAlphaF(_FILL if crowd < _CROWDED else 0.0)
            painter.setBrush(colour)
            painter.save()
            painter.translate(x, y)
            painter.rotate(angle)
            painter.drawEllipse(QPointF(0, 0), a, b)
            painter.restore()

    def _spread_rows(self, view: Viewport) -> NDArray[np.int64]:
        """Return the rows of visible samples with variances to draw; none if there are too many."""
        scene, points = self._scene, self._scene.points
        variances, nothing = self.variances, np.zeros(0, np.int64)
        if variances is None or not scene.style.ellipses or scene.projection.ribbon:
            return nothing
        seen = points.visible_rows(view)
        if seen is None or len(seen) > MAX_ELLIPSES:
            return nothing
        if variances.shape != (points.sprites.count, scene.projection.size):
            return nothing
        return seen[np.isfinite(variances[points.indices[seen]]).all(axis=1)]

    def _axes_of(
        self, variances: NDArray[np.float64], view: Viewport
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return half axes in pixels ``[k, 2]`` and angles in degrees ``[k]`` of the ellipses."""
        projection = self._scene.projection
        if not projection.spanned:
            pair = np.sqrt(np.maximum(0.0, variances[:, list(projection.axes)]))
            return pair * (view.sx, view.sy), np.zeros(len(pair))
        # Project the diagonal covariance onto the two directions, in pixels (y downwards).
        seen = projection.directions * np.array([[view.sx], [-view.sy]])
        covariances = np.einsum("id,kd,jd->kij", seen, variances, seen)
        lengths, vectors = np.linalg.eigh(covariances)
        angles = np.degrees(np.arctan2(vectors[:, 1, 0], vectors[:, 0, 0]))
        return np.sqrt(np.maximum(0.0, lengths)), angles

    def _paint_ghost(self, painter: QPainter, view: Viewport, theme: Theme, ratio: float) -> None:
        """Paint the other run's codes as rings, or as pale dots if there are many."""
        coordinates = self._ghost_coordinates()
        band = self._scene.band(view)
        if band is not None:
            self._is_many = False
            self._paint_ghost_below(painter, view, theme, coordinates, view.top + band[1])
            return
        self._is_many = len(coordinates) > _MAX_RINGS
        colour = blend(theme.text_dim, theme.panel, _PALE)
        if self._is_many:
            dots = _Ghost(coordinates, self._projected[0], colour.rgba())
            self._raster.paint(painter, view, dots, ratio)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(blend(theme.text_dim, theme.panel, 0.75), 1.2))
        painter.setBrush(colour)
        for x, y in view.to_pixels(coordinates).tolist():
            if view.contains(x, y):
                painter.drawEllipse(QPointF(x, y), GHOST_PX / 2, GHOST_PX / 2)

    def _paint_ghost_below(
        self,
        painter: QPainter,
        view: Viewport,
        theme: Theme,
        coordinates: NDArray[np.float64],
        top: float,
    ) -> None:
        """Paint the other run's codes of one number as strokes below the ribbon, one per column."""
        columns = view.to_pixels(coordinates)[:, 0]
        inside = (columns >= view.left) & (columns < view.left + view.width)
        lines = [
            QLineF(x + 0.5, top + 2.0, x + 0.5, top + 2.0 + _STROKE_PX)
            for x in np.unique(columns[inside].astype(int)).tolist()
        ]
        painter.setPen(QPen(blend(theme.text_dim, theme.panel, 0.75), 1.2))
        painter.drawLines(lines)

    def _ghost_coordinates(self) -> NDArray[np.float64]:
        """Return the ghost's codes on the plane, ``[m, 2]``; empty if their size does not fit."""
        projection, ghost = self._scene.projection, self.ghost
        if ghost is None or ghost.shape[1] != projection.size:
            return np.zeros((0, 2))
        version = (self._ghost_version, projection.state)
        if version != self._projected[0]:
            self._projected = (version, projection.project(ghost))
        return self._projected[1]

    @property
    def is_rough(self) -> bool:
        """Whether painting again would add detail."""
        return self._is_many and self._raster.is_rough

    def paint_path(self, painter: QPainter, view: Viewport, theme: Theme) -> None:
        """Paint the path with a dot at every step; the first dot is hollow, the others filled."""
        path = self.path
        if path is None or path.shape[1] != self._scene.projection.size:
            return
        pixels = self._scene.pixels(view, path)
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = _polygon(pixels)
        for colour, width in ((theme.panel, 4.0), (theme.accent, 1.8)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline(line)
        painter.setPen(QPen(theme.accent, 1.2))
        for number in range(line.count()):
            painter.setBrush(theme.accent if number else theme.panel)
            painter.drawEllipse(line.at(number), STEP_PX / 2, STEP_PX / 2)


class _Ghost:
    """Another run's codes as a large set of dots."""

    def __init__(self, coordinates: NDArray[np.float64], version: object, argb: int) -> None:
        self._coordinates = coordinates
        self.coordinates_version = version
        self.colours_version = argb
        self._argb = argb

    def rows(self, rect: Bounds) -> tuple[NDArray[np.int64], ...]:
        del rect
        return (np.arange(len(self._coordinates)),)

    def drawn(
        self, view: Viewport, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.int64]]:
        count = len(rows)
        colours, marks = np.full(count, self._argb, np.uint32), np.full(count, DISC, np.int64)
        return view.to_pixels(self._coordinates[rows]), colours, marks


def _polygon(pixels: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in pixels.tolist()])
