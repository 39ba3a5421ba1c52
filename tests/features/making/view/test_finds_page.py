"""The page of finds: where to search, the sheet, and actions on results."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.i18n import set_language
from aegui.features.making.model.finds_service import SOURCES
from aegui.features.making.view.finds_page import FindsPage
from aegui.features.making.view.panel import MakingPanel
from aegui.session.data.image_style import GLYPHS, ImageStyle
from tests.features.making.view.looks import finds_result

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot) -> FindsPage:
    made = FindsPage()
    qtbot.addWidget(made)
    made.resize(600, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


def choose(page: FindsPage, *rows: int) -> None:
    page.sheet.choose(rows)


def data(page: FindsPage, row: int, role: Qt.ItemDataRole) -> Any:
    return page.sheet.model().index(row, 0).data(role)


def test_a_search_is_asked_for(page: FindsPage, qtbot: QtBot) -> None:
    page.source.setCurrentIndex(page.source.findData("prior"))
    page.count.setCurrentIndex(1)
    with qtbot.waitSignal(page.find_requested) as told:
        page.search.click()
    assert told.args == ["prior", 20]


def test_only_what_the_network_has_is_offered(page: FindsPage) -> None:
    assert [page.source.itemData(at) for at in range(page.source.count())] == [*SOURCES]
    page.source.setCurrentIndex(page.source.findData("region"))
    page.set_offered(("new", "prior", "region"))
    assert page.source.count() == 3
    assert page.source.currentData() == "region"


def test_a_search_can_be_cancelled(page: FindsPage, qtbot: QtBot) -> None:
    assert page.cancel.isHidden()
    page.activateWindow()
    page.search.setFocus()
    qtbot.waitUntil(page.search.hasFocus)
    page.set_busy(True)
    assert page.search.isHidden()
    assert page.cancel.hasFocus(), "the button in its place"
    page.set_busy(False)
    assert page.search.isVisible()
    assert page.search.hasFocus()
    assert page.cancel.isHidden()


def test_what_was_found_is_told_in_another_language(qtbot: QtBot) -> None:
    result = finds_result()
    assert result.words[2] == "between a and 2"
    set_language("es")
    page = FindsPage()
    qtbot.addWidget(page)
    page.set_result(result, GLYPHS)
    assert page.sheet.captions()[2] == "1,25 · entre a y 2"


def test_what_was_found_is_shown(page: FindsPage) -> None:
    page.set_result(finds_result(), GLYPHS)
    assert page.sheet.count() == 4
    assert page.sheet.captions()[2] == "1.25 · between a and 2"
    assert page.status.text() == "4 images, epoch 7"
    words = data(page, 2, Qt.ItemDataRole.ToolTipRole)
    assert words.startswith("3: between a and 2; novelty 1.2")
    assert "entropy 0.12" in words
    page.set_result(None, GLYPHS)
    assert page.sheet.count() == 0
    assert not page.save.isEnabled()
    assert (page.save.text(), page.join.text()) == ("Save all…", "Add all")


def test_what_is_chosen_is_meant_or_else_all(page: FindsPage, qtbot: QtBot) -> None:
    page.set_result(finds_result(), GLYPHS)
    assert not page.draw.isEnabled()
    assert (page.save.text(), page.join.text()) == ("Save all 4…", "Add all 4")
    with qtbot.waitSignal(page.save_requested) as told:
        page.save.click()
    assert told.args == [(0, 1, 2, 3)]
    choose(page, 3, 1)
    assert (page.save.text(), page.join.text()) == ("Save 2 selected…", "Add 2 selected")
    assert not page.show_place.isEnabled()
    with qtbot.waitSignal(page.join_requested) as told:
        page.join.click()
    assert told.args == [(1, 3)]
    with qtbot.waitSignal(page.pin_requested) as told:
        page.pin.click()
    assert told.args == [(1, 3)]
    choose(page, 2)
    with qtbot.waitSignal(page.draw_requested) as told:
        page.draw.click()
    assert told.args == [2]
    with qtbot.waitSignal(page.show_requested) as told:
        page.show_place.click()
    assert told.args == [2]


def test_enter_finds_an_image_on_the_map(page: FindsPage, qtbot: QtBot) -> None:
    page.set_result(finds_result(), GLYPHS)
    page.sheet.setCurrentIndex(page.sheet.model().index(1, 0))
    with qtbot.waitSignal(page.show_requested) as told:
        QTest.keyClick(page.sheet, Qt.Key.Key_Return)
    assert told.args == [1]


def test_photographs_fill_their_place_and_pixels_of_glyphs_stay_whole(page: FindsPage) -> None:
    def drawn_px() -> int:
        """Return the number of columns of the first image with content."""
        image = data(page, 0, Qt.ItemDataRole.DecorationRole).toImage()
        rows, columns = range(image.height()), range(image.width())
        return sum(any(image.pixelColor(x, y).alpha() for y in rows) for x in columns)

    images = np.ones((4, 1, 20, 20), np.float32)
    result = replace(finds_result(), images=images)
    page.set_result(result, ImageStyle(glyphs=False, ground=0.0))
    side = page.sheet.iconSize().width()
    assert side % 20
    assert drawn_px() == side
    page.set_result(result, GLYPHS)
    assert drawn_px() == side // 20 * 20


def test_the_panel_explains_itself_or_shows_its_pages(qtbot: QtBot) -> None:
    panel = MakingPanel()
    qtbot.addWidget(panel)
    panel.resize(380, 380)
    panel.show()
    qtbot.waitExposed(panel)
    panel.set_message("Press Train")
    assert not panel.tabs.isVisible()
    assert panel.placeholder.message == "Press Train"
    panel.set_message("")
    assert panel.tabs.isVisible()
    # The panel must fit beside the map in a small window.
    assert panel.minimumSizeHint().width() <= 380
