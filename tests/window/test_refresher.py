"""Panels are redrawn when they are out of date and in sight, and not too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_at_once_then_not_too_often_then_the_last(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    calls: list[int] = []
    refresher = Refresher(lambda: calls.append(1), 300, parent=holder)
    refresher.mark()
    assert len(calls) == 1
    for _ in range(20):
        refresher.mark()
    assert len(calls) == 1
    qtbot.waitUntil(lambda: len(calls) == 2)
    qtbot.wait(500)
    assert len(calls) == 2


def test_flush_does_not_wait_and_does_nothing_twice(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    calls: list[int] = []
    refresher = Refresher(lambda: calls.append(1), 10_000, parent=holder)
    refresher.mark()
    refresher.mark()
    refresher.flush()
    refresher.flush()
    assert len(calls) == 2


def test_hidden_docks_catch_up_when_they_are_seen(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = [QDockWidget(str(number), window) for number in range(2)]
    for dock in docks:
        dock.setObjectName(dock.windowTitle())
        dock.setWidget(QWidget())
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    window.tabifyDockWidget(*docks)
    calls: list[int] = []
    refresher = Refresher(lambda: calls.append(1), 0, docks[0])
    window.show()
    qtbot.waitExposed(window)
    docks[1].raise_()
    qtbot.waitUntil(lambda: not refresher.is_shown)
    calls.clear()
    refresher.mark()
    assert calls == []
    docks[0].raise_()
    qtbot.waitUntil(lambda: calls == [1])
