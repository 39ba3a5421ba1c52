"""Single-shot timers, and the tick of the window, which slows down to leave time for a training."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

BASE_MS = 33
MAX_MS = 400
BUDGET = 0.08
"""Maximum share of its time that the window spends on redraws during a training."""
_SETTLE_MS = 12
_SMOOTHING = 0.25


def one_shot(owner: QObject, act: Callable[[], object], ms: int = 0) -> QTimer:
    """Return a timer of ``owner`` that calls ``act`` ``ms`` milliseconds after its last start."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.timeout.connect(act)
    return timer


class Ticker(QObject):
    """Emits ``ticked`` every 33 ms, or less often if handling it takes too long.

    Training threads and the window share the interpreter lock: each millisecond of redraw is lost
    to the training. The cost of a tick is the CPU time of this thread from its emission until
    shortly afterwards, when the updated widgets have been painted too.
    """

    ticked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cost_ms = 0.0
        """Smoothed CPU time of a tick and the painting that it causes."""
        self._begun = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BASE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._settled = one_shot(self, self._on_settled_timeout, _SETTLE_MS)
        self._settled.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def interval_ms(self) -> int:
        """Return the current interval between two ticks."""
        return self._timer.interval()

    @property
    def is_active(self) -> bool:
        """Return whether the timer is running."""
        return self._timer.isActive()

    def start(self) -> None:
        """Start the timer; does nothing if it is running."""
        if not self._timer.isActive():
            self.cost_ms = 0.0
            self._timer.start(BASE_MS)

    def stop(self) -> None:
        """Stop the timer."""
        self._timer.stop()
        self._settled.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._begun = time.thread_time()
        self._settled.start()
        self.ticked.emit()

    @Slot()
    def _on_settled_timeout(self) -> None:
        cost_ms = 1000.0 * (time.thread_time() - self._begun)
        self.cost_ms += _SMOOTHING * (cost_ms - self.cost_ms)
        interval = min(MAX_MS, max(BASE_MS, round(self.cost_ms / BUDGET)))
        # Restarting the timer for a difference of a millisecond would only add jitter.
        if abs(interval - self._timer.interval()) > 0.1 * self._timer.interval():
            self._timer.setInterval(interval)
