"""Images in figures, drawn without smoothing: each pixel is a square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QTransform

from aegui.session.data.image_style import grey_levels
from aegui.widgets.glyphs import level_image

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from aegui.kit.charts.ink import Ink
    from aegui.session.data.image_style import ImageStyle

_MAX_SQUARES = 4096
_MIN_SIDE = 256


def draw_image(ink: Ink, rect: QRectF, image: ArrayLike, image_style: ImageStyle) -> None:
    """Paint ``image`` ``[H, W]`` or ``[C, H, W]`` in 0..1 with each pixel as a square."""
    array = np.nan_to_num(np.asarray(image, np.float32))
    array = array[0] if array.ndim == 3 and array.shape[0] == 1 else array
    theme, painter = ink.theme, ink.painter
    painter.save()
    if image_style.glyphs and array.size <= _MAX_SQUARES and ((array <= 0) | (array >= 1)).all():
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not ink.is_raster)
        painter.fillRect(rect, theme.pixel_off)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.pixel_on)
        lit = array > 0.5
        if lit.any():
            painter.drawPath(_outline(rect, lit))
    else:
        picture = level_image(grey_levels(array), image_style, theme.pixel_on, theme.pixel_off)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(rect, picture if ink.is_raster else enlarged(picture))
    painter.restore()


def enlarged(image: QImage) -> QImage:
    """Return ``image`` enlarged by an integer factor, since viewers may smooth small images."""
    times = max(1, -(-_MIN_SIDE // max(image.width(), image.height())))
    return _indexed(image).scaled(image.width() * times, image.height() * times)


def _indexed(image: QImage) -> QImage:
    """Return ``image`` with a colour table if it has few colours: written 2 to 6 times as fast."""
    # Qt builds no exact colour table for pixels that may be transparent.
    solid = image.convertToFormat(QImage.Format.Format_RGB32)
    found = solid.convertToFormat(QImage.Format.Format_Indexed8, Qt.ImageConversionFlag.AvoidDither)
    return found if found.convertToFormat(image.format()) == image else image


def _outline(rect: QRectF, lit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> QPainterPath:
    """Return the outline of all pixels that are ``lit`` ``[H, W]``, without seams.

    WORKAROUND: Qt merges rectangles correctly only where their edges coincide exactly. The path is
    built in integers and then mapped to ``rect``: in the fractional coordinates of a page Qt lost
    some rows and filled others.
    """
    rows, columns = lit.shape
    path = QPainterPath()
    for row, line in enumerate(lit):
        edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            path.addRect(QRectF(start, row, end - start, 1))
    place = QTransform.fromTranslate(rect.left(), rect.top())
    place.scale(rect.width() / columns, rect.height() / rows)
    return place.map(path.simplified())
