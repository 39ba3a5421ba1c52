"""The latent map: samples, menu, theme and training, checked by its pixels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from shiboken6 import isValid

from aegui.features.map.view.types import MapStyle, Pin
from aegui.kit.theme import DARK, LIGHT, apply_theme
from tests.features.map.view.canvases import (
    LABELS,
    LEFT,
    has,
    images,
    move,
    painted,
    pixel_of,
    place,
    ring,
    told,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


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
