"""The classifier in the window: explained, and evaluated during and after training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shiboken6 import isValid

from aegui.core.recipe import ClassifierSpec, CorruptionSpec, Recipe
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.charts.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.classifier.model.classifier_service import (
    TRAINING,
    VALIDATION,
    ClassifierService,
)
from aegui.features.classifier.view.panel import ClassifierPanel
from aegui.features.map.view.cursor_panel import CursorPanel
from tests.window.conftest import train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

DIGITS = Recipe.model_validate(
    {
        "name": "digits",
        "data": {"source": "digits", "split": {"validation": 0.25}},
        "network": {"encoder": [{"units": 32}], "latent": {"units": 16}},
        "training": {"epochs": 8, "batch_size": 64, "device": "cpu"},
        "classifier": {"pretrain": {"epochs": 2}},
    }
)


def show(window: MainWindow) -> None:
    window.docks["classifier"].show()
    window.docks["classifier"].raise_()


def begin(window: MainWindow, qtbot: QtBot, recipe: Recipe = DIGITS) -> None:
    """Open the recipe and wait for its data, which are loaded in the background."""
    workspace = window._services.workspace
    assert workspace.new(recipe)
    qtbot.waitUntil(lambda: workspace.recipe == recipe)


def test_without_a_classifier_the_panel_says_how_to_get_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    show(window)
    panel = window.panel(ClassifierPanel)
    assert "choose “Classifier”" in panel.placeholder.message
    begin(window, qtbot)
    qtbot.waitUntil(lambda: panel.placeholder.message.startswith("Press Train"))


def test_a_classifier_is_judged_when_it_has_learnt(window: MainWindow, qtbot: QtBot) -> None:
    services, panel = window._services, window.panel(ClassifierPanel)
    begin(window, qtbot)
    show(window)
    train(qtbot, window)
    run = services.workspace.run
    assert run is not None
    assert not panel.placeholder.message.startswith("Press Train")

    def judged() -> bool:
        shown = panel.evaluation
        return (
            shown is not None
            and shown.total == len(shown.indices)
            and not services.of(ClassifierService).job.is_busy
        )

    qtbot.waitUntil(judged)
    evaluation = panel.evaluation
    assert evaluation is not None
    assert evaluation.part == VALIDATION
    best = run.results[run.best_run].figures["validation_accuracy"]
    assert evaluation.found.accuracy == pytest.approx(best)
    assert f"{best:.1%}" in window.toolbar.status.text()
    panel.part_chosen.emit(TRAINING)
    qtbot.waitUntil(lambda: judged() and panel.evaluation is not evaluation)
    assert panel.evaluation is not None
    assert panel.evaluation.part == TRAINING
    assert panel._parts.currentData() == TRAINING


def test_the_tool_bar_counts_the_pre_training_from_the_start(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(window, qtbot)
    runner = window._services.runner
    with qtbot.waitSignal(runner.started):
        window.actions_table["train"].trigger()
    # No results yet: two epochs each for one layer and the code, then eight.
    assert window.toolbar.progress.format() == "0 of 12"
    with qtbot.waitSignal(runner.finished):
        pass


def test_pre_training_is_told(window: MainWindow, qtbot: QtBot) -> None:
    services = window._services
    begin(window, qtbot)
    show(window)
    window.actions_table["step"].trigger()
    text = window.toolbar.status.text
    qtbot.waitUntil(lambda: "pre-training layer 1 of 2" in text())
    note = window.panel(ClassifierPanel)._detail.text
    qtbot.waitUntil(lambda: "still pre-training" in note())
    with qtbot.waitSignal(services.runner.finished):
        services.runner.stop()


def test_a_mistake_can_be_drawn(window: MainWindow, qtbot: QtBot) -> None:
    services, panel = window._services, window.panel(ClassifierPanel)
    begin(window, qtbot)
    show(window)
    train(qtbot, window)
    qtbot.waitUntil(lambda: panel.evaluation is not None)
    panel.sample_activated.emit(5)
    drawn = services.drawing.pixels
    assert drawn == pytest.approx(services.shown.dataset.images[5, 0], abs=1e-6)


def test_beyond_the_limits_it_is_judged_only_when_asked_for(
    window: MainWindow, qtbot: QtBot
) -> None:
    services, panel = window._services, window.panel(ClassifierPanel)
    begin(window, qtbot)
    train(qtbot, window)
    services.settings.unasked_memory_share = 1e-9
    show(window)
    qtbot.waitUntil(panel.placeholder.offer.isVisible)
    assert "Classify anyway (~1 s" in panel.placeholder.offer.text()
    assert not services.of(ClassifierService).job.is_busy
    panel.placeholder.offer.click()
    qtbot.waitUntil(lambda: panel.evaluation is not None)
    services.of(ClassifierService).set_part(TRAINING)
    qtbot.waitUntil(panel.placeholder.offer.isVisible)


def test_what_waits_is_told_until_it_is_asked_for(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    services, panel = window._services, window.panel(ClassifierPanel)
    begin(window, qtbot)
    train(qtbot, window)
    services.settings.unasked_memory_share = 1e-9
    show(window)
    qtbot.waitUntil(panel.placeholder.offer.isVisible)
    # The noise of the builder changes neither the network nor its samples.
    services.showing.set_noise(CorruptionSpec(kind="masking", level=0.5))
    assert panel.placeholder.offer.isVisible()
    app.use_language("es")
    again = app.window.panel(ClassifierPanel)
    assert again.placeholder.offer.isVisibleTo(again)
    assert again.placeholder.offer.text().startswith("Clasificar de todos modos")
    again.placeholder.offer.click()
    qtbot.waitUntil(lambda: again.evaluation is not None)


def test_page_and_cell_are_the_same_in_a_window_of_another_language(
    window: MainWindow, qtbot: QtBot, app: App
) -> None:
    panel = window.panel(ClassifierPanel)
    begin(window, qtbot)
    show(window)
    train(qtbot, window)
    qtbot.waitUntil(lambda: panel.evaluation is not None)
    panel._confusion.cell_activated.emit((3, 3))
    panel._tabs.setCurrentIndex(1)
    app.use_language("es")
    again = app.window.panel(ClassifierPanel)
    assert again._tabs.currentIndex() == 1
    assert again.cell == (3, 3)
    assert not again._all.isHidden()
    assert again._what.text() == again._confusion.words((3, 3))
    again._all.click()
    app.use_language("en")
    assert app.window.panel(ClassifierPanel).cell is None


@pytest.mark.parametrize(("seed", "expected"), [(0, (3, 3)), (99, None)])
def test_a_cell_ends_with_its_set_up_while_its_panel_is_not_there(
    window: MainWindow, qtbot: QtBot, app: App, seed: int, expected: tuple[int, int] | None
) -> None:
    panel, workspace = window.panel(ClassifierPanel), window._services.workspace
    begin(window, qtbot)
    show(window)
    train(qtbot, window)
    qtbot.waitUntil(lambda: panel.evaluation is not None)
    panel._confusion.cell_activated.emit((3, 3))
    window.set_perspective("wander")
    window.docks["classifier"].hide()
    app.use_language("es")
    qtbot.waitUntil(lambda: not isValid(window))
    assert workspace.edit_recipe(DIGITS.model_copy(update={"seed": seed}), "seed")
    train(qtbot, app.window)
    show(app.window)
    again = app.window.panel(ClassifierPanel)
    qtbot.waitUntil(lambda: again.evaluation is not None)
    # As in a window that stays: the same set-up keeps its cell when it is trained again.
    assert again.cell == expected


def test_a_training_that_has_begun_is_not_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panel(ClassifierPanel)
    begin(window, qtbot)
    show(window)
    window.actions_table["train"].trigger()
    # The first weights arrive later, from its thread.
    assert panel.placeholder.message == "The training is getting ready…"
    qtbot.waitUntil(lambda: panel.evaluation is not None)
    qtbot.waitUntil(lambda: not window._services.runner.is_busy)


@pytest.mark.parametrize(
    ("classifier", "words"),
    [
        ({"pretrain": {"epochs": 0}}, "without pre-training"),
        ({"pretrain": {"epochs": 2}}, "Fine-tuning has changed"),
        ({"pretrain": {"epochs": 2}, "frozen": True}, ""),
    ],
)
def test_a_decoder_that_does_not_fit_is_told_where_its_images_are(
    window: MainWindow, qtbot: QtBot, classifier: dict[str, object], words: str
) -> None:
    cursor, answer = window.panel(CursorPanel), window.panel(AnswerPanel)
    window.docks["cursor"].show()
    window.docks["answer"].show()
    rows = window.panel(ReconstructionsPanel)
    window.docks["reconstructions"].show()
    begin(
        window,
        qtbot,
        DIGITS.model_copy(update={"classifier": ClassifierSpec.model_validate(classifier)}),
    )
    assert not cursor.problem.text()
    train(qtbot, window)
    # An answer of the pre-trained network, whose decoder fits, may come before that of the trained.
    qtbot.waitUntil(lambda: cursor.problem.isVisible() == bool(words) and words in answer.text)
    qtbot.waitUntil(lambda: not cursor.is_empty and "Taken for" in answer.text)
    assert words in cursor.problem.text()
    assert ("“Freeze the encoder”" in answer.text) == bool(words)
    window.docks["reconstructions"].raise_()
    qtbot.waitUntil(lambda: rows.problem.isVisible() == bool(words) and bool(rows.summary))
    assert words in rows.problem.text()
