"""Log of the notices shown since the program started, with the actions they still offer."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.session.notice import Notice

MAX_KEPT = 200
"""Maximum number of messages; older ones are dropped."""


@dataclass(eq=False)
class Message:
    """A notice, the time it was given, and whether its offer can still be accepted."""

    notice: Notice
    at: datetime = field(default_factory=datetime.now)
    is_open: bool = True


class Messages(Service):
    """The most recent messages since the program started, newest last; outlives the window."""

    changed = Signal()
    """Emitted when messages were added or cleared, marked as read, or an offer expired."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: list[Message] = []
        self._unread: list[Message] = []

    @property
    def kept(self) -> tuple[Message, ...]:
        """Return all remembered messages, newest last."""
        return tuple(self._messages)

    @property
    def unread(self) -> tuple[Message, ...]:
        """Return the messages that were added since the list was last viewed."""
        return tuple(self._unread)

    def add(self, notice: Notice) -> None:
        """Add ``notice``; it replaces the newest message if that one is equal."""
        if self._messages and self._messages[-1].notice == notice:
            self._messages.pop()
        message = Message(notice)
        self._messages.append(message)
        del self._messages[:-MAX_KEPT]
        self._unread = [one for one in self._unread if one in self._messages]
        self._unread.append(message)
        self.changed.emit()

    def withdraw(self, is_past: Callable[[Notice], bool]) -> None:
        """Mark the offers of all notices for which ``is_past`` returns true as expired."""
        past = [one for one in self._messages if one.is_open and one.notice.offer]
        past = [one for one in past if is_past(one.notice)]
        for message in past:
            message.is_open = False
        if past:
            self.changed.emit()

    def mark_seen(self, notice: Notice) -> None:
        """Mark ``notice`` as read: it was dismissed, or its offer was accepted."""
        unread = [one for one in self._unread if one.notice is not notice]
        if len(unread) < len(self._unread):
            self._unread = unread
            self.changed.emit()

    def mark_read(self) -> None:
        """Mark all messages as read."""
        if self._unread:
            self._unread.clear()
            self.changed.emit()

    def clear(self) -> None:
        """Remove all messages."""
        self._messages.clear()
        self._unread.clear()
        self.changed.emit()
