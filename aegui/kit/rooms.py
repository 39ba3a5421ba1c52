"""Widgets that lie in another one, and follow when that is resized, moved or raised."""

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


class RoomWatch(QObject):
    """Looks at the events of a widget once for all that lie in it."""

    changed = Signal()
    """Its size, its place, what it lies above, or whether it is taken is another now."""
    clear_changed = Signal()
    """Something that is kept clear has come, gone or moved."""

    def __init__(self, room: QWidget) -> None:
        super().__init__(room)
        self._takers: set[QObject] = set()
        self._room = room
        room.installEventFilter(self)

    @property
    def is_taken(self) -> bool:
        """Whether something lies at its lower edge for a while: what can wait gives way."""
        return bool(self._takers)

    def set_taken(self, taker: QObject, taken: bool) -> None:
        """Say whether ``taker`` lies at its lower edge."""
        before = self.is_taken
        if taken:
            self._takers.add(taker)
        else:
            self._takers.discard(taker)
        if self.is_taken != before:
            self.changed.emit()

    def keep_clear(self, widgets: Iterable[QWidget]) -> None:
        """Have nothing that lies in the room for a while cover ``widgets``, children of it."""
        for widget in widgets:
            widget.setProperty(_KEPT_CLEAR, True)
            widget.installEventFilter(self)

    def clear_place(self, wanted: QRect, *, upwards: bool) -> QRect:
        """The place nearest to ``wanted`` that covers nothing kept clear.

        Both are in the room's coordinates. In a room too small for that the place stays inside,
        over what is there.
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
        """Notice the change."""
        if watched is not self._room:
            # What goes together with its room, as at the end of the program, asks for nothing.
            if event.type() in _CLEAR_CHANGES and self._room.isVisible():
                self.clear_changed.emit()
        elif event.type() in _CHANGES:
            self.changed.emit()
        return False


def watch_room(room: QWidget) -> RoomWatch:
    """The one that watches ``room``."""
    known = room.findChild(RoomWatch, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return known if isinstance(known, RoomWatch) else RoomWatch(room)
