"""The pictures that stand for samples on the map, made once for each size and theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from aegui.widgets.glyphs import argb_image, grey_levels, label_sign, palette
from aegui.widgets.theme import Theme, blend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

DOT_PX = 7.0
"""Diameter of a dot, in logical pixels."""
PLATE_MARGIN = 1
"""Blank glyph pixels around a glyph on its plate; the rim is a screen pixel more."""
_LABEL_GAP_PX = 2.0
_MOST_KEPT = 6000


class Stamps:
    """Plates with glyphs, and dots with labels, of one set of samples."""

    def __init__(self) -> None:
        self._labels: tuple[str, ...] = ()
        self._levels: NDArray[np.uint8] = np.zeros((0, 7, 5), np.uint8)
        self._made: dict[object, QPixmap] = {}

    def set_samples(self, labels: Sequence[str], images: ArrayLike) -> None:
        """Stand for N samples with ``labels`` and ``images`` ``[N, H, W]`` in [0, 1]."""
        self._labels = tuple(labels)
        self._levels = grey_levels(images)
        self._made.clear()

    def drop(self) -> None:
        """Forget the pictures: colours or fonts have changed."""
        self._made.clear()

    @property
    def count(self) -> int:
        """The number of samples N."""
        return len(self._levels)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the samples."""
        return self._labels

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of the images."""
        return int(self._levels.shape[1]), int(self._levels.shape[2])

    def plate_size(self, scale: int) -> QSizeF:
        """Logical size of a plate whose glyph pixels are ``scale`` pixels."""
        height, width = self.image_shape
        margin = 2 * PLATE_MARGIN
        return QSizeF((width + margin) * scale + 2, (height + margin) * scale + 2)

    def plate(self, index: int, scale: int, ratio: float, theme: Theme, *, marked: bool) -> QPixmap:
        """Sample ``index`` on its plate; ``marked`` has a rim of the accent colour."""
        key = ("plate", index, scale, ratio, theme.key, marked)
        made = self._made.get(key)
        if made is None:
            if len(self._made) > _MOST_KEPT:
                self._made.clear()
            rim = theme.accent if marked else blend(theme.text_dim, theme.raised, 0.55)
            made = plate_pixmap(self._levels[index] / 255.0, scale, ratio, theme, rim)
            self._made[key] = made
        return made

    def dot(self, ratio: float, theme: Theme) -> QPixmap:
        """A dot with a rim of the ground, to part it from its neighbours."""
        key = ("dot", ratio, theme.key)
        made = self._made.get(key)
        if made is None:
            made = _canvas(QSizeF(DOT_PX + 2, DOT_PX + 2), ratio)
            painter = QPainter(made)
            _paint_dot(painter, QPointF(DOT_PX / 2 + 1, DOT_PX / 2 + 1), theme)
            painter.end()
            self._made[key] = made
        return made

    def labelled_dot(self, index: int, ratio: float, theme: Theme, font: QFont) -> QPixmap:
        """A dot in the middle of the left edge, and the label of sample ``index`` beside it."""
        label = label_sign(self._labels[index])
        key = ("label", label, ratio, theme.key)
        made = self._made.get(key)
        if made is None:
            made = _labelled(label, ratio, theme, font)
            self._made[key] = made
        return made


def plate_pixmap(image: ArrayLike, scale: int, ratio: float, theme: Theme, rim: QColor) -> QPixmap:
    """``image`` ``[H, W]`` on a plate, its pixels ``scale`` logical pixels wide.

    The rim is one logical pixel of the colour ``rim``, paler at the corners. Nothing of it is
    transparent: so it is copied, not blended, wherever it is drawn.
    """
    device = max(1, round(ratio))
    side = max(1, round(scale * ratio))
    levels = np.pad(grey_levels(image), PLATE_MARGIN)
    large = np.repeat(np.repeat(levels, side, axis=0), side, axis=1)
    ground = theme.raised
    argb = np.full(
        (large.shape[0] + 2 * device, large.shape[1] + 2 * device), rim.rgba(), np.uint32
    )
    argb[device:-device, device:-device] = palette(theme.pixel_on, ground)[large]
    for rows in (slice(None, device), slice(-device, None)):
        for columns in (slice(None, device), slice(-device, None)):
            argb[rows, columns] = blend(rim, theme.panel, 0.3).rgba()
    opaque = argb_image(argb).convertToFormat(QImage.Format.Format_RGB32)
    pixmap = QPixmap.fromImage(opaque)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _canvas(size: QSizeF, ratio: float) -> QPixmap:
    pixmap = QPixmap((size * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _paint_dot(painter: QPainter, centre: QPointF, theme: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.panel, 1.5))
    painter.setBrush(theme.series[0])
    painter.drawEllipse(centre, DOT_PX / 2, DOT_PX / 2)


def _labelled(label: str, ratio: float, theme: Theme, font: QFont) -> QPixmap:
    metrics = QFontMetricsF(font)
    text_x = DOT_PX + 2 + _LABEL_GAP_PX
    size = QSizeF(text_x + metrics.horizontalAdvance(label) + 3, metrics.height() + 2)
    pixmap = _canvas(size, ratio)
    painter = QPainter(pixmap)
    painter.setFont(font)
    box = QRectF(text_x - 1, 0, size.width() - text_x, size.height())
    # A veil of the ground parts the label from the field of glyphs behind it.
    veil = QColor(theme.panel)
    veil.setAlphaF(0.78)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil)
    painter.drawRoundedRect(box, 2, 2)
    painter.setPen(theme.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
    _paint_dot(painter, QPointF(DOT_PX / 2 + 1, size.height() / 2), theme)
    painter.end()
    return pixmap
