"""The decoded plane as a field of glyphs, each drawn at an integer scale in its own tile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from aegui.widgets.glyphs import palette

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.features.map.model.plane_tiles import Plane
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
