"""Tells that the library is another now, to rooms that do not know who keeps it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class LibraryNews(QObject):
    """Whoever changes the library emits it; whoever shows something of it listens."""

    changed = Signal()
    """Something was kept, changed or put away."""

    def shutdown(self) -> None:
        """It has neither threads nor timers."""
