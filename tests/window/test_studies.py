"""Studies in the real window: created by mouse, run, saved, and their networks opened."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QInputDialog, QMenu

from aegui.app import App
from aegui.core.evaluation.run_figures import figures_of
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.study.plan import list_plans, load_plan
from aegui.core.study.records import default_folder
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.studies import feature as wiring
from aegui.features.studies.feature import StudiesFeature
from aegui.features.studies.model.compute_target import SETTINGS_PREFIX, ComputeTarget
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.form_panel import StudyForm
from aegui.features.studies.view.overview_page import OverviewPage
from aegui.features.studies.view.panel import StudiesPanel
from aegui.features.studies.view.phase_page import PhasePage
from aegui.session.comfort import Comfort
from aegui.session.file_writer import FileWriter
from aegui.session.settings import Settings
from aegui.shell.dialogs import files
from tests.features.studies.plans import ENDLESS, write_plan
from tests.features.studies.view.test_panel import table_of
from tests.window.conftest import SMALL, await_files, train

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


@pytest.fixture
def form(window: MainWindow, qtbot: QtBot) -> StudyForm:
    window.actions_table["studies"].trigger()
    form = window.panel(StudyForm)
    qtbot.waitUntil(lambda: form.plans.count() == len(list_plans()))
    assert form.isVisible()
    assert window.perspective == "study"
    return form


@pytest.fixture
def panel(window: MainWindow, form: StudyForm) -> StudiesPanel:
    assert form.isVisible()
    return window.panel(StudiesPanel)


def runs_of(window: MainWindow) -> StudyRuns:
    return window._services.of(StudyRuns)


def open_plan(form: StudyForm, qtbot: QtBot, path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wiring, "choose_plan_file", lambda *_: str(path))
    QTest.mouseClick(form.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(form.start.isEnabled)


def do(form: StudyForm, window: MainWindow, qtbot: QtBot) -> None:
    """Start the study, and wait for its end."""
    QTest.mouseClick(form.start, Qt.MouseButton.LeftButton)
    runs = runs_of(window)
    assert runs.job.is_busy
    qtbot.waitUntil(lambda: not runs.job.is_busy)


def test_an_empty_study_offers_an_example_the_list_and_the_builder(
    window: MainWindow, form: StudyForm, panel: StudiesPanel, qtbot: QtBot
) -> None:
    panel.plans.clicked.emit()
    qtbot.waitUntil(form.plans.view().isVisible)
    form.plans.hidePopup()
    QTest.mouseClick(panel.example, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(form.start.isEnabled)
    sheet = runs_of(window).sheet
    assert sheet is not None
    assert sheet.path.stem.startswith("letters-activations")
    panel.of_builder.clicked.emit()
    qtbot.waitUntil(lambda: runs_of(window).sheet is not sheet)
    assert runs_of(window).sheet.follows  # type: ignore[union-attr]


@pytest.mark.arrangement("study")
def test_bars_and_curves_are_seen_whole_with_large_letters(
    app: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.use_comfort(Comfort(text_size=1.5))
    window = app.window
    window.resize(1280, 800)
    form = window.panel(StudyForm)
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    do(form, window, qtbot)
    page = window.panel(StudiesPanel).findChild(OverviewPage)
    assert page is not None
    qtbot.waitUntil(lambda: page.table.rowCount() == 2)
    for key in ("bars", "curves"):
        # They grow with titles, legend and axes: the panel scrolls instead.
        assert page.tiles[key].height() >= 1.5 * 180
    assert page._scroll.verticalScrollBar().maximum() == 0


def ask_menu(widget: QWidget) -> QMenu:
    """Return the menu that a right click on ``widget`` opens."""
    before = set(QApplication.topLevelWidgets())
    widget.customContextMenuRequested.emit(QPoint(2, 2))
    opened = set(QApplication.topLevelWidgets()) - before
    return next(one for one in opened if isinstance(one, QMenu) and one.isVisible())


def pick(menu: QMenu, words: str) -> None:
    """Trigger the entry that contains ``words``."""
    action = next(one for one in menu.actions() if words in one.text())
    action.trigger()
    menu.close()


def test_a_study_is_run_saved_and_one_of_its_runs_trains_to_its_figure_again(
    window: MainWindow,
    form: StudyForm,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    assert table_of(panel).rowCount() == 2
    assert not panel.save.isEnabled(), "no run has ended yet"
    runs = runs_of(window)
    do(form, window, qtbot)
    qtbot.waitUntil(lambda: panel.verdict.toPlainText() != "")
    assert form.cost.text() == "All its runs are done."
    assert not form.start.isEnabled()
    path = tmp_path / "out.csv"
    monkeypatch.setattr(wiring, "choose_save_file", lambda *_: str(path))
    panel.save.click()
    await_files(window)
    assert len(path.read_text().splitlines()) == 1 + 6
    table_of(panel).selectRow(1)
    panel.seeds.setCurrentIndex(1)
    QTest.mouseClick(panel.open_run, Qt.MouseButton.LeftButton)
    workspace = window._services.workspace
    assert workspace.recipe.seed == 4
    assert workspace.recipe.training.optimizer.learning_rate == 0.002
    opened = workspace.recipe
    # Enter in the table opens the current row by the same seed, also if no row is selected.
    table_of(panel).clearSelection()
    table_of(panel).setCurrentCell(0, 1, QItemSelectionModel.SelectionFlag.NoUpdate)
    QTest.keyClick(table_of(panel), Qt.Key.Key_Return)
    assert panel.pages.chosen == 0
    assert workspace.recipe.seed == panel.seeds.currentData()
    assert workspace.recipe.training.optimizer.learning_rate == 0.02
    workspace.undo_stack.undo()
    assert workspace.recipe == opened
    assert workspace.resolution.resolved is not None
    assert runs.sheet is not None
    assert runs.sheet.result is not None
    told = next(run for run in runs.sheet.result.cells[1].runs if run.seed == 4)
    train(qtbot, window)
    assert workspace.run is not None
    again = figures_of(workspace.run.results[0])
    assert again["wrong"] == pytest.approx(told.figures["wrong"], abs=0.2)
    assert again["loss"] == pytest.approx(told.figures["loss"], rel=1e-3)


def test_the_networks_of_a_setting_are_opened_as_runs_of_one_document(
    window: MainWindow,
    form: StudyForm,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    do(form, window, qtbot)
    table_of(panel).selectRow(1)
    workspace = window._services.workspace
    monkeypatch.setattr(
        "aegui.shell.dialogs.questions.ask_leaving", lambda *_args, **_more: "discard"
    )
    with qtbot.waitSignal(workspace.document_changed):
        QTest.mouseClick(panel.networks, Qt.MouseButton.LeftButton)
    run = workspace.run
    assert run is not None
    assert [one.seed for one in run.results] == [3, 4, 5]
    assert run.recipe.training.optimizer.learning_rate == 0.002
    runs = runs_of(window)
    assert runs.sheet is not None
    assert runs.sheet.result is not None
    told = [cell.figures["wrong"] for cell in runs.sheet.result.cells[1].runs]
    assert [one.wrong_mean for one in run.results] == pytest.approx(told)
    # All runs can be shown on the map, one after the other, with their weights.
    showing, seen = window._services.showing, []
    for place in range(3):
        showing.choose_run(place)
        codec = showing.shown.codec
        assert codec is not None
        answers = codec.reconstruct(run.dataset.flat())
        seen.append(float(np.mean(wrong_pixels(run.dataset.flat(), answers))))
    assert seen == pytest.approx(told)


def square_of(page: PhasePage, seed: int) -> QPoint:
    picture = page.field.picture
    assert picture is not None
    item = next(item for item, run in picture.runs.items() if run[1] == seed)
    return page.field.view.shapes[item].path.boundingRect().center().toPoint()


def test_a_seed_of_the_cloud_is_opened_with_what_it_has_learnt(
    window: MainWindow,
    form: StudyForm,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = write_plan(tmp_path, axes=[], seeds={"first": 3, "count": 40})
    open_plan(form, qtbot, plan, monkeypatch)
    panel.pages.show_page("phase")
    page = panel.pages.page("phase")
    assert isinstance(page, PhasePage)
    do(form, window, qtbot)
    qtbot.waitUntil(lambda: "of 40 seeds at the goal" in page.words.text())
    qtbot.waitUntil(page.field.view.isVisible)
    workspace, runs = window._services.workspace, runs_of(window)
    monkeypatch.setattr(
        "aegui.shell.dialogs.questions.ask_leaving", lambda *_args, **_more: "discard"
    )
    with qtbot.waitSignal(workspace.document_changed):
        QTest.mouseClick(page.field.view, Qt.MouseButton.LeftButton, pos=square_of(page, 31))
    assert workspace.run is not None
    assert runs.sheet is not None
    assert runs.sheet.result is not None
    told = {run.seed: run for run in runs.sheet.result.cells[0].runs}
    assert [one.seed for one in workspace.run.results] == [31]
    assert workspace.run.results[0].wrong_mean == pytest.approx(told[31].figures["wrong"])
    with qtbot.waitSignal(workspace.document_changed):
        QTest.mouseClick(page.next, Qt.MouseButton.LeftButton)
    assert [one.seed for one in workspace.run.results] == [32]
    # A double click on a plot opens the median seed, with its weights.
    panel.pages.show_page("overview")
    overview = panel.pages.page("overview")
    assert isinstance(overview, OverviewPage)
    bars = overview.tiles["bars"].view
    qtbot.waitUntil(lambda: len(bars.shapes) == 1)
    with qtbot.waitSignal(workspace.document_changed):
        QTest.mouseDClick(bars, Qt.MouseButton.LeftButton, pos=bars.rect().center())
    middle = sorted(run.figures["wrong"] for run in told.values())[19]
    assert workspace.run.results[0].wrong_mean == pytest.approx(middle)
    # If the weights are missing, the recipe is opened, with a message.
    (folder,) = {path.parent for path in default_folder(plan).rglob("*.safetensors")}
    shutil.rmtree(folder)
    seed = next(seed for seed in told if told[seed].figures["wrong"] != middle)
    panel.pages.show_page("phase")
    before = workspace.run
    QTest.mouseClick(page.field.view, Qt.MouseButton.LeftButton, pos=square_of(page, seed))
    qtbot.waitUntil(lambda: workspace.recipe.seed == seed)
    assert workspace.run is before
    qtbot.waitUntil(
        lambda: any("get the same result again" in one.text for one in window.notifications.shown)
    )


def test_fields_of_the_builder_and_of_training_are_varied_by_their_menus(
    window: MainWindow, form: StudyForm, qtbot: QtBot
) -> None:
    runs = runs_of(window)
    window.docks["training"].raise_()
    training = window.panel(TrainingPanel)
    row = training.rows["training.optimizer.learning_rate"]
    number = next(iter(row.findChildren(QAbstractSpinBox)))
    menu = ask_menu(number)
    pick(menu, "Vary this in a study")
    assert form.isVisible()
    qtbot.waitUntil(lambda: runs.sheet is not None and len(runs.sheet.plan.axes) == 1)
    window.docks["builder"].raise_()
    builder = window.panel(BuilderPanel)
    card = builder.chain.cards[1]
    pick(ask_menu(card.fields["units"]), "Encoder 1")
    qtbot.waitUntil(lambda: runs.sheet is not None and len(runs.sheet.plan.axes) == 2)
    assert runs.sheet is not None
    assert [axis.path for axis in runs.sheet.plan.axes] == [
        "training.optimizer.learning_rate",
        "network.encoder.0.units",
    ]
    # The study follows edits in the builder until it begins.
    workspace = window._services.workspace
    changed = workspace.recipe.training.model_copy(update={"epochs": 15})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"training": changed}), "fewer")
    qtbot.waitUntil(form.start.isEnabled)
    assert runs.sheet.base is not None
    assert runs.sheet.base.training.epochs == 15
    do(form, window, qtbot)
    assert runs.sheet.result is not None
    assert {cell.setting.recipe.training.epochs for cell in runs.sheet.result.cells} == {15}
    assert load_plan(runs.sheet.path).axes == runs.sheet.plan.axes


def is_varied(runs: StudyRuns, path: str) -> bool:
    return runs.sheet is not None and path in {axis.path for axis in runs.sheet.plan.axes}


def test_fields_of_the_data_are_varied_by_their_menus(
    window: MainWindow, form: StudyForm, qtbot: QtBot
) -> None:
    runs = runs_of(window)
    window.set_perspective("build")
    window.docks["data"].show()
    window.docks["data"].raise_()
    data = window.panel(DataPanel)
    wanted = {
        "data.chars": data.characters,
        "data.split.validation": data.shares.form.fields["split.validation"],
        "data.count": data.shares.form.fields["count"],
        "data.source": data.choose,
        "data.augment.shift": data.augment.fields["shift"],
    }
    for path, field in wanted.items():
        pick(ask_menu(field), "Vary this in a study")
        qtbot.waitUntil(partial(is_varied, runs, path))
    assert form.isVisible()


def test_an_edited_plan_is_there_after_a_restart(
    qapp: QApplication, app: App, form: StudyForm, qtbot: QtBot
) -> None:
    QTest.mouseClick(form.new, Qt.MouseButton.LeftButton)
    runs = runs_of(app.window)
    qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.base is not None)
    assert form.vary("training.epochs")
    form.terms.fields["seeds"].setValue(7)  # type: ignore[union-attr]
    assert runs.sheet is not None
    plan, path = runs.sheet.plan, runs.sheet.path
    app.window.keep_layout()
    app.shutdown()
    again = App(qapp, Settings.load())
    again.window.show()
    again.window.actions_table["studies"].trigger()
    found = runs_of(again.window)
    qtbot.waitUntil(lambda: found.sheet is not None and found.sheet.cost is not None)
    assert found.sheet is not None
    assert found.sheet.plan == plan
    assert found.sheet.path == path
    assert found.sheet.is_edited
    assert [view.axis for view in again.window.panel(StudyForm).axes] == list(plan.axes)
    # Once saved it is no longer a draft.
    found.save(path, again.services.of(FileWriter))
    await_files(again.window)
    again.shutdown()
    again.deleteLater()
    last = App(qapp, Settings.load())
    last.window.actions_table["studies"].trigger()
    assert runs_of(last.window).sheet is None
    last.shutdown()
    last.deleteLater()
    app.window = last.window


def test_a_study_that_ships_is_changed_and_its_edits_undone(
    window: MainWindow, form: StudyForm, qtbot: QtBot
) -> None:
    offered = [form.plans.itemData(at) or "" for at in range(form.plans.count())]
    place = next(at for at, key in enumerate(offered) if "letters-rates" in key)
    form.plans.setCurrentIndex(place)
    form.plans.activated.emit(place)
    runs = runs_of(window)
    qtbot.waitUntil(lambda: bool(form.axes))
    assert runs.sheet is not None
    before = runs.sheet.plan
    form.terms.fields["seeds"].setValue(2)  # type: ignore[union-attr]
    assert runs.sheet.plan.seeds.count == 2
    assert runs.sheet.is_edited
    QTest.mouseClick(form.undo, Qt.MouseButton.LeftButton)
    assert runs.sheet.plan == before
    assert not runs.sheet.is_edited
    QTest.mouseClick(form.redo, Qt.MouseButton.LeftButton)
    assert runs.sheet.plan.seeds.count == 2


def test_a_message_leads_back_to_edits_that_another_study_has_replaced(
    window: MainWindow,
    form: StudyForm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    form.terms.fields["seeds"].setValue(2)  # type: ignore[union-attr]
    runs = runs_of(window)
    assert runs.sheet is not None
    edited = runs.sheet.plan
    window.feature(StudiesFeature).show_plan("letters-activations")
    qtbot.waitUntil(lambda: bool(window.notifications.shown))
    (notice,) = window.notifications.shown
    assert notice.text == "The edits of the study “tiny” are not saved."
    assert notice.accept is not None
    notice.accept()
    qtbot.waitUntil(form.start.isEnabled)
    assert runs.sheet.plan == edited
    assert form.undo.isEnabled()


def test_the_recipe_of_a_study_is_loaded_into_the_builder(
    window: MainWindow,
    form: StudyForm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    runs, workspace = runs_of(window), window._services.workspace
    assert runs.sheet is not None
    assert runs.sheet.base is not None
    base = runs.sheet.base
    assert workspace.recipe != base
    QTest.mouseClick(form.open_base, Qt.MouseButton.LeftButton)
    assert workspace.recipe == base


def test_edits_of_a_study_can_be_undone_in_a_window_of_another_language(
    app: App, form: StudyForm, qtbot: QtBot
) -> None:
    QTest.mouseClick(form.new, Qt.MouseButton.LeftButton)
    runs = runs_of(app.window)
    qtbot.waitUntil(lambda: runs.sheet is not None and form.add.isEnabled())
    assert runs.sheet is not None
    before = runs.sheet.plan
    form.terms.fields["seeds"].setValue(7)  # type: ignore[union-attr]
    app.use_language("es")
    again = app.window.panel(StudyForm)
    QTest.mouseClick(again.undo, Qt.MouseButton.LeftButton)
    assert runs.sheet.plan == before
    assert again.redo.isEnabled()


def test_a_plan_is_saved_and_opened_again(
    window: MainWindow,
    form: StudyForm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    form.terms.fields["seeds"].setValue(4)  # type: ignore[union-attr]
    path = tmp_path / "mine.aegui-study"
    monkeypatch.setattr(wiring, "choose_save_file", lambda *_: str(path))
    runs = runs_of(window)
    QTest.mouseClick(form.save, Qt.MouseButton.LeftButton)
    await_files(window)
    assert load_plan(path).seeds.count == 4
    assert runs.sheet is not None
    assert runs.sheet.path == path
    assert not runs.sheet.is_edited


def test_a_long_study_is_given_up_at_once(
    window: MainWindow,
    form: StudyForm,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_plan(tmp_path, "endless", set=ENDLESS)
    open_plan(form, qtbot, path, monkeypatch)
    form.start.click()
    qtbot.waitUntil(lambda: "left" in panel.text.text())
    panel.pause.click()
    runs = runs_of(window)
    assert runs.is_paused
    panel.cancel.click()
    assert not runs.job.is_busy
    assert not panel.cancel.isVisible()
    qtbot.waitUntil(form.start.isEnabled)


def test_a_study_that_was_to_start_does_not_after_another_was_opened(
    window: MainWindow,
    form: StudyForm,
    panel: StudiesPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs, other = runs_of(window), write_plan(tmp_path, "other")
    started: list[bool] = []
    runs.job.busy_changed.connect(started.append)
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    panel.seeds_requested.emit(2)
    open_plan(form, qtbot, other, monkeypatch)
    key, shipped = next(iter(list_plans().items()))
    window.feature(wiring.StudiesFeature).do_shipped(key)
    with qtbot.waitSignal(runs.changed):
        open_plan(form, qtbot, other, monkeypatch)
    monkeypatch.setattr(wiring, "may_compute", lambda *_: True)
    runs.choose(shipped)
    qtbot.waitUntil(lambda: runs.sheet is not None and runs.sheet.path == shipped)
    qtbot.waitUntil(form.start.isEnabled)
    assert started == []


def test_a_plan_is_opened_as_any_other_file(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write_plan(tmp_path, "mine")
    monkeypatch.setattr(files, "choose_open_file", lambda *_: str(plan))
    window.actions_table["open"].trigger()
    form = window.panel(StudyForm)
    qtbot.waitUntil(form.start.isEnabled)
    assert form.isVisible()
    sheet = runs_of(window).sheet
    assert sheet is not None
    assert sheet.path == plan


def test_a_plan_with_a_mistake_is_one_message(
    window: MainWindow,
    form: StudyForm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = write_plan(tmp_path, "bad", axes=[{"path": "training.epoch", "values": [1]}])
    monkeypatch.setattr(wiring, "choose_plan_file", lambda *_: str(bad))
    with qtbot.waitSignal(runs_of(window).failed) as heard:
        form.open.click()
    assert "training.epochs" in heard.args[0]
    assert "training.epochs" in form.axes[0].problem.text()
    assert form.cost.text() == ""
    assert not form.start.isEnabled()


def test_edited_samples_are_not_studied_unseen(
    window: MainWindow, form: StudyForm, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    assert workspace.recipe == SMALL
    workspace.edits.add_sample(1.0 - workspace.dataset.images[0], "z")
    assert workspace.draft.is_edited
    QTest.mouseClick(form.new, Qt.MouseButton.LeftButton)
    assert runs_of(window).sheet is None


def test_edited_samples_are_studied_once_they_are_kept_and_used(
    window: MainWindow, form: StudyForm, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, notices = window._services.workspace, window.notifications
    workspace.edits.add_sample(1.0 - workspace.dataset.images[0], "z")
    samples = workspace.dataset
    QTest.mouseClick(form.new, Qt.MouseButton.LeftButton)
    refusal = notices.shown[-1]
    assert refusal.offer == "Keep the set…"
    assert refusal.accept is not None
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("with a z", True))
    refusal.accept()
    qtbot.waitUntil(lambda: notices.shown[-1].offer == "Use this set")
    accept = notices.shown[-1].accept
    assert accept is not None
    accept()
    qtbot.waitUntil(lambda: not workspace.draft.is_edited)
    assert workspace.dataset.labels == samples.labels
    np.testing.assert_array_equal(workspace.dataset.images, samples.images)
    QTest.mouseClick(form.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: getattr(runs_of(window).sheet, "cost", None) is not None)
    sheet = runs_of(window).sheet
    assert sheet is not None
    assert sheet.base is not None
    assert sheet.base.data.source == workspace.recipe.data.source


def test_the_recipe_of_the_builder_begins_a_study_where_none_is_open(
    window: MainWindow, form: StudyForm, qtbot: QtBot
) -> None:
    assert not form.add.isEnabled()
    assert not form.terms.fields["seeds"].isEnabled()
    QTest.mouseClick(form.take_base, Qt.MouseButton.LeftButton)
    sheet = runs_of(window).sheet
    assert sheet is not None
    assert sheet.is_new
    assert sheet.follows
    qtbot.waitUntil(lambda: runs_of(window).sheet is not None and form.add.isEnabled())
    qtbot.waitUntil(lambda: getattr(runs_of(window).sheet, "cost", None) is not None)


def test_where_to_run_is_a_setting_of_the_person(
    app: App,
    form: StudyForm,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    open_plan(form, qtbot, write_plan(tmp_path), monkeypatch)
    place, runs = form.target, runs_of(app.window)
    assert not place.address.isVisible()
    kind = place.form.fields["kind"]
    assert isinstance(kind, QComboBox)
    kind.setFocus()
    QTest.keyClick(kind, Qt.Key.Key_Down)
    assert place.address.isVisible()
    assert "address" in place.problem.text()
    assert not form.start.isEnabled()
    QTest.keyClicks(place.address, "tcp://cluster.example:8786")
    QTest.keyClick(place.address, Qt.Key.Key_Return)
    assert "not encrypted" in place.warning.text()
    assert form.start.isEnabled()
    assert "On the cluster" in form.cost.text()
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.setattr(wiring, "choose_certificate_file", lambda *_: str(tmp_path / "ca.pem"))
    (choose,) = place.text_field("authority").actions()
    choose.trigger()
    assert place.text_field("authority").text() == str(tmp_path / "ca.pem")
    assert (
        runs.target == place.target == app.services.settings.form(SETTINGS_PREFIX, ComputeTarget())
    )
    assert runs.sheet is not None
    assert "cluster.example" not in runs.sheet.plan.model_dump_json()
