"""A dialog that previews image files before they are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QPushButton

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.features.data.model.image_import import ImageImport, counted, imported_data
from aegui.features.data.view.import_panel import ImportPanel
from aegui.kit.layouts import buttons_of, column, open_at
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from aegui.core.data.image_files import ImageScan
    from aegui.core.recipe import DataSpec
    from aegui.features.data.model.image_import import ImportPreview

_SIZE = 860, 600


class ImportDialog(QDialog):
    """Previews some of the images with the chosen settings; changes nothing until accepted."""

    imported = Signal(object)
    """Emitted with the accepted ``DataSpec``."""

    def __init__(
        self,
        paths: Sequence[Path],
        data: DataSpec,
        parent: QWidget,
        network: Sequence[int] | None = None,
    ) -> None:
        """``network`` is the input shape ``(C, H, W)`` of the network on the map, if any."""
        super().__init__(parent)
        self._data = data
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr("Images from {name}", name=paths[0].name or str(paths[0])))
        open_at(self, *_SIZE)
        self.work = ImageImport(paths, self)
        self.panel = ImportPanel()
        self.panel.set_spec(data.images)
        self.panel.set_network(network)
        self.panel.state.setText(tr("Looking for images…"))
        self.take = QPushButton(tr("&Use these"))
        self.take.setProperty("main", True)
        self.take.setEnabled(False)
        buttons = buttons_of(self, take=self.take, leave=tr("&Cancel"))
        margins = (SPACING + 4,) * 4
        self.setLayout(column((self.panel, 1), buttons, spacing=SPACING, margins=margins))
        self.panel.spec_edited.connect(self.work.preview)
        self.work.found.connect(self._on_work_found)
        self.work.failed.connect(self._on_work_failed)
        self.work.previews.answered.connect(self._on_work_previewed)
        self.finished.connect(self.work.shutdown)
        self.work.start()

    @Slot(object)
    def _on_work_found(self, scan: ImageScan) -> None:
        self.panel.set_found(len(scan.files), counted(scan))
        majority = self.work.majority
        if majority is not None:
            # Size and channels as in the files; fit and background keep the last choice.
            size = majority.proposed().model_dump(include={"width", "height", "channels"})
            self.panel.set_majority(majority.words())
            self.panel.set_spec(self.panel.spec.model_copy(update=size))
        self.panel.state.setText(tr("Reading some of them…"))
        self.work.preview(self.panel.spec)

    @Slot(object)
    def _on_work_failed(self, reason: str) -> None:
        self.panel.state.setText("")
        self.panel.problem.set_text(reason)

    @Slot(object)
    def _on_work_previewed(self, preview: ImportPreview) -> None:
        self.panel.set_skipped(preview.skipped, len(preview.images) + len(preview.skipped))
        if len(preview.images):
            self.panel.set_preview(preview.images, preview.labels, preview.names)
        else:
            self.panel.state.setText("")
            self.panel.problem.set_text(tr("None of these files can be read as a picture."))
        is_first = not self.take.isEnabled()
        self.take.setEnabled(bool(len(preview.images)))
        if is_first and self.focusWidget() in (None, self.panel.gallery):
            # Enter then accepts the images; on the preview, which is focused first, it would not.
            self.take.setFocus()

    @Slot()
    def accept(self) -> None:
        """Accept the images if the settings are valid, else show the problem."""
        panel, scan = self.panel, self.work.scan
        most = panel.most
        if scan is not None and most is not None:
            counts = counted(scan)
            there = sum(counts[label] for label in panel.labels or counts)
            most = None if most >= there else most
        try:
            data = imported_data(self._data, self.work.paths, panel.spec, panel.labels, most)
        except AeguiError as error:
            panel.problem.set_text(str(error))
            return
        super().accept()
        self.imported.emit(data)
