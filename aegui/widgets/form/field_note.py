"""Transient message shown right below a field."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from aegui.kit.theme import SPACING
from aegui.session.jobs.clock import one_shot

SHOWN_MS = 6_000
_MAX_PX = 280


class FieldNote(QLabel):
    """A short message below a field that disappears after six seconds.

    Not a tooltip, which would disappear with the first move of the mouse.
    """

    def __init__(self, field: QWidget, text: str) -> None:
        super().__init__(text, field.window())
        self.setProperty("note", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFixedWidth(min(_MAX_PX, field.window().width() - 2 * SPACING))
        self.adjustSize()
        self._place(field)
        rest = one_shot(self, self.deleteLater)
        rest.start(SHOWN_MS)

    def _place(self, field: QWidget) -> None:
        """Move below the field, or above it if there is no room."""
        window = field.window()
        at = field.mapTo(window, QPoint(0, field.height() + 2))
        if at.y() + self.height() > window.height():
            at.setY(field.mapTo(window, QPoint(0, -self.height() - 2)).y())
        furthest = window.width() - self.width() - SPACING
        self.move(max(SPACING, min(at.x(), furthest)), max(0, at.y()))


def show_note(field: QWidget, text: str) -> None:
    """Show ``text`` below ``field``, replacing any other note in its window."""
    hush(field)
    note = FieldNote(field, text)
    note.show()
    note.raise_()


def hush(field: QWidget) -> None:
    """Remove the notes in the window of ``field``."""
    for older in field.window().findChildren(FieldNote):
        older.hide()
        older.deleteLater()
