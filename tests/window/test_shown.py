"""The run, weights and epoch shown; consistent everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.i18n import set_language
from aegui.core.latent.codec import Codec
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.time.feature import TimeFeature
from aegui.paths import models_dir
from aegui.shell.run_choice import ANY_RUN, RUN, RunDialog, run_choices
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.recipe import Recipe
    from aegui.window.main_window import MainWindow


def population(runs: int, epochs: int = 60) -> Recipe:
    training = SMALL.training.model_copy(update={"epochs": epochs})
    return SMALL.model_copy(update={"runs": runs, "training": training, "seed": 7})


def learn(qtbot: QtBot, window: MainWindow, recipe: Recipe) -> None:
    window._services.workspace.edit_recipe(recipe, "recipe")
    train(qtbot, window)


def test_the_chip_says_nothing_before_anything_was_learnt(window: MainWindow) -> None:
    assert window.toolbar.chip.isHidden()
    for key in ("choose_run", "best_weights", "last_weights"):
        assert not window.actions_table[key].isEnabled()


def test_the_cursor_shows_nothing_of_another_set(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(1))
    cursor = window.panel(CursorPanel)
    qtbot.waitUntil(lambda: not cursor.is_empty)
    services, seen = window._services, []

    def note(*_: object) -> None:
        if services.shown.dataset.pixels != cursor.pictures.image.size:
            seen.append(cursor.is_empty)

    services.showing.changed.connect(note)
    # Convolutions are decoded on a thread, which first waits for torch.
    services.workspace.open(models_dir() / "fashion-gan.aegui", lambda: True)
    qtbot.waitUntil(lambda: cursor.pictures.image.size == services.shown.dataset.pixels == 784)
    assert seen
    assert all(seen)
    assert not cursor.is_empty


def test_one_run_has_no_choice_of_runs(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(1))
    chip = window.toolbar.chip
    assert chip.isVisible()
    assert chip.run.isHidden()
    assert chip.weights.text().startswith("best, epoch ")
    assert not window.actions_table["choose_run"].isEnabled()


def test_the_run_stays_the_one_that_was_chosen(qtbot: QtBot, window: MainWindow) -> None:
    services, chip = window._services, window.toolbar.chip
    services.workspace.edit_recipe(population(5, 5_000_000), "longer")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: chip.weights.text().startswith("live, epoch "))
    assert chip.run.text() == "seed 7 (1 of 5)"
    chip.run_chosen.emit(f"{RUN}3")
    qtbot.waitUntil(lambda: chip.run.text() == "seed 10 (4 of 5)")
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()
    moment = services.shown.moment
    assert moment is not None
    assert (moment.run, moment.seed, moment.weights) == (3, 10, "best")
    assert chip.run.text() == "seed 10 (4 of 5)"
    (notice,) = window.notifications.shown
    assert notice.text.startswith("Stopped.")
    assert "Shown: seed 10" in notice.text
    assert services.shown.codec is not None
    assert services.shown.codec.run == 3


def test_the_chip_names_what_is_in_sight_while_a_training_gets_ready(
    qtbot: QtBot, window: MainWindow
) -> None:
    learn(qtbot, window, population(1))
    services, chip = window._services, window.toolbar.chip
    seen, codec = chip.weights.text(), services.shown.codec
    services.workspace.edit_recipe(population(1, 5_000_000), "longer")
    window.actions_table["train"].trigger()
    assert services.shown.is_live
    assert services.shown.codec is codec
    assert chip.weights.text() == seen
    qtbot.waitUntil(lambda: chip.weights.text().startswith("live, epoch "))
    assert services.shown.codec is not codec
    with qtbot.waitSignal(services.runner.finished):
        window.actions_table["stop"].trigger()


def test_a_run_that_nobody_chose_is_named_when_it_changes(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(5))
    run, moment = window._services.workspace.run, window._services.shown.moment
    assert run is not None
    assert moment is not None
    assert moment.run == run.best_run
    (notice,) = window.notifications.shown
    assert f"Shown: seed {7 + run.best_run}, the best run" in notice.text


def test_best_and_last_weights(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(2, 30))
    showing, chip = window._services.showing, window.toolbar.chip
    run = window._services.workspace.run
    assert run is not None
    assert run.history is not None
    window.actions_table["last_weights"].trigger()
    assert chip.weights.text() == "last, epoch 30 of 30"
    assert showing.shown.codec is not None
    codes = showing.shown.codec.encode(run.dataset.flat())
    assert showing.shown.timeline is not None
    kept = Codec(
        run.recipe,
        run.dataset.image_shape,
        showing.shown.timeline.snapshot(-1),
        showing.shown.codec.run,
    )
    np.testing.assert_array_equal(codes, kept.encode(run.dataset.flat()))
    window.actions_table["best_weights"].trigger()
    assert chip.weights.text().startswith("best, epoch ")
    showing.show_epoch(3)
    assert chip.weights.text() == "epoch 3 of 30"
    chip.weights_chosen.emit("last")
    assert showing.shown.past_epoch is None
    assert chip.weights.text() == "last, epoch 30 of 30"
    np.testing.assert_array_equal(showing.shown.codec.encode(run.dataset.flat()), codes)


def test_all_of_a_hundred_runs_can_be_found(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(100, 3))
    services, chip = window._services, window.toolbar.chip
    choices = run_choices(services.shown)
    assert choices[-1][0] == ANY_RUN
    assert "100" in choices[-1][1]
    chip.run.menu().aboutToShow.emit()
    assert [action.data() for action in chip.run.menu().actions()] == [key for key, _ in choices]
    dialog = RunDialog([(run, f"Seed {7 + run} · mean 93.5") for run in range(100)], 5, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.run == 5
    QTest.keyClicks(dialog.search, "93")
    assert dialog.run == 86
    assert sum(not dialog.list.item(row).isHidden() for row in range(100)) == 1
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.result() == RunDialog.DialogCode.Accepted
    dialog.search.setText("no such seed")
    assert not dialog.take.isEnabled()
    services.showing.choose_run(86)
    assert chip.run.text() == "seed 93 (87 of 100)"
    window.feature(TimeFeature).ghost.choose(f"{RUN}99")
    assert window.feature(TimeFeature).ghost._words() == "Seed 106"


def test_the_chip_is_read_out_and_reached_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    learn(qtbot, window, population(2))
    chip = window.toolbar.chip
    for button in (chip.run, chip.weights):
        assert button.accessibleName()
        assert "Seed" in button.accessibleDescription()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    chip.weights.menu().aboutToShow.emit()
    checked = [action.data() for action in chip.weights.menu().actions() if action.isChecked()]
    assert checked == ["best"]


def test_another_document_begins_with_its_best(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    learn(qtbot, window, population(3))
    workspace, showing = window._services.workspace, window._services.showing
    assert workspace.run is not None
    best = workspace.run.best_run
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(tmp_path / "kept.aegui")
    showing.choose_run((best + 1) % 3)
    showing.choose_weights("last")
    with qtbot.waitSignal(workspace.document_changed):
        assert workspace.open(tmp_path / "kept.aegui", lambda: True)
    moment = showing.shown.moment
    assert moment is not None
    assert (moment.run, moment.weights) == (best, "best")
    showing.choose_weights("last")
    assert window.toolbar.chip.weights.text() == "last, epoch 60 of 60"


@pytest.mark.arrangement("build")
@pytest.mark.parametrize("code", ["en", "es"])
def test_figures_have_words_in_both_languages(qtbot: QtBot, window: MainWindow, code: str) -> None:
    set_language(code)
    learn(qtbot, window, population(2))
    text = window.toolbar.chip.run.text()
    assert text.startswith({"en": "seed ", "es": "semilla "}[code])
