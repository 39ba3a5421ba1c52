"""The noise study in the real window: run, inspected, exported, fixed, cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from aegui.core.library.library import Library
from aegui.core.recipe import CorruptionSpec
from aegui.core.run_file.saved import SavedRun, save_run
from aegui.core.study.findings import with_noise
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.library.model.writer import LibraryWriter
from aegui.features.noise_study import feature as wiring_study
from aegui.features.noise_study.model.noise_study import Cell, NoiseStudy
from aegui.features.noise_study.model.study_forms import MatrixForm
from aegui.features.noise_study.view.panel import StudyPanel
from aegui.shell import dialogs
from aegui.window.docks import PERSPECTIVES
from tests.session.parts import glyphs, recipe, snapshot
from tests.window.conftest import await_files, save_figure

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow

FORM = MatrixForm(training_levels="0, 0.2", test_levels="0.2", seeds=2, network="recipe", epochs=20)


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> StudyPanel:
    window.set_perspective("compare")
    window.actions_table["noise_study"].trigger()
    assert window.panel(StudyPanel).isVisible()
    return window.panel(StudyPanel)


def run_matrix(window: MainWindow, panel: StudyPanel, qtbot: QtBot) -> None:
    panel.matrix.set_form(FORM)
    with qtbot.waitSignal(window._services.of(NoiseStudy).matrix_changed):
        panel.matrix.run.click()


def test_a_matrix_is_run_looked_into_and_saved(
    window: MainWindow,
    panel: StudyPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_matrix(window, panel, qtbot)
    study = window._services.of(NoiseStudy)
    matrix = study.matrix
    assert matrix is not None
    assert matrix.wrong.shape == (2, 1, 2)
    desk = window._services.of(LibraryWriter)
    qtbot.waitUntil(lambda: not desk.is_busy)
    with Library() as library:
        kinds = [row.values for row in library.rows(columns=("kind", "runs"))]
    assert sorted(kinds) == [("run", 2), ("run", 2), ("study", 0)]
    assert matrix.dataset is window._services.workspace.dataset
    qtbot.waitUntil(lambda: panel.matrix.cell.strip.strip is not None)
    panel.matrix.open_cell((1, 0))
    wanted = matrix.strip(1, 0)

    def is_shown() -> bool:
        strip = panel.matrix.cell.strip.strip
        return strip is not None and np.array_equal(strip.answer, wanted.answer)

    qtbot.waitUntil(is_shown)
    panel.matrix.view.copy_requested.emit()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == "Wrong pixels\tFlip 0.2"
    assert [line.split("\t")[0] for line in copied[1:]] == ["None", "Flip 0.2", "Bayes limit"]
    assert float(copied[2].split("\t")[1]) == pytest.approx(matrix.wrong[1, 0].mean(), rel=1e-5)
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.png")]
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(paths[0]))
    panel.matrix.view.figures.bring("csv")
    monkeypatch.setattr(wiring_study, "choose_save_file", lambda *_: str(paths[1]))
    panel.matrix.characters_requested.emit()
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(paths[2]))
    panel.matrix.view.figures.bring("png")
    save_figure(window)
    assert len(paths[0].read_text().splitlines()) == 1 + 4 + 1
    assert len(paths[1].read_text().splitlines()) == 1 + 2 * 6
    with Image.open(paths[2]) as picture:
        assert picture.width > 200


@pytest.mark.parametrize("perspective", ["wander", "draw", "build", "compare"])
def test_it_opens_where_there_is_room_and_pushes_nothing_off_the_screen(
    window: MainWindow, qtbot: QtBot, perspective: str
) -> None:
    window.set_perspective(perspective)
    window.docks["study"].close()
    width = window.width()
    window.actions_table["noise_study"].trigger()
    panel = window.panel(StudyPanel)
    qtbot.waitUntil(panel.isVisible)
    assert not panel.visibleRegion().isEmpty()
    assert window.perspective == "compare"
    assert "study" in PERSPECTIVES["compare"].opened
    assert window.rect().contains(window.docks["study"].geometry())
    assert panel.minimumSizeHint().width() < 500
    assert window.width() == width


def test_what_is_wrong_with_the_choices_is_said_beside_them(
    window: MainWindow, panel: StudyPanel
) -> None:
    panel.matrix.set_form(replace(FORM, test_levels="0.1, many"))
    panel.matrix.run.click()
    assert panel.matrix.problem.isVisible()
    assert panel.matrix.problem.text().startswith("Try with: “many” is not a level")
    assert not window._services.of(NoiseStudy).job.is_busy


def test_a_study_is_given_up_and_nothing_is_left(
    window: MainWindow, panel: StudyPanel, qtbot: QtBot
) -> None:
    panel.matrix.set_form(replace(FORM, epochs=1_000_000))
    panel.matrix.run.click()
    study = window._services.of(NoiseStudy)
    assert not panel.matrix.run.isEnabled()
    qtbot.waitUntil(panel.cancel.isVisible)
    panel.cancel.click()
    assert not study.job.is_busy
    assert panel.matrix.run.isEnabled()
    assert not panel.cancel.isVisible()
    assert study.matrix is None


def test_choices_and_results_outlive_the_window(
    app: App, window: MainWindow, panel: StudyPanel, qtbot: QtBot
) -> None:
    run_matrix(window, panel, qtbot)
    panel.matrix.open_cell((1, 0))
    panel.matrix.cell._seed.setValue(2)
    panel.matrix.cell._again.click()
    panel.matrix.set_figure("exact")
    panel._buttons["curves"].click()
    edited = replace(FORM, test_levels="0.2, 0.4")
    panel.matrix.set_form(edited)
    window.actions_table["language_es"].trigger()
    renewed = app.window.panel(StudyPanel)
    assert renewed is not panel
    assert renewed.page == "curves"
    assert renewed.matrix.form == edited
    assert renewed.matrix.figure_key == "exact"
    assert renewed.matrix.cell.shown == Cell(1, 0, seed=1, noise_seed=1)
    assert renewed.matrix.cell._seed.value() == 2
    assert renewed.matrix.view.current == (1, 0)
    qtbot.waitUntil(lambda: renewed.matrix.cell.strip.strip is not None)
    qtbot.waitUntil(lambda: window not in QApplication.topLevelWidgets())


def test_curves_of_the_matrix_and_of_a_file(
    window: MainWindow,
    panel: StudyPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_matrix(window, panel, qtbot)
    study, page = window._services.of(NoiseStudy), panel.curves
    panel._buttons["curves"].click()
    of = recipe()
    save_run(tmp_path / "net.aegui", SavedRun(of, glyphs(4), snapshot(of, seed=3)))
    monkeypatch.setattr(
        wiring_study, "choose_run_file", lambda _parent: str(tmp_path / "net.aegui")
    )
    with qtbot.waitSignal(study.files_changed):
        page.open.click()
    key = study.files[0].key
    qtbot.waitUntil(lambda: page.ticked == (key, "matrix:0", "matrix:1"))
    page._levels.setText("0; 0,2")
    with qtbot.waitSignal(study.curves_changed):
        page.run.click()
    curves = page.view.curves
    assert curves is not None
    assert curves.levels.tolist() == [0.0, 0.2]
    names = [line.name for line in curves.lines]
    assert names[:3] == ["net", "Matrix: None", "Matrix: Flip 0.2"]
    assert names[3:5] == ["Bayes limit", "copying the input"]
    path = tmp_path / "curves.csv"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_all: str(path))
    page.view.figures.bring("csv")
    await_files(window)
    assert len(path.read_text().splitlines()) == 1 + 2 * len(names)
    page.view.figures.bring("copy_table")
    assert QGuiApplication.clipboard().text().splitlines()[0].split("\t")[1:] == names


def test_a_mistake_is_made_found_and_mended(
    window: MainWindow, panel: StudyPanel, qtbot: QtBot
) -> None:
    workspace, page = window._services.workspace, panel.mistakes
    panel._buttons["mistakes"].click()
    page.make["noisy_target"].click()
    assert not workspace.recipe.data.corruption.clean_target
    qtbot.waitUntil(lambda: len(page.findings) == 1)
    assert page.findings[0].title == "The target is noisy"
    page.mend_requested.emit(page.findings[0])
    assert workspace.recipe.data.corruption.clean_target
    qtbot.waitUntil(lambda: page.findings == ())
    workspace.undo_stack.undo()
    assert not workspace.recipe.data.corruption.clean_target
    workspace.undo_stack.undo()
    assert workspace.recipe.data.corruption.kind == "none"


def test_another_level_is_found_a_mistake_once_it_is_made(
    window: MainWindow, panel: StudyPanel, qtbot: QtBot
) -> None:
    workspace, page = window._services.workspace, panel.mistakes
    noise = CorruptionSpec(kind="masking", level=0.3)
    workspace.edit_recipe(with_noise(workspace.recipe, noise), "noise")
    panel._buttons["mistakes"].click()
    page.make["other_level"].click()
    qtbot.waitUntil(lambda: [one.key for one in page.findings] == ["other_level"])


def test_what_comes_of_a_mistake(
    window: MainWindow,
    panel: StudyPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel.matrix.set_form(FORM)
    study, workspace = window._services.of(NoiseStudy), window._services.workspace
    workspace.edits.edit_dataset(workspace.dataset.subset([0, 1]), "two")
    with qtbot.waitSignal(study.comparison_changed):
        panel.mistakes.see["fixed_noise"].click()
    assert panel.mistakes.title.text() == "Its effect: The noise is fixed"
    curves = panel.mistakes.view.curves
    assert curves is not None
    names = [line.name for line in curves.lines]
    assert names[:2] == ["without the mistake", "The noise is fixed"]
    path = tmp_path / "mistake.csv"
    monkeypatch.setattr(dialogs.files, "choose_save_file", lambda *_: str(path))
    menu = panel.mistakes._export.menu()
    menu.aboutToShow.emit()
    actions = {action.data(): action for action in menu.actions()}
    actions["csv"].trigger()
    await_files(window)
    assert len(path.read_text().splitlines()) == 1 + len(names) * len(curves.levels)
    actions["copy_table"].trigger()
    assert QGuiApplication.clipboard().text().splitlines()[0].split("\t")[1:] == names


def test_the_training_panel_says_a_mistake_and_mends_it(window: MainWindow, qtbot: QtBot) -> None:
    window.set_perspective("build")
    window.docks["training"].raise_()
    workspace, lines = window._services.workspace, window.panel(TrainingPanel).findings
    noise = CorruptionSpec(kind="flip", level=0.1, fresh=False, copies=4, clean_target=False)
    wrong = with_noise(workspace.recipe, noise)
    workspace.edit_recipe(wrong, "wrong")
    qtbot.waitUntil(lambda: len(lines.lines) == 2)
    assert [line.title.text() for line in lines.lines] == [
        "The target is noisy",
        "The noise is fixed",
    ]
    assert lines.isVisible()
    # Later edits survive the fix.
    rated = workspace.recipe.model_copy(update={"name": "another"})
    workspace.edit_recipe(rated, "named")
    lines.lines[0].mend.click()
    assert workspace.recipe.data.corruption == noise.model_copy(update={"clean_target": True})
    assert workspace.recipe.name == "another"
    qtbot.waitUntil(lambda: len(lines.lines) == 1)
    workspace.undo_stack.undo()
    assert workspace.recipe == rated
    qtbot.waitUntil(lambda: len(lines.lines) == 2)
    # The study shows the effect of the mistake.
    workspace.edits.edit_dataset(workspace.dataset.subset([0, 1]), "two")
    window.panel(StudyPanel).matrix.set_form(FORM)
    qtbot.waitUntil(lambda: len(lines.lines) == 2)
    study = window._services.of(NoiseStudy)
    with qtbot.waitSignal(study.comparison_changed):
        lines.lines[1].see.click()
    assert window.panel(StudyPanel).isVisible()
    assert window.panel(StudyPanel).page == "mistakes"
    assert study.comparison is not None
    assert study.comparison[0] == "fixed_noise"


def test_every_recipe_that_is_offered_ships(window: MainWindow, panel: StudyPanel) -> None:
    actions = panel._try.menu().actions()
    assert [action.data() for action in actions] == list(wiring_study.PRESETS)
    actions[1].trigger()
    assert window._services.workspace.recipe.data.corruption.level == 0.5
