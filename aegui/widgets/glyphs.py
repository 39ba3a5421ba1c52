"""Conversion of numpy images to QImage, and painting without blur for small ones.

Every panel that shows an image (editor, answers, map, chooser) uses these functions, so that the
same pixel has the same colour everywhere. In a glyph, level 0 is the ``off`` colour, 1 the ``on``
colour, and levels between are mixed; other images are shown as they are, with 0 black. NaN is drawn
as 0.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from aegui.core.data.byte_images import as_images
from aegui.core.data.emoji_words import translated_name
from aegui.core.i18n import mark, tr
from aegui.kit.theme import blend, current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle, photo_argb, reduced, without_ground
from aegui.session.data.image_style import grey_levels as grey_levels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.kit.theme import Theme

SMOOTH_PX = 48
"""Images with fewer rows or columns are shown at integer scales, each pixel as a square."""
_LEVELS = 255
_GROUND_SHARE = 0.16
_NOOKS = 16
_MAX_CACHE_BYTES = 48_000_000
_NAMED_LABELS = {" ": mark("space"), "\x7f": mark("DEL"), "": mark("no label")}
_SHORT_LABELS = {" ": "\N{OPEN BOX}", "\x7f": "\N{BLACK SQUARE}", "": "\N{EN DASH}"}


def palette(on: QColor, off: QColor) -> NDArray[np.uint32]:
    """Return 256 premultiplied ARGB colours from ``off`` to ``on``, read-only uint32 ``[256]``.

    Colours are mixed after premultiplication, so that an ``off`` of alpha 0 fades without a seam.
    """
    return _palette(on.rgba(), off.rgba())


@lru_cache(maxsize=64)
def _palette(on: int, off: int) -> NDArray[np.uint32]:
    mix = np.linspace(0.0, 1.0, _LEVELS + 1)[:, np.newaxis]
    channels = np.rint(_premultiplied(off) * (1.0 - mix) + _premultiplied(on) * mix)
    alpha, red, green, blue = channels.astype(np.uint32).T
    packed: NDArray[np.uint32] = alpha << 24 | red << 16 | green << 8 | blue
    packed.setflags(write=False)
    return packed


def _premultiplied(rgba: int) -> NDArray[np.float64]:
    colour = QColor.fromRgba(rgba)
    alpha = colour.alphaF()
    return np.array(
        [
            colour.alpha(),
            colour.red() * alpha,
            colour.green() * alpha,
            colour.blue() * alpha,
        ],
        dtype=np.float64,
    )


def argb_image(argb: NDArray[np.uint32]) -> QImage:
    """Return a QImage that owns a copy of the premultiplied ARGB pixels ``argb`` ``[H, W]``."""
    height, width = argb.shape
    data = np.ascontiguousarray(argb, dtype=np.uint32)
    view = QImage(data.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return view.copy()


def glyph_image(image: ArrayLike, on: QColor, off: QColor) -> QImage:
    """Return ``image`` ``[H, W]`` in [0, 1] as a QImage of the same size."""
    return argb_image(palette(on, off)[grey_levels(image)])


def level_image(
    levels: NDArray[np.uint8],
    image_style: ImageStyle,
    on: QColor | None = None,
    off: QColor | None = None,
) -> QImage:
    """Return ``levels`` 0..255, ``[H, W]`` or ``[C, H, W]``, as a QImage of the same size.

    ``on`` and ``off`` are the colours of glyphs, by default those of the theme.
    """
    channels = levels[np.newaxis] if levels.ndim == 2 else levels
    if image_style.glyphs:
        theme = current_theme()
        colours = palette(on or theme.pixel_on, off or theme.pixel_off)
        return argb_image(colours[channels[0]])
    return argb_image(photo_argb(channels))


def picture(image: ArrayLike, image_style: ImageStyle) -> QImage:
    """Return ``image`` ``[H, W]`` or ``[C, H, W]`` in [0, 1] as a QImage of the same size."""
    return level_image(grey_levels(image), image_style)


def on_panel(levels: NDArray[np.uint8], image_style: ImageStyle, theme: Theme) -> NDArray[np.uint8]:
    """Return ``levels`` ``[C, H, W]`` with a white background turned grey on a dark panel.

    On a dark panel a white background would be brighter than the object itself. Other images, and
    any image on a light panel, are returned unchanged.
    """
    if image_style.glyphs or image_style.ground != 1.0 or not theme.is_dark:
        return levels
    margin = max(1, min(levels.shape[-2:]) // _NOOKS)
    cut_out = without_ground(levels[np.newaxis], image_style, margin)[0]
    tone = blend(theme.text, theme.panel, _GROUND_SHARE)
    ground = np.array([tone.red(), tone.green(), tone.blue()], np.uint16)[:, np.newaxis, np.newaxis]
    ground = ground if len(levels) == 3 else ground[:1]
    share = (255 - cut_out[-1]).astype(np.uint16)
    seen: NDArray[np.uint8] = (cut_out[:-1] + (share * ground) // 255).astype(np.uint8)
    return seen


def quiet_picture(image: ArrayLike, image_style: ImageStyle) -> QImage:
    """Like ``picture``, with a white background turned grey on a dark panel."""
    levels = grey_levels(image)
    channels = levels[np.newaxis] if levels.ndim == 2 else levels
    return level_image(on_panel(channels, image_style, current_theme()), image_style)


def scaled_size(height: int, width: int, bounds: QSize) -> QSize:
    """Return the largest integer multiple of ``width`` x ``height`` that fits ``bounds``.

    At least the original size, even if it exceeds ``bounds``: shrinking would blur the glyph.
    """
    scale = max(1, min(bounds.width() // width, bounds.height() // height))
    return QSize(width * scale, height * scale)


def fitted_rect(height: int, width: int, bounds: QRect) -> QRect:
    """Return ``scaled_size`` centred in ``bounds``."""
    size = scaled_size(height, width, bounds.size())
    return QRect(
        bounds.x() + (bounds.width() - size.width()) // 2,
        bounds.y() + (bounds.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )


def is_smooth(height: int, width: int, bounds: QSize) -> bool:
    """Return whether an image is scaled smoothly in ``bounds``: it is large or does not fit."""
    return min(height, width) >= SMOOTH_PX or height > bounds.height() or width > bounds.width()


def picture_rect(height: int, width: int, bounds: QRect) -> QRect:
    """Return the target rectangle of an image, centred in ``bounds`` and never exceeding it."""
    if not is_smooth(height, width, bounds.size()):
        return fitted_rect(height, width, bounds)
    size = QSize(width, height).scaled(bounds.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(QPoint(0, 0), size.expandedTo(QSize(1, 1)))
    target.moveCenter(bounds.center())
    return target


def draw_picture(painter: QPainter, target: QRect, image: QImage) -> None:
    """Paint ``image`` into ``target``, which has the same aspect ratio."""
    is_exact = (
        target.width() % image.width() == 0 and min(image.width(), image.height()) < SMOOTH_PX
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_exact)
    painter.drawImage(target, image)


def draw_glyph(painter: QPainter, bounds: QRect, image: QImage) -> QRect:
    """Paint ``image`` centred in ``bounds`` and return the painted rectangle.

    A small image is drawn at the largest integer scale; a large one fills ``bounds``, scaled
    smoothly.
    """
    target = picture_rect(image.height(), image.width(), bounds)
    draw_picture(painter, target, image)
    return target


def glyph_pixmap(image: QImage, bounds: QSize, *, device_ratio: float = 1.0) -> QPixmap:
    """Return a pixmap of ``bounds`` (logical pixels) with ``image`` centred in it, as for icons."""
    size = QSize(round(bounds.width() * device_ratio), round(bounds.height() * device_ratio))
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_glyph(painter, QRect(0, 0, size.width(), size.height()), image)
    painter.end()
    pixmap.setDevicePixelRatio(device_ratio)
    return pixmap


class GlyphCache:
    """Cache of the samples of a set as QImages, each rendered when first requested.

    The least recently used images are evicted above 48 MB. Images of more than ``most_px`` rows or
    columns, if given, are reduced first. With ``quiet``, a white background is grey on a dark
    panel.
    """

    def __init__(
        self, images: ArrayLike | None = None, most_px: int | None = 64, *, quiet: bool = False
    ) -> None:
        self._images: NDArray[np.float32] = np.zeros((0, 1, 1), dtype=np.float32)
        self.image_style = GLYPHS
        """How images are rendered."""
        self._most_px = most_px
        self._quiet = quiet
        self._rendered: OrderedDict[tuple[int, object, object], QImage] = OrderedDict()
        if images is not None:
            self.set_images(images)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._images)

    def set_images(self, images: ArrayLike, image_style: ImageStyle = GLYPHS) -> None:
        """Set images ``[N, H, W]`` or ``[N, C, H, W]`` in [0, 1], not copied; clear the cache."""
        self._images = as_images(images)
        self.image_style = image_style
        self._rendered.clear()

    def image(self, index: int, on: QColor | None = None, off: QColor | None = None) -> QImage:
        """Return image ``index``, one pixel each; glyphs in the colours ``on`` and ``off``.

        The default colours are those of the theme.
        """
        theme = current_theme()
        on, off = on or theme.pixel_on, off or theme.pixel_off
        key: tuple[int, object, object] = (index, on.rgba(), off.rgba())
        if not self.image_style.glyphs:
            key = (index, theme.key, None)
        if key in self._rendered:
            self._rendered.move_to_end(key)
            return self._rendered[key]
        image = self._images[index]
        if self._most_px is not None:
            image = reduced(image, self._most_px)
        levels = grey_levels(image)
        if self._quiet and levels.ndim == 3:
            levels = on_panel(levels, self.image_style, theme)
        picture = level_image(levels, self.image_style, on, off)
        self._rendered[key] = picture
        if len(self._rendered) * picture.sizeInBytes() > _MAX_CACHE_BYTES:
            self._rendered.popitem(last=False)
        return picture


def label_name(label: str) -> str:
    """Return ``label`` as a word for places with room: "space" for the blank character.

    Emojis and classes of the shipped sets are translated; other labels are returned as they are.
    """
    return tr(_NAMED_LABELS[label]) if label in _NAMED_LABELS else translated_name(label)


def label_sign(label: str) -> str:
    """Return ``label`` as one visible sign for tight spaces: an open box for the blank.

    Labels of several characters are named as by `label_name`.
    """
    sign = _SHORT_LABELS.get(label)
    if sign is not None:
        return sign
    return label_name(label) if len(label) > 1 else label
