"""Connects the hand-in with the displayed training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Slot

from aegui.core.atomic import file_name_part
from aegui.core.errors import AeguiError
from aegui.core.i18n import language, localized, tr
from aegui.core.report.assignments import ASSIGNMENTS
from aegui.core.report.figure_ids import FigureId, read_figure_id
from aegui.core.report.figure_runs import find_run, run_mark
from aegui.core.report.folder import free_folder
from aegui.core.training.record.history import epoch_number
from aegui.features.report.model.report_service import ReportOrder, ReportService
from aegui.features.report.view.dialog import SHOWN, HandIn, HandInDialog
from aegui.paths import library_dir
from aegui.session.documents.opening import KeptDocument
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_folder
from aegui.shell.feature import Feature
from aegui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class _Place(NamedTuple):
    """The dock that shows a kind of figure, an arrangement with that dock, and its page."""

    dock: str
    arrangement: str
    page: str = ""


_PLACES = {
    "data": _Place("data", "build"),
    "method": _Place("builder", "build"),
    "curves": _Place("charts", "build"),
    "errors": _Place("reconstructions", "build"),
    "worst": _Place("reconstructions", "build"),
    "reconstructions": _Place("reconstructions", "build"),
    "confusion": _Place("classifier", "build"),
    "traversal": _Place("code", "build"),
    "noise": _Place("study", "compare", "curves"),
    "noisy": _Place("answer", "draw"),
    "new": _Place("making", "compare", "finds"),
    "samples": _Place("making", "compare", "finds"),
    "path": _Place("making", "compare", "path"),
    "interpolation": _Place("making", "compare", "path"),
    "concept": _Place("making", "compare", "concept"),
}
"""By kind of figure, or by the first word of the kind; others are shown on the map."""


class _Found(NamedTuple):
    """The path of the run that a figure belongs to; None if it was not found."""

    requested: FigureId
    path: Path | None


class ReportFeature(Feature):
    """Asks for the subject and the folder of a hand-in, and reports when it is written."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        reports = services.of(ReportService)
        reports.written.connect(self._on_reports_written)
        reports.failed.connect(self._on_reports_failed)
        self._strip = ProgressStrip(window, window.canvas)
        self._strip.button.clicked.connect(self._on_strip_button_clicked)
        self._strip.follow(reports.job)
        self._requested: FigureId | None = None
        self._found = services.latest("aegui-figure")
        self._found.answered.connect(self._on_found_answered)
        self._found.failed.connect(self._on_reports_failed)
        services.workspace.document_changed.connect(self._on_workspace_document_changed)

    @Slot()
    def open(self) -> None:
        """Show the dialog of the hand-in; only one can be written at a time."""
        if self._services.of(ReportService).job.is_busy:
            text = tr("A hand-in is being written: wait until it is finished.")
            self.noticed.emit(Notice("info", text, passing=True, about="figure"))
            return
        shown, lacks = self._services.shown, ""
        of = SHOWN if shown.saved is not None else next(iter(ASSIGNMENTS))
        if shown.is_live:
            # The weights that are shown are in no run yet.
            lacks = tr("Not during a training: stop it first.")
        elif shown.saved is None:
            lacks = tr("Nothing has been trained yet: train first, or choose the assignment.")
        first = HandIn(of=self._assignment_of_shown() or of, language=language())
        which = self._other_weights()
        dialog = HandInDialog(first, lacks=lacks, which=which, parent=self._window)
        dialog.chosen.connect(self._on_dialog_chosen)
        dialog.open()

    def _assignment_of_shown(self) -> str:
        """Return the assignment that the displayed shipped model belongs to; empty for own work."""
        workspace = self._services.workspace
        if workspace.file.is_modified or workspace.path is not None:
            return ""
        found = (key for key, row in ASSIGNMENTS.items() if workspace.name in row.models)
        return next(found, "")

    def _other_weights(self) -> str:
        """Return a note on the weights of the hand-in if a past epoch is displayed, else ""."""
        shown = self._services.shown
        if shown.past is None or shown.saved is None:
            return ""
        moment = replace(shown, past=None, is_live=False).moment_of(shown.run)
        epochs = {
            "shown": localized(epoch_number(shown.past.epoch), ","),
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
    def _on_dialog_chosen(self, requested: HandIn) -> None:
        folder = choose_folder(
            self._window, tr("Folder of the hand-in"), "", "figures", to_write=True
        )
        if not folder:
            return
        of_shown, shown = requested.of == SHOWN, self._services.shown
        workspace = self._services.workspace
        stem = workspace.stem if of_shown else requested.of
        try:
            folder = str(free_folder(Path(folder), file_name_part(f"{tr('hand-in')}-{stem}")))
        except AeguiError as error:
            self._on_reports_failed(str(error))
            return
        order = ReportOrder(
            folder,
            shown.saved if of_shown else None,
            workspace.name,
            "" if of_shown else requested.of,
            requested.language,
            requested.blank,
            shown.run,
            shown.weights,
        )
        self._services.of(ReportService).write(order)
        message = tr("The hand-in is being written to {path}…", path=folder)
        self.noticed.emit(Notice("info", message, about="figure"))

    @Slot()
    def _on_strip_button_clicked(self) -> None:
        self._services.of(ReportService).job.cancel()
        text = tr("The hand-in was cancelled. Finished comparisons are kept.")
        self.noticed.emit(Notice("info", text, about="figure"))

    # Opening the source of a figure

    @Slot(str)
    def open_figure(self, text: str) -> None:
        """Open the run or the study of a figure, and show the panel with that figure."""
        try:
            requested = read_figure_id(text)
        except AeguiError as error:
            self.noticed.emit(Notice("warning", str(error), passing=True))
            return
        if requested.is_study:
            self._services.requests.study_figure.emit(requested.name, requested.kind)
            return
        saved = self._services.shown.saved
        if saved is not None and run_mark(saved.recipe) == requested.mark:
            self._bring(requested)
            return
        self._requested = requested
        recent = self._services.workspace.file.recent

        def find(_report: Report, cancelled: IsCancelled) -> tuple[_Found]:
            return (_Found(requested, find_run(requested, recent, cancelled)),)

        self._found.derive(find, requested)

    @Slot(object)
    def _on_found_answered(self, found: _Found) -> None:
        if found.path is None:
            self._requested = None
            text = tr(
                "The run “{name}” of this figure was not found among the shipped models, the "
                "recent files and the library. Open its file, and try again.",
                name=found.requested.name,
            )
            self.noticed.emit(Notice("warning", text))
        elif library_dir() in found.path.parents:
            entry = KeptDocument(found.requested.name, found.path)
            self._services.requests.open_entry.emit(entry)
        else:
            self._services.requests.file.emit(found.path)

    @Slot(object)
    def _on_workspace_document_changed(self, _workspace: object) -> None:
        requested, run = self._requested, self._services.workspace.run
        self._requested = None
        if requested is not None and run is not None and run_mark(run.recipe) == requested.mark:
            # Deferred until all slots of ``document_changed`` have run.
            QTimer.singleShot(0, self, lambda: self._bring(requested))

    def _bring(self, requested: FigureId) -> None:
        """Show the weights that the figure was made from, and the panel that shows such figures."""
        showing = self._services.showing
        showing.show_epoch(None)
        if requested.run < self._services.shown.recipe.runs:
            showing.choose_run(requested.run)
        showing.choose_weights("last" if requested.weights == "last" else "best")
        kind = requested.kind if requested.kind in _PLACES else requested.kind.partition("-")[0]
        place = _PLACES.get(kind)
        if place is None:
            self._services.requests.arrangement.emit("wander")
            self._window.canvas.setFocus()
            return
        self.show_dock(place.dock, place.arrangement)
        if place.page:
            requests = self._services.requests
            of = requests.making if place.dock == "making" else requests.noise_page
            of.emit(place.page)

    @Slot(str)
    def _on_reports_written(self, folder: str) -> None:
        message = tr("The hand-in is written: {path}", path=folder)
        file = Path(folder) / "slides.pptx"
        self.noticed.emit(Notice("info", message, about="figure", file=file))

    @Slot(object)
    def _on_reports_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, about="figure"))
