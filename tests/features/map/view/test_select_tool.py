"""Selecting samples with a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.features.map.view.canvases import LABELS, changed, painted, pixel_of, ring
from tests.widgets.drags import caught_drags

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def send(
    canvas: LatentCanvas, kind: QEvent.Type, at: QPointF, modifiers: Qt.KeyboardModifier
) -> None:
    moved = kind == QEvent.Type.MouseMove
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
    button = Qt.MouseButton.NoButton if moved else LEFT
    there = QPointF(canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, QMouseEvent(kind, at, there, button, held, modifiers))


def draw_around(
    canvas: LatentCanvas, *samples: int, modifiers: Qt.KeyboardModifier = SHIFT, ends: bool = True
) -> None:
    """Draw a box around each of these samples, in a single line."""
    corners = []
    for sample in samples:
        x, y = pixel_of(canvas, ring()[sample])
        for dx, dy in ((-30, -30), (30, -30), (30, 30), (-30, 30), (-30, -30)):
            corners.append(QPointF(x + dx, y + dy))
    send(canvas, QEvent.Type.MouseButtonPress, corners[0], modifiers)
    for corner in corners[1:]:
        send(canvas, QEvent.Type.MouseMove, corner, modifiers)
    if ends:
        send(canvas, QEvent.Type.MouseButtonRelease, corners[-1], modifiers)


def selections(canvas: LatentCanvas) -> list[list[int]]:
    told: list[list[int]] = []
    canvas.selection_changed.connect(lambda indices: told.append(indices.tolist()))
    return told


def test_a_line_with_shift_selects_what_it_goes_around(canvas: LatentCanvas) -> None:
    told = selections(canvas)
    view = canvas.navigation.view
    draw_around(canvas, 2)
    assert told == [[2]]
    assert canvas.selection.tolist() == [2]
    assert canvas.navigation.view == view
    assert canvas.accessibleDescription() == f"1 sample selected: {LABELS[2]}"
    draw_around(canvas, 5, modifiers=SHIFT | CONTROL)
    assert told[-1] == [2, 5]
    draw_around(canvas, 1)
    assert told[-1] == [1]


def test_the_lasso_is_a_button_and_a_key_too(canvas: LatentCanvas) -> None:
    told = selections(canvas)
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert canvas.selecting.is_on
    draw_around(canvas, 3, modifiers=NONE)
    assert told == [[3]]
    canvas.overlays.bar.lasso.click()
    assert not canvas.selecting.is_on
    assert canvas.navigation.following
    draw_around(canvas, 3, modifiers=NONE)
    assert told == [[3]]
    assert not canvas.navigation.following


def test_escape_gives_up_one_thing_after_the_other(canvas: LatentCanvas) -> None:
    told = selections(canvas)
    canvas.selecting.set_on(True)
    draw_around(canvas, 3, modifiers=NONE)
    before = painted(canvas)
    draw_around(canvas, 4, modifiers=NONE, ends=False)
    assert len(changed(before, painted(canvas)))
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.selecting.is_on
    assert told == [[3], []]


def test_a_click_with_the_lasso_selects_nothing(canvas: LatentCanvas) -> None:
    told = selections(canvas)
    pins: list[object] = []
    canvas.pin_requested.connect(pins.append)
    draw_around(canvas, 3)
    QTest.mouseClick(canvas, LEFT, SHIFT)
    assert told == [[3], []]
    assert not pins


def test_the_region_is_that_of_the_last_lasso_until_the_selection_changes(
    canvas: LatentCanvas,
) -> None:
    selecting = canvas.selecting
    for lasso in ((3,), (3, 4)):
        draw_around(canvas, *lasso)
        assert selecting.region is not None
        # As it is told by the selection that all views share.
        canvas.set_selection(canvas.selection)
        assert selecting.region is not None
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert selecting.region is None
    draw_around(canvas, 3)
    canvas.set_selection([3, 5])
    assert selecting.region is None
    draw_around(canvas, 3)
    QTest.mouseClick(canvas, LEFT, SHIFT)
    assert selecting.region is None
    # A region without samples, as within the ring, is one to look for images in.
    x, y = pixel_of(canvas, ring().mean(axis=0))
    for kind, dx, dy in (
        (QEvent.Type.MouseButtonPress, 0, 0),
        (QEvent.Type.MouseMove, 9, 0),
        (QEvent.Type.MouseMove, 9, 9),
        (QEvent.Type.MouseButtonRelease, 9, 9),
    ):
        send(canvas, kind, QPointF(x + dx, y + dy), SHIFT)
    assert len(canvas.selection) == 0
    assert selecting.region is not None
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert selecting.region is None


def test_the_selection_can_be_shown_large_and_cleared(canvas: LatentCanvas, qtbot: QtBot) -> None:
    bar = canvas.overlays.selection
    assert not bar.isVisible()
    canvas.set_selection([1, 2])
    assert bar.isVisible()
    canvas.selecting.zoom()
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    view = canvas.navigation.view
    assert view.cx == pytest.approx(ring()[1:3, 0].mean(), abs=0.02)
    # Centred in the area that the buttons at the top leave free.
    middle = view.cy - view.inset / 2 / view.sy
    assert middle == pytest.approx(ring()[1:3, 1].mean(), abs=0.02)
    width = float(np.ptp(ring()[1:3, 0])) * view.sx
    assert 0.4 * view.width < width < view.width
    texts = [action.text() for action in canvas.menu.at(canvas.rect().center()).actions()]
    assert "Zoom to the selection" in texts
    bar.clear.click()
    assert not len(canvas.selection)
    assert not bar.isVisible()


def test_zooming_to_no_selection_shows_all(canvas: LatentCanvas) -> None:
    canvas.navigation.zoom(5.0, 300.0, 200.0)
    QTest.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.navigation.following


def test_very_many_samples_are_selected_likewise(canvas: LatentCanvas) -> None:
    rng = np.random.default_rng(0)
    coordinates = rng.uniform(-1.0, 1.0, (5000, 2)).astype(np.float32)
    canvas.set_samples(["x"] * len(coordinates), np.zeros((len(coordinates), 7, 5), np.float32))
    canvas.set_codes(coordinates)
    view = canvas.navigation.view
    box = [view.to_pixels([corner])[0].tolist() for corner in ((-0.5, -0.5), (0.25, 0.5))]
    (x0, y0), (x1, y1) = box
    send(canvas, QEvent.Type.MouseButtonPress, QPointF(x0, y0), SHIFT)
    for x, y in ((x1, y0), (x1, y1), (x0, y1)):
        send(canvas, QEvent.Type.MouseMove, QPointF(x, y), SHIFT)
    send(canvas, QEvent.Type.MouseButtonRelease, QPointF(x0, y1), SHIFT)
    inside = (coordinates > (-0.5, -0.5)).all(axis=1) & (coordinates < (0.25, 0.5)).all(axis=1)
    assert canvas.selection.tolist() == np.flatnonzero(inside).tolist()


def test_what_is_selected_is_dragged_away_other_samples_move_the_map(
    canvas: LatentCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged = caught_drags(monkeypatch)
    canvas.selecting.select(np.array([1, 4]))
    move = QPointF(20.0, 0.0)
    for index, expected in ((4, [(1, 4)]), (2, [(1, 4)])):
        at, before = QPointF(*pixel_of(canvas, ring()[index])), canvas.navigation.view
        send(canvas, QEvent.Type.MouseButtonPress, at, NONE)
        send(canvas, QEvent.Type.MouseMove, at + move, NONE)
        send(canvas, QEvent.Type.MouseButtonRelease, at + move, NONE)
        canvas.navigation.rest()
        assert dragged == expected
        assert (canvas.navigation.view == before) is (index == 4)


def test_any_sample_is_dragged_away_with_ctrl(
    canvas: LatentCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged = caught_drags(monkeypatch)
    keys = Qt.KeyboardModifier.ControlModifier
    at, before = QPointF(*pixel_of(canvas, ring()[2])), canvas.navigation.view
    send(canvas, QEvent.Type.MouseButtonPress, at, keys)
    send(canvas, QEvent.Type.MouseMove, at + QPointF(20.0, 0.0), keys)
    send(canvas, QEvent.Type.MouseButtonRelease, at + QPointF(20.0, 0.0), keys)
    assert dragged == [(2,)]
    assert canvas.navigation.view == before
