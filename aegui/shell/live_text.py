"""The moment at which all texts that name the epoch of a network in training are updated."""

from __future__ import annotations

from PySide6.QtCore import Signal

from aegui.session.jobs.service import Service
from aegui.shell.refresher import LIVE_TEXT_MS, Refresher


class LiveText(Service):
    """Throttles the texts about the epoch in training together, so that they name the same one.

    Throttled by themselves, they would be updated at different moments, and disagree in between.
    """

    due = Signal()
    """Emitted when every such text is to be updated from what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._refresher = Refresher(self.due.emit, LIVE_TEXT_MS, parent=self)

    def mark(self) -> None:
        """Mark the texts as out of date."""
        self._refresher.mark()

    def update(self) -> None:
        """Update the texts now."""
        self._refresher.is_dirty = True
        self._refresher.flush()
