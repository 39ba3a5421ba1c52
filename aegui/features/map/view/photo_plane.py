"""The decoded plane of images that are no glyphs: without gaps, scaled smoothly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from aegui.widgets.glyphs import argb_image, palette

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QColor

    from aegui.features.map.model.plane_tiles import Plane
    from aegui.features.map.view.nearness import Nearness
    from aegui.widgets.viewport import Viewport

_MOST_AREA = 4.0
"""A plane of up to so many windows is kept scaled, so that panning copies it."""


class PhotoPlane:
    """Turns a plane into pixels of the window; those of one zoom are kept while it pans."""

    def __init__(self) -> None:
        self.plane: Plane | None = None
        """What is shown."""
        self.nearness: Nearness | None = None
        """How strong its tiles are; None: all alike."""
        self.copies = True
        """Whether a scaled copy is kept, for panning."""
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._mosaic = QImage()
        self._mosaic_key: object = None
        self._veil = QImage()
        self._veil_key: object = None
        self._scaled = QImage()
        self._scaled_key: object = None
        self._seen: tuple[QSize, QPointF] | None = None

    def set_plane(self, plane: Plane | None) -> None:
        """Show ``plane`` from now on."""
        self.plane = plane
        self._mosaic_key = self._veil_key = self._scaled_key = self._seen = None

    def image(
        self,
        view: Viewport,
        ground: QColor,
        strength: float,
        ratio: float,
        band: tuple[float, float] | None = None,
        ink: QColor | None = None,
    ) -> QImage:
        """The window of ``view`` as an image: ``paint`` over ``ground``."""
        image = QImage(
            max(1, round(view.width * ratio)),
            max(1, round(view.height * ratio)),
            QImage.Format.Format_RGB32,
        )
        image.fill(ground)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        onto = view.placed(0.0, 0.0, view.width, view.height)
        self.paint(painter, onto, ground, strength, ratio, band, ink)
        painter.end()
        return image

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        ground: QColor,
        strength: float,
        ratio: float,
        band: tuple[float, float] | None = None,
        ink: QColor | None = None,
    ) -> None:
        """Paint the plane where it lies in ``view``; what is there already is the ground.

        Args:
            painter: Of the widget, clipped to the window.
            view: What is seen.
            ground: The colour of what lies behind.
            strength: Share of the images in what is seen; the rest is ``ground``.
            ratio: Device pixels per logical pixel.
            band: For a ribbon: first and last logical pixel row of the one row of tiles.
            ink: Draw light images on a dark ground as ink of that colour on ``ground`` instead.
        """
        plane = self.plane
        if plane is None:
            return
        self._colour(plane, ink, ground)
        painter.save()
        painter.setOpacity(1.0 if ink is not None else strength)
        target = _target(plane, view, band)
        if band is None:
            self._draw(painter, target, ratio, view.width * view.height, ground)
        else:
            self._draw_row(painter, target, plane)
        painter.restore()

    def _colour(self, plane: Plane, ink: QColor | None, ground: QColor) -> None:
        colours = None if ink is None else (ink.rgba(), ground.rgba())
        if (colours,) != self._mosaic_key:
            self._mosaic_key, self._scaled_key = (colours,), None
            self._lay_tiles(plane, None if ink is None else palette(ink, ground))
        veil = (ground.rgba(), self.nearness if ink is None else None)
        if veil != self._veil_key:
            self._veil_key, self._scaled_key = veil, None
            self._veil = self._veil_of(plane, ground) if ink is None else QImage()

    def _lay_tiles(self, plane: Plane, colours: NDArray[np.uint32] | None) -> None:
        """Make the mosaic of the tiles, which are ink of ``colours`` or have their own."""
        pixels = plane.mosaic if colours is None else colours[plane.sheet]
        is_opaque = colours is not None or plane.images.shape[2] in (1, 3)
        kind = QImage.Format.Format_RGB32
        if not is_opaque:
            kind = QImage.Format.Format_ARGB32_Premultiplied
        self._pixels = pixels
        high, wide = pixels.shape
        self._mosaic = QImage(pixels.data, wide, high, 4 * wide, kind)

    def _veil_of(self, plane: Plane, ground: QColor) -> QImage:
        """One pixel of ``ground`` for each tile, that covers it as far as it is to be pale."""
        if self.nearness is None:
            return QImage()
        rows, columns = plane.images.shape[:2]
        shares = self.nearness.shares(plane.rect, rows, columns)[::-1]
        if not (shares < 1.0).any():
            return QImage()
        alpha = np.rint(255 * (1.0 - shares)).astype(np.uint32)
        argb = alpha << np.uint32(24)
        for shift, level in ((16, ground.red()), (8, ground.green()), (0, ground.blue())):
            part = (alpha * np.uint32(level) + np.uint32(127)) // np.uint32(255)
            argb |= part << np.uint32(shift)
        return argb_image(argb)

    def _draw_row(self, painter: QPainter, target: QRectF, plane: Plane) -> None:
        """The only row of tiles, each as high as ``target`` and in the middle of its place."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        columns, (high, wide) = plane.images.shape[1], plane.images.shape[3:]
        room = target.width() / columns
        across = min(room, target.height() * wide / high)
        kept = across * high / target.height()
        for column in range(columns):
            x = target.left() + column * room + (room - across) / 2
            source = QRectF(column * wide + (wide - kept) / 2, 0.0, kept, high)
            onto = QRectF(x, target.top(), across, target.height())
            painter.drawImage(onto, self._mosaic, source)

    def _draw(
        self, painter: QPainter, target: QRectF, ratio: float, window: float, ground: QColor
    ) -> None:
        """The mosaic into ``target``, from a scaled copy where that is not too large."""
        size, corner = (target.size() * ratio).toSize(), target.topLeft()
        pans = self._seen is not None and self._seen[0] == size and self._seen[1] != corner
        self._seen = size, corner
        too_large = size.width() * size.height() > _MOST_AREA * window * ratio * ratio
        is_of_use = self.copies and pans and not too_large
        if size != self._scaled_key and not is_of_use:
            # Zoomed, or seen once before the next plane follows.
            self._draw_tiles(painter, target)
            return
        if size != self._scaled_key and size.width() > 0 and size.height() > 0:
            self._scaled_key = size
            self._scaled = QImage(size, QImage.Format.Format_RGB32)
            # Opaque, so that panning only copies it.
            self._scaled.fill(ground)
            scaling = QPainter(self._scaled)
            self._draw_tiles(scaling, QRectF(0, 0, size.width(), size.height()))
            scaling.end()
        self._scaled.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF((corner * ratio).toPoint()) / ratio, self._scaled)

    def _draw_tiles(self, painter: QPainter, target: QRectF) -> None:
        """The mosaic, and what makes some of it pale."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._mosaic)
        if not self._veil.isNull():
            painter.save()
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(target, self._veil)
            painter.restore()


def _target(plane: Plane, view: Viewport, band: tuple[float, float] | None) -> QRectF:
    """Where the whole plane lies in the widget."""
    x0, y0, x1, y1 = plane.rect
    across = QRectF(view.x_pixel(x0), 0.0, (x1 - x0) * view.sx, 0.0)
    if band is None:
        across.setTop(view.y_pixel(y1))
        across.setHeight((y1 - y0) * view.sy)
    else:
        across.setTop(view.top + band[0])
        across.setBottom(view.top + band[1])
    return across
