"""Painting of a drawing: all of it at first, and only the changes afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from aegui.core.pixels.shapes import PixelBox
from aegui.features.drawing.view.editor import PixelEditor
from aegui.session.data.image_style import ImageStyle
from tests.harness.paints import Paints

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

OUTSIDE = QPoint(1, 1)
SHAPES = [(7, 5), (16, 16), (32, 32), (3, 64, 64)]


def drawn(shape: tuple[int, ...]) -> NDArray[np.float32]:
    pixels = np.zeros(shape, np.float32)
    pixels[..., ::2, ::3] = 1.0
    pixels[..., 1, :] = 0.4
    return pixels


def shown(qtbot: QtBot, shape: tuple[int, ...]) -> PixelEditor:
    editor = PixelEditor()
    qtbot.addWidget(editor)
    editor.set_image_style(ImageStyle(glyphs=len(shape) < 3))
    editor.set_pixels(drawn(shape))
    editor.set_ghost(np.flip(drawn(shape), axis=-1))
    editor.resize(230, 300)
    first = Paints(editor)
    editor.show()
    qtbot.waitExposed(editor)
    qtbot.waitUntil(lambda: bool(first.regions))
    QTest.mouseMove(editor, OUTSIDE)
    settle()
    editor.removeEventFilter(first)
    return editor


def settle() -> None:
    """Process all pending paint events."""
    QTest.qWait(0)
    QTest.qWait(0)


@pytest.mark.parametrize("zoom", [1.0, 3.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_part_is_painted_as_it_is_in_the_whole(
    qtbot: QtBot, shape: tuple[int, ...], zoom: float
) -> None:
    editor = shown(qtbot, shape)
    editor.set_mirrors(True, True)
    editor.set_region(PixelBox(1, 1, 4, 3))
    editor.zoom_by(zoom, QPoint(40, 50))
    whole = editor.grab().toImage()
    for rect in (QRect(30, 40, 51, 37), QRect(100, 140, 1, 1), QRect(0, 0, 90, 90)):
        assert editor.grab(rect).toImage() == whole.copy(rect), rect


def test_the_grid_over_an_image_is_seen_on_black_and_on_white(qtbot: QtBot) -> None:
    editor = shown(qtbot, (3, 16, 16))
    editor.set_ghost(None)
    pixels = np.zeros((3, 16, 16), np.float32)
    pixels[:, :, 8:] = 1.0
    editor.set_pixels(pixels)
    image = editor.grab().toImage()
    for column, paper in ((4, 0), (12, 255)):
        cell = editor.cell_rect(5, column)
        line = image.pixelColor(cell.left(), cell.center().y()).red()
        assert image.pixelColor(cell.center()).red() == paper
        assert 20 <= abs(line - paper) <= 80


@pytest.mark.parametrize("shape", SHAPES)
def test_only_what_changes_is_painted_anew(qtbot: QtBot, shape: tuple[int, ...]) -> None:
    editor = shown(qtbot, shape)
    paints = Paints(editor)
    pixels = drawn(shape)
    pixels[..., 3, 2] = 0.7
    editor.set_pixels(pixels)
    qtbot.waitUntil(lambda: bool(paints.regions))
    cell = editor.cell_rect(3, 2)
    for rect in (region.boundingRect() for region in paints.regions):
        assert rect.contains(cell)
        assert cell.adjusted(-4, -4, 4, 4).contains(rect)


def test_the_same_pixels_are_not_painted_again(qtbot: QtBot) -> None:
    editor = shown(qtbot, (7, 5))
    paints = Paints(editor)
    editor.set_pixels(drawn((7, 5)))
    editor.set_ghost(np.flip(drawn((7, 5)), axis=-1))
    settle()
    assert paints.regions == []


def test_the_mouse_leaves_no_frame_behind(qtbot: QtBot) -> None:
    editor = shown(qtbot, (32, 32))
    plain = editor.grab().toImage()
    paints = Paints(editor)
    first, second = editor.cell_rect(4, 3), editor.cell_rect(4, 9)
    QTest.mouseMove(editor, first.center())
    qtbot.waitUntil(partial(paints.holds, first))
    paints.regions.clear()
    QTest.mouseMove(editor, second.center())
    for cell in (first, second):
        qtbot.waitUntil(partial(paints.holds, cell))
    assert not paints.holds(editor.cell_rect(5, 3))
    assert editor.grab().toImage() != plain
    QTest.mouseMove(editor, OUTSIDE)
    assert editor.grab().toImage() == plain


def test_painted_pixels_have_their_colours_after_a_stroke(qtbot: QtBot) -> None:
    """Checks what is on screen, not what a new grab would paint."""
    editor = shown(qtbot, (3, 64, 64))
    editor.set_ghost(None)
    pixels = drawn((3, 64, 64))
    for column in range(20, 40):
        pixels[:, 30, column] = (1.0, 0.0, 0.0)
        editor.set_pixels(pixels)
        QTest.qWait(0)
    screen = editor.screen().grabWindow(editor.winId()).toImage()
    for column in (20, 31, 39):
        seen = screen.pixelColor(editor.cell_rect(30, column).center())
        assert (seen.red(), seen.green(), seen.blue()) == (255, 0, 0)
    untouched = screen.pixelColor(editor.cell_rect(30, 41).center())
    assert untouched.red() == untouched.blue()
    assert editor.cursor().shape() == Qt.CursorShape.CrossCursor
