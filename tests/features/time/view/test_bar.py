"""The time bar: passive, and every request is emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QMenu

from aegui.features.time import FILMS
from aegui.features.time.view.bar import MEMORIES_MB, SPEEDS, TimeBar

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot


@pytest.fixture
def bar(qtbot: QtBot) -> TimeBar:
    made = TimeBar()
    qtbot.addWidget(made)
    made.resize(1000, 40)
    made.set_epochs(range(20), "")
    made.show()
    return made


def told_by(signal: SignalInstance) -> list[Any]:
    told: list[Any] = []
    signal.connect(lambda *values: told.append(values[0] if values else None))
    return told


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_without_epochs_it_says_why(bar: TimeBar) -> None:
    bar.set_epochs((), "Train first.")
    assert bar.slider.isHidden()
    assert not bar.play.isEnabled()
    assert not bar.film.isEnabled()
    assert "Train first." in [label.text() for label in bar.findChildren(type(bar.words))]
    bar.set_epochs(range(3), "")
    assert bar.slider.isVisible()
    assert bar.play.isEnabled()


def test_it_shows_a_past_epoch_and_the_way_back(bar: TimeBar) -> None:
    bar.set_epoch(4, 4.0)
    assert bar.words.text() == "epoch 4"
    assert bar.words.font().bold()
    assert bar.newest.isEnabled()
    wished = told_by(bar.epoch_requested)
    bar.newest.click()
    assert wished == [None]
    bar.set_epoch(None, 19.0, "Seed 0: best, epoch 19 of 20.")
    assert not bar.newest.isEnabled()
    assert bar.words.toolTip() == "Seed 0: best, epoch 19 of 20."
    assert bar.words.accessibleDescription() == "Seed 0: best, epoch 19 of 20."
    bar.set_epoch(None, None)
    assert bar.words.text() == ""


def test_the_slider_and_the_button_tell_wishes(bar: TimeBar) -> None:
    wished = told_by(bar.epoch_requested)
    played: list[bool] = []
    bar.play.clicked.connect(lambda on: played.append(on))
    bar.slider.chosen.emit(3)
    bar.play.click()
    assert wished == [3]
    assert played == [True]
    bar.set_playing(True)
    assert bar.play.isChecked()
    assert bar.play.toolTip().startswith("Stop")
    bar.play.click()
    assert played == [True, False]


def test_speed_loop_and_memory(bar: TimeBar) -> None:
    speeds, memories = told_by(bar.speed_chosen), told_by(bar.memory_chosen)
    loops: list[bool] = []
    bar.loop.triggered.connect(lambda on: loops.append(on))
    menu = actions(bar.speed.menu())
    for speed, text in zip(SPEEDS, ("¼×", "½×", "1×", "2×", "4×"), strict=True):
        menu[text].trigger()
        assert bar.speed.text() == text
        assert speeds[-1] == speed
    menu["Again and &again"].trigger()
    assert loops == [True]
    memory = bar.speed.menu().findChild(QMenu)
    assert memory is not None
    for megabytes, action in zip(MEMORIES_MB, memory.actions(), strict=True):
        action.trigger()
        assert memories[-1] == megabytes
    bar.set_memory(64)
    assert [action.isChecked() for action in memory.actions()] == [False, True, False, False]


def test_ghosts_are_offered_when_the_menu_opens(bar: TimeBar) -> None:
    wished = told_by(bar.ghost_requested)
    bar.set_ghosts([("", "No ghost"), ("run:1", "Seed 4")], "run:1")
    menu = actions(bar.ghost.menu())
    assert menu["Seed 4"].isChecked()
    menu["No ghost"].trigger()
    assert wished == [""]
    bar.set_ghost("Seed 4")
    assert "Seed 4" in bar.ghost.toolTip()


def test_the_fork_says_why_not(bar: TimeBar) -> None:
    forks = told_by(bar.fork.clicked)
    bar.set_fork("Stop first.")
    assert not bar.fork.isEnabled()
    assert bar.fork.toolTip() == "Stop first."
    bar.set_fork("")
    bar.fork.click()
    assert len(forks) == 1


def test_films(bar: TimeBar) -> None:
    wished = told_by(bar.film_requested)
    for action in bar.film.menu().actions():
        action.trigger()
    assert wished == list(FILMS)
