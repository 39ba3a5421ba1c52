from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from aegui.core.folding import folded
from aegui.kit.finder import Findable, Finder, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


def entries(done: list[str]) -> list[Findable]:
    def one(title: str, detail: str = "", kind: str = "", **more: object) -> Findable:
        return Findable(title, detail, kind, lambda: done.append(title), **more)  # type: ignore[arg-type]

    return [
        one("Train", "Train the draft", "Training", keys="F5"),
        one("Learning rate", "How far a step goes", "Setting: Optimiser"),
        one("Período", "", "Guía"),
        one("Save a training", "", "File", enabled=False),
        one("Restrain", "", "Other"),
    ]


@pytest.fixture
def finder(qtbot: QtBot) -> Iterator[tuple[Finder, list[str]]]:
    window = QWidget()
    done: list[str] = []
    window.resize(900, 700)
    qtbot.addWidget(window)
    window.show()
    made = Finder(entries(done), "Search", window)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    qtbot.waitExposed(made)
    yield made, done
    window.close()


def test_both_lines_of_a_row_have_their_room_in_large_letters(
    finder: tuple[Finder, list[str]],
) -> None:
    searching, _ = finder
    letters = searching.font()
    letters.setPixelSize(30)
    searching.list.setFont(letters)
    assert searching.list.sizeHintForRow(0) >= 2 * searching.list.fontMetrics().height()


def titles(query: str) -> list[str]:
    return [entry.title for entry in found(entries([]), query)]


def test_accents_and_capitals_do_not_count() -> None:
    assert folded("PERÍODO") == "periodo"
    assert titles("periodo") == ["Período"]


def test_beginnings_come_before_insides_and_what_cannot_be_done_comes_last() -> None:
    assert titles("train") == ["Train", "Restrain", "Save a training"]
    assert titles("step") == ["Learning rate"], "what is told of it is searched"
    assert titles("optim rate") == ["Learning rate"], "every word has to fit"
    assert titles("f5") == ["Train"]
    assert titles("zebra") == []
    assert len(titles("")) == 5


def test_it_goes_by_keys_alone(finder: tuple[Finder, list[str]]) -> None:
    made, done = finder
    QTest.keyClicks(made.line, "tra")
    QTest.keyClick(made.line, Qt.Key.Key_Down)
    QTest.keyClick(made.line, Qt.Key.Key_Return)
    assert done == ["Restrain"]
    assert not made.isVisible()


def test_what_is_not_enabled_is_not_done(finder: tuple[Finder, list[str]]) -> None:
    made, done = finder
    QTest.keyClicks(made.line, "save")
    QTest.keyClick(made.line, Qt.Key.Key_Return)
    assert done == []
    assert made.isVisible()


def test_a_click_does_it(finder: tuple[Finder, list[str]]) -> None:
    made, done = finder
    QTest.keyClicks(made.line, "rate")
    spot = made.list.visualRect(made.list.model().index(0, 0)).center()
    QTest.mouseClick(made.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert done == ["Learning rate"]


def test_nothing_found_is_said(finder: tuple[Finder, list[str]]) -> None:
    made, _done = finder
    QTest.keyClicks(made.line, "zebra")
    assert made.entries == []
    assert made._count.isVisible()
