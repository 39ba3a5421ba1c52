"""The decoded plane for images that are not glyphs: without gaps, scaled smoothly."""

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

_MAX_AREA = 4.0
"""A scaled copy for panning is cached if it is at most this many times the viewport."""


class PhotoPlane:
    """Paints a plane; a copy scaled for the current zoom is cached while panning."""

    def __init__(self) -> None:
        self.plane: Plane | None = None
        """The displayed plane."""
        self.nearness: Nearness | None = None
        """Opacity of the tiles; None shows all at full opacity."""
        self.copies = True
        """Whether a scaled copy is cached for panning."""
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._mosaic = QImage()
        self._mosaic_key: object = None
        self._veil = QImage()
        self._veil_key: object = None
        self._scaled = QImage()
        self._scaled_key: object = None
        self._seen: tuple[QSize, QPointF] | None = None

    def set_plane(self, plane: Plane | None) -> None:
        """Show ``plane``."""
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
        """Return the area of ``view`` as an image: ``paint`` over ``ground``."""
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
        """Paint the plane at its position in ``view``, over what is painted already.

        Args:
            painter: Painter of the widget, clipped to the viewport.
            view: The viewport.
            ground: Background colour.
            strength: Opacity of the images over ``ground``.
            ratio: Device pixels per logical pixel.
            band: For a ribbon: first and last logical pixel row of the one row of tiles.
            ink: If given, draw light images on a dark ground as ink of that colour on ``ground``.
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
        """Build the mosaic of the tiles, mapped to ``colours`` or in their own colours."""
        pixels = plane.mosaic if colours is None else colours[plane.sheet]
        is_opaque = colours is not None or plane.images.shape[2] in (1, 3)
        kind = QImage.Format.Format_RGB32
        if not is_opaque:
            kind = QImage.Format.Format_ARGB32_Premultiplied
        self._pixels = pixels
        height, width = pixels.shape
        self._mosaic = QImage(pixels.data, width, height, 4 * width, kind)

    def _veil_of(self, plane: Plane, ground: QColor) -> QImage:
        """Return an image with one pixel of ``ground`` per tile; its alpha fades that tile."""
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
        """Paint the only row of tiles, each as high as ``target`` and centred in its cell."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        columns, (height, width) = plane.images.shape[1], plane.images.shape[3:]
        cell_width = target.width() / columns
        across = min(cell_width, target.height() * width / height)
        visible_height = across * height / target.height()
        for column in range(columns):
            x = target.left() + column * cell_width + (cell_width - across) / 2
            source = QRectF(
                column * width + (width - visible_height) / 2, 0.0, visible_height, height
            )
            onto = QRectF(x, target.top(), across, target.height())
            painter.drawImage(onto, self._mosaic, source)

    def _draw(
        self, painter: QPainter, target: QRectF, ratio: float, window: float, ground: QColor
    ) -> None:
        """Paint the mosaic into ``target``, from a scaled copy while panning."""
        size, corner = (target.size() * ratio).toSize(), target.topLeft()
        pans = self._seen is not None and self._seen[0] == size and self._seen[1] != corner
        self._seen = size, corner
        too_large = size.width() * size.height() > _MAX_AREA * window * ratio * ratio
        is_of_use = self.copies and pans and not too_large
        if size != self._scaled_key and not is_of_use:
            # A scaled copy would be used only once: after a zoom or between two planes.
            self._draw_tiles(painter, target)
            return
        if size != self._scaled_key and size.width() > 0 and size.height() > 0:
            self._scaled_key = size
            self._scaled = QImage(size, QImage.Format.Format_RGB32)
            # Opaque, so that panning is a plain copy.
            self._scaled.fill(ground)
            scaling = QPainter(self._scaled)
            self._draw_tiles(scaling, QRectF(0, 0, size.width(), size.height()))
            scaling.end()
        self._scaled.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF((corner * ratio).toPoint()) / ratio, self._scaled)

    def _draw_tiles(self, painter: QPainter, target: QRectF) -> None:
        """Paint the mosaic and the veil that fades tiles far from samples."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._mosaic)
        if not self._veil.isNull():
            painter.save()
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(target, self._veil)
            painter.restore()


def _target(plane: Plane, view: Viewport, band: tuple[float, float] | None) -> QRectF:
    """Return the rectangle of the whole plane in the widget."""
    x0, y0, x1, y1 = plane.rect
    across = QRectF(view.x_pixel(x0), 0.0, (x1 - x0) * view.sx, 0.0)
    if band is None:
        across.setTop(view.y_pixel(y1))
        across.setHeight((y1 - y0) * view.sy)
    else:
        across.setTop(view.top + band[0])
        across.setBottom(view.top + band[1])
    return across
