"""One long piece of work at a time in the background, with its progress and a way to cancel it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.latest_job import LatestJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import IsCancelled, LoadProgress, Report

    Work = Callable[[Report, IsCancelled], Any]

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


@dataclass(eq=False)
class _Task:
    title: str
    work: Work
    done: Callable[[Any], None]
    failed: Callable[[AeguiError], None]
    cancelled: threading.Event
    latest: LoadProgress | None = None


class ProgressJob(QObject):
    """Runs work in a thread and hands its result to the thread that owns this object.

    Newer work takes the place of older, which is cancelled and whose result is dropped. What the
    work reports is looked at ten times a second, however often it reports.
    """

    progressed = Signal(object)
    """A ``JobProgress``, first after ``PATIENCE_MS``."""
    busy_changed = Signal(bool)
    """Whether there is work under way."""
    _ready = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(name)
        self._task: _Task | None = None
        self._ready.connect(self._on_ready, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_busy(self) -> bool:
        """Whether work is under way whose result is still wanted."""
        return self._task is not None

    def start(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[AeguiError], None],
    ) -> None:
        """Do ``work(report, cancelled)`` in the thread, then ``done(result)`` or ``failed(error)``.

        Neither is called for work that was cancelled. ``work`` raises ``AeguiError`` for what a
        person has to be told, and may raise ``Cancelled`` once ``cancelled()`` is true.
        """
        was_busy = self.is_busy
        self._forget()
        task = _Task(title, work, done, failed, threading.Event())
        self._task = task
        self._timer.start(PATIENCE_MS)
        if not was_busy:
            self.busy_changed.emit(True)
        self._job.submit(lambda: self._ready.emit((task, _outcome(task))))

    def do(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[AeguiError], None],
        *,
        quick: bool,
    ) -> bool:
        """Like ``start``, but ``quick`` work is done at once; False if that failed."""
        if not quick:
            self.start(title, work, done, failed)
            return True
        self.cancel()
        try:
            result = work(lambda _progress: None, lambda: False)
        except AeguiError as error:
            failed(error)
            return False
        done(result)
        return True

    @Slot()
    def cancel(self) -> None:
        """Give up the work under way; it leaves no trace."""
        if self._task is not None:
            self._forget()
            self.busy_changed.emit(False)

    def finish(self, seconds: float) -> bool:
        """Wait for the work under way and hand its result over at once; False if it takes longer.

        The work may be followed by other work then.
        """
        done = self._job.wait(seconds)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        return done

    def shutdown(self) -> None:
        """Give up the work, wait for its thread, take no more."""
        self.cancel()
        self._job.shutdown()

    def _forget(self) -> None:
        self._timer.stop()
        if self._task is not None:
            self._task.cancelled.set()
            self._task = None

    @Slot(object)
    def _on_ready(self, answer: tuple[_Task, object]) -> None:
        task, outcome = answer
        if task is not self._task:
            return
        self._forget()
        self.busy_changed.emit(False)
        if isinstance(outcome, Cancelled):
            return
        if isinstance(outcome, AeguiError):
            task.failed(outcome)
        else:
            task.done(outcome)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._timer.setInterval(_TICK_MS)
        if self._task is not None:
            self.progressed.emit(_progress(self._task))


def _outcome(task: _Task) -> object:
    """The result of the work, or the error that says why there is none."""

    def report(progress: LoadProgress) -> None:
        task.latest = progress

    if task.cancelled.is_set():
        return Cancelled()
    try:
        return task.work(report, task.cancelled.is_set)
    except AeguiError as error:
        return error
    except MemoryError:
        return AeguiError(tr("{what}: there is not enough memory for it.", what=task.title))
    except Exception as error:
        _log.exception("%s failed", task.title)
        return AeguiError(tr("{what}: {reason}", what=task.title, reason=error))


def _progress(task: _Task) -> JobProgress:
    latest = task.latest
    if latest is None:
        return JobProgress(task.title)
    return JobProgress(task.title, latest.text, latest.done, latest.total)
