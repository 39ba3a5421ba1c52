from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from aegui.kit.theme import DARK, LIGHT, Theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import picture
from aegui.widgets.scatter.sprites import FRAME_MARGIN, framed_pixmap
from tests.features.map.view.canvases import on_screen
from tests.harness.paints import Paints
from tests.processes import python

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from aegui.features.map.view.canvas import LatentCanvas


def on_screen_after_repaint(canvas: LatentCanvas) -> QImage:
    QCoreApplication.processEvents()
    return on_screen(canvas)


def move(canvas: LatentCanvas, at: QPointF) -> None:
    QTest.mouseMove(canvas, at.toPoint())


def test_a_cursor_repaints_the_drawing_only_where_it_meets_it(
    canvas: LatentCanvas, qtbot: QtBot
) -> None:
    canvas.set_preview(np.ones((7, 5), np.float32))
    canvas.set_drawing_code([0.2, 0.1], [[0.0, 0.0], [0.1, 0.3], [0.2, 0.1]])
    marks = canvas.scene.drawn_rect(canvas.navigation.view).toAlignedRect()
    move(canvas, QPointF(marks.topLeft()) - QPointF(150, 150))
    canvas.repaint()
    updates = Paints(canvas)

    def go(steps: range) -> bool:
        """Return whether a move along a diagonal repaints something of the marks."""
        updates.regions.clear()
        for step in steps:
            move(canvas, QPointF(marks.topLeft()) - QPointF(150 - step, 150 - step))
            qtbot.wait(1)
        assert len(updates.regions) >= len(steps) // 2
        return any(region.intersects(marks) for region in updates.regions)

    assert not go(range(1, 8))
    assert go(range(0, 320, 20))
    assert on_screen(canvas) == canvas.grab().toImage()


def test_the_marks_of_a_drawing_leave_their_old_place(canvas: LatentCanvas, qtbot: QtBot) -> None:
    move(canvas, QPointF(120, 90))
    canvas.set_drawing_code([0.2, 0.1], [[0.0, 0.0], [0.1, 0.3], [0.2, 0.1]])
    canvas.repaint()
    before, updates = on_screen(canvas), Paints(canvas)
    canvas.set_drawing_code([-0.3, -0.2])
    qtbot.waitUntil(lambda: bool(updates.regions))
    assert on_screen(canvas) != before
    assert on_screen(canvas) == canvas.grab().toImage()


def test_the_last_decoded_place_is_marked_while_there_is_no_cursor(canvas: LatentCanvas) -> None:
    bare = on_screen_after_repaint(canvas)
    canvas.map_cursor.rest_at(np.array([0.2, 0.1], np.float32))
    marked = on_screen_after_repaint(canvas)
    assert marked != bare
    assert marked == canvas.grab().toImage()
    move(canvas, QPointF(200, 150))
    canvas.repaint()
    canvas.map_cursor.leave()
    assert on_screen_after_repaint(canvas) == marked
    # A code of another network has no place here.
    canvas.map_cursor.rest_at(np.zeros(3, np.float32))
    assert on_screen_after_repaint(canvas) == bare


def test_a_move_with_its_image_is_one_update(canvas: LatentCanvas, qtbot: QtBot) -> None:
    def decode() -> None:
        canvas.set_preview(np.ones((7, 5), np.float32))

    canvas.cursor_moved.connect(decode)
    move(canvas, QPointF(200, 150))
    canvas.repaint()
    updates = Paints(canvas)
    move(canvas, QPointF(260, 190))
    qtbot.waitUntil(lambda: bool(updates.regions))
    card = canvas.cursor_overlay.preview_region(canvas.navigation.view, canvas.surface.font())
    assert not card.isEmpty()
    assert (card - updates.regions[0]).isEmpty()
    assert on_screen(canvas) == canvas.grab().toImage()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("shape", [(7, 5), (3, 12, 9)], ids=["glyph", "picture"])
def test_a_framed_image_has_its_pixels_inside_a_rim(
    qtbot: QtBot, theme: Theme, ratio: float, shape: tuple[int, ...]
) -> None:
    del qtbot
    image = np.random.default_rng(3).random(shape).astype(np.float32)
    image_style = GLYPHS if len(shape) == 2 else ImageStyle(glyphs=False)
    rim, scale = QColor(200, 30, 90), 4
    framed = framed_pixmap(image, image_style, scale, ratio, theme, rim).toImage()
    side, edge = round(scale * ratio), round(ratio)
    margin = FRAME_MARGIN * side if len(shape) == 2 else 0
    height, width = shape[-2:]
    assert framed.width() == width * side + 2 * (margin + edge)
    assert framed.height() == height * side + 2 * (margin + edge)
    assert framed.pixelColor(framed.width() // 2, 0) == rim
    assert framed.pixelColor(0, 0) != rim
    if margin:
        assert framed.pixelColor(edge, edge) == theme.raised
        return
    expected = picture(image, image_style)
    for row in range(height):
        for column in range(width):
            at = edge + column * side, edge + row * side
            assert framed.pixelColor(*at) == expected.pixelColor(column, row)
            last = at[0] + side - 1, at[1] + side - 1
            assert framed.pixelColor(*last) == expected.pixelColor(column, row)


def test_a_cursor_behind_the_controls_does_not_repaint_them(
    canvas: LatentCanvas, qtbot: QtBot
) -> None:
    bar = canvas.overlays.bar
    middle = QPointF(bar.geometry().center().x(), canvas.height() / 2)
    move(canvas, middle - QPointF(5, 0))
    canvas.repaint()
    onto_bar, onto_button, on_map = Paints(bar), Paints(bar.fit), Paints(canvas)
    for step in range(8):
        move(canvas, middle + QPointF(step, 0))
        qtbot.wait(1)
    qtbot.waitUntil(lambda: len(on_map.regions) > 1)
    assert not onto_bar.regions
    assert not onto_button.regions
    qtbot.waitUntil(lambda: on_screen_after_repaint(canvas) == canvas.grab().toImage())


def test_a_cursor_behind_a_rounded_corner_is_seen_there(canvas: LatentCanvas) -> None:
    corner = QPointF(canvas.overlays.bar.geometry().topLeft())
    middle = QPointF(corner.x(), canvas.height() / 2)
    for x in (-9, 0, 9):
        move(canvas, middle + QPointF(x, 0))
        assert on_screen_after_repaint(canvas) == canvas.grab().toImage()


@pytest.mark.parametrize("ratio", ["1.25", "1.5", "1.75"])
def test_a_cursor_leaves_no_seams_between_device_pixels(ratio: str) -> None:
    done = python("-m", "tests.harness.seams", QT_SCALE_FACTOR=ratio)
    assert json.loads(done.stdout) == {"ratio": float(ratio), "moves": 256, "seams": []}
