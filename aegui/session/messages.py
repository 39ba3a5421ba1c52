"""What the program has said since it began, with what can still be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.session.notice import Notice

MOST_KEPT = 200
"""Older messages are forgotten."""


@dataclass(eq=False)
class Message:
    """A notice, when it was given, and whether what it offers can still be done."""

    notice: Notice
    at: datetime = field(default_factory=datetime.now)
    is_open: bool = True


class Messages(Service):
    """Every message of this program's life, the newest last; it outlives the window."""

    changed = Signal()
    """Another message, or an offer that is past."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[Message] = []
        self._unread: list[Message] = []

    @property
    def kept(self) -> tuple[Message, ...]:
        """All that are remembered, the newest last."""
        return tuple(self._kept)

    @property
    def unread(self) -> tuple[Message, ...]:
        """Those that have come since the list was last looked at."""
        return tuple(self._unread)

    def add(self, notice: Notice) -> None:
        """Remember ``notice``; the same one again takes the place of the one before it."""
        if self._kept and self._kept[-1].notice == notice:
            self._kept.pop()
        message = Message(notice)
        self._kept.append(message)
        del self._kept[:-MOST_KEPT]
        self._unread = [one for one in self._unread if one in self._kept]
        self._unread.append(message)
        self.changed.emit()

    def withdraw(self, is_past: Callable[[Notice], bool]) -> None:
        """What is offered by the notices of which ``is_past`` holds can be done no more."""
        past = [one for one in self._kept if one.is_open and one.notice.offer]
        past = [one for one in past if is_past(one.notice)]
        for message in past:
            message.is_open = False
        if past:
            self.changed.emit()

    def mark_seen(self, notice: Notice) -> None:
        """Somebody has put ``notice`` away, or done what it offers."""
        unread = [one for one in self._unread if one.notice is not notice]
        if len(unread) < len(self._unread):
            self._unread = unread
            self.changed.emit()

    def mark_read(self) -> None:
        """Somebody looks at the list."""
        if self._unread:
            self._unread.clear()
            self.changed.emit()

    def clear(self) -> None:
        """Forget everything that was said."""
        self._kept.clear()
        self._unread.clear()
        self.changed.emit()
