"""A value computed in the background from changing inputs: the latest inputs win.

All values that depend on the displayed state use this class. The owner of an instance passes the
work, its subject, and whether it is gentle; the mathematics are functions of ``core``.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import field
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
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aegui.core.data.progress import IsCancelled, LoadProgress, Report

    Work = Callable[[Report, IsCancelled], object]
    States = Callable[[Report, IsCancelled], Iterable[object]]

BUSY_SHARE = 0.1
"""Maximum share of the time for gentle questions, as long as pauses are below ``MAX_PAUSE_MS``."""
MAX_PAUSE_MS = 3000
PATIENCE_MS = 250
"""Delay before progress is shown: for shorter work it would only flash."""
_TICK_MS = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobProgress:
    """Progress of a job."""

    title: str
    """What is being done."""
    text: str = ""
    """The progress as text, with the time left, or ""."""
    done: int = 0
    """Completed steps."""
    total: int = 0
    """Steps in total; 0 if unknown."""


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
    cancelled_event: threading.Event
    latest: LoadProgress | None = field(default=None, init=False)

    def report(self, progress: LoadProgress) -> None:
        """Store the progress from the worker thread, to be read by a timer of the owner's."""
        self.latest = progress

    def reason(self, error: Exception) -> str:
        """Return a message for the user; "" for an unexpected error of work without a title."""
        if isinstance(error, AeguiError) or not self.title:
            return str(error) if isinstance(error, AeguiError) else ""
        if isinstance(error, MemoryError):
            return tr("{what}: there is not enough memory for it.", what=self.title)
        _log.error("%s failed", self.title, exc_info=error)
        return tr("{what}: {reason}", what=self.title, reason=error)


_LEAVING: set[Derived] = set()
"""Jobs whose owner is gone and whose work has not ended yet; the reference keeps them alive."""


class Derived(QObject):
    """Answers one question at a time; a newer one replaces those that are pending.

    - A late answer is emitted if it has the same subject as the newest question: during a
      training, a slightly outdated result is better than none. Work on another subject is
      cancelled, and its answers are dropped.
    - No work is started while no view is visible (``set_active``).
    - Gentle questions leave most of the time, and the cores, to other threads.
    - Work may yield several states of its answer, coarse ones first (``derive``).
    - Work with a title reports its progress, and can be cancelled by the user (``forget``).

    ``failed`` reports why the newest question cannot be answered (an ``AeguiError``), if the signal
    is connected; for work with a title it also reports all other errors, which are logged too.
    Other work is not expected to fail: its error is raised in the thread that owns this object,
    where the global handler logs and shows it. Errors of outdated questions are only logged.
    """

    answered = Signal(object)
    """Emitted with the result of the work unless it is None; in the thread that owns this
    object."""
    failed = Signal(object)
    """Emitted with the translated reason if there is no answer."""
    progressed = Signal(object)
    """Emitted with the ``JobProgress`` of work with a title, first after ``PATIENCE_MS``."""
    busy_changed = Signal(bool)
    """Emitted with whether work with a title is in progress."""
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
        """Create an idle job with a thread called ``name``, ``urgent`` for interactive work.

        Gentle questions take at most ``share`` of the time; pauses are between ``least_pause_ms``
        and ``most_pause_ms``.
        """
        super().__init__(parent)
        self._job = LatestJob(name, urgent=urgent)
        self._pause_share = 1 / share - 1
        self._pauses_s = least_pause_ms / 1000, most_pause_ms / 1000
        self._is_active = True
        self.is_busy = False
        """Whether work with a title is in progress and still wanted."""
        self._waiting: _Question | None = None
        self._newest: _Question | None = None
        self._is_abandoned = threading.Event()
        self._rested_s = 0.0
        self._timer = one_shot(self, self._go_on)
        self._progress_timer = QTimer(self)
        self._progress_timer.timeout.connect(self._on_progress_timer_timeout)
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether no question waits or is being answered: the last answer is the newest one."""
        return self._waiting is None and self._newest is None

    def set_active(self, active: bool) -> None:
        """Set whether a view is visible; no work is started while none is."""
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
        """Compute ``work()`` and emit its result; the arguments are those of ``compute``."""
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
        """Compute ``work(report, cancelled)`` and emit its result.

        Args:
            work: Returns the answer; called in a worker thread unless ``quick``. It may raise
                ``Cancelled`` once ``cancelled()`` is true.
            subject: Subject of the question; answers with another one (by identity) are dropped.
                None stands for a new subject, so that work in progress is cancelled.
            quick: Call ``work`` immediately in this thread.
            gentle: Leave most of the time to other threads: pause after slow answers.
            title: Description for the user; required for progress reports.
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
        """Emit each state of an answer that ``states(report, cancelled)`` yields.

        States that are returned as a tuple end the work: with the last one, none is in progress.
        The other arguments are those of ``compute``.
        """
        before, subject = self._newest, object() if subject is None else subject
        # An immediate answer is newer than all work in progress.
        if before is not None and (quick or before.subject is not subject):
            self._discard()
        self._timer.stop()
        question = _Question(states, subject, title, quick, gentle, self._is_abandoned)
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
        """Drop the pending question and cancel work; the next question has a new subject."""
        self._waiting = None
        self._rested_s = 0.0
        self._timer.stop()
        self._discard()
        self._show_busy()

    def finish(self, seconds: float) -> bool:
        """Wait for the work in progress and emit its answer; return False if that takes longer.

        Other work may be started by the answer.
        """
        done = self._job.wait(seconds)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        return done

    def shutdown(self) -> None:
        """Cancel the work in progress, wait for its end, and accept no more."""
        self.forget()
        self._is_active = False
        self._job.shutdown()

    def leave(self) -> None:
        """Cancel the work without waiting, and accept no more; for owners that are deleted next.

        If work is in progress, this object outlives its parent until the work has ended: deleted
        before, it could not receive the end of the work.
        """
        self.forget()
        self._is_active = False
        if self._job.busy:
            self.setParent(None)
            _LEAVING.add(self)

    def _discard(self) -> None:
        """Cancel the work in progress, which may belong to several questions about one subject."""
        if self._newest is not None:
            self._is_abandoned.set()
            self._is_abandoned = threading.Event()

    def _show_busy(self) -> None:
        newest = self._newest
        is_busy = newest is not None and bool(newest.title) and not newest.cancelled_event.is_set()
        if not is_busy:
            self._progress_timer.stop()
        if is_busy != self.is_busy:
            self.is_busy = is_busy
            self.busy_changed.emit(is_busy)

    @Slot()
    def _go_on(self) -> None:
        """Start the pending question if active; a gentle one after the current one and a pause."""
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
            self._progress_timer.start(PATIENCE_MS)
        self._job.submit(lambda: self._work(question), gentle=question.gentle)
        self._show_busy()

    def _work(self, question: _Question) -> None:
        """Send every state to the owner's thread; the last message has the duration of the work."""
        begun, cancelled_event = time.perf_counter(), question.cancelled_event.is_set
        answer: object = None
        try:
            found = () if cancelled_event() else question.states(question.report, cancelled_event)
            if isinstance(found, tuple):
                # All are known: the last one is sent with the final message, so that its receivers
                # find no work in progress.
                *found, answer = found or (None,)
            for state in found:
                self._ready.emit((question, state, None))
                if cancelled_event():
                    break
        except Cancelled:
            pass
        except Exception as error:
            # Raised again in the thread of the owner.
            answer = _Failure(error)
        self._ready.emit((question, answer, time.perf_counter() - begun))

    @Slot(object)
    def _on_ready(self, ready: tuple[_Question, object, float | None]) -> None:
        question, state, seconds = ready
        is_current = not question.cancelled_event.is_set() and self._is_of_newest(question)
        if seconds is not None:
            self._rest(question, seconds)
            self._end_leaving()
        if isinstance(state, _Failure):
            self._fail(question, state.error, is_current=is_current)
        elif is_current and state is not None:
            self.answered.emit(state)

    def _end_leaving(self) -> None:
        if self in _LEAVING:
            _LEAVING.discard(self)
            self.deleteLater()

    def _rest(self, question: _Question, seconds: float) -> None:
        """Start the pause for gentle work after the end of ``question``."""
        least_s, most_s = self._pauses_s
        pause_s = min(most_s, max(least_s, seconds * self._pause_share))
        self._rested_s = time.monotonic() + pause_s
        if question is self._newest:
            # Drop the reference: a question may keep a large dataset alive.
            self._newest = None
            self._show_busy()
            self._go_on()

    def _is_of_newest(self, question: _Question) -> bool:
        newest = self._waiting or self._newest
        return newest is not None and newest.subject is question.subject

    def _fail(self, question: _Question, error: Exception, *, is_current: bool = True) -> None:
        if not is_current:
            # One with a reason for the user is no fault, and the newest question tells its own.
            level = logging.INFO if isinstance(error, AeguiError) else logging.ERROR
            _log.log(level, "an answer that nobody waits for any more", exc_info=error)
            return
        reason = question.reason(error)
        if not reason or not self.isSignalConnected(QMetaMethod.fromSignal(self.failed)):
            raise error
        self.failed.emit(reason)

    @Slot()
    def _on_progress_timer_timeout(self) -> None:
        self._progress_timer.setInterval(_TICK_MS)
        if self._newest is not None:
            title, latest = self._newest.title, self._newest.latest
            reported = () if latest is None else (latest.text, latest.done, latest.total)
            self.progressed.emit(JobProgress(title, *reported))
