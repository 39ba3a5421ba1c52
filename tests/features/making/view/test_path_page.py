"""The path page: pins by mouse and keys, the film played and scrubbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from aegui.core.i18n import LANGUAGES, set_language
from aegui.core.run_file.document import PinnedCode
from aegui.features.making.view.film_strip import FilmStrip
from aegui.features.making.view.panel import MakingPanel
from aegui.features.making.view.path_page import PathPage
from aegui.kit.theme import for_text
from aegui.session.data.image_style import GLYPHS
from tests.features.making.view.looks import glyphs, path_result

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

PINS = (PinnedCode((0.0, 1.0), "a"), PinnedCode((1.0, 1.0), "b"), PinnedCode((1.0,), "other"))


@pytest.fixture
def page(qtbot: QtBot) -> PathPage:
    made = PathPage()
    qtbot.addWidget(made)
    made.resize(900, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


def with_pins(page: PathPage) -> PathPage:
    page.pins.set_pins(PINS, (True, False, False), (True, True, False))
    return page


# Pins


def test_pins_are_listed_with_their_ticks(page: PathPage) -> None:
    items = with_pins(page).pins.list
    assert [items.item(row).text() for row in range(3)] == ["a", "b", "other"]
    checked = Qt.CheckState.Checked
    assert [items.item(row).checkState() is checked for row in range(3)] == [True, False, False]
    assert not items.item(2).flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert "another size" in items.item(2).toolTip()


def test_a_pin_is_renamed_and_ticked(page: PathPage, qtbot: QtBot) -> None:
    pins = with_pins(page).pins
    with qtbot.waitSignal(pins.renamed) as told:
        pins.list.item(1).setText("bee")
    assert told.args == [1, "bee"]
    pins.set_pins(PINS, (True, False, False), (True, True, False))
    with qtbot.waitSignal(pins.toggled) as told:
        pins.list.item(1).setCheckState(Qt.CheckState.Checked)
    assert told.args == [1, True]


def test_pins_move_and_go(page: PathPage, qtbot: QtBot) -> None:
    pins = with_pins(page).pins
    assert not pins.up.isEnabled()
    with qtbot.waitSignal(pins.ordered) as told:
        pins.down.click()
    assert told.args == [(1, 0, 2)]
    assert pins.list.currentRow() == 1
    with qtbot.waitSignal(pins.removed) as told:
        QTest.keyClick(pins.list, Qt.Key.Key_Delete)
    assert told.args == [1]
    with qtbot.waitSignal(pins.activated) as told:
        pins.list.itemActivated.emit(pins.list.item(2))
    assert told.args == [2]


def test_pins_have_pictures(page: PathPage) -> None:
    pins = with_pins(page).pins
    pins.set_pictures((glyphs(1)[0], None, None), GLYPHS)
    assert not pins.list.item(0).icon().isNull()
    assert pins.list.item(1).icon().isNull()
    pins.set_pins((), (), ())
    assert pins.list.isHidden() or not pins.list.isVisible()


# The path


def test_a_way_is_shown_with_its_present_image(page: PathPage) -> None:
    assert "two ticked pins" in page._status.text()
    assert not page.play.isEnabled()
    with_pins(page).set_path(None, GLYPHS)
    assert "Grey pins are kept" in page._status.text()
    result = path_result()
    page.set_path(result, GLYPHS)
    assert page.play.isEnabled()
    assert page.frame.caption == "1 of 11"
    page.strip.step_chosen.emit(4)
    assert page.frame.caption == "5 of 11"
    np.testing.assert_array_equal(page.frame.image, result.images[4])


def test_the_film_is_played_to_its_end(page: PathPage, qtbot: QtBot) -> None:
    page.set_path(path_result(4), GLYPHS)
    page.loop.setChecked(False)
    page.speed.setCurrentIndex(page.speed.findData(24))
    steps: list[int] = []
    page.step_shown.connect(steps.append)
    page.play.click()
    assert page.is_playing
    assert page.play.text() == "Pause"
    qtbot.waitUntil(lambda: not page.is_playing)
    assert steps == [1, 2, 3]
    page.play.click()
    assert steps[-1] == 0
    page.play.click()
    assert not page.is_playing


def test_a_film_that_nobody_sees_stops(page: PathPage) -> None:
    page.set_path(path_result(), GLYPHS)
    page.play.click()
    page.hide()
    assert not page.is_playing


def test_other_weights_leave_the_film_where_it_is(page: PathPage) -> None:
    page.set_path(path_result(), GLYPHS)
    page.strip.step_chosen.emit(6)
    page.set_path(path_result(), GLYPHS)
    assert page.strip.step == 6
    page.set_path(path_result(3), GLYPHS)
    assert page.strip.step == 2


def test_choices_and_export_are_told(page: PathPage, qtbot: QtBot) -> None:
    page.set_choices("spherical", 30)
    assert page.kind.currentData() == "spherical"
    assert page.count.value() == 30
    with qtbot.waitSignal(page.kind_chosen) as told:
        page.kind.activated.emit(page.kind.findData("geodesic"))
    assert told.args == ["geodesic"]
    with qtbot.waitSignal(page.count.valueChanged) as told:
        page.count.setValue(12)
    assert told.args == [12]
    page.set_path(path_result(), GLYPHS)
    with qtbot.waitSignal(page.export_requested) as told:
        page.export.menu().actions()[1].trigger()
    assert told.args == ["mp4"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_controls_fit_into_a_narrow_panel(qtbot: QtBot, language: str) -> None:
    set_language(language)
    page = PathPage()
    set_language("en")
    qtbot.addWidget(page)
    assert page.minimumSizeHint().width() <= for_text(345)


def test_the_large_image_needs_width(page: PathPage) -> None:
    page.set_path(path_result(), GLYPHS)
    assert page.frame.isVisible()
    page.resize(QSize(380, 360))
    assert not page.frame.isVisible()
    assert page.minimumSizeHint().width() <= 380


@pytest.mark.parametrize("width", [900, 600])
def test_without_a_path_the_controls_stay_at_the_top_of_a_high_panel(
    page: PathPage, width: int
) -> None:
    page.resize(QSize(width, 320))
    QApplication.processEvents()
    before = page.kind.mapTo(page, QPoint()), page._status.geometry()
    page.resize(QSize(width, 900))
    QApplication.processEvents()
    assert page.kind.mapTo(page, QPoint()) == before[0]
    assert page._status.geometry() == before[1]


def test_in_a_high_panel_the_large_image_stands_above_the_strip(page: PathPage) -> None:
    page.set_path(path_result(), GLYPHS)
    beside = page.frame.size()
    assert page.strip.x() > page.frame.x()
    page.resize(QSize(900, 760))
    QApplication.processEvents()
    assert page.strip.y() > page.frame.geometry().bottom()
    assert page.frame.height() > 1.5 * beside.height()
    page.resize(QSize(900, 320))
    QApplication.processEvents()
    assert page.frame.width() == beside.width()
    assert page.strip.x() > page.frame.x()


# The strip


@pytest.fixture
def strip(qtbot: QtBot) -> FilmStrip:
    made = FilmStrip()
    qtbot.addWidget(made)
    made.resize(400, 150)
    made.set_path(path_result(), GLYPHS)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_click_chooses_the_step_there(strip: FilmStrip, qtbot: QtBot) -> None:
    for step in (0, 3, 10):
        at = QPoint(round(strip.x_of(step)), 100)
        with qtbot.waitSignal(strip.step_chosen) as told:
            QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at)
        assert told.args == [step]


def test_keys_choose_steps(strip: FilmStrip, qtbot: QtBot) -> None:
    strip.set_step(5)
    wished: list[int] = []
    strip.step_chosen.connect(wished.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(strip, key)
    assert wished == [6, 4, 0, 10]


def test_frames_begin_and_end_with_the_way(strip: FilmStrip) -> None:
    shown = strip.shown_steps()
    assert shown[0] == 0
    assert shown[-1] == 10
    assert len(shown) <= 11
    strip.resize(1200, 150)
    assert strip.shown_steps() == [*range(11)]


def test_a_step_is_told_in_words(strip: FilmStrip) -> None:
    assert strip.words(5) == "Step 6 of 11: b; changes by 4 px"
    assert strip.words(0) == "Step 1 of 11: a"
    assert strip.title() == "Change per step: 9 px at most, 45 px in total"
    strip.set_step(5)
    assert strip.accessibleDescription() == strip.words(5)


def test_the_present_step_is_marked(strip: FilmStrip) -> None:
    before = strip.grab().toImage()
    strip.set_step(8)
    x = round(strip.x_of(8) * strip.devicePixelRatioF())
    assert strip.grab().toImage().pixelColor(x, 120) != before.pixelColor(x, 120)


def test_in_a_low_window_the_pages_are_scrolled(qtbot: QtBot) -> None:
    panel = MakingPanel()
    qtbot.addWidget(panel)
    panel.resize(400, panel.minimumSizeHint().height())
    panel.show()
    qtbot.waitExposed(panel)
    # The list of pins needs more room than the words in its place.
    with_pins(panel.path)
    least = panel.path.minimumSizeHint().height()
    assert panel.height() < least
    qtbot.waitUntil(lambda: panel.path.height() >= least)
    for number in range(panel.tabs.count()):
        panel.tabs.setCurrentIndex(number)
        area = panel.tabs.widget(number)
        assert isinstance(area, QScrollArea)
        page = area.widget()
        assert page is not None
        assert page.width() == area.viewport().width()
        assert page.height() >= page.minimumSizeHint().height()
