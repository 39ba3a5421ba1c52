"""Files requested while others are being written: shown, cancelled, never lost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from aegui.core.data.progress import LoadProgress, stop_if
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.widgets.progress_strip import ProgressStrip
from tests.window.conftest import await_files, train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.window.main_window import MainWindow


def endless(report: Report, cancelled: IsCancelled) -> None:
    report(LoadProgress(3, 10, "3 of 10 images written"))
    while True:
        stop_if(cancelled)
        threading.Event().wait(0.001)


def test_two_pages_and_a_recipe_asked_for_at_once_are_all_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, window)
    names = iter(["first.html", "second.html", "recipe.json", "no folder/table.csv"])
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / next(names)), "")
    )
    for action in ("export_page", "export_page", "export_recipe", "export_charts_csv"):
        window.actions_table[action].trigger()
    assert window._services.of(FileWriter).is_busy
    await_files(window)
    for name in ("first.html", "second.html", "recipe.json"):
        assert (tmp_path / name).stat().st_size > 0
    texts = [notice.text for notice in window.notifications.shown]
    assert any("second.html" in text for text in texts)
    assert any("table.csv could not be written" in text for text in texts)


def test_an_error_stands_until_the_same_file_is_there(window: MainWindow, tmp_path: Path) -> None:
    writer, shown = window._services.of(FileWriter), window.notifications
    folder = tmp_path / "later"
    for path in (folder / "a.csv", tmp_path / "b.csv"):
        writer.write_bytes(path, lambda: b"1", Notice("info", path.name, about="study", file=path))
    await_files(window)
    assert [notice.level for notice in shown.shown] == ["error", "info"]
    folder.mkdir()
    path = folder / "a.csv"
    writer.write_bytes(path, lambda: b"1", Notice("info", path.name, about="study", file=path))
    await_files(window)
    assert [notice.text for notice in shown.shown] == ["a.csv"]


def strips(window: MainWindow) -> list[ProgressStrip]:
    return [strip for strip in window.findChildren(ProgressStrip) if strip.isVisible()]


def test_what_takes_long_is_seen_over_the_map_and_is_given_up_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    writer = window._services.of(FileWriter)
    film, after = tmp_path / "film.gif", tmp_path / "after.csv"
    writer.write_long(film, endless, Notice("info", "film", about="film"))
    writer.write_bytes(after, lambda: b"1", Notice("info", "after", about="study"))
    qtbot.waitUntil(lambda: bool(strips(window)))
    (strip,) = strips(window)
    assert (strip.title.text(), strip.text.text()) == ("Writing film.gif", "3 of 10 images written")
    QTest.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert not strips(window)
    assert not film.exists()
    assert after.exists()
    assert [notice.text for notice in window.notifications.shown] == ["after"]


def test_a_film_that_is_given_up_takes_no_document_with_it(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    writer, saving = window._services.of(FileWriter), window._services.workspace.file.saving
    writer.write_long(tmp_path / "film.gif", endless, Notice("info", "film", about="film"))
    ended: list[object] = []
    saving.add("Saving a", endless, ended.append, ended.append)
    qtbot.waitUntil(lambda: len(strips(window)) == 2)
    first, second = strips(window)
    assert not first.geometry().intersects(second.geometry())
    film = next(strip for strip in strips(window) if "film" in strip.title.text())
    QTest.mouseClick(film.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not writer.is_busy)
    assert saving.is_busy
    assert not ended
    saving.cancel_all()
    qtbot.waitUntil(lambda: not saving.is_busy)
