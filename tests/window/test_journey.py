"""The computation of one number in the window: from a pixel back to the input, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.journey.model.journey_path import JourneyPath
from aegui.features.journey.view.panel import JourneyPanel, PixelPicture, number
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.kit.charts.row_bars import ROW_PX
from aegui.session.data.image_style import ImageStyle
from aegui.session.highlighted_layer import HighlightedLayer

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.window.main_window import MainWindow


def crumbs(panel: JourneyPanel) -> list[QToolButton]:
    return [each for each in panel.path.findChildren(QToolButton) if not each.isHidden()]


def begun(window: MainWindow, qtbot: QtBot, source: str, pixel: int) -> JourneyPanel:
    window._services.requests.number.emit(source, pixel)
    panel = window.panel(JourneyPanel)
    way = window._services.of(JourneyPath)
    qtbot.waitUntil(lambda: len(way.path) == 1 and not panel.placeholder.message, timeout=20_000)
    return panel


def test_a_pixel_is_followed_back_to_the_input(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    services, way = window._services, window._services.of(JourneyPath)
    panel = begun(window, qtbot, "drawing", 7)
    codec = services.shown.codec
    assert codec is not None
    stages = len(codec.layers) + 1
    assert way.path == ((stages - 1, 7),)
    answer = codec.reconstruct(services.drawing.pixels.reshape(1, -1))[0]
    told = panel.formula.text().splitlines()[1].split(" = ")[0].replace("−", "-")
    assert float(told) == pytest.approx(float(answer[7]), abs=1e-4)
    assert services.of(HighlightedLayer).index == ("output", 0)
    parts = []
    while way.path[-1][0] > 0:
        assert panel.bars.part_count() > 0
        before = len(way.path)
        QTest.keyClick(panel.bars, Qt.Key.Key_Return)
        assert len(way.path) == before + 1
        parts.append(services.of(HighlightedLayer).index)
    assert len(way.path) == stages
    assert parts[-1] is None, "the input is no layer"
    assert ("code", 0) in parts
    unit = way.path[-1][1]
    assert number(float(services.drawing.pixels.reshape(-1)[unit])) in panel.formula.text()
    # Back to the answer by the first breadcrumb, then to another pixel by the picture.
    assert len(crumbs(panel)) == stages
    crumbs(panel)[0].click()
    assert len(way.path) == 1
    place = panel.picture.cell_rect(11).center().toPoint()
    QTest.mouseClick(panel.picture, Qt.MouseButton.LeftButton, pos=place)
    assert way.path == ((stages - 1, 11),)


def test_every_channel_of_a_pixel_is_chosen(qtbot: QtBot) -> None:
    picture = PixelPicture("Answer")
    qtbot.addWidget(picture)
    picture.resize(120, 200)
    picture.set_image(
        np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 2, 2), ImageStyle(False), 0
    )
    chosen: list[int] = []
    picture.pixel_chosen.connect(chosen.append)
    for place in (1, 6):
        middle = picture.cell_rect(place).center().toPoint()
        QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=middle)
    assert chosen == [1, 6]
    assert picture.text_of(6) == "Row 2, column 1: 0.545, green"


def test_it_follows_the_drawing_and_the_cursor(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    services, way = window._services, window._services.of(JourneyPath)
    panel = begun(window, qtbot, "drawing", 3)
    before = panel.formula.text()
    services.drawing.invert()
    qtbot.waitUntil(lambda: panel.formula.text() != before, timeout=20_000)
    assert len(way.path) == 1
    pictures = window.panel(CursorPanel).pictures
    window.docks["cursor"].raise_()
    rect = pictures.picture_rect(0)
    QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=rect.topLeft() + rect.center() / 50)
    qtbot.waitUntil(lambda: panel.source.currentData() == "cursor", timeout=20_000)
    codec = services.shown.codec
    assert codec is not None
    decoded = len(codec.layers) - codec.code_end
    qtbot.waitUntil(lambda: way.path[:1] == ((decoded, 0),), timeout=20_000)
    QTest.keyClick(panel.bars, Qt.Key.Key_Return)
    assert way.path[-1][0] == decoded - 1


def test_by_keys_the_focus_stays_on_the_way_back(learnt: MainWindow, qtbot: QtBot) -> None:
    panel = begun(learnt, qtbot, "drawing", 7)
    learnt.activateWindow()
    for _ in range(2):
        QTest.keyClick(panel.bars, Qt.Key.Key_Return)
    assert len(crumbs(panel)) == 3
    crumbs(panel)[1].setFocus()
    QTest.keyClick(crumbs(panel)[1], Qt.Key.Key_Space)
    assert len(crumbs(panel)) == 2
    assert crumbs(panel)[1].hasFocus()
    # With the focus elsewhere it stays there.
    panel.bars.setFocus()
    QTest.keyClick(panel.bars, Qt.Key.Key_Return)
    assert panel.bars.hasFocus()


def test_the_way_back_is_the_same_in_a_window_of_another_language(
    learnt: MainWindow, qtbot: QtBot, app: App
) -> None:
    panel = begun(learnt, qtbot, "cursor", 7)
    QTest.keyClick(panel.bars, Qt.Key.Key_Return)
    path = learnt._services.of(JourneyPath).path
    assert len(path) == 2
    app.use_language("es")
    again = app.window.panel(JourneyPanel)
    qtbot.waitUntil(lambda: len(crumbs(again)) == 2, timeout=20_000)
    assert again.source.currentData() == "cursor"
    assert app.window._services.of(JourneyPath).path == path


def test_the_page_that_tells_why_leads_to_it(learnt: MainWindow, qtbot: QtBot) -> None:
    window = learnt
    window.set_perspective("draw")
    panel = window.panel(AnswerPanel)
    window.docks["answer"].show()
    window.docks["answer"].raise_()
    panel.show_page("why")
    qtbot.waitUntil(lambda: panel.why.journey.isVisible(), timeout=20_000)
    panel.why.journey.click()
    way = window._services.of(JourneyPath)
    qtbot.waitUntil(lambda: len(way.path) == 1, timeout=20_000)
    assert window.panel(JourneyPanel).isVisible()


def test_without_a_network_it_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    window._services.requests.number.emit("drawing", 0)
    panel = window.panel(JourneyPanel)
    qtbot.waitUntil(lambda: "Train" in panel.placeholder.message, timeout=20_000)


def test_in_a_narrow_panel_the_picture_stands_above_the_rows(qtbot: QtBot) -> None:
    holder, panel = QWidget(), JourneyPanel()
    qtbot.addWidget(holder)
    panel.setParent(holder)
    panel.set_message("")
    holder.resize(900, 700)
    holder.show()
    qtbot.waitExposed(holder)
    panel.resize(800, 600)
    places = []
    for text in ("", "Press Train first."):
        panel.set_message(text)
        QApplication.processEvents()
        places.append(panel.source.mapTo(panel, QPoint()))
    assert places[0] == places[1], "the source stays where it is"
    panel.set_message("")
    for wide, is_above in ((800, False), (312, True)):
        panel.resize(wide, 600)
        QApplication.processEvents()
        picture, rows = (part.mapTo(panel, QPoint()) for part in (panel.picture, panel.bars))
        assert (rows.y() > picture.y() + panel.picture.height()) is is_above
        assert (rows.x() > picture.x() + panel.picture.width()) is not is_above
        assert panel.minimumSizeHint().width() <= 312
    # A column of the row of docks below the map in a window of 1280x800: only the rows scroll.
    panel.formula.setText("a = b + Σ wᵢ xᵢ\n1.0 = 0.5 + (0.5)")
    path = 29
    panel.resize(209, 278 - path)
    QApplication.processEvents()
    assert panel.minimumSizeHint().height() <= 278 - path
    assert panel._area.height() >= 2 * ROW_PX
