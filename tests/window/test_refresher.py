"""Panels are redrawn when stale and visible, at a limited rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
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


def test_those_that_are_marked_together_are_updated_together(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    updated: list[set[str]] = []
    both = [
        Refresher(lambda name=name: updated[-1].add(name), 100, parent=holder)  # type: ignore[misc]
        for name in "ab"
    ]
    for one in both:
        # They begin at different times.
        updated.append(set())
        one.mark()
        qtbot.wait(60)
    updated.clear()
    while sum(map(bool, updated)) < 7:
        updated.append(set())
        for one in both:
            one.mark()
        qtbot.wait(2)
    assert [names for names in updated if names][3:] == [{"a", "b"}] * 4


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


def test_what_follows_the_mouse_comes_after_what_is_painted(qtbot: QtBot) -> None:
    told: list[str] = []

    class Picture(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            del event
            told.append("painted")

    picture = Picture()
    qtbot.addWidget(picture)
    picture.show()
    qtbot.waitExposed(picture)
    qtbot.waitUntil(lambda: "painted" in told)
    refresher = Refresher(lambda: told.append("followed"), parent=picture)
    for least_ms in (0, 40):
        told.clear()
        for _ in range(5):
            picture.update()
            refresher.mark_behind(least_ms)
        assert told == [], "nothing is done at once"
        assert refresher.is_dirty
        qtbot.waitUntil(lambda: "followed" in told)
        assert "painted" in told[: told.index("followed")]
        assert told.count("followed") == 1
        assert not refresher.is_dirty
    refresher.mark_behind(10_000)
    refresher.flush()
    assert told.count("followed") == 2
