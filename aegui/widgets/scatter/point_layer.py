"""The samples on the map: screen positions, painting and hit testing."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor

from aegui.widgets.landmarks import GAP_PX, Landmarks
from aegui.widgets.scatter.dot_raster import DotRaster
from aegui.widgets.scatter.point_colours import PointColours
from aegui.widgets.scatter.point_index import PointIndex
from aegui.widgets.scatter.sprites import DOT_PX, DOT_SIDE_PX, Sprites
from aegui.widgets.viewport import Viewport

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont, QPainter

    from aegui.kit.theme import Theme
    from aegui.widgets.viewport import Bounds

GLYPH_SHARE = 0.13
"""Share of the area of all codes that sprites may cover."""
LARGEST_SCALE = 6
"""Largest screen pixels per glyph pixel of a sprite."""
MIN_SCALE = 2
"""Below that, automatic drawing shows dots."""
MIN_IMAGE_PX, LARGEST_PX = 20, 64
"""Least height of an image that is no glyph; below that, automatic drawing shows dots. Largest."""
LANDMARK_PX = 28
"""Least side of the images that stand among dots."""
MAX_PLATES = 1500
"""Where more samples than that are seen they are dots."""
MIN_STICKERS = 8
MAKING_SECONDS = 0.003
"""In one frame so many sprites are made that were never seen, and more while there is time."""
MAX_PIXMAPS = 2000
"""More dots than that are written straight into an image."""
LABEL_SHARE = 0.25
"""Share of the area of all codes that labels may cover."""
HIT_PX = 8.0
"""Distance within which the pointer still hits a sample."""
LEVEL_GAP_PX = 3.0
_LABEL_PX2 = 20.0 * 14.0
_MAX_STACKED = 3000
_IMAGE_SCALES = (1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0, 4.0, 6.0)
_BESIDE_PX = 64.0
_VEILED = 0.4
_COLOUR_BITS = 32
_COLOUR = (1 << _COLOUR_BITS) - 1
_OVER_FIELD = 0.3


class PointLayer:
    """Draws samples as stickers of their images, or as dots with labels where room is short.

    Only a subset of the set may have a position. Sample indices are those of the set; rows, as of
    ``pixels``, count only the samples with a position.
    """

    def __init__(self) -> None:
        self.sprites = Sprites()
        self.coordinates: NDArray[np.float64] = np.zeros((0, 2))
        """Positions in latent coordinates, ``[n, 2]``."""
        self.indices: NDArray[np.int64] = np.zeros(0, np.int64)
        """Indices in the set of the rows of ``pixels``, ``[n]``."""
        self._pixels: NDArray[np.float64] | None = np.zeros((0, 2))
        self._bounds: Bounds | None = None
        self.scale = self._marked_scale = 0.0
        """Screen pixels per image pixel of the stickers; 0 where dots are drawn."""
        self._size, self._marked_size = QSizeF(), QSizeF()
        """Sizes of the images of samples; empty for dots."""
        self.labelled = False
        """Whether the dots have labels."""
        self._landmarks = Landmarks()
        self.marked: NDArray[np.int64] = np.zeros(0, np.int64)
        """Rows of ``pixels`` shown as images among the dots, ascending."""
        self.colours = PointColours()
        self._view = Viewport()
        self._index: PointIndex | None = None
        self.is_flat = True
        """Whether samples are drawn at their positions; on a ribbon they are stacked."""
        self._is_many = False
        self._lacks_sprites = False
        self._raster = DotRaster()
        self.version = 0
        """Incremented whenever positions change."""
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)

    @property
    def image_scale(self) -> float:
        """Return screen pixels per image pixel of the stickers: of all samples or landmarks."""
        return self.scale or (self._marked_scale if len(self.marked) else 0.0)

    @property
    def pixels(self) -> NDArray[np.float64]:
        """Return the widget pixels of the samples, ``[n, 2]``; NaN for non-finite codes."""
        if self._pixels is None:
            self._pixels = self._view.to_pixels(self.coordinates)
        return self._pixels

    @property
    def is_rough(self) -> bool:
        """Return whether another paint would add detail."""
        return (self._is_many and self._raster.is_rough) or self._lacks_sprites

    def set_coordinates(
        self,
        coordinates: NDArray[np.float64],
        bounds: Bounds | None,
        indices: NDArray[np.int64] | None = None,
    ) -> None:
        """Set latent places ``[n, 2]``, their bounding rectangle, and the indices of their samples.

        Without ``indices`` they are those of the whole set.
        """
        self.coordinates = coordinates
        self._bounds = bounds
        self.indices = np.arange(len(coordinates)) if indices is None else indices
        self._index = None
        self._pixels = None
        self.version += 1

    def lay_out(self, view: Viewport, points: str, *, labels: bool, floor: float | None) -> None:
        """Choose how and where to draw the samples in ``view``.

        Args:
            view: The viewport.
            points: A key of ``POINTS``.
            labels: Whether dots may have labels.
            floor: On a ribbon, the pixel row on which samples are stacked; None to use their y.
        """
        self.scale = self._glyph_scale(view, points, ribbon=floor is not None)
        self._view, self._pixels, self.is_flat = view, None, floor is None
        self.marked = np.zeros(0, np.int64)
        if points == "auto" and self.is_flat:
            self._choose_marked(view)
        self._size = self.sprites.sticker_size(self.scale) if self.scale else QSizeF()
        available = self._area_px2(view)
        self.labelled = (
            labels
            and self.scale == 0
            and not self.colours.has_classes
            and self.sprites.has_labels
            and len(self.coordinates) * _LABEL_PX2 < LABEL_SHARE * available
        )
        if floor is not None:
            self._pixels = view.to_pixels(self.coordinates)
            size = self._stamp_size()
            heights = stack(self._pixels[:, 0], *size)
            # Compress a pile that exceeds the room rather than clip it at the top.
            available = max(size[1], floor - view.top - size[1])
            heights *= min(1.0, available / max(available, float(heights.max(initial=0.0))))
            self._pixels[:, 1] = floor - size[1] / 2 - heights

    def _choose_marked(self, view: Viewport) -> None:
        """Choose the samples shown as images where not all fit without overlapping."""
        self._marked_scale = self.scale or self._mark_scale()
        sticker = self._marked_size = self.sprites.sticker_size(self._marked_scale)
        rows = self._landmarks.rows(
            self.coordinates,
            (self.version, self.colours.version),
            view,
            (sticker.width(), sticker.height()),
            self._standing_out,
            gap=0.0 if self.scale else GAP_PX,
        )
        if len(rows) < len(self.coordinates):
            self.scale, self.marked = 0.0, rows

    def _stamp_size(self) -> tuple[float, float]:
        if self.scale == 0:
            return DOT_PX + 1, DOT_PX + 1
        return self._size.width() + 1, self._size.height() + LEVEL_GAP_PX

    def _area_px2(self, view: Viewport) -> float:
        """Return the area in pixels that all codes take at this zoom, visible or not.

        Sizes then depend on the zoom alone and do not jump when panning.
        """
        if self._bounds is None:
            return 0.0
        x0, y0, x1, y1 = self._bounds
        width = max((x1 - x0) * view.sx, view.width / 4)
        height = max((y1 - y0) * view.sy, view.height / 4)
        return width * height

    def _glyph_scale(self, view: Viewport, points: str, *, ribbon: bool) -> float:
        count = len(self.coordinates)
        if points == "dots" or count == 0:
            return 0.0
        share = 2 * GLYPH_SHARE if ribbon else GLYPH_SHARE
        budget = share * self._area_px2(view) / count
        if not self.sprites.image_style.glyphs:
            return self._image_scale(budget, automatic=points == "auto")
        height, width = self.sprites.image_shape
        scale = math.floor(math.sqrt(budget / ((width + 2) * (height + 2))))
        # Glyphs of many pixels are legible at scale 1.
        least = MIN_SCALE if height <= 16 else 1
        if points == "auto" and scale < least:
            return 0.0
        return float(min(self._largest_scale(), max(least, scale)))

    def _standing_out(self) -> NDArray[np.int64] | None:
        """Return the highlighted rows; None if none is."""
        above = self.colours.stands_out(self.indices)
        return None if above is None else np.flatnonzero(above)

    def _mark_scale(self) -> float:
        """Return the scale of the images shown among dots."""
        side = max(self.sprites.image_shape)
        if self.sprites.image_style.glyphs:
            return float(MIN_SCALE if side <= 16 else 1)
        roomy = [scale for scale in _IMAGE_SCALES if scale * side >= LANDMARK_PX]
        return roomy[0] if roomy else _IMAGE_SCALES[-1]

    def _image_scale(self, budget: float, *, automatic: bool) -> float:
        """Return the scale of images other than glyphs, from 1/16: large ones are reduced."""
        height, width = self.sprites.image_shape
        largest = max(height, width)
        scales = [s for s in _IMAGE_SCALES if MIN_IMAGE_PX <= s * largest <= LARGEST_PX]
        scales = scales or [min(_IMAGE_SCALES, key=lambda s: abs(s * largest - MIN_IMAGE_PX))]
        fitting = [s for s in scales if s * s * height * width <= budget]
        if fitting:
            return fitting[-1]
        return 0.0 if automatic else scales[0]

    def _largest_scale(self) -> int:
        height, _ = self.sprites.image_shape
        return max(1, min(LARGEST_SCALE, LARGEST_PX // height))

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        theme: Theme,
        ratio: float,
        font: QFont,
        *,
        over_field: bool = False,
    ) -> None:
        """Paint all visible samples, later ones over earlier ones.

        Dots of very many samples are translucent over a field (``over_field``), since they would
        hide the part of the field that concerns them.
        """
        visible_rows = self.visible_rows(view)
        self._is_many = self._lacks_sprites = False
        if self.scale > 0 and visible_rows is not None and len(visible_rows) <= MAX_PLATES:
            self._paint_stickers(painter, visible_rows, self.scale, theme, ratio)
        elif visible_rows is not None and len(visible_rows) <= MAX_PIXMAPS:
            dots = visible_rows
            if len(self.marked):
                dots = dots[np.isin(dots, self.marked, invert=True, kind="table")]
            self._paint_dots(painter, dots, theme, ratio, font)
            self._paint_marked(painter, view, theme, ratio)
        else:
            self._is_many = True
            painter.setOpacity(_OVER_FIELD if over_field else 1.0)
            self._raster.paint(painter, view, _Many(self, theme), ratio)
            painter.setOpacity(1.0)
            self._paint_marked(painter, view, theme, ratio)

    def visible_rows(self, view: Viewport) -> NDArray[np.int64] | None:
        """Return the rows in or just beside the window; None if there are very many."""
        # Wide enough for a label that begins outside.
        window = QRectF(view.left, view.top, view.width, view.height)
        window.adjust(-_BESIDE_PX, -_BESIDE_PX, _BESIDE_PX, _BESIDE_PX)
        if self._is_sorted and self.count_near(_latent(view, window)) > 2 * MAX_PIXMAPS:
            return None
        return self.rows_in(view, window)

    def count_near(self, rect: Bounds) -> int:
        """Return an upper bound of the rows in ``rect`` (latent); avoids the index if all are."""
        (left, bottom, right, top), bounds = rect, self._bounds
        if bounds is not None and left <= bounds[0] and bottom <= bounds[1]:
            holds_all = right >= bounds[2] and top >= bounds[3]
            return len(self.coordinates) if holds_all else self.index.count_near(rect)
        return self.index.count_near(rect)

    def rows_in(self, view: Viewport, window: QRectF) -> NDArray[np.int64]:
        """Return the rows in ``window`` of the widget, ascending."""
        if self._is_sorted:
            return self.index.rows_in(_latent(view, window))
        is_laid_out = view == self._view or not self.is_flat
        x, y = (self.pixels if is_laid_out else view.to_pixels(self.coordinates)).T
        inside = (x > window.left()) & (x < window.right())
        inside &= (y > window.top()) & (y < window.bottom())
        return np.flatnonzero(inside)

    @property
    def _is_sorted(self) -> bool:
        """Return whether there are so many samples that lookups need the index."""
        return self.is_flat and len(self.coordinates) > MAX_PIXMAPS

    @property
    def index(self) -> PointIndex:
        """Return the spatial index of the places, built on first use."""
        if self._index is None:
            self._index = PointIndex(self.coordinates, self._bounds or (0.0, 0.0, 1.0, 1.0))
        return self._index

    def pixels_of(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the widget pixels of ``rows``, ``[k, 2]``."""
        if self._pixels is not None:
            return self._pixels[rows]
        return self._view.to_pixels(self.coordinates[rows])

    def _pixel_of(self, row: int) -> tuple[float, float]:
        """Return the widget pixel of one row, without the arrays of ``pixels_of``."""
        if self._pixels is not None:
            return float(self._pixels[row, 0]), float(self._pixels[row, 1])
        x, y = self.coordinates[row].tolist()
        return self._view.x_pixel(x), self._view.y_pixel(y)

    def _paint_marked(self, painter: QPainter, view: Viewport, theme: Theme, ratio: float) -> None:
        """Paint the images of the landmarks over the dots."""
        if not len(self.marked):
            return
        coordinates = self.pixels_of(self.marked) - (view.left, view.top)
        inside = (coordinates > -_BESIDE_PX) & (
            coordinates < (view.width + _BESIDE_PX, view.height + _BESIDE_PX)
        )
        visible_rows = self.marked[inside.all(axis=1)]
        self._paint_stickers(painter, visible_rows, self._marked_scale, theme, ratio)

    def _paint_stickers(
        self,
        painter: QPainter,
        visible_rows: NDArray[np.int64],
        scale: float,
        theme: Theme,
        ratio: float,
    ) -> None:
        size = self.sprites.sticker_size(scale)
        half = np.array([size.width() / 2, size.height() / 2])
        corners = np.rint(self.pixels_of(visible_rows) - half).astype(int).tolist()
        created, begun = 0, time.perf_counter()
        for index, (x, y) in zip(self.indices[visible_rows].tolist(), corners, strict=True):
            rim = self.colours.rim(index, theme)
            if self.colours.has_selection:
                painter.setOpacity(1.0 if self.colours.is_chosen(index) else _VEILED)
            sticker = self.sprites.cached_sticker(index, scale, ratio, theme, rim)
            if sticker is None:
                created += 1
                if created <= MIN_STICKERS or time.perf_counter() - begun < MAKING_SECONDS:
                    sticker = self.sprites.sticker(index, scale, ratio, theme, rim)
            if sticker is not None:
                painter.drawPixmap(x, y, sticker)
            else:
                # Making very many takes longer than a frame: the rest follow in the next frames.
                self._lacks_sprites = True
                dot = self.sprites.dot(ratio, theme, rim or theme.text_dim)
                middle = half - dot.width() / ratio / 2
                painter.drawPixmap(QPointF(x + middle[0], y + middle[1]), dot)
        painter.setOpacity(1.0)

    def _paint_dots(
        self,
        painter: QPainter,
        visible_rows: NDArray[np.int64],
        theme: Theme,
        ratio: float,
        font: QFont,
    ) -> None:
        indices = self.indices[visible_rows]
        if self.labelled:
            half = DOT_PX / 2 + 1
            corners = self.pixels_of(visible_rows) - half
            for index, (x, y) in zip(indices.tolist(), corners.tolist(), strict=True):
                colour = self.colours.colour(index, theme)
                pixmap = self.sprites.labelled_dot(index, ratio, theme, font, colour)
                top = y + half - pixmap.height() / ratio / 2
                painter.drawPixmap(QPointF(x, top), pixmap)
            return
        corners = self.pixels_of(visible_rows) - DOT_SIDE_PX / 2
        # One lookup per kind of dot, not per sample: this loop takes most of a frame.
        keys = self.colours.marks(indices) << _COLOUR_BITS | self.colours.rgba(indices, theme)
        dots = {
            key: self.sprites.dot(ratio, theme, QColor.fromRgba(key & _COLOUR), key >> _COLOUR_BITS)
            for key in np.unique(keys).tolist()
        }
        if ratio == 1.0:
            # Integer coordinates are equivalent here and halve the time of a frame. Two flat lists,
            # as thousands of small pairs cost more than the drawing.
            columns, rows = np.floor(corners.T + 0.5).astype(np.int64).tolist()
            for key, column, row in zip(keys.tolist(), columns, rows, strict=True):
                painter.drawPixmap(column, row, dots[key])
            return
        for key, (x, y) in zip(keys.tolist(), corners.tolist(), strict=True):
            painter.drawPixmap(QPointF(x, y), dots[key])

    def row_of(self, index: int) -> int | None:
        """Return the row of sample ``index`` in ``pixels``; None if it has no position."""
        at = int(np.searchsorted(self.indices, index))
        return at if at < len(self.indices) and self.indices[at] == index else None

    def box(self, index: int) -> QRectF:
        """Return the rectangle in which sample ``index`` is painted; empty without a position."""
        at = self.row_of(index)
        if at is None:
            return QRectF()
        x, y = self._pixel_of(at)
        size = self._marked_size if len(self.marked) and at in self.marked else self._size
        if size.isEmpty():
            return QRectF(x - DOT_PX / 2, y - DOT_PX / 2, DOT_PX, DOT_PX)
        return QRectF(
            round(x - size.width() / 2), round(y - size.height() / 2), size.width(), size.height()
        )

    def hit(self, x: float, y: float) -> int | None:
        """Return the sample at (``x``, ``y``): a landmark image, or the nearest within reach."""
        index = self.nearest(x, y)
        if index is None:
            return None
        mark = self._mark_at(x, y)
        if mark is not None:
            return mark
        box = self.box(index).adjusted(-HIT_PX, -HIT_PX, HIT_PX, HIT_PX)
        return index if box.contains(x, y) else None

    def _mark_at(self, x: float, y: float) -> int | None:
        """Return the sample whose landmark image contains pixel (``x``, ``y``)."""
        if not len(self.marked):
            return None
        away = np.abs(self.pixels_of(self.marked) - (x, y))
        size = self._marked_size
        inside = (away[:, 0] <= size.width() / 2) & (away[:, 1] <= size.height() / 2)
        rows = self.marked[inside]
        return int(self.indices[rows[0]]) if len(rows) else None

    def nearest(self, x: float, y: float) -> int | None:
        """Return the sample nearest to (``x``, ``y``) at any distance; None without samples."""
        if self._is_sorted:
            view = self._view
            at = self.index.nearest(*view.to_latent(x, y), view.sx, view.sy)
        else:
            at = closest(self.pixels, x, y) if len(self.pixels) else None
        return None if at is None else int(self.indices[at])

    def shuffled(self) -> NDArray[np.int64]:
        """Return all rows in random order, so that no class is drawn over the others."""
        if len(self._order) != len(self.coordinates):
            self._order = np.random.default_rng(0).permutation(len(self.coordinates))
        return self._order


class _Many:
    """Adapts a layer to the ``Dots`` protocol."""

    def __init__(self, layer: PointLayer, theme: Theme) -> None:
        self._layer = layer
        self._theme = theme
        self.coordinates_version = layer.version
        self.colours_version = (layer.colours.version, theme.key)

    def rows(self, rect: Bounds) -> tuple[NDArray[np.int64], ...]:
        layer = self._layer
        rows = layer.shuffled()
        if layer.is_flat and layer.count_near(rect) <= len(rows) // 4:
            inside = np.zeros(len(rows), bool)
            inside[layer.index.rows_in(rect)] = True
            rows = rows[inside[rows]]
        above = layer.colours.stands_out(layer.indices[rows])
        return (rows,) if above is None else (rows[~above], rows[above])

    def drawn(
        self, view: Viewport, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.int64]]:
        layer = self._layer
        pixels = view.to_pixels(layer.coordinates[rows]) if layer.is_flat else layer.pixels_of(rows)
        indices = layer.indices[rows]
        return pixels, layer.colours.rgba(indices, self._theme), layer.colours.marks(indices)


def _latent(view: Viewport, window: QRectF) -> Bounds:
    """Convert ``window`` of the widget to latent coordinates."""
    left, top = view.to_latent(window.left(), window.top())
    right, bottom = view.to_latent(window.right(), window.bottom())
    return left, bottom, right, top


def closest(coordinates: NDArray[np.float64], x: float, y: float) -> int | None:
    """Return the row of ``coordinates`` ``[n, 2]`` nearest to (``x``, ``y``), if any is finite."""
    distance = (coordinates[:, 0] - x) ** 2
    distance += (coordinates[:, 1] - y) ** 2
    at = int(distance.argmin())
    if not np.isnan(distance[at]):
        return at
    return None if np.isnan(distance).all() else int(np.nanargmin(distance))


def stack(x: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """Return heights ``[N]`` at which items of ``width`` centred at ``x`` do not overlap.

    Each takes the lowest free level, from left to right; levels are ``height`` apart. More than
    3,000 items are not stacked: all heights are 0.
    """
    heights = np.zeros(len(x))
    if len(x) > _MAX_STACKED:
        return heights
    ends: list[float] = []
    for index in np.argsort(x, kind="stable").tolist():
        at = float(x[index])
        level = next((i for i, end in enumerate(ends) if at - end >= width), len(ends))
        if level == len(ends):
            ends.append(at)
        ends[level] = at
        heights[index] = level * height
    return heights
