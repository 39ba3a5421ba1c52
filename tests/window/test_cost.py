"""The cost of a training is shown beside Train, and a costly one begins only after a question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

from aegui.core.cost import Budget
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.recipe import DataSpec, LayerSpec, NetworkSpec, Recipe
from aegui.core.run_file.saved import SavedRun, save_run
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.document.feature import DocumentFeature
from aegui.features.making.model.making import Making
from aegui.features.making.view.panel import MakingPanel
from aegui.features.noise_study.model.noise_study import NoiseStudy
from aegui.features.noise_study.view.panel import StudyPanel
from aegui.features.projections.model.projection_service import ProjectionService
from aegui.features.projections.view.panel import ProjectionsPanel
from aegui.session.training.cost_service import CostService
from aegui.shell.dialogs.cost import LimitsDialog
from tests.window.conftest import SMALL, stop, train
from tests.window.test_document import answer

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


CALM = "&Train all the same"


@pytest.fixture
def costly(window: MainWindow) -> MainWindow:
    """Make the draft a network far too large for its 28 x 28 images."""
    workspace = window._services.workspace
    images = np.random.default_rng(0).random((12, 28, 28))
    workspace.edits.edit_dataset(Dataset.from_images("x", images), "data")
    network = NetworkSpec(encoder=(LayerSpec(units=9_000), LayerSpec(units=2_000)))
    workspace.edit_recipe(workspace.recipe.model_copy(update={"network": network}), "large")
    settings = window._services.settings
    settings.unasked_memory_share = 1e-6
    return window


def test_the_cost_is_shown_beside_train(qtbot: QtBot, window: MainWindow) -> None:
    label = window.toolbar.estimate
    assert label.text().startswith("~")
    assert "MB" in label.text()
    assert "parameters" in label.toolTip()
    costs = window._services.of(CostService)
    # As at the first move of the pointer over "Train".
    costs.wake()
    qtbot.waitUntil(lambda: costs.cost is not None and costs.cost.is_measured)
    assert "measured" in label.toolTip()
    train(qtbot, window)
    assert not label.isHidden()


def test_the_cost_is_not_shown_where_it_would_cut_the_result(qtbot: QtBot, app: App) -> None:
    # Its words are the longer ones.
    app.use_language("es")
    window = app.window
    window._services.workspace.edit_recipe(SMALL.model_copy(update={"runs": 5}), "five")
    train(qtbot, window)
    estimate, status = window.toolbar.estimate, window.toolbar.status
    shown = set()
    for width in range(1000, 1901, 40):
        window.resize(width, 800)
        qtbot.waitUntil(lambda: estimate.isHidden() or status.elided_text() == status.text())
        shown.add(estimate.isVisible())
    assert shown == {False, True}
    assert estimate.isVisible()


def test_nothing_is_shown_of_what_cannot_be_trained(qtbot: QtBot, window: MainWindow) -> None:
    workspace = window._services.workspace
    training = SMALL.training.model_copy(update={"loss": "bce"})
    network = SMALL.network.model_copy(update={"output_activation": "tanh"})
    broken = SMALL.model_copy(update={"training": training, "network": network})
    workspace.edit_recipe(broken, "broken")
    assert workspace.resolution.problems
    qtbot.waitUntil(window.toolbar.estimate.isHidden)


def test_cancelling_the_question_trains_nothing(costly: MainWindow) -> None:
    asked: list[str] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.extend([box.text(), box.informativeText(), *(b.text() for b in box.buttons())])
        box.reject()

    QTimer.singleShot(100, look)
    costly.actions_table["train"].trigger()
    assert not costly._services.runner.is_busy
    words = " ".join(asked)
    assert "of memory" in words
    assert "parameters" in words
    assert "made for 28 × 28" in words


def test_a_network_for_the_images_can_be_taken_instead(qtbot: QtBot, costly: MainWindow) -> None:
    services = costly._services

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.buttons() if "28 × 28" in button.text()).click()

    QTimer.singleShot(100, press)
    costly.actions_table["train"].trigger()
    assert services.runner.is_busy
    assert services.workspace.recipe.network.encoder[0].kind == "conv"
    stop(qtbot, services.runner)
    costly.actions_table["undo"].trigger()
    assert isinstance(services.workspace.recipe.network.encoder[0], LayerSpec)


def test_one_may_train_all_the_same(qtbot: QtBot, costly: MainWindow) -> None:
    services = costly._services
    network = NetworkSpec(encoder=(LayerSpec(units=50),))
    recipe = services.workspace.recipe.model_copy(update={"network": network})
    services.workspace.edit_recipe(recipe, "small")
    assert services.workspace.resolution.layers[0].outputs == 50
    answer(CALM.replace("&", ""))
    costly.actions_table["train"].trigger()
    stop(qtbot, services.runner)
    assert services.workspace.run is not None
    # Continuing asks too.
    answer("Cancel")
    costly.actions_table["continue"].trigger()
    assert not services.runner.is_busy


def test_the_limits_are_settings(window: MainWindow) -> None:
    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, LimitsDialog)
        dialog.form.fields["minutes"].edited.emit(90.0)
        dialog.form.fields["memory_share"].edited.emit(0.25)
        dialog.accept()

    QTimer.singleShot(100, press)
    window.actions_table["limits"].trigger()
    budget = window._services.settings.budget
    assert (budget.minutes, budget.memory_share) == (90, 0.25)


def test_the_limits_go_back_to_the_defaults(window: MainWindow) -> None:
    dialog = LimitsDialog(Budget(5.0, 0.1), window)
    buttons = dialog.findChildren(QPushButton)
    next(button for button in buttons if button.text() == "&Defaults").click()
    assert dialog.form.value == Budget()
    minutes, share = (dialog.form.fields[key] for key in ("minutes", "memory_share"))
    assert (minutes.text(), share.text()) == ("60 min", "50%")  # type: ignore[union-attr]
    dialog.done(QDialog.DialogCode.Rejected)
    dialog.deleteLater()


def test_the_cost_of_a_noise_study_stands_beside_its_button(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.actions_table["noise_study"].trigger()
    page = window.panel(StudyPanel).matrix
    qtbot.waitUntil(lambda: page.estimate.text().startswith("~"))
    window._services.settings.unasked_memory_share = 1e-6
    answer("Cancel")
    page.run.click()
    assert not window._services.of(NoiseStudy).job.is_busy


def test_a_search_beyond_the_limits_begins_only_after_a_question(
    qtbot: QtBot, learnt: MainWindow
) -> None:
    window = learnt
    window.docks["making"].show()
    services, page = window._services, window.panel(MakingPanel).finds
    qtbot.waitUntil(lambda: services.of(Making).finds.offered() != ())
    finds = services.of(Making).finds
    with qtbot.waitSignal(finds.found):
        page.find_requested.emit("prior", 10)
    before = finds.latest
    services.settings.unasked_memory_share = 1e-9
    answer("Cancel")
    page.find_requested.emit("new", 10)
    assert not finds.job.is_busy
    assert finds.latest is before
    answer("Compute all the same")
    with qtbot.waitSignal(finds.found):
        page.find_requested.emit("new", 10)


def test_maps_beyond_the_limits_begin_only_after_a_question(
    qtbot: QtBot, window: MainWindow
) -> None:
    services, panel = window._services, window.panel(ProjectionsPanel)
    services.settings.unasked_memory_share = 1e-9
    window.actions_table["compare"].trigger()
    maps = services.of(ProjectionService)
    qtbot.waitUntil(lambda: {"pca", "tsne"} <= {state.key for state in maps.maps})
    assert {state.status for state in maps.maps if state.key != "code"} == {"offered"}
    answer("Cancel")
    panel.compute_requested.emit()
    assert maps.samples is None
    answer("Compute all the same")
    panel.compute_requested.emit()
    qtbot.waitUntil(lambda: "pca" in {view.key for view in maps.views})


def test_a_recovered_training_goes_on_only_after_a_question(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = window._services
    train(qtbot, window)
    further = services.workspace.continuation()
    assert further is not None
    # As the document of a crash would offer.
    monkeypatch.setattr(services.workspace, "unfinished", lambda: further)
    services.settings.unasked_memory_share = 1e-9
    run = services.workspace.run
    answer("Cancel")
    window.feature(DocumentFeature)._go_on()
    assert not services.runner.is_busy
    assert services.workspace.run is run
    answer("Train all the same")
    window.feature(DocumentFeature)._go_on()
    assert services.runner.is_busy
    stop(qtbot, services.runner)


@pytest.fixture
def few(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    """Open a run whose file contains only some of the samples."""
    network = NetworkSpec(encoder=(LayerSpec(units=9),))
    recipe = Recipe(network=network, data=DataSpec(source="digits"))
    # The set of the same name has another size than stated, so it is not the original.
    some = replace(load_builtin("digits").subset(range(40)), whole=5000)
    save_run(tmp_path / "few.aegui", SavedRun(recipe, some))
    assert window.feature(DocumentFeature).open_path(tmp_path / "few.aegui")
    qtbot.waitUntil(lambda: window._services.workspace.dataset.whole == 5000)
    return window


def say(word: str, asked: list[str]) -> None:
    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        next(button for button in box.buttons() if word in button.text()).click()

    QTimer.singleShot(100, press)


@pytest.mark.arrangement("build")
def test_training_on_few_samples_of_a_set_is_asked_about(qtbot: QtBot, few: MainWindow) -> None:
    services = few._services
    asked: list[str] = []
    few.docks["data"].raise_()
    qtbot.waitUntil(lambda: "40 of 5,000" in few.panel(DataPanel).facts.text())
    say("Cancel", asked)
    few.actions_table["train"].trigger()
    assert not services.runner.is_busy
    assert asked == [
        "Only 40 of the 5,000 samples of Digits 8x8 are here: they came with the file."
    ]
    say("Train on these", asked)
    few.actions_table["train"].trigger()
    assert services.runner.is_busy
    stop(qtbot, services.runner)
    assert services.workspace.run is not None
    assert services.workspace.run.dataset.whole is None


@pytest.mark.arrangement("build")
def test_all_samples_are_fetched_before_a_training(qtbot: QtBot, few: MainWindow) -> None:
    workspace = few._services.workspace
    training = workspace.recipe.training
    say("Get all", [])
    few.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: len(workspace.dataset) == 1797)
    assert workspace.dataset.whole is None
    assert workspace.recipe.training == training
    few.actions_table["undo"].trigger()
    assert len(workspace.dataset) == 40
    # Choosing the set in the toolbar reads it too.
    few.toolbar.data_chosen.emit("digits")
    qtbot.waitUntil(lambda: len(workspace.dataset) == 1797)
