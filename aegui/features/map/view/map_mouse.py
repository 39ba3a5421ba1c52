"""Mouse handling of the map: hovering, clicking, panning, dragging pins and samples, the lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt

from aegui.features.map.view.view import ZOOM_STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QWheelEvent

    from aegui.features.map.view.canvas import LatentCanvas

DRAG_PX = 4.0
"""A press that moves less than this is a click."""
_NOTCH = 120.0


class MapMouse:
    """State and handlers of the mouse on a map.

    Attributes:
        at: Position of the resting mouse; None if it has left, or the cursor was moved otherwise.
    """

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        self.at: QPointF | None = None
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None

    def press(self, event: QMouseEvent) -> None:
        """Handle a button press: stop the movement of the view, or start a lasso."""
        selecting = self._map.selecting
        if selecting.is_drawn:
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._map.navigation.grab()
            self._pressed = event.position()
            modifiers = event.modifiers()
            drawn = selecting.is_on or modifiers & Qt.KeyboardModifier.ShiftModifier
            if drawn and event.button() == Qt.MouseButton.LeftButton:
                adds = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
                selecting.begin(event.position(), adds=adds)

    def move(self, event: QMouseEvent) -> None:
        """Move the cursor, or drag what is held."""
        at = event.position()
        if self._pressed is None:
            self.point_at(at)
        elif self._map.selecting.is_drawn:
            self._map.selecting.extend(at)
        elif self._map.pinning.is_used:
            self._drag_pin(at)
        elif self._dragged is not None or self._takes_hold(event, self._pressed):
            before = self._pressed if self._dragged is None else self._dragged
            way, self._dragged, self.at = at - before, at, at
            self._map.navigation.pan(way.x(), way.y())

    def _takes_hold(self, event: QMouseEvent, pressed: QPointF) -> bool:
        """Start a drag from ``pressed`` after ``DRAG_PX``; return whether it moves the map."""
        at = event.position()
        way = at - pressed
        if abs(way.x()) + abs(way.y()) < DRAG_PX:
            return False
        pinning, is_left = self._map.pinning, bool(event.buttons() & Qt.MouseButton.LeftButton)
        pin = pinning.hit(self._map.navigation.view, pressed)
        if pin is not None and is_left:
            pinning.take(pin)
            self._dragged = pressed
            self._map.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._drag_pin(at)
            return False
        alone = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if is_left and self._map.selecting.drag_samples(pressed, alone=alone):
            self._pressed = None
            return False
        self._map.setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def release(self, event: QMouseEvent) -> None:
        """Handle a button release: end the drag, or treat the press as a click."""
        if self._pressed is None:
            return
        at, clicked = event.position(), self._dragged is None
        self._pressed = self._dragged = None
        selecting = self._map.selecting
        self._map.setCursor(selecting.rest_cursor)
        if selecting.is_drawn:
            self.point_at(at)
            selecting.end()
        elif self._map.pinning.is_used:
            self.drop_pin()
        elif not clicked:
            self._map.navigation.let_go()
            self.point_at(at)
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
            self._map.pin_place()

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the mouse position."""
        event.accept()
        if self._map.selecting.is_drawn:
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
            self._map.put(*view.to_latent(at.x(), at.y()))
        else:
            self._map.leave()

    def follow(self) -> None:
        """Update the cursor under a resting mouse after the view has moved."""
        if self.at is not None and self._pressed is None:
            self.point_at(self.at)

    def give_up(self) -> None:
        """Cancel any drag and restore what was dragged."""
        self._pressed = self._dragged = None
        self._map.selecting.drop()
        self.drop_pin(moved=False)

    def drop_pin(self, *, moved: bool = True) -> None:
        """Release the dragged pin: at its new place, or, unless ``moved``, where it was."""
        dropped = self._map.pinning.drop()
        if dropped is not None:
            self._map.redraw()
            if moved:
                self._map.pin_moved.emit(*dropped)

    def _drag_pin(self, at: QPointF) -> None:
        """Move the dragged pin and the cursor to the pixel ``at``."""
        view = self._map.navigation.view
        before = view.to_latent(*(self._dragged or at).toTuple())
        x, y = np.subtract(view.to_latent(at.x(), at.y()), before).tolist()
        self._map.pinning.drag(x, y)
        self._dragged = at
        self.point_at(at)
        self._map.redraw()

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
        return self._map.pinning.hit(self._map.navigation.view, at)
