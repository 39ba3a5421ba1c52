"""The hand-in: from the menu to the folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.report.figure_ids import FigureId, run_mark
from aegui.core.run_file.saved import load_run
from aegui.features.report import feature as wiring
from aegui.features.report.feature import ReportFeature
from aegui.features.report.model.report_service import ReportService
from aegui.features.report.view.dialog import HandInDialog
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.kit.finder import Finder
from aegui.paths import models_dir
from aegui.shell.panel_area import is_in_sight
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.session.notice import Notice
    from aegui.window.main_window import MainWindow


def opened(window: MainWindow) -> HandInDialog:
    window.actions_table["export_report"].trigger()
    dialogs = window.findChildren(HandInDialog)
    assert dialogs
    return dialogs[-1]


def test_without_a_network_only_an_assignment_can_be_handed_in(window: MainWindow) -> None:
    dialog = opened(window)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert dialog.form.value.of == "letters"
    assert ok.isEnabled()
    dialog.form.fields["of"].edited.emit("shown")
    assert not ok.isEnabled()
    assert "trained" in dialog.note.text()
    dialog.reject()


def test_the_network_that_is_shown_is_handed_in(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    folder = tmp_path / "hand-in"
    monkeypatch.setattr(wiring, "choose_folder", lambda *_: str(folder))
    dialog = opened(window)
    dialog.form.fields["language"].edited.emit("es")
    reports = window._services.of(ReportService)
    with qtbot.waitSignal(reports.written, timeout=240_000):
        dialog.accept()
    document = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert document["title"] == window._services.workspace.name
    assert any(page["section"] == "Datos" for page in document["figures"])
    assert str(folder) in window.notifications.shown[-1].text


def test_while_an_earlier_epoch_is_shown_it_says_which_is_handed_in(
    qtbot: QtBot, window: MainWindow
) -> None:
    train(qtbot, window)
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
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr(wiring, "choose_folder", lambda *_: str(tmp_path))
    dialog = opened(window)
    with qtbot.waitSignal(window._services.of(ReportService).failed, timeout=120_000):
        dialog.accept()
    assert "thesis.txt" in [path.name for path in tmp_path.iterdir()]
    assert "other files" in window.notifications.shown[-1].text


def test_it_can_be_given_up(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    folder = tmp_path / "hand-in"
    monkeypatch.setattr(wiring, "choose_folder", lambda *_: str(folder))
    dialog = opened(window)
    reports = window._services.of(ReportService)
    dialog.accept()
    assert reports.job.is_busy
    reports.job.cancel()
    reports.job.shutdown()
    assert not (folder / "figures.json").exists()


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
    # The same run again: only the panel comes to the front; and by pasting.
    QApplication.clipboard().setText(FigureId("traversal", "letters-2d", mark, "last").text)
    window.actions_table["paste_line"].trigger()
    qtbot.waitUntil(lambda: is_in_sight(window.docks["code"]), timeout=20_000)
    assert window._services.shown.weights == "last"


def test_a_figure_that_is_not_here_says_so(window: MainWindow, qtbot: QtBot) -> None:
    notices: list[Notice] = []
    window.feature(ReportFeature).noticed.connect(notices.append)
    window._services.requests.figure.emit(FigureId("curves", "gone", "0" * 16).text)
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert "“gone”" in notices[-1].text
    window._services.requests.figure.emit("aegui-figure:what")
    assert "no id" in notices[-1].text


def test_a_figure_of_a_study_opens_the_study(window: MainWindow, qtbot: QtBot) -> None:
    runs = window._services.of(StudyRuns)
    window._services.requests.figure.emit(FigureId("x-curves", "letters-epochs").text)
    qtbot.waitUntil(
        lambda: runs.sheet is not None and runs.sheet.path.stem == "letters-epochs", timeout=20_000
    )
