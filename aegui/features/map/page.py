"""The web page of the map as it is shown, saved where a person says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.web_page.exhibit import Exhibit
from aegui.features.map.model.page_service import PageService
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Shown
    from aegui.shell.feature_window import FeatureWindow

_SUFFIX = ".html"


class PageFeature(Feature):
    """Writes the network of the moment, its samples, pins and earlier epochs."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        pages = services.of(PageService)
        pages.written.connect(self._on_pages_written)
        pages.failed.connect(self._on_pages_failed)

    @Slot()
    def save_page(self) -> None:
        """Ask where to, and write the page there."""
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
        if path:
            path = path if path.lower().endswith((_SUFFIX, ".htm")) else f"{path}{_SUFFIX}"
            self._services.of(PageService).write(path, exhibit)

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
            shown.kept,
            self._services.workspace.annotations.places,
            self._window.canvas.scene.frame,
        )

    @Slot(str)
    def _on_pages_written(self, path: str) -> None:
        told = tr("The web page is saved: {path}. Open it in any browser.", path=path)
        self.noticed.emit(Notice("info", told, about="figure", file=Path(path)))

    @Slot(str)
    def _on_pages_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, about="figure"))
