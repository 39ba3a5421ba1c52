"""The code beside the drawing, operated by a real keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton

from aegui.features.drawing.view.code_view import CodeView

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

GLYPH = np.eye(7, 5, dtype=np.float32)


@pytest.fixture
def view(qtbot: QtBot) -> CodeView:
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    qtbot.waitExposed(view)
    view.set_drawing(GLYPH, "binary")
    return view


def edited(view: CodeView) -> list[NDArray[np.float32]]:
    seen: list[NDArray[np.float32]] = []
    view.pixels_edited.connect(seen.append)
    return seen


def test_typing_a_row_changes_its_pixels(view: CodeView) -> None:
    seen = edited(view)
    assert view.text.toPlainText().splitlines()[0] == "0x10"
    cursor = view.text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine)
    cursor.deletePreviousChar()
    cursor.deletePreviousChar()
    view.text.setTextCursor(cursor)
    QTest.keyClicks(view.text, "1f")
    assert np.array_equal(seen[-1][0], np.ones(5))
    assert np.array_equal(seen[-1][1:], GLYPH[1:])
    assert view.errors == ()


def test_code_that_says_the_same_is_left_as_it_is_written(view: CodeView) -> None:
    view.text.setPlainText("10 8 4\n2 1 0 0 // as I like it")
    view.set_drawing(GLYPH, "binary")
    assert view.text.toPlainText() == "10 8 4\n2 1 0 0 // as I like it"
    view.set_drawing(1.0 - GLYPH, "binary")
    assert view.text.toPlainText().startswith("0x0f\n")


def test_an_error_is_marked_where_it_is_and_changes_nothing(view: CodeView) -> None:
    seen = edited(view)
    view.text.setPlainText("10\n08\n04\nzz\n01\n00\n00")
    assert seen == []
    (mark,) = view.text.extraSelections()
    assert mark.cursor.selectedText() == "zz"
    problem = next(label for label in view.findChildren(QLabel) if label.isVisible())
    assert problem.text() == "Line 4: “zz” is not a hexadecimal number."
    view.text.setPlainText("10\n08\n04\n02\n01\n00\n00")
    assert view.text.extraSelections() == []
    assert not problem.isVisible()
    assert len(seen) == 1


def test_whoever_goes_on_typing_is_not_disturbed(view: CodeView) -> None:
    seen = edited(view)
    view.text.setPlainText("1f\n00\n00\n00\n00\n00\n00")
    view.text.setPlainText("1f\n00\n00\n00\n00\n00\n")
    assert view.errors
    view.set_drawing(seen[-1], "binary")
    assert view.text.toPlainText() == "1f\n00\n00\n00\n00\n00\n"
    view.set_drawing(GLYPH, "binary")
    assert view.text.toPlainText().startswith("0x10")
    assert view.errors == ()


def test_every_form_shows_the_drawing(view: CodeView, qtbot: QtBot) -> None:
    for number, beginning in enumerate(("0x10", "10000", "static const uint8_t", "{")):
        view.form.setCurrentIndex(number)
        assert view.text.toPlainText().startswith(beginning)
    with qtbot.waitSignal(view.copy_requested) as blocker:
        QTest.mouseClick(
            next(b for b in view.findChildren(QToolButton) if b.toolTip() == "Copy the text"),
            Qt.MouseButton.LeftButton,
        )
    assert blocker.args == [view.text.toPlainText()]


def test_what_cannot_be_read_does_not_outlast_the_page(view: CodeView) -> None:
    view.text.setPlainText("nonsense")
    view.hide()
    view.show()
    assert view.text.toPlainText().startswith("0x10")
    assert view.errors == ()


def test_large_images_have_no_code(view: CodeView) -> None:
    view.set_drawing(np.zeros((128, 128), np.float32), "grey")
    assert view.text.toPlainText() == ""
    assert view.text.isReadOnly()
    assert "64 × 64" in view.text.placeholderText()
    view.set_drawing(GLYPH, "binary")
    assert not view.text.isReadOnly()
    assert view.text.toPlainText().startswith("0x10")
