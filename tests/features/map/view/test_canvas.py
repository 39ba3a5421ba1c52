"""The latent map, operated by mouse, wheel, touch and keys, and checked by its pixels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPaintEvent,
    QPointingDevice,
    QRegion,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolTip, QWidget
from shiboken6 import isValid

from aegui.core.latent.frame import axes_frame
from aegui.features.map.model.plane_tiles import Plane, PlaneRequest
from aegui.features.map.view.controls import AxesBar
from aegui.features.map.view.map_keys import STEP_PX
from aegui.features.map.view.types import MapStyle, Pin
from aegui.kit.theme import DARK, LIGHT, apply_theme
from aegui.session.map.codes_service import described
from tests.features.map.view.canvases import LABELS, images, painted, pixel_of, ring

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas

LEFT = Qt.MouseButton.LeftButton
NO_BUTTON = Qt.MouseButton.NoButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def place(*numbers: float) -> NDArray[np.float32]:
    return np.array(numbers, np.float32)


def mouse(canvas: LatentCanvas, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else button
    pressed = NO_BUTTON if kind == QEvent.Type.MouseMove else button
    there = QPointF(canvas.mapToGlobal(at))
    event = QMouseEvent(kind, at, there, pressed, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def move(canvas: LatentCanvas, x: float, y: float, button: Qt.MouseButton = NO_BUTTON) -> None:
    mouse(canvas, QEvent.Type.MouseMove, QPointF(x, y), button)


def click(canvas: LatentCanvas, x: float, y: float) -> None:
    QTest.mouseClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x), round(y)))


def wheel(canvas: LatentCanvas, x: float, y: float, turns: float) -> None:
    at = QPointF(x, y)
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * turns)),
        NO_BUTTON,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def plane_for(request: PlaneRequest, value: float = 1.0) -> Plane:
    shape = (request.rows, request.columns, 1, 7, 5)
    return Plane(request.rect, np.full(shape, 255 * value, np.uint8), 1, request.frame)


def told(signal: object) -> list[object]:
    got: list[object] = []
    signal.connect(lambda *values: got.append(values[0] if values else None))  # type: ignore[attr-defined]
    return got


def has(image: QImage, colour: QColor, around: tuple[float, float], reach: int = 8) -> bool:
    x0, y0 = round(around[0]), round(around[1])
    return any(
        image.pixelColor(x, y).rgb() == colour.rgb()
        for x in range(max(0, x0 - reach), min(image.width(), x0 + reach + 1))
        for y in range(max(0, y0 - reach), min(image.height(), y0 + reach + 1))
    )


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


class Painted(QObject):
    """Records the repainted region of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return super().eventFilter(watched, event)


def test_what_the_cursor_leaves_and_meets_is_painted_anew(
    canvas: LatentCanvas, qtbot: QtBot
) -> None:
    def covered() -> QRegion:
        return (
            canvas.cursor_overlay.region(canvas.navigation.view, canvas.surface.font())
            & canvas.rect()
        )

    move(canvas, 300, 200)
    canvas.set_preview(np.ones((7, 5), np.float32))
    canvas.set_drift((0.1, 0.2))
    qtbot.waitUntil(lambda: (canvas.cursor_overlay.painted & canvas.rect()) == covered())
    left, heard = covered(), Painted(canvas)
    # Two moves and an image before any of them is painted.
    move(canvas, 420, 330)
    move(canvas, 520, 130)
    canvas.set_preview(np.zeros((7, 5), np.float32))
    qtbot.waitUntil(lambda: (canvas.cursor_overlay.painted & canvas.rect()) == covered())
    assert (left - heard.region).isEmpty()
    assert (covered() - heard.region).isEmpty()
    assert not (QRegion(canvas.rect()) - heard.region).isEmpty()


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


# Samples


def test_samples_are_drawn_as_their_glyphs(canvas: LatentCanvas) -> None:
    assert canvas.scene.points.scale >= 2
    image = painted(canvas)
    for code in ring():
        assert has(image, LIGHT.pixel_on, pixel_of(canvas, code))


def test_the_sample_pointed_at_is_marked_and_named(canvas: LatentCanvas) -> None:
    x, y = pixel_of(canvas, ring()[2])
    before = painted(canvas)
    move(canvas, x + 3, y - 2)
    assert canvas.cursor_overlay.hovered == 2
    after = painted(canvas)
    assert has(after, LIGHT.accent, (x, y), 30)
    assert not has(before, LIGHT.accent, (x, y), 30)
    # The name is shown beside it: a tooltip would be redundant.
    QApplication.sendEvent(
        canvas,
        QHelpEvent(QEvent.Type.ToolTip, QPoint(round(x), round(y)), canvas.mapToGlobal(QPoint())),
    )
    assert QToolTip.text() == ""


@pytest.mark.parametrize("kind", ["dots", "glyphs"])
def test_what_is_told_of_a_sample_lies_beside_it_and_is_one_thing(
    canvas: LatentCanvas, kind: str
) -> None:
    canvas.set_style(MapStyle(points=kind))
    for code in ring():
        x, y = pixel_of(canvas, code)
        move(canvas, x + 1, y - 1)
        canvas.set_preview(np.ones((7, 5), np.float32))
        overlay, view = canvas.cursor_overlay, canvas.navigation.view
        assert overlay.hovered is not None
        at = overlay.pixel(view)
        assert at is not None
        card, _ = overlay.card_rects(view, at, canvas.surface.font())
        box = canvas.scene.points.box(overlay.hovered)
        assert not card.isEmpty()
        assert not card.intersects(box)
        assert QRectF(canvas.rect()).contains(card)
        # For a dot the card shows the sample itself, for a glyph the decoded image.
        assert overlay._shows_sample() == (kind == "dots")
        assert overlay._shows_preview() == (kind == "glyphs")
        painted(canvas)


def test_a_click_loads_the_sample_and_a_second_one_asks_for_the_editor(
    canvas: LatentCanvas,
) -> None:
    activated, pinned = told(canvas.sample_activated), told(canvas.pin_requested)
    wanted = told(canvas.editor_requested)
    x, y = pixel_of(canvas, ring()[5])
    at = QPoint(round(x), round(y))
    QTest.mouseClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert (activated, wanted) == ([5], [])
    QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert set(activated) == {5}
    assert len(wanted) == 1
    assert pinned == []


def test_what_is_decoded_at_the_cursor_can_be_drawn(canvas: LatentCanvas) -> None:
    wanted = told(canvas.draw_requested)
    QTest.keyClick(canvas, Qt.Key.Key_E)
    assert wanted == []
    canvas.map_cursor.set_code((0.6, 0.1))
    QTest.keyClick(canvas, Qt.Key.Key_E)
    menu = canvas.menu.at(QPoint(360, 230))
    menu.actions()[0].trigger()
    menu.deleteLater()
    assert [np.asarray(z).tolist() for z in wanted] == [pytest.approx([0.6, 0.1])] * 2


def test_dots_can_be_chosen_from_the_menu(canvas: LatentCanvas) -> None:
    got = told(canvas.style_changed)
    menu = canvas.overlays.bar.show_menu.menu()
    next(a for a in menu.actions() if a.data() == "dots").trigger()
    assert got == [MapStyle(points="dots")]
    image = painted(canvas)
    assert canvas.scene.points.scale == 0
    assert has(image, LIGHT.series[0], pixel_of(canvas, ring()[3]), 2)


def test_codes_must_fit_the_samples(canvas: LatentCanvas) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        canvas.set_codes(ring()[:3])


def test_codes_that_are_not_finite_do_no_harm(canvas: LatentCanvas) -> None:
    broken = ring()
    broken[2] = np.nan
    broken[3, 0] = np.inf
    canvas.set_codes(broken)
    move(canvas, 300, 200)
    painted(canvas)
    canvas.set_codes(np.full((8, 2), np.nan))
    move(canvas, 310, 200)
    painted(canvas)
    assert canvas.accessibleDescription().startswith("Cursor at")


def test_without_codes_the_map_explains_itself(canvas: LatentCanvas) -> None:
    canvas.map_cursor.set_code(None)
    canvas.set_codes(None)
    assert "Train" in canvas.accessibleDescription()
    assert has(painted(canvas), LIGHT.text, (370, 240), 60)
    canvas.set_empty_text("Nothing here")
    assert canvas.accessibleDescription() == "Nothing here"


# Moving the view


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


# Pins and the drawing


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


# The decoded background


def test_a_plane_is_asked_for_when_needed_and_not_before(canvas: LatentCanvas) -> None:
    got = told(canvas.view_changed)
    first = canvas.request
    assert first is not None
    assert first.frame == axes_frame((0, 1), [0.0, 0.0])
    canvas.navigation.pan(6, 3)
    assert got == [], "there is a margin to pan over"
    canvas.navigation.pan(200, 0)
    assert len(got) == 1
    canvas.navigation.zoom(3.0, 300, 200)
    assert len(got) == 2
    request = canvas.request
    assert request is not None
    x0, y0, x1, y1 = canvas.navigation.view.bounds
    assert request.rect[0] <= x0 <= x1 <= request.rect[2]
    assert request.rect[1] <= y0 <= y1 <= request.rect[3]


def test_the_plane_is_painted_softly_and_never_goes_blank(canvas: LatentCanvas) -> None:
    assert canvas.request is not None
    blank = painted(canvas)
    canvas.set_plane(plane_for(canvas.request))

    def field(image: QImage) -> int:
        cells = ((x, y) for x in range(60, 690, 3) for y in range(60, 470, 3))
        return sum(image.pixelColor(x, y) != blank.pixelColor(x, y) for x, y in cells)

    shown = field(painted(canvas))
    assert shown > 3000
    canvas.navigation.pan(30, 20)
    assert field(painted(canvas)) > 0.9 * shown
    canvas.navigation.zoom(1.3, 300, 200)
    assert field(painted(canvas)) > 0.7 * shown
    lit = painted(canvas).pixelColor(300, 200).lightness()
    assert lit > 150, "far paler than a glyph"
    canvas.set_style(MapStyle(plane=False))
    assert has(painted(canvas), LIGHT.panel, (200, 250), 3)


def test_a_plane_that_was_switched_off_is_asked_for_again(canvas: LatentCanvas) -> None:
    got = told(canvas.view_changed)
    canvas.set_style(MapStyle(plane=False))
    assert got == []
    canvas.set_style(MapStyle())
    assert len(got) == 1


def test_a_plane_goes_with_its_network(canvas: LatentCanvas) -> None:
    assert canvas.request is not None
    canvas.set_codes(None)
    empty = painted(canvas)
    canvas.set_codes(ring())
    canvas.set_plane(plane_for(canvas.request))
    assert painted(canvas) != empty
    canvas.set_codes(None)
    assert painted(canvas) == empty


def test_a_plane_of_other_axes_is_not_shown(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.axes.set_axes(0, 1)
    assert canvas.request is not None
    canvas.set_plane(plane_for(canvas.request))
    with_plane = painted(canvas)
    canvas.axes.set_axes(2, 3)
    canvas.axes.set_axes(0, 1)
    assert painted(canvas) == with_plane
    other = axes_frame((1, 0), canvas.base)
    canvas.set_plane(Plane(canvas.request.rect, np.full((2, 2, 1, 7, 5), 255, np.uint8), 1, other))
    assert painted(canvas) != with_plane


# Codes of one dimension, and of more than two


def test_one_number_is_a_ribbon(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(1))
    request = canvas.request
    assert request is not None
    assert request.rows == 1
    got = told(canvas.cursor_moved)
    move(canvas, 300, 120)
    z = got[0]
    assert isinstance(z, np.ndarray)
    assert z.tolist() == pytest.approx([canvas.navigation.view.to_latent(300, 0)[0]], abs=1e-6)
    canvas.set_plane(plane_for(request))
    band = canvas.scene.band(canvas.navigation.view)
    assert band is not None
    image = painted(canvas)
    middle = round(sum(band) / 2)
    lit = sum(image.pixelColor(x, middle) != LIGHT.panel for x in range(700))
    assert lit > 450
    assert (canvas.scene.points.pixels[:, 1] < band[0]).all()
    with pytest.raises(ValueError, match="no axes"):
        canvas.axes.set_axes(0, 1)
    canvas.navigation.zoom(6.0, 300, 120)
    nearer = canvas.scene.band(canvas.navigation.view)
    assert nearer is not None
    assert nearer[1] - nearer[0] > 2 * (band[1] - band[0])
    canvas.scene.lay_out(canvas.navigation.view)
    assert (canvas.scene.points.pixels[:, 1] < nearer[0]).all()
    asked = canvas.request
    assert asked is not None
    assert asked.columns < request.columns


def test_the_choice_of_axes_fits_into_the_room_that_there_is(qtbot: QtBot) -> None:
    bar = AxesBar()
    qtbot.addWidget(bar)
    bar.set_state((0, 1), 4, spanned=False)
    bar.show()
    heights = []
    for width in (2000, 360, 200):
        bar.set_width(width)
        assert bar.width() <= width
        heights.append(bar.height())
        for part in (bar.x_choice, bar.y_choice, bar.spanned, bar.through_pins, bar.strip):
            assert bar.rect().contains(part.geometry())
    assert heights == sorted(set(heights)), "one row, two, three"


def test_the_choice_of_axes_shows_its_words_whole_once_planes_are_random(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    around.show()
    bar = AxesBar(around)
    bar.set_state((0, 1), 4, spanned=False)
    bar.set_random(False)
    bar.show()
    bar.set_width(300)
    bar.set_random(True)
    bar.set_width(300)
    QApplication.processEvents()
    for button in (bar.shuffle, bar.through_pins, bar.strip):
        assert button.width() >= button.sizeHint().width()


def test_more_than_two_numbers_have_axes_to_choose(canvas: LatentCanvas) -> None:
    assert not canvas.overlays.axes.isVisible()
    canvas.set_codes(ring(5))
    bar = canvas.overlays.axes
    assert bar.isVisible()
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25, 0.25], abs=1e-6)
    got = told(canvas.cursor_moved)
    move(canvas, 300, 200)
    z = got[0]
    assert isinstance(z, np.ndarray)
    assert z[2:].tolist() == [0.25, 0.25, 0.25]
    bar.x_choice.setCurrentIndex(1)
    bar.x_choice.activated.emit(1)
    assert canvas.scene.projection.axes == (1, 0), "the same number twice swaps the two"
    assert canvas.request is not None
    assert canvas.request.frame == axes_frame((1, 0), canvas.base)


def test_codes_of_more_than_two_numbers_begin_in_the_plane_of_most_difference(
    canvas: LatentCanvas,
) -> None:
    values = ring(4)
    values[:, 2] = np.linspace(-50.0, 50.0, len(values))
    canvas.set_codes(values)
    axes = canvas.overlays.axes
    assert axes.spanned.isChecked()
    assert axes.shuffle.isHidden()
    assert canvas.request is not None
    assert abs(canvas.request.frame.across[2]) > 0.9
    axes.axes_edited.emit(0, 1)
    assert not axes.spanned.isChecked()
    canvas.set_codes(ring(5))
    assert axes.spanned.isChecked(), "another network begins anew"


def test_without_samples_the_first_plane_goes_through_random_codes(canvas: LatentCanvas) -> None:
    canvas.set_prior(True)
    canvas.show_codes(described(np.zeros((0, 16), np.float32), np.zeros(0, np.int64), 40))
    axes = canvas.overlays.axes
    assert axes.spanned.isHidden()
    assert axes.shuffle.isVisible()
    assert canvas.request is not None
    first = canvas.request.frame
    assert np.count_nonzero(first.across) == 16
    QTest.mouseClick(axes.shuffle, Qt.MouseButton.LeftButton)
    assert canvas.request.frame != first
    assert axes.x_choice.currentIndex() == -1, "no number of the code goes across"
    axes.x_choice.setCurrentIndex(4)
    axes.x_choice.activated.emit(4)
    assert canvas.request.frame == axes_frame((4, 1), canvas.base)
    assert (axes.x_choice.currentIndex(), axes.y_choice.currentIndex()) == (4, 1)
    canvas.axes.shuffle()
    canvas.set_codes(ring(5))
    assert axes.spanned.isChecked(), "another network has a plane of its own"
    assert not canvas.scene.projection.is_random


def test_the_view_begins_where_most_codes_are_and_fit_shows_all(canvas: LatentCanvas) -> None:
    count = 80
    canvas.set_samples(["a"] * count, np.zeros((count, 7, 5), np.float32))
    values = np.random.default_rng(3).normal(0.0, 0.2, (count, 2)).astype(np.float32)
    values[0] = (30.0, -40.0)
    canvas.set_codes(values)
    left, bottom, right, top = canvas.navigation.view.bounds
    assert right - left < 20
    assert not (left <= 30.0 <= right and bottom <= -40.0 <= top)
    canvas.navigation.fit(animated=False)
    left, bottom, right, top = canvas.navigation.view.bounds
    assert left <= 30.0 <= right
    assert bottom <= -40.0 <= top


def test_the_other_numbers_follow_the_mean_until_they_are_set(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.axes.set_axes(0, 1)
    canvas.set_codes(ring(4) + 2.0)
    assert canvas.base.tolist() == pytest.approx([2, 2, 2.25, 2.25], abs=1e-6)
    assert canvas.overlays.strip.sliders.code.tolist() == canvas.base.tolist()
    assert canvas.request is not None
    assert canvas.request.frame == axes_frame((0, 1), canvas.base)
    canvas.axes.set_base(place(0.0, 0.0, 0.5, 0.5))
    canvas.set_codes(ring(4) + 3.0)
    assert canvas.base.tolist() == [0, 0, 0.5, 0.5]
    canvas.overlays.strip.mean.click()
    canvas.set_codes(ring(4))
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25], abs=1e-6)


def test_the_other_numbers_can_be_set(canvas: LatentCanvas) -> None:
    canvas.set_codes(ring(4))
    canvas.overlays.axes.strip.click()
    strip = canvas.overlays.strip
    assert strip.isVisible()
    # Not that of the cursor, which stands in its panel.
    assert "Plane" in {label.text() for label in strip.findChildren(QLabel)}
    assert canvas.navigation.view.width < 700 - strip.width() + 1
    requests, told_codes = told(canvas.view_changed), told(canvas.cursor_moved)
    QTest.keyClick(strip.sliders, Qt.Key.Key_PageDown)
    QTest.keyClick(strip.sliders, Qt.Key.Key_Home)
    assert told_codes == [], "it has been the mean already"
    strip.sliders.code_edited.emit(place(0.0, 0.0, 0.25, 0.75))
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.75], abs=1e-6)
    assert len(requests) == 1
    z = told_codes[-1]
    assert isinstance(z, np.ndarray)
    assert z[3] == 0.75, "what the sliders say is decoded"
    strip.mean.click()
    assert canvas.base.tolist() == pytest.approx([0, 0, 0.25, 0.25], abs=1e-6)
    assert strip.sliders.code[3] == 0.25
    strip.zero.click()
    assert not canvas.base.any()
    strip.random.click()
    assert canvas.base[0] != 0.0
    with pytest.raises(ValueError, match="no axes"):
        canvas.axes.set_axes(1, 1)


# Menu, theme, training


def test_the_menu_offers_what_can_be_done_here(canvas: LatentCanvas) -> None:
    canvas.set_pins([Pin(place(0.0, 1.0), "top")])
    x, y = pixel_of(canvas, ring()[2])
    move(canvas, x, y)
    menu = canvas.menu.at(QPoint(round(x), round(y)))
    texts = [action.text() for action in menu.actions()]
    assert {"Load c into the editor", "Pin this place", "Remove top"} <= set(texts)
    keys = {action.text(): action.shortcut().toString() for action in menu.actions()}
    assert (keys["Pin this place"], keys["Remove top"]) == ("P", "Del")
    removed, activated = told(canvas.pin_removed), told(canvas.sample_activated)
    menu.actions()[texts.index("Remove top")].trigger()
    menu.actions()[texts.index("Load c into the editor")].trigger()
    assert (removed, activated) == ([0], [2])
    menu.deleteLater()


def test_a_sample_called_ampersand_is_named_in_the_menu(canvas: LatentCanvas) -> None:
    canvas.set_samples("ab&defgh", images())
    canvas.set_codes(ring())
    x, y = pixel_of(canvas, ring()[2])
    move(canvas, x, y)
    menu = canvas.menu.at(QPoint(round(x), round(y)))
    assert menu.actions()[0].text() == "Load && into the editor"
    menu.deleteLater()


def test_the_menu_key_opens_it(canvas: LatentCanvas, qtbot: QtBot) -> None:
    at = QPoint(300, 200)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, event)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    assert any("Show all codes" in action.text() for action in popup.actions())
    popup.close()


def is_gone(popup: QMenu) -> bool:
    return not isValid(popup)


def test_what_the_map_shows_can_be_chosen_after_its_menu_was_open(
    canvas: LatentCanvas, qtbot: QtBot
) -> None:
    """The context menu offers the same entries, and is deleted once closed."""
    entries = canvas.overlays.bar.show_menu.menu().actions()
    texts = [action.text() for action in entries]
    for _ in range(2):
        at = QPoint(300, 200)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
        QApplication.sendEvent(canvas, event)
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QMenu)
        (shown,) = (action.menu() for action in popup.actions() if action.text() == "Show")
        assert isinstance(shown, QMenu)
        assert [action.text() for action in shown.actions()] == texts
        popup.close()
        qtbot.waitUntil(partial(is_gone, popup))
    got = told(canvas.style_changed)
    next(action for action in entries if action.data() == "dots").trigger()
    next(action for action in entries if action.data() == "grid").trigger()
    assert [style == MapStyle(points="dots") for style in got] == [True, False]
    assert got[-1] == MapStyle(points="dots", grid=not MapStyle().grid)


def test_it_follows_the_theme(canvas: LatentCanvas) -> None:
    apply_theme(QApplication.instance(), DARK)  # type: ignore[arg-type]
    image = painted(canvas)
    assert image.pixelColor(5, 495) == DARK.panel
    assert has(image, DARK.pixel_on, pixel_of(canvas, ring()[0]), 10)


def test_the_view_follows_codes_that_grow(canvas: LatentCanvas, qtbot: QtBot) -> None:
    canvas.set_codes(ring() * 5)
    qtbot.waitUntil(lambda: not canvas.navigation.is_moving)
    view = canvas.navigation.view
    assert all(view.contains(*pixel_of(canvas, code)) for code in ring() * 5)


def test_a_smaller_set_comes_while_the_mouse_rests_on_a_sample(canvas: LatentCanvas) -> None:
    hovered = told(canvas.hovered)
    move(canvas, *pixel_of(canvas, ring()[6]))
    canvas.set_fan(np.zeros((5, 5, 7, 5), np.float32), 0.1)
    canvas.set_samples(LABELS[:3], images()[:3])
    canvas.set_drift((0.0, 0.0))
    canvas.set_fan(np.zeros((5, 5, 7, 5), np.float32), 0.1)
    canvas.grab()
    assert hovered == [6, -1]
    canvas.set_codes(ring()[:3])
    canvas.grab()


def test_a_new_set_forgets_the_old_codes(canvas: LatentCanvas) -> None:
    canvas.navigation.zoom(5.0, 300, 200)
    canvas.set_samples(("x", "y"), images()[:2])
    assert canvas.scene.codes is None
    canvas.set_codes([[10.0, 10.0], [12.0, 11.0]])
    assert canvas.navigation.following
    assert canvas.navigation.view.cx == pytest.approx(11.0)


def test_a_drawing_whose_code_is_no_number_is_not_in_the_way(canvas: LatentCanvas) -> None:
    canvas.set_drawing_code([0.2, 0.1], [[0.0, 0.0], [0.2, 0.1]])
    whole = canvas.scene.drawn_rect(canvas.navigation.view)
    assert 0 < whole.width() < canvas.width() / 2
    canvas.set_drawing_code([np.nan, 0.1])
    canvas.repaint()
    assert canvas.scene.drawn_rect(canvas.navigation.view).isEmpty()
