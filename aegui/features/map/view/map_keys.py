"""Keyboard handling of the map while it has the focus."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt

from aegui.core.latent.fields import FIELDS
from aegui.features.map.view.navigation import ZOOM_STEP

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from aegui.features.map.view.canvas import LatentCanvas

STEP_PX = 8.0
"""Step of the cursor per arrow key; with Ctrl it is one pixel."""
PAN_SHARE = 0.12
"""Share of the map that Shift and an arrow key pan by."""
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class MapKeys:
    """Maps keys to actions of the map: moving cursor, view and pins, and commands."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        self._keys: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Plus: lambda: canvas.zoom_by(ZOOM_STEP),
            Qt.Key.Key_Equal: lambda: canvas.zoom_by(ZOOM_STEP),
            Qt.Key.Key_Minus: lambda: canvas.zoom_by(1 / ZOOM_STEP),
            Qt.Key.Key_0: canvas.fit,
            Qt.Key.Key_F: canvas.fit,
            Qt.Key.Key_P: canvas.pinning.pin_cursor,
            Qt.Key.Key_Return: canvas.pinning.pin_cursor,
            Qt.Key.Key_Enter: canvas.pinning.pin_cursor,
            Qt.Key.Key_Delete: self._remove_nearest_pin,
            Qt.Key.Key_Backspace: self._remove_nearest_pin,
            Qt.Key.Key_Escape: self._escape,
            Qt.Key.Key_L: lambda: canvas.selecting.set_on(not canvas.selecting.is_on),
            Qt.Key.Key_Z: canvas.selecting.zoom,
            Qt.Key.Key_N: canvas.lens_toggled.emit,
            Qt.Key.Key_E: self._draw_at_cursor,
            **{
                Qt.Key(Qt.Key.Key_1 + index): partial(canvas.layer_toggled.emit, key)
                for index, key in enumerate(FIELDS)
            },
        }

    def action_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return the action of the pressed key, or None."""
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        control = modifiers == Qt.KeyboardModifier.ControlModifier
        is_unmodified = modifiers == Qt.KeyboardModifier.NoModifier
        if self._map.selecting.is_drawn or self._map.pinning.is_used:
            # While a line is drawn or a pin dragged, only Escape is handled.
            return self._escape if key == Qt.Key.Key_Escape else None
        if key in _ARROWS and (is_unmodified or control):
            return lambda: self._step(key, 1.0 if control else STEP_PX)
        if key in _ARROWS and shift:
            return lambda: self._pan_towards(key)
        if key in _ARROWS and modifiers == Qt.KeyboardModifier.AltModifier:
            return lambda: self._move_pin(key)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shift:
            return self._activate_nearest
        # On many keyboards Plus needs Shift.
        if is_unmodified or (shift and key == Qt.Key.Key_Plus):
            return self._keys.get(key)
        return None

    def _escape(self) -> None:
        """Cancel one thing: pin drag or line, then lasso mode, the selection, the cursor."""
        canvas, selecting = self._map, self._map.selecting
        if canvas.pinning.is_used or selecting.is_drawn:
            canvas.mouse.cancel()
            canvas.setCursor(selecting.rest_cursor)
        elif selecting.is_on:
            selecting.set_on(False)
        else:
            has_selection = len(canvas.selection) > 0
            # Also a lasso around no sample.
            selecting.clear()
            if not has_selection:
                canvas.map_cursor.leave()

    def _step(self, key: Qt.Key, pixels: float) -> None:
        """Move the cursor, initially from the centre, and pan so that it stays visible."""
        view = self._map.navigation.view
        at = self._map.cursor_overlay.pixel(view)
        if at is None or not view.contains(at.x(), at.y()):
            at = QPointF(view.left + view.width / 2, view.top + view.height / 2)
        else:
            dx, dy = _ARROWS[key]
            at += QPointF(dx * pixels, dy * pixels)
        self._map.map_cursor.put_without_mouse(*view.to_latent(at.x(), at.y()))
        if not view.contains(at.x(), at.y()):
            self._pan_towards(key)

    def _pan_towards(self, key: Qt.Key) -> None:
        dx, dy = _ARROWS[key]
        navigation = self._map.navigation
        width, height = navigation.view.width, navigation.view.height
        navigation.glide_by(-dx * PAN_SHARE * width, -dy * PAN_SHARE * height)

    def _move_pin(self, key: Qt.Key) -> None:
        """Move the pin near the cursor, and the cursor with it."""
        canvas = self._map
        index, view = canvas.pinning.near_cursor(), canvas.navigation.view
        at = canvas.cursor_overlay.pixel(view)
        if index is None or at is None:
            return
        before = view.to_latent(at.x(), at.y())
        self._step(key, STEP_PX)
        after = canvas.cursor_overlay.position or before
        x, y = np.subtract(
            after, (before[0], 0.0 if canvas.scene.projection.ribbon else before[1])
        ).tolist()
        canvas.pin_moved.emit(index, canvas.pinning.moved(index, x, y))

    def _draw_at_cursor(self) -> None:
        code = self._map.map_cursor.code()
        if code is not None:
            self._map.draw_requested.emit(code)

    def _remove_nearest_pin(self) -> None:
        index = self._map.pinning.near_cursor()
        if index is not None:
            self._map.pin_removed.emit(index)

    def _activate_nearest(self) -> None:
        view = self._map.navigation.view
        at = self._map.cursor_overlay.pixel(view)
        self._map.scene.lay_out(view)
        index = None if at is None else self._map.scene.points.nearest(at.x(), at.y())
        if index is not None:
            self._map.selecting.open(index)
