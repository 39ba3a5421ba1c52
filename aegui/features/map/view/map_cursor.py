"""The cursor of the map: a place on the plane, the sample there, and their description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from aegui.core.i18n import tr
from aegui.kit.speech import describe
from aegui.session.jobs.clock import one_shot
from aegui.widgets.glyphs import label_name
from aegui.widgets.ticks import numbers_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.features.map.view.canvas import LatentCanvas

_MAX_SAID = 8
_SAYING_MS = 50


class MapCursor(QObject):
    """Moves the cursor of a map and tells what is there."""

    def __init__(self, canvas: LatentCanvas) -> None:
        super().__init__(canvas)
        self._map = canvas
        self._scene = canvas.scene
        self._overlay = canvas.cursor_overlay
        self.last_place: tuple[float, float] | None = None
        """The last place of the cursor on the current axes."""
        self.last_code: NDArray[np.float32] | None = None
        """The last code ``[d]`` that the cursor was moved to."""
        self._words = ""
        self._saying = one_shot(self, self.describe)

    def code(self) -> NDArray[np.float32] | None:
        """Return the code ``[d]`` under the cursor, or None without a cursor."""
        place = self._overlay.position
        return None if place is None else self._scene.projection.full_code(*place)

    # Moving

    def put(self, x: float, y: float) -> None:
        """Move the cursor to a place of the plane and emit ``cursor_moved``."""
        place = (x, 0.0 if self._scene.projection.ribbon else y)
        # A quick network is decoded meanwhile: its image is painted in the same update.
        with self._map.surface.one_update():
            self._set_position(place, is_reported_next=True)
            self.tell(self._scene.projection.full_code(*place))

    def tell(self, code: NDArray[np.float32]) -> None:
        """Emit ``cursor_moved`` with ``code`` ``[d]``."""
        self.last_code = code
        self._map.cursor_moved.emit(code)

    def put_without_mouse(self, x: float, y: float) -> None:
        """Move the cursor as if the user pointed there, and ignore the mouse until it moves."""
        self._map.mouse.at = None
        self.put(x, y)

    def set_code(self, z: ArrayLike | None) -> None:
        """Move the cursor to code ``z`` ``[d]``, or remove it, without emitting a signal."""
        if z is None:
            self._set_position(None)
            return
        self.last_code = np.asarray(z, np.float32)
        x, y = self._scene.projection.project(z)[0].tolist()
        self._set_position((x, y))

    def rest_at(self, z: NDArray[np.float32] | None) -> None:
        """Mark code ``z`` ``[d]`` while there is no cursor; None removes the mark."""
        before, self._overlay.rest = self._overlay.rest, z
        if self._overlay.position is not None or before is z:
            return
        # While a network trains, one place is decoded again and again.
        if before is None or z is None or not np.array_equal(before, z):
            self._map.surface.update_overlay()

    def take_from(self, other: MapCursor) -> None:
        """Continue from the place of ``other``, the cursor of an earlier map of the same axes."""
        self.last_code = other.last_code
        place = other._overlay.position
        if place is not None and other._map.mouse.at is None:
            # Moved by keys; the mouse, if it is over the map, moves the cursor itself.
            self.put_without_mouse(*place)
        self.last_place = other.last_place

    def leave(self) -> None:
        """Remove the cursor: the pointer has left the map."""
        if self._overlay.position is not None:
            self._set_position(None)
            self._map.cursor_left.emit()

    def forget_place(self) -> None:
        """Remove the cursor and its last place, which belong to other axes."""
        self._set_position(None)
        self.last_place = None

    def _set_position(
        self, place: tuple[float, float] | None, *, is_reported_next: bool = False
    ) -> None:
        """Move the cursor to ``place`` on the plane and repaint its old and new regions."""
        overlay, canvas = self._overlay, self._map
        overlay.position = place
        self.last_place = place or self.last_place
        # The description belongs to the previous place.
        self._words = ""
        if self._scene.layers.field is not None:
            canvas.overlays.show_position(place)
        if not is_reported_next:
            # Otherwise the arrow stays until the next one arrives: it would flicker.
            overlay.drift = None
        if place is None:
            overlay.set_preview(None)
        self.refresh_hovered()
        if not is_reported_next:
            self.describe()
        elif not self._saying.isActive():
            # A description may follow soon; without one the place is announced after a delay.
            self._saying.start(_SAYING_MS)
        canvas.surface.update_overlay()

    # The sample there

    def refresh_hovered(self) -> None:
        """Find the sample under the cursor after cursor, samples or view have moved."""
        view = self._map.navigation.view
        at = self._overlay.pixel(view)
        self.set_hovered(None if at is None else self._scene.sample_at(view, at))

    def set_hovered(self, index: int | None) -> None:
        """Set the sample under the cursor to ``index`` of the set and emit ``hovered``."""
        if index != self._overlay.hovered:
            self._overlay.hovered = index
            self._map.overlays.show_hovered(index)
            self._map.hovered.emit(-1 if index is None else index)

    # Words

    def set_words(self, words: str) -> None:
        """Set the description of the place under the cursor for screen readers."""
        self._words = words
        self._saying.stop()
        self.describe()

    def describe(self) -> None:
        """Update the accessible description of the map from the cursor."""
        code = self.code()
        if self._scene.codes is None:
            text = self._map.surface.empty_text
        elif code is None:
            text = tr("Move the cursor with the mouse or the arrow keys to decode a place.")
        else:
            layers = self._map.overlays.fields.layer_value_text
            text = ". ".join(filter(None, (self._place_words(code), layers)))
        describe(self._map, text)

    def _place_words(self, code: NDArray[np.float32]) -> str:
        where = numbers_text(code[:_MAX_SAID].tolist())
        if self._words:
            return tr("Cursor at {where}: {words}", where=where, words=self._words)
        near = self._scene.nearest(code)
        if near is None:
            return tr("Cursor at {where}", where=where)
        label = label_name(self._scene.points.sprites.names[near])
        return tr("Cursor at {where}, nearest {label}", where=where, label=label)
