"""Files for other programs, written in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.i18n import tr
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class ExportService(Service):
    """One export at a time."""

    written = Signal(object)
    """A list of ``Path``."""
    failed = Signal(str)
    """Why nothing was written, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = ProgressJob("aegui-export", self)

    def write(self, work: Callable[[], list[Path]]) -> None:
        """Do ``work``, which gives the files that it has written."""
        self._job.start(
            tr("Writing files"),
            lambda _report, _cancelled: work(),
            self.written.emit,
            lambda error: self.failed.emit(str(error)),
        )
