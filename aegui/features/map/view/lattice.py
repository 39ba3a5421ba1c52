"""The lattice of decoded tiles, fixed on the plane so that the background does not swim.

Tile edges are multiples of a few sizes (powers of the square root of two), counted from the
origin. Panning requests the same tiles again, and zooming in and out reuses the same sizes.
``PlaneScheduler`` decides which plane to request as the map moves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.features.map.model.plane_tiles import PlaneRequest, contains

if TYPE_CHECKING:
    from aegui.core.latent.frame import Frame
    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Bounds, Viewport


TILE_PX = 40.0
"""Side of a square with about the area of a tile of small glyphs."""
RIBBON_TILE_PX = 64.0
"""The same for the single row of tiles of codes of one number."""
MIN_IMAGE_PX, LARGEST_IMAGE_PX = 44.0, 72.0
"""Sides of tiles of other images: small ones are enlarged, large ones reduced."""
RIBBON_IMAGE_PX = 84.0
"""The same for the single row of tiles of codes of one number."""
RIBBON_AT, RIBBON_FOOT = 0.64, 0.94
"""Top of a ribbon, and its lowest bottom, as shares of the map's height."""
RIBBON_SHARE = 0.5
"""Maximum share of the map's height that a ribbon takes."""
MAX_TILES = 120
"""Maximum number of tiles across, and down."""
GROWTH = 0.5
"""Tiles grow with this power of the zoom beyond the view of all codes."""
LARGEST_SHARE = 0.94
"""Tiles grow until a single one takes this share of the map."""
LARGE_SHARE = 0.4
"""From this share on, one tile is centred in the current view."""
SHIFTS = 16
"""Large tiles may be shifted by multiples of this fraction of their size."""
_MIN_SHARE, _LARGEST_SHARE = 0.72, 1.42
_LARGEST_LARGE_SHARE = 1.25
_MAX_SKEW = 0.03
_MARGIN = 0.12


@dataclass(frozen=True)
class Lattice:
    """Tiles of ``width`` x ``height`` latent units.

    Small tiles are aligned to the origin; large ones may be shifted by fractions of a tile.
    """

    width: float
    height: float
    shift_x: float = 0.0
    shift_y: float = 0.0
    large: bool = False

    def suits(
        self, view: Viewport, tile_px: tuple[float, float], *, proportional: bool = False
    ) -> bool:
        """Return whether the tiles appear close enough to ``tile_px`` to keep the lattice."""
        across = self.width * view.sx / tile_px[0]
        down = self.height * view.sy / tile_px[1]
        most = _LARGEST_LARGE_SHARE if self.large else _LARGEST_SHARE
        near = all(_MIN_SHARE <= share <= most for share in (across, down))
        return near and not (proportional and abs(across / down - 1.0) > _MAX_SKEW)


def tile_pixels(image_height: int, image_width: int, *, ribbon: bool) -> tuple[float, float]:
    """Return the desired width and height of a glyph tile in logical pixels."""
    side = RIBBON_TILE_PX if ribbon else TILE_PX
    aspect = math.sqrt((image_width + 1) / (image_height + 1))
    # An image of more pixels enlarges the tile, up to twice the size.
    grow = min(2.0, max(1.0, image_width / (side * aspect), image_height * aspect / side))
    return side * aspect * grow, side / aspect * grow


def image_tile_pixels(image_height: int, image_width: int, *, ribbon: bool) -> tuple[float, float]:
    """Return the desired tile size for images that are not glyphs, which fill their tiles."""
    middle = math.sqrt(image_height * image_width)
    side = RIBBON_IMAGE_PX if ribbon else min(LARGEST_IMAGE_PX, max(MIN_IMAGE_PX, middle))
    aspect = math.sqrt(image_width / image_height)
    return side * aspect, side / aspect


def grown(tile_px: tuple[float, float], view: Viewport, home: Viewport) -> tuple[float, float]:
    """Return the tile size in pixels at the zoom of ``view``; ``home`` shows all codes.

    Zooming in shows fewer and larger tiles, up to one that fills the map.
    """
    zoom = max(1.0, view.sx / home.sx)
    largest = LARGEST_SHARE / share_of(view, tile_px)
    factor = min(zoom**GROWTH, max(1.0, largest))
    return tile_px[0] * factor, tile_px[1] * factor


def ribbon_tile(
    view: Viewport, home: Viewport, image_shape: tuple[int, int], *, glyphs: bool
) -> tuple[float, float]:
    """Return the tile size in pixels of a ribbon at the zoom of ``view``; ``home`` shows all codes.

    It grows as the tiles of a plane do, until it takes its share of the map.
    """
    tile_px = (tile_pixels if glyphs else image_tile_pixels)(*image_shape, ribbon=True)
    rows_factor, columns_factor = (
        RIBBON_SHARE * view.height / tile_px[1],
        LARGEST_SHARE * view.width / tile_px[0],
    )
    factor = min(max(1.0, view.sx / home.sx) ** GROWTH, max(1.0, min(rows_factor, columns_factor)))
    return tile_px[0] * factor, tile_px[1] * factor


def ribbon_band(
    view: Viewport, home: Viewport, image_shape: tuple[int, int], *, glyphs: bool
) -> tuple[float, float]:
    """Return first and last pixel row of a ribbon, counted from the top of ``view``."""
    tall = ribbon_tile(view, home, image_shape, glyphs=glyphs)[1]
    lowest = max(0.0, RIBBON_FOOT * view.height - tall)
    top = float(round(min(RIBBON_AT * view.height, lowest)))
    return top, min(view.height, top + tall)


def share_of(view: Viewport, tile_px: tuple[float, float]) -> float:
    """Return the larger of the shares of width and height that a tile takes of the map."""
    return max(tile_px[0] / view.width, tile_px[1] / view.height)


def large_lattice(view: Viewport, tile_px: tuple[float, float]) -> Lattice:
    """Return tiles of exactly ``tile_px``, one of them nearly centred in ``view``."""
    width, height = tile_px[0] / view.sx, tile_px[1] / view.sy
    return Lattice(width, height, _shift(view.cx, width), _shift(view.cy, height), large=True)


def _shift(middle: float, size: float) -> float:
    return round(SHIFTS * (middle / size - 0.5)) % SHIFTS / SHIFTS


def lattice_for(
    view: Viewport, tile_px: tuple[float, float], *, proportional: bool = False
) -> Lattice:
    """Return the lattice whose tiles appear closest to ``tile_px``.

    With ``proportional`` the tiles have exactly the aspect ratio of ``tile_px``, so that images
    fill them.
    """
    width = _level(tile_px[0] / view.sx)
    if proportional:
        return Lattice(width, width * view.sx / view.sy * tile_px[1] / tile_px[0])
    return Lattice(width, _level(tile_px[1] / view.sy))


def next_lattice(
    view: Viewport,
    home: Viewport,
    previous: Lattice | None,
    image_shape: tuple[int, int],
    *,
    glyphs: bool,
    ribbon: bool,
) -> Lattice:
    """Return the lattice for ``view``: ``previous`` while its tiles have about the right size.

    Args:
        view: The current viewport.
        home: The viewport that shows all codes.
        previous: The previous lattice; None if there is none.
        image_shape: Height and width of the images.
        glyphs: Whether they are glyphs; other images fill their tiles.
        ribbon: Whether there is only one row of tiles.
    """
    if ribbon:
        tile_px = ribbon_tile(view, home, image_shape, glyphs=glyphs)
    else:
        sides = tile_pixels if glyphs else image_tile_pixels
        tile_px = grown(sides(*image_shape, ribbon=False), view, home)
    large = not ribbon and share_of(view, tile_px) >= LARGE_SHARE
    exact = large or not (glyphs or ribbon)
    if previous is not None and previous.suits(view, tile_px, proportional=exact):
        return previous
    if large:
        return large_lattice(view, tile_px)
    return lattice_for(view, tile_px, proportional=exact)


def plane_request(
    view: Viewport,
    lattice: Lattice,
    frame: Frame,
    *,
    ribbon: bool,
    near: tuple[float, float] | None = None,
) -> PlaneRequest:
    """Return the tiles of ``lattice`` that cover ``view`` and a margin around it."""
    x0, y0, x1, y1 = view.bounds
    spare_x, spare_y = _MARGIN * (x1 - x0), _MARGIN * (y1 - y0)
    first_x, last_x = _span(x0 - spare_x, x1 + spare_x, lattice.width, lattice.shift_x)
    first_y, last_y = _span(y0 - spare_y, y1 + spare_y, lattice.height, lattice.shift_y)
    if ribbon:
        first_y, last_y = -0.5, 0.5
    return PlaneRequest(
        rect=(
            first_x * lattice.width,
            first_y * lattice.height,
            last_x * lattice.width,
            last_y * lattice.height,
        ),
        columns=round(last_x - first_x),
        rows=round(last_y - first_y),
        frame=frame,
        near=near,
    )


def covers(outer: Bounds, inner: Bounds, *, ribbon: bool) -> bool:
    """Return whether ``outer`` contains ``inner``; for a ribbon only x is compared."""
    return contains((outer[0], inner[1], outer[2], inner[3]) if ribbon else outer, inner)


def _level(size: float) -> float:
    return float(2.0 ** (round(2.0 * math.log2(size)) / 2.0))


def _span(low: float, high: float, size: float, shift: float) -> tuple[float, float]:
    first, last = math.floor(low / size - shift), math.ceil(high / size - shift)
    if last - first > MAX_TILES:
        middle = (first + last) // 2
        first, last = middle - MAX_TILES // 2, middle + MAX_TILES // 2
    return first + shift, last + shift


class PlaneScheduler:
    """Remembers the last requested plane and whether it still covers the view."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lattice: Lattice | None = None
        self.request: PlaneRequest | None = None
        """The last request."""

    def choose_tiles_anew(self) -> None:
        """Choose the tile size anew, after a change of images or axes."""
        self._lattice = None

    def forget(self) -> None:
        """Discard the last request, so that the same plane is requested again."""
        self.request = None

    def renewed(
        self, view: Viewport, home: Viewport, near: tuple[float, float] | None
    ) -> PlaneRequest | None:
        """Return the request for ``view``; None while the last one still covers it.

        Args:
            view: The viewport.
            home: The viewport that shows the whole map.
            near: The place to decode first.
        """
        scene, known = self._scene, self.request
        ribbon, frame = scene.projection.ribbon, scene.projection.frame
        sprites = scene.points.sprites
        lattice = next_lattice(
            view,
            home,
            self._lattice,
            sprites.image_shape,
            glyphs=sprites.image_style.glyphs,
            ribbon=ribbon,
        )
        if (
            known is not None
            and lattice == self._lattice
            and known.frame == frame
            and covers(known.rect, view.bounds, ribbon=ribbon)
        ):
            return None
        self._lattice = lattice
        self.request = plane_request(view, lattice, frame, ribbon=ribbon, near=near)
        return self.request
