"""The hand-in: from the menu to the folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aegui.features.report import feature as wiring
from aegui.features.report.model.report_service import ReportService
from aegui.features.report.view.dialog import HandInDialog
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

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
