"""Background writer for user-requested files, which are written one after another."""

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
    """Handle of a file that is queued or being written; deletes itself when the write ends.

    No signal is emitted if the write was cancelled or replaced by a newer one to the same path.
    """

    written = Signal()
    """Emitted when the file has been written."""
    failed = Signal(object)
    """Emitted with the translated reason when writing failed."""

    def __init__(self, order: QueuedJob, parent: QObject) -> None:
        super().__init__(parent)
        self._order = order

    @Slot()
    def cancel(self) -> None:
        """Cancel the write; data already on the disk stays there."""
        self._order.cancel()


class FileWriter(JobQueue):
    """Queue of files to write; a newer write to the same path cancels the older one."""

    noticed = Signal(object)
    """Emitted with a ``Notice`` when a file has been written or could not be written."""

    def __init__(self) -> None:
        super().__init__("aegui-files")
        self._newest: dict[str, QueuedJob] = {}

    def write(self, path: str | Path, act: Callable[[], object], notice: Notice) -> Writing:
        """Queue a file to be written.

        Args:
            path: Path of the file.
            act: Called in the worker thread to write the file; an ``AeguiError`` that it raises
                names the file and the reason.
            notice: Notice of success; a notice of failure copies its ``about``.
        """
        return self.write_long(path, lambda _report, _cancelled: act(), notice)

    def write_bytes(self, path: str | Path, make: Callable[[], bytes], notice: Notice) -> Writing:
        """Queue a file whose content ``make()`` returns in the worker thread; see ``write``."""
        return self.write(path, lambda: write_atomically(path, make()), notice)

    def write_long(self, path: str | Path, work: Work, notice: Notice) -> Writing:
        """Queue a file that ``work(report, cancelled)`` writes, reporting progress; see ``write``.

        ``work`` may raise ``Cancelled`` once ``cancelled()`` is true.
        """
        place = os.path.realpath(path)

        def is_newest() -> bool:
            if self._newest.get(place) is not order:
                return False
            del self._newest[place]
            return True

        def done(_result: object) -> None:
            if is_newest():
                self.noticed.emit(notice)
                writing.written.emit()
            writing.deleteLater()

        def failed(error: AeguiError) -> None:
            if is_newest() and not isinstance(error, Cancelled):
                reason = str(error)
                self.noticed.emit(replace(notice, level="error", text=reason, file=Path(path)))
                writing.failed.emit(reason)
            writing.deleteLater()

        older = self._newest.get(place)
        if older is not None:
            older.cancel()
        title = tr("Writing {name}", name=Path(path).name)
        order = self._newest[place] = self.add(title, work, done, failed)
        writing = Writing(order, self)
        return writing
