"""Splitter positions in panels stay where the user put them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.kit.splitter import Splitter

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.app import App


def _splitter(app: App, qtbot: QtBot, dock: str) -> Splitter:
    """Return the splitter of the panel in ``dock``, shown and laid out."""
    app.window.docks[dock].show()
    app.window.docks[dock].raise_()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in _found(app, dock)))
    QTest.qWait(200)
    return next(one for one in _found(app, dock) if one.isVisible())


def _found(app: App, dock: str) -> list[Splitter]:
    return app.window.docks[dock].findChildren(Splitter)


def _share(splitter: Splitter) -> float:
    sizes = splitter.sizes()
    return sizes[0] / sum(sizes)


def _drag(splitter: Splitter, by: QPoint) -> None:
    handle = splitter.handle(1)
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    # The handle moves with the mouse.
    QTest.mouseMove(handle, start + by)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start)


@pytest.mark.arrangement("build")
def test_a_moved_border_is_found_again_in_another_window_and_at_the_next_start(
    app: App, qapp: QApplication, qtbot: QtBot
) -> None:
    app.window.resize(1700, 1000)
    splitter = _splitter(app, qtbot, "data")
    first = _share(splitter)
    _drag(splitter, QPoint(0, 60))
    moved = _share(splitter)
    assert moved > first + 0.03
    app.window.set_perspective("study")
    app.window.set_perspective("build")
    assert abs(_share(_splitter(app, qtbot, "data")) - moved) < 0.02

    app.use_language("es")
    assert abs(_share(_splitter(app, qtbot, "data")) - moved) < 0.02

    app.window.reset_layout()
    assert abs(_share(_splitter(app, qtbot, "data")) - first) < 0.02


@pytest.mark.arrangement("build")
def test_a_share_of_the_settings_counts_from_the_start(app: App, qtbot: QtBot) -> None:
    app.services.settings.keep({"split.data": "0.3000 0.7000"})
    app.window.resize(1700, 1000)
    assert abs(_share(_splitter(app, qtbot, "data")) - 0.3) < 0.02
    app.window.resize(1700, 900)
    qtbot.wait(200)
    assert abs(_share(_splitter(app, qtbot, "data")) - 0.3) < 0.02


@pytest.mark.parametrize("text", ["0.1 half", "0 0", "1 1", "nan 1", "-0.5 1.5", ""])
def test_shares_that_cannot_be_are_not_taken(app: App, text: str) -> None:
    app.services.settings.keep({"split.library": text})
    assert app.window.stored_split("library") == ()
