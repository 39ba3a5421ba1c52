"""Joins the training with its buttons, its progress, and the two panels that edit the draft."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QScrollArea

from aegui.core.i18n import tr, trn
from aegui.core.recipe_file import list_recipes
from aegui.core.training.length import planned_epochs
from aegui.core.training.terms import equations, latest_terms
from aegui.session.documents.suggestions import batch_words
from aegui.session.notice import Notice
from aegui.widgets.builder.marks import ProblemLabel
from aegui.widgets.theme import SPACING
from aegui.window.outcome import outcome_words, pace_words, rest_words
from aegui.window.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QDockWidget

    from aegui.core.network.resolve import Resolution
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.training.result import TrainingResult
    from aegui.session.training.training_runner import Pulled
    from aegui.window.panels import Panels
    from aegui.window.services import Services
    from aegui.window.toolbar import MainToolBar

_FAMILIES = ("letters", "digits", "emoji", "grey", "mnist", "fashion")
"""What the keys of recipes begin with, in the order in which they are offered."""
_TEXT_MS = 250


class TrainingWiring(QObject):
    """Everything about training: start to end, and the draft it starts from."""

    conditions_changed = Signal()
    noticed = Signal(object)

    def __init__(
        self,
        services: Services,
        panels: Panels,
        docks: Mapping[str, QDockWidget],
        toolbar: MainToolBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._panels = panels
        self._docks = docks
        self._toolbar = toolbar
        self._pulled: Pulled | None = None
        self._told_notes: tuple[str, ...] = ()
        self._presets = dict(sorted(list_recipes(), key=_family))
        self._text = Refresher(self._show_progress, _TEXT_MS, parent=self)
        self._connect()
        self._show_presets()
        self._show_draft()
        self._show_state(services.runner.state)

    @property
    def handlers(self) -> dict[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {
            "train": self.train,
            "continue": self.go_on,
            "pause": self.pause,
            "step": self.step,
            "stop": self._services.runner.stop,
            "slow": self.set_slow,
            "undo": self._services.workspace.undo_stack.undo,
            "redo": self._services.workspace.undo_stack.redo,
        }

    @property
    def conditions(self) -> frozenset[str]:
        """What holds at present, of ``CONDITIONS``."""
        runner, workspace = self._services.runner, self._services.workspace
        holds = {
            "busy": runner.is_busy,
            "idle": not runner.is_busy,
            "active": runner.state in {"running", "paused"},
            "can_train": workspace.resolution.resolved is not None and runner.state != "stopping",
            "can_continue": not runner.is_busy and workspace.continuation() is not None,
            "can_undo": workspace.undo_stack.canUndo(),
            "can_redo": workspace.undo_stack.canRedo(),
        }
        return frozenset(name for name, does_hold in holds.items() if does_hold)

    def _connect(self) -> None:
        services, panels = self._services, self._panels
        services.ticker.ticked.connect(self._on_ticker_ticked)
        runner, workspace = services.runner, services.workspace
        runner.started.connect(self._on_runner_started)
        runner.state_changed.connect(self._show_state)
        runner.paused.connect(self._on_runner_paused)
        runner.finished.connect(self._on_runner_finished)
        runner.failed.connect(self._on_runner_failed)
        workspace.recipe_changed.connect(self._on_workspace_recipe_changed)
        workspace.run_changed.connect(self._on_workspace_run_changed)
        workspace.document_changed.connect(self._on_workspace_document_changed)
        for signal in (
            workspace.undo_stack.canUndoChanged,
            workspace.undo_stack.canRedoChanged,
            workspace.undo_stack.indexChanged,
        ):
            signal.connect(self._on_undo_stack_changed)
        panels.builder.recipe_edited.connect(self._on_builder_recipe_edited)
        panels.builder.preset_requested.connect(self.take_preset)
        panels.builder.undo_requested.connect(workspace.undo_stack.undo)
        panels.builder.redo_requested.connect(workspace.undo_stack.redo)
        panels.training.recipe_edited.connect(workspace.edit_recipe)
        panels.training.live_learning_rate_changed.connect(runner.set_learning_rate)
        panels.training.live_noise_changed.connect(self._on_training_live_noise_changed)
        self._toolbar.preset_chosen.connect(self.take_preset)
        self._toolbar.problem_wanted.connect(self.show_problem)

    # What the person does

    def train(self) -> None:
        """Train the draft from the start."""
        resolved = self._services.workspace.resolution.resolved
        if resolved is not None and not self._services.runner.is_busy:
            self._services.runner.start(resolved)

    def go_on(self) -> None:
        """Train on from where the document's run ended."""
        further = self._services.workspace.continuation()
        if further is not None and not self._services.runner.is_busy:
            self._services.runner.start(
                further.resolved, further.checkpoint, further.history, further.timeline
            )

    def pause(self, paused: bool) -> None:
        """Rest, or go on."""
        if paused:
            self._services.runner.pause()
        else:
            self._services.runner.resume()

    def step(self) -> None:
        """One epoch, of the training under way or of a new one."""
        runner = self._services.runner
        resolved = self._services.workspace.resolution.resolved
        if not runner.is_busy and resolved is not None:
            runner.start(resolved, paused=True)
        runner.step()

    def set_slow(self, slow: bool) -> None:
        """Slow motion on or off."""
        pace = self._services.settings.slow_epochs_per_second if slow else None
        self._services.runner.set_slow(pace)

    @Slot(str)
    def take_preset(self, key: str) -> None:
        """Make a recipe that comes with the program the draft's."""
        recipe = self._presets[key]
        self._services.workspace.edit_recipe(recipe, tr("Recipe “{name}”", name=tr(recipe.name)))

    @Slot(object, str)
    def _on_builder_recipe_edited(self, recipe: Recipe, text: str) -> None:
        workspace = self._services.workspace
        before = workspace.recipe.training
        workspace.edit_recipe(recipe, text)
        pace = batch_words(before, recipe.training, len(workspace.dataset))
        if pace:
            self.noticed.emit(Notice("info", pace, passing=True))

    @Slot()
    def show_problem(self) -> None:
        """Bring the panel to the front that says the first of what has to be solved."""
        problems = self._services.workspace.resolution.problems
        if problems:
            dock = self._docks[_place_of(problems[0].where)]
            dock.show()
            dock.raise_()
            _scroll_to_problem(dock)

    # What the session says

    @Slot()
    def _on_ticker_ticked(self) -> None:
        pulled = self._services.runner.pull()
        if pulled is not None:
            self._take(pulled)

    def _take(self, pulled: Pulled) -> None:
        self._pulled = pulled
        self._services.showing.take(pulled)
        self._text.mark()
        for note in pulled.notes:
            if note not in self._told_notes:
                self._told_notes = (*self._told_notes, note)
                self.noticed.emit(Notice("info", note))

    @Slot(int)
    def _on_runner_started(self, run_id: int) -> None:
        self._pulled = None
        self._told_notes = ()
        self._services.ticker.start()
        self._show_progress()

    @Slot(int)
    def _on_runner_paused(self, run_id: int) -> None:
        self._on_ticker_ticked()
        self._show_progress()

    @Slot(int, object)
    def _on_runner_finished(self, run_id: int, result: TrainingResult) -> None:
        self._services.ticker.stop()
        self._services.workspace.adopt_result(result, self._services.runner.resolved)
        self._pulled = None
        self._show_progress()
        self.conditions_changed.emit()
        resolved = self._services.runner.resolved
        if not result.message and resolved is not None:
            self.noticed.emit(Notice("info", outcome_words(result, resolved.dataset)))

    @Slot(int, str)
    def _on_runner_failed(self, run_id: int, message: str) -> None:
        self._services.ticker.stop()
        self._pulled = None
        self._show_progress()
        self.noticed.emit(Notice("error", message, passing=True))

    @Slot(object)
    def _on_workspace_document_changed(self, workspace: object) -> None:
        self._services.runner.abandon()
        self._services.ticker.stop()
        self._pulled = None
        self._show_draft()
        self._show_progress()
        self.conditions_changed.emit()

    @Slot(object)
    def _on_workspace_recipe_changed(self, resolution: Resolution) -> None:
        self._show_draft()
        self._show_progress()
        self.conditions_changed.emit()

    @Slot(object)
    def _on_workspace_run_changed(self, run: object) -> None:
        self._show_progress()
        self.conditions_changed.emit()

    @Slot()
    def _on_undo_stack_changed(self) -> None:
        self._show_undo()
        self.conditions_changed.emit()

    @Slot(object)
    def _on_training_live_noise_changed(self, noise: CorruptionSpec) -> None:
        self._services.runner.set_corruption(noise)
        self._services.showing.set_noise(noise)

    # What is shown

    def _show_presets(self) -> None:
        self._panels.builder.set_presets(tuple(self._presets.items()))
        self._toolbar.set_presets(
            [
                (key, tr(recipe.name) or key, tr(recipe.notes))
                for key, recipe in self._presets.items()
            ]
        )

    def _show_draft(self) -> None:
        workspace = self._services.workspace
        recipe, resolution = workspace.recipe, workspace.resolution
        self._panels.builder.set_state(recipe, resolution)
        self._panels.training.set_state(recipe, resolution)
        self._toolbar.set_preset(self._preset_of(recipe))
        self._show_undo()

    def _preset_of(self, recipe: Recipe) -> str | None:
        return next((key for key, preset in self._presets.items() if preset == recipe), None)

    def _show_undo(self) -> None:
        stack = self._services.workspace.undo_stack
        self._panels.builder.set_undo_state(
            stack.canUndo(), stack.canRedo(), stack.undoText(), stack.redoText()
        )

    @Slot(str)
    def _show_state(self, state: str) -> None:
        idle = not self._services.runner.is_busy
        self._panels.builder.set_enabled_while_training(idle)
        self._panels.training.set_enabled_while_training(idle)
        self._toolbar.set_locked(not idle)
        if not idle:
            self._services.ticker.start()
        self._show_progress()
        self.conditions_changed.emit()

    def _show_terms(self) -> None:
        """Today's numbers under the objective, as long as they are of the one that is drafted."""
        showing, draft = self._services.showing, self._services.workspace.recipe
        same = equations(showing.recipe) == equations(draft)
        history = showing.history if same else None
        self._panels.training.set_terms({} if history is None else latest_terms(history))

    def _show_progress(self) -> None:
        self._show_terms()
        runner, run = self._services.runner, self._services.workspace.run
        if not runner.is_busy:
            self._show_rest(run.results[run.best_run].epochs if run and run.results else 0)
            return
        pulled = self._pulled
        if pulled is None:
            self._toolbar.set_progress(0, planned_epochs(runner.resolved) if runner.resolved else 0)
            self._toolbar.set_status(tr("getting ready…"), "")
            return
        self._toolbar.set_progress(pulled.position, pulled.epochs)
        self._toolbar.set_status(
            pace_words(runner.state, pulled),
            pulled.device,
            tr("Engine: {name}", name=pulled.engine),
        )

    def _show_rest(self, epochs: int) -> None:
        run = self._services.workspace.run
        self._toolbar.set_progress(0, 0)
        problems = self._services.workspace.resolution.problems
        if problems:
            # The button is grey, and the layer that is wrong may be out of sight.
            text = trn("{n} problem to solve first", "{n} problems to solve first", len(problems))
            self._toolbar.set_problems(text, "\n".join(one.message for one in problems))
            return
        if run is None or not run.results:
            self._toolbar.set_status(tr("not trained yet"), "")
            return
        best = run.results[run.best_run]
        self._toolbar.set_status(
            rest_words(run, best, epochs),
            run.device,
            tr("Engine: {name}", name=run.engine),
        )


def _place_of(where: str) -> str:
    """The panel that shows the problem at ``where`` of a recipe."""
    if where.startswith(("network", "gan.discriminator", "classifier.hidden")):
        return "builder"
    is_of_data = where.startswith("data") and not where.startswith("data.corruption")
    return "data" if is_of_data else "training"


def _scroll_to_problem(dock: QDockWidget) -> None:
    """Scroll the panel in ``dock`` so far that what is wrong can be read."""
    said = (label for label in dock.findChildren(ProblemLabel) if label.text())
    label = next(said, None)
    area = None if label is None else label.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if label is not None and isinstance(area, QScrollArea):
        # Later: a panel that comes to the front is laid out first.
        QTimer.singleShot(0, label, partial(area.ensureWidgetVisible, label, 0, SPACING))


def _family(preset: tuple[str, Recipe]) -> tuple[int, str]:
    """The place of a recipe among the others: the sets that are there at once come first."""
    family = preset[0].partition("-")[0]
    return _FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES), preset[0]
