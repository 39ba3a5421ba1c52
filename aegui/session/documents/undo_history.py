"""The steps that can be undone: many small ones, of large sets as many as memory should hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtGui import QUndoStack

from aegui.session.documents.edit_command import EditCommand

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
    """Edits of the draft. The oldest are forgotten where they keep too much alive."""

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

    def _make_room(self) -> None:
        """Forget so many old steps that the newest ones fit; one stays in any case."""
        steps = [self._step(index) for index in range(self.count())]
        if not steps:
            return
        # What is shown is in memory in any case.
        held = _arrays_of(steps[-1].after)
        room, forgotten = self._most_bytes, len(steps) - 1
        for place, step in reversed(list(enumerate(steps))):
            more = {key: size for key, size in _arrays_of(step.before).items() if key not in held}
            room -= sum(more.values())
            if room < 0:
                break
            held |= more
            forgotten = min(forgotten, place)
        if forgotten:
            self._forget(steps, forgotten)

    def _step(self, index: int) -> EditCommand:
        step = self.command(index)
        assert isinstance(step, EditCommand)
        return step

    def _forget(self, steps: list[EditCommand], count: int) -> None:
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
        owner = _owner(dataset.images)
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
