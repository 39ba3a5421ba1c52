"""The decoded background behind the samples: the newest plane, its fallbacks, and its painting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QRegion

from aegui.core.light_dataclass import dataclass
from aegui.features.map.view.lattice import covers, share_of
from aegui.features.map.view.photo_plane import PhotoPlane
from aegui.widgets.glyphs import palette

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QPainter

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.features.map.view.nearness import Nearness
    from aegui.widgets.viewport import Viewport


class PlaneLayer:
    """Renders a plane for the current viewport, whatever viewport it was decoded for.

    Every screen pixel looks up its source in a mosaic of all tiles; the lookup of a column is the
    same in every row, so a whole viewport costs one copy of its pixels.
    """

    def __init__(self) -> None:
        self.plane: Plane | None = None
        """The displayed plane."""
        self._levels: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)
        self._mosaic: NDArray[np.uint32] | None = None
        self._colours: tuple[int, int] = (0, 0)
        self._buffer: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._key: object = None
        self._image = QImage()

    def set_plane(self, plane: Plane | None) -> None:
        """Show ``plane``."""
        self.plane = plane
        self._mosaic = None
        self._key = None
        if plane is None:
            return
        rows, columns, _, height, width = plane.images.shape
        # A blank row and column after every tile supplies the pixels between the glyphs.
        levels = np.zeros((rows, height + 1, columns, width + 1), np.uint8)
        levels[:, :height, :, :width] = plane.images[:, :, 0].transpose(0, 2, 1, 3)
        self._levels = levels.reshape(rows * (height + 1), columns * (width + 1))

    def image(
        self,
        view: Viewport,
        on: QColor,
        off: QColor,
        ratio: float,
        band: tuple[float, float] | None = None,
    ) -> QImage:
        """Return the area of ``view`` in the colours ``on`` and ``off``; ``off`` beyond the plane.

        Args:
            view: The viewport.
            on: Colour of grey level 1.
            off: Colour of grey level 0, and of the ground.
            ratio: Device pixels per logical pixel.
            band: For a ribbon: first and last logical pixel row of the one row of tiles, counted
                from the top of the viewport; None places tiles by their latent y.
        """
        key = (view, on.rgba(), off.rgba(), ratio, band)
        if key != self._key:
            self._key = key
            self._image = self._render(view, on, off, ratio, band)
        return self._image

    def _render(
        self,
        view: Viewport,
        on: QColor,
        off: QColor,
        ratio: float,
        band: tuple[float, float] | None,
    ) -> QImage:
        width, height = round(view.width * ratio), round(view.height * ratio)
        plane = self.plane
        if plane is None:
            image = QImage(width, height, QImage.Format.Format_RGB32)
            image.fill(off)
            image.setDevicePixelRatio(ratio)
            return image
        rows, columns, _, tile_h, tile_w = plane.images.shape
        x0, y0, x1, y1 = plane.rect
        left, _bottom, _right, top = view.bounds
        spans = (
            ((x0 - left) * view.sx * ratio, (x1 - left) * view.sx * ratio),
            ((top - y1) * view.sy * ratio, (top - y0) * view.sy * ratio)
            if band is None
            else (band[0] * ratio, band[1] * ratio),
        )
        # One scale for both directions keeps glyph pixels square.
        scale = min(
            _integer_scale(spans[0], columns, tile_w), _integer_scale(spans[1], rows, tile_h)
        )
        across = _sources(width, columns, tile_w, spans[0], scale)
        down = _sources(height, rows, tile_h, spans[1], scale, flipped=True)
        mosaic = self._coloured(on, off)
        self._buffer = np.take(np.take(mosaic, across, axis=1), down, axis=0)
        image = QImage(self._buffer.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        return image

    def _coloured(self, on: QColor, off: QColor) -> NDArray[np.uint32]:
        colours = on.rgba(), off.rgba()
        if self._mosaic is None or colours != self._colours:
            self._colours = colours
            self._mosaic = palette(on, off)[self._levels]
        return self._mosaic


def _integer_scale(span: tuple[float, float], tiles: int, pixels: int) -> int:
    """Return device pixels per image pixel in a tile, with room for a gap; 0 if less than one."""
    return int((span[1] - span[0]) / tiles // (pixels + 1))


def _sources(
    count: int,
    tiles: int,
    pixels: int,
    span: tuple[float, float],
    scale: int,
    *,
    flipped: bool = False,
) -> NDArray[np.int64]:
    """Return the mosaic column (or row) that each of ``count`` device pixels shows.

    ``tiles`` tiles of ``pixels`` pixels fill the device pixels of ``span``; each image is centred
    in its tile at ``scale``, or fills it if that is 0. With ``flipped`` the last tile comes first.
    Pixels outside show a blank column.
    """
    begin, size = span[0], (span[1] - span[0]) / tiles
    place = np.arange(count) + 0.5
    tile = np.floor((place - begin) / size)
    outside = (tile < 0) | (tile >= tiles)
    tile = np.clip(tile, 0, tiles - 1)
    if scale >= 1:
        start = np.rint(begin + tile * size + (size - scale * pixels) / 2)
        source = np.floor((place - start) / scale)
    else:
        source = np.floor((place - begin - tile * size) / size * (pixels + 1))
    blank = outside | (source < 0) | (source >= pixels)
    source = np.where(blank, pixels, source)
    if flipped:
        tile = tiles - 1 - tile
    index: NDArray[np.int64] = (tile * (pixels + 1) + source).astype(np.int64)
    return index


FADE_S = 0.14
"""Duration of the cross-fade between tiles of different sizes."""
_SAME = 1e-6
_IN_STEP = 1e-3
_STEPS = 20


@dataclass(frozen=True)
class Inks:
    """Colours of a plane."""

    on: QColor | None
    """The colour of a lit pixel; None if images have colours of their own."""
    off: QColor
    """The colour of the ground."""
    strength: float = 1.0
    """Opacity of images with colours of their own over the ground."""


class _Tiles:
    """One plane, of glyphs or of other images."""

    def __init__(self) -> None:
        self._glyphs = PlaneLayer()
        self._photos = PhotoPlane()

    @property
    def plane(self) -> Plane | None:
        return self._glyphs.plane or self._photos.plane

    def set_nearness(self, nearness: Nearness | None) -> None:
        self._photos.nearness = nearness

    def set_live(self, live: bool) -> None:
        self._photos.copies = not live

    def set_plane(self, plane: Plane | None, *, glyphs: bool) -> None:
        self._glyphs.set_plane(plane if glyphs else None)
        self._photos.set_plane(None if glyphs else plane)

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        inks: Inks,
        ratio: float,
        band: tuple[float, float] | None,
        opacity: float,
    ) -> None:
        """Paint the plane, and the ground where the plane has no tiles."""
        window = QRectF(view.left, view.top, view.width, view.height)
        photos, off = self._photos, inks.off
        if self._glyphs.plane is not None and inks.on is not None:
            painter.setOpacity(opacity)
            image = self._glyphs.image(view, inks.on, off, ratio, band)
            painter.drawImage(window.topLeft(), image)
        elif opacity < 1.0:
            painter.setOpacity(opacity)
            image = photos.image(view, off, inks.strength, ratio, band, inks.on)
            painter.drawImage(window.topLeft(), image)
        else:
            # Painted directly onto the map: an intermediate image would double the cost.
            painter.setOpacity(1.0)
            painter.fillRect(window, off)
            photos.paint(painter, view, off, inks.strength, ratio, band, inks.on)


class DecodedBackground:
    """Paints decoded planes: tiles of a new size fade in over older ones.

    Outside the newest plane the last plane of all codes is painted, so there are no gaps.
    """

    def __init__(self) -> None:
        self.clock = time.perf_counter
        self.fades = True
        """Whether tiles of another size fade in; else they appear at once."""
        self._now = _Tiles()
        self._full = _Tiles()
        self._before = _Tiles()
        self._begun = 0.0
        self.nearness: Nearness | None = None
        """Opacity of images with colours of their own; None shows all at full opacity."""

    def set_nearness(self, nearness: Nearness | None) -> None:
        """Set how images far from samples are faded; None shows all images alike."""
        self.nearness = nearness
        for tiles in (self._now, self._full, self._before):
            tiles.set_nearness(nearness)

    def set_live(self, live: bool) -> None:
        """Set whether planes are replaced often; cached copies for panning are not made then."""
        for tiles in (self._now, self._full, self._before):
            tiles.set_live(live)

    @property
    def plane(self) -> Plane | None:
        """The newest plane."""
        return self._now.plane

    def tile_share(self, view: Viewport) -> float:
        """Return the share of the map that one tile covers, quantised; 0 without a plane."""
        plane = self.plane
        if plane is None:
            return 0.0
        x0, y0, x1, y1 = plane.rect
        rows, columns = plane.images.shape[:2]
        tile_px = (x1 - x0) * view.sx / columns, (y1 - y0) * view.sy / rows
        return round(_STEPS * min(1.0, share_of(view, tile_px))) / _STEPS

    @property
    def is_fading(self) -> bool:
        """Whether the previous tiles are still visible."""
        return self._before.plane is not None

    @property
    def share(self) -> float:
        """Progress of the fade: 0 at its start, 1 when only the newest tiles are visible."""
        if not self.is_fading:
            return 1.0
        return min(1.0, max(0.0, (self.clock() - self._begun) / FADE_S))

    def set_plane(self, plane: Plane | None, *, glyphs: bool, is_full: bool) -> None:
        """Show ``plane``.

        Args:
            plane: The decoded plane; None shows neither it nor older ones.
            glyphs: Whether its images are glyphs.
            is_full: Whether it covers everything a map of all codes shows.
        """
        shown = self._now.plane
        if plane is None or shown is None or not self.fades or not _alike(plane, shown):
            self._before.set_plane(None, glyphs=glyphs)
        elif not _in_step(plane, shown):
            if self.share > 0.5 or not self.is_fading:
                self._now, self._before = self._before, self._now
            self._begun = self.clock()
        self._now.set_plane(plane, glyphs=glyphs)
        full_plane = self._full.plane
        if plane is None or is_full or full_plane is None or full_plane.frame != plane.frame:
            self._full.set_plane(plane if is_full else None, glyphs=glyphs)

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        inks: Inks,
        ratio: float,
        band: tuple[float, float] | None,
    ) -> None:
        """Paint the area of ``view``.

        Args:
            painter: Painter of the widget.
            view: The viewport.
            inks: The colours.
            ratio: Device pixels per logical pixel.
            band: For a ribbon: first and last logical pixel row of the one row of tiles, counted
                from the top of ``view``; None places tiles by their y.
        """
        share = self.share
        if share >= 1.0 and self.is_fading:
            self._before.set_plane(None, glyphs=True)
        below = self._below(view, is_ribbon=band is not None)
        painter.save()
        painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
        over = _within(self.plane, view, is_ribbon=band is not None)
        for index, tiles in enumerate([*below, self._now]):
            if index:
                # The lowest plane fills the viewport, others are clipped to their own rectangle.
                painter.setClipRect(_within(tiles.plane, view, is_ribbon=band is not None))
            elif below and share >= 1.0:
                # The newest plane hides the lower one here.
                painter.setClipRegion(_beside(over, view))
            opacity = share if tiles is self._now else 1.0
            tiles.paint(painter, view, inks, ratio, band, opacity)
        painter.restore()

    def _below(self, view: Viewport, *, is_ribbon: bool) -> list[_Tiles]:
        """Return the planes visible around or through the newest one, the lowest first."""
        plane, found = self._now.plane, []
        if plane is None:
            return []
        tops = [self._before] if self.is_fading else []
        top = self._before.plane or plane
        full_plane = self._full.plane
        if full_plane is not None and not covers(top.rect, view.bounds, ribbon=is_ribbon):
            found.append(self._full)
        return [*found, *tops]


def _within(plane: Plane | None, view: Viewport, *, is_ribbon: bool) -> QRectF:
    """Return the rectangle of ``plane`` in the widget."""
    window = QRectF(view.left, view.top, view.width, view.height)
    if plane is None:
        return window
    x0, y0, x1, y1 = plane.rect
    left, right = view.x_pixel(x0), view.x_pixel(x1)
    if is_ribbon:
        return QRectF(left, view.top, right - left, view.height) & window
    return QRectF(left, view.y_pixel(y1), right - left, (y1 - y0) * view.sy) & window


def _beside(rect: QRectF, view: Viewport) -> QRegion:
    """Return the viewport without the pixels that ``rect`` covers completely."""
    window = QRectF(view.left, view.top, view.width, view.height).toAlignedRect()
    inner = rect.adjusted(1.0, 1.0, -1.0, -1.0).toRect()
    return QRegion(window) - QRegion(inner)


def _alike(a: Plane, b: Plane) -> bool:
    """Return whether planes ``a`` and ``b`` can be cross-faded."""
    return a.frame == b.frame and a.images.shape[2:] == b.images.shape[2:]


def _in_step(a: Plane, b: Plane) -> bool:
    """Return whether both planes have the same tiles where they overlap."""
    for low, high, parts in ((0, 2, 1), (1, 3, 0)):
        size = (a.rect[high] - a.rect[low]) / a.images.shape[parts]
        other = (b.rect[high] - b.rect[low]) / b.images.shape[parts]
        apart = (a.rect[low] - b.rect[low]) / size
        if abs(size / other - 1.0) > _SAME or abs(apart - round(apart)) > _IN_STEP:
            return False
    return True
