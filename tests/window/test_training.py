"""Training in the real window: everything that should update does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.data.progress import clock
from aegui.core.errors import TrainingError
from aegui.core.recipe import (
    ClassifierSpec,
    CorruptionSpec,
    LayerSpec,
    OptimizerSpec,
    Recipe,
    SparsitySpec,
    SplitSpec,
)
from aegui.core.recipe.edits import with_value, with_values
from aegui.core.recipe.file import list_recipes
from aegui.core.training.terms import terms_at
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.builder.training import TrainingFeature
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.builder.view.formula import number_text
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.session.notice import Notice
from aegui.shell.outcome import mean_words
from tests.features.builder.view.bench import number
from tests.window.conftest import SMALL, point_until, stop, train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def with_epochs(epochs: int) -> Recipe:
    training = SMALL.training.model_copy(update={"epochs": epochs})
    return SMALL.model_copy(update={"training": training})


def epochs_done(window: MainWindow) -> int:
    pulled = window.feature(TrainingFeature)._pulled
    return pulled.epoch if pulled is not None else -1


def test_the_mouse_near_the_toolbar_gets_ready(qtbot: QtBot, window: MainWindow) -> None:
    runner = window._services.runner
    assert not runner.is_warm
    centre = window.toolbar.rect().center()
    point_until(qtbot, window.toolbar, centre, lambda: runner.is_warm)


def test_pins_are_taken_back_while_a_network_trains_and_edits_of_it_after(
    qtbot: QtBot, window: MainWindow
) -> None:
    workspace, runner, table = (
        window._services.workspace,
        window._services.runner,
        window.actions_table,
    )
    assert table["undo"].text() == "&Undo"
    workspace.edit_recipe(with_epochs(1_000_000), "Epochs")
    assert table["undo"].text() == "&Undo: Epochs"
    table["train"].trigger()
    qtbot.waitUntil(lambda: epochs_done(window) > 0)
    assert not table["undo"].isEnabled(), "what is trained stays as it is"
    workspace.annotations.pin([0.0, 0.0], "a")
    workspace.annotations.pin([1.0, 1.0], "b")
    assert table["undo"].text() == "&Undo: Pin a place"
    table["undo"].trigger()
    table["undo"].trigger()
    assert not workspace.annotations.pins
    assert not table["undo"].isEnabled()
    assert table["redo"].text() == "&Redo: Pin a place"
    table["redo"].trigger()
    assert len(workspace.annotations.pins) == 1
    stop(qtbot, runner)
    for _ in range(2):
        table["undo"].trigger()
    assert workspace.recipe == SMALL
    assert table["undo"].text() == "&Undo"


def test_untrained_document_explains_itself(qtbot: QtBot, window: MainWindow) -> None:
    assert window.panel(CursorPanel).is_empty
    qtbot.waitUntil(lambda: "Train" in window.panel(AnswerPanel).text)
    assert window.toolbar.status.text() == "not trained yet"
    assert window.actions_table["train"].isEnabled()
    assert not window.actions_table["continue"].isEnabled()
    assert not window.actions_table["export_charts_csv"].isEnabled()


@pytest.mark.arrangement("build")
def test_nobody_is_asked_to_train_while_a_training_gets_ready(
    qtbot: QtBot, window: MainWindow
) -> None:
    services, placeholder = window._services, window.panel(ChartsPanel).placeholder
    training = SMALL.training.model_copy(update={"epochs": 1_000_000})
    assert services.workspace.new(SMALL.model_copy(update={"training": training}))
    qtbot.waitUntil(lambda: "Press Train" in placeholder.message)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: not placeholder.message or "as soon as" in placeholder.message)
    stop(qtbot, services.runner)
    qtbot.waitUntil(lambda: "as soon as" not in placeholder.message)


@pytest.mark.arrangement("build")
def test_training_fills_every_panel(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    showing = window._services.showing
    assert showing.shown.history is not None
    assert int(showing.shown.history.epoch[-1]) == 400
    assert showing.shown.codes is not None
    assert window.canvas.scene.codes is not None
    assert np.array_equal(window.canvas.scene.codes.values, showing.shown.codes.values)
    loss = window.panel(ChartsPanel)._views["loss"]
    qtbot.waitUntil(lambda: loss.data is not None and loss.data.epoch[-1] == 400)
    qtbot.waitUntil(lambda: not window.panel(CursorPanel).is_empty)
    assert "wrong pixels: mean" in window.toolbar.status.text()
    assert window.isWindowModified()
    assert window.notifications.shown[-1].text.startswith("All epochs are done.")
    window.docks["reconstructions"].raise_()
    qtbot.waitUntil(lambda: "of 6 perfect" in window.panel(ReconstructionsPanel).summary)
    window.docks["answer"].raise_()
    qtbot.waitUntil(lambda: "Train" not in window.panel(AnswerPanel).text)
    # With other samples on the map, the figures of the toolbar are no longer of those.
    workspace = window._services.workspace
    workspace.edits.edit_dataset(workspace.dataset.subset([0, 1]), "x")
    qtbot.waitUntil(lambda: window.toolbar.status.text().startswith("when trained, wrong pixels"))
    workspace.undo_stack.undo()
    assert window.toolbar.status.text().startswith("wrong pixels: mean")


@pytest.mark.arrangement("build")
def test_what_is_held_out_is_told_apart_everywhere(qtbot: QtBot, window: MainWindow) -> None:
    split = SMALL.data.model_copy(update={"split": SplitSpec(validation=0.3)})
    recipe = SMALL.model_copy(update={"data": split})
    window._services.workspace.edit_recipe(recipe, "Split")
    train(qtbot, window)
    showing = window._services.showing
    assert showing.shown.held_out is not None
    assert showing.shown.history is not None
    assert np.isfinite(showing.shown.history.extra["validation_wrong"]).all()
    assert "learnt" in window.toolbar.status.text()
    assert "held out" in window.toolbar.status.text()
    assert "of those held out" in window.notifications.shown[-1].text
    window.docks["reconstructions"].raise_()
    qtbot.waitUntil(lambda: "held out (◦)" in window.panel(ReconstructionsPanel).summary)
    # Covered charts are filled when shown again.
    window.docks["charts"].raise_()
    wrong = window.panel(ChartsPanel)._views["wrong"]
    qtbot.waitUntil(lambda: wrong.data is not None and len(wrong.data.curves) == 3)


@pytest.mark.arrangement("build")
def test_the_map_and_the_charts_move_while_it_trains(qtbot: QtBot, window: MainWindow) -> None:
    services, canvas = window._services, window.canvas
    services.workspace.edit_recipe(with_epochs(5_000_000), "longer")
    window.actions_table["train"].trigger()
    assert not window.actions_table["train"].isEnabled()
    assert not window.toolbar.data.isEnabled()
    qtbot.waitUntil(lambda: canvas.scene.codes is not None)
    assert canvas.scene.codes is not None
    before = canvas.scene.codes.values
    rows = len(services.shown.history or ())
    qtbot.waitUntil(
        lambda: (
            bool(np.abs(canvas.scene.codes.values - before).max() > 0.01)  # type: ignore[union-attr]
            and len(services.shown.history or ()) > rows + 20
        ),
    )
    qtbot.waitUntil(lambda: "left" in window.toolbar.status.text())
    assert window.toolbar.progress.isVisible()
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()
    assert window.notifications.shown[-1].text.startswith("Stopped.")
    assert not services.ticker.is_active
    assert window.toolbar.data.isEnabled()


def test_the_toolbar_names_the_epoch_of_the_weights_that_are_shown(
    qtbot: QtBot, window: MainWindow
) -> None:
    """While it trains, which goes on for some hundreds of epochs before they are shown."""
    workspace, runner = window._services.workspace, window._services.runner
    workspace.edit_recipe(with_epochs(1_000_000), "long")
    shown: set[int] = set()
    told: set[int] = set()

    def look() -> None:
        codec, progress = window._services.shown.codec, window.toolbar.progress
        if codec is not None and window._services.shown.is_learning:
            shown.add(codec.epoch)
        number = progress.toolTip().split(" of ")[0].replace(",", "")
        if progress.isVisible() and number.isdigit():
            told.add(int(number))

    window._services.showing.changed.connect(look)
    window._services.ticker.ticked.connect(look)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: len(told) > 4, timeout=30_000)
    stop(qtbot, runner)
    # The first ones are of a training that has no weights to show yet.
    assert {epoch for epoch in told if epoch >= min(shown)} <= shown


def test_step_pause_and_go_on(qtbot: QtBot, window: MainWindow) -> None:
    services, table = window._services, window.actions_table
    services.workspace.edit_recipe(with_epochs(5_000_000), "longer")
    with qtbot.waitSignal(services.runner.paused):
        table["step"].trigger()
    assert table["pause"].text() == "&Go on"
    qtbot.waitUntil(lambda: epochs_done(window) == 1)
    table["step"].trigger()
    qtbot.waitUntil(lambda: epochs_done(window) == 2)
    assert window.toolbar.status.text() == "paused"
    table["pause"].trigger()
    assert services.runner.state == "running"
    assert table["pause"].text() == "&Pause"
    table["slow"].trigger()
    assert services.runner.slow == services.settings.slow_epochs_per_second
    table["slow"].trigger()
    assert services.runner.slow is None
    with qtbot.waitSignal(services.runner.finished):
        table["stop"].trigger()


def test_training_goes_on_from_its_end(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    assert window.actions_table["continue"].isEnabled()
    train(qtbot, window, "continue")
    history = window._services.shown.history
    assert history is not None
    assert int(history.epoch[-1]) == 800


@pytest.mark.arrangement("build")
def test_live_rate_and_noise_reach_the_training(qtbot: QtBot, window: MainWindow) -> None:
    services = window._services
    services.workspace.edit_recipe(with_epochs(5_000_000), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    workspace = services.workspace
    slower = with_value(workspace.recipe, "training.optimizer.learning_rate", 0.001)
    window.panel(TrainingPanel).recipe_edited.emit(slower, "Learning rate")
    noise = CorruptionSpec(kind="flip", level=0.1)
    noisy = with_value(workspace.recipe, "data.corruption", noise)
    window.panel(TrainingPanel).recipe_edited.emit(noisy, "Noise on the input")
    assert services.shown.noise == noise
    qtbot.waitUntil(lambda: services.shown.history.learning_rate[-1] == 0.001)  # type: ignore[union-attr]
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()


def test_what_was_changed_live_is_taken_back_live(qtbot: QtBot, window: MainWindow) -> None:
    services, table = window._services, window.actions_table
    workspace = services.workspace
    workspace.edit_recipe(with_epochs(5_000_000), "longer")
    table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    before = workspace.recipe.training.optimizer.learning_rate
    slower = with_value(workspace.recipe, "training.optimizer.learning_rate", 0.001)
    window.panel(TrainingPanel).recipe_edited.emit(slower, "Learning rate")
    noisy = with_value(slower, "data.corruption", CorruptionSpec(kind="flip", level=0.1))
    window.panel(TrainingPanel).recipe_edited.emit(noisy, "Noise on the input")

    def is_learning_at(rate: float) -> bool:
        history = services.shown.history
        return history is not None and history.learning_rate[-1] == rate

    qtbot.waitUntil(lambda: is_learning_at(0.001))
    table["undo"].trigger()
    assert services.shown.noise == workspace.recipe.data.corruption == SMALL.data.corruption
    table["undo"].trigger()
    qtbot.waitUntil(lambda: is_learning_at(before))
    assert not table["undo"].isEnabled(), "the length of this training was decided before it"
    table["redo"].trigger()
    qtbot.waitUntil(lambda: is_learning_at(0.001))
    with qtbot.waitSignal(services.runner.finished):
        table["stop"].trigger()


def test_undo_and_redo_of_the_draft(window: MainWindow) -> None:
    workspace, table = window._services.workspace, window.actions_table
    assert not table["undo"].isEnabled()
    window.panel(BuilderPanel).recipe_edited.emit(with_epochs(7), "Epochs")
    assert workspace.recipe.training.epochs == 7
    table["undo"].trigger()
    assert workspace.recipe == SMALL
    table["redo"].trigger()
    assert workspace.recipe.training.epochs == 7


def test_presets_are_edits(window: MainWindow) -> None:
    key, presets = "letters-course", window.toolbar.presets
    assert presets.count() < 12, "a short list, with all others behind its end"
    presets.activated.emit(presets.findData(key))
    workspace = window._services.workspace
    assert workspace.recipe == dict(list_recipes())[key]
    assert presets.currentData() == key
    assert window.panel(BuilderPanel).preset.text() == workspace.recipe.name
    workspace.undo_stack.undo()
    assert workspace.recipe == SMALL
    assert window.toolbar.presets.currentIndex() == -1


def test_a_refused_edit_is_not_told_as_made(window: MainWindow) -> None:
    workspace, builder = window._services.workspace, window.panel(BuilderPanel)
    workspace.set_guard(lambda _before, _after: "The network is locked.")
    more = SMALL.training.epochs + 1
    builder.recipe_edited.emit(with_epochs(more), "Epochs")
    assert window.notifications.shown[-1].text == "The network is locked."
    workspace.set_guard(None)
    builder.recipe_edited.emit(with_epochs(more), "Epochs")
    told = window.notifications.shown[-1].text
    assert f"more epochs are needed for as many steps: {more}" in told


def test_a_failure_is_told_and_the_old_run_stays(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    services = window._services
    run, history = services.workspace.run, services.shown.history
    services.runner.failed.emit(services.runner.run_id, "no memory")
    assert window.notifications.shown[-1].text == "no memory"
    assert services.workspace.run is run
    assert services.shown.history is history


def test_the_map_says_that_a_first_training_is_getting_ready(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise TrainingError("not today")

    monkeypatch.setattr("aegui.core.training.families.kinds.choose_engine", refuse)
    services, canvas = window._services, window.canvas
    panel = window.panel(CursorPanel)
    assert canvas.surface.empty_text == "Press Train to see the codes."
    with qtbot.waitSignal(services.runner.failed):
        window.actions_table["train"].trigger()
        # Signals of the training thread arrive only once the event loop runs.
        assert canvas.surface.empty_text == "The training is getting ready…"
        assert canvas.accessibleDescription() == "The training is getting ready…"
        assert panel._placeholder.message == "The training is getting ready…"
    assert canvas.surface.empty_text == "Press Train to see the codes."
    assert panel._placeholder.message == "Train a network, then move over the map."


@pytest.mark.arrangement("build")
def test_opening_another_document_ends_a_training(qtbot: QtBot, app: App) -> None:
    services = app.services
    services.workspace.edit_recipe(with_epochs(5_000_000), "longer")
    app.window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    services.workspace.new(SMALL)
    assert not services.runner.is_busy
    assert services.shown.codec is None
    assert app.window.actions_table["train"].isEnabled()


@pytest.mark.parametrize(("seconds", "text"), [(7, "00:07"), (750, "12:30"), (11_100, "3:05:00")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_draft_that_cannot_be_trained_says_so_beside_the_button(
    qtbot: QtBot, window: MainWindow
) -> None:
    workspace, status = window._services.workspace, window.toolbar.status
    network = SMALL.network.model_copy(update={"output_activation": "tanh"})
    workspace.edit_recipe(SMALL.model_copy(update={"network": network}), "tanh")
    assert not window.actions_table["train"].isEnabled()
    assert status.text() == "1 problem to solve first"
    assert "outputs between 0 and 1" in status.toolTip()
    solve = window.toolbar.solve
    assert not solve.isHidden()
    window.set_perspective("build")
    window.docks["training"].raise_()
    solve.click()
    builder = window.panel(BuilderPanel)
    wrong = builder.chain.cards[-1]
    qtbot.waitUntil(lambda: builder.isVisible() and not wrong.visibleRegion().isEmpty())
    lonely = recipe_of_one_class()
    workspace.edit_recipe(lonely, "classifier")
    solve.click()
    qtbot.waitUntil(window.panel(DataPanel).isVisible)
    assert "at least two classes" in window.panel(DataPanel).problem.text()
    noisy = {"training": SMALL.training.model_copy(update={"sparsity": SparsitySpec(weight=1.0)})}
    workspace.edit_recipe(SMALL.model_copy(update=noisy), "sparse")
    solve.click()
    qtbot.waitUntil(window.panel(TrainingPanel).isVisible)
    for _ in range(3):
        workspace.undo_stack.undo()
    assert status.text() == "not trained yet"
    assert status.toolTip() == "not trained yet", "it may be cut short"
    assert solve.isHidden()


def recipe_of_one_class() -> Recipe:
    """Return a recipe of a classifier with a single class."""
    data = SMALL.data.model_copy(update={"chars": "a"})
    return SMALL.model_copy(update={"data": data, "classifier": ClassifierSpec()})


def test_undo_by_key_where_a_number_was_changed(qtbot: QtBot, window: MainWindow) -> None:
    workspace = window._services.workspace
    window.set_perspective("build")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    units = number(window.panel(BuilderPanel).chain.cards[1], "units")
    units.setFocus()
    before = workspace.recipe
    QTest.keyClick(units, Qt.Key.Key_Up)
    first = workspace.recipe.network.encoder[0]
    assert isinstance(first, LayerSpec)
    assert first.units == 13
    QTest.keyClick(units, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workspace.recipe == before
    assert units.value() == 12
    units.selectAll()
    QTest.keyClicks(units, "2")
    QTest.keyClick(units, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workspace.recipe == before
    assert units.text() == "12"


def test_means_of_wrong_pixels_are_written_without_powers_of_ten() -> None:
    assert [mean_words(mean) for mean in (0.0, 0.09375, 0.125, 13.27, 4653.2)] == [
        "0",
        "0.09",
        "0.12",
        "13.27",
        "4,653",
    ]


def test_the_outcome_of_several_runs_is_that_of_the_worst(qtbot: QtBot, window: MainWindow) -> None:
    window._services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 3}), "runs")
    train(qtbot, window)
    assert "worst of 3 runs" in window.notifications.shown[-1].text


def test_the_last_outcome_is_put_away_when_another_training_starts(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
    warning = Notice("warning", "stays")
    window.notify(warning)
    assert len(window.notifications.shown) == 2
    runner = window._services.runner
    with qtbot.waitSignal(runner.started):
        window.actions_table["train"].trigger()
    assert list(window.notifications.shown) == [warning]
    with qtbot.waitSignal(runner.finished):
        pass


@pytest.mark.arrangement("build")
@pytest.mark.parametrize(
    ("path", "value"), [("training.l2", 0.1), ("data.corruption.clean_target", False)]
)
def test_the_objective_shows_todays_numbers_until_another_is_drafted(
    qtbot: QtBot, window: MainWindow, path: str, value: object
) -> None:
    noisy = {"data.corruption.kind": "flip", "data.corruption.level": 0.1}
    recipe = window._services.workspace.recipe
    window._services.workspace.edit_recipe(with_values(recipe, noisy), "noise")
    train(qtbot, window)
    window.docks["training"].raise_()
    formula = window.panel(TrainingPanel).formula
    history, moment = window._services.shown.history, window._services.shown.moment
    assert history is not None
    assert moment is not None
    text = number_text(terms_at(history, moment.epoch, moment.run)["loss"])
    qtbot.waitUntil(lambda: formula.term_text("loss") == text)
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, path, value), "other")
    qtbot.waitUntil(lambda: formula.term_text("loss") == "")
    workspace.undo_stack.undo()
    qtbot.waitUntil(lambda: formula.term_text("loss") == text)


def test_a_loss_that_is_no_number_is_told_and_the_last_good_weights_are_shown(
    qtbot: QtBot, app: App, window: MainWindow
) -> None:
    network = SMALL.network.model_copy(update={"output_activation": "cosh"})
    steep = OptimizerSpec(name="sgd", learning_rate=1e6)
    training = SMALL.training.model_copy(update={"loss": "mse", "optimizer": steep})
    wild = SMALL.model_copy(update={"network": network, "training": training})
    app.services.workspace.edit_recipe(wild, "wild")
    train(qtbot, window)
    (said,) = (notice.text for notice in window.notifications.shown)
    assert "diverged and was ended with its last good weights" in said
    assert "a lower learning rate" in said
    codec = app.services.shown.codec
    assert codec is not None
    assert np.isfinite(codec.decode([0.1, 0.2])).all()
    assert window.actions_table["train"].isEnabled()


def test_a_pin_far_off_is_in_sight_until_another_network_is_trained(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
    far = np.full(window.canvas.scene.projection.size, 1000.0, np.float32)
    window._services.workspace.annotations.pin(far)

    def is_framed() -> bool:
        framed = window.canvas.scene.framed
        return framed is not None and framed[2] >= far[0]

    assert is_framed()
    train(qtbot, window, "continue")
    assert is_framed()
    train(qtbot, window)
    assert not is_framed()
