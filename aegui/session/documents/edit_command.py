"""Undo commands: an edit of the draft, or of pins and concepts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from aegui.core.data.dataset import same_data
from aegui.session.told_command import ToldCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QUndoCommand

    from aegui.session.documents.draft import DraftState

MERGE_SECONDS = 2.0
"""Maximum interval between edits of the same field that are merged into one step."""
_ID, _ANNOTATION_ID = 1, 2
_NO_ID = -1
"""Qt's id of commands that cannot be merged."""


class KeptCommand(ToldCommand):
    """Changes pins or concepts; moves of the same pin in quick succession are merged."""

    _kind = _ANNOTATION_ID

    def __init__(
        self,
        show: Callable[[Any], None],
        before: Any,
        after: Any,
        text: str,
        *,
        moved: int | None = None,
        now: Callable[[], Any] | None = None,
    ) -> None:
        """Change the state from ``before`` to ``after`` by ``show``.

        ``now`` returns a state that changes without steps too: what a step replaces comes back.
        """
        super().__init__(text)
        self.words = text
        self._show = show
        self._now = now
        self.before = before
        """The state before the step."""
        self.after = after
        """The state after the step."""
        self._moved = moved
        self._parts: tuple[KeptCommand, ...] = ()
        self._edited_at = time.monotonic()
        self._is_settled = True

    def done(self) -> Self:
        """Return a copy for another stack; pushing it applies nothing and merges with nothing.

        Call ``settle`` to make it a regular command.
        """
        states = self.before, self.after
        again = type(self)(self._show, *states, self.words, moved=self._moved, now=self._now)
        again._parts = tuple(part.done() for part in self._parts)
        again._edited_at = self._edited_at
        again._is_settled = False
        return again

    def settle(self) -> None:
        """Make this a regular command, which applies its state on redo and may be merged."""
        for part in self._parts:
            part.settle()
        self._is_settled = True

    def join(self, part: KeptCommand) -> None:
        """Apply ``part``, which belongs to this step from now on; such a step is not merged."""
        self._parts = (*self._parts, part)
        part.redo()

    def id(self) -> int:
        """Return one id for all commands of a kind; ``mergeWith`` decides which of them merge."""
        is_mergeable = self._is_settled and not self._parts and self._joins() is not None
        return self._kind if is_mergeable else _NO_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the result of ``other`` if it changes the same thing shortly after this."""
        if not isinstance(other, type(self)) or other._joins() != self._joins():
            return False
        if other._edited_at - self._edited_at > MERGE_SECONDS:
            return False
        self.after, self._edited_at = other.after, other._edited_at
        self.setObsolete(self._is_unchanged())
        return True

    def undo(self) -> None:
        """Show the state before the step."""
        for part in reversed(self._parts):
            part.undo()
        if self._now is not None:
            self.after = self._now()
        self._show(self.before)

    def redo(self) -> None:
        """Show the state after the step."""
        if not self._is_settled:
            return
        if self._now is not None:
            self.before = self._now()
        self._show(self.after)
        for part in self._parts:
            part.redo()

    def _joins(self) -> object:
        """Return the key that mergeable steps share; None if this cannot be merged."""
        return self._moved

    def _is_unchanged(self) -> bool:
        """Return whether the step has no effect."""
        return bool(self.before == self.after)


class EditCommand(KeptCommand):
    """Changes the draft; further edits of the same field in quick succession are merged."""

    _kind = _ID
    before: DraftState
    after: DraftState

    def _joins(self) -> object:
        return self.text()

    def _is_unchanged(self) -> bool:
        before, after = self.before, self.after
        return before.recipe == after.recipe and same_data(before.dataset, after.dataset)
