"""The window's heartbeat, which slows down rather than starve a training, and single waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

BASE_MS = 33
MAX_MS = 400
BUDGET = 0.08
"""Share of its time that the window may spend on redraws while a network trains."""
_SETTLE_MS = 12
_SMOOTHING = 0.25


def one_shot(owner: QObject, act: Callable[[], object], ms: int = 0) -> QTimer:
    """A timer of ``owner`` that does ``act`` once, ``ms`` after it was started last."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.timeout.connect(act)
    return timer


class Ticker(QObject):
    """Emits ``ticked`` every 33 ms, and less often when what that sets off takes too long.

    Training shares the interpreter's lock with the window: each millisecond of redraw is one taken
    from it. The cost of a tick is the processor time that this thread spends from its emission
    until shortly after, when the widgets it touched have painted too.
    """

    ticked = Signal()

    def __init__(self, parent: QObject | None = None, budget: float = BUDGET) -> None:
        super().__init__(parent)
        self._budget = budget
        self.cost_ms = 0.0
        """Processor time of one tick and the painting it causes, smoothed."""
        self._begun = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BASE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._settled = one_shot(self, self._on_settled_timeout, _SETTLE_MS)
        self._settled.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def interval_ms(self) -> int:
        """Time between two ticks at present."""
        return self._timer.interval()

    @property
    def is_active(self) -> bool:
        """Whether it ticks."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin to tick; does nothing when it already does."""
        if not self._timer.isActive():
            self.cost_ms = 0.0
            self._timer.start(BASE_MS)

    def stop(self) -> None:
        """Tick no more."""
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
        wanted = min(MAX_MS, max(BASE_MS, round(self.cost_ms / self._budget)))
        # Restarting the timer for a millisecond's difference would only add jitter.
        if abs(wanted - self._timer.interval()) > 0.1 * self._timer.interval():
            self._timer.setInterval(wanted)
