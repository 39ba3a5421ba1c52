"""Widgets that lie in another one, and follow when that is resized, moved or raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ZOrderChange)


class RoomWatch(QObject):
    """Looks at the events of a widget once for all that lie in it."""

    changed = Signal()
    """Its size, its place, what it lies above, or whether it is taken is another now."""

    def __init__(self, room: QWidget) -> None:
        super().__init__(room)
        self._is_taken = False
        room.installEventFilter(self)

    @property
    def is_taken(self) -> bool:
        """Whether something lies at its lower edge for a while: what can wait gives way."""
        return self._is_taken

    def set_taken(self, taken: bool) -> None:
        """Say whether something lies at its lower edge."""
        if taken != self._is_taken:
            self._is_taken = taken
            self.changed.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Notice the change."""
        if event.type() in _CHANGES:
            self.changed.emit()
        return False


def watch_room(room: QWidget) -> RoomWatch:
    """The one that watches ``room``."""
    known = room.findChild(RoomWatch, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return known if isinstance(known, RoomWatch) else RoomWatch(room)
