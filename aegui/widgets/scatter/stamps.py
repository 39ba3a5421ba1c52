"""The pictures that stand for samples on the map, made once for each size and theme."""

from __future__ import annotations

import functools
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from aegui.core.data.byte_images import as_images
from aegui.kit.theme import Theme, blend
from aegui.session.data.looks import GLYPHS, Look, reduced
from aegui.widgets.glyphs import argb_image, grey_levels, label_sign, palette, photo_argb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

DOT_PX = 7.0
"""Diameter of a dot, in logical pixels."""
PLATE_MARGIN = 1
"""Blank glyph pixels around a glyph on its plate; the rim is a screen pixel more."""
_LABEL_GAP_PX = 2.0
_KEPT_PX = 12_000_000


class Stamps:
    """Plates with images, and dots with labels, of one set of samples."""

    def __init__(self) -> None:
        self._labels: Sequence[str] = ()
        self._differ: bool | None = None
        self._names: Sequence[str] = ()
        self._images: NDArray[np.float32] = np.zeros((0, 7, 5), np.float32)
        self._look = GLYPHS
        self._made: OrderedDict[object, QPixmap] = OrderedDict()
        self._made_px = 0

    def set_samples(
        self,
        labels: Sequence[str],
        images: ArrayLike,
        look: Look = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        """Stand for N samples; ``images`` are ``[N, H, W]`` or ``[N, C, H, W]``, not copied.

        ``names`` is what single samples are called; by default their labels.
        """
        self._labels, self._differ = labels, None
        self._names = labels if names is None else names
        self._images = as_images(images)
        self._look = look
        self.drop()

    def drop(self) -> None:
        """Forget the pictures: colours or fonts have changed."""
        self._made.clear()
        self._made_px = 0

    @property
    def count(self) -> int:
        """The number of samples N."""
        return len(self._images)

    @property
    def labels(self) -> Sequence[str]:
        """The labels of the samples."""
        return self._labels

    @property
    def has_labels(self) -> bool:
        """Whether labels tell samples apart."""
        if self._differ is None:
            self._differ = any(label != self._labels[0] for label in self._labels)
        return self._differ

    @property
    def names(self) -> Sequence[str]:
        """What the samples are called."""
        return self._names

    @property
    def look(self) -> Look:
        """How the images are seen."""
        return self._look

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of the images."""
        return int(self._images.shape[-2]), int(self._images.shape[-1])

    def image(self, index: int) -> NDArray[np.float32]:
        """Sample ``index`` itself, ``[H, W]`` or ``[C, H, W]`` in 0..1."""
        found: NDArray[np.float32] = self._images[index]
        return found

    def plate_size(self, scale: float) -> QSizeF:
        """Logical size of a plate whose image pixels are ``scale`` pixels."""
        return plate_size(self.image_shape, scale, self._look)

    def plate(
        self, index: int, scale: float, ratio: float, theme: Theme, rim: QColor | None = None
    ) -> QPixmap:
        """Sample ``index`` on its plate with a rim of the colour ``rim``, by default quiet."""
        made = self.made_plate(index, scale, ratio, theme, rim)
        if made is None:
            rim = rim or _quiet_rim(theme)
            made = plate_pixmap(self._images[index], self._look, scale, ratio, theme, rim)
            self._keep(_plate_key(index, scale, ratio, theme, rim), made)
        return made

    def made_plate(
        self, index: int, scale: float, ratio: float, theme: Theme, rim: QColor | None = None
    ) -> QPixmap | None:
        """That plate, if it is made already."""
        key = _plate_key(index, scale, ratio, theme, rim or _quiet_rim(theme))
        made = self._made.get(key)
        if made is not None:
            self._made.move_to_end(key)
        return made

    def _keep(self, key: object, made: QPixmap) -> None:
        self._made[key] = made
        self._made_px += made.width() * made.height()
        while self._made_px > _KEPT_PX:
            _, gone = self._made.popitem(last=False)
            self._made_px -= gone.width() * gone.height()

    def dot(self, ratio: float, theme: Theme, colour: QColor | None = None) -> QPixmap:
        """A dot with a rim of the ground, to part it from its neighbours."""
        colour = colour or theme.series[0]
        key = ("dot", ratio, theme.key, colour.rgba())
        made = self._made.get(key)
        if made is None:
            made = _canvas(QSizeF(DOT_PX + 2, DOT_PX + 2), ratio)
            painter = QPainter(made)
            _paint_dot(painter, QPointF(DOT_PX / 2 + 1, DOT_PX / 2 + 1), theme, colour)
            painter.end()
            self._keep(key, made)
        return made

    def labelled_dot(
        self, index: int, ratio: float, theme: Theme, font: QFont, colour: QColor | None = None
    ) -> QPixmap:
        """A dot in the middle of the left edge, and the label of sample ``index`` beside it."""
        label = label_sign(self._labels[index])
        colour = colour or theme.series[0]
        key = ("label", label, ratio, theme.key, colour.rgba())
        made = self._made.get(key)
        if made is None:
            made = _labelled(label, ratio, theme, font, colour)
            self._keep(key, made)
        return made


@functools.lru_cache(maxsize=4)
def _quiet_rim(theme: Theme) -> QColor:
    return blend(theme.text_dim, theme.raised, 0.55)


def _plate_key(index: int, scale: float, ratio: float, theme: Theme, rim: QColor) -> object:
    return ("plate", index, scale, ratio, theme.key, rim.rgba())


def plate_size(image_shape: tuple[int, ...], scale: float, look: Look) -> QSizeF:
    """Logical size of the plate of an image ``[..., H, W]``."""
    margin = 2 * PLATE_MARGIN if look.glyphs else 0
    height, width = image_shape[-2:]
    return QSizeF(round((width + margin) * scale) + 2, round((height + margin) * scale) + 2)


def plate_pixmap(
    image: ArrayLike, look: Look, scale: float, ratio: float, theme: Theme, rim: QColor
) -> QPixmap:
    """``image`` ``[H, W]`` or ``[C, H, W]`` on a plate, its pixels ``scale`` logical pixels wide.

    The rim is one logical pixel of the colour ``rim``, paler at the corners. Nothing of it is
    transparent: so it is copied, not blended, wherever it is drawn.
    """
    device = max(1, round(ratio))
    inner = _inner(np.asarray(image, np.float32), look, scale * ratio, theme)
    size = plate_size(np.shape(image), scale, look)
    wide = max(1, round(size.width() * ratio) - 2 * device)
    high = max(1, round(size.height() * ratio) - 2 * device)
    argb = np.full((high + 2 * device, wide + 2 * device), rim.rgba(), np.uint32)
    rows = np.minimum(np.arange(high) * len(inner) // high, len(inner) - 1)
    columns = np.minimum(np.arange(wide) * inner.shape[1] // wide, inner.shape[1] - 1)
    argb[device:-device, device:-device] = inner[rows[:, np.newaxis], columns]
    for down in (slice(None, device), slice(-device, None)):
        for across in (slice(None, device), slice(-device, None)):
            argb[down, across] = blend(rim, theme.panel, 0.3).rgba()
    opaque = argb_image(argb).convertToFormat(QImage.Format.Format_RGB32)
    pixmap = QPixmap.fromImage(opaque)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _inner(
    image: NDArray[np.float32], look: Look, device_scale: float, theme: Theme
) -> NDArray[np.uint32]:
    """The image as ARGB ``[h, w]`` with whole device pixels per pixel, or reduced."""
    side = max(1, round(device_scale))
    if device_scale < 1.0:
        image = reduced(image, max(1, round(max(image.shape[-2:]) * device_scale)))
    levels = grey_levels(image)
    if look.glyphs:
        glyph = levels if levels.ndim == 2 else levels[0]
        argb = palette(theme.pixel_on, theme.raised)[np.pad(glyph, PLATE_MARGIN)]
    else:
        argb = photo_argb(levels[np.newaxis] if levels.ndim == 2 else levels)
    large: NDArray[np.uint32] = np.repeat(np.repeat(argb, side, axis=0), side, axis=1)
    return large


def _canvas(size: QSizeF, ratio: float) -> QPixmap:
    pixmap = QPixmap((size * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _paint_dot(painter: QPainter, centre: QPointF, theme: Theme, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.panel, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(centre, DOT_PX / 2, DOT_PX / 2)


def _labelled(label: str, ratio: float, theme: Theme, font: QFont, colour: QColor) -> QPixmap:
    metrics = QFontMetricsF(font)
    text_x = DOT_PX + 2 + _LABEL_GAP_PX
    size = QSizeF(text_x + metrics.horizontalAdvance(label) + 3, metrics.height() + 2)
    pixmap = _canvas(size, ratio)
    painter = QPainter(pixmap)
    painter.setFont(font)
    box = QRectF(text_x - 1, 0, size.width() - text_x, size.height())
    # A veil of the ground parts the label from the field of images behind it.
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
