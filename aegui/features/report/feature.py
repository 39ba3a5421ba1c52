"""Joins the hand-in with the training that is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import language, localized, tr
from aegui.core.report.assignments import ASSIGNMENTS
from aegui.core.training.history import plain_epoch
from aegui.features.report.model.report_service import ReportOrder, ReportService
from aegui.features.report.view.dialog import SHOWN, HandIn, HandInDialog
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_folder
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class ReportFeature(Feature):
    """Asks what it is to be of and where to, and tells when it is there."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        reports = services.of(ReportService)
        reports.written.connect(self._on_reports_written)
        reports.failed.connect(self._on_reports_failed)

    @Slot()
    def open(self) -> None:
        """Ask what the hand-in is to be of."""
        has_network = self._services.shown.saved is not None
        first = HandIn(of=SHOWN if has_network else next(iter(ASSIGNMENTS)), language=language())
        which = self._other_weights()
        dialog = HandInDialog(first, has_network=has_network, which=which, parent=self._window)
        dialog.chosen.connect(self._on_dialog_chosen)
        dialog.open()

    def _other_weights(self) -> str:
        """What is said where an earlier epoch is shown: a hand-in is of a training at its end."""
        shown = self._services.shown
        if shown.past is None or shown.saved is None:
            return ""
        moment = replace(shown, past=None, is_live=False).moment_of(shown.run)
        epochs = {
            "shown": localized(plain_epoch(shown.past.epoch), ","),
            "of": localized(moment.epoch, ","),
        }
        if moment.weights == "best":
            return tr(
                "Epoch {shown} is shown; the hand-in is of the best weights, of epoch {of}.",
                **epochs,
            )
        return tr(
            "Epoch {shown} is shown; the hand-in is of the last weights, of epoch {of}.", **epochs
        )

    @Slot(object)
    def _on_dialog_chosen(self, wanted: HandIn) -> None:
        folder = choose_folder(self._window, tr("Folder of the hand-in"), "", "figures")
        if not folder:
            return
        of_shown, shown = wanted.of == SHOWN, self._services.shown
        order = ReportOrder(
            folder,
            shown.saved if of_shown else None,
            self._services.workspace.name,
            "" if of_shown else wanted.of,
            wanted.language,
            wanted.blank,
            shown.run,
            shown.weights,
        )
        self._services.of(ReportService).write(order)
        self.noticed.emit(Notice("info", tr("The hand-in is being written…"), about="figure"))

    @Slot(str)
    def _on_reports_written(self, folder: str) -> None:
        told = tr("The hand-in is written: {path}", path=folder)
        file = Path(folder) / "slides.pptx"
        self.noticed.emit(Notice("info", told, about="figure", file=file))

    @Slot(str)
    def _on_reports_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, about="figure"))
