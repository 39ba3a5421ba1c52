"""Undo: a thousand small steps, and of large sets no more than memory should hold."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import Recipe
from aegui.session.documents import edit_command
from aegui.session.documents.draft import DraftState, full_draft
from aegui.session.documents.edit_command import EditCommand, KeptCommand
from aegui.session.documents.undo_history import MAX_STEPS, UndoHistory

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

SIDE = 64
COUNT = 256
BYTES = COUNT * SIDE * SIDE * 4


class Desk:
    """A history and the draft that it shows."""

    def __init__(self, draft: DraftState, most_bytes: int) -> None:
        self.history = UndoHistory(most_bytes=most_bytes)
        self.draft = draft

    def show(self, draft: DraftState) -> None:
        self.draft = draft

    def edit(self, draft: DraftState, text: str) -> None:
        self.history.push_edit(EditCommand(self.show, self.draft, draft, text))


def draft(number: int) -> DraftState:
    images = np.full((COUNT, 1, SIDE, SIDE), number / 100, np.float32)
    return full_draft(Recipe(name=str(number)), Dataset.over(str(number), images))


def names(desk: Desk) -> list[str]:
    """What every undo shows, to the oldest."""
    seen = []
    while desk.history.canUndo():
        desk.history.undo()
        seen.append(desk.draft.recipe.name)
    return seen


def watched(of: DraftState) -> weakref.ref[NDArray[np.float32]]:
    return weakref.ref(of.dataset.images)


def test_the_oldest_large_steps_are_forgotten_and_their_memory_is_free(qtbot: QtBot) -> None:
    desk = Desk(draft(0), most_bytes=4 * BYTES + BYTES // 2)
    held = []
    for number in range(1, 11):
        held.append(watched(desk.draft))
        desk.edit(draft(number), f"step {number}")
    assert desk.history.count() == 4
    gc.collect()
    assert [it() is not None for it in held] == [False] * 6 + [True] * 4
    assert desk.draft.recipe.name == "10"
    assert desk.history.undoText() == "step 10"
    assert names(desk) == ["9", "8", "7", "6"]
    while desk.history.canRedo():
        desk.history.redo()
    assert desk.draft.recipe.name == "10"


def test_one_step_stays_however_large(qtbot: QtBot) -> None:
    desk = Desk(draft(0), most_bytes=BYTES // 2)
    for number in range(1, 4):
        desk.edit(draft(number), f"step {number}")
    assert desk.history.count() == 1
    assert names(desk) == ["2"]


def test_a_set_that_many_steps_share_counts_once(qtbot: QtBot) -> None:
    first, second = draft(0), draft(1)
    desk = Desk(first, most_bytes=2 * BYTES)
    for number in range(50):
        desk.edit(second if number % 2 == 0 else first, f"step {number}")
    assert desk.history.count() == 50


def test_parts_of_one_array_count_once(qtbot: QtBot) -> None:
    whole = draft(0)
    desk = Desk(whole, most_bytes=BYTES)
    for number in range(1, 9):
        part = Dataset.over("part", whole.dataset.images[number:])
        desk.edit(full_draft(whole.recipe, part), f"step {number}")
    assert desk.history.count() == 8


def test_small_steps_are_a_thousand(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit_command, "MERGE_SECONDS", -1.0)
    small = full_draft(Recipe(), Dataset.from_images("small", np.eye(4)[np.newaxis]))
    desk = Desk(small, most_bytes=1)
    for number in range(MAX_STEPS + 20):
        other = Dataset.from_images("small", np.full((1, 4, 4), number / 2000))
        desk.edit(full_draft(Recipe(seed=number), other), "step")
    assert desk.history.count() == MAX_STEPS


@pytest.mark.parametrize(("saved_after", "clean"), [(2, False), (8, True), (10, True)])
def test_what_was_saved_is_known_again(qtbot: QtBot, saved_after: int, clean: bool) -> None:
    desk = Desk(draft(0), most_bytes=4 * BYTES)
    for number in range(1, 11):
        desk.edit(draft(number), f"step {number}")
        if number == saved_after:
            desk.history.setClean()
    seen = {desk.history.isClean()}
    while desk.history.canUndo():
        desk.history.undo()
        seen.add(desk.history.isClean())
        if desk.history.isClean():
            assert desk.draft.recipe.name == str(saved_after)
    assert (True in seen) == clean


def test_a_part_of_a_step_goes_with_it_after_others_were_forgotten(qtbot: QtBot) -> None:
    desk, kept = Desk(draft(0), most_bytes=2 * BYTES), ["none"]

    def keep(text: str) -> None:
        kept[0] = text

    for number in range(1, 4):
        desk.edit(draft(number), f"step {number}")
    desk.history.push_joined(KeptCommand(keep, "none", "goal", "part"), desk.draft)
    assert kept == ["goal"]
    desk.edit(draft(4), "step 4")
    assert desk.history.count() == 2
    desk.history.undo()
    assert kept == ["goal"]
    desk.history.undo()
    assert (desk.draft.recipe.name, kept) == ("2", ["none"])
    desk.history.redo()
    assert (desk.draft.recipe.name, kept) == ("3", ["goal"])
    desk.edit(draft(5), "step 3")
    assert desk.history.count() == 2, "a step of two parts takes no more edits"


def test_a_part_without_its_step_is_a_step_of_its_own(qtbot: QtBot) -> None:
    desk = Desk(draft(0), most_bytes=BYTES)
    kept: list[str] = []
    desk.edit(draft(1), "step")
    desk.history.push_joined(KeptCommand(kept.append, "none", "goal", "part"), draft(1))
    assert desk.history.count() == 2
    desk.history.undo()
    assert (desk.draft.recipe.name, kept) == ("1", ["goal", "none"])


def test_edits_that_join_the_last_step_join_it_after_others_were_forgotten(qtbot: QtBot) -> None:
    desk = Desk(draft(0), most_bytes=2 * BYTES)
    for number in range(1, 6):
        desk.edit(draft(number), f"step {number}")
    before = desk.history.count()
    desk.edit(draft(6), "step 5")
    assert desk.history.count() == before
    desk.history.undo()
    assert desk.draft.recipe.name == "4"
