"""The report: from the menu to the folder."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.recipe.edits import with_values
from aegui.core.report.figure_ids import FigureId
from aegui.core.report.figure_runs import run_mark
from aegui.core.run_file.saved import load_run
from aegui.features.making.view.panel import MakingPanel
from aegui.features.noise_study.model.noise_study import NoiseStudy
from aegui.features.noise_study.view.panel import StudyPanel
from aegui.features.report import feature as wiring
from aegui.features.report.feature import ReportFeature
from aegui.features.report.model.report_service import ReportOrder, ReportService
from aegui.features.report.view.dialog import HandInDialog
from aegui.features.studies.feature import StudiesFeature
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.overview_page import OverviewPage
from aegui.features.studies.view.panel import StudiesPanel
from aegui.kit.finder import Finder
from aegui.paths import models_dir
from aegui.shell.panel_area import is_in_sight
from aegui.widgets.progress_strip import ProgressStrip
from tests.window.conftest import stop, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.notice import Notice
    from aegui.window.main_window import MainWindow


def opened(window: MainWindow) -> HandInDialog:
    window.actions_table["export_report"].trigger()
    dialogs = window.findChildren(HandInDialog)
    assert dialogs
    return dialogs[-1]


def test_without_a_network_only_an_assignment_can_be_handed_in(window: MainWindow) -> None:
    dialog = opened(window)
    ok = dialog.take
    assert dialog.form.value.of == "letters"
    assert ok.isEnabled()
    dialog.form.fields["of"].edited.emit("shown")
    assert not ok.isEnabled()
    assert "trained" in dialog.note.text()
    dialog.reject()


@pytest.mark.parametrize(
    ("model", "of"), [("letters-2d", "letters"), ("emoji-faces", "generative")]
)
def test_of_a_model_that_ships_its_assignment_is_proposed(
    window: MainWindow, qtbot: QtBot, model: str, of: str
) -> None:
    workspace = window._services.workspace
    window._services.requests.file.emit(models_dir() / f"{model}.aegui")
    qtbot.waitUntil(lambda: workspace.name == model, timeout=20_000)
    dialog = opened(window)
    assert dialog.form.value.of == of
    assert "Slides (PPTX)" in dialog.note.text()
    dialog.reject()


@pytest.mark.slow
def test_the_network_that_is_shown_is_handed_in(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    folder = tmp_path / "hand-in"
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(folder))
    dialog = opened(window)
    dialog.form.fields["language"].edited.emit("es")
    reports = window._services.of(ReportService)
    with qtbot.waitSignal(reports.written, timeout=240_000):
        dialog.accept()
    document = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert document["title"] == window._services.workspace.name
    assert any(page["section"] == "Datos" for page in document["figures"])
    (network,) = (folder / "networks").iterdir()
    lines = (folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    named = {shlex.split(line)[2] for line in lines}
    assert named == {f"networks/{network.name}"}
    assert str(folder) in window.notifications.shown[-1].text


def test_while_a_network_trains_it_is_not_handed_in(learnt: MainWindow, qtbot: QtBot) -> None:
    services = learnt._services
    endless = {"training.epochs": 1_000_000, "runs": 3}
    services.workspace.edit_recipe(with_values(services.workspace.recipe, endless), "Endless")
    resolved = services.workspace.resolution.resolved
    assert resolved is not None
    services.runner.start(resolved)
    dialog = opened(learnt)
    assert dialog.form.value.of == "shown"
    assert not dialog.take.isEnabled(), "the run of the document is another network"
    assert "training" in dialog.note.text()
    dialog.form.fields["of"].edited.emit("letters")
    assert dialog.take.isEnabled()
    dialog.reject()
    stop(qtbot, services.runner)
    dialog = opened(learnt)
    assert dialog.take.isEnabled()
    dialog.reject()


def test_while_an_earlier_epoch_is_shown_it_says_which_is_handed_in(
    qtbot: QtBot, learnt: MainWindow
) -> None:
    window = learnt
    shown = window._services.shown
    assert shown.timeline is not None
    assert shown.saved is not None
    dialog = opened(window)
    assert "Epoch" not in dialog.note.text()
    dialog.reject()
    early = float(shown.timeline.epochs[0])
    window._services.showing.show_epoch(early)
    qtbot.waitUntil(lambda: window._services.shown.past is not None, timeout=20_000)
    best = shown.saved.results[shown.run].best_epoch
    dialog = opened(window)
    assert f"Epoch {early:.0f} is shown" in dialog.note.text()
    assert f"best weights, of epoch {best}" in dialog.note.text()
    dialog.form.fields["of"].edited.emit("letters")
    assert "Epoch" not in dialog.note.text()
    dialog.reject()


def test_a_refusal_is_told_in_the_words_of_the_command(
    qtbot: QtBot, learnt: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = learnt
    opened(window).reject()
    reports = window._services.of(ReportService)
    (tmp_path / "thesis.txt").write_text("mine")
    order = ReportOrder(str(tmp_path / "thesis.txt"), window._services.shown.saved, "Mine")
    with qtbot.waitSignal(reports.failed, timeout=120_000) as failed:
        reports.write(order)
    assert "thesis.txt could not be made" in failed.args[0]
    assert "thesis.txt could not be made" in window.notifications.shown[-1].text
    # If the chosen folder cannot be created, nothing is started.
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(tmp_path / "thesis.txt"))
    opened(window).accept()
    assert not reports.job.is_busy
    assert "thesis.txt could not be made" in window.notifications.shown[-1].text


def test_a_folder_with_other_files_gets_a_new_one_in_it(
    qtbot: QtBot, learnt: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = learnt
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(tmp_path))
    opened(window).accept()
    stem = window._services.workspace.stem
    assert stem == "small"
    assert str(tmp_path / f"hand-in-{stem}…") in window.notifications.shown[-1].text
    reports = window._services.of(ReportService)
    reports.job.cancel()
    reports.job.shutdown()


def test_it_can_be_given_up(
    qtbot: QtBot, learnt: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = learnt
    folder = tmp_path / "hand-in"
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(folder))
    dialog = opened(window)
    reports = window._services.of(ReportService)
    dialog.accept()
    assert reports.job.is_busy
    strips = [each for each in window.findChildren(ProgressStrip) if each.isVisible()]
    assert not strips, "nothing is shown of what is done in a moment"
    qtbot.waitUntil(
        lambda: any(each.isVisible() for each in window.findChildren(ProgressStrip)),
        timeout=20_000,
    )
    strip = next(each for each in window.findChildren(ProgressStrip) if each.isVisible())
    assert strip.title.text() == "Writing the hand-in"
    window.actions_table["export_report"].trigger()
    assert not window.findChildren(HandInDialog), "one at a time"
    QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(strip.isHidden, timeout=20_000)
    assert "cancelled" in window.notifications.shown[-1].text
    reports.job.shutdown()
    assert not folder.exists()


def test_a_new_window_shows_the_hand_in_that_another_has_begun(
    qtbot: QtBot,
    learnt: MainWindow,
    app: App,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "hand-in"
    monkeypatch.setattr(wiring, "choose_folder", lambda *_, **_kwargs: str(folder))
    opened(learnt).accept()
    reports = learnt._services.of(ReportService)
    app.use_language("es")
    again = app.window
    qtbot.waitUntil(
        lambda: any(each.isVisible() for each in again.findChildren(ProgressStrip)),
        timeout=20_000,
    )
    strip = next(each for each in again.findChildren(ProgressStrip) if each.isVisible())
    QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(strip.isHidden, timeout=20_000)
    assert "canceló" in again.notifications.shown[-1].text
    reports.job.shutdown()
    assert not folder.exists()


def test_a_figure_is_opened_again_by_its_id(window: MainWindow, qtbot: QtBot) -> None:
    shipped = models_dir() / "letters-2d.aegui"
    mark = run_mark(load_run(shipped).recipe)
    text = FigureId("curves", "letters-2d", mark).text
    workspace = window._services.workspace
    assert workspace.run is None
    window.actions_table["search_commands"].trigger()
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(Finder)))
    finder = next(each for each in window.findChildren(Finder) if each.isVisible())
    finder.line.setText(text)
    assert [entry.title for entry in finder.entries] == ["Open this figure again"]
    window.set_perspective("wander")
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.run is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.docks["charts"].isHidden(), timeout=20_000)
    assert window.perspective == "build"
    # The same run again, by pasting: only the panel is raised.
    QApplication.clipboard().setText(FigureId("traversal", "letters-2d", mark, "last").text)
    window.actions_table["paste_line"].trigger()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["code"]), timeout=20_000)
    assert window._services.shown.weights == "last"


def test_curves_of_noise_are_drawn_again(window: MainWindow, qtbot: QtBot) -> None:
    mark = run_mark(load_run(models_dir() / "letters-denoise.aegui").recipe)
    window._services.requests.figure.emit(FigureId("noise", "letters-denoise", mark).text)
    study = window._services.of(NoiseStudy)
    qtbot.waitUntil(lambda: study.curves is not None, timeout=120_000)
    assert study.curves is not None
    assert study.curves.kind == "flip"
    assert study.curves.lines[0].name == "This network"
    assert is_in_sight(window.docks["study"])
    # All of the page is visible: a hidden page that needs more does not widen it.
    run = window.panel(StudyPanel).curves.run
    qtbot.waitUntil(lambda: run.visibleRegion().boundingRect() == run.rect(), timeout=20_000)


def test_a_figure_that_is_not_here_says_so(window: MainWindow, qtbot: QtBot) -> None:
    notices: list[Notice] = []
    window.feature(ReportFeature).noticed.connect(notices.append)
    window._services.requests.figure.emit(FigureId("curves", "gone", "0" * 16).text)
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert "“gone”" in notices[-1].text
    window._services.requests.figure.emit("aegui-figure:what")
    assert "not the id" in notices[-1].text


def test_a_figure_of_a_study_opens_the_study(window: MainWindow, qtbot: QtBot) -> None:
    runs = window._services.of(StudyRuns)
    window._services.requests.figure.emit(FigureId("x-curves", "letters-epochs").text)
    qtbot.waitUntil(
        lambda: runs.sheet is not None and runs.sheet.path.stem == "letters-epochs", timeout=20_000
    )
    assert is_in_sight(window.docks["studies"])
    pages = window.panel(StudiesPanel).pages
    page = pages.page("overview")
    assert isinstance(page, OverviewPage)
    assert page.isVisible()
    assert page.shown_kinds == ("curves",)
    for kind in ("noise-levels", "noise-matrix", "bars", "characters"):
        window._services.requests.figure.emit(FigureId(f"x-{kind}", "letters-epochs").text)
        assert page.isVisible()
        assert page.shown_kinds == (kind,)
    pages.show_page("phase")
    window._services.requests.figure.emit(FigureId("x-path", "letters-epochs").text)
    assert page.isVisible()
    assert page.table.isVisible()
    notices: list[Notice] = []
    window.feature(StudiesFeature).noticed.connect(notices.append)
    window._services.requests.figure.emit(FigureId("x-curves", "gone").text)
    assert "“gone”" in notices[-1].text


@pytest.mark.parametrize(
    ("kind", "page"), [("path", "path"), ("concept", "concept"), ("new-one", "finds")]
)
def test_a_figure_of_new_letters_opens_its_page(
    window: MainWindow, qtbot: QtBot, kind: str, page: str
) -> None:
    run = load_run(models_dir() / "letters-2d.aegui")
    workspace = window._services.workspace
    window._services.requests.figure.emit(FigureId(kind, "letters-2d", run_mark(run.recipe)).text)
    qtbot.waitUntil(lambda: workspace.run is not None, timeout=20_000)
    qtbot.waitUntil(lambda: is_in_sight(window.docks["making"]), timeout=20_000)
    panel = window.panel(MakingPanel)
    assert panel.tabs.currentIndex() == ("path", "concept", "finds").index(page)
