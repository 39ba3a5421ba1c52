"""The gallery of the set and the text written in it, with real mouse and key events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.features.drawing.view.set_page import SetPage
from aegui.kit.theme import current_theme
from aegui.widgets.dragged_samples import samples_mime
from tests.features.drawing.view.samples import LABELS, glyphs
from tests.widgets.drags import caught_drags

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.features.drawing.view.set_page import SetGallery

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot: QtBot) -> SetPage:
    page = SetPage()
    qtbot.addWidget(page)
    page.set_samples(LABELS, glyphs())
    page.resize(240, 420)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_a_sample_is_dragged_to_another_place(page: SetPage, qtbot: QtBot) -> None:
    gallery = page.gallery
    start, end = gallery.cell_rect(2).center(), gallery.cell_rect(5).center()
    QTest.mousePress(gallery, LEFT, NONE, start)
    QTest.mouseMove(gallery, start + (end - start) / 2)
    QTest.mouseMove(gallery, end)
    with qtbot.waitSignal(page.moved) as blocker:
        QTest.mouseRelease(gallery, LEFT, NONE, end)
    assert blocker.args[0] == 2
    assert blocker.args[1] in (4, 5)


def test_the_chosen_sample_stays_chosen_at_another_place_of_the_next_set(page: SetPage) -> None:
    page.choose(4)
    page.set_samples(LABELS[3:], glyphs()[3:])
    assert page.gallery.current == 1
    assert page.label.text() == LABELS[4]
    # Where it is gone, another is chosen.
    page.set_samples(LABELS[:2], glyphs()[:2])
    assert page.gallery.current == 1
    assert page.label.text() == LABELS[1]


@pytest.mark.parametrize("after", [["7", "3", "7", "9", "2"], ["7", "3", "7", "2"]])
def test_where_samples_share_a_label_the_place_stays_chosen(
    page: SetPage, after: list[str]
) -> None:
    page.set_samples(["7", "3", "7", "7", "2"], glyphs()[:5])
    page.choose(3)
    # The chosen one is renamed or deleted: not the first of its label is chosen instead.
    page.set_samples(after, glyphs()[: len(after)])
    assert page.gallery.current == 3


def drag(gallery: SetGallery, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(gallery, LEFT, NONE, start)
    QTest.mouseMove(gallery, (start + end) / 2)
    QTest.mouseMove(gallery, end)


@pytest.mark.parametrize("locked", ["", "A training is under way."])
def test_a_sample_is_dragged_out_to_where_samples_are_collected(
    page: SetPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    caught = caught_drags(monkeypatch)
    gallery = page.gallery
    page.set_locked(locked)
    outside = QPoint(-40, gallery.cell_rect(2).center().y())
    with qtbot.assertNotEmitted(page.moved):
        drag(gallery, gallery.cell_rect(2).center(), outside)
        QTest.mouseRelease(gallery, LEFT, NONE, gallery.cell_rect(5).center())
    assert caught == [(2,)]
    gallery.set_known(False)
    drag(gallery, gallery.cell_rect(2).center(), outside)
    QTest.mouseRelease(gallery, LEFT, NONE, outside)
    assert caught == [(2,)], "of a set that nobody else shows nobody can take samples"


def test_escape_lets_go_of_what_is_dragged(page: SetPage, qtbot: QtBot) -> None:
    gallery = page.gallery
    end = gallery.cell_rect(5).center()
    drag(gallery, gallery.cell_rect(2).center(), end)
    QTest.keyClick(gallery, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(page.moved):
        QTest.mouseMove(gallery, gallery.cell_rect(4).center())
        QTest.mouseRelease(gallery, LEFT, NONE, end)


def test_what_was_dragged_out_may_come_back_to_another_place(page: SetPage, qtbot: QtBot) -> None:
    gallery = page.gallery
    gallery.set_current(6)
    place = QPointF(gallery.cell_rect(2).topLeft() + QPoint(2, 12))
    data = samples_mime([6])
    event = QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE)
    with qtbot.waitSignal(page.moved) as blocker:
        gallery.dropEvent(event)
    assert blocker.args == [6, 2]


def test_a_drag_to_the_edge_brings_more_of_the_set_into_sight(page: SetPage) -> None:
    images = np.zeros((300, 7, 5), np.float32)
    page.set_samples([str(index) for index in range(300)], images)
    QApplication.processEvents()
    gallery = page.gallery
    bar = page._area.verticalScrollBar()
    assert bar.maximum() > 0
    seen = gallery.visibleRegion().boundingRect()
    drag(gallery, gallery.cell_rect(0).center(), seen.bottomLeft() + QPoint(20, -2))
    assert bar.value() > 0
    QTest.mouseRelease(gallery, LEFT, NONE, gallery.cell_rect(0).center())


def test_a_click_chooses_and_a_double_click_opens(page: SetPage, qtbot: QtBot) -> None:
    gallery = page.gallery
    with qtbot.assertNotEmitted(page.gallery.picked), qtbot.assertNotEmitted(page.moved):
        QTest.mouseClick(gallery, LEFT, pos=gallery.cell_rect(3).center())
    assert page.label.text() == LABELS[3]
    with qtbot.waitSignal(page.gallery.picked) as blocker:
        QTest.mouseDClick(gallery, LEFT, pos=gallery.cell_rect(4).center())
    assert blocker.args == [4]


def test_everything_is_done_by_keys(page: SetPage, qtbot: QtBot) -> None:
    gallery = page.gallery
    gallery.setFocus()
    QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert gallery.current == 1
    for key, modifier, signal, arguments in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier, page.moved, [1, 2]),
        (Qt.Key.Key_Insert, NONE, page.duplicate_requested, [1]),
        (Qt.Key.Key_Delete, NONE, page.delete_requested, [1]),
        (Qt.Key.Key_Return, NONE, page.gallery.picked, [1]),
    ):
        with qtbot.waitSignal(signal) as blocker:
            QTest.keyClick(gallery, key, modifier)
        assert blocker.args == arguments
    QTest.keyClick(gallery, Qt.Key.Key_F2)
    assert page.label.selectedText() == LABELS[1]
    QTest.keyClicks(page.label, "n")
    with qtbot.waitSignal(page.renamed) as renamed:
        QTest.keyClick(page.label, Qt.Key.Key_Return)
    assert renamed.args == [1, "n"]


def test_buttons_speak_of_the_chosen_sample(page: SetPage, qtbot: QtBot) -> None:
    page.gallery.set_current(6)
    for key, signal in (
        ("redraw", page.redraw_requested),
        ("duplicate", page.duplicate_requested),
        ("delete", page.delete_requested),
    ):
        with qtbot.waitSignal(signal) as blocker:
            QTest.mouseClick(page.buttons[key], LEFT)
        assert blocker.args == [6]
    for key, plain in (("import", page.import_requested), ("export", page.export_requested)):
        with qtbot.waitSignal(plain):
            QTest.mouseClick(page.buttons[key], LEFT)


def test_a_locked_set_is_only_looked_at(page: SetPage, qtbot: QtBot) -> None:
    page.set_locked("A training is under way.")
    with qtbot.assertNotEmitted(page.delete_requested):
        QTest.keyClick(page.gallery, Qt.Key.Key_Delete)
        QTest.mouseClick(page.buttons["delete"], LEFT)
    assert page.buttons["delete"].toolTip() == "A training is under way."
    assert page.buttons["export"].isEnabled()
    page.set_locked("")
    assert page.buttons["delete"].isEnabled()


def test_a_change_is_told_and_training_on_is_offered(page: SetPage) -> None:
    more = page.train_on
    assert not more.isVisible()
    page.set_change("Data changed.", can_continue=True)
    assert more.isVisible()
    assert more.isEnabled()
    page.set_change("Data changed.", can_continue=False)
    assert not more.isVisible()


def test_a_text_is_written_in_the_set_with_the_drawing_in_it(page: SetPage) -> None:
    strip = page.strip
    drawing = np.zeros((7, 5), np.float32)
    drawing[3, 2] = 1.0
    strip.line.set_drawing(drawing, "b")
    QTest.keyClicks(strip.field, "ab?*")
    gap = None if "?" not in LABELS else LABELS.index("?")
    assert strip.line.indices() == [LABELS.index("a"), -1, gap, -1]
    shot = strip.line.grab().toImage()
    rect, scale = strip.line.cell_rect(1), strip.line.scale()
    theme = current_theme()
    dot = rect.topLeft()
    assert shot.pixelColor(dot.x() + 2 * scale, dot.y() + 3 * scale) == theme.pixel_on
    assert shot.pixelColor(dot.x(), dot.y()) == theme.pixel_off
    strip.line.set_drawing(np.zeros((9, 9), np.float32), "b")
    assert strip.line.indices()[1] == LABELS.index("b"), "of another size it is no part of a text"


def test_the_drawing_is_put_into_the_text_of_any_set(page: SetPage) -> None:
    labels = ("a", "b", "*")
    page.set_samples(labels, np.zeros((3, 7, 5), np.float32))
    strip = page.strip
    strip.line.set_drawing(np.ones((7, 5), np.float32), "")
    QTest.keyClicks(strip.field, "a*")
    assert strip.line.indices() == [0, 2], "the set has a star of its own"
    strip.field.setCursorPosition(1)
    QTest.mouseClick(strip.put, LEFT)
    assert strip.line.indices() == [0, -1, 2]
    QTest.keyClicks(strip.field, "b")
    assert strip.line.indices() == [0, -1, 1, 2], "one writes on behind it"
    middle = strip.line.cell_rect(1).center()
    assert strip.line.grab().toImage().pixelColor(middle) == current_theme().pixel_on


def test_a_long_text_shows_the_place_where_one_writes(page: SetPage) -> None:
    page.set_samples(("a", "b"), np.zeros((2, 28, 28), np.float32))
    line, field = page.strip.line, page.strip.field
    QTest.keyClicks(field, "ab" * 15)
    QApplication.processEvents()
    assert line.rect().contains(line.cell_rect(29))
    assert not line.rect().contains(line.cell_rect(0))
    QTest.keyClick(field, Qt.Key.Key_Home)
    assert line.rect().contains(line.cell_rect(0))
    field.setCursorPosition(15)
    assert line.rect().contains(line.cell_rect(15))


def test_tall_characters_are_not_cut(page: SetPage) -> None:
    page.set_samples(("a", "b"), np.zeros((2, 48, 20), np.float32))
    QTest.keyClicks(page.strip.field, "ab")
    QApplication.processEvents()
    line = page.strip.line
    assert line.rect().contains(line.cell_rect(1))


def test_sets_without_characters_have_no_text(page: SetPage) -> None:
    page.set_samples(("cat", "dog"), np.zeros((2, 7, 5), np.float32))
    assert not page.strip.isVisible()


def test_a_label_that_no_letter_shows_is_edited_by_its_sign(page: SetPage, qtbot: QtBot) -> None:
    page.set_samples(("\x7f", *LABELS[1:]), glyphs())
    page.gallery.set_current(1)
    page.gallery.set_current(0)
    assert page.label.text() == "■"
    with qtbot.assertNotEmitted(page.renamed):
        QTest.keyClick(page.label, Qt.Key.Key_Return)
