"""Pins on the latent map, and the mark of the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from aegui.features.map.view.map_keys import STEP_PX
from aegui.features.map.view.types import MapStyle, Pin
from aegui.kit.theme import LIGHT
from tests.features.map.view.canvases import (
    LEFT,
    click,
    has,
    mouse,
    move,
    painted,
    pixel_of,
    place,
    ring,
    told,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


def test_a_click_beside_the_samples_pins_nothing_and_selects_nothing(
    canvas: LatentCanvas,
) -> None:
    pinned, selected = told(canvas.pin_requested), told(canvas.selection_changed)
    canvas.set_selection([1, 4])
    click(canvas, 380, 230)
    assert pinned == []
    assert len(canvas.selection) == 0
    assert len(selected) == 1


@pytest.mark.parametrize("way", ["P", "double click"])
def test_a_place_is_pinned_by_its_key_or_a_double_click(canvas: LatentCanvas, way: str) -> None:
    pinned = told(canvas.pin_requested)
    move(canvas, 380, 230)
    if way == "P":
        QTest.keyClick(canvas, Qt.Key.Key_P)
    else:
        at = QPoint(380, 230)
        QTest.mouseClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
        QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert len(pinned) == 1
    assert isinstance(pinned[0], np.ndarray)
    assert pinned[0].tolist() == pytest.approx(canvas.navigation.view.to_latent(380, 230), abs=1e-6)


def test_pins_are_painted_and_delete_asks_for_the_nearest(canvas: LatentCanvas) -> None:
    removed = told(canvas.pin_removed)
    pins = (Pin(place(0.3, 0.3), "here"), Pin(place(-0.3, -0.3)))
    canvas.set_pins((*pins, Pin(np.zeros(3, np.float32), "of another network")))
    image = painted(canvas)
    for pin in pins:
        x, y = pixel_of(canvas, pin.z)
        assert has(image, LIGHT.accent, (x, y - 11), 6)
    canvas.map_cursor.set_code((-0.28, -0.3))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert removed == [1]
    canvas.map_cursor.set_code((0.9, -0.9))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert removed == [1], "from far away no pin is meant"


def drag(canvas: LatentCanvas, *way: tuple[float, float]) -> None:
    """Press at the first position and move to the others, without releasing."""
    mouse(canvas, QEvent.Type.MouseButtonPress, QPointF(*way[0]), LEFT)
    for at in way[1:]:
        move(canvas, *at, LEFT)


def moves(canvas: LatentCanvas) -> list[tuple[int, NDArray[np.float32]]]:
    found: list[tuple[int, NDArray[np.float32]]] = []
    canvas.pin_moved.connect(lambda index, code: found.append((index, code)))
    return found


def let_go(canvas: LatentCanvas, x: float, y: float) -> None:
    mouse(canvas, QEvent.Type.MouseButtonRelease, QPointF(x, y), LEFT)


def test_a_pin_is_moved_by_the_mouse(canvas: LatentCanvas) -> None:
    moved, pinned = moves(canvas), told(canvas.pin_requested)
    canvas.set_pins((Pin(place(0.3, 0.3), "one"), Pin(place(-0.3, -0.3), "other")))
    x, y = pixel_of(canvas, place(-0.3, -0.3))
    before = canvas.navigation.view
    drag(canvas, (x, y - 10), (x + 20, y - 10), (x + 60, y - 40))
    assert canvas.scene.pins[1].z.tolist() != [-0.3, -0.3], "it is seen where it is going"
    let_go(canvas, x + 60, y - 40)
    ((index, code),) = moved
    assert index == 1
    wanted = canvas.navigation.view.to_latent(x + 60, y - 30)
    assert code.tolist() == pytest.approx(wanted, abs=1e-5)
    assert canvas.navigation.view == before, "the map stays where it is"
    assert pinned == []
    assert canvas.scene.pins[1].z.tolist() == pytest.approx([-0.3, -0.3]), "it only asks"


def test_escape_leaves_a_pin_where_it_was(canvas: LatentCanvas) -> None:
    moved = moves(canvas)
    canvas.set_pins((Pin(place(0.3, 0.3), "one"),))
    x, y = pixel_of(canvas, place(0.3, 0.3))
    drag(canvas, (x, y - 8), (x + 30, y), (x + 50, y))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    let_go(canvas, x + 50, y)
    assert moved == []
    assert canvas.scene.pins[0].z.tolist() == pytest.approx([0.3, 0.3])


def test_other_pins_end_the_drag_of_one(canvas: LatentCanvas) -> None:
    moved, view = moves(canvas), canvas.navigation.view
    canvas.set_pins((Pin(place(0.3, 0.3), "one"),))
    x, y = pixel_of(canvas, place(0.3, 0.3))
    drag(canvas, (x, y - 8), (x + 30, y), (x + 50, y))
    canvas.set_pins((Pin(place(0.6, 0.6), "other"),))
    move(canvas, x + 90, y, LEFT)
    let_go(canvas, x + 90, y)
    assert moved == []
    assert canvas.scene.pins[0].z.tolist() == pytest.approx([0.6, 0.6])
    assert canvas.navigation.view == view, "nor does it move the map"


def test_other_axes_and_another_base_are_told(canvas: LatentCanvas) -> None:
    rng, heard = np.random.default_rng(0), told(canvas.frame_changed)
    canvas.set_codes(rng.normal(size=(len(ring()), 4)))
    canvas.set_style(MapStyle(plane=False))
    assert heard == []
    canvas.axes.set_axes(1, 3)
    assert len(heard) == 1
    canvas.axes.set_base(np.ones(4))
    assert len(heard) == 2
    move(canvas, 300, 200)
    assert len(heard) == 2, "the cursor changes no frame"


def test_alt_and_arrows_move_the_pin_at_the_cursor(canvas: LatentCanvas) -> None:
    moved = moves(canvas)
    canvas.set_pins((Pin(place(0.3, 0.3), "one"),))
    canvas.map_cursor.set_code((0.3, 0.3))
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    ((index, code),) = moved
    assert index == 0
    step = STEP_PX / canvas.navigation.view.sx
    assert code.tolist() == pytest.approx([0.3 + step, 0.3], abs=1e-5)
    assert canvas.map_cursor.code() == pytest.approx(code, abs=1e-5)


def test_a_click_on_a_pin_pins_no_other(canvas: LatentCanvas) -> None:
    pinned, activated = told(canvas.pin_requested), told(canvas.sample_activated)
    canvas.set_pins((Pin(place(0.3, 0.3), "one"),))
    x, y = pixel_of(canvas, place(0.3, 0.3))
    click(canvas, x, y - 8)
    assert pinned == []
    assert activated == []
    assert "one: " in canvas.menu.tip_at(QPointF(x, y - 8))


def test_the_whole_map_shows_the_pins_too(canvas: LatentCanvas, qtbot: QtBot) -> None:
    pins = (Pin(place(9.0, 0.3), "right"), Pin(place(-0.3, -7.0), "below"))
    canvas.set_pins(pins)
    canvas.fit()
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    for pin in pins:
        x, y = pixel_of(canvas, pin.z)
        assert canvas.navigation.view.contains(x, y)


def test_pins_of_a_network_before_do_not_shrink_the_map_to_a_speck(canvas: LatentCanvas) -> None:
    alone = canvas.navigation.home.sx
    canvas.set_pins([Pin(place(500.0, -300.0), "far", is_former=True)])
    assert canvas.navigation.home.sx == alone
    x0, y0, x1, y1 = canvas.scene.bounds or (0.0, 0.0, 0.0, 0.0)
    aside = 0.4 * max(x1 - x0, y1 - y0)
    canvas.set_pins([Pin(place(x1 + aside, y1 + aside), "near", is_former=True)])
    assert canvas.navigation.home.sx < alone, "it is to be seen with them"


def test_the_drawing_has_a_mark_and_a_trail(canvas: LatentCanvas) -> None:
    way = [(0.5, -0.5), (0.2, -0.2), (0.0, 0.0)]
    canvas.set_drawing_code(way[-1], way)
    image = painted(canvas)
    assert has(image, LIGHT.warn, pixel_of(canvas, place(0.0, 0.0)), 12)
    x, y = pixel_of(canvas, place(0.1, -0.1))
    assert not has(image, LIGHT.panel, (x, y), 0)
    canvas.set_drawing_code(None)
    assert not has(painted(canvas), LIGHT.warn, pixel_of(canvas, place(0.0, 0.0)), 12)
