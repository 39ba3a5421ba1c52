"""The view of the latent map, moved by mouse, wheel, trackpad and touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.features.map.view.canvases import LEFT, mouse, move, pixel_of, ring, told, wheel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


def test_a_drag_pans_and_does_not_pin(canvas: LatentCanvas) -> None:
    pinned = told(canvas.pin_requested)
    before = pixel_of(canvas, ring()[0])
    mouse(canvas, QEvent.Type.MouseButtonPress, QPointF(300, 200), LEFT)
    move(canvas, 330, 220, LEFT)
    move(canvas, 350, 230, LEFT)
    mouse(canvas, QEvent.Type.MouseButtonRelease, QPointF(350, 230), LEFT)
    canvas.navigation.rest()
    after = pixel_of(canvas, ring()[0])
    assert after[0] - before[0] >= 49
    assert after[1] - before[1] >= 29
    assert pinned == []
    assert not canvas.navigation.following
    assert canvas.overlays.follow.isVisible()


def test_after_a_fit_no_sample_lies_under_the_buttons(canvas: LatentCanvas) -> None:
    canvas.set_codes(np.vstack([ring()[:6], [[1.0, 1.0], [-1.0, 1.0]]]))
    canvas.navigation.fit(animated=False)
    canvas.grab()
    points = canvas.scene.points
    top = min(points.box(index).top() for index in range(8))
    assert top > canvas.overlays.bar.geometry().bottom()


def test_follow_gives_the_view_back(canvas: LatentCanvas, qtbot: QtBot) -> None:
    home = canvas.navigation.view
    canvas.navigation.pan(90, 40)
    canvas.overlays.follow.button.click()
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.following
    assert not canvas.overlays.follow.isVisible()
    assert canvas.navigation.view == home


def test_the_wheel_zooms_about_the_cursor(qtbot: QtBot, canvas: LatentCanvas) -> None:
    navigation = canvas.navigation
    before = navigation.view
    at = before.to_latent(420, 130)
    seen: list[float] = []
    navigation.moved.connect(lambda: seen.append(navigation.view.sx))
    wheel(canvas, 420, 130, 2)
    qtbot.waitUntil(lambda: not navigation.is_moving)
    # The view is animated, possibly in only a few steps on a slow machine.
    assert seen == sorted(seen)
    assert navigation.view.sx > 1.4 * before.sx
    assert navigation.view.to_latent(420, 130) == pytest.approx(at)
    wheel(canvas, 420, 130, -2)
    qtbot.waitUntil(lambda: not navigation.is_moving)
    assert navigation.view.sx == pytest.approx(before.sx)


def test_a_fine_wheel_is_followed_at_once(canvas: LatentCanvas) -> None:
    before = canvas.navigation.view
    at = before.to_latent(420, 130)
    wheel(canvas, 420, 130, 0.25)
    assert canvas.navigation.view.sx == pytest.approx(before.sx * 1.25**0.25)
    assert canvas.navigation.view.to_latent(420, 130) == pytest.approx(at)


def test_notches_add_up_while_it_glides(qtbot: QtBot, canvas: LatentCanvas) -> None:
    before = canvas.navigation.view.sx
    for _ in range(4):
        wheel(canvas, 420, 130, 1)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.view.sx == pytest.approx(before * 1.25**4)


def test_a_trackpad_pinch_zooms(canvas: LatentCanvas) -> None:
    before = canvas.navigation.view.sx
    at = QPointF(300, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        QPointF(canvas.mapToGlobal(at)),
        0.25,
        QPointF(),
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.navigation.view.sx == pytest.approx(before * 1.25)


def test_two_fingers_zoom(canvas: LatentCanvas, qtbot: QtBot) -> None:
    del qtbot
    before = canvas.navigation.view.sx
    device = QTest.createTouchDevice()
    QTest.touchEvent(canvas, device).press(0, QPoint(300, 250), canvas).press(
        1, QPoint(340, 250), canvas
    ).commit()
    for step in range(1, 9):
        touch = QTest.touchEvent(canvas, device)
        touch.move(0, QPoint(300 - 10 * step, 250), canvas)
        touch.move(1, QPoint(340 + 10 * step, 250), canvas).commit()
    touch = QTest.touchEvent(canvas, device)
    touch.release(0, QPoint(220, 250), canvas).release(1, QPoint(420, 250), canvas).commit()
    assert canvas.navigation.view.sx > 2 * before


def test_what_is_under_a_resting_mouse_is_told_when_the_view_moves(canvas: LatentCanvas) -> None:
    move(canvas, 300, 200)
    got = told(canvas.cursor_moved)
    canvas.navigation.zoom(2.0, 400, 300)
    z = got[-1]
    assert isinstance(z, np.ndarray)
    assert z.tolist() == pytest.approx(canvas.navigation.view.to_latent(300, 200), abs=1e-6)
