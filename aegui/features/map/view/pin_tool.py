"""Pins on the map: setting them at the cursor, and moving them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPointF

    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.features.map.view.types import Pin

PIN_REACH_PX = 48.0
"""Maximum distance at which Delete removes a pin."""


class PinTool:
    """Moves a pin of the scene while it is dragged; the document stays unchanged."""

    def __init__(self, canvas: LatentCanvas) -> None:
        self._map = canvas
        self._before: tuple[Pin, ...] = ()
        self._held: int | None = None
        self._last: QPointF | None = None

    @property
    def is_used(self) -> bool:
        """Whether a pin is being dragged."""
        return self._held is not None

    def pin_cursor(self) -> None:
        """Request a pin under the cursor."""
        code = self._map.map_cursor.code()
        if code is not None:
            self._map.pin_requested.emit(code)

    def near_cursor(self) -> int | None:
        """Return the index of the pin nearest to the cursor; None beyond ``PIN_REACH_PX``."""
        view = self._map.navigation.view
        at, coordinates = (
            self._map.cursor_overlay.pixel(view),
            self._map.scene.pin_coordinates(view),
        )
        if at is None or not coordinates:
            return None
        distances = [(at - position).manhattanLength() for _, position in coordinates]
        nearest = int(np.argmin(distances))
        return coordinates[nearest][0] if distances[nearest] <= PIN_REACH_PX else None

    def moved(self, index: int, x: float, y: float) -> NDArray[np.float32]:
        """Return the code ``[d]`` of the pin at ``index``, moved by ``x`` and ``y`` along the map.

        The components of its code that the map does not show are unchanged.
        """
        frame = self._map.scene.projection.frame
        across, up = np.array([frame.across, frame.up], np.float32)
        return np.asarray(self._map.scene.pins[index].z + x * across + y * up, np.float32)

    def take(self, index: int, at: QPointF) -> None:
        """Start dragging the pin at ``index`` from the pixel ``at``."""
        self._held, self._last, self._before = index, at, self._map.scene.pins

    def drag(self, at: QPointF) -> None:
        """Move the dragged pin and the cursor to the pixel ``at``."""
        canvas, view = self._map, self._map.navigation.view
        if self._held is None or self._last is None:
            return
        before, after = (view.to_latent(*position.toTuple()) for position in (self._last, at))
        x, y = np.subtract(after, before).tolist()
        pins = list(canvas.scene.pins)
        pins[self._held] = replace(pins[self._held], z=self.moved(self._held, x, y))
        canvas.scene.pins = tuple(pins)
        self._last = at
        canvas.mouse.point_at(at)
        canvas.surface.redraw()

    def drop(self, _at: QPointF) -> None:
        """Request that the pin be moved to where it was dragged."""
        held, pins = self._held, self._map.scene.pins
        self.cancel()
        if held is not None:
            self._map.pin_moved.emit(held, pins[held].z)

    def cancel(self) -> None:
        """Put the dragged pin back where it was."""
        if self._held is not None:
            self._held = None
            self._map.scene.pins = self._before
            self._map.surface.redraw()
