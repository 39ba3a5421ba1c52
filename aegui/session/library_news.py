"""Tells that the library is another now, to rooms that do not know who keeps it."""

from __future__ import annotations

from PySide6.QtCore import Signal

from aegui.session.jobs.service import Service


class LibraryNews(Service):
    """Whoever changes the library emits it; whoever shows something of it listens."""

    changed = Signal()
    """Something was kept, changed or put away."""
