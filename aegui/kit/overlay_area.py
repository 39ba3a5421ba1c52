"""Overlays on a widget that follow when it is resized, moved or raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ZOrderChange)
_CLEAR_CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
_KEPT_CLEAR = "keptClear"


class OverlayArea(QObject):
    """Filters the events of a widget once on behalf of all overlays on it."""

    changed = Signal()
    """Emitted when size, position, stacking order or ``is_taken`` of the room changes."""
    clear_changed = Signal()
    """Emitted when a widget kept clear is shown, hidden, moved or resized."""

    def __init__(self, room: QWidget) -> None:
        super().__init__(room)
        self._takers: set[QObject] = set()
        self._room = room
        room.installEventFilter(self)

    @property
    def is_taken(self) -> bool:
        """Return whether the lower edge is occupied, so that less urgent overlays give way."""
        return bool(self._takers)

    def set_taken(self, taker: QObject, taken: bool) -> None:
        """Set whether ``taker`` occupies the lower edge."""
        before = self.is_taken
        if taken:
            self._takers.add(taker)
        else:
            self._takers.discard(taker)
        if self.is_taken != before:
            self.changed.emit()

    def keep_clear(self, widgets: Iterable[QWidget]) -> None:
        """Keep temporary overlays from covering ``widgets``, children of the room."""
        for widget in widgets:
            widget.setProperty(_KEPT_CLEAR, True)
            widget.installEventFilter(self)

    def unobstructed_rect(self, wanted: QRect, *, upwards: bool) -> QRect:
        """Return the rectangle nearest to ``wanted`` that covers no widget kept clear.

        Both are in the room's coordinates. If the room is too small for that, the rectangle stays
        inside and may cover such a widget.
        """
        place, direct = QRect(wanted), Qt.FindChildOption.FindDirectChildrenOnly
        children = self._room.findChildren(QWidget, options=direct)
        kept = [one.geometry() for one in children if one.property(_KEPT_CLEAR) and one.isVisible()]
        for other in sorted(kept, key=QRect.top, reverse=upwards):
            if not other.intersects(place):
                continue
            moved = QRect(place)
            if upwards:
                moved.moveBottom(other.top() - SPACING)
            else:
                moved.moveTop(other.bottom() + SPACING)
            if moved.top() >= 0 and moved.bottom() < self._room.height():
                place = moved
        return place

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Emit the signal for the change."""
        if watched is not self._room:
            # A widget hidden together with its room, as on exit, needs no reaction.
            if event.type() in _CLEAR_CHANGES and self._room.isVisible():
                self.clear_changed.emit()
        elif event.type() in _CHANGES:
            self.changed.emit()
        return False


def overlay_area_of(room: QWidget) -> OverlayArea:
    """Return the watcher of ``room``, created on first use."""
    known = room.findChild(OverlayArea, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return known if isinstance(known, OverlayArea) else OverlayArea(room)
