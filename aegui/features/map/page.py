"""Export of the displayed map as a web page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.atomic import write_atomically
from aegui.core.i18n import tr
from aegui.core.web_page.exhibit import Exhibit
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.session.shown import Shown

_SUFFIX = ".html"


class PageFeature(Feature):
    """Exports the current network with its samples, pins and earlier epochs."""

    @Slot()
    def save_page(self) -> None:
        """Ask for a file name and write the page to it."""
        exhibit = self._exhibit(self._services.shown)
        if exhibit is None:
            return
        path = choose_save_file(
            self._window,
            tr("Save the web page"),
            f"{self._services.workspace.stem}{_SUFFIX}",
            tr("Web pages ({patterns})", patterns=f"*{_SUFFIX}"),
            "texts",
        )
        if not path:
            return

        def work(report: Report, cancelled: IsCancelled) -> None:
            # Imported here because it is rarely needed.
            from aegui.core.web_page.document import page_html

            text = page_html([exhibit], report=report, cancelled=cancelled)
            write_atomically(path, text.encode())

        message = tr("The web page is saved: {path}. Open it in any browser.", path=path)
        notice = Notice("info", message, about="figure", file=Path(path))
        self._services.of(FileWriter).write_long(path, work, notice)

    def _exhibit(self, shown: Shown) -> Exhibit | None:
        codec, moment = shown.fitting, shown.moment
        if codec is None or moment is None:
            return None
        return Exhibit(
            self._services.workspace.name,
            shown.recipe,
            codec,
            shown.dataset,
            moment.weights,
            shown.recorded_epochs,
            self._services.workspace.annotations.pins,
            self._window.canvas.scene.projection.frame,
        )
