"""The steps that can be undone: many small ones, of large sets as many as memory should hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtGui import QUndoStack

from aegui.core.data.byte_images import memory_of
from aegui.session.documents.edit_command import EditCommand, KeptCommand

if TYPE_CHECKING:
    from aegui.session.documents.draft import DraftState

MOST_STEPS = 1000
MOST_BYTES = 512 << 20
"""What the drafts of all steps together may hold in memory, beside the present one."""
_LARGE_BYTES = 64 << 10
"""Smaller arrays are not worth counting."""
_LABEL_BYTES = 16
"""Of each sample, in its two tuples; the texts themselves are shared."""


class UndoHistory(QUndoStack):
    """Edits of draft, pins and concepts. The oldest go where they keep too much alive."""

    def __init__(self, parent: QObject | None = None, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(parent)
        self._most_bytes = most_bytes
        self.setUndoLimit(MOST_STEPS)

    def push_edit(self, edit: EditCommand) -> None:
        """Do ``edit``; where the steps hold too much then, the oldest of them go."""
        is_other_data = edit.after.dataset is not edit.before.dataset
        self.push(edit)  # which may be gone after this: it has joined the step before
        if is_other_data:
            self._make_room()

    @property
    def held_bytes(self) -> int:
        """What the steps hold in memory, beside the present draft: at most ``MOST_BYTES``."""
        numbered = [(index, self._step(index)) for index in range(self.count())]
        edits = [(index, step) for index, step in numbered if isinstance(step, EditCommand)]
        if not edits:
            return 0
        steps = [step for _, step in edits]
        done = sum(index < self.index() for index, _ in edits)
        shown = steps[done - 1].after if done else steps[0].before
        held = [_arrays_of(draft) for step in steps for draft in (step.before, step.after)]
        own = _arrays_of(shown)
        return sum(
            {key: size for it in held for key, size in it.items() if key not in own}.values()
        )

    def _make_room(self) -> None:
        """Forget so many old steps that the newest ones fit; one stays in any case."""
        steps = [self._step(index) for index in range(self.count())]
        if not steps:
            return
        # What is shown is in memory in any case: an edit of data has just been made.
        last = next(step for step in reversed(steps) if isinstance(step, EditCommand))
        held = _arrays_of(last.after)
        room, forgotten = self._most_bytes, len(steps) - 1
        for place, step in reversed(list(enumerate(steps))):
            arrays = _arrays_of(step.before) if isinstance(step, EditCommand) else {}
            more = {key: size for key, size in arrays.items() if key not in held}
            room -= sum(more.values())
            if room < 0:
                break
            held |= more
            forgotten = min(forgotten, place)
        if forgotten:
            self._forget(steps, forgotten)

    def may_undo(self, *, is_busy: bool) -> bool:
        """Whether there is a step to take back; of the draft only while nothing trains it."""
        return self.canUndo() and not (is_busy and self._is_edit(self.index() - 1))

    def may_redo(self, *, is_busy: bool) -> bool:
        """Whether there is a step to do again; likewise."""
        return self.canRedo() and not (is_busy and self._is_edit(self.index()))

    def _is_edit(self, index: int) -> bool:
        return isinstance(self.command(index), EditCommand)

    def has_edits(self) -> bool:
        """Whether the draft was edited since what is clean; ``Annotations`` knows of the rest."""
        clean, now = self.cleanIndex(), self.index()
        if clean < 0:
            return True
        between = range(min(clean, now), max(clean, now))
        return any(self._is_edit(index) for index in between)

    def _step(self, index: int) -> KeptCommand:
        step = self.command(index)
        assert isinstance(step, KeptCommand)
        return step

    def _forget(self, steps: list[KeptCommand], count: int) -> None:
        """Begin anew without the first ``count`` of ``steps``, which are all that are done.

        A stack of Qt cannot drop its oldest commands, so the others are pushed again.
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
    """Bytes of the large arrays that ``draft`` holds in memory, by identity."""
    found: dict[int, int] = {}
    for dataset in (draft.dataset, draft.pool):
        owner = _owner(memory_of(dataset.images))
        if owner is not None:
            found[id(owner)] = owner.nbytes
        found[id(dataset.labels)] = len(dataset) * _LABEL_BYTES
    found[id(draft.selected)] = draft.selected.nbytes
    return {key: size for key, size in found.items() if size >= _LARGE_BYTES}


def _owner(array: np.ndarray) -> np.ndarray | None:
    """The array whose memory ``array`` is a view of; None where that is a mapped file."""
    while True:
        if isinstance(array, np.memmap):
            return None
        if not isinstance(array.base, np.ndarray):
            return array
        array = array.base
