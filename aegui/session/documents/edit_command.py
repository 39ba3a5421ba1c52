"""One step that can be undone: an edit of the draft, or of pins and concepts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

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


class KeptCommand(QUndoCommand):
    """From some pins or concepts to others; what is ``moved`` in quick succession is one step.

    Attributes:
        before: What there was before.
        after: What there is after it.
    """

    _kind = _KEPT_ID

    def __init__(
        self,
        show: Callable[[Any], None],
        before: Any,
        after: Any,
        text: str,
        *,
        moved: int | None = None,
    ) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self._moved = moved
        self._edited_at = time.monotonic()
        self._is_settled = True

    def done(self) -> Self:
        """The same step for another stack: pushing it shows nothing and joins nothing.

        Until it is told to ``settle``.
        """
        again = type(self)(self._show, self.before, self.after, self.text(), moved=self._moved)
        again._edited_at = self._edited_at
        again._is_settled = False
        return again

    def settle(self) -> None:
        """Be a step like any other from now on."""
        self._is_settled = True

    def id(self) -> int:
        """The same for all of a kind: which of them merge is decided by what and when."""
        return self._kind if self._is_settled and self._joins() is not None else _NO_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over where ``other`` leads to, if it changes the same soon after this."""
        if not isinstance(other, type(self)) or other._joins() != self._joins():
            return False
        if other._edited_at - self._edited_at > MERGE_SECONDS:
            return False
        self.after, self._edited_at = other.after, other._edited_at
        self.setObsolete(self._is_unchanged())
        return True

    def undo(self) -> None:
        """Show what there was before."""
        self._show(self.before)

    def redo(self) -> None:
        """Show what there is after it."""
        if self._is_settled:
            self._show(self.after)

    def _joins(self) -> object:
        """What steps have to share to become one; None: nothing joins this."""
        return self._moved

    def _is_unchanged(self) -> bool:
        """Whether it leads to where it began."""
        return bool(self.before == self.after)


class EditCommand(KeptCommand):
    """From one draft to another; further edits of the same field in quick succession join it."""

    _kind = _ID
    before: DraftState
    after: DraftState

    def _joins(self) -> object:
        return self.text()

    def _is_unchanged(self) -> bool:
        before, after = self.before, self.after
        return before.recipe == after.recipe and same_data(before.dataset, after.dataset)
