"""Background saving of documents, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.atomic import check_writable
from aegui.core.errors import AeguiError
from aegui.core.file_mark import mark_of
from aegui.core.i18n import tr
from aegui.core.run_file.saved import save_run
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QObject

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.file_mark import FileMark
    from aegui.core.run_file.saved import SavedRun


class Saving(JobQueue):
    """Writes run files in the order of the requests."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("aegui-save", parent)

    def write(
        self,
        path: Path,
        run: SavedRun,
        done: Callable[[FileMark | None], None],
        failed: Callable[[AeguiError], None],
    ) -> bool:
        """Queue ``run`` to be written to ``path``; then call either ``done`` or ``failed``.

        Returns False if it has failed already because nothing can be written there.
        """
        try:
            check_writable(path)
        except AeguiError as error:
            failed(error)
            return False

        def work(_report: Report, cancelled: IsCancelled) -> FileMark | None:
            """Write the run, and return the mark of the file."""
            save_run(path, run, cancelled=cancelled)
            return mark_of(path)

        self.add(tr("Saving {name}", name=path.name), work, done, failed)
        return True
