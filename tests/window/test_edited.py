"""The builder never shows another network than the map without saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QScrollArea, QTextBrowser

from aegui.core.recipe import CorruptionSpec, LayerSpec
from aegui.core.recipe.edits import with_value, with_values
from aegui.core.run_file.saved import load_run
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.builder.view.training_panel import TrainingPanel
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.recipe import Recipe
    from aegui.features.builder.view.edited_strip import EditedStrip
    from aegui.session.documents.workspace import Workspace
    from aegui.window.main_window import MainWindow

RATE = "training.optimizer.learning_rate"


@pytest.fixture(autouse=True)
def _builder(window: MainWindow) -> None:
    """Open the builder, of all panels the only one that is looked at."""
    window.docks["builder"].show()


def workspace_of(window: MainWindow) -> Workspace:
    return window._services.workspace


def strip_of(window: MainWindow) -> EditedStrip:
    # The strips follow an edit in a turn of their own.
    QApplication.processEvents()
    builder, training = window.panel(BuilderPanel).edited, window.panel(TrainingPanel).edited
    assert builder.text == training.text
    return builder


def other(recipe: Recipe) -> Recipe:
    return with_values(
        recipe,
        {"network.encoder": (LayerSpec(units=9, activation="relu"),), "training.epochs": 300},
    )


def edit(window: MainWindow) -> None:
    workspace = workspace_of(window)
    workspace.edit_recipe(other(workspace.recipe), "another")


def test_nothing_is_said_where_nothing_was_edited(qtbot: QtBot, window: MainWindow) -> None:
    assert strip_of(window).text == ""
    edit(window)
    assert strip_of(window).text == ""  # no training yet
    train(qtbot, window)
    assert strip_of(window).text == ""
    assert not strip_of(window).isVisible()
    workspace = workspace_of(window)
    workspace.edit_recipe(with_value(workspace.recipe, "name", "other"), "name")
    assert strip_of(window).text == ""


def test_sizes_are_those_of_the_samples_of_each(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    workspace = workspace_of(window)
    changed = {
        "data.source": "digits",
        "data.chars": None,
        "network.encoder": (LayerSpec(units=9),),
    }
    workspace.edit_recipe(with_values(workspace.recipe, changed), "digits")
    qtbot.waitUntil(lambda: workspace.dataset.image_shape == (1, 8, 8))
    assert "Network: 35-12-2-12-35 → 64-9-2-9-64" in strip_of(window).text


def test_an_edit_is_told_in_words(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    edit(window)
    strip = strip_of(window)
    assert strip.isVisible()
    assert strip.text.splitlines() == [
        "Edited since the training:",
        "Network: 35-12-2-12-35 → 35-9-2-9-35",
        "Encoder, layer 1, Activation: Tanh → ReLU",
        "Epochs: 400 → 300",
    ]
    window.actions_table["undo"].trigger()
    assert strip_of(window).text == ""
    window.actions_table["redo"].trigger()
    assert strip_of(window).isVisible()


def test_what_is_edited_does_not_move_when_the_strip_appears(
    qtbot: QtBot, learnt: MainWindow
) -> None:
    builder = learnt.panel(BuilderPanel)
    card = builder.chain.cards[0]
    before = card.mapTo(builder, QPoint(0, 0))
    edit(learnt)
    strip = strip_of(learnt)
    qtbot.waitUntil(lambda: strip.isVisible() and strip.height() > 0)
    QApplication.processEvents()
    assert builder.chain.cards[0].mapTo(builder, QPoint(0, 0)) == before
    assert strip.geometry().top() >= builder._scroll.geometry().bottom()


def test_the_edited_field_stays_in_sight_above_the_strip(qtbot: QtBot, learnt: MainWindow) -> None:
    learnt.docks["training"].show()
    learnt.docks["training"].raise_()
    panel = learnt.panel(TrainingPanel)
    field = panel.rows[RATE].findChildren(QAbstractSpinBox)[0]
    area = panel.findChildren(QScrollArea)[0]
    # At the lower edge, where the strip is going to be.
    panel.resize(panel.width(), 300)
    area.ensureWidgetVisible(field, 0, 0)
    field.setFocus()
    workspace = workspace_of(learnt)
    workspace.edit_recipe(with_value(workspace.recipe, RATE, 0.123), "rate")
    qtbot.waitUntil(panel.edited.isVisible)

    def is_in_sight() -> bool:
        place = QRect(field.mapTo(area.viewport(), QPoint(0, 0)), field.size())
        return bool(area.viewport().rect().contains(place))

    qtbot.waitUntil(is_in_sight)


def test_train_makes_the_edited_network_the_shown_one(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    edit(window)
    with qtbot.waitSignal(window._services.runner.finished):
        strip_of(window).train.click()
    assert strip_of(window).text == ""
    run = workspace_of(window).run
    assert run is not None
    assert len(run.stages) == 1
    assert run.recipe.network.encoder[0].units == 9  # type: ignore[union-attr]


def test_show_as_trained_keeps_the_edits(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    edit(window)
    builder, strip = window.panel(BuilderPanel), strip_of(window)
    assert "35-9-2" in builder._sizes.text().replace("\u200b", "")
    strip.view.click()
    assert "35-12-2" in builder._sizes.text().replace("\u200b", "")
    assert not builder.kind.isEnabled()
    assert strip_of(window).view.text() == "Back to my edits"
    assert not strip.train.isVisible()
    assert workspace_of(window).recipe.training.epochs == 300
    strip.view.click()
    assert "35-9-2" in builder._sizes.text().replace("\u200b", "")
    assert builder.kind.isEnabled()
    # Any change to the draft shows it again.
    strip.view.click()
    window.actions_table["undo"].trigger()
    assert builder.kind.isEnabled()
    assert strip_of(window).text == ""


def test_training_leaves_the_view(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    edit(window)
    strip_of(window).view.click()
    train(qtbot, window)
    assert "35-9-2" in window.panel(BuilderPanel)._sizes.text().replace("\u200b", "")
    assert window.panel(BuilderPanel).kind.isEnabled()


def test_revert_is_undoable(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    edit(window)
    edited = workspace_of(window).recipe
    strip_of(window).revert.click()
    run = workspace_of(window).run
    assert run is not None
    assert workspace_of(window).recipe == run.recipe
    assert strip_of(window).text == ""
    window.actions_table["undo"].trigger()
    assert workspace_of(window).recipe == edited
    assert strip_of(window).isVisible()


def test_other_data_are_told_and_reverted(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    workspace = workspace_of(window)
    samples = workspace.dataset
    workspace.edit_recipe(with_value(workspace.recipe, "data.chars", "abc"), "fewer")
    assert "Lower case (5 × 7, 6 samples)" in strip_of(window).text
    assert "3 samples" in strip_of(window).text
    strip_of(window).revert.click()
    assert workspace.dataset is samples
    assert workspace.recipe.data.chars == "abcdef"
    assert len(workspace.pool) > 6  # the others can still be chosen
    assert strip_of(window).text == ""


def test_it_is_told_again_after_reopening(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    train(qtbot, window)
    edit(window)
    text = strip_of(window).text
    workspace = workspace_of(window)
    with qtbot.waitSignal(workspace.file.saved):
        assert workspace.save_as(tmp_path / "a.aegui")
    assert workspace.new(with_value(workspace.recipe, "seed", 9))
    assert strip_of(window).text == ""
    with qtbot.waitSignal(workspace.document_changed):
        assert workspace.open(tmp_path / "a.aegui")
    assert strip_of(window).text == text


def test_going_on_with_edits(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    workspace = workspace_of(window)
    assert not strip_of(window).go_on.isVisible()
    workspace.edit_recipe(with_value(workspace.recipe, RATE, 0.004), "rate")
    assert "Learning rate: 0.02 → 0.004" in strip_of(window).text
    assert strip_of(window).go_on.isVisible()
    with qtbot.waitSignal(window._services.runner.finished):
        strip_of(window).go_on.click()
    # The draft asks for 400 epochs and 800 were done, which is not an edit.
    assert strip_of(window).text == ""
    run = workspace.run
    assert run is not None
    assert [(it.kind, it.start, it.stop) for it in run.stages] == [
        ("train", 0, 400),
        ("continue", 400, 800),
    ]


def test_a_live_change_stays_and_is_told(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    services, workspace = window._services, workspace_of(window)
    workspace.edit_recipe(with_value(workspace.recipe, "training.epochs", 5_000_000), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    panel = window.panel(TrainingPanel)
    panel.recipe_edited.emit(with_value(workspace.recipe, RATE, 0.004), "Learning rate")
    noise = CorruptionSpec(kind="flip", level=0.1)
    panel.recipe_edited.emit(with_value(workspace.recipe, "data.corruption", noise), "Noise")
    strip = strip_of(window)
    assert strip.text.startswith("Changed since this training began:\nNoise")
    assert not strip.train.isVisible()
    qtbot.waitUntil(
        lambda: services.shown.history.learning_rate[-1] == pytest.approx(0.004),  # type: ignore[union-attr]
    )
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()
    assert workspace.recipe.training.optimizer.learning_rate == 0.004
    assert "starts with it" in strip_of(window).text
    assert "Learning rate: 0.02 → 0.004" in strip_of(window).text
    assert services.shown.noise == noise
    run = workspace.run
    assert run is not None
    (stage,) = run.stages
    assert stage.recipe.training.optimizer.learning_rate == 0.02
    assert any(change.learning_rate == 0.004 and change.epoch > 0 for change in stage.changes)
    with qtbot.waitSignal(workspace.file.saved):
        assert workspace.save_as(tmp_path / "a.aegui")
    assert load_run(tmp_path / "a.aegui").stages == run.stages
    strip_of(window).revert.click()
    assert workspace.recipe.training.optimizer.learning_rate == 0.02


def test_reverting_while_it_trains_reaches_the_training(qtbot: QtBot, window: MainWindow) -> None:
    services, workspace = window._services, workspace_of(window)
    workspace.edit_recipe(with_value(workspace.recipe, "training.epochs", 5_000_000), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: services.shown.history is not None)
    slower = with_value(workspace.recipe, RATE, 0.004)
    window.panel(TrainingPanel).recipe_edited.emit(slower, "Learning rate")
    strip_of(window).revert.click()
    qtbot.waitUntil(
        lambda: services.shown.history.learning_rate[-1] == pytest.approx(0.02),  # type: ignore[union-attr]
    )
    assert strip_of(window).text == ""
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()


def test_the_history_can_be_read(qtbot: QtBot, window: MainWindow) -> None:
    train(qtbot, window)
    workspace = workspace_of(window)
    workspace.edit_recipe(with_value(workspace.recipe, RATE, 0.004), "rate")
    train(qtbot, window, "continue")
    window.actions_table["history"].trigger()
    (dialog,) = window.findChildren(QDialog, "history")
    assert isinstance(dialog, QDialog)
    text = dialog.findChildren(QTextBrowser)[0].toPlainText()
    assert "Epochs 0 to 400: trained from the start" in text
    assert "Epochs 400 to 800: continued" in text
    assert "Learning rate: 0.02 → 0.004" in text
    dialog.close()


def test_many_differences_unfold(qtbot: QtBot, learnt: MainWindow) -> None:
    window = learnt
    workspace = workspace_of(window)
    values = {"training.epochs": 1, "seed": 5, "runs": 2, "training.l2": 0.1, RATE: 0.3}
    workspace.edit_recipe(with_values(workspace.recipe, values), "many")
    strip = strip_of(window)
    assert strip.more.text() == "and 2 more"
    assert len(strip.text.splitlines()) == 4
    strip.more.click()
    assert len(strip.text.splitlines()) == 6
    assert strip.more.text() == "Fewer"
