"""The character chooser: clicks, drags, keys and typing stay consistent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from aegui.widgets.character_chooser import CharacterChooser
from aegui.widgets.glyph_grid import GlyphGrid
from tests.features.drawing.view.samples import LABELS, glyphs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def test_whoever_opens_it_is_at_the_characters(qtbot: QtBot) -> None:
    chooser = Chooser(qtbot)
    chooser.widget.activateWindow()
    chooser.widget.setFocus()
    qtbot.waitUntil(chooser.grid.hasFocus)
    QTest.keyClick(chooser.grid, Qt.Key.Key_Space)
    assert chooser.said, "a key chooses"


class Chooser:
    """A chooser with the signals it has emitted."""

    def __init__(self, qtbot: QtBot) -> None:
        self.widget = CharacterChooser()
        qtbot.addWidget(self.widget)
        self.widget.set_samples(LABELS, glyphs())
        self.widget.resize(330, 260)
        self.widget.show()
        qtbot.waitExposed(self.widget)
        self.said: list[str] = []
        self.widget.chosen_changed.connect(self.said.append)
        self.grid = self.widget.grid
        self.field = self.widget.field

    def click(self, label: str) -> None:
        center = self.grid.cell_rect(LABELS.index(label)).center()
        QTest.mouseClick(self.grid, LEFT, pos=center)

    def press(self, text: str) -> None:
        button = next(b for b in self.widget.findChildren(QPushButton) if b.text() == text)
        QTest.mouseClick(button, LEFT)

    @property
    def ticked(self) -> str:
        return "".join(LABELS[index] for index in self.grid.checked)


@pytest.fixture
def chooser(qtbot: QtBot) -> Chooser:
    return Chooser(qtbot)


def test_all_are_chosen_at_first_and_nothing_is_said(chooser: Chooser) -> None:
    assert chooser.widget.chosen == LABELS
    assert chooser.said == []
    assert chooser.field.text() == "␣abcdef■"


def test_clicks_tick_and_untick_in_the_order_of_the_set(chooser: Chooser) -> None:
    chooser.widget.set_chosen("be")
    chooser.click("c")
    chooser.click(" ")
    chooser.click("e")
    assert chooser.said == ["bce", " bce", " bc"]
    assert chooser.field.text() == "␣bc"
    assert chooser.ticked == " bc"


def test_unticking_and_ticking_again_changes_nothing(chooser: Chooser) -> None:
    chooser.click("c")
    chooser.click("c")
    assert chooser.said[-1] == "".join(LABELS)


def test_a_drag_gives_all_on_its_way_one_state(chooser: Chooser) -> None:
    chooser.widget.set_chosen("f")
    start, end = (chooser.grid.cell_rect(LABELS.index(each)).center() for each in "ad")
    QTest.mousePress(chooser.grid, LEFT, NONE, start)
    for label in "bcd":
        QTest.mouseMove(chooser.grid, chooser.grid.cell_rect(LABELS.index(label)).center())
    QTest.mouseRelease(chooser.grid, LEFT, NONE, end)
    assert chooser.said[-1] == "abcdf"


def test_typing_keeps_the_typed_order(chooser: Chooser) -> None:
    chooser.field.clear()
    QTest.keyClicks(chooser.field, "ca f")
    assert chooser.said == ["c", "ca", "ca ", "ca f"]
    assert chooser.ticked == " acf"
    chooser.click("b")
    assert chooser.said[-1] == "bca f"


def test_what_is_not_in_the_set_is_named(chooser: Chooser, qtbot: QtBot) -> None:
    chooser.widget.set_chosen("a")
    chooser.field.selectAll()
    QTest.keyClicks(chooser.field, "azb9")
    problem = "Not in this set: z 9"
    assert problem in [label.text() for label in chooser.widget.findChildren(QLabel)]
    assert chooser.said[-1] == "ab"


def test_nothing_chosen_is_refused_in_words(chooser: Chooser) -> None:
    chooser.press("None")
    assert chooser.said == []
    assert chooser.widget.chosen == ()
    texts = [label.text() for label in chooser.widget.findChildren(QLabel) if label.isVisible()]
    assert "Choose at least one character." in texts
    assert "0 of 8 characters" in texts
    chooser.press("All")
    assert chooser.said == ["".join(LABELS)]


def test_keys_move_tick_sweep_and_jump(chooser: Chooser) -> None:
    chooser.widget.set_chosen("f")
    grid = chooser.grid
    QTest.keyClick(grid, Qt.Key.Key_B)
    assert grid.current == LABELS.index("b")
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert chooser.said == ["bf"]
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert chooser.said[-1] == "bcdf"
    assert "d, 5 of 8, chosen" in grid.accessibleDescription()
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert grid.accessibleDescription() == "space, 1 of 8, not chosen"
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert chooser.said[-1] == "".join(LABELS)
    QTest.keyClick(grid, Qt.Key.Key_End)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current == len(LABELS) - 1


def test_labels_of_another_set_are_left_out(chooser: Chooser) -> None:
    chooser.widget.set_chosen("aZ")
    assert chooser.widget.chosen == ("a",)
    assert chooser.said == []


def test_samples_of_one_label_come_and_go_together(chooser: Chooser) -> None:
    labels = ("a", "b", "a")
    chooser.widget.set_samples(labels, glyphs(3))
    assert chooser.widget.chosen == ("a", "b")
    assert list(chooser.grid.checked) == [0, 1, 2]
    QTest.mouseClick(chooser.grid, LEFT, pos=chooser.grid.cell_rect(2).center())
    assert list(chooser.grid.checked) == [1]
    QTest.mouseClick(chooser.grid, LEFT, pos=chooser.grid.cell_rect(0).center())
    assert list(chooser.grid.checked) == [0, 1, 2]
    assert chooser.said == ["b", "ab"]


def test_labels_of_several_characters_cannot_be_chosen_from(chooser: Chooser) -> None:
    chooser.widget.set_samples(("10", "11"), glyphs(2))
    assert not chooser.widget.isEnabled()
    texts = [label.text() for label in chooser.widget.findChildren(QLabel)]
    assert any("single characters" in text for text in texts)
    chooser.widget.set_samples(LABELS, glyphs())
    assert chooser.widget.isEnabled()


def test_the_keyboard_scrolls_the_grid(qtbot: QtBot, chooser: Chooser) -> None:
    labels = [chr(0x4E00 + place) for place in range(200)]
    chooser.widget.set_samples(labels, glyphs(200))
    qtbot.wait(1)
    QTest.keyClick(chooser.grid, Qt.Key.Key_End)
    assert chooser.grid.visibleRegion().contains(chooser.grid.cell_rect(199).center())
    QTest.keyClick(chooser.grid, Qt.Key.Key_Home)
    assert chooser.grid.visibleRegion().contains(chooser.grid.cell_rect(0).center())


def test_an_empty_set_does_no_harm(chooser: Chooser) -> None:
    chooser.widget.set_samples((), glyphs(0))
    QTest.keyClick(chooser.grid, Qt.Key.Key_Right)
    QTest.mouseClick(chooser.grid, LEFT)
    chooser.widget.grab()
    assert chooser.widget.chosen == ()


@pytest.mark.parametrize("checkable", [True, False])
def test_ticked_and_unticked_look_different(qtbot: QtBot, checkable: bool) -> None:
    grid = GlyphGrid(checkable=checkable)
    qtbot.addWidget(grid)
    grid.set_samples(LABELS, glyphs())
    grid.resize(300, 40)
    before = grid.grab(grid.cell_rect(3)).toImage()
    grid.set_checked([3])
    assert grid.grab(grid.cell_rect(3)).toImage() != before
