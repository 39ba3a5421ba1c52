"""Grids and strips of images: cursor, hovering and keys work the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from aegui.kit.painted import Painted
from aegui.widgets.cells import Cells

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
CELL, GAP = 20, 4


class Numbers(Cells, Painted):
    """Seven cells in rows of three, with gaps between them."""

    def __init__(self, count: int = 7, columns: int = 3) -> None:
        QWidget.__init__(self)
        self.cells, self.wide = count, columns
        self.done: list[tuple[str, int]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def count(self) -> int:
        return self.cells

    def columns(self) -> int:
        return self.wide

    def cell_rect(self, place: int) -> QRect:
        row, column = divmod(place, self.wide)
        return QRect(column * (CELL + GAP), row * (CELL + GAP), CELL, CELL)

    def text_of(self, place: int) -> str:
        return f"number {place}"

    def activate(self, place: int) -> None:
        self.done.append(("activated", place))

    def toggle(self, place: int) -> None:
        self.done.append(("toggled", place))

    @property
    def current(self) -> int:
        return self._current


@pytest.fixture
def numbers(qtbot: QtBot) -> Numbers:
    made = Numbers()
    qtbot.addWidget(made)
    made.resize(80, 80)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_each_cell_is_found_and_nothing_between_them(numbers: Numbers) -> None:
    for place in range(7):
        assert numbers.index_at(numbers.cell_rect(place).center()) == place
    assert numbers.index_at(QPoint(CELL + GAP // 2, 5)) is None
    assert numbers.index_at(numbers.cell_rect(7).center()) is None
    assert numbers.index_at(QPoint(-5, 5)) is None
    assert numbers.tip_at(numbers.cell_rect(4).center()) == "number 4"


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        (Qt.Key.Key_Right, 2, 3),
        (Qt.Key.Key_Left, 3, 2),
        (Qt.Key.Key_Left, 0, 0),
        (Qt.Key.Key_Down, 1, 4),
        (Qt.Key.Key_Up, 4, 1),
        (Qt.Key.Key_Down, 5, 6),
        (Qt.Key.Key_Home, 5, 0),
        (Qt.Key.Key_End, 1, 6),
        (Qt.Key.Key_PageDown, 0, 6),
    ],
)
def test_keys_move_the_cursor_and_say_where_it_is(
    numbers: Numbers, key: Qt.Key, start: int, end: int
) -> None:
    numbers.go_to(start)
    QTest.keyClick(numbers, key)
    assert numbers.current == end
    assert numbers.accessibleDescription() == f"number {end}"


def test_enter_and_a_click_activate_and_ctrl_toggles(numbers: Numbers) -> None:
    QTest.mouseClick(numbers, LEFT, pos=numbers.cell_rect(5).center())
    QTest.keyClick(numbers, Qt.Key.Key_Return)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(numbers, LEFT, control, numbers.cell_rect(2).center())
    assert numbers.done == [("activated", 5), ("activated", 5), ("toggled", 2)]


def test_a_press_that_is_let_go_elsewhere_does_nothing(numbers: Numbers) -> None:
    QTest.mousePress(numbers, LEFT, pos=numbers.cell_rect(0).center())
    QTest.mouseRelease(numbers, LEFT, pos=numbers.cell_rect(4).center())
    assert numbers.done == []


def test_one_row_leaves_up_and_down_to_what_it_lies_in(qtbot: QtBot) -> None:
    strip = Numbers(count=4, columns=4)
    qtbot.addWidget(strip)
    strip.go_to(2)
    QTest.keyClick(strip, Qt.Key.Key_Up)
    assert strip.current == 2


def test_fewer_cells_keep_the_cursor_on_one_of_them(numbers: Numbers) -> None:
    numbers.go_to(6)
    numbers.cells = 2
    numbers.keep_current()
    assert numbers.current == 1
    numbers.cells = 0
    numbers.keep_current()
    assert numbers.accessibleDescription() == ""
    assert numbers.index_at(QPoint(2, 2)) is None
