"""One undoable edit of the draft."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from aegui.core.data.dataset import same_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.run_file import Place
    from aegui.session.documents.draft import DraftState

MERGE_SECONDS = 2.0
"""Edits of the same field that follow each other no later than this are one."""
_ID = 1
_NO_ID = -1
"""What joins nothing, in Qt's words."""


class EditCommand(QUndoCommand):
    """From one draft to another; further edits of the same field in quick succession join it.

    Attributes:
        before: The draft from before the edit.
        after: The draft from after it.
    """

    def __init__(
        self,
        show: Callable[[DraftState], None],
        before: DraftState,
        after: DraftState,
        text: str,
    ) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self._edited_at = time.monotonic()
        self._is_settled = True

    def done(self) -> EditCommand:
        """The same step for another stack: pushing it shows nothing and joins nothing.

        Until it is told to ``settle``.
        """
        again = EditCommand(self._show, self.before, self.after, self.text())
        again._edited_at = self._edited_at
        again._is_settled = False
        return again

    def settle(self) -> None:
        """Be a step like any other from now on."""
        self._is_settled = True

    def id(self) -> int:
        """The same for all edits: which of them merge is decided by text and time."""
        return _ID if self._is_settled else _NO_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over where ``other`` leads to, if it edits the same field soon after this."""
        if not isinstance(other, EditCommand) or other.text() != self.text():
            return False
        if other._edited_at - self._edited_at > MERGE_SECONDS:
            return False
        self.after = other.after
        self._edited_at = other._edited_at
        before, after = self.before, self.after
        unchanged = before.recipe == after.recipe and same_data(before.dataset, after.dataset)
        self.setObsolete(unchanged)
        return True

    def undo(self) -> None:
        """Show the draft from before the edit."""
        self._show(self.before)

    def redo(self) -> None:
        """Show the draft from after the edit."""
        if self._is_settled:
            self._show(self.after)


class PlacesCommand(QUndoCommand):
    """From some pins on the map to others."""

    def __init__(
        self,
        show: Callable[[tuple[Place, ...]], None],
        before: tuple[Place, ...],
        after: tuple[Place, ...],
        text: str,
    ) -> None:
        super().__init__(text)
        self._show = show
        self._before = before
        self._after = after
        self._is_settled = True

    def done(self) -> PlacesCommand:
        """The same step for another stack: pushing it shows nothing, until it is to ``settle``."""
        again = PlacesCommand(self._show, self._before, self._after, self.text())
        again._is_settled = False
        return again

    def settle(self) -> None:
        """Be a step like any other from now on."""
        self._is_settled = True

    def undo(self) -> None:
        """Pin what was pinned before."""
        self._show(self._before)

    def redo(self) -> None:
        """Pin what was pinned after."""
        if self._is_settled:
            self._show(self._after)
