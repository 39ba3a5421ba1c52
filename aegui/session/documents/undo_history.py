"""The undo history, limited by the number of steps and by their memory use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtGui import QUndoStack

from aegui.core.data.byte_images import memory_of
from aegui.core.data.dataset import same_data
from aegui.core.recipe.settings import is_live_edit
from aegui.session.documents.edit_command import EditCommand, KeptCommand

if TYPE_CHECKING:
    from aegui.session.documents.draft import DraftState

MAX_STEPS = 1000
MAX_BYTES = 512 << 20
"""Maximum memory of the drafts of all steps, in addition to the current draft."""
_LARGE_BYTES = 64 << 10
"""Smaller arrays are not counted."""
_LABEL_BYTES = 16
"""Bytes per sample of its two tuples; the strings are shared."""


class UndoHistory(QUndoStack):
    """Edits of draft, pins and concepts; the oldest are dropped if they use too much memory."""

    def __init__(self, parent: QObject | None = None, most_bytes: int = MAX_BYTES) -> None:
        super().__init__(parent)
        self._most_bytes = most_bytes
        self.setUndoLimit(MAX_STEPS)

    def push_edit(self, edit: EditCommand) -> None:
        """Push ``edit``, and drop the oldest steps if the memory limit is exceeded."""
        is_other_data = edit.after.dataset is not edit.before.dataset
        self.push(edit)  # may be deleted by this, if it was merged into the previous step
        if is_other_data:
            self._free_memory()

    def push_joined(self, part: KeptCommand, draft: DraftState) -> None:
        """Apply ``part`` as a part of the step that has just led to ``draft``.

        Without such a step, as when it was merged away, ``part`` is a step of its own.
        """
        last = self.command(self.index() - 1) if self.index() else None
        if isinstance(last, EditCommand) and last.after is draft:
            last.join(part)
        else:
            self.push(part)

    @property
    def held_bytes(self) -> int:
        """Return the memory of the steps beyond the current draft, at most ``MAX_BYTES``."""
        numbered = [(index, self._step(index)) for index in range(self.count())]
        edits = [(index, step) for index, step in numbered if isinstance(step, EditCommand)]
        if not edits:
            return 0
        steps = [step for _, step in edits]
        done = sum(index < self.index() for index, _ in edits)
        shown = steps[done - 1].after if done else steps[0].before
        held = [_arrays_of(draft) for step in steps for draft in (step.before, step.after)]
        shown_arrays = _arrays_of(shown)
        return sum(
            {
                key: size for it in held for key, size in it.items() if key not in shown_arrays
            }.values()
        )

    def _free_memory(self) -> None:
        """Drop old steps until the newest ones fit; at least one is kept."""
        steps = [self._step(index) for index in range(self.count())]
        if not steps:
            return
        # The current draft is in memory anyway: the last step is the edit of data just made.
        last = next(step for step in reversed(steps) if isinstance(step, EditCommand))
        held = _arrays_of(last.after)
        free, forgotten = self._most_bytes, len(steps) - 1
        for position, step in reversed(list(enumerate(steps))):
            arrays = _arrays_of(step.before) if isinstance(step, EditCommand) else {}
            more = {key: size for key, size in arrays.items() if key not in held}
            free -= sum(more.values())
            if free < 0:
                break
            held |= more
            forgotten = min(forgotten, position)
        if forgotten:
            self._forget(steps, forgotten)

    def may_undo(self, *, is_busy: bool) -> bool:
        """Return whether a step can be undone; while a training runs, only if it can follow."""
        return self.canUndo() and not (is_busy and self._is_fixed(self.index() - 1))

    def may_redo(self, *, is_busy: bool) -> bool:
        """Return whether a step can be redone; likewise."""
        return self.canRedo() and not (is_busy and self._is_fixed(self.index()))

    def _is_fixed(self, index: int) -> bool:
        """Return whether a step changes more of the draft than a running training can follow."""
        step = self.command(index)
        if not isinstance(step, EditCommand):
            return False
        before, after = step.before, step.after
        has_same = same_data(before.dataset, after.dataset)
        return not (has_same and is_live_edit(before.recipe, after.recipe))

    def has_edits(self) -> bool:
        """Return whether the draft differs from the clean one; ``Annotations`` tracks the rest."""
        clean, now = self.cleanIndex(), self.index()
        if clean < 0:
            return True
        between = range(min(clean, now), max(clean, now))
        return any(isinstance(self.command(index), EditCommand) for index in between)

    def _step(self, index: int) -> KeptCommand:
        step = self.command(index)
        assert isinstance(step, KeptCommand)
        return step

    def _forget(self, steps: list[KeptCommand], count: int) -> None:
        """Rebuild the stack without the first ``count`` of ``steps``, all of which are done.

        Qt's stack cannot drop its oldest commands, so the others are pushed again.
        """
        clean = self.cleanIndex() - count
        again = [step.done() for step in steps[count:]]
        with QSignalBlocker(self):
            self.clear()
            if not 0 <= clean <= len(again):
                self.resetClean()
            for number, step in enumerate(again, 1):
                self.push(step)
                if number == clean:
                    self.setClean()
        for step in again:
            step.settle()
        self.indexChanged.emit(self.index())


def _arrays_of(draft: DraftState) -> dict[int, int]:
    """Return the bytes of the large arrays of ``draft`` in memory, by identity."""
    found: dict[int, int] = {}
    for dataset in (draft.dataset, draft.pool):
        owner = _owner(memory_of(dataset.images))
        if owner is not None:
            found[id(owner)] = owner.nbytes
        found[id(dataset.labels)] = len(dataset) * _LABEL_BYTES
    found[id(draft.selected)] = draft.selected.nbytes
    return {key: size for key, size in found.items() if size >= _LARGE_BYTES}


def _owner(array: np.ndarray) -> np.ndarray | None:
    """Return the array that owns the memory of ``array``; None if it is a mapped file."""
    while True:
        if isinstance(array, np.memmap):
            return None
        if not isinstance(array.base, np.ndarray):
            return array
        array = array.base
