"""Every painted or focusable widget has a name, a role and a place in the tab order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from aegui.paths import models_dir
from aegui.window.docks import PERSPECTIVES
from tests.harness.accessibility import problems
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

DIALOGS = (
    "search_commands",
    "shortcuts",
    "guide",
    "messages",
    "gallery",
    "gallery_data",
    "limits",
    "summary",
    "about",
    "choose_characters",
    "export_map",
    "export_grid",
    "export_traversal",
    "history",
    "keep_set",
    "keep_drawing",
    "export_charts_png",
    "export_report",
    "teacher_file",
    "fork",
    "film_map",
    "comfort",
    "parity",
    "gpu",
    "report_problem",
)


@pytest.fixture
def heard(window: MainWindow) -> Iterator[MainWindow]:
    """Return the window with accessibility active, as under a screen reader."""
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    yield window
    QAccessible.setActive(was)


def _settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_every_arrangement_can_be_heard(qtbot: QtBot, heard: MainWindow) -> None:
    train(qtbot, heard)
    found = []
    for key in PERSPECTIVES:
        heard.set_perspective(key)
        heard.reset_layout()
        _settle()
        found += [f"{key}: {each}" for each in problems(heard, heard.panel_focus.stops())]
    assert not found


def test_every_panel_can_be_heard(qtbot: QtBot, heard: MainWindow) -> None:
    heard._services.workspace.open(models_dir() / "letters-2d.aegui", lambda: True)
    heard.resize(1600, 1000)
    qtbot.waitUntil(lambda: heard._services.shown.codes is not None)
    found = []
    for key, dock in heard.docks.items():
        dock.show()
        dock.raise_()
        _settle()
        found += [f"{key}: {each}" for each in problems(dock, heard.panel_focus.stops())]
    assert not found


def _opened() -> list[QWidget]:
    """Return the visible windows other than the main one."""
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.isVisible() and not isinstance(widget, QMenu) and widget.objectName() != "main"
    ]


def test_every_dialog_can_be_heard(qtbot: QtBot, heard: MainWindow) -> None:
    train(qtbot, heard)
    # At an epoch before the last one a training can be forked.
    heard.actions_table["epoch_before"].trigger()
    seen: list[str] = []
    found: list[str] = []

    def look() -> None:
        # A timer also fires within the event loop of a modal dialog.
        for dialog in _opened():
            seen.append(type(dialog).__name__)
            found.extend(problems(dialog))
            dialog.close()

    looking = QTimer()
    looking.setInterval(20)
    looking.timeout.connect(look)
    looking.start()
    for key in DIALOGS:
        seen.clear()
        assert heard.actions_table[key].isEnabled(), key
        heard.actions_table[key].trigger()
        qtbot.waitUntil(lambda: bool(seen))
    looking.stop()
    assert not found


def test_a_part_goes_with_its_widget(qtbot: QtBot, heard: MainWindow) -> None:
    train(qtbot, heard)
    qtbot.waitUntil(lambda: heard.canvas.part_count() > 0)
    access = QAccessible.queryAccessibleInterface(heard.canvas)
    sample = access.child(access.childCount() - 1)
    assert sample.role() == QAccessible.Role.ListItem
    assert sample.text(QAccessible.Text.Name).startswith("f")
    # Parts are created on request only: a set of 60,000 costs nothing.
    assert sample.parent().object() is heard.canvas
    assert sample.isValid()

    def is_in_sight() -> bool:
        centre = sample.rect().center()
        return heard.canvas.rect().contains(heard.canvas.mapFromGlobal(centre))

    # The map fits itself to new codes.
    qtbot.waitUntil(is_in_sight)
    heard._services.workspace.new(SMALL)
    qtbot.waitUntil(lambda: heard._services.shown.codes is None)
    assert not sample.isValid()
