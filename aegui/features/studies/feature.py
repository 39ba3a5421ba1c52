"""Joins the panel of studies with the runs of one, and with the draft that a run is opened in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.panel import StudiesPanel
from aegui.session.notice import Notice
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.questions import choose_plan_file, choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.study.settings import StudySetting
    from aegui.features.studies.model.study_runs import StudySheet
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class StudiesFeature(Feature):
    """Runs go on while the dock cannot be seen."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._runs = services.of(StudyRuns)
        self._panel = window.panel(StudiesPanel)
        self._dock = window.docks["studies"]
        self._connect()
        if self._runs.sheet is not None:
            self._panel.set_sheet(self._runs.sheet)
        self._on_job_busy_changed(self._runs.job.is_busy)
        self._runs.list_shipped()

    def open(self) -> None:
        """Bring the studies before the rest of the window."""
        if self._dock.isHidden():
            self._services.requests.arrangement.emit("compare")
        self._dock.show()
        self._dock.raise_()
        self._panel.plans.setFocus()

    def _connect(self) -> None:
        runs, panel = self._runs, self._panel
        runs.listed.connect(panel.set_plans)
        runs.changed.connect(self._on_runs_changed)
        runs.failed.connect(self._on_runs_failed)
        runs.written.connect(self._on_runs_written)
        runs.job.progressed.connect(panel.set_progress)
        runs.job.busy_changed.connect(self._on_job_busy_changed)
        panel.plan_chosen.connect(runs.choose)
        panel.open_requested.connect(self.open_plan)
        panel.start_requested.connect(self.start)
        panel.pause_toggled.connect(runs.set_paused)
        panel.cancel_requested.connect(runs.cancel)
        panel.table_requested.connect(self.save_table)
        panel.run_requested.connect(self._on_panel_run_requested)

    def open_plan(self) -> None:
        """Ask for the file of a plan, and take it."""
        path = choose_plan_file(self._window)
        if path:
            self._runs.choose(Path(path))

    def start(self) -> None:
        """Do the runs that are missing, after a question where they take long."""
        sheet = self._runs.sheet
        if sheet is None or sheet.cost is None:
            return
        if may_compute(self._services, sheet.cost, self._window):
            self._runs.start()

    def save_table(self) -> None:
        """Save every run as a line of CSV."""
        sheet = self._runs.sheet
        if sheet is None:
            return
        name = f"{sheet.path.stem}.csv"
        path = choose_save_file(self._window, tr("Save the study"), name, "CSV (*.csv)")
        if path:
            self._runs.write_table(path)

    @Slot(object)
    def _on_runs_changed(self, sheet: StudySheet) -> None:
        self._panel.set_sheet(sheet)

    @Slot(bool)
    def _on_job_busy_changed(self, busy: bool) -> None:
        self._panel.set_busy(busy)
        if not busy:
            self._panel.set_progress(None)

    @Slot(object, int)
    def _on_panel_run_requested(self, setting: StudySetting, seed: int) -> None:
        words = ", ".join(map(tr, setting.labels.values()))
        text = tr("Run of a study: {setting}, seed {n}", setting=words, n=seed)
        self._services.workspace.edit_recipe(setting.run(seed), text)

    @Slot(str)
    def _on_runs_failed(self, reason: str) -> None:
        if self._runs.sheet is None or self._runs.sheet.cost is None:
            self._panel.forget_cost()
        self.noticed.emit(Notice("error", reason, passing=True, about="study"))

    @Slot(str)
    def _on_runs_written(self, path: str) -> None:
        told = tr("The study is saved: {path}", path=path)
        self.noticed.emit(Notice("info", told, about="study"))
