"""Sliders for the dimensions of a code, by mouse and keys, few and many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.features.map.view.code_sliders import REACH, CodeSliders, Ends
from aegui.kit.theme import current_theme

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


# Images at the ends


def test_the_ends_of_the_sliders_in_sight_are_wished(qtbot: QtBot, sliders: CodeSliders) -> None:
    sliders.set_shown({0: "across"})
    code = np.full(128, 0.25, np.float32)
    with qtbot.waitSignal(sliders.ends_requested) as told:
        sliders.set_code(code)
    axes, codes = told.args
    assert axes[0] == 1, "the map shows number 0 itself"
    assert len(axes) < 12, "not those out of sight"
    assert codes.shape == (2 * len(axes), 128)
    assert codes[0, 1] == pytest.approx(0.5 - REACH * 2)
    assert codes[1, 1] == pytest.approx(0.5 + REACH * 2)
    assert (np.delete(codes[:2], 1, axis=1) == 0.25).all()
    with qtbot.waitSignal(sliders.ends_requested) as told:
        sliders.verticalScrollBar().setValue(sliders.verticalScrollBar().maximum())
    assert told.args[0][-1] == 127


def test_images_stand_at_the_ends(qtbot: QtBot, sliders: CodeSliders) -> None:
    images = np.zeros((2, 1, 7, 5), np.float32)
    images[1] = 1.0
    sliders.set_ends(Ends((2,), images))
    seen, theme = sliders.viewport().grab().toImage(), current_theme()
    low, high = (sliders.end_rect(2, end).center() for end in (0, 1))
    assert seen.pixelColor(low) == theme.pixel_off
    assert seen.pixelColor(high) == theme.pixel_on
    # For a new code the images stay until they are decoded.
    sliders.set_code(np.zeros(128, np.float32))
    assert sliders.viewport().grab().toImage().pixelColor(high) == theme.pixel_on
    with qtbot.waitSignal(sliders.code_edited) as told:
        QTest.mouseClick(sliders.viewport(), Qt.MouseButton.LeftButton, pos=high)
    assert told.args[0][2] == pytest.approx(sliders.limits(2)[1])
    # A network of another size has other images.
    sliders.set_code(np.zeros(4, np.float32))
    assert sliders.viewport().grab().toImage().pixelColor(high) != theme.pixel_on
