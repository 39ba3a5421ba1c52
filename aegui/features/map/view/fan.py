"""The lens: a small grid of images decoded around the cursor, painted beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from aegui.features.map.view.marks import paint_pixmap
from aegui.kit.theme import blend
from aegui.widgets.scatter.sprites import framed_pixmap, framed_size

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.kit.theme import Theme
    from aegui.session.data.image_style import ImageStyle
    from aegui.widgets.viewport import Viewport

FAN_PX = 220.0
"""Approximate side of the lens, in logical pixels."""
AWAY_PX = 20.0
_GAP_PX = 3.0
_CROSS_PX = 2.5
_MIN_APART_PX = 6.0


class FanPicture:
    """The images around the cursor and their layout."""

    def __init__(self) -> None:
        self._images: NDArray[np.float32] | None = None
        self.is_shown = False
        """Whether there are images to paint."""
        self.spacing = 0.0
        self._pixmap: tuple[object, QPixmap] | None = None

    def set_images(self, images: ArrayLike | None, spacing: float) -> None:
        """Set images ``[k, m, H, W]`` or ``[k, m, C, H, W]``, k and m odd; None hides the lens."""
        self._images = None if images is None else np.asarray(images, np.float32)
        self.is_shown = images is not None
        self.spacing = spacing
        self._pixmap = None

    def rect(self, view: Viewport, at: QPointF, image_style: ImageStyle) -> QRectF:
        """Return the rectangle of the images for a cursor at ``at``: below right if it fits."""
        width, height = self._size(image_style)
        left, top = at.x() + AWAY_PX, at.y() + AWAY_PX
        if left + width > view.left + view.width:
            left = max(view.left, at.x() - AWAY_PX - width)
        if top + height > view.top + view.height:
            # Shifted beside the cursor, not above it: the map controls are there.
            top = max(view.top, view.top + view.height - height)
        return QRectF(round(left), round(top), width, height)

    def coordinates(self, view: Viewport, at: QPointF) -> list[QPointF]:
        """Return the pixels of the decoded places; none if they are too close to distinguish."""
        if self._images is None or self.spacing * min(view.sx, view.sy) < _MIN_APART_PX:
            return []
        down, across = (
            (np.arange(count) - count // 2) * self.spacing for count in self._images.shape[:2]
        )
        return [
            QPointF(at.x() + x * view.sx, at.y() - y * view.sy)
            for y in down.tolist()
            for x in across.tolist()
        ]

    def rects(self, view: Viewport, at: QPointF, image_style: ImageStyle) -> list[QRectF]:
        """Return all rectangles that ``paint`` covers."""
        if self._images is None:
            return []
        coordinates = self.coordinates(view, at)
        rects = [self.rect(view, at, image_style)]
        if coordinates:
            rects.append(
                QRectF(coordinates[0], coordinates[-1]).normalized().adjusted(-4, -4, 4, 4)
            )
        return rects

    def paint(
        self,
        painter: QPainter,
        view: Viewport,
        at: QPointF,
        theme: Theme,
        image_style: ImageStyle,
        ratio: float,
    ) -> None:
        """Paint crosses at the decoded places, and the images."""
        if self._images is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        coordinates = self.coordinates(view, at)
        half = QPointF(_CROSS_PX, 0), QPointF(0, _CROSS_PX)
        for colour, width in ((theme.panel, 3.0), (theme.accent, 1.2)):
            painter.setPen(QPen(colour, width))
            for point in coordinates:
                for offset in half:
                    painter.drawLine(point - offset, point + offset)
        rect = self.rect(view, at, image_style)
        paint_pixmap(painter, rect.topLeft(), self._picture(theme, image_style, ratio))

    def _scale(self, image_style: ImageStyle) -> float:
        assert self._images is not None
        side = FAN_PX / int(self._images.shape[1]) - _GAP_PX
        largest = int(max(self._images.shape[-2:]))
        if image_style.glyphs or largest <= side:
            margin = 2 if image_style.glyphs else 0
            return float(max(1, int(side / (largest + margin))))
        parts: int = round(largest / side)
        return 1.0 / max(1, parts)

    def _size(self, image_style: ImageStyle) -> tuple[float, float]:
        assert self._images is not None
        rows, columns = self._images.shape[:2]
        cell = framed_size(self._images.shape, self._scale(image_style), image_style)
        cell_width, cell_height = cell.width() + _GAP_PX, cell.height() + _GAP_PX
        return columns * cell_width + _GAP_PX, rows * cell_height + _GAP_PX

    def _picture(self, theme: Theme, image_style: ImageStyle, ratio: float) -> QPixmap:
        """Return all images in one cached pixmap, the centre one framed in the accent colour."""
        assert self._images is not None
        key = (theme.key, ratio)
        if self._pixmap is None or self._pixmap[0] != key:
            self._pixmap = (key, self._painted(self._images, theme, image_style, ratio))
        return self._pixmap[1]

    def _painted(
        self, images: NDArray[np.float32], theme: Theme, image_style: ImageStyle, ratio: float
    ) -> QPixmap:
        width, height = self._size(image_style)
        pixmap = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(blend(theme.accent, theme.raised, 0.25))
        scale, (rows, columns) = self._scale(image_style), images.shape[:2]
        cell = framed_size(images.shape, scale, image_style)
        painter = QPainter(pixmap)
        for row in range(rows):
            for column in range(columns):
                middle = (row, column) == (rows // 2, columns // 2)
                rim = theme.accent if middle else blend(theme.text_dim, theme.raised, 0.4)
                framed = framed_pixmap(images[row, column], image_style, scale, ratio, theme, rim)
                x = _GAP_PX + column * (cell.width() + _GAP_PX)
                y = _GAP_PX + (rows - 1 - row) * (cell.height() + _GAP_PX)
                painter.drawPixmap(QPointF(x, y), framed)
                if middle:
                    painter.setPen(QPen(theme.accent, 1.5))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(QRectF(x - 1, y - 1, cell.width() + 1, cell.height() + 1))
        painter.end()
        return pixmap
