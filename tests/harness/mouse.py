"""No test finds the mouse where the last one left it: a move to that very place would be none."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QCursor, QGuiApplication


@pytest.fixture(autouse=True)
def _mouse_in_the_corner() -> None:
    """Put the mouse where no window of a test is."""
    screen = QGuiApplication.primaryScreen() if QGuiApplication.instance() is not None else None
    if screen is not None:
        QCursor.setPos(screen.geometry().bottomRight())
