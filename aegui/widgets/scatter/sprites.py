"""Pixmaps of samples on the map, cached by size and theme."""

from __future__ import annotations

import functools
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from aegui.core.colours import DISC
from aegui.core.data.byte_images import as_images
from aegui.kit.theme import Theme, blend, for_text
from aegui.session.data.image_style import (
    GLYPHS,
    ImageStyle,
    flooded,
    ground_shares,
    photo_argb,
    reduced,
)
from aegui.widgets.colours import paint_mark
from aegui.widgets.glyphs import argb_image, grey_levels, label_sign, on_panel, palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_Pixel = TypeVar("_Pixel", np.uint8, np.uint32)
DOT_PX = 7.0
"""Diameter of a dot, in logical pixels."""
FRAME_MARGIN = 1
"""Blank glyph pixels around a framed glyph; the rim adds one screen pixel."""
DOT_SIDE_PX = DOT_PX + 4.0
"""Side of the pixmap of a dot, with room for the corners of other marks and the rim."""
_BORDER_PX, _RIM_PX = 2.0, 1.0
_SEEN = 64
_TINT = 0.3
_LABEL_GAP_PX = 2.0
_MAX_LABEL_PX = 120
_MAX_CACHE_PX = 12_000_000


class Sprites:
    """Cache of the sprites of one set: stickers, dots and labelled dots."""

    def __init__(self) -> None:
        self.labels: Sequence[str] = ()
        """The labels of the samples."""
        self._signs: dict[int, str] = {}
        self._differ: bool | None = None
        self.names: Sequence[str] = ()
        """Titles of the samples."""
        self._images: NDArray[np.float32] = np.zeros((0, 7, 5), np.float32)
        self.image_style = GLYPHS
        """How images are rendered; read-only for others."""
        self._pixmaps: OrderedDict[object, QPixmap] = OrderedDict()
        self._cached_px = 0
        self._sizes: dict[float, QSizeF] = {}

    def set_samples(
        self,
        labels: Sequence[str],
        images: ArrayLike,
        image_style: ImageStyle = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        """Set N samples; ``images`` are ``[N, H, W]`` or ``[N, C, H, W]``, not copied.

        ``names`` are the titles of the samples; by default their labels.
        """
        self.labels, self._differ = labels, None
        self._signs.clear()
        self.names = labels if names is None else names
        self._images = as_images(images)
        self.image_style = image_style
        self.drop()

    def drop(self) -> None:
        """Clear the cache, after a change of samples, colours or fonts."""
        self._pixmaps.clear()
        self._sizes.clear()
        self._cached_px = 0

    @property
    def count(self) -> int:
        """Return the number of samples N."""
        return len(self._images)

    @property
    def has_labels(self) -> bool:
        """Return whether labels differ between samples."""
        if self._differ is None:
            self._differ = any(label != self.labels[0] for label in self.labels)
        return self._differ

    @property
    def image_shape(self) -> tuple[int, int]:
        """Return height and width of the images."""
        return int(self._images.shape[-2]), int(self._images.shape[-1])

    def image(self, index: int) -> NDArray[np.float32]:
        """Return sample ``index``, ``[H, W]`` or ``[C, H, W]`` in 0..1."""
        found: NDArray[np.float32] = self._images[index]
        return found

    def sticker_size(self, scale: float) -> QSizeF:
        """Return the logical size of a sticker whose image pixels are ``scale`` pixels."""
        if scale not in self._sizes:
            self._sizes[scale] = sticker_size(self.image_shape, scale, self.image_style)
        return self._sizes[scale]

    def sticker(
        self, index: int, scale: float, ratio: float, theme: Theme, rim: QColor | None = None
    ) -> QPixmap:
        """Return the sticker of sample ``index``, with a rim in colour ``rim`` (default: muted)."""
        pixmap = self.cached_sticker(index, scale, ratio, theme, rim)
        if pixmap is None:
            pixmap = sticker_pixmap(self._images[index], self.image_style, scale, ratio, theme, rim)
            self._keep(_sticker_key(index, scale, ratio, theme, rim), pixmap)
        return pixmap

    def cached_sticker(
        self, index: int, scale: float, ratio: float, theme: Theme, rim: QColor | None = None
    ) -> QPixmap | None:
        """Return the cached sticker of sample ``index``; None if it has not been made."""
        key = _sticker_key(index, scale, ratio, theme, rim)
        pixmap = self._pixmaps.get(key)
        if pixmap is not None:
            self._pixmaps.move_to_end(key)
        return pixmap

    def _keep(self, key: object, pixmap: QPixmap) -> None:
        self._pixmaps[key] = pixmap
        self._cached_px += pixmap.width() * pixmap.height()
        while self._cached_px > _MAX_CACHE_PX:
            _, gone = self._pixmaps.popitem(last=False)
            self._cached_px -= gone.width() * gone.height()

    def dot(
        self, ratio: float, theme: Theme, colour: QColor | None = None, mark: int = DISC
    ) -> QPixmap:
        """Return a dot with a rim in the background colour; ``mark`` is an index of ``MARKS``."""
        colour = colour or theme.series[0]
        key = ("dot", ratio, theme.key, colour.rgba(), mark)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = _canvas(QSizeF(DOT_SIDE_PX, DOT_SIDE_PX), ratio)
            painter = QPainter(pixmap)
            _paint_dot(painter, QPointF(DOT_SIDE_PX / 2, DOT_SIDE_PX / 2), theme, colour, mark)
            painter.end()
            self._keep(key, pixmap)
        return pixmap

    def labelled_dot(
        self, index: int, ratio: float, theme: Theme, font: QFont, colour: QColor | None = None
    ) -> QPixmap:
        """Return a dot at the middle of the left edge, with the label of sample ``index``."""
        label = self._signs.get(index)
        if label is None:
            # Cached, as this is called for every dot in every frame.
            label = self._signs[index] = label_sign(self.labels[index])
        colour = colour or theme.series[0]
        key = ("label", label, ratio, theme.key, colour.rgba())
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = _labelled(label, ratio, theme, font, colour)
            self._keep(key, pixmap)
        return pixmap


@functools.lru_cache(maxsize=4)
def _quiet_rim(theme: Theme) -> QColor:
    return blend(theme.text_dim, theme.raised, 0.55)


def _sticker_key(
    index: int, scale: float, ratio: float, theme: Theme, rim: QColor | None
) -> object:
    return ("sticker", index, scale, ratio, theme.key, None if rim is None else rim.rgba())


def framed_size(image_shape: tuple[int, ...], scale: float, image_style: ImageStyle) -> QSizeF:
    """Return the logical size of the framed image ``[..., H, W]``."""
    margin = 2 * FRAME_MARGIN if image_style.glyphs else 0
    height, width = image_shape[-2:]
    return QSizeF(round((width + margin) * scale) + 2, round((height + margin) * scale) + 2)


def framed_pixmap(
    image: ArrayLike, image_style: ImageStyle, scale: float, ratio: float, theme: Theme, rim: QColor
) -> QPixmap:
    """Return ``image`` ``[H, W]`` or ``[C, H, W]`` framed, at ``scale`` logical pixels per pixel.

    The rim is one logical pixel in colour ``rim``, paler at the corners. The pixmap is opaque, so
    that it is copied rather than blended when drawn.
    """
    pixels = np.asarray(image, np.float32)
    size = framed_size(pixels.shape, scale, image_style)
    argb = _inner(pixels, image_style, scale * ratio, theme)
    rims = np.array([rim.rgba(), blend(rim, theme.panel, 0.3).rgba()], np.uint32)
    colours = np.concatenate([rims, argb.ravel()])
    device = max(1, round(ratio))
    width = max(1, round(size.width() * ratio) - 2 * device)
    height = max(1, round(size.height() * ratio) - 2 * device)
    side = max(1, round(scale * ratio))
    framed = colours[_framing(argb.shape, side, (height, width), device)]
    rows, columns = framed.shape
    opaque = QImage(framed.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    # A copy owns its pixels; without it the pixmap would refer to those of ``framed``.
    pixmap = QPixmap.fromImage(opaque.copy())
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@functools.lru_cache(maxsize=8)
def _framing(
    shape: tuple[int, int], side: int, size: tuple[int, int], device: int
) -> NDArray[np.intp]:
    """Return which colour each pixel of a framed image has: 0 the rim, 1 its corners, 2 + pixel.

    Cached, as this is needed for every move of the mouse.

    Args:
        shape: Rows and columns of the image.
        side: Device pixels of a pixel of the image, before it is fitted into ``size``.
        size: Device rows and columns inside the rim.
        device: Device pixels of the rim.
    """
    height, width = size
    rows, columns = (
        np.minimum(np.arange(inside) * (count * side) // inside, count * side - 1) // side
        for inside, count in zip(size, shape, strict=True)
    )
    framing = np.zeros((height + 2 * device, width + 2 * device), np.intp)
    framing[device:-device, device:-device] = 2 + rows[:, np.newaxis] * shape[1] + columns
    for down in (slice(None, device), slice(-device, None)):
        for across in (slice(None, device), slice(-device, None)):
            framing[down, across] = 1
    framing.setflags(write=False)
    return framing


def _inner(
    image: NDArray[np.float32], image_style: ImageStyle, device_scale: float, theme: Theme
) -> NDArray[np.uint32]:
    """Return the image as ARGB ``[h, w]``, with blank pixels around a glyph; or reduced."""
    if device_scale < 1.0:
        image = reduced(image, max(1, round(max(image.shape[-2:]) * device_scale)))
    levels = grey_levels(image)
    if not image_style.glyphs:
        channels = levels[np.newaxis] if levels.ndim == 2 else levels
        return photo_argb(on_panel(channels, image_style, theme))
    glyph = levels if levels.ndim == 2 else levels[0]
    # ``np.pad`` takes as long as all the rest.
    margin = FRAME_MARGIN
    padded = np.zeros([count + 2 * margin for count in glyph.shape], np.uint8)
    padded[margin:-margin, margin:-margin] = glyph
    return palette(theme.pixel_on, theme.raised)[padded]


def _canvas(size: QSizeF, ratio: float) -> QPixmap:
    pixmap = QPixmap((size * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _paint_dot(
    painter: QPainter, centre: QPointF, theme: Theme, colour: QColor, mark: int = DISC
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = QPen(theme.panel, 1.5)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(rim)
    painter.setBrush(colour)
    paint_mark(painter, centre, DOT_PX / 2, mark)


def _labelled(label: str, ratio: float, theme: Theme, font: QFont, colour: QColor) -> QPixmap:
    metrics = QFontMetricsF(font)
    # The name is shown whole under the pointer; at full length it would cover other samples.
    label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, for_text(_MAX_LABEL_PX))
    text_x = DOT_PX + 2 + _LABEL_GAP_PX
    size = QSizeF(text_x + metrics.horizontalAdvance(label) + 3, metrics.height() + 2)
    pixmap = _canvas(size, ratio)
    painter = QPainter(pixmap)
    painter.setFont(font)
    box = QRectF(text_x - 1, 0, size.width() - text_x, size.height())
    # A translucent background separates the label from the images behind it.
    veil = QColor(theme.panel)
    veil.setAlphaF(0.78)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil)
    painter.drawRoundedRect(box, 2, 2)
    painter.setPen(theme.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
    _paint_dot(painter, QPointF(DOT_PX / 2 + 1, size.height() / 2), theme, colour)
    painter.end()
    return pixmap


# Stickers: an image without its ground


def sticker_size(image_shape: tuple[int, ...], scale: float, image_style: ImageStyle) -> QSizeF:
    """Return the logical size of the sticker of an image ``[..., H, W]``."""
    height, width = image_shape[-2:]
    around = 2 * (_border(scale, image_style) + _RIM_PX)
    return QSizeF(round(width * scale) + around, round(height * scale) + around)


def sticker_pixmap(
    image: ArrayLike,
    image_style: ImageStyle,
    scale: float,
    ratio: float,
    theme: Theme,
    rim: QColor | None = None,
) -> QPixmap:
    """Return the sticker of ``image`` as a pixmap."""
    pixmap = QPixmap.fromImage(sticker_image(image, image_style, scale, ratio, theme, rim))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def sticker_image(
    image: ArrayLike,
    image_style: ImageStyle,
    scale: float,
    ratio: float,
    theme: Theme,
    rim: QColor | None = None,
) -> QImage:
    """Return ``image`` ``[H, W]`` or ``[C, H, W]`` cut out along its content, scaled by ``scale``.

    A border of background is kept around the content, and around that a thin rim, so that it
    stands out from anything behind it. Grey images on a dark background are tinted with ``rim``. An
    image without content keeps all of its background.
    """
    pixels = np.asarray(image, np.float32)
    size = sticker_size(pixels.shape, scale, image_style)
    width, height = round(size.width() * ratio), round(size.height() * ratio)
    border = round((_border(scale, image_style) + _RIM_PX) * ratio)
    inner = max(1, width - 2 * border), max(1, height - 2 * border)
    argb, ground = _coloured(pixels, image_style, theme, rim)
    share = _shown(pixels, image_style)
    canvas = np.full((height, width), ground.rgba(), np.uint32)
    mask = np.zeros((height, width), np.uint8)
    at = slice(border, border + inner[1]), slice(border, border + inner[0])
    crisp = min(inner) >= min(pixels.shape[-2:])
    canvas[at] = _resized(argb, inner, crisp=crisp)
    mask[at] = _resized(share, inner, crisp=crisp)
    if int(mask.max()) < _SEEN:
        mask[at] = 255
    thin = max(1, round(_RIM_PX * ratio))
    body = _widened(mask, border - thin)
    edge = _widened(body, thin)
    line = np.uint32((rim or _quiet_rim(theme)).rgba())
    return argb_image(_over(canvas, body, np.full_like(canvas, line), edge))


def _border(scale: float, image_style: ImageStyle) -> float:
    """Return the width of the border around the content: for glyphs one glyph pixel."""
    return max(_BORDER_PX, round(scale)) if image_style.glyphs else _BORDER_PX


def _coloured(
    pixels: NDArray[np.float32], image_style: ImageStyle, theme: Theme, rim: QColor | None
) -> tuple[NDArray[np.uint32], QColor]:
    """Return the image as ARGB ``[H, W]``, and its background colour."""
    levels = grey_levels(pixels)
    single = levels if levels.ndim == 2 else levels[0]
    if image_style.glyphs:
        return palette(theme.pixel_on, theme.raised)[single], theme.raised
    black, white = QColor(0, 0, 0), QColor(255, 255, 255)
    is_grey = levels.ndim == 2 or len(levels) == 1
    if is_grey and image_style.ground == 0.0:
        ink = white if rim is None else blend(rim, white, _TINT)
        return palette(ink, black)[single], black
    argb = photo_argb(levels[np.newaxis] if levels.ndim == 2 else levels)
    return argb, white if image_style.ground == 1.0 else black


def _shown(pixels: NDArray[np.float32], image_style: ImageStyle) -> NDArray[np.uint8]:
    """Return the opacity of each pixel ``[H, W]``, 0 for background, up to 255."""
    levels = grey_levels(pixels)
    channels = levels[np.newaxis] if levels.ndim == 2 else levels
    if image_style.glyphs:
        # With what the strokes enclose, as in an o: the border around them would leave a few pixels
        # of it, which look like a mark.
        glyph: NDArray[np.uint8] = 255 - flooded(255 - channels[0][..., np.newaxis])[..., 0]
        return glyph
    shown: NDArray[np.uint8] = 255 - ground_shares(channels[np.newaxis], image_style)[0]
    return shown


def _resized(values: NDArray[_Pixel], size: tuple[int, int], *, crisp: bool) -> NDArray[_Pixel]:
    """Resize ``values`` ``[H, W]``, ARGB or opacity, to ``size``: nearest, or smoothly."""
    if crisp:
        rows = np.arange(size[1]) * len(values) // size[1]
        columns = np.arange(size[0]) * values.shape[1] // size[0]
        squares: NDArray[_Pixel] = values[rows[:, np.newaxis], columns]
        return squares
    is_colour = values.dtype == np.uint32
    image_format = QImage.Format.Format_RGB32 if is_colour else QImage.Format.Format_Grayscale8
    data = np.ascontiguousarray(values)
    height, width = data.shape
    image = QImage(data.data, width, height, data.strides[0], image_format)
    mode = Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, mode).convertToFormat(
        image_format
    )
    lines = np.frombuffer(scaled.constBits(), values.dtype).reshape(scaled.height(), -1)
    # Copied, as the buffer belongs to an image that is freed on return.
    means: NDArray[_Pixel] = lines[:, : size[0]].copy()
    return means


def _widened(mask: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Return the dilation of ``mask`` ``[h, w]`` by a disc of radius ``by`` pixels."""
    result = mask.copy()
    for down in range(-by, by + 1):
        for across in range(-by, by + 1):
            if (down or across) and down * down + across * across <= by * by + 1:
                onto = result[max(0, down) : len(mask) + min(0, down)]
                source = mask[max(0, -down) : len(mask) + min(0, -down)]
                onto = onto[:, max(0, across) : mask.shape[1] + min(0, across)]
                source = source[:, max(0, -across) : mask.shape[1] + min(0, -across)]
                np.maximum(onto, source, out=onto)
    return result


def _over(
    front: NDArray[np.uint32],
    front_mask: NDArray[np.uint8],
    back: NDArray[np.uint32],
    back_mask: NDArray[np.uint8],
) -> NDArray[np.uint32]:
    """Composite ``front`` over ``back`` by their masks; returns premultiplied ARGB."""
    near = front_mask.astype(np.float32)[..., np.newaxis] / 255
    far = back_mask.astype(np.float32)[..., np.newaxis] / 255 * (1 - near)
    channels = [part.view(np.uint8).reshape(*part.shape, 4) for part in (front, back)]
    mixed = channels[0] * near + channels[1] * far
    bytes_ = np.ascontiguousarray(np.rint(mixed).astype(np.uint8))
    return bytes_.view(np.uint32)[..., 0]
