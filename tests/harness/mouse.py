"""No test finds the mouse as the last one left it.

A move to the very place where it is would be none. Where a button is down of a widget that is gone,
Qt gives the moves to nobody; ``QTest.mouseDClick`` ends with the button down.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


@pytest.fixture(autouse=True)
def _mouse_at_rest() -> None:
    """Put the mouse where no window of a test is, without a button that is down."""
    screen = QGuiApplication.primaryScreen() if QGuiApplication.instance() is not None else None
    if screen is None:
        return
    for button in Qt.MouseButton:
        if QGuiApplication.mouseButtons() & button:
            QTest.mouseRelease(QWidget(), button)
    QCursor.setPos(screen.geometry().bottomRight())
