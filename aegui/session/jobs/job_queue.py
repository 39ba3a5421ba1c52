"""Acts in the background that are all done, one after another."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.progress import stop_if
from aegui.core.errors import Cancelled
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.errors import AeguiError
    from aegui.session.jobs.progress_job import Done, Failed, Work

_LAST_SECONDS = 60.0
"""How long the end of the program waits for one act."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class QueuedJob:
    """What a ``JobQueue`` does, or has done; the arguments are those of ``JobQueue.add``."""

    title: str
    work: Work
    done: Done
    failed: Failed
    _given_up: threading.Event = field(default_factory=threading.Event)

    @property
    def is_given_up(self) -> bool:
        """Whether nobody wants it any more."""
        return self._given_up.is_set()

    def give_up(self) -> None:
        """Do no more of it; what is on the disk before its thread hears of that ends as it ends."""
        self._given_up.set()


class JobQueue(QObject):
    """Does work in the order in which it was asked for; none replaces another.

    The end of the program waits for it.
    """

    progressed = Signal(object)
    """A ``JobProgress``, where it takes a while."""
    busy_changed = Signal(bool)
    """Whether something is being done, or waits for that."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = ProgressJob(name, self)
        self._job.progressed.connect(self.progressed)
        self._orders: deque[QueuedJob] = deque()

    @property
    def is_busy(self) -> bool:
        """Whether something is being done, or waits for that."""
        return bool(self._orders)

    def add(self, title: str, work: Work, done: Done, failed: Failed) -> QueuedJob:
        """Do ``work(report, cancelled)`` in the thread, then ``done(result)`` or ``failed(error)``.

        One of them is called always: ``failed`` with ``Cancelled`` for what was given up.
        """
        order = QueuedJob(title, work, done, failed)
        self._orders.append(order)
        if len(self._orders) == 1:
            self.busy_changed.emit(True)
            self._begin()
        return order

    @Slot()
    def cancel(self) -> None:
        """Give up what is being done; what waits is done all the same."""
        if self._orders:
            self._orders[0].give_up()

    @Slot()
    def cancel_all(self) -> None:
        """Give up what is being done, and what waits: of that ``failed`` is called at once."""
        waiting = [*self._orders][1:]
        for order in waiting:
            self._orders.remove(order)
        self.cancel()
        for order in waiting:
            order.failed(Cancelled())

    def finish(self) -> bool:
        """Wait, here, until everything is done; False if something takes too long."""
        while self._orders:
            order = self._orders[0]
            if not self._job.is_busy:
                # Whoever gives up all background work has not asked what it is.
                self._begin()
            if not self._job.finish(_LAST_SECONDS):
                _log.error("%s: not done within %.0f s", order.title, _LAST_SECONDS)
                return False
        return True

    def shutdown(self) -> None:
        """Do what is to be done, and take no more: the end of the program."""
        self.finish()
        self._job.shutdown()

    def _begin(self) -> None:
        order = self._orders[0]

        def outcome(report: Report, cancelled: IsCancelled) -> Callable[[], None]:
            """In the thread: do it, and find who is to be told what came of it."""

            def is_given_up() -> bool:
                return cancelled() or order.is_given_up

            try:
                stop_if(is_given_up)
                return partial(order.done, order.work(report, is_given_up))
            except Cancelled as error:
                return partial(order.failed, error)

        self._job.start(order.title, outcome, self._end, self._refuse)

    def _refuse(self, error: AeguiError) -> None:
        # Not by a function of its own, which the job would remember, and with it what was done.
        self._end(partial(self._orders[0].failed, error))

    def _end(self, tell: Callable[[], None]) -> None:
        """Go on with the next, and tell how it went."""
        self._orders.popleft()
        if self._orders:
            self._begin()
        else:
            self.busy_changed.emit(False)
        tell()
