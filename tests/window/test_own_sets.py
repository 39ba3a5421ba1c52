"""Sets and drawings of one's own in the real window: kept, saved, and used again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QInputDialog, QMessageBox

from aegui.core.data.load import load_dataset
from aegui.session.data.data_sources import DRAWINGS, keep_drawing, user_folder, user_path
from aegui.shell.dialogs import files
from tests.window.conftest import await_files

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.session.documents.workspace import Workspace
    from aegui.window.main_window import MainWindow


@pytest.fixture
def workspace(window: MainWindow) -> Workspace:
    return window._services.workspace


def test_a_drawing_is_kept_and_learnt(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("ñ", True))
    window.actions_table["keep_drawing"].trigger()
    offer = window.notifications.shown[-1]
    assert offer.offer == "Learn my drawings"
    assert offer.accept is not None
    offer.accept()
    assert workspace.dataset.labels == ("ñ",)
    assert window.toolbar.data.currentText() == "My drawings"
    assert load_dataset(str(user_path(DRAWINGS))).labels == ("ñ",)
    # The set is in use already, and has grown since.
    window._services.drawing.invert()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("w", True))
    window.actions_table["keep_drawing"].trigger()
    again = window.notifications.shown[-1].accept
    assert again is not None
    again()
    assert list(workspace.dataset.labels) == ["ñ", "w"]


def test_the_set_in_use_is_read_again_from_the_gallery_but_not_by_its_entry(
    window: MainWindow, workspace: Workspace
) -> None:
    source, whole = workspace.recipe.data.source, workspace.pool.labels
    workspace.edits.add_sample(1.0 - workspace.dataset.images[0], "z")
    edited = workspace.dataset.labels
    box = window.toolbar.data
    box.activated.emit(box.findData(source))
    assert workspace.draft.is_edited
    assert workspace.dataset.labels == edited
    window._services.requests.data.emit(source)
    assert not workspace.draft.is_edited
    assert workspace.dataset.labels == whole
    workspace.undo_stack.undo()
    assert workspace.dataset.labels == edited


def test_a_set_is_kept_under_a_name(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("first six", True))
    window.actions_table["keep_set"].trigger()
    qtbot.waitUntil(lambda: window.toolbar.data.findText("first six") >= 0)
    assert load_dataset(str(user_path("first six"))).labels == tuple("abcdef")


def test_a_set_that_is_kept_replaces_another_only_after_a_question(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (DRAWINGS, True))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    keep_drawing(window._services.drawing.pixels, "ñ")
    drawings = user_path(DRAWINGS)
    window.actions_table["keep_set"].trigger()
    await_files(window)
    assert load_dataset(str(drawings)).labels == ("ñ",)
    window.actions_table["keep_set"].trigger()
    await_files(window)
    assert load_dataset(str(drawings)).labels == tuple("abcdef")


def test_a_set_needs_a_name_that_a_file_can_have(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("?", True))
    monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: told.append(arguments[-1]))
    window.actions_table["keep_set"].trigger()
    await_files(window)
    assert told == ["A file cannot be called “?”."]
    assert not list(user_folder().glob("*"))


def test_a_set_is_saved_as_pictures(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "letters"
    monkeypatch.setattr(files, "choose_set_file", lambda *_: str(target))
    window.actions_table["export_data"].trigger()
    qtbot.waitUntil(lambda: bool(window.notifications.shown))
    assert "saved" in window.notifications.shown[-1].text
    assert len(list(target.rglob("*.png"))) == 6


def test_a_set_that_does_not_fit_a_form_is_told(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "choose_set_file", lambda *_: str(tmp_path / "set.xyz"))
    window.actions_table["export_data"].trigger()
    qtbot.waitUntil(lambda: bool(window.notifications.shown))
    assert window.notifications.shown[-1].level == "error"
