"""Overview of the whole map with the visible part marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter, QPen, QPixmap

from aegui.core.i18n import tr
from aegui.kit.painted import PaintedBase, paint_card
from aegui.kit.theme import current_theme
from aegui.widgets.glyphs import argb_image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QWidget

    from aegui.features.map.view.scene import Scene
    from aegui.widgets.viewport import Bounds, Viewport

SIDE_PX = 120
"""Length of the longer side."""
MAX_DOTS = 4000
"""Of more samples only a subset is drawn."""
_SHORTEST = 0.45
_EDGE_PX = 6.0
_FEW = 300
_SHADE = 0.3


class Minimap(PaintedBase):
    """Overview, shown while only a part of the codes is visible; a click or drag moves the view."""

    accessible_role = QAccessible.Role.Graphic

    centre_requested = Signal(float, float)
    """Centre the map on that place."""

    def __init__(self, scene: Scene, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene = scene
        self._visible: Bounds = (0.0, 0.0, 1.0, 1.0)
        self._dots = QPixmap()
        self._dots_key: object = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Overview"))
        self.setToolTip(tr("The whole map; click to go there"))
        self.hide()

    def set_view(self, view: Viewport) -> None:
        """Set the visible part of the map."""
        self._visible = view.bounds
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        bounds = self._scene.bounds
        if bounds is None:
            return QSize(SIDE_PX, SIDE_PX)
        width, height = max(bounds[2] - bounds[0], 1e-9), max(bounds[3] - bounds[1], 1e-9)
        least = SIDE_PX * _SHORTEST
        if self._scene.projection.ribbon:
            return QSize(SIDE_PX, round(least))
        return QSize(
            round(max(least, SIDE_PX * min(1.0, width / height))),
            round(max(least, SIDE_PX * min(1.0, height / width))),
        )

    def _pixels(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the positions of ``coordinates`` ``[n, 2]`` in this widget."""
        x0, y0, x1, y1 = self._scene.bounds or (0.0, 0.0, 1.0, 1.0)
        inner = np.array([self.width() - 2 * _EDGE_PX, self.height() - 2 * _EDGE_PX])
        spans = np.maximum([x1 - x0, y1 - y0], 1e-9)
        shares = (coordinates - (x0, y0)) / spans
        shares[:, 1] = 0.5 if self._scene.projection.ribbon else 1.0 - shares[:, 1]
        return np.asarray(_EDGE_PX + shares * inner)

    def visible_rect(self) -> QRectF:
        """Return the rectangle of the visible part in this widget, at least 4 x 4 pixels."""
        x0, y0, x1, y1 = self._visible
        (left, bottom), (right, top) = self._pixels(np.array([[x0, y0], [x1, y1]])).tolist()
        if self._scene.projection.ribbon:
            top, bottom = 0.0, float(self.height())
        rect = QRectF(left, top, right - left, bottom - top)
        for grow in ((4.0 - rect.width()) / 2, 0.0), (0.0, (4.0 - rect.height()) / 2):
            rect.adjust(-max(0.0, grow[0]), -max(0.0, grow[1]), *(max(0.0, g) for g in grow))
        return rect

    def _go(self, at: QPointF) -> None:
        bounds = self._scene.bounds
        if bounds is None:
            return
        x0, y0, x1, y1 = bounds
        across = (at.x() - _EDGE_PX) / max(1.0, self.width() - 2 * _EDGE_PX)
        down = (at.y() - _EDGE_PX) / max(1.0, self.height() - 2 * _EDGE_PX)
        self.centre_requested.emit(x0 + across * (x1 - x0), y1 - down * (y1 - y0))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        # Keep the event from the map below.
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        painter.drawPixmap(0, 0, self._background())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        visible = self.visible_rect().intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        around = QColor(theme.panel)
        around.setAlphaF(_SHADE)
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        for shade in _around(QRectF(self.rect()), visible):
            painter.fillRect(shade, around)
        painter.setPen(QPen(theme.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(visible)

    def _background(self) -> QPixmap:
        """Return the cached card with dots; repainted only after changes."""
        theme, ratio = current_theme(), self.devicePixelRatioF()
        points = self._scene.points
        key = (points.version, points.colours.version, theme.key, self.size(), ratio)
        if key == self._dots_key:
            return self._dots
        self._dots_key = key
        self._dots = QPixmap(self.size() * ratio)
        self._dots.setDevicePixelRatio(ratio)
        self._dots.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._dots)
        paint_card(painter, self)
        painter.drawImage(QPointF(0, 0), self._dots_image(ratio))
        painter.end()
        return self._dots

    def _dots_image(self, ratio: float) -> QImage:
        """Return an image of the widget's size with a square for each of some samples."""
        points = self._scene.points
        rows = points.shuffled()[:MAX_DOTS]
        side = max(1, round((3 if len(rows) < _FEW else 2) * ratio))
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        argb = np.zeros((height, width), np.uint32)
        corners = np.rint(self._pixels(points.coordinates[rows]) * ratio - side / 2)
        inside = (corners >= 0).all(axis=1) & (corners <= (width - side, height - side)).all(axis=1)
        colours = points.colours.rgba(points.indices[rows[inside]], current_theme())
        x, y = corners[inside].astype(np.int64).T
        for down in range(side):
            for across in range(side):
                argb[y + down, x + across] = colours
        image = argb_image(argb)
        image.setDevicePixelRatio(ratio)
        return image


def _around(outer: QRectF, inner: QRectF) -> tuple[QRectF, ...]:
    """Return the four rectangles of ``outer`` around ``inner``."""
    return (
        QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
        QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom()),
        QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
        QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height()),
    )
