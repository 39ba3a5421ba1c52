"""Timing of the playback of a training."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

FILM_SECONDS = 12.0
"""Duration of a whole training at speed 1 ..."""
LONGEST_S = 0.25
"""... unless there are so few epochs that each would be shown longer than this."""
FRAME_MS = 33


class Player(QObject):
    """Steps through the moments of a timeline, all of equal duration.

    Timing follows the clock: moments are skipped if displaying one takes long.
    """

    moved = Signal(object)
    """The current place; None after the last one, for the newest state."""
    playing_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.speed = 1.0
        self.loop = False
        self._count = 0
        self._position = 0.0
        self._seen = -1
        self._last_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_playing(self) -> bool:
        """Whether playback is running."""
        return self._timer.isActive()

    def set_count(self, count: int) -> None:
        """Set the number of moments; with fewer than two playback stops."""
        self._count = count
        if count < 2:
            self.pause()

    def play(self, index: int | None) -> None:
        """Start at ``index``; None, or the last place, starts from the beginning."""
        if self._count < 2 or self.is_playing:
            return
        self._position = 0.0 if index is None or index >= self._count - 1 else float(index)
        self._last_s = time.monotonic()
        self._timer.start()
        self.playing_changed.emit(True)
        self._show()

    def pause(self) -> None:
        """Stop at the current place."""
        if self.is_playing:
            self._timer.stop()
            self._seen = -1
            self.playing_changed.emit(False)

    def shutdown(self) -> None:
        """Stop the timer."""
        self.pause()

    def seek(self, index: int | None) -> None:
        """Continue from ``index``; None is the newest state and stops playback."""
        if index is None:
            self.pause()
        else:
            self._position = float(index)

    @Slot()
    def _on_timer_timeout(self) -> None:
        now_s = time.monotonic()
        seconds = min(FILM_SECONDS, LONGEST_S * self._count)
        self._position += (now_s - self._last_s) * self.speed * self._count / seconds
        self._last_s = now_s
        if self._position >= self._count and self.loop:
            self._position %= self._count
        if self._position >= self._count:
            self.pause()
            self.moved.emit(None)
        else:
            self._show()

    def _show(self) -> None:
        index = int(self._position)
        if index != self._seen:
            self._seen = index
            self.moved.emit(index)
