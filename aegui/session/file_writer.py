"""Files that a person has asked for, written in the background, one after another."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.atomic import write_atomically
from aegui.core.errors import Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.errors import AeguiError
    from aegui.session.jobs.job_queue import QueuedJob
    from aegui.session.jobs.progress_job import Work
    from aegui.session.notice import Notice


class Writing(QObject):
    """A file that is being written, or waits for that; it goes when that has ended.

    What was given up, or is written anew by somebody else, tells nothing.
    """

    written = Signal()
    """It is there."""
    failed = Signal(str)
    """Why it is not, in words."""

    def __init__(self, order: QueuedJob, parent: QObject) -> None:
        super().__init__(parent)
        self._order = order

    @Slot()
    def give_up(self) -> None:
        """Write it no more; what is on the disk already stays."""
        self._order.give_up()


class FileWriter(JobQueue):
    """Writes all that is asked for; of a file that is asked for twice, what was asked for last."""

    noticed = Signal(object)
    """A ``Notice``: a file is there, or why it could not be written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("aegui-files", parent)
        self._newest: dict[str, QueuedJob] = {}

    def write(self, path: str | Path, act: Callable[[], object], told: Notice) -> Writing:
        """Have a file written.

        Args:
            path: Where to.
            act: Writes it, in the thread; an ``AeguiError`` that it raises names file and reason.
            told: What is said when it is there; failures are about the same matter.
        """
        return self.write_long(path, lambda _report, _cancelled: act(), told)

    def write_bytes(self, path: str | Path, made: Callable[[], bytes], told: Notice) -> Writing:
        """Like ``write``: the file holds what ``made()`` gives in the thread."""
        return self.write(path, lambda: write_atomically(path, made()), told)

    def write_long(self, path: str | Path, work: Work, told: Notice) -> Writing:
        """Like ``write``, by ``work(report, cancelled)``, which tells how far it is.

        It may raise ``Cancelled`` once ``cancelled()`` is true.
        """
        place = os.path.realpath(path)

        def is_newest() -> bool:
            if self._newest.get(place) is not order:
                return False
            del self._newest[place]
            return True

        def done(_result: object) -> None:
            if is_newest():
                self.noticed.emit(told)
                writing.written.emit()
            writing.deleteLater()

        def failed(error: AeguiError) -> None:
            if is_newest() and not isinstance(error, Cancelled):
                reason = str(error)
                self.noticed.emit(replace(told, level="error", text=reason, file=Path(path)))
                writing.failed.emit(reason)
            writing.deleteLater()

        older = self._newest.get(place)
        if older is not None:
            older.give_up()
        title = tr("Writing {name}", name=Path(path).name)
        order = self._newest[place] = self.add(title, work, done, failed)
        writing = Writing(order, self)
        return writing
