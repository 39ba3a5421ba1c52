"""Updating a panel that is out of date and visible, throttled, and the texts on the epoch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.service import Service
from aegui.shell.panel_area import is_in_sight

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QDockWidget

POINTING_MS = 32
"""Minimum time between two full updates that follow the mouse, while nothing else is busy."""
LIVE_TEXT_MS = 100
"""Interval of all texts that name the epoch of a network in training, so that they agree."""
_GRACE_MS = 150
_LONGEST_MS = 250
"""Maximum delay of a marked update if paint events never leave the event loop idle."""


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


class Refresher(QObject):
    """Calls ``update`` for a panel that was marked as out of date.

    The update runs at once if there was none for an interval of ``least_ms``, else when the next
    one begins. Intervals of one length begin together, so that panels that are marked together are
    updated together. While its dock is hidden or behind another tab the update is deferred until
    the dock is visible.
    """

    def __init__(
        self,
        update: Callable[[], None],
        least_ms: int = 0,
        dock: QDockWidget | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent if parent is not None else dock)
        self._update = update
        self._least_ms = least_ms
        self.is_shown = dock is None or is_in_sight(dock)
        """Whether the panel is visible."""
        self.is_dirty = False
        """Whether the panel is out of date."""
        self._is_behind = False
        self._last_ms = -1.0e9
        self._dirty_ms = 0.0
        self._timer = one_shot(self, self._on_timer_timeout)
        if dock is not None:
            dock.visibilityChanged.connect(self._on_dock_visibility_changed)

    @property
    def is_due(self) -> bool:
        """Whether an update follows: the panel is out of date and visible."""
        return self.is_dirty and self.is_shown

    def mark(self) -> None:
        """Mark the panel as out of date."""
        self.is_dirty = True
        if not self.is_shown:
            return
        wait_ms = self._least_ms - (1000.0 * time.monotonic() - self._last_ms)
        if wait_ms <= 0.0:
            self.flush()
        elif not self._timer.isActive():
            # Frequent marks trigger the update themselves once ``least_ms`` has passed, within the
            # ticker's budget; the timer is for the last mark.
            self._timer.start(int(wait_ms) + _GRACE_MS)

    def now(self) -> None:
        """Update the panel now, or once it is visible."""
        self.is_dirty = True
        self.flush()

    @Slot()
    def mark_after_paint(self) -> None:
        """Mark the panel as out of date, to be updated after pending paint events."""
        self.mark_behind(0)

    def mark_behind(self, least_ms: int) -> None:
        """Mark the panel as out of date, to be updated after pending paint events.

        For text about an image that follows the mouse: the image has priority. Updates are at least
        ``least_ms`` apart.
        """
        now = 1000.0 * time.monotonic()
        if not self.is_dirty:
            self.is_dirty, self._dirty_ms = True, now
        if not self.is_shown:
            return
        if now - self._dirty_ms > least_ms + _LONGEST_MS:
            self.flush()
            return
        wait_ms = max(0, int(least_ms - now + self._last_ms))
        if not self._timer.isActive() or self._timer.remainingTime() > wait_ms:
            self._is_behind = True
            self._timer.start(wait_ms)

    def flush(self) -> None:
        """Update the panel now, if it is out of date and visible."""
        if not self.is_due:
            return
        self.is_dirty = self._is_behind = False
        self._timer.stop()
        now = 1000.0 * time.monotonic()
        # The start of the nearest interval, so that two updates are at least half of one apart.
        self._last_ms = round(now / self._least_ms) * self._least_ms if self._least_ms else now
        self._update()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._is_behind and self._timer.interval() > 0:
            # Only a timer without delay fires after pending paint events.
            self._timer.start(0)
        else:
            self.flush()

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        self.is_shown = visible
        self.flush()
