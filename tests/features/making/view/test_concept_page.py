"""The concept page: groups by drag and menu, the slider, kept concepts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from aegui.core.latent.concepts import Concept
from aegui.features.making.model.concept_service import STOPS, Applied
from aegui.features.making.view.concept_page import ConceptPage
from aegui.session.data.image_style import GLYPHS
from aegui.widgets.dragged_samples import SAMPLES_MIME, samples_mime, samples_of
from tests.features.making.view.looks import concept_result, glyphs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

THICK = Concept("thick", (1.0, 0.0), -1.0, 1.0)


@pytest.fixture
def page(qtbot: QtBot) -> ConceptPage:
    made = ConceptPage()
    qtbot.addWidget(made)
    made.resize(700, 360)
    made.set_samples(glyphs(6), list("abcabc"), ("a", "b", "c"), ((0, 3), (1, 4), (2, 5)), GLYPHS)
    made.show()
    qtbot.waitExposed(made)
    return made


def entry(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


# Boxes


def test_samples_are_dropped_into_a_box(page: ConceptPage, qtbot: QtBot) -> None:
    thumbs, data = page.boxes["minus"].thumbs, samples_mime([4, 1])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(page.added) as told:
        thumbs.dropEvent(event)
    assert told.args == ["minus", (4, 1)]
    assert event.isAccepted()
    assert event.dropAction() is Qt.DropAction.CopyAction


def test_only_samples_are_taken() -> None:
    assert samples_of(samples_mime([3, 12])) == (3, 12)
    other = QMimeData()
    other.setText("3")
    assert samples_of(other) == ()
    other.setData(SAMPLES_MIME, b"3 x -1")
    assert samples_of(other) == (3,)


def test_a_box_is_filled_from_its_menu(page: ConceptPage, qtbot: QtBot) -> None:
    menu = page.boxes["plus"].menu()
    with qtbot.waitSignal(page.added) as told:
        entry(menu, "b")
    assert told.args == ["plus", (1, 4)]
    with qtbot.waitSignal(page.selection_requested) as told:
        entry(menu, "The samples selected on the map")
    assert told.args == ["plus"]
    with qtbot.waitSignal(page.cursor_requested) as told:
        entry(menu, "The sample nearest to the cursor")
    assert told.args == ["plus"]


def test_a_sample_is_clicked_out_of_a_box(page: ConceptPage, qtbot: QtBot) -> None:
    page.boxes["plus"].set_indices((0, 2, 5))
    thumbs = page.boxes["plus"].thumbs
    with qtbot.waitSignal(page.chosen) as told:
        QTest.mouseClick(thumbs, Qt.MouseButton.LeftButton, pos=thumbs.cell_rect(1).center())
    assert told.args == ["plus", (0, 5)]
    with qtbot.waitSignal(page.chosen) as told:
        QTest.keyClick(thumbs, Qt.Key.Key_Delete)
    assert told.args == ["plus", (2, 5)]
    with qtbot.waitSignal(page.chosen) as told:
        entry(page.boxes["plus"].menu(), "Empty the box")
    assert told.args == ["plus", ()]


def test_a_full_box_says_how_many_more_there_are(page: ConceptPage) -> None:
    page.boxes["plus"].set_indices(tuple(range(6)))
    thumbs = page.boxes["plus"].thumbs
    thumbs.resize(4 * 36 + 6, 42)
    assert thumbs.shown() == (0, 1, 2)
    assert thumbs.accessibleDescription() == "6 samples"


def test_a_pin_can_be_what_it_is_applied_to(page: ConceptPage, qtbot: QtBot) -> None:
    page.boxes["start"].set_pins(["corner", "middle"], "corner")
    assert page.boxes["start"].thumbs.hint == "corner"
    with qtbot.waitSignal(page.boxes["start"].pin_chosen) as told:
        entry(page.boxes["start"].menu(), "middle")
    assert told.args == [1]


# The slider


def test_the_slider_follows_the_mouse(page: ConceptPage, qtbot: QtBot) -> None:
    page.set_result(concept_result(), GLYPHS)
    strip = page.strip
    qtbot.waitUntil(lambda: strip.isVisible() and strip.width() > 200)
    for amount in (-2.0, -0.5, 2.0):
        at = QPoint(round(strip.x_of(amount)), strip.height() - 24)
        with qtbot.waitSignal(page.strip.amount_edited) as told:
            QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at)
        assert told.args[0] == pytest.approx(amount, abs=0.02)
    near_one = strip.x_of(1.0) + 2.0
    assert strip.amount_at(near_one) == 1.0


def test_the_slider_follows_the_keys(page: ConceptPage) -> None:
    page.set_result(concept_result(), GLYPHS)
    page.strip.set_amount(1.0)
    wished: list[float] = []
    page.strip.amount_edited.connect(wished.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(page.strip, key)
    assert wished == pytest.approx([1.08, 0.92, -2.0, 2.0])


def test_what_was_reached_is_shown(page: ConceptPage) -> None:
    page.set_result(concept_result(), GLYPHS)
    assert page._status.text() == "The boxes lie 2.5 standard deviations apart."
    image = glyphs(1)[0]
    page.set_applied(Applied(-0.5, np.zeros(2, np.float32), image), GLYPHS)
    assert page.result.caption == "\N{MINUS SIGN}0.50 steps"
    np.testing.assert_array_equal(page.result.image, image)
    assert page.strip.amount == -0.5
    page.set_result(None, GLYPHS)
    assert not page.strip.isVisible()
    assert not page.draw.isEnabled()


# Kept concepts


def test_a_concept_is_kept_under_a_name(page: ConceptPage, qtbot: QtBot) -> None:
    assert not page.keep.isEnabled()
    page.set_result(concept_result(), GLYPHS)
    page.keep.click()
    assert page.name.isVisible()
    QTest.keyClicks(page.name, "thick")
    with qtbot.waitSignal(page.keep_requested) as told:
        QTest.keyClick(page.name, Qt.Key.Key_Return)
    assert told.args == ["thick"]
    assert page.name.isHidden()


def test_a_name_is_asked_for_until_there_is_one(page: ConceptPage, qtbot: QtBot) -> None:
    page.set_result(concept_result(), GLYPHS)
    usual = page._status.text()
    page.keep.click()
    for missing in ("", "  "):
        QTest.keyClicks(page.name, missing)
        with qtbot.assertNotEmitted(page.keep_requested):
            QTest.keyClick(page.name, Qt.Key.Key_Return)
        assert page._status.text() == "Type a name to keep the concept, or press Esc."
        assert page.name.isVisible()
    QTest.keyClicks(page.name, "t")
    assert page._status.text() == usual
    with qtbot.waitSignal(page.keep_requested) as told:
        QTest.keyClick(page.name, Qt.Key.Key_Return)
    assert told.args == ["t"]


def test_escape_keeps_nothing(page: ConceptPage, qtbot: QtBot) -> None:
    page.set_result(concept_result(), GLYPHS)
    page.keep.click()
    with qtbot.assertNotEmitted(page.keep_requested):
        QTest.keyClick(page.name, Qt.Key.Key_Return)
        QTest.keyClick(page.name, Qt.Key.Key_Escape)
    assert page.name.isHidden()
    assert page.stored.isVisible()


def test_kept_concepts_are_chosen_and_forgotten(page: ConceptPage, qtbot: QtBot) -> None:
    page.set_stored((THICK,), 0)
    assert page.stored.currentText() == "thick"
    assert not page.boxes["plus"].isEnabled()
    assert page.boxes["start"].isEnabled()
    with qtbot.waitSignal(page.stored_removed) as told:
        page.remove.click()
    assert told.args == [0]
    with qtbot.waitSignal(page.stored_chosen) as told:
        page.stored.activated.emit(0)
    assert told.args == [-1]
    page.set_stored((), -1)
    assert page.remove.isHidden()
    assert page.boxes["plus"].isEnabled()


def test_many_steps_have_few_figures(page: ConceptPage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Groups of nearly equal mean: the steps are small and many.
    amounts = np.linspace(-3e12, 4e12, STOPS, dtype=np.float32)
    page.set_result(replace(concept_result(), amounts=amounts), GLYPHS)
    asked: list[float] = []
    strip = page.strip
    x_of = strip.x_of

    def watched(amount: float) -> float:
        asked.append(amount)
        return float(x_of(amount))

    monkeypatch.setattr(strip, "x_of", watched)
    strip.grab()
    whole = [amount for amount in asked if isinstance(amount, int)]
    assert 5 <= len(set(whole)) <= 9
    assert 0 in whole


def test_of_many_classes_each_part_has_a_menu(page: ConceptPage, qtbot: QtBot) -> None:
    count = 70
    names = [f"class {n}" for n in range(count)]
    members = [(n,) for n in range(count)]
    page.set_samples(glyphs(count), names, names, members, GLYPHS)
    menu = page.boxes["plus"].menu()
    parts = menu.findChildren(QMenu)
    assert [len(part.actions()) for part in parts] == [32, 32, 6]
    assert parts[1].title() == "class 32 – class 63"
    with qtbot.waitSignal(page.added) as told:
        parts[1].actions()[2].trigger()
    assert told.args == ["plus", (34,)]
    menu.deleteLater()


def test_one_image_is_copied_alone(page: ConceptPage) -> None:
    page.boxes["plus"].set_indices((0, 3))
    thumbs = page.boxes["plus"].thumbs
    copied = thumbs.copied_at(thumbs.cell_rect(1).center())
    assert copied is not None
    assert thumbs.cell_rect(1).contains(copied)
    assert thumbs.copied_at(thumbs.rect().bottomRight()) is None
    page.set_result(concept_result(), GLYPHS)
    boxes = [page.strip.copied_at(QPoint(x, 4)) for x in range(page.strip.width())]
    found = {box.x() for box in boxes if box is not None}
    assert len(found) == page.strip.part_count()
