"""Touch handling of the map: pinching and panning, on a screen or a trackpad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

if TYPE_CHECKING:
    from PySide6.QtGui import QNativeGestureEvent

    from aegui.features.map.view.canvas import LatentCanvas


class MapTouch:
    """Pans and zooms the view by gestures."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        canvas.grabGesture(Qt.GestureType.PinchGesture)

    def pinch(self, event: QGestureEvent) -> bool:
        """Handle a pinch; return False for any other gesture."""
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(gesture, QPinchGesture):
            return False
        navigation = self._map.navigation
        at = QPointF(self._map.mapFromGlobal(gesture.centerPoint()))
        moved = gesture.centerPoint() - gesture.lastCenterPoint()
        if gesture.state() == Qt.GestureState.GestureStarted:
            # Before the second finger touched, the first one was handled as a mouse.
            self._map.mouse.cancel()
            navigation.grab()
        else:
            navigation.pan(moved.x(), moved.y())
        navigation.zoom(gesture.scaleFactor(), at.x(), at.y())
        event.accept(gesture)
        return True

    def trackpad(self, event: QNativeGestureEvent) -> bool:
        """Handle a trackpad gesture; return whether it was one that the map supports."""
        kind, at, navigation = event.gestureType(), event.position(), self._map.navigation
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            navigation.zoom(max(0.2, 1.0 + event.value()), at.x(), at.y())
        elif kind == Qt.NativeGestureType.SmartZoomNativeGesture:
            self._map.fit()
        elif kind == Qt.NativeGestureType.PanNativeGesture:
            navigation.pan(event.delta().x(), event.delta().y())
        else:
            return False
        return True
