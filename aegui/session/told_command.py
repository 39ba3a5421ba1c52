"""Undo commands whose texts follow a switch of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from aegui.core.i18n import retold

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack


class ToldCommand(QUndoCommand):
    """An undo command that keeps what its text was translated from, unlike Qt's copy of it."""

    words: str
    """The text, to be set with Qt's."""


def retell(stack: QUndoStack) -> None:
    """Translate the texts of all steps of ``stack`` into the current language."""
    for index in range(stack.count()):
        step = stack.command(index)
        if isinstance(step, ToldCommand):
            step.words = retold(step.words)
            step.setText(step.words)
