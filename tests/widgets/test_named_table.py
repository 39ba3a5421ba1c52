"""A table of names and figures: its rows are opened by mouse, keys and menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

COLUMNS = (("Name", ""), ("Figure", ""))
OPENS = "Put it into the recipe"


def table_of(qtbot: QtBot, opens: str) -> NamedTable:
    made = NamedTable(COLUMNS, "Names", picks_rows=True, opens=opens)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.setRowCount(2)
    for row, name in enumerate(("adam", "sgd")):
        made.write_row(row, (name, "0.1"))
    made.show()
    return made


@pytest.fixture
def table(qtbot: QtBot) -> NamedTable:
    return table_of(qtbot, OPENS)


def place_of(table: NamedTable, row: int) -> QPoint:
    return table.visualRect(table.model().index(row, 0)).center()


def tip_of(table: NamedTable) -> str:
    item = table.item(0, 0)
    assert item is not None
    return item.toolTip()


def menu_at(table: NamedTable, at: QPoint, reason: QContextMenuEvent.Reason) -> QMenu | None:
    """Return the menu that a request at ``at`` opens; None if it opens none."""
    event = QContextMenuEvent(reason, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert menu is None or isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_row_is_opened_by_enter_and_by_a_double_click(
    qtbot: QtBot, table: NamedTable, key: Qt.Key
) -> None:
    table.setCurrentCell(1, 0)
    with qtbot.waitSignal(table.row_opened) as heard:
        QTest.keyClick(table, key)
    assert heard.args == [1]
    button, place = Qt.MouseButton.LeftButton, place_of(table, 0)
    QTest.mouseClick(table.viewport(), button, pos=place)
    with qtbot.waitSignal(table.row_opened) as heard:
        QTest.mouseDClick(table.viewport(), button, pos=place)
    assert heard.args == [0]


def test_what_opens_a_row_is_said_in_tooltips_and_offered_in_a_menu(
    qtbot: QtBot, table: NamedTable
) -> None:
    assert tip_of(table) == f"adam\n{OPENS}: double click or Enter"
    assert table.accessibleDescription() == f"{OPENS}: double click or Enter"
    menu = menu_at(table, place_of(table, 1), QContextMenuEvent.Reason.Mouse)
    assert menu is not None
    (action,) = menu.actions()
    assert action.text() == f"{OPENS}\tEnter"
    with qtbot.waitSignal(table.row_opened) as heard:
        action.trigger()
    assert heard.args == [1]
    # While the menu is open the rows get another order, and their owner selects the same one anew.
    table.setCurrentCell(0, 0)
    with qtbot.waitSignal(table.row_opened) as heard:
        action.trigger()
    assert heard.args == [0]
    menu.close()
    menu = menu_at(table, QPoint(0, 0), QContextMenuEvent.Reason.Keyboard)
    assert menu is not None
    with qtbot.waitSignal(table.row_opened) as heard:
        menu.actions()[0].trigger()
    assert heard.args == [0]
    menu.close()


def test_beside_the_rows_there_is_no_menu(table: NamedTable) -> None:
    assert menu_at(table, QPoint(50, 150), QContextMenuEvent.Reason.Mouse) is None


def test_rows_that_open_nothing_promise_nothing(qtbot: QtBot) -> None:
    table = table_of(qtbot, "")
    assert tip_of(table) == "adam"
    assert menu_at(table, place_of(table, 0), QContextMenuEvent.Reason.Mouse) is None
