"""Small images on the screen: numpy grey levels to QImage, scaled without blur.

Every panel that shows a glyph (editor, answers, map, chooser) paints it with these functions, so
that the same pixel has the same colour everywhere. Grey level 0 is the ``off`` colour, 1 the
``on`` colour, and levels between are mixed; what is not a number is drawn as 0.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_LEVELS = 255
_NAMED_LABELS = {" ": mark("space"), "\x7f": mark("DEL"), "": mark("no label")}
_SHORT_LABELS = {" ": "\N{OPEN BOX}", "\x7f": "\N{BLACK SQUARE}", "": "\N{EN DASH}"}


def palette(on: QColor, off: QColor) -> NDArray[np.uint32]:
    """The 256 premultiplied ARGB colours from ``off`` to ``on``, read-only uint32 ``[256]``.

    Mixing happens after premultiplication, so that an ``off`` of alpha 0 fades without a seam.
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


def grey_levels(images: ArrayLike) -> NDArray[np.uint8]:
    """``images`` (any shape, meant to lie in [0, 1]) as whole grey levels 0..255."""
    values = np.nan_to_num(np.asarray(images, dtype=np.float32), nan=0.0)
    levels: NDArray[np.uint8] = (np.clip(values, 0.0, 1.0) * _LEVELS + 0.5).astype(np.uint8)
    return levels


def argb_image(argb: NDArray[np.uint32]) -> QImage:
    """A QImage that owns a copy of the premultiplied ARGB pixels ``argb`` ``[H, W]``."""
    height, width = argb.shape
    data = np.ascontiguousarray(argb, dtype=np.uint32)
    view = QImage(data.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return view.copy()


def glyph_image(image: ArrayLike, on: QColor, off: QColor) -> QImage:
    """One screen pixel per pixel of ``image`` ``[H, W]`` in [0, 1]."""
    return argb_image(palette(on, off)[grey_levels(image)])


def scaled_size(height: int, width: int, bounds: QSize, *, least: int = 1) -> QSize:
    """The largest whole multiple of ``width`` x ``height`` inside ``bounds``, at least ``least``x.

    ``bounds`` too small for ``least`` are exceeded: a blurred glyph would be a wrong one.
    """
    scale = max(least, min(bounds.width() // width, bounds.height() // height))
    return QSize(width * scale, height * scale)


def fitted_rect(height: int, width: int, bounds: QRect, *, least: int = 1) -> QRect:
    """``scaled_size`` centred in ``bounds``."""
    size = scaled_size(height, width, bounds.size(), least=least)
    return QRect(
        bounds.x() + (bounds.width() - size.width()) // 2,
        bounds.y() + (bounds.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )


def draw_glyph(painter: QPainter, bounds: QRect, image: QImage) -> QRect:
    """Paint ``image`` in the middle of ``bounds`` and say where.

    It is drawn at the largest whole scale; an image larger than ``bounds`` is shrunk smoothly.
    """
    too_large = image.height() > bounds.height() or image.width() > bounds.width()
    if too_large:
        size = image.size().scaled(bounds.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(QPoint(0, 0), size)
        target.moveCenter(bounds.center())
    else:
        target = fitted_rect(image.height(), image.width(), bounds)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, too_large)
    painter.drawImage(target, image)
    return target


def glyph_pixmap(image: QImage, bounds: QSize, *, device_ratio: float = 1.0) -> QPixmap:
    """A crisp pixmap of ``bounds`` (logical pixels) with ``image`` in its middle, as for icons."""
    size = QSize(round(bounds.width() * device_ratio), round(bounds.height() * device_ratio))
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_glyph(painter, QRect(0, 0, size.width(), size.height()), image)
    painter.end()
    pixmap.setDevicePixelRatio(device_ratio)
    return pixmap


class GlyphCache:
    """The samples of a set as QImages, each made when first shown in its colours."""

    def __init__(self, images: ArrayLike | None = None) -> None:
        self._levels: NDArray[np.uint8] = np.zeros((0, 1, 1), dtype=np.uint8)
        self._made: dict[tuple[int, int, int], QImage] = {}
        if images is not None:
            self.set_images(images)

    def __len__(self) -> int:
        """The number of images."""
        return len(self._levels)

    def set_images(self, images: ArrayLike) -> None:
        """Hold ``images`` ``[N, H, W]`` in [0, 1] from now on."""
        self._levels = grey_levels(images)
        self._made.clear()

    def image(self, index: int, on: QColor, off: QColor) -> QImage:
        """Image ``index``, one screen pixel per pixel."""
        key = (index, on.rgba(), off.rgba())
        if key not in self._made:
            self._made[key] = argb_image(palette(on, off)[self._levels[index]])
        return self._made[key]


def label_name(label: str) -> str:
    """``label`` as a word where there is room for one: "space" for the blank character."""
    return tr(_NAMED_LABELS[label]) if label in _NAMED_LABELS else label


def label_sign(label: str) -> str:
    """``label`` as one visible sign where room is short: the open box for the blank character."""
    return _SHORT_LABELS.get(label, label)
