"""A dialog that offers to download a set and shows the progress."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLayout, QVBoxLayout

from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.published import PUBLISHED, published_folder
from aegui.core.data.store import megabytes
from aegui.core.i18n import tr
from aegui.features.data.view.download_panel import DownloadOffer, DownloadPanel
from aegui.shell import dialogs

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.features.data.model.data_service import DataService

_WIDTH_PX = 460


class DownloadDialog(QDialog):
    """A non-modal dialog. Closing it cancels the download; what has been received is kept."""

    arrived = Signal()
    """Emitted once the set has been downloaded."""

    def __init__(self, key: str, service: DataService, parent: QWidget) -> None:
        super().__init__(parent)
        self._key = key
        self._service = service
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Download {name}", name=PUBLISHED[key].title))
        self.panel = DownloadPanel(_offer(key))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        # Wrapped labels would otherwise request the height of a narrower layout.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.panel)
        self.setMinimumWidth(_WIDTH_PX)
        self._fit()
        self.panel.download.setFocus()
        self.panel.download.clicked.connect(self.begin)
        self.panel.files_requested.connect(self._on_panel_files_requested)
        self.panel.cancel.clicked.connect(self.reject)
        service.downloading.progressed.connect(self.panel.set_progress)
        service.downloaded.connect(self._on_service_downloaded)
        service.download_failed.connect(self._on_service_download_failed)
        self.finished.connect(service.downloading.cancel)

    @Slot()
    def begin(self) -> None:
        """Start or resume the download."""
        self.panel.set_busy()
        self._fit()
        self._service.download(self._key)

    @Slot(str)
    def _on_panel_files_requested(self, kind: str) -> None:
        title = tr("Files of {name}", name=PUBLISHED[self._key].title)
        if kind == "folder":
            chosen = dialogs.files.choose_folder(self, title, str(Path.home()), "data")
            paths = [chosen] if chosen else []
        else:
            paths = dialogs.files.choose_published_files(self, title)
        if paths:
            self.panel.set_busy(tr("Looking for the files…"))
            self._fit()
            self._service.take_files(self._key, [Path(path) for path in paths])

    @Slot(str)
    def _on_service_downloaded(self, key: str) -> None:
        if key == self._key:
            self.accept()
            self.arrived.emit()

    @Slot(str, str)
    def _on_service_download_failed(self, key: str, reason: str) -> None:
        if key == self._key:
            self.panel.set_idle(reason)
            self._fit()

    def _fit(self) -> None:
        """Fit the height to the text at the current width."""
        layout = self.layout()
        if layout is not None:
            width = max(self.width(), _WIDTH_PX) if self.isVisible() else _WIDTH_PX
            layout.activate()
            self.resize(width, layout.totalHeightForWidth(width))


def _offer(key: str) -> DownloadOffer:
    published = PUBLISHED[key]
    return DownloadOffer(
        name=published.title,
        description=tr(BUILTIN_SETS[key].help),
        source=published.source,
        size=tr("{amount} to download, training and test part", amount=megabytes(published.size)),
        licence=published.licence,
        folder=str(published_folder(key)),
    )
