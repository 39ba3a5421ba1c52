"""Undo commands whose texts follow a switch of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from aegui.core.i18n import retold

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack


class ToldCommand(QUndoCommand):
    """An undo command that keeps what its text was translated from, unlike Qt's copy of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.words = text
        """The text."""

    def tell(self, text: str) -> None:
        """Set the text."""
        self.words = text
        self.setText(text)


def retell(stack: QUndoStack) -> None:
    """Translate the texts of all steps of ``stack`` into the current language."""
    for index in range(stack.count()):
        step = stack.command(index)
        if isinstance(step, ToldCommand):
            step.tell(retold(step.words))
