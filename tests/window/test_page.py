"""The web page of the map: from the menu to the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from aegui.features.map import page as wiring
from tests.core.web_page.test_document import document_of
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


def test_without_a_network_there_is_no_page(window: MainWindow) -> None:
    assert not window.actions_table["export_page"].isEnabled()


def test_what_is_shown_is_written(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    qtbot.waitUntil(lambda: window._services.shown.codes is not None)
    path = tmp_path / "our map"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_table["export_page"].trigger()
    written = path.with_suffix(".html")
    qtbot.waitUntil(written.exists, timeout=20_000)
    qtbot.waitUntil(lambda: "our map.html" in window.notifications.shown[-1].text)
    (network,) = document_of(written.read_text(encoding="utf-8"))["networks"]
    moment = window._services.shown.moment
    assert moment is not None
    assert network["about"]["seed"] == moment.seed
    assert network["epoch"] == moment.epoch
    assert network["frame"]["origin"] == list(window.canvas.scene.projection.frame.origin)


def test_a_place_where_nothing_can_be_written_is_told(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    blocked = tmp_path / "no folder" / "map.html"
    monkeypatch.setattr(wiring, "choose_save_file", lambda *_: str(blocked))
    window.actions_table["export_page"].trigger()
    qtbot.waitUntil(lambda: "map.html" in window.notifications.shown[-1].text, timeout=20_000)
    assert not blocked.parent.exists()
