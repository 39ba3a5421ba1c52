"""Gestures on the map: throwing, double click, two fingers; and the view locked by a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.features.map.view.types import Pin
from tests.features.map.view.canvases import LABELS, images, pixel_of, ring

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas

LEFT = Qt.MouseButton.LeftButton
NO_BUTTON = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
EMPTY = QPoint(380, 260)
"""A place far from all samples."""


def send(
    canvas: LatentCanvas,
    kind: QEvent.Type,
    x: float,
    y: float,
    modifiers: Qt.KeyboardModifier = PLAIN,
) -> None:
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else LEFT
    button = NO_BUTTON if kind == QEvent.Type.MouseMove else LEFT
    at = QPointF(x, y)
    there = QPointF(canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, QMouseEvent(kind, at, there, button, held, modifiers))


def double_click(canvas: LatentCanvas) -> None:
    """Send the events of a double click as a desktop does."""
    kinds = (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseButtonRelease,
    )
    for kind in kinds:
        send(canvas, kind, EMPTY.x(), EMPTY.y())


def gesture(canvas: LatentCanvas, kind: Qt.NativeGestureType, delta: QPointF) -> None:
    at = QPointF(300, 200)
    device = QPointingDevice.primaryPointingDevice()
    there = QPointF(canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, QNativeGestureEvent(kind, device, 2, at, at, there, 0.0, delta))


def wheel(canvas: LatentCanvas, turns: float) -> None:
    at = QPointF(300, 200)
    there = QPointF(canvas.mapToGlobal(at))
    turned, phase = QPoint(0, round(120 * turns)), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, there, QPoint(), turned, NO_BUTTON, PLAIN, phase, False)
    QApplication.sendEvent(canvas, event)


def begin_lasso(canvas: LatentCanvas) -> None:
    send(canvas, QEvent.Type.MouseButtonPress, 200, 120, SHIFT)
    send(canvas, QEvent.Type.MouseMove, 300, 150, SHIFT)


def test_a_map_that_is_thrown_runs_on_and_comes_to_rest(qtbot: QtBot, canvas: LatentCanvas) -> None:
    # A simulated clock sets the speed of the gesture, however slow the machine is.
    now = [0.0]
    canvas.navigation._clock = lambda: now[0]
    send(canvas, QEvent.Type.MouseButtonPress, 300, 200)
    for x in range(310, 400, 10):
        now[0] += 0.01
        send(canvas, QEvent.Type.MouseMove, x, 200)
    let_go = pixel_of(canvas, ring()[0])
    send(canvas, QEvent.Type.MouseButtonRelease, 390, 200)
    assert canvas.navigation.is_moving
    now[0] += 0.05
    qtbot.waitUntil(lambda: pixel_of(canvas, ring()[0])[0] > let_go[0] + 20)
    now[0] += 9.0
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert pixel_of(canvas, ring()[0])[1] == pytest.approx(let_go[1])


def test_a_press_stops_a_map_that_runs_on(canvas: LatentCanvas) -> None:
    canvas.navigation.glide_by(200.0, 0.0)
    assert canvas.navigation.is_moving
    send(canvas, QEvent.Type.MouseButtonPress, 300, 200)
    assert not canvas.navigation.is_moving


def test_a_double_click_on_a_pin_that_was_there_changes_none(canvas: LatentCanvas) -> None:
    x, y = canvas.navigation.view.to_latent(EMPTY.x(), EMPTY.y())
    canvas.set_pins((Pin(np.array([x, y], np.float32), "old"),))
    removed: list[int] = []
    pinned: list[object] = []
    canvas.pin_removed.connect(removed.append)
    canvas.pin_requested.connect(pinned.append)
    double_click(canvas)
    assert removed == pinned == []


def test_a_trackpad_pans_and_fits(qtbot: QtBot, canvas: LatentCanvas) -> None:
    before = pixel_of(canvas, ring()[0])
    gesture(canvas, Qt.NativeGestureType.PanNativeGesture, QPointF(25, -10))
    after = pixel_of(canvas, ring()[0])
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((25.0, -10.0))
    assert not canvas.navigation.following
    gesture(canvas, Qt.NativeGestureType.SmartZoomNativeGesture, QPointF())
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    assert canvas.navigation.following
    assert pixel_of(canvas, ring()[0]) == pytest.approx(before)


def test_two_fingers_side_by_side_pan(canvas: LatentCanvas) -> None:
    before = pixel_of(canvas, ring()[0])
    scale = canvas.navigation.view.sx
    device = QTest.createTouchDevice()
    fingers = (QPoint(300, 250), QPoint(380, 250))

    def touch(kind: str, step: int) -> None:
        event = QTest.touchEvent(canvas, device)
        for number, finger in enumerate(fingers):
            getattr(event, kind)(number, finger + QPoint(8 * step, 5 * step), canvas)
        event.commit()

    touch("press", 0)
    for step in range(1, 9):
        touch("move", step)
    touch("release", 8)
    after = pixel_of(canvas, ring()[0])
    assert canvas.navigation.view.sx == pytest.approx(scale, rel=0.02)
    assert after[0] > before[0] + 30
    assert after[1] > before[1] + 15


def test_the_map_stands_still_under_a_lasso(qtbot: QtBot, canvas: LatentCanvas) -> None:
    view = canvas.navigation.view
    begin_lasso(canvas)
    wheel(canvas, 2.0)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    # Training continues, and its codes leave the view.
    canvas.set_codes(3.0 * ring())
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, PLAIN, QPoint(90, 90))
    assert canvas.navigation.view == view
    assert not canvas.navigation.is_moving
    send(canvas, QEvent.Type.MouseMove, 250, 300, SHIFT)
    send(canvas, QEvent.Type.MouseButtonRelease, 200, 120, SHIFT)
    qtbot.waitUntil(lambda: canvas.navigation.view.sx < 0.5 * view.sx)
    assert canvas.navigation.following


def test_other_samples_end_a_lasso_and_forget_its_region(canvas: LatentCanvas) -> None:
    begin_lasso(canvas)
    send(canvas, QEvent.Type.MouseMove, 250, 300, SHIFT)
    send(canvas, QEvent.Type.MouseButtonRelease, 200, 120, SHIFT)
    assert canvas.selecting.region is not None
    begin_lasso(canvas)
    canvas.set_samples(LABELS, images())
    assert not canvas.cursor_overlay.lasso.is_drawn
    assert canvas.selecting.region is None


@pytest.mark.parametrize("size", [1, 2, 5])
def test_where_there_is_no_sample_a_lasso_still_tells_its_region(
    canvas: LatentCanvas, size: int
) -> None:
    # As on the map of a network without encoder.
    canvas.set_samples(LABELS, images())
    canvas.set_codes(ring(size))
    canvas.set_codes(np.full((len(LABELS), size), np.nan))
    begin_lasso(canvas)
    send(canvas, QEvent.Type.MouseMove, 250, 300, SHIFT)
    send(canvas, QEvent.Type.MouseButtonRelease, 200, 120, SHIFT)
    assert canvas.selecting.region is not None
    assert canvas.selecting.region[1].size == size
    assert not len(canvas.selection)


def test_a_lasso_on_a_map_without_codes_does_no_harm(canvas: LatentCanvas) -> None:
    canvas.set_codes(None)
    begin_lasso(canvas)
    send(canvas, QEvent.Type.MouseMove, 250, 300, SHIFT)
    canvas.grab()
    send(canvas, QEvent.Type.MouseButtonRelease, 200, 120, SHIFT)
    assert not len(canvas.selection)
