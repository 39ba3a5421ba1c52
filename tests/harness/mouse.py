"""Resets the mouse before each test.

A move to the current position would send no event. While a button is held down over a deleted
widget, Qt delivers no moves; ``QTest.mouseDClick`` ends with the button down.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


@pytest.fixture(autouse=True)
def _mouse_at_rest() -> None:
    """Release all buttons, and move the mouse to where no window under test is."""
    screen = QGuiApplication.primaryScreen() if QGuiApplication.instance() is not None else None
    if screen is None:
        return
    for button in Qt.MouseButton:
        if QGuiApplication.mouseButtons() & button:
            QTest.mouseRelease(QWidget(), button)
    QCursor.setPos(screen.geometry().bottomRight())
