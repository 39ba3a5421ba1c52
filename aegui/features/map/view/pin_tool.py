"""Hit test and dragging of the pins on the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from aegui.features.map.view.marks import PIN_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPointF

    from aegui.features.map.view.scene import Scene
    from aegui.features.map.view.types import Pin
    from aegui.widgets.viewport import Viewport

PIN_REACH_PX = 48.0
"""Maximum distance at which Delete removes a pin."""
_WIDE_PX = 20.0
_BELOW_PX = 4.0
"""A pin can be dragged by its head or by its tip."""


class PinTool:
    """Moves a pin of ``scene`` while it is dragged; the document stays unchanged."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._before: tuple[Pin, ...] = ()
        self._held: int | None = None

    @property
    def is_used(self) -> bool:
        """Whether a pin is being dragged."""
        return self._held is not None

    def hit(self, view: Viewport, at: QPointF) -> int | None:
        """Return the index of the pin under the pixel ``at``, the topmost of several, or None."""
        for index, place in reversed(self._scene.pin_places(view)):
            shape = QRectF(place.x() - _WIDE_PX / 2, place.y() - PIN_PX, _WIDE_PX, PIN_PX)
            if shape.adjusted(0, 0, 0, _BELOW_PX).contains(at):
                return index
        return None

    def near(self, view: Viewport, at: QPointF) -> int | None:
        """Return the index of the pin nearest to pixel ``at``; None beyond ``PIN_REACH_PX``."""
        places = self._scene.pin_places(view)
        if not places:
            return None
        distances = [(at - place).manhattanLength() for _, place in places]
        nearest = int(np.argmin(distances))
        return places[nearest][0] if distances[nearest] <= PIN_REACH_PX else None

    def moved(self, index: int, x: float, y: float) -> NDArray[np.float32]:
        """Return the code ``[d]`` of the pin at ``index``, moved by ``x`` and ``y`` along the map.

        The components of its code that the map does not show are unchanged.
        """
        frame = self._scene.frame
        across, up = np.array([frame.across, frame.up], np.float32)
        return np.asarray(self._scene.pins[index].z + x * across + y * up, np.float32)

    def take(self, index: int) -> None:
        """Start dragging the pin at ``index``."""
        self._held, self._before = index, self._scene.pins

    def drag(self, x: float, y: float) -> None:
        """Move the dragged pin by ``x``, ``y`` along the map."""
        if self._held is not None:
            pins = list(self._scene.pins)
            pins[self._held] = replace(pins[self._held], z=self.moved(self._held, x, y))
            self._scene.pins = tuple(pins)

    def drop(self) -> tuple[int, NDArray[np.float32]] | None:
        """End the drag, restore the scene's pins and return the pin's index and its new code."""
        held, self._held = self._held, None
        if held is None:
            return None
        code = self._scene.pins[held].z
        self._scene.pins = self._before
        return held, code
