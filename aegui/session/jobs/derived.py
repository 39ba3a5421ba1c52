"""A value that is computed in the background from inputs that change: the newest inputs win.

The one form of everything that is "derived from what is shown". Whoever owns one says what is to be
computed, of which subject, and whether gently; the mathematics are functions of core.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMetaMethod,
    QObject,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aegui.core.data.progress import IsCancelled, LoadProgress, Report

    Work = Callable[[Report, IsCancelled], object]
    States = Callable[[Report, IsCancelled], Iterable[object]]

BUSY_SHARE = 0.1
"""Gentle questions take at most this share of the time, up to ``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 3000
PATIENCE_MS = 250
"""Work that is done by then shows no progress: it would only flash."""
_TICK_MS = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobProgress:
    """How far a piece of work has come.

    Attributes:
        title: What is being done.
        text: How far it is, with the time left, or "".
        done: Steps done.
        total: Steps in all; 0 where that is not known.
    """

    title: str
    text: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, eq=False)
class _Failure:
    error: Exception


@dataclass(eq=False)
class _Question:
    states: States
    subject: object
    title: str
    quick: bool
    gentle: bool
    given_up: threading.Event
    latest: LoadProgress | None = field(default=None, init=False)

    def report(self, progress: LoadProgress) -> None:
        """In the thread: that of the owner looks at it when it has time."""
        self.latest = progress

    def reason(self, error: Exception) -> str:
        """What a person is told of ``error``; "" where it was not to be expected."""
        if isinstance(error, AeguiError) or not self.title:
            return str(error) if isinstance(error, AeguiError) else ""
        if isinstance(error, MemoryError):
            return tr("{what}: there is not enough memory for it.", what=self.title)
        _log.error("%s failed", self.title, exc_info=error)
        return tr("{what}: {reason}", what=self.title, reason=error)


class Derived(QObject):
    """Answers one question at a time; a newer one replaces those that wait.

    - A late answer still is given where it is about the same subject as the newest question: while
      a network learns, something slightly older is better than nothing. Work on another subject is
      told to give up, and its answers are dropped.
    - Nothing is begun while nobody looks (``set_active``).
    - Gentle questions leave most of the time to others.
    - Work may give several states of its answer, coarse at first (``derive``).
    - Work that has a title tells how far it is, and may be given up by a person (``forget``).

    Why the newest question cannot be answered (an ``AeguiError``) is told by ``failed``, where
    somebody listens; of work that has a title all other errors are told there too, and logged. Else
    work is not expected to fail: the error is raised in the thread that owns this object, which
    puts it into the log and before the person. Errors that nobody waits for any more are logged.
    """

    answered = Signal(object)
    """What the work gave, if not None; always in the thread that owns this object."""
    failed = Signal(str)
    """Why there is no answer, for a person."""
    progressed = Signal(object)
    """A ``JobProgress`` of work that has a title, first after ``PATIENCE_MS``."""
    busy_changed = Signal(bool)
    """Whether work is under way that has a title."""
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
        self.is_busy = False
        """Whether work is under way that has a title, and whose answer is still wanted."""
        self._waiting: _Question | None = None
        self._newest: _Question | None = None
        self._given_up = threading.Event()
        self._rested_s = 0.0
        self._timer = one_shot(self, self._go_on)
        self._looks = QTimer(self)
        self._looks.timeout.connect(self._on_looks_timeout)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    def set_active(self, active: bool) -> None:
        """Whether anybody looks; nothing is begun while nobody does."""
        self._is_active = active
        self._go_on()

    def ask(
        self,
        work: Callable[[], object],
        subject: object = None,
        *,
        quick: bool = False,
        gentle: bool = False,
    ) -> None:
        """Do ``work`` and tell what it gives; the arguments are those of ``compute``."""
        self.derive(lambda _report, _cancelled: (work(),), subject, quick=quick, gentle=gentle)

    def compute(
        self,
        work: Work,
        subject: object = None,
        *,
        quick: bool = False,
        gentle: bool = False,
        title: str = "",
    ) -> None:
        """Do ``work(report, cancelled)`` and tell what it gives.

        Args:
            work: Gives the answer; called in a thread unless ``quick``. It may raise ``Cancelled``
                once ``cancelled()`` is true.
            subject: What it is about; answers about another (by identity) are dropped. None: it is
                about something new, and what is under way is given up.
            quick: Do it at once, in this thread.
            gentle: Leave most of the time to others: wait after an answer that took long.
            title: What is being done, where a person is to see how far it is.
        """
        self.derive(
            lambda report, cancelled: (work(report, cancelled),),
            subject,
            quick=quick,
            gentle=gentle,
            title=title,
        )

    def derive(
        self,
        states: States,
        subject: object = None,
        *,
        quick: bool = False,
        gentle: bool = False,
        title: str = "",
    ) -> None:
        """Tell one state of an answer after the other, as ``states(report, cancelled)`` gives them.

        The other arguments are those of ``compute``.
        """
        before, subject = self._newest, object() if subject is None else subject
        # What is done at once is newer than all that is under way.
        if before is not None and (quick or before.subject is not subject):
            self._give_up()
        self._timer.stop()
        question = _Question(states, subject, title, quick, gentle, self._given_up)
        if quick and self._is_active:
            self._waiting = None
            self._answer_at_once(question)
        else:
            self._waiting = question
            self._go_on()
        if title or self.is_busy:
            self._show_busy()

    @Slot()
    def forget(self) -> None:
        """No answer is wanted any more; the next question is of something new."""
        self._waiting = None
        self._rested_s = 0.0
        self._timer.stop()
        self._give_up()
        self._show_busy()

    def finish(self, seconds: float) -> bool:
        """Wait for the work under way and tell its answer at once; False if it takes longer.

        It may be followed by other work then.
        """
        done = self._job.wait(seconds)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        return done

    def shutdown(self) -> None:
        """Give up what is under way and wait for its end; no more is begun."""
        self.forget()
        self._is_active = False
        self._job.shutdown()

    def _give_up(self) -> None:
        """Whatever is under way, of however many questions about one subject."""
        if self._newest is not None:
            self._given_up.set()
            self._given_up = threading.Event()

    def _show_busy(self) -> None:
        newest = self._newest
        is_busy = newest is not None and bool(newest.title) and not newest.given_up.is_set()
        if not is_busy:
            self._looks.stop()
        if is_busy != self.is_busy:
            self.is_busy = is_busy
            self.busy_changed.emit(is_busy)

    @Slot()
    def _go_on(self) -> None:
        """Begin what waits, once somebody looks, and where it is gentle after what runs."""
        question = self._waiting
        if question is None or not self._is_active:
            return
        if question.quick:
            self._waiting = None
            self._answer_at_once(question)
        elif not question.gentle:
            self._submit(question)
        elif self._newest is None:
            wait_s = self._rested_s - time.monotonic()
            if wait_s > 0.0:
                self._timer.start(int(1000 * wait_s) + 1)
            else:
                self._submit(question)

    def _answer_at_once(self, question: _Question) -> None:
        try:
            states = [*question.states(question.report, lambda: False)]
        except AeguiError as error:
            self._fail(question, error)
            return
        for state in states:
            if state is not None:
                self.answered.emit(state)

    def _submit(self, question: _Question) -> None:
        self._waiting, self._newest = None, question
        if question.title:
            self._looks.start(PATIENCE_MS)
        self._job.submit(lambda: self._work(question))
        self._show_busy()

    def _work(self, question: _Question) -> None:
        """In the thread: every state, and with the last, or after it, the time that they took."""
        begun, given_up = time.perf_counter(), question.given_up.is_set
        answer: object = None
        try:
            found = () if given_up() else question.states(question.report, given_up)
            if isinstance(found, tuple):
                # Told with the end: whoever hears it finds nothing under way any more.
                answer = next(iter(found), None)
            else:
                for state in found:
                    self._ready.emit((question, state, None))
                    if given_up():
                        break
        except Cancelled:
            pass
        except Exception as error:
            # Raised again where somebody sees it.
            answer = _Failure(error)
        self._ready.emit((question, answer, time.perf_counter() - begun))

    @Slot(object)
    def _on_ready(self, ready: tuple[_Question, object, float | None]) -> None:
        question, state, seconds = ready
        is_wanted = not question.given_up.is_set() and self._is_of_newest(question)
        if seconds is not None:
            self._rest(question, seconds)
        if isinstance(state, _Failure):
            self._fail(question, state.error, is_wanted=is_wanted)
        elif is_wanted and state is not None:
            self.answered.emit(state)

    def _rest(self, question: _Question, seconds: float) -> None:
        """Work has ended: gentle work only after a pause."""
        least_s, most_s = self._pauses_s
        pause_s = min(most_s, max(least_s, seconds * self._pause_share))
        self._rested_s = time.monotonic() + pause_s
        if question is self._newest:
            # What it was about, a large set perhaps, is not to be kept alive.
            self._newest = None
            self._show_busy()
            self._go_on()

    def _is_of_newest(self, question: _Question) -> bool:
        newest = self._waiting or self._newest
        return newest is not None and newest.subject is question.subject

    def _fail(self, question: _Question, error: Exception, *, is_wanted: bool = True) -> None:
        if not is_wanted:
            _log.error("an answer that nobody waits for any more", exc_info=error)
            return
        reason = question.reason(error)
        if not reason or not self.isSignalConnected(QMetaMethod.fromSignal(self.failed)):
            raise error
        self.failed.emit(reason)

    @Slot()
    def _on_looks_timeout(self) -> None:
        self._looks.setInterval(_TICK_MS)
        if self._newest is not None:
            title, latest = self._newest.title, self._newest.latest
            told = () if latest is None else (latest.text, latest.done, latest.total)
            self.progressed.emit(JobProgress(title, *told))
