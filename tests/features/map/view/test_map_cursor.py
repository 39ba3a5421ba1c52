"""The cursor of the latent map, moved by mouse and keys, and checked by its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.features.map.view.map_keys import STEP_PX
from aegui.kit.theme import LIGHT
from tests.features.map.view.canvases import CONTROL, SHIFT, click, has, move, painted, told
from tests.harness.paints import Paints

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


# The cursor


def test_a_move_of_the_mouse_is_told_at_once(canvas: LatentCanvas) -> None:
    got = told(canvas.cursor_moved)
    move(canvas, 300, 200)
    assert len(got) == 1
    z = got[0]
    assert isinstance(z, np.ndarray)
    assert z.dtype == np.float32
    assert z.tolist() == pytest.approx(canvas.navigation.view.to_latent(300, 200), abs=1e-6)


def test_the_cursor_leaves_with_the_mouse_and_on_the_rulers(canvas: LatentCanvas) -> None:
    got = told(canvas.cursor_left)
    move(canvas, 300, 200)
    move(canvas, 10, 200)
    assert len(got) == 1
    move(canvas, 300, 200)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert len(got) == 2
    assert canvas.map_cursor.code() is None


def test_the_cross_and_the_preview_are_painted_and_go_away(canvas: LatentCanvas) -> None:
    plain = painted(canvas)
    move(canvas, 300, 200)
    canvas.set_preview(np.ones((7, 5), np.float32))
    shown = painted(canvas)
    assert shown.pixelColor(300, 60) != plain.pixelColor(300, 60)
    assert has(shown, LIGHT.pixel_on, (340, 240), 4)
    canvas.map_cursor.set_code(None)
    assert painted(canvas) == plain


def test_a_move_repaints_only_what_it_touches(canvas: LatentCanvas, qtbot: QtBot) -> None:
    move(canvas, 300, 200)
    qtbot.wait(1)
    font = canvas.surface.font()
    rects = canvas.cursor_overlay._rects(canvas.navigation.view, font)
    area = sum(rect.width() * rect.height() for rect in rects)
    assert area < 0.05 * canvas.width() * canvas.height()
    whole = painted(canvas)
    for x in range(250, 450, 7):
        move(canvas, x, 180)
        canvas.repaint(canvas.cursor_overlay.region(canvas.navigation.view, font))
    move(canvas, 300, 200)
    assert painted(canvas) == whole


def test_what_the_cursor_leaves_and_meets_is_painted_anew(
    canvas: LatentCanvas, qtbot: QtBot
) -> None:
    def covered() -> QRegion:
        font = canvas.surface.font()
        return canvas.cursor_overlay.region(canvas.navigation.view, font) & canvas.rect()

    move(canvas, 300, 200)
    canvas.set_preview(np.ones((7, 5), np.float32))
    canvas.set_drift((0.1, 0.2))
    qtbot.waitUntil(lambda: (canvas.cursor_overlay.painted & canvas.rect()) == covered())
    left, heard = covered(), Paints(canvas)
    # Two moves and an image before any of them is painted.
    move(canvas, 420, 330)
    move(canvas, 520, 130)
    canvas.set_preview(np.zeros((7, 5), np.float32))
    qtbot.waitUntil(lambda: (canvas.cursor_overlay.painted & canvas.rect()) == covered())
    seen = QRegion(canvas.rect()) - canvas.surface.covered()
    assert ((left & seen) - heard.whole).isEmpty()
    assert ((covered() & seen) - heard.whole).isEmpty()
    assert not (QRegion(canvas.rect()) - heard.whole).isEmpty()


def test_without_codes_there_is_no_preview(canvas: LatentCanvas) -> None:
    move(canvas, 300, 200)
    canvas.set_preview(np.ones((7, 5), np.float32))
    canvas.set_codes(None)
    assert not has(painted(canvas), LIGHT.pixel_on, (340, 240), 4)


def test_the_preview_stays_inside(canvas: LatentCanvas) -> None:
    canvas.set_preview(np.ones((7, 5), np.float32))
    view = canvas.navigation.view
    for x, y in ((690, 470), (50, 5), (690, 5), (50, 470)):
        rect, _ = canvas.cursor_overlay.card_rects(view, QPointF(x, y), canvas.surface.font())
        assert rect.left() >= 0
        assert rect.right() <= 700
        assert rect.bottom() <= view.height


def test_the_cursor_is_said_in_words(canvas: LatentCanvas) -> None:
    canvas.map_cursor.set_code((0.9, 0.1))
    assert canvas.accessibleDescription() == "Cursor at 0.90, 0.10, nearest a"


# Keys


def test_keys_zoom_and_fit(canvas: LatentCanvas, qtbot: QtBot) -> None:
    before = canvas.navigation.view
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.view.sx > before.sx
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.view.sx < before.sx
    QTest.keyClick(canvas, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.view == before


def test_arrows_move_the_cursor_from_the_middle(canvas: LatentCanvas) -> None:
    got = told(canvas.cursor_moved)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up, CONTROL)
    view = canvas.navigation.view
    assert len(got) == 3
    code = canvas.map_cursor.code()
    assert code is not None
    assert code[0] == pytest.approx(view.cx + STEP_PX / view.sx, abs=1e-6)
    assert code[1] == pytest.approx(view.cy + 1 / view.sy, abs=1e-6)


def test_the_cursor_takes_the_view_along_over_the_edge(canvas: LatentCanvas, qtbot: QtBot) -> None:
    view = canvas.navigation.view
    canvas.map_cursor.set_code(view.to_latent(view.left + view.width - 3, 200))
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    at = canvas.cursor_overlay.pixel(canvas.navigation.view)
    assert at is not None
    assert canvas.navigation.view.contains(at.x(), at.y())


def test_shift_and_arrows_pan(canvas: LatentCanvas, qtbot: QtBot) -> None:
    before = canvas.navigation.view.cx
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.view.cx > before
    assert canvas.map_cursor.code() is None


def test_enter_pins_and_shift_enter_activates(canvas: LatentCanvas) -> None:
    pinned, activated = told(canvas.pin_requested), told(canvas.sample_activated)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert pinned == []
    canvas.map_cursor.set_code((0.6, 0.1))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_Return, SHIFT)
    assert isinstance(pinned[0], np.ndarray)
    assert pinned[0].tolist() == pytest.approx([0.6, 0.1])
    assert activated == [0]


def test_escape_puts_the_cursor_away(canvas: LatentCanvas) -> None:
    got = told(canvas.cursor_left)
    canvas.map_cursor.set_code((0.0, 0.0))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(got) == 1
    assert canvas.map_cursor.code() is None


def test_its_keys_are_its_own_and_no_others(canvas: LatentCanvas) -> None:
    def claimed(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    assert claimed(Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert claimed(Qt.Key.Key_Left, SHIFT)
    assert not claimed(Qt.Key.Key_S, CONTROL)
    assert not claimed(Qt.Key.Key_F, CONTROL)


def test_the_focus_is_seen(canvas: LatentCanvas, qtbot: QtBot) -> None:
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    assert painted(canvas).pixelColor(350, 0) != LIGHT.accent
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert painted(canvas).pixelColor(350, 0) == LIGHT.accent
    click(canvas, 380, 230)
    assert painted(canvas).pixelColor(350, 0) != LIGHT.accent
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert painted(canvas).pixelColor(350, 0) == LIGHT.accent
