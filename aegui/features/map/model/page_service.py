"""The web page of a map, made and written in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.atomic import write_atomically
from aegui.core.i18n import tr
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.web_page.exhibit import Exhibit


class PageService(Service):
    """One page at a time; what is asked for later replaces what is under way."""

    written = Signal(str)
    """The page is there."""
    failed = Signal(str)
    """Why there is none, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.writing = ProgressJob("aegui-page", self)

    def write(self, path: str, exhibit: Exhibit) -> None:
        """Write the page of ``exhibit`` to ``path``; ``written`` or ``failed`` follows."""

        def work(report: Report, cancelled: IsCancelled) -> None:
            # Seldom needed: not part of what the window imports.
            from aegui.core.web_page.document import page_html

            text = page_html([exhibit], report=report, cancelled=cancelled)
            write_atomically(path, text.encode())

        self.writing.start(
            tr("Writing {name}", name=Path(path).name),
            work,
            lambda _result: self.written.emit(path),
            lambda error: self.failed.emit(str(error)),
        )
