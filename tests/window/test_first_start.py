"""The first start of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.app import App
from aegui.core.recipe import LayerSpec
from aegui.features.gallery.feature import GalleryFeature
from aegui.features.map.hints import HINTS
from aegui.features.map.view.hints import MapHints
from aegui.kit.theme import LIGHT, apply_theme
from aegui.session.hints import hint_key
from aegui.session.messages import Messages
from aegui.session.settings import Settings
from tests.window.conftest import SMALL, UNASKED, stop, train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    app = App(qapp, Settings.model_validate({"language": "en", "theme": "light"} | UNASKED))
    app.window.resize(1280, 800)
    app.window.show()
    qtbot.waitExposed(app.window)
    yield app.window
    app.shutdown()
    app.deleteLater()
    apply_theme(qapp, LIGHT)


def hints(window: MainWindow) -> MapHints:
    found = window.canvas.findChild(MapHints)
    assert found is not None
    return found


def seen(window: MainWindow) -> set[str]:
    return {key for key, dock in window.docks.items() if dock.isVisible()}


def test_it_begins_with_the_map_the_cursor_and_its_hints(window: MainWindow) -> None:
    assert window.perspective == "wander"
    assert seen(window) == {"cursor"}
    assert hints(window).left == tuple(HINTS)
    assert hints(window).isVisible()


def test_a_hint_goes_when_it_has_been_followed(window: MainWindow, qtbot: QtBot) -> None:
    canvas, values = window.canvas, window._services.settings.values
    for step in range(60):
        QTest.mouseMove(canvas, QPoint(120 + 8 * step, 200 + step))
    qtbot.waitUntil(lambda: "move" not in hints(window).left)
    assert window._services.settings.values["hints.move"] is True
    assert "hints.click" not in values
    x, y = canvas.scene.points.pixels[3].tolist()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    qtbot.waitUntil(lambda: hints(window).left == ("train", "gallery"))
    assert seen(window) == {"cursor", "answer"}, "what the click did is seen"
    assert window._services.workspace.new(SMALL)
    train(qtbot, window)
    assert hints(window).left == ("gallery",)
    offers = [one for one in window._services.of(Messages).kept if one.notice.offer]
    assert [one.notice.offer for one in offers] == ["Begin the tour"], "it is offered once"
    assert offers[0].is_open
    window.actions_table["gallery"].trigger()
    assert hints(window).left == ()
    assert not hints(window).isVisible()
    window.feature(GalleryFeature)._close()


def test_hints_let_the_mouse_through(window: MainWindow) -> None:
    shown = hints(window)
    assert shown.isVisible()
    spot = shown.geometry().center()
    assert window.canvas.rect().contains(spot)
    assert window.canvas.childAt(spot) is None, "a press there is one on the map"


def test_build_is_one_click_away_and_stays(window: MainWindow) -> None:
    window.actions_table["build"].trigger()
    assert {"network", "charts"} & seen(window)
    assert window._services.settings.perspective == "build"


def test_without_a_network_only_training_is_hinted_at(window: MainWindow, qtbot: QtBot) -> None:
    assert window._services.workspace.new(SMALL)
    assert hints(window).left == ("train", "gallery")
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: hints(window).left in (("gallery",), ("move", "click", "gallery")))
    stop(qtbot, window._services.runner)


def test_build_greets_once_with_the_network_of_the_course(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["build"].trigger()
    qtbot.waitUntil(lambda: any("35-25-10-2" in it.text for it in window.notifications.shown))
    (greeting,) = [it for it in window.notifications.shown if "35-25-10-2" in it.text]
    assert greeting.accept is not None
    greeting.accept()
    qtbot.waitUntil(lambda: window._services.workspace.recipe.data.source == "lowercase")
    encoder = window._services.workspace.recipe.network.encoder
    assert [layer.units for layer in encoder if isinstance(layer, LayerSpec)] == [25, 10]
    window.actions_table["wander"].trigger()
    window.actions_table["build"].trigger()
    told = [it for it in window.notifications.shown if "35-25-10-2" in it.text]
    assert len(told) <= 1


def test_the_greeting_of_build_stays_there(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_table["build"].trigger()
    qtbot.waitUntil(lambda: any("35-25-10-2" in it.text for it in window.notifications.shown))
    window.actions_table["study"].trigger()
    assert not [it for it in window.notifications.shown if "35-25-10-2" in it.text]


def test_build_greets_nobody_who_comes_with_a_network(window: MainWindow, qtbot: QtBot) -> None:
    window._services.requests.preset.emit("letters-course")
    window.actions_table["build"].trigger()
    dock = window.docks["builder"]
    qtbot.waitUntil(lambda: dock.isVisible() and not dock.visibleRegion().isEmpty())
    for _ in range(20):
        qtbot.wait(1)
    assert hint_key("build") not in window._services.settings.values
    assert not [it for it in window.notifications.shown if "learns 32 letters" in it.text]
