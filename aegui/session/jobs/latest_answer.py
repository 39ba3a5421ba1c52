"""Answers to questions of which only the newest counts: at once, or from a thread."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable

BUSY_SHARE = 0.1
"""Gentle questions take at most this share of the time, up to ``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 3000
_log = logging.getLogger(__name__)


class LatestAnswer(QObject):
    """Asks one question at a time; a newer one replaces those that wait.

    Work is not expected to fail: an error that is about the newest question is raised in the thread
    that owns this object, which puts it into the log and before the person; any other is logged.

    A late answer still is shown where it speaks of the same subject as the newest question: while
    a network learns, something slightly older is better than nothing.
    """

    answered = Signal(object)
    """What the work gave, if not None; always in the thread that owns this object."""
    _ready = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(name, urgent=True)
        self._subject: object = None
        self._waiting: Callable[[], object] | None = None
        self._rested_s = 0.0
        self._in_flight = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        work: Callable[[], object],
        subject: object,
        *,
        quick: bool = False,
        gentle: bool = False,
    ) -> None:
        """Do ``work`` and tell what it gives.

        Args:
            work: Gives the answer; called in a thread unless ``quick``.
            subject: What it is about; answers about another (by identity) are dropped.
            quick: Do it at once, in this thread.
            gentle: Leave most of the time to others: wait after an answer that took long.
        """
        self._subject = subject
        self._timer.stop()
        if quick:
            # Whatever is under way is out of date now.
            self._subject = object()
            self._waiting = None
            self.answered.emit(work())
            return
        self._waiting = work
        if not gentle:
            self._submit()
        elif self._in_flight == 0:
            self._submit_later()

    def forget(self) -> None:
        """No answer is wanted any more."""
        self._subject = object()
        self._waiting = None
        self._timer.stop()

    def shutdown(self) -> None:
        """Wait for the work in flight; no more is begun."""
        self.forget()
        self._job.shutdown()

    def _submit_later(self) -> None:
        """When the pause after the last answer is over."""
        wait_s = self._rested_s - time.monotonic()
        if wait_s > 0.0:
            self._timer.start(int(1000 * wait_s) + 1)
        else:
            self._submit()

    def _submit(self) -> None:
        work, self._waiting = self._waiting, None
        subject = self._subject
        if work is None:
            return
        self._in_flight = number = self._in_flight + 1

        def job() -> None:
            begun = time.perf_counter()
            try:
                answer = work()
            except Exception as error:
                # Raised again where somebody sees it.
                answer = _Failure(error)
            self._ready.emit((number, subject, answer, time.perf_counter() - begun))

        self._job.submit(job)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._submit()

    @Slot(object)
    def _on_ready(self, ready: tuple[int, object, object, float]) -> None:
        number, subject, answer, seconds = ready
        pause_s = min(MAX_PAUSE_MS / 1000, seconds * (1 / BUSY_SHARE - 1))
        self._rested_s = time.monotonic() + pause_s
        if number == self._in_flight:
            # The newest question: earlier ones are answered, or were replaced by it.
            self._in_flight = 0
            if self._waiting is not None:
                self._submit_later()
        is_wanted = subject is self._subject
        if self._in_flight == 0 and self._waiting is None:
            # Answered: what the question was about, a large set perhaps, is not to be kept alive.
            self._subject = None
        if isinstance(answer, _Failure):
            self._fail(answer.error, is_wanted=is_wanted)
        elif is_wanted and answer is not None:
            self.answered.emit(answer)

    def _fail(self, error: Exception, *, is_wanted: bool) -> None:
        if is_wanted:
            raise error
        _log.error("an answer that nobody waits for any more", exc_info=error)


@dataclass(frozen=True, eq=False)
class _Failure:
    error: Exception
