"""One undoable edit of the draft."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoCommand

from aegui.core.data.dataset import same_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.session.documents.draft import DraftState

MERGE_SECONDS = 2.0
"""Edits of the same field that follow each other no later than this are one."""
_ID, _KEPT_ID = 1, 2
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


class KeptCommand(QUndoCommand):
    """From some pins or concepts to others; what is ``moved`` in quick succession is one step."""

    def __init__(
        self,
        show: Callable[[Any], None],
        before: tuple[object, ...],
        after: tuple[object, ...],
        text: str,
        *,
        moved: int | None = None,
    ) -> None:
        super().__init__(text)
        self._show = show
        self._before = before
        self._after = after
        self._moved = moved
        self._edited_at = time.monotonic()
        self._is_settled = True

    def done(self) -> KeptCommand:
        """The same step for another stack: pushing it shows nothing, until it is to ``settle``."""
        again = KeptCommand(self._show, self._before, self._after, self.text(), moved=self._moved)
        again._is_settled = False
        return again

    def settle(self) -> None:
        """Be a step like any other from now on."""
        self._is_settled = True

    def id(self) -> int:
        """The same for all that is moved: what of it merges is decided by what and when."""
        return _KEPT_ID if self._is_settled and self._moved is not None else _NO_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over where ``other`` leads to, if it moves the same soon after this."""
        if not isinstance(other, KeptCommand) or other._moved != self._moved:
            return False
        if other._edited_at - self._edited_at > MERGE_SECONDS:
            return False
        self._after, self._edited_at = other._after, other._edited_at
        self.setObsolete(self._before == self._after)
        return True

    def undo(self) -> None:
        """Keep what was kept before."""
        self._show(self._before)

    def redo(self) -> None:
        """Keep what was kept after."""
        if self._is_settled:
            self._show(self._after)
