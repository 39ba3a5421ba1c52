"""Decoding of a plane tile by tile: coarse first, each tile once."""

from __future__ import annotations

import time
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.session.data.image_style import (
    GLYPHS,
    ImageStyle,
    grey_levels,
    tile_argb,
    without_ground,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.latent.frame import Frame

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in latent coordinates; y grows upwards."""

_Key = tuple[int, int, int]

SLICE_S = 0.03
"""Approximate time to decode between two checks for cancellation."""
REPORT_S = 0.1
"""Minimum time between two coarse states of one plane."""
MAX_CACHE_BYTES = 64_000_000
"""Size of the tile cache, so that panning back and forth decodes nothing twice."""
_STEPS = (4, 2, 1)
_FIRST_BATCH = 16
_FILLED_AT_ONCE = 1024
_LARGEST_BATCH = 1024
_AT_ONCE_PX = 1 << 16
"""Pixels coloured per batch, few enough to stay in the processor's cache."""
_PARTS = 16
"""Tiles of one size are keyed by their origin in these fractions of a tile."""
_NEARLY = 1e-3


@dataclass(frozen=True, eq=False)
class Plane:
    """Images decoded on a grid."""

    rect: Rect
    """The rectangle that the tiles fill without gaps: x0, y0, x1, y1."""
    images: NDArray[np.uint8]
    """Levels 0..255, uint8 ``[rows, columns, C, H, W]``; tile ``[r, c]`` is decoded at the centre
    of its cell. Row 0 lies at y0 (the bottom: y grows upwards), column 0 at x0. C is 1 or 3; with a
    white ground removed 2 or 4: premultiplied colours and opacity."""
    epoch: int
    """Epoch of the weights."""
    frame: Frame
    """Maps x and y to codes."""
    complete: bool = True
    """Whether each tile shows its own code; else some show a neighbour's image."""

    @cached_property
    def sheet(self) -> NDArray[np.uint8]:
        """The first channel of all tiles as one image, uint8 ``[rows * H, columns * W]``."""
        # Images grow downwards: the last row of tiles comes first.
        tiles = self.images[::-1, :, 0].swapaxes(1, 2)
        rows, height, columns, width = tiles.shape
        return tiles.reshape(rows * height, columns * width)

    @cached_property
    def mosaic(self) -> NDArray[np.uint32]:
        """The tiles as one image in premultiplied ARGB, uint32 ``[rows * H, columns * W]``."""
        rows, columns, _, height, width = self.images.shape
        pixels = np.empty((rows * height, columns * width), np.uint32)
        onto = pixels.reshape(rows, height, columns, width)[::-1].swapaxes(1, 2)
        few = max(1, _AT_ONCE_PX // (height * width))
        for row in range(rows):
            for begin in range(0, columns, few):
                onto[row, begin : begin + few] = tile_argb(self.images[row, begin : begin + few])
        return pixels


def contains(outer: Rect, inner: Rect) -> bool:
    """Return whether ``outer`` contains ``inner``."""
    across = outer[0] <= inner[0] and inner[2] <= outer[2]
    return across and outer[1] <= inner[1] and inner[3] <= outer[3]


@dataclass(frozen=True)
class PlaneRequest:
    """Parameters of one plane."""

    rect: Rect
    """The rectangle that its tiles fill."""
    columns: int
    """Tiles across."""
    rows: int
    """Tiles down."""
    frame: Frame
    """Maps x and y to codes."""
    near: tuple[float, float] | None = field(default=None, compare=False)
    """The place whose tiles are decoded first; None for the centre. Not compared."""

    def first_cell(self) -> tuple[float, float]:
        """Return row and column, relative to cell centres, of the place to decode first."""
        x0, y0, x1, y1 = self.rect
        x, y = self.near or ((x0 + x1) / 2, (y0 + y1) / 2)
        return (y - y0) / (y1 - y0) * self.rows - 0.5, (x - x0) / (x1 - x0) * self.columns - 0.5


class TileStore:
    """Cached decoded tiles of one network. Used by one thread at a time."""

    def __init__(self, codec: Codec, image_style: ImageStyle = GLYPHS) -> None:
        self.codec = codec
        self._bares = not image_style.glyphs and image_style.ground == 1.0
        self.image_style = image_style
        self.batch = _FIRST_BATCH
        self._tiles: dict[_Key, NDArray[np.uint8]] = {}
        self._groups: dict[object, int] = {}

    def grid(self, request: PlaneRequest) -> _Grid:
        """Return the grid of tile keys for ``request``."""
        x0, y0, x1, y1 = request.rect
        width, height = (x1 - x0) / request.columns, (y1 - y0) / request.rows
        parts_x, parts_y = _PARTS * x0 / width, _PARTS * y0 / height
        first_x, first_y = round(parts_x), round(parts_y)
        fits = abs(parts_x - first_x) < _NEARLY and abs(parts_y - first_y) < _NEARLY
        # Aligned tiles are shared by all planes of their lattice, others only by this request.
        group = (request.frame, width, height) if fits else (request,)
        number = self._groups.setdefault(group, len(self._groups))
        return _Grid(number, first_x, first_y, width, height)

    def get(self, key: _Key) -> NDArray[np.uint8] | None:
        """Return the cached tile for ``key``, or None."""
        return self._tiles.get(key)

    def decode(self, codes: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return levels ``[n, C, H, W]`` of the decoded codes; with opacity on a white ground."""
        levels = grey_levels(self.codec.decode(codes))
        images = levels.reshape(len(codes), *self.codec.image_shape)
        return without_ground(images, self.image_style) if self._bares else images

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Shape ``(C, H, W)`` of the images that ``decode`` returns."""
        channels, height, width = self.codec.image_shape
        return channels + self._bares, height, width

    @property
    def nbytes(self) -> int:
        """Memory of the cached tiles in bytes."""
        return sum(tile.nbytes for tile in list(self._tiles.values()))

    def keep(self, key: _Key, tile: NDArray[np.uint8]) -> None:
        """Cache a tile; the oldest tiles are evicted."""
        self._tiles[key] = tile
        while len(self._tiles) * tile.nbytes > MAX_CACHE_BYTES:
            self._tiles.pop(next(iter(self._tiles)))


@dataclass(frozen=True)
class _Grid:
    group: int
    first_x: int
    first_y: int
    width: float
    height: float

    def key(self, row: int, column: int) -> _Key:
        return self.group, self.first_y + _PARTS * row, self.first_x + _PARTS * column


def decode_plane(
    store: TileStore,
    request: PlaneRequest,
    budget_s: float | None = None,
    is_stale: Callable[[], bool] | None = None,
    is_enough: Callable[[], bool] = lambda: True,
) -> Iterator[Plane]:
    """Yield increasingly fine states of the plane ``request``, the last one complete.

    Args:
        store: Cached tiles and the decoder for missing ones.
        request: The plane.
        budget_s: Stop after about that many seconds, complete or not, if ``is_enough()``.
        is_stale: Polled for cancellation.
        is_enough: Returns whether an incomplete plane is acceptable.
    """
    begun = reported = time.perf_counter()
    canvas = _Canvas(store, request)
    while True:
        missing = canvas.missing()
        if not len(missing):
            yield canvas.plane()
            return
        started, count = time.perf_counter(), min(store.batch, len(missing))
        canvas.decode(missing[:count])
        now = time.perf_counter()
        _adapt(store, count, now - started)
        if is_stale is not None and is_stale():
            return
        if budget_s is not None and now - begun > budget_s and is_enough():
            yield canvas.plane()
            return
        if now - reported > REPORT_S and canvas.is_covered and len(missing) > count:
            reported = now
            yield canvas.plane()


def _adapt(store: TileStore, count: int, seconds: float) -> None:
    """Adapt the batch size so that one batch takes about ``SLICE_S``."""
    per_tile = max(1e-6, seconds / count)
    store.batch = int(min(_LARGEST_BATCH, 4 * store.batch, max(4, SLICE_S / per_tile)))


class _Canvas:
    """The tiles of one plane, as far as they have been decoded."""

    def __init__(self, store: TileStore, request: PlaneRequest) -> None:
        self._store = store
        self._request = request
        self._grid = store.grid(request)
        rows, columns = request.rows, request.columns
        self._images = np.zeros((rows * columns, *store.image_shape), np.uint8)
        self._known = np.zeros(rows * columns, bool)
        for index in range(rows * columns):
            tile = store.get(self._grid.key(*divmod(index, columns)))
            if tile is not None:
                self._images[index] = tile
                self._known[index] = True
        self._order = _coarse_first(rows, columns, request.first_cell())

    def missing(self) -> NDArray[np.int64]:
        """Return the places of tiles not yet decoded, those that stand for most tiles first."""
        return self._order[~self._known[self._order]]

    @property
    def is_covered(self) -> bool:
        """Whether the anchor tile of every coarse block has been decoded."""
        anchors = _anchors(self._request.rows, self._request.columns, _STEPS[0])
        return bool(self._known[anchors].all())

    def decode(self, places: NDArray[np.int64]) -> None:
        """Decode the tiles at ``places``."""
        request, grid = self._request, self._grid
        rows, columns = np.divmod(places, request.columns)
        x = request.rect[0] + (columns + 0.5) * grid.width
        y = request.rect[1] + (rows + 0.5) * grid.height
        self._images[places] = self._store.decode(request.frame.codes(x, y))
        self._known[places] = True
        for place, row, column in zip(
            places.tolist(), rows.tolist(), columns.tolist(), strict=True
        ):
            self._store.keep(grid.key(row, column), self._images[place].copy())

    def plane(self) -> Plane:
        """Return the current state; missing tiles show a decoded neighbour."""
        request = self._request
        source = np.arange(len(self._known))
        settled = self._known.copy()
        for step in reversed(_STEPS[:-1]):
            anchors = _anchors(request.rows, request.columns, step)
            use = ~settled & self._known[anchors]
            source[use] = anchors[use]
            settled |= use
        self._fill_in(source, ~settled)
        complete = bool(self._known.all())
        images = self._images if complete else self._images[source]
        images = images.reshape(request.rows, request.columns, *self._store.image_shape)
        images.setflags(write=False)
        result = Plane(request.rect, images, self._store.codec.epoch, request.frame, complete)
        if not self._store.image_style.glyphs:
            # Computed in the worker thread rather than in the frame that paints the plane.
            _ = result.mosaic
        return result

    def _fill_in(self, source: NDArray[np.int64], missing: NDArray[np.bool_]) -> None:
        """Substitute the nearest decoded tile for each ``missing`` one, which would be black."""
        known, places = np.flatnonzero(self._known), np.flatnonzero(missing)
        if not len(known) or not len(places):
            return
        down, across = np.divmod(known, self._request.columns)
        for at in range(0, len(places), _FILLED_AT_ONCE):
            some = places[at : at + _FILLED_AT_ONCE]
            row, column = np.divmod(some[:, np.newaxis], self._request.columns)
            source[some] = known[((row - down) ** 2 + (column - across) ** 2).argmin(axis=1)]


def _anchors(rows: int, columns: int, step: int) -> NDArray[np.int64]:
    """Return for each tile the anchor tile of its block of ``step`` x ``step``."""
    # Anchors of large blocks must be anchors of small blocks too.
    offset = step // 4 * 2
    down = np.minimum(np.arange(rows) // step * step + offset, (rows - 1) // 2 * 2)
    across = np.minimum(np.arange(columns) // step * step + offset, (columns - 1) // 2 * 2)
    if step == 1:
        down, across = np.arange(rows), np.arange(columns)
    return np.asarray((down[:, np.newaxis] * columns + across).ravel())


def _coarse_first(rows: int, columns: int, first: tuple[float, float]) -> NDArray[np.int64]:
    """Return all places: anchors of large blocks first, then of small ones, then the rest.

    Within a group, places nearest to the cell ``first`` (row, column) come first.
    """
    parts = [_anchors(rows, columns, step) for step in _STEPS]
    each = np.concatenate(parts)
    pass_ = np.repeat(np.arange(len(parts)), rows * columns)
    places, at = np.unique(each, return_index=True)
    row, column = np.divmod(places, columns)
    away = np.hypot(row - first[0], column - first[1])
    return np.asarray(places[np.lexsort((away, pass_[at]))])
