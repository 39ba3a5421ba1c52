"""Connects form and results of a study with its runs, the draft, and the map."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.i18n import tr
from aegui.core.study.plan import SUFFIX, list_plans, load_plan
from aegui.core.study.records import default_folder
from aegui.core.study.search import is_search_available
from aegui.features.studies.model.background import StudyBackground
from aegui.features.studies.model.cell_networks import CellNetworks
from aegui.features.studies.model.compute_target import SETTINGS_PREFIX, ComputeTarget
from aegui.features.studies.model.study_runs import StudyRuns, user_plan
from aegui.features.studies.view.form_panel import StudyForm
from aegui.features.studies.view.panel import StudiesPanel
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.files import (
    choose_certificate_file,
    choose_plan_file,
    choose_save_file,
)
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.network.resolve import Resolution
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyCell
    from aegui.core.study.settings import StudySetting
    from aegui.features.studies.model.study_runs import LeftStudy, StudySheet
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_EXAMPLE = "letters-activations"
"""The shipped study that is offered while none is open: of seconds, and read at a glance."""


class StudiesFeature(Feature):
    """Form and results of studies; runs continue while their docks are hidden."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._runs = services.of(StudyRuns)
        self._networks = services.of(CellNetworks)
        self._form = window.panel(StudyForm)
        self._panel = window.panel(StudiesPanel)
        background = services.of(StudyBackground)
        self._panel.pages.set_making(background.make)
        # The service outlives the window, which is rebuilt for another language.
        self._panel.destroyed.connect(background.forget)
        self._form.set_search_available(is_search_available())
        self._form.set_builder(services.workspace.recipe)
        self._take_target(services.settings.form(SETTINGS_PREFIX, ComputeTarget()))
        self._waiting: str | None = None
        self._starts: tuple[Path, StudyPlan] | None = None
        # The texts may be those of a window in another language.
        self._runs.reword()
        self._connect()
        if self._runs.sheet is not None:
            self._on_runs_changed(self._runs.sheet)
        self._form.set_edits(*self._runs.steps)
        self._on_job_busy_changed(self._runs.job.is_busy)
        self._runs.list_plans()
        self._runs.restore()

    def open(self) -> None:
        """Show the docks of the study and focus the list of studies."""
        self.show_dock("study_plan", "study")
        self._form.plans.setFocus()

    def _connect(self) -> None:
        runs, panel, form = self._runs, self._panel, self._form
        runs.listing.answered.connect(form.set_plans)
        runs.changed.connect(self._on_runs_changed)
        runs.failed.connect(self._on_runs_failed)
        runs.edits_changed.connect(form.set_edits)
        runs.left.connect(self._on_runs_left)
        runs.job.progressed.connect(panel.set_progress)
        runs.job.busy_changed.connect(self._on_job_busy_changed)
        runs.ended.connect(self._on_runs_ended)
        form.plan_chosen.connect(runs.choose)
        form.new.clicked.connect(self.begin)
        form.open.clicked.connect(self.open_plan)
        form.save.clicked.connect(self.save_plan)
        form.undo.clicked.connect(runs.undo)
        form.redo.clicked.connect(runs.redo)
        form.plan_edited.connect(runs.edit)
        form.take_base.clicked.connect(self.take_builder)
        form.open_base.clicked.connect(self._on_open_base_clicked)
        form.start.clicked.connect(self.start)
        form.target.edited.connect(self._on_target_edited)
        form.target.file_requested.connect(self._on_target_file_requested)
        panel.plans.clicked.connect(self._on_panel_plans_requested)
        panel.example.clicked.connect(lambda: self.show_plan(_EXAMPLE))
        panel.of_builder.clicked.connect(self._on_panel_new_requested)
        panel.pause_toggled.connect(runs.set_paused)
        panel.cancel.clicked.connect(runs.cancel)
        panel.seeds_requested.connect(self._on_panel_seeds_requested)
        panel.save.clicked.connect(self.save_table)
        panel.run_requested.connect(self._on_panel_run_requested)
        panel.pages.material_requested.connect(runs.read_material)
        runs.reading.answered.connect(panel.pages.set_material)
        panel.networks_requested.connect(self._on_panel_networks_requested)
        panel.network_requested.connect(self._on_panel_network_requested)
        panel.pages.step_requested.connect(self._on_panel_step_requested)
        self._networks.ready.connect(self._on_networks_ready)
        self._networks.forgotten.connect(self._on_networks_forgotten)
        self._networks.failed.connect(self._tell_error)
        self._services.workspace.recipe_changed.connect(self._on_workspace_recipe_changed)

    # The plan

    def begin(self) -> None:
        """Begin a study of the builder's recipe."""
        if self._has_samples():
            self._runs.begin(self._services.workspace.recipe)

    @Slot()
    def _on_panel_plans_requested(self) -> None:
        """Open the list of studies."""
        self.open()
        self._form.plans.showPopup()

    @property
    def is_at_work(self) -> bool:
        """Whether a study goes on, which is kept when it ends."""
        return self._runs.job.is_busy

    @Slot()
    def _on_panel_new_requested(self) -> None:
        """Begin a study of the builder's recipe, and focus the choice of what to vary."""
        self.open()
        self.begin()
        self._form.add.setFocus()

    def do_shipped(self, key: str) -> None:
        """Run the shipped study ``key`` as soon as its cost is known."""
        if self._runs.job.is_busy:
            self.open()
            self._tell_busy(tr("A study is running: start another one when it has ended."))
            return
        self.show_plan(key)
        path = list_plans().get(key)
        if path is not None:
            self._starts = path, load_plan(path)

    def vary(self, path: str) -> None:
        """Vary a field of the builder, in the open study or a new one."""
        self.open()
        sheet = self._runs.sheet
        if self._runs.job.is_busy:
            self._tell_busy(tr("A study is running: vary other fields when it has ended."))
            return
        if sheet is None or not sheet.follows:
            self.begin()
            sheet = self._runs.sheet
        self._waiting = path if sheet is not None and sheet.follows else None
        self._vary_waiting()

    def _vary_waiting(self) -> None:
        """Add the axis that was requested before the recipe was read."""
        sheet = self._runs.sheet
        if self._waiting is None or sheet is None or sheet.base is None:
            return
        path, self._waiting = self._waiting, None
        if not self._form.vary(path):
            text = tr("This field cannot be varied in a study.")
            self.noticed.emit(Notice("warning", text, passing=True, about="study"))

    def show_plan(self, key: str) -> None:
        """Open the shipped study ``key``."""
        self.open()
        path = list_plans().get(key)
        if path is not None:
            self._runs.choose(path)

    def open_file(self, path: Path) -> None:
        """Open the plan in the file at ``path``, opened as any other file of the program."""
        self.open()
        if not self._is_busy():
            self._runs.choose(path)

    def _is_busy(self) -> bool:
        """Return whether a study is running, and say so if it is."""
        if self._runs.job.is_busy:
            self._tell_busy(tr("A study is running: open another one when it has ended."))
        return self._runs.job.is_busy

    def show_figure(self, name: str, kind: str) -> None:
        """Open the study ``name`` at the view of the hand-in figure ``kind``."""
        if self._is_busy():
            self.open()
            return
        path = list_plans().get(name) or user_plan(name)
        if path is None:
            text = tr(
                "The study “{name}” of this figure was not found: open the file of its plan.",
                name=name,
            )
            self.noticed.emit(Notice("warning", text, about="study"))
            return
        self.open()
        self._runs.choose(path)
        self.show_dock("studies")
        self._panel.show_figure(kind)

    def _tell_busy(self, text: str) -> None:
        self.noticed.emit(Notice("warning", text, passing=True, about="study"))

    def take_builder(self) -> None:
        """Study the recipe of the builder, following its changes; begin a study if none is open."""
        if self._runs.sheet is None:
            self.begin()
        elif self._has_samples():
            self._runs.set_recipe(self._services.workspace.recipe)

    def _has_samples(self) -> bool:
        """Return whether the samples of the draft can be read from a file, or report an error."""
        if not self._services.workspace.draft.is_edited:
            return True
        text = tr(
            "The samples of the builder were edited here, and a study reads them from a file: keep "
            "them as a set of your own, and use that."
        )
        keep = partial(self._services.requests.action.emit, "keep_set")
        words = tr("Keep the set…")
        self.noticed.emit(Notice("error", text, words, keep, passing=True, about="study"))
        return False

    @Slot()
    def _on_open_base_clicked(self) -> None:
        """Load the recipe of the study into the builder, and follow its changes."""
        sheet = self._runs.sheet
        if sheet is not None and sheet.base is not None:
            recipe = sheet.base
            text = tr("Recipe of the study")
            if not self._services.workspace.edit_recipe(recipe, text, is_whole=True):
                return
            self._runs.set_recipe(recipe)
            self._window.docks["builder"].raise_()

    @Slot(object)
    def _on_workspace_recipe_changed(self, _resolution: Resolution) -> None:
        recipe, sheet = self._services.workspace.recipe, self._runs.sheet
        self._form.set_builder(recipe)
        if sheet is not None and sheet.follows and not self._services.workspace.draft.is_edited:
            self._runs.set_recipe(recipe)

    def open_plan(self) -> None:
        """Let the user choose the file of a plan, and open it."""
        path = choose_plan_file(self._window)
        if path:
            self._runs.choose(Path(path))

    @Slot(object)
    def _on_runs_left(self, left: LeftStudy) -> None:
        """Offer the edits of a study in whose place another one was opened."""
        if self._runs.job.is_busy:
            text = tr("A study is running: open another one when it has ended.")
        else:
            name = tr(left.sheet.plan.name) or left.sheet.path.stem
            text = tr("The edits of the study “{name}” are not saved.", name=name)
        back = partial(self._runs.return_to, left)
        self.noticed.emit(Notice("warning", text, tr("Back to my edits"), back))

    def save_plan(self) -> None:
        """Ask for a path, and save the plan of the form."""
        sheet = self._runs.sheet
        if sheet is None:
            return
        patterns = tr("Plans of studies ({patterns})", patterns=f"*{SUFFIX}")
        name = f"{sheet.path.stem}{SUFFIX}"
        path = choose_save_file(self._window, tr("Save the plan"), name, patterns, "studies")
        if path:
            self._runs.save(Path(path), self._services.of(FileWriter))

    # Runs

    def start(self) -> None:
        """Run what is missing, after a question if it takes long."""
        sheet = self._runs.sheet
        if sheet is None or sheet.cost is None:
            return
        # The cost on a cluster is unknown.
        if self._runs.target.is_cluster or may_compute(self._services, sheet.cost, self._window):
            self._runs.start()

    def _take_target(self, target: ComputeTarget) -> None:
        self._runs.target = target
        self._form.set_target(target)

    @Slot(object)
    def _on_target_edited(self, target: ComputeTarget) -> None:
        self._services.settings.keep_form(SETTINGS_PREFIX, target)
        self._take_target(target)

    @Slot(str)
    def _on_target_file_requested(self, name: str) -> None:
        field = self._form.target.text_field(name)
        folder = str(Path(field.text()).parent) if field.text() else ""
        path = choose_certificate_file(self._window, field.accessibleDescription(), folder)
        if path:
            self._on_target_edited(replace(self._runs.target, **{name: path}))

    def save_table(self) -> None:
        """Save the table of all runs as CSV."""
        sheet = self._runs.sheet
        if sheet is None:
            return
        name = f"{sheet.path.stem}.csv"
        title = tr("Save the study")
        path = choose_save_file(self._window, title, name, "CSV (*.csv)", "tables")
        if path:
            self._runs.write_table(Path(path), self._services.of(FileWriter))

    @Slot(int)
    def _on_panel_seeds_requested(self, count: int) -> None:
        """Add seeds, and run them as soon as their cost is known."""
        before = self._runs.sheet
        self._runs.add_seeds(count)
        sheet = self._runs.sheet
        if sheet is not None and sheet is not before:
            self._starts = sheet.path, sheet.plan

    @Slot(object)
    def _on_runs_changed(self, sheet: StudySheet) -> None:
        self._form.set_sheet(sheet)
        self._panel.set_sheet(sheet)
        if self._starts is not None and self._starts != (sheet.path, sheet.plan):
            # Another study or plan is open now.
            self._starts = None
        elif self._starts is not None and sheet.cost is not None:
            self._starts = None
            self.start()
        self._vary_waiting()

    @Slot(bool)
    def _on_job_busy_changed(self, busy: bool) -> None:
        self._form.set_busy(busy)
        self._panel.set_busy(busy)
        if not busy:
            self._panel.set_progress(None)
            self._runs.list_plans()

    @Slot(object)
    def _on_runs_ended(self, sheet: StudySheet) -> None:
        if sheet.result is not None and any(cell.runs for cell in sheet.result.cells):
            folder = default_folder(sheet.path)
            self._services.requests.keep_study.emit(sheet.result, folder, sheet.verdict.lines)

    @Slot(object)
    def _on_runs_failed(self, reason: str) -> None:
        self._starts = None
        if self._runs.sheet is None or self._runs.sheet.cost is None:
            self._form.set_failure(reason)
        sheet = self._runs.sheet
        # While a plan is being edited, its errors are shown in the form only.
        if sheet is None or sheet.cost is not None or not sheet.is_edited:
            self._tell_error(reason)

    @Slot(object)
    def _tell_error(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True, about="study"))

    # Results

    @Slot(object, int)
    def _on_panel_run_requested(self, setting: StudySetting, seed: int) -> None:
        text = tr("Run of a study: {setting}, seed {n}", setting=setting.title, n=seed)
        self._runs.keep_recipe()
        self._services.workspace.edit_recipe(setting.run(seed), text, is_whole=True)

    @Slot(object)
    def _on_panel_networks_requested(self, cell: StudyCell) -> None:
        sheet = self._runs.sheet
        if sheet is not None:
            self._networks.make(cell, sheet.path)

    @Slot(object, int)
    def _on_panel_network_requested(self, cell: StudyCell, seed: int) -> None:
        sheet = self._runs.sheet
        if sheet is not None:
            self._networks.make_one(cell, sheet.path, seed)

    @Slot(object, int, str)
    def _on_networks_forgotten(self, setting: StudySetting, seed: int, reason: str) -> None:
        """Open the recipe of a run whose weights are missing: training it gives the same result."""
        self._on_panel_run_requested(setting, seed)
        text = tr(
            "Seed {n} has no weights to show: {reason}. Its recipe is the draft now: train it to "
            "get the same result again.",
            n=seed,
            reason=reason,
        )
        self.noticed.emit(Notice("info", text, passing=True, about="study"))

    @Slot(int)
    def _on_panel_step_requested(self, by: int) -> None:
        showing = self._services.showing
        run = showing.shown.run + by
        if 0 <= run < showing.shown.recipe.runs:
            showing.choose_run(run)

    @Slot(object, str)
    def _on_networks_ready(self, run: SavedRun, words: str) -> None:
        """Open the trained runs of a setting as a document, to step through by choosing runs."""
        self._runs.keep_recipe()
        self._services.requests.document.emit(run, words)
