"""Mouse and touch on the map: hovering, clicking, zooming, pinching, and the tool of a drag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

from aegui.features.map.view.navigation import ZOOM_STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent

    from aegui.features.map.view.canvas import LatentCanvas

DRAG_PX = 4.0
"""A press that moves less than this is a click."""
_NOTCH = 120.0


class DragTool(Protocol):
    """Handles the mouse while a button is held."""

    def drag(self, at: QPointF) -> None:
        """Follow the mouse to the pixel ``at``."""

    def drop(self, at: QPointF) -> None:
        """Finish at the pixel ``at``, where the button was released."""

    def cancel(self) -> None:
        """Cancel, and restore what was dragged."""


class PanTool:
    """Drags the view of a map."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        self._last = QPointF()

    def take(self, at: QPointF) -> None:
        """Start at the pixel ``at``."""
        self._last = at

    def drag(self, at: QPointF) -> None:
        """Pan the view."""
        moved, self._last = at - self._last, at
        self._map.navigation.pan(moved.x(), moved.y())

    def drop(self, at: QPointF) -> None:
        """Let the view go on by its inertia."""
        self._map.navigation.let_go()
        self._map.mouse.point_at(at)

    def cancel(self) -> None:
        """Leave the view where it is."""


class MapMouse:
    """State and handlers of the mouse on a map; a tool handles it while a button is held."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        self._panning = PanTool(canvas)
        self.at: QPointF | None = None
        """Position of the mouse; None if it has left, or the cursor was moved otherwise."""
        self._pressed: QPointF | None = None
        self._tool: DragTool | None = None

    def press(self, event: QMouseEvent) -> None:
        """Handle a button press: stop the movement of the view, or start a lasso."""
        selecting = self._map.selecting
        if self._tool is selecting:
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._map.navigation.grab()
            self._pressed = event.position()
            modifiers = event.modifiers()
            drawn = selecting.is_on or modifiers & Qt.KeyboardModifier.ShiftModifier
            if drawn and event.button() == Qt.MouseButton.LeftButton:
                adds = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
                selecting.begin(event.position(), adds=adds)
                self._tool = selecting

    def move(self, event: QMouseEvent) -> None:
        """Move the cursor, or drag what is held."""
        at = event.position()
        if self._pressed is None:
            self.point_at(at)
            return
        if self._tool is None:
            self._take_hold(event, self._pressed)
        if self._tool is not None:
            self.at = at
            self._tool.drag(at)

    def _take_hold(self, event: QMouseEvent, pressed: QPointF) -> None:
        """Choose the tool of a drag from ``pressed``, once it is ``DRAG_PX`` long."""
        canvas, moved = self._map, event.position() - pressed
        if abs(moved.x()) + abs(moved.y()) < DRAG_PX:
            return
        is_left = bool(event.buttons() & Qt.MouseButton.LeftButton)
        pin = canvas.scene.pin_at(canvas.navigation.view, pressed) if is_left else None
        if pin is not None:
            canvas.pinning.take(pin, pressed)
            self._tool = canvas.pinning
        else:
            alone = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if is_left and canvas.selecting.drag_samples(pressed, alone=alone):
                self._pressed = None
                return
            self._panning.take(pressed)
            self._tool = self._panning
        canvas.setCursor(Qt.CursorShape.ClosedHandCursor)

    def release(self, event: QMouseEvent) -> None:
        """Handle a button release: end the drag, or treat the press as a click."""
        if self._pressed is None:
            return
        at, tool = event.position(), self._tool
        self._pressed = self._tool = None
        self._map.setCursor(self._map.selecting.rest_cursor)
        if tool is not None:
            tool.drop(at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._click(at)

    def double_click(self, event: QMouseEvent) -> None:
        """Open the sample under the mouse, or pin the place."""
        if event.button() != Qt.MouseButton.LeftButton or self._map.selecting.is_on:
            return
        at = event.position()
        self.point_at(at)
        if self._map.cursor_overlay.hovered is not None:
            # The first click of the two has loaded it.
            self._map.editor_requested.emit()
        elif self._map.navigation.view.contains(at.x(), at.y()) and self._pin_at(at) is None:
            self._map.pinning.pin_cursor()

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the mouse position."""
        event.accept()
        if self._tool is self._map.selecting:
            return
        turned = event.angleDelta().y() / _NOTCH
        at, navigation = event.position(), self._map.navigation
        if turned and event.pixelDelta().isNull() and abs(turned) >= 1.0:
            # A notched wheel turns in jumps: animate the zoom.
            navigation.glide_zoom(ZOOM_STEP**turned, at.x(), at.y())
        elif turned:
            navigation.zoom(ZOOM_STEP**turned, at.x(), at.y())

    def point_at(self, at: QPointF) -> None:
        """Move the cursor to pixel ``at``; over the rulers, remove it."""
        self.at = at
        view = self._map.navigation.view
        if self._pressed is None:
            over_pin = not self._map.selecting.is_on and self._pin_at(at) is not None
            shape = Qt.CursorShape.OpenHandCursor if over_pin else self._map.selecting.rest_cursor
            if self._map.cursor().shape() != shape:
                self._map.setCursor(shape)
        if view.contains(at.x(), at.y()):
            self._map.map_cursor.put(*view.to_latent(at.x(), at.y()))
        else:
            self._map.map_cursor.leave()

    def follow(self) -> None:
        """Update the cursor under a resting mouse after the view has moved."""
        if self.at is not None and self._pressed is None:
            self.point_at(self.at)

    def cancel(self) -> None:
        """Cancel any drag and restore what was dragged."""
        tool, self._tool, self._pressed = self._tool, None, None
        if tool is not None:
            tool.cancel()

    def _click(self, at: QPointF) -> None:
        """Activate the sample at ``at``; a click beside all samples clears the selection."""
        self.point_at(at)
        if self._pin_at(at) is not None:
            return
        if self._map.cursor_overlay.hovered is not None:
            self._map.sample_activated.emit(self._map.cursor_overlay.hovered)
        else:
            self._map.selecting.clear()

    def _pin_at(self, at: QPointF) -> int | None:
        return self._map.scene.pin_at(self._map.navigation.view, at)


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
