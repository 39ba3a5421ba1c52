"""Writing documents in the background, one after another."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.atomic import check_writable
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.file_mark import mark_of
from aegui.core.i18n import tr
from aegui.core.run_file.saved import save_run
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.file_mark import FileMark
    from aegui.core.run_file.saved import SavedRun

_LAST_SECONDS = 60.0
"""How long the end of the program waits for a document to be written."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _SaveOrder:
    path: Path
    run: SavedRun
    done: Callable[[FileMark | None], None]
    failed: Callable[[AeguiError], None]
    given_up: threading.Event = field(default_factory=threading.Event)


class Saving(QObject):
    """Writes run files in the order in which that was asked for; none replaces another."""

    progressed = Signal(object)
    """A ``JobProgress``, where it takes a while."""
    busy_changed = Signal(bool)
    """Whether something is being written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: deque[_SaveOrder] = deque()
        self._job = ProgressJob("aegui-save", self)
        self._job.progressed.connect(self.progressed)

    @property
    def is_busy(self) -> bool:
        """Whether something is being written, or waits for that."""
        return bool(self._orders)

    def write(
        self,
        path: Path,
        run: SavedRun,
        done: Callable[[FileMark | None], None],
        failed: Callable[[AeguiError], None],
    ) -> bool:
        """Write ``run`` to ``path``; then ``done`` or ``failed`` is called, one of them always.

        False if it has failed already: nothing can be written there.
        """
        try:
            check_writable(path)
        except AeguiError as error:
            failed(error)
            return False
        self._orders.append(_SaveOrder(path, run, done, failed))
        if len(self._orders) == 1:
            self.busy_changed.emit(True)
            self._begin()
        return True

    @Slot()
    def cancel(self) -> None:
        """Give up what is not on the disk yet; the files that were there stay as they are.

        What is being written may be there before its thread hears of it: it ends as it ended.
        """
        waiting = list(self._orders)[1:]
        for order in waiting:
            self._orders.remove(order)
        if self._orders:
            self._orders[0].given_up.set()
        for order in waiting:
            order.failed(Cancelled())

    def finish(self) -> None:
        """Wait, here, until everything is written."""
        while self._orders:
            order = self._orders[0]
            if not self._job.finish(_LAST_SECONDS):
                _log.error("%s was not written within %.0f s", order.path, _LAST_SECONDS)
                return

    def shutdown(self) -> None:
        """Write what is to be written, and take no more: the end of the program."""
        self.finish()
        self._job.shutdown()

    def _begin(self) -> None:
        order = self._orders[0]

        def work(_report: Report, cancelled: IsCancelled) -> tuple[bool, FileMark | None]:
            """Whether it is on the disk, and what is there; else it was given up."""
            try:
                save_run(
                    order.path,
                    order.run,
                    cancelled=lambda: cancelled() or order.given_up.is_set(),
                )
            except Cancelled:
                return False, None
            return True, mark_of(order.path)

        title = tr("Saving {name}", name=order.path.name)
        self._job.start(title, work, self._take, self._fail)

    def _take(self, answer: tuple[bool, FileMark | None]) -> None:
        is_saved, mark = answer
        if is_saved:
            self._end(partial(self._orders[0].done, mark))
        else:
            self._fail(Cancelled())

    def _fail(self, error: AeguiError) -> None:
        failed = self._orders[0].failed
        self._end(lambda: failed(error))

    def _end(self, tell: Callable[[], None]) -> None:
        """Tell how it went, and go on with the next."""
        self._orders.popleft()
        if self._orders:
            self._begin()
        else:
            self.busy_changed.emit(False)
        tell()
