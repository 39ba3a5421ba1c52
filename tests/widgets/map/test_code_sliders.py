"""Sliders for the numbers of a code, by mouse and by keys, few and many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.widgets.map.code_sliders import REACH, CodeSliders

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def sliders(qtbot: QtBot) -> CodeSliders:
    made = CodeSliders()
    qtbot.addWidget(made)
    made.resize(240, 200)
    made.set_codes(np.full(128, 0.5, np.float32), np.full(128, 2.0, np.float32))
    made.set_code(np.full(128, 0.5, np.float32))
    made.show()
    qtbot.waitExposed(made)
    return made


def at(sliders: CodeSliders, axis: int, share: float) -> QPoint:
    groove = sliders.groove(axis)
    return QPoint(round(groove.left() + share * groove.width()), round(groove.center().y()))


def test_a_drag_changes_one_number(qtbot: QtBot, sliders: CodeSliders) -> None:
    assert sliders.limits(3) == (0.5 - REACH * 2, 0.5 + REACH * 2)
    with qtbot.waitSignal(sliders.code_edited) as blocker:
        QTest.mousePress(sliders.viewport(), Qt.MouseButton.LeftButton, pos=at(sliders, 3, 1.0))
    code = blocker.args[0]
    assert code[3] == pytest.approx(6.5, abs=0.1)
    assert (np.delete(code, 3) == 0.5).all()
    QTest.mouseMove(sliders.viewport(), at(sliders, 3, 0.25))
    QTest.mouseRelease(sliders.viewport(), Qt.MouseButton.LeftButton, pos=at(sliders, 3, 0.25))
    assert sliders.code[3] == pytest.approx(-2.5, abs=0.1)
    QTest.mouseDClick(sliders.viewport(), Qt.MouseButton.LeftButton, pos=at(sliders, 3, 0.9))
    assert sliders.code[3] == 0.5, "a double click puts it back to the mean"


def test_by_keyboard(sliders: CodeSliders) -> None:
    QTest.keyClick(sliders, Qt.Key.Key_Down)
    QTest.keyClick(sliders, Qt.Key.Key_Right)
    assert sliders.code[1] == pytest.approx(0.5 + 12 / 60, abs=1e-5)
    QTest.keyClick(sliders, Qt.Key.Key_0)
    assert sliders.code[1] == 0.0
    QTest.keyClick(sliders, Qt.Key.Key_Home)
    assert sliders.code[1] == 0.5
    for _ in range(40):
        QTest.keyClick(sliders, Qt.Key.Key_PageDown)
    assert sliders.current == 127
    assert sliders.viewport().rect().contains(sliders.row_rect(127))
    assert sliders.accessibleDescription() == "z128 0.50"


def test_what_the_map_shows_has_no_slider(qtbot: QtBot, sliders: CodeSliders) -> None:
    sliders.set_shown({0: "across", 1: "up"})
    with qtbot.assertNotEmitted(sliders.code_edited):
        QTest.mouseClick(sliders.viewport(), Qt.MouseButton.LeftButton, pos=at(sliders, 0, 0.9))
    assert sliders.accessibleDescription() == "z1 across"


def test_a_value_beyond_the_codes_widens_its_slider(sliders: CodeSliders) -> None:
    code = np.full(128, 0.5, np.float32)
    code[5], code[6] = 50.0, np.nan
    sliders.set_code(code)
    assert sliders.limits(5)[1] == 50.0
    assert np.isfinite(sliders.limits(6)).all()
    assert not sliders.grab().isNull()


def test_codes_of_another_size_begin_anew(sliders: CodeSliders) -> None:
    sliders.set_code(np.zeros(3, np.float32))
    assert sliders.verticalScrollBar().maximum() == 0
    sliders.set_code(np.zeros(0, np.float32))
    QTest.keyClick(sliders, Qt.Key.Key_Right)
    assert not sliders.grab().isNull()
