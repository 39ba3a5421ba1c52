"""Signal that the library has changed, for features that do not know who maintains it."""

from __future__ import annotations

from PySide6.QtCore import Signal

from aegui.session.jobs.service import Service


class LibraryNews(Service):
    """Relay between the code that changes the library and the views that show it."""

    changed = Signal()
    """Emitted when an entry was added, changed or moved to the trash."""
