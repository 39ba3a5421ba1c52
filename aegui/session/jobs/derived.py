"""A value that is computed in the background from inputs that change: the newest inputs win.

The one form of everything that is "derived from what is shown". Whoever owns one says what is to be
computed, of which subject, and whether gently; the mathematics are functions of core.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from aegui.core.errors import Cancelled
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aegui.core.data.progress import IsCancelled

    States = Callable[[IsCancelled], Iterable[object]]

BUSY_SHARE = 0.1
"""Gentle questions take at most this share of the time, up to ``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 3000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Failure:
    error: Exception


@dataclass(frozen=True, eq=False)
class _Question:
    states: States
    subject: object
    quick: bool
    gentle: bool
    given_up: threading.Event


class Derived(QObject):
    """Answers one question at a time; a newer one replaces those that wait.

    - A late answer still is given where it is about the same subject as the newest question: while
      a network learns, something slightly older is better than nothing. Work on another subject is
      told to give up, and its answers are dropped.
    - Nothing is begun while nobody looks (``set_active``).
    - Gentle questions leave most of the time to others.
    - Work may give several states of its answer, coarse at first (``derive``).

    Work is not expected to fail: an error that is about the newest question is raised in the thread
    that owns this object, which puts it into the log and before the person; any other is logged.
    """

    answered = Signal(object)
    """What the work gave, if not None; always in the thread that owns this object."""
    _ready = Signal(object)

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        urgent: bool = True,
        share: float = BUSY_SHARE,
        least_pause_ms: int = 0,
        most_pause_ms: int = MAX_PAUSE_MS,
    ) -> None:
        """Answers in a thread called ``name``, ``urgent`` where somebody waits with the mouse.

        Gentle questions take at most this ``share`` of the time; pauses are no shorter than
        ``least_pause_ms`` and no longer than ``most_pause_ms``.
        """
        super().__init__(parent)
        self._job = LatestJob(name, urgent=urgent)
        self._pause_share = 1 / share - 1
        self._pauses_s = least_pause_ms / 1000, most_pause_ms / 1000
        self._is_active = True
        self._waiting: _Question | None = None
        self._newest: _Question | None = None
        self._given_up = threading.Event()
        self._rested_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def set_active(self, active: bool) -> None:
        """Whether anybody looks; nothing is begun while nobody does."""
        self._is_active = active
        self._go_on()

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

        def states(_cancelled: IsCancelled) -> Iterator[object]:
            yield work()

        self._take(states, subject, quick=quick, gentle=gentle)

    def derive(self, states: States, subject: object, *, gentle: bool = False) -> None:
        """Tell one state of an answer after the other, as ``states(cancelled)`` gives them.

        It may raise ``Cancelled`` once ``cancelled()`` is true. The rest is as of ``ask``.
        """
        self._take(states, subject, quick=False, gentle=gentle)

    def forget(self) -> None:
        """No answer is wanted any more; the next question is of something new."""
        self._waiting = None
        self._rested_s = 0.0
        self._timer.stop()
        self._give_up()

    def shutdown(self) -> None:
        """Give up what is under way and wait for its end; no more is begun."""
        self.forget()
        self._is_active = False
        self._job.shutdown()

    def _take(self, states: States, subject: object, *, quick: bool, gentle: bool) -> None:
        before = self._newest
        # What is done at once is newer than all that is under way.
        if quick or (before is not None and before.subject is not subject):
            self._give_up()
        self._timer.stop()
        self._waiting = _Question(states, subject, quick, gentle, self._given_up)
        self._go_on()

    def _give_up(self) -> None:
        """Whatever is under way, of however many questions about one subject."""
        self._given_up.set()
        self._given_up = threading.Event()

    @Slot()
    def _go_on(self) -> None:
        """Begin what waits, once somebody looks, and where it is gentle after what runs."""
        question = self._waiting
        if question is None or not self._is_active:
            return
        if question.quick:
            self._waiting = None
            for state in question.states(lambda: False):
                self.answered.emit(state)
        elif not question.gentle:
            self._submit(question)
        elif self._newest is None:
            wait_s = self._rested_s - time.monotonic()
            if wait_s > 0.0:
                self._timer.start(int(1000 * wait_s) + 1)
            else:
                self._submit(question)

    def _submit(self, question: _Question) -> None:
        self._waiting, self._newest = None, question
        self._job.submit(lambda: self._work(question))

    def _work(self, question: _Question) -> None:
        """In the thread: every state, and at last the time that they took."""
        begun, given_up = time.perf_counter(), question.given_up.is_set
        try:
            for state in () if given_up() else question.states(given_up):
                self._ready.emit((question, state, None))
                if given_up():
                    break
        except Cancelled:
            pass
        except Exception as error:
            # Raised again where somebody sees it.
            self._ready.emit((question, _Failure(error), None))
        self._ready.emit((question, None, time.perf_counter() - begun))

    @Slot(object)
    def _on_ready(self, ready: tuple[_Question, object, float | None]) -> None:
        question, state, seconds = ready
        is_wanted = not question.given_up.is_set() and self._is_of_newest(question)
        if seconds is not None:
            least_s, most_s = self._pauses_s
            pause_s = min(most_s, max(least_s, seconds * self._pause_share))
            self._rested_s = time.monotonic() + pause_s
            if question is self._newest:
                # What it was about, a large set perhaps, is not to be kept alive.
                self._newest = None
                self._go_on()
        elif isinstance(state, _Failure):
            self._fail(state.error, is_wanted=is_wanted)
        elif is_wanted and state is not None:
            self.answered.emit(state)

    def _is_of_newest(self, question: _Question) -> bool:
        newest = self._waiting or self._newest
        return newest is not None and newest.subject is question.subject

    def _fail(self, error: Exception, *, is_wanted: bool) -> None:
        if is_wanted:
            raise error
        _log.error("an answer that nobody waits for any more", exc_info=error)
