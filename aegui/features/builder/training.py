"""Connects the training to its actions and progress display, and determines the draft shown."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QScrollArea

from aegui.core.i18n import sentences, tr, trn
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.recipe.file import find_recipe, list_recipes, load_recipe, user_recipes
from aegui.core.shelves import SHELVES
from aegui.core.training.length import planned_epochs
from aegui.features.builder.edited import EditedStrips
from aegui.features.builder.view.map_mark import MapMark
from aegui.kit.marks import ProblemLabel
from aegui.kit.speech import announce
from aegui.kit.theme import SPACING
from aegui.session.notice import Notice
from aegui.session.shown import MOMENT, WEIGHTS
from aegui.session.training.cost_service import CostService
from aegui.shell.cost_guard import continue_training, estimate_words, may_train
from aegui.shell.feature import Feature
from aegui.shell.outcome import (
    device_words,
    measuring_words,
    moment_words,
    outcome_words,
    pace_words,
    reached_at,
    rest_words,
    shown_words,
    spoken_words,
)
from aegui.shell.refresher import LiveText, Refresher

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget, QWidget

    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.notice import Level
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.session.training.training_runner import Pulled
    from aegui.shell.feature_window import FeatureWindow

_USUAL = tuple(key for key, shelf in SHELVES.items() if shelf.level == "first")
"""Networks offered as long as none has been used."""
_SAYS_EACH_S = 10.0


class TrainingFeature(Feature):
    """Controls the training from start to end, and holds the draft that it starts from."""

    draft_changed = Signal()
    """Emitted when ``drafted`` has changed."""
    preset_changed = Signal()
    """Emitted when ``preset_name`` has changed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._pulled: Pulled | None = None
        self._says_next = 0.0
        self._had_problems = self._can_continue = False
        self.drafted: tuple[Recipe, Resolution]
        """The resolved draft, or the trained recipe while it is viewed."""
        self.is_viewing = False
        """Whether the trained recipe is shown instead of the draft."""
        self.preset_name = ""
        """Name of the known recipe that the draft equals; empty if it equals none."""
        self._reported_notes: tuple[str, ...] = ()
        self._known = _known()
        self._preset: str | None = None
        """Key of the known recipe that the draft equals."""
        self._undo_texts = ("", "")
        self._offered: tuple[str, ...] = ()
        """Keys of the recipes in the toolbar's short list."""
        self._near: list[QWidget] = []
        """Widgets whose first hover warms up the trainer; emptied once it has happened."""
        self._is_warm = False
        self.edited = EditedStrips(services, self)
        mark = MapMark(window.canvas)
        window.canvas.overlays.corners_changed.connect(mark.place)
        self.edited.set_mark(mark)
        self._beside = Refresher(self._show_beside, parent=self)
        self._text = services.of(LiveText)
        self._text.due.connect(self._show_progress)
        self._connect()
        self.warm_up_near(window.toolbar)
        self._show_draft()
        self._show_state(services.runner.state)

    def _show_ability(self) -> None:
        """Update which actions are enabled, and the names of undo and redo."""
        is_busy = self._services.runner.is_busy
        self._can_continue = not is_busy and self._services.workspace.continuation() is not None
        self._show_steps()

    @Slot()
    def _show_steps(self) -> None:
        """As ``_show_ability``, after an edit: whether the run can be continued follows later."""
        runner, workspace = self._services.runner, self._services.workspace
        steps, is_busy = workspace.undo_stack, runner.is_busy
        self.set_conditions(
            idle=not is_busy,
            active=runner.state in {"running", "paused"},
            paused=runner.state == "paused",
            slow=runner.slow is not None,
            can_train=workspace.resolution.resolved is not None and runner.state != "stopping",
            can_continue=self._can_continue,
            can_undo=steps.may_undo(is_busy=is_busy),
            can_redo=steps.may_redo(is_busy=is_busy),
        )
        undo, redo = texts = steps.undoText(), steps.redoText()
        if texts != self._undo_texts:
            self._undo_texts = texts
            self._window.name_action("undo", tr("&Undo: {what}", what=undo) if undo else "")
            self._window.name_action("redo", tr("&Redo: {what}", what=redo) if redo else "")

    def _connect(self) -> None:
        services = self._services
        services.ticker.ticked.connect(self._on_ticker_ticked)
        services.of(CostService).changed.connect(self._show_cost)
        runner, workspace = services.runner, services.workspace
        runner.started.connect(self._on_runner_started)
        runner.state_changed.connect(self._show_state)
        runner.paused.connect(self._on_runner_paused)
        runner.finished.connect(self._on_runner_finished)
        runner.measured.connect(self._on_runner_measured)
        runner.failed.connect(self._on_runner_failed)
        workspace.recipe_changed.connect(self._on_workspace_recipe_changed)
        workspace.run_changed.connect(self._on_workspace_run_changed)
        workspace.document_changed.connect(self._on_workspace_document_changed)
        workspace.undo_stack.indexChanged.connect(self._show_steps)
        self.edited.train_requested.connect(self.train)
        self.edited.continue_requested.connect(self.go_on)
        self.edited.view_changed.connect(self._show_draft)
        self._window.toolbar.preset_chosen.connect(self.take_preset)
        self._window.toolbar.gallery_requested.connect(
            partial(services.requests.gallery.emit, "networks")
        )
        services.favourites.changed.connect(self._on_favourites_changed)
        self._window.toolbar.solve.clicked.connect(self.show_problem)

    def warm_up_near(self, place: QWidget) -> None:
        """Import torch and prepare the trainer once the mouse enters ``place``."""
        if not self._is_warm:
            self._near.append(place)
            place.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Warm up the trainer on the first hover of a registered widget."""
        if event.type() == QEvent.Type.Enter:
            self._is_warm = True
            for near in self._near:
                near.removeEventFilter(self)
            self._near.clear()
            self._services.runner.warm_up()
            self._services.of(CostService).wake()
        return super().eventFilter(watched, event)

    # User input

    def stop(self) -> None:
        """Stop the training, keeping its result."""
        self._services.runner.stop()

    def undo(self) -> None:
        """Undo the last edit."""
        self._services.workspace.undo_stack.undo()

    def redo(self) -> None:
        """Redo the last undone edit."""
        self._services.workspace.undo_stack.redo()

    def train(self) -> None:
        """Train the draft from scratch."""
        resolved = self._allowed()
        if resolved is not None:
            self._services.runner.start(resolved)

    def go_on(self) -> None:
        """Continue the training from where the document's run ended."""
        further = self._services.workspace.continuation()
        if further is None or self._services.runner.is_busy:
            return
        has_begun = continue_training(self._services, further, self._window)
        if has_begun and further.checkpoint is None:
            words = tr(
                "This run was saved without the state of its optimiser: training continues from "
                "its weights of epoch {epoch:,}, and the optimiser restarts.",
                epoch=0 if further.fork is None else further.fork.epoch,
            )
            self.noticed.emit(Notice("info", words, passing=True))

    def pause(self) -> None:
        """Pause the training, or resume it if it is paused."""
        if self._services.runner.state == "paused":
            self._services.runner.resume()
        else:
            self._services.runner.pause()

    def step(self) -> None:
        """Train for one epoch, starting a new training (paused) if none is running."""
        runner = self._services.runner
        resolved = None if runner.is_busy else self._allowed()
        if resolved is not None:
            runner.start(resolved, paused=True)
        runner.step()

    def _allowed(self) -> ResolvedRecipe | None:
        """Return what to train of the draft, which may be a smaller network; None if nothing."""
        resolved = self._services.workspace.resolution.resolved
        if resolved is None or self._services.runner.is_busy:
            return None
        return may_train(self._services, resolved, self._window)

    def set_limits(self) -> None:
        """Ask from which cost on a training needs confirmation."""
        settings = self._services.settings
        from aegui.shell.dialogs.cost import LimitsDialog

        dialog = LimitsDialog(settings.budget, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            settings.unasked_minutes = dialog.form.value.minutes
            settings.unasked_memory_share = dialog.form.value.memory_share
        dialog.deleteLater()

    def set_slow(self, slow: bool) -> None:
        """Switch slow motion on or off."""
        pace = self._services.settings.slow_epochs_per_second if slow else None
        self._services.runner.set_slow(pace)
        self._show_ability()

    def show_summary(self) -> None:
        """Show the builder's network as a table, up to the first layer that does not fit."""
        from aegui.core.network.summary import summary_of
        from aegui.features.builder.dialogs import SummaryDialog

        workspace = self._services.workspace
        recipe, dataset = workspace.recipe, workspace.dataset
        shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))

        def copied() -> None:
            text = tr("The table is on the clipboard.")
            self.noticed.emit(Notice("info", text, passing=True))

        SummaryDialog(summary_of(shapes), copied, self._window).open()

    def show_history(self) -> None:
        """Show the trainings that led to the current run."""
        from aegui.features.builder.dialogs import show_history

        show_history(self._window.toolbar.window(), self._services.workspace.run)

    @Slot(str)
    def take_preset(self, key: str) -> None:
        """Load the recipe ``key`` into the draft; a challenge is requested as a line instead."""
        # Imported here: challenges are lines of text, and reading them needs many modules.
        from aegui.core.setup_line.challenges import CHALLENGES
        from aegui.core.setup_line.writing import line_of

        path, challenge = find_recipe(key), CHALLENGES.get(key)
        if challenge is not None:
            recipe, goal, _ = challenge.reading
            self._services.requests.line.emit(line_of(recipe, goal))
            return
        if path is None:
            return
        recipe = load_recipe(path)
        text = tr("Recipe “{name}”", name=tr(recipe.name))
        if self._services.workspace.edit_recipe(recipe, text, is_whole=True):
            self._services.favourites.use("networks", key)

    @Slot()
    def show_problem(self) -> None:
        """Raise the panel that shows the first problem of the draft, and scroll to it."""
        problems = self._services.workspace.resolution.problems
        if problems:
            place = _place_of(problems[0].where)
            self.show_dock(place)
            _scroll_to_problem(self._window.docks[place])

    # Events of the session

    @Slot()
    def _on_ticker_ticked(self) -> None:
        pulled = self._services.runner.pull()
        if pulled is not None:
            self._take(pulled)

    def _take(self, pulled: Pulled) -> None:
        self._pulled = pulled
        self._services.showing.take(pulled)
        self._text.mark()
        self._tell_notes()

    def _tell_notes(self) -> None:
        """Show each note of the training once, for example that there is no GPU."""
        for note in self._services.runner.notes:
            if note not in self._reported_notes:
                self._reported_notes = (*self._reported_notes, note)
                self.noticed.emit(Notice("info", note))

    @Slot(int)
    def _on_runner_started(self, run_id: int) -> None:
        self._pulled = None
        self._reported_notes = ()
        self._services.ticker.start()
        self._show_progress()
        self.edited.show()

    @Slot(int)
    def _on_runner_paused(self, run_id: int) -> None:
        self._on_ticker_ticked()
        self._show_progress()

    @Slot(int, object)
    def _on_runner_finished(self, run_id: int, result: TrainingResult) -> None:
        self._services.ticker.stop()
        self._tell_notes()  # a short training can end before the first tick
        resolved = self._services.runner.resolved
        self._services.workspace.adopt_result(result, resolved)
        if resolved is not None and not self._services.runner.is_continuation:
            self._services.of(CostService).learn(resolved, result)
        self._pulled = None
        self._show_progress()
        self._show_ability()
        if result.measured:
            self._tell_outcome(result)

    @Slot(int, object)
    def _on_runner_measured(self, run_id: int, result: TrainingResult) -> None:
        """Take over the final measurements, which arrive after the training has ended."""
        resolved = self._services.runner.resolved
        if resolved is not None and self._services.workspace.complete_result(result, resolved):
            self._tell_outcome(result)
        self._show_progress()

    def _tell_outcome(self, result: TrainingResult) -> None:
        """Report in one message why it ended, what was reached, which run is shown, and advice."""
        shown, run = self._services.shown, self._services.shown.saved
        resolved = self._services.runner.resolved
        if run is None or resolved is None or shown.moment is None:
            return
        text = sentences(
            outcome_words(result, resolved, reached_at(run, shown.moment)),
            shown_words(run, shown.moment, chosen=shown.chose_run),
            result.message,
        )
        level: Level = "warning" if result.message else "info"
        self.noticed.emit(Notice(level, text, about="training"))

    @Slot(int, object)
    def _on_runner_failed(self, run_id: int, message: str) -> None:
        self._services.ticker.stop()
        self._pulled = None
        self._show_progress()
        rescued = self._services.keeping.rescued
        if rescued is not None:
            kept = tr("The weights of epoch {epochs:,} are kept.", epochs=rescued)
            message = sentences(message, kept)
        self.noticed.emit(Notice("error", message, passing=True, about="training"))

    @Slot(object)
    def _on_workspace_document_changed(self, workspace: object) -> None:
        self._services.runner.abandon()
        self._services.ticker.stop()
        self._pulled = None
        self._show_draft()
        self._show_progress()
        self._show_ability()

    @Slot(object)
    def _on_workspace_recipe_changed(self, resolution: Resolution) -> None:
        if self.is_viewing:
            self.edited.set_viewing(False)
        if self._services.runner.is_busy:
            self._tell_training(self._services.workspace.recipe)
        self._show_draft()
        if resolution.problems or self._had_problems or self._services.runner.is_busy:
            # Without problems the idle status describes the run, which an edit leaves as it is.
            self._show_progress()

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the progress display."""
        is_other = "dataset" in changed or changed & MOMENT
        if is_other or (changed & WEIGHTS and not shown.is_learning):
            self._show_progress()
        elif changed & WEIGHTS:
            self._text.mark()

    @Slot(object)
    def _on_workspace_run_changed(self, run: object) -> None:
        self.edited.show()
        self._show_progress()
        self._show_ability()

    def _tell_training(self, recipe: Recipe) -> None:
        """Apply the draft's learning rate and noise to the running training."""
        services = self._services
        services.runner.set_learning_rate(recipe.training.optimizer.learning_rate)
        if recipe.data.corruption != services.shown.noise:
            services.runner.set_corruption(recipe.data.corruption)
            services.showing.set_noise(recipe.data.corruption)

    # Display

    @Slot(str)
    def _on_favourites_changed(self, shelf: str) -> None:
        if shelf == "networks":
            # The person's own recipes may have changed.
            self._known = _known()
            self._offer_presets(self._preset)
            self._show_preset()

    def _show_preset(self) -> None:
        """Select the known recipe that the draft equals."""
        draft = self.drafted[0]
        current = next((key for key, recipe in self._known.items() if recipe == draft), None)
        if current == self._preset and self._offered:
            return
        self._preset = current
        self._offer_presets(current)
        self.preset_name = "" if current is None else tr(draft.name) or current
        self.preset_changed.emit()

    def _offer_presets(self, current: str | None) -> None:
        """Fill the short list of recipes, and select ``current``."""
        known = self._known
        short = self._services.favourites.short("networks", tuple(known), _USUAL)
        if current is not None and current not in short:
            short = (*short, current)
        if short != self._offered:
            self._offered = short
            rows = ((key, known[key]) for key in short)
            self._window.toolbar.set_presets(
                [(key, tr(recipe.name) or key, tr(recipe.notes)) for key, recipe in rows]
            )
        self._window.toolbar.set_preset(current)

    def _show_draft(self) -> None:
        workspace, view = self._services.workspace, self.edited.view
        self.is_viewing = view is not None
        self.drafted = view or (workspace.recipe, workspace.resolution)
        self.draft_changed.emit()
        self._show_preset()
        # The edit itself is painted first.
        self._beside.mark_after_paint()

    def _show_beside(self) -> None:
        """Show how the draft differs from what was trained, and estimate its cost."""
        self.edited.show()
        self._show_ability()
        self._services.of(CostService).set_draft(
            self._services.workspace.resolution.resolved, self._services.runner.timeline_bytes
        )

    @Slot()
    def _show_cost(self) -> None:
        cost, resolved = (
            self._services.of(CostService).cost,
            self._services.workspace.resolution.resolved,
        )
        if cost is None or resolved is None or self._services.runner.is_busy:
            self._window.toolbar.set_estimate("")
        else:
            self._window.toolbar.set_estimate(*estimate_words(cost, resolved))

    @Slot(str)
    def _show_state(self, state: str) -> None:
        idle = not self._services.runner.is_busy
        self._window.toolbar.set_locked(not idle)
        self._services.of(CostService).set_idle(idle)
        self._show_cost()
        self.edited.show()
        if not idle:
            self._services.ticker.start()
        self._show_progress()
        self._show_ability()

    @Slot()
    def _show_progress(self) -> None:
        runner = self._services.runner
        if not runner.is_busy:
            self._show_rest()
            return
        pulled = self._pulled
        if pulled is None:
            self._window.toolbar.set_progress(
                0, 0, planned_epochs(runner.resolved) if runner.resolved else 0
            )
            self._window.toolbar.set_status(tr("getting ready…"), "")
            return
        self._say(pulled.position)
        newest = self._services.shown.newest
        # The epoch of the weights that the window shows, which the training has left behind.
        is_there = newest is not None and not self._services.shown.awaits_first
        epoch = newest.epoch if newest is not None and is_there else int(pulled.position)
        self._window.toolbar.set_progress(pulled.position, epoch, pulled.epochs)
        self._window.toolbar.set_status(
            pace_words(runner.state, pulled),
            device_words(pulled.device),
            tr("Engine: {name}", name=pulled.engine),
        )

    def _say(self, position: float) -> None:
        """Announce progress to screen readers if enabled, at most every ``_SAYS_EACH_S``."""
        history, now = self._services.shown.history, time.monotonic()
        is_on = self._services.settings.comfort.summaries
        if not is_on or history is None or not len(history) or now < self._says_next:
            return
        self._says_next = now + _SAYS_EACH_S
        words = spoken_words(position, history)
        self._window.toolbar.setAccessibleDescription(words)
        announce(self._window.toolbar, words)

    def _show_rest(self) -> None:
        run, moment = self._services.shown.saved, self._services.shown.moment
        self._window.toolbar.set_progress(0, 0, 0)
        problems = self._services.workspace.resolution.problems
        self._had_problems = bool(problems)
        if problems:
            # Explains the disabled button: the faulty layer may be scrolled out of view.
            text = trn("{n} problem to solve first", "{n} problems to solve first", len(problems))
            self._window.toolbar.set_problems(text, "\n".join(one.message for one in problems))
            return
        if run is None or not run.results or moment is None:
            self._window.toolbar.set_status(tr("not trained yet"), "")
            return
        if self._services.runner.is_measuring:
            words = measuring_words(run.results[moment.run].epochs)
        elif self._services.shown.trained_on is self._services.shown.dataset:
            words = rest_words(run, moment)
        else:
            # Other figures in the window are of the samples on the map.
            words = tr("when trained, {figures}", figures=rest_words(run, moment))
        self._window.toolbar.set_status(
            words,
            device_words(run.device),
            tr("Engine: {name}", name=run.engine),
            moment_words(moment),
        )


def _place_of(where: str) -> str:
    """Return the key of the panel that shows the problem at path ``where`` of a recipe."""
    if where.startswith(("network", "gan.discriminator", "classifier.hidden")):
        return "builder"
    is_of_data = where.startswith("data") and not where.startswith("data.corruption")
    return "data" if is_of_data else "training"


def _scroll_to_problem(dock: QDockWidget) -> None:
    """Scroll the panel in ``dock`` to its first visible problem."""
    said = (label for label in dock.findChildren(ProblemLabel) if label.text())
    label = next(said, None)
    area = None if label is None else label.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if label is not None and isinstance(area, QScrollArea):
        # Deferred to the event loop: a panel just raised is laid out first.
        QTimer.singleShot(0, label, partial(area.ensureWidgetVisible, label, 0, SPACING))


def _known() -> dict[str, Recipe]:
    """Return every recipe that can be started from, by key."""
    return {path.stem: recipe for path, recipe in user_recipes()} | dict(list_recipes())
