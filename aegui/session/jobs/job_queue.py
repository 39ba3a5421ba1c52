"""Queue of background jobs that are all completed, one after another."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.progress import stop_if
from aegui.core.errors import Cancelled
from aegui.core.light_dataclass import dataclass
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.errors import AeguiError
    from aegui.session.jobs.progress_job import Done, Failed, Work

_LAST_SECONDS = 60.0
"""How long shutdown waits for a job, in seconds."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class QueuedJob:
    """A job of a ``JobQueue``; its fields are the arguments of ``JobQueue.add``."""

    title: str
    work: Work
    done: Done
    failed: Failed
    _cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def is_cancelled(self) -> bool:
        """Return whether the job has been cancelled."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Cancel the job; what its thread has written until then stays."""
        self._cancelled.set()


class JobQueue(QObject):
    """Runs jobs in the order they were added; none replaces another.

    Shutdown waits for all of them.
    """

    progressed = Signal(object)
    """Emitted with the ``JobProgress`` of a job that takes a while."""
    busy_changed = Signal(bool)
    """Emitted with whether a job is running or queued."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = ProgressJob(name, self)
        self._job.progressed.connect(self.progressed)
        self._orders: deque[QueuedJob] = deque()

    @property
    def is_busy(self) -> bool:
        """Return whether a job is running or queued."""
        return bool(self._orders)

    def add(self, title: str, work: Work, done: Done, failed: Failed) -> QueuedJob:
        """Queue ``work(report, cancelled)``; then call ``done(result)`` or ``failed(error)``.

        Exactly one of them is called: ``failed`` with ``Cancelled`` if the job was cancelled.
        """
        order = QueuedJob(title, work, done, failed)
        self._orders.append(order)
        if len(self._orders) == 1:
            self.busy_changed.emit(True)
            self._begin()
        return order

    @Slot()
    def cancel(self) -> None:
        """Cancel the running job; queued ones are completed nevertheless."""
        if self._orders:
            self._orders[0].cancel()

    @Slot()
    def cancel_all(self) -> None:
        """Cancel the running job and all queued ones; ``failed`` of these is called immediately."""
        waiting = [*self._orders][1:]
        for order in waiting:
            self._orders.remove(order)
        self.cancel()
        for order in waiting:
            order.failed(Cancelled())

    def finish(self) -> bool:
        """Wait in this thread until all jobs are done; return False if one takes too long."""
        while self._orders:
            order = self._orders[0]
            if not self._job.is_busy:
                # The job was dropped by a cancellation of all background work: restart it.
                self._begin()
            if not self._job.finish(_LAST_SECONDS):
                _log.error("%s: not done within %.0f s", order.title, _LAST_SECONDS)
                return False
        return True

    def shutdown(self) -> None:
        """Complete all jobs and accept no more."""
        self.finish()
        self._job.shutdown()

    def _begin(self) -> None:
        order = self._orders[0]

        def outcome(report: Report, cancelled: IsCancelled) -> Callable[[], None]:
            """Run the job in the worker thread, and return the callback for its outcome."""

            def is_cancelled() -> bool:
                return cancelled() or order.is_cancelled

            try:
                stop_if(is_cancelled)
                return partial(order.done, order.work(report, is_cancelled))
            except Cancelled as error:
                return partial(order.failed, error)

        self._job.start(order.title, outcome, self._end, self._refuse)

    def _refuse(self, error: AeguiError) -> None:
        # A bound method, not a closure: ``ProgressJob`` would keep a closure and its job alive.
        self._end(partial(self._orders[0].failed, error))

    def _end(self, report_end: Callable[[], None]) -> None:
        """Start the next job, then report the outcome of this one."""
        self._orders.popleft()
        if self._orders:
            self._begin()
        else:
            self.busy_changed.emit(False)
        report_end()
