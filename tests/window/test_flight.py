"""A flight over the map of the real window, started by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.features.map.flight import FlightFeature
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.map.view.hints import MapHints
from tests.window.conftest import train

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.app import App


def test_a_flight_shows_what_is_decoded_until_a_key_stops_it(app: App, qtbot: QtBot) -> None:
    window = app.window
    assert not window.actions_table["fly"].isEnabled(), "there is nothing to fly over yet"
    train(qtbot, window)
    qtbot.waitUntil(window.actions_table["fly"].isEnabled, timeout=20_000)
    window.set_perspective("wander")
    window.docks["cursor"].raise_()
    window.notifications.close_all()
    hints = window.canvas.findChild(MapHints)
    assert hints is not None
    hints.set_left(("train",))
    qtbot.waitUntil(hints.isVisible, timeout=20_000)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    handle = window.windowHandle()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(handle, Qt.Key.Key_F, both)
    flight = window.feature(FlightFeature).flight
    qtbot.waitUntil(lambda: flight.is_on, timeout=20_000)
    assert not hints.isVisible(), "its note lies there"
    numbers = window.panel(CursorPanel).numbers
    first = numbers.code
    qtbot.waitUntil(lambda: not np.allclose(numbers.code, first), timeout=20_000)
    QTest.keyClick(handle, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not flight.is_on
    assert window.isActiveWindow(), "the key that stops saves nothing"
    assert hints.isVisible()
