"""The gallery: content, hit test, keys, and rendering of visible samples only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from aegui.kit import accessible
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle, image_style_of_images
from aegui.widgets.gallery import Gallery
from aegui.widgets.glyphs import GlyphCache, picture
from tests.widgets.drags import caught_drags

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

COUNT = 5000


def images(count: int = COUNT, side: int = 28, channels: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(0).random((count, channels, side, side)).astype(np.float32)


@pytest.fixture
def gallery(qtbot: QtBot) -> Gallery:
    made = Gallery()
    qtbot.addWidget(made)
    made.resize(360, 200)
    made.set_samples(images(), ["a"] * COUNT, [f"number {n}" for n in range(COUNT)])
    made.show()
    qtbot.waitExposed(made)
    return made


def test_only_what_is_in_sight_is_made(gallery: Gallery) -> None:
    gallery.grab()
    assert 0 < len(gallery._pictures._rendered) < 150


def test_a_click_activates_and_with_ctrl_toggles(qtbot: QtBot, gallery: Gallery) -> None:
    at = gallery.cell_rect(3).center()
    with qtbot.waitSignal(gallery.activated) as activated:
        QTest.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert activated.args == [3]
    with qtbot.waitSignal(gallery.toggled) as toggled:
        QTest.mouseClick(
            gallery.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ControlModifier,
            at,
        )
    assert toggled.args == [3]


def test_keys_walk_and_scroll(qtbot: QtBot, gallery: Gallery) -> None:
    QTest.keyClick(gallery, Qt.Key.Key_End)
    assert gallery.current == COUNT - 1
    assert gallery.viewport().rect().contains(gallery.cell_rect(COUNT - 1).center())
    QTest.keyClick(gallery, Qt.Key.Key_Left)
    with qtbot.waitSignal(gallery.activated) as activated:
        QTest.keyClick(gallery, Qt.Key.Key_Return)
    assert activated.args == [COUNT - 2]
    with qtbot.waitSignal(gallery.toggled):
        QTest.keyClick(gallery, Qt.Key.Key_Space)


def test_some_are_shown_and_named(qtbot: QtBot, gallery: Gallery) -> None:
    gallery.set_shown(np.array([40, 7]))
    assert gallery.current == 40
    assert gallery.accessibleDescription() == "number 40 (a), 1 of 2"
    taken = np.ones(COUNT, np.bool_)
    taken[7] = False
    gallery.set_used(taken)
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert gallery.accessibleDescription() == "number 7 (a), 2 of 2, left out"
    gallery.set_shown(np.zeros(0, np.int64))
    assert gallery.current is None
    gallery.grab()


def test_the_bar_is_there_only_where_it_is_needed(gallery: Gallery) -> None:
    always, never = Qt.ScrollBarPolicy.ScrollBarAlwaysOn, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert gallery.verticalScrollBarPolicy() is always
    gallery.set_shown(np.arange(3))
    assert gallery.verticalScrollBarPolicy() is never


def test_left_out_samples_are_faded(gallery: Gallery) -> None:
    red = np.zeros((2, 3, 8, 8), np.float32)
    red[:, 0] = 1.0
    gallery.set_samples(red, ["a", "b"], ["a", "b"])
    gallery.set_used(np.array([True, False]))
    shot = gallery.viewport().grab().toImage()
    first, second = (shot.pixelColor(gallery.cell_rect(place).center()) for place in (0, 1))
    assert first == QColor(255, 0, 0)
    assert second.green() > 100


def test_nothing_is_hit_beside_the_cells(qtbot: QtBot, gallery: Gallery) -> None:
    gallery.set_shown(np.arange(1))
    with qtbot.assertNotEmitted(gallery.activated):
        QTest.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 150))


# Pictures


def test_a_screen_reader_finds_a_cell_without_a_look_at_each(qtbot: QtBot) -> None:
    asked = []

    class Counting(Gallery):
        def part_rect(self, place: int) -> QRect:
            asked.append(place)
            return super().part_rect(place)

    accessible.install()
    gallery = Counting()
    qtbot.addWidget(gallery)
    gallery.resize(360, 200)
    gallery.set_samples(images(), ["a"] * COUNT, [f"number {n}" for n in range(COUNT)])
    gallery.show()
    qtbot.waitExposed(gallery)
    gallery.go_to(COUNT - 1)
    cell = QRectF(gallery.cell_rect(COUNT - 1)).center().toPoint()
    at = gallery.viewport().mapToGlobal(cell)
    found = QAccessible.queryAccessibleInterface(gallery).childAt(at.x(), at.y())
    assert found.text(QAccessible.Text.Name) == gallery.part_words(COUNT - 1)
    assert len(asked) < 10


def test_glyphs_are_drawn_in_the_colours_of_the_theme() -> None:
    glyph = np.eye(4, dtype=np.float32)[np.newaxis]
    assert image_style_of_images(glyph[np.newaxis]) == GLYPHS
    made = picture(glyph, GLYPHS)
    assert made.pixelColor(0, 0) == current_theme().pixel_on
    assert made.pixelColor(1, 0) == current_theme().pixel_off


def test_images_are_shown_as_they_are() -> None:
    grey = np.full((1, 2, 2), 0.5, np.float32)
    assert not image_style_of_images(grey[np.newaxis]).glyphs
    assert picture(grey, ImageStyle(glyphs=False)).pixelColor(1, 1) == QColor(128, 128, 128)
    blue = np.zeros((3, 2, 2), np.float32)
    blue[2] = 1.0
    assert picture(blue, ImageStyle(glyphs=False)).pixelColor(0, 1) == QColor(0, 0, 255)


def test_pictures_shown_last_are_kept() -> None:
    pictures = GlyphCache(np.broadcast_to(images(1, 1024), (20, 1, 1024, 1024)), most_px=None)
    kept = [pictures.image(index) for index in range(20)]
    assert len(pictures) == 20
    assert len(pictures._rendered) == 11
    assert pictures.image(19) is kept[-1]
    assert pictures.image(0) is not kept[0]


def test_images_are_glyphs_only_if_all_those_looked_at_are(gallery: Gallery) -> None:
    mixed = np.zeros((200, 1, 4, 4), np.float32)
    mixed[100:] = 0.5
    gallery.set_samples(mixed, ["a"] * 200, ["a"] * 200)
    assert gallery._pictures.image(199).pixelColor(0, 0) == QColor(128, 128, 128)


def test_a_sample_can_be_dragged_out(
    qtbot: QtBot, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged = caught_drags(monkeypatch)
    viewport, left = gallery.viewport(), Qt.MouseButton.LeftButton
    at = gallery.cell_rect(3).center()
    with qtbot.assertNotEmitted(gallery.activated):
        QTest.mousePress(viewport, left, pos=at)
        QTest.mouseMove(viewport, at + QPoint(2, 0))
        assert dragged == []
        QTest.mouseMove(viewport, at + QPoint(30, 0))
        QTest.mouseRelease(viewport, left, pos=at + QPoint(30, 0))
    assert dragged == [(3,)]
    with qtbot.assertNotEmitted(gallery.activated):
        QTest.mousePress(viewport, left, pos=at)
        QTest.mouseRelease(viewport, left, pos=gallery.cell_rect(4).center())


def test_of_a_selection_all_go_together(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    dragged = caught_drags(monkeypatch)
    made = Gallery(drags_all=True)
    qtbot.addWidget(made)
    made.resize(360, 200)
    made.set_samples(images(9), ["a"] * 9, ["a"] * 9)
    made.set_shown(np.array([2, 5, 7]))
    made.show()
    qtbot.waitExposed(made)
    at = made.cell_rect(1).center()
    QTest.mousePress(made.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(made.viewport(), at + QPoint(30, 0))
    assert dragged == [(2, 5, 7)]


def test_a_sample_is_copied_by_the_right_button(gallery: Gallery, qapp: QApplication) -> None:
    gallery.customContextMenuRequested.emit(gallery.cell_rect(3).center())
    menu = next(each for each in gallery.findChildren(QMenu) if each.isVisible())
    qapp.clipboard().clear()
    next(each for each in menu.actions() if each.data() == "copy_part").trigger()
    image = qapp.clipboard().image()
    assert image.width() == image.height() >= 250
    menu.close()
