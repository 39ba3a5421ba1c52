"""A flight over the map, with a simulated clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.features.map.view.flight import STEP_PX, MapFlight
from aegui.features.map.view.types import Pin
from tests.features.map.view.canvases import ring, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.features.map.view.canvas import LatentCanvas


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def flight(canvas: LatentCanvas) -> Iterator[MapFlight]:
    made = MapFlight(canvas, Clock())
    yield made
    made.stop()


def fly(flight: MapFlight, seconds: float) -> None:
    clock = flight._clock
    assert isinstance(clock, Clock)
    for _ in range(round(seconds / 0.05)):
        clock.now += 0.05
        flight._on_timer_timeout()


def test_the_cursor_flies_along_the_way_and_the_view_comes_closer(
    flight: MapFlight, canvas: LatentCanvas
) -> None:
    told: list[NDArray[np.float32]] = []
    canvas.cursor_moved.connect(told.append)
    home = canvas.navigation.home
    flight.begin()
    fly(flight, 12.0)
    assert flight.is_on
    assert canvas.navigation.view.sx > 1.3 * home.sx
    coordinates = np.array(told)
    assert np.linalg.norm(np.diff(coordinates, axis=0), axis=1).max() < 0.2
    assert np.ptp(coordinates, axis=0).max() > 0.5
    # Reported positions lie on the path, and the cursor is visible.
    apart = np.linalg.norm(flight.path[:, np.newaxis] - coordinates[-20:], axis=2).min(axis=0)
    assert apart.max() < 0.05
    pixel = canvas.cursor_overlay.pixel(canvas.navigation.view)
    assert pixel is not None
    assert canvas.navigation.view.contains(pixel.x(), pixel.y())


def test_with_two_pins_it_flies_through_these(flight: MapFlight, canvas: LatentCanvas) -> None:
    pins = np.array([[0.9, 0.0], [-0.4, 0.6], [0.0, -0.5]], np.float32)
    canvas.set_pins([Pin(pin) for pin in pins])
    flight.begin()
    apart = np.linalg.norm(flight.path[:, np.newaxis] - pins, axis=2).min(axis=0)
    assert apart.max() < 0.02


@pytest.mark.parametrize("act", ["key", "click", "press", "wheel"])
def test_whatever_somebody_does_ends_it(flight: MapFlight, canvas: LatentCanvas, act: str) -> None:
    pinned: list[object] = []
    canvas.pin_requested.connect(pinned.append)
    flight.begin()
    fly(flight, 0.5)
    if act == "key":
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    elif act == "wheel":
        wheel(canvas, 300, 200, 1)
    else:
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert not flight.is_on
    assert not pinned, "a key that stops does nothing else"


def test_a_brush_of_the_mouse_does_not_take_the_cursor_away(
    flight: MapFlight, canvas: LatentCanvas
) -> None:
    flight.begin()
    fly(flight, 0.5)
    code = canvas.map_cursor.code()
    QTest.mouseMove(canvas, QPoint(500, 400))
    QTest.mouseMove(canvas, QPoint(505, 404))
    assert flight.is_on
    np.testing.assert_array_equal(canvas.map_cursor.code(), code)


def test_codes_of_one_number_are_flown_along(flight: MapFlight, canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(1))
    flight.begin()
    fly(flight, 2.0)
    code = canvas.map_cursor.code()
    assert code is not None
    assert code.shape == (1,)


def test_without_codes_there_is_no_flight(flight: MapFlight, canvas: LatentCanvas) -> None:
    canvas.set_codes(None)
    flight.begin()
    assert not flight.is_on


def test_another_plane_ends_it(flight: MapFlight, canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    flight.begin()
    assert flight.is_on
    canvas.axes.set_axes(2, 3)
    fly(flight, 0.1)
    assert not flight.is_on


def test_where_nothing_shall_move_it_steps(flight: MapFlight, canvas: LatentCanvas) -> None:
    canvas.navigation.glides = False
    flight.begin()
    first = canvas.map_cursor.code()
    view = canvas.navigation.view
    fly(flight, 0.05)
    second = canvas.map_cursor.code()
    assert first is not None
    assert second is not None
    # Along the path; the straight distance is slightly less.
    assert np.linalg.norm(second - first) * view.sx == pytest.approx(STEP_PX, rel=0.5)
