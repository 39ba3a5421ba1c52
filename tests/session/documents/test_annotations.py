"""Pins and concepts: named, moved, told, and kept with the document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.concepts import Concept
from aegui.core.run_file.document import PinnedCode
from aegui.core.run_file.saved import load_run, save_run
from aegui.session.documents.annotations import Annotations
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.session.parts import recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

THICK = Concept("thick", (0.5, -1.0), -2.0, 3.0, 4.5)


@pytest.fixture
def workspace(qtbot: QtBot) -> Iterator[Workspace]:
    made = Workspace(Settings())
    yield made
    made.close()
    made.deleteLater()


def test_a_pin_gets_the_first_free_number(qtbot: QtBot) -> None:
    kept = Annotations()
    kept.pin(np.array([1.0, 2.0], np.float32))
    kept.pin([3.0, 4.0], "corner")
    kept.pin([5.0, 6.0])
    assert [place.name for place in kept.pins] == ["Pin 1", "corner", "Pin 2"]
    kept.unpin(0)
    kept.pin([7.0, 8.0])
    assert [place.name for place in kept.pins] == ["corner", "Pin 2", "Pin 1"]
    assert kept.pins[2].z == (7.0, 8.0)


def test_several_pins_are_one_step_of_undo(workspace: Workspace) -> None:
    kept = workspace.annotations
    before = workspace.undo_stack.count()
    kept.pin_all(np.array([[1.0, 2.0], [np.nan, 0.0], [3.0, 4.0]], np.float32))
    assert [place.name for place in kept.pins] == ["Pin 1", "Pin 2"]
    assert workspace.undo_stack.count() == before + 1
    workspace.undo_stack.undo()
    assert kept.pins == ()


def test_what_stays_the_same_is_not_told(qtbot: QtBot) -> None:
    kept = Annotations()
    kept.set_concepts((THICK,))
    places = (PinnedCode((1.0, 2.0), "a"),)
    kept.set_pins(places)
    with qtbot.assertNotEmitted(kept.edited):
        kept.set_pins(places)
        kept.set_concepts((THICK,))
    with qtbot.waitSignal(kept.pins_changed) as told:
        kept.announce()
    assert told.args == [places]


def test_concepts_belong_to_the_document(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(recipe())
    workspace.annotations.set_concepts((THICK,))
    assert workspace.file.is_modified
    assert workspace.save_as(tmp_path / "a.aegui")
    workspace.file.saving.finish()
    assert not workspace.file.is_modified
    workspace.new(recipe())
    assert workspace.annotations.concepts == ()
    assert workspace.open(tmp_path / "a.aegui")
    assert workspace.annotations.concepts == (THICK,)


def test_a_pin_that_no_file_could_keep_is_none(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(recipe())
    kept = workspace.annotations
    kept.pin([np.nan, 0.0])
    kept.pin([np.inf, 0.0])
    assert list(kept.pins) == []
    kept.pin([3e38, 0.0], "x" * 300)
    assert [len(place.name) for place in kept.pins] == [200]
    save_run(tmp_path / "a.aegui", workspace.content())
    assert load_run(tmp_path / "a.aegui").pins == kept.pins


def test_a_pin_that_is_moved_step_by_step_is_one_step_of_undo(workspace: Workspace) -> None:
    workspace.new(recipe())
    kept, stack = workspace.annotations, workspace.undo_stack
    kept.pin([0.0, 0.0], "a")
    kept.pin([1.0, 1.0], "b")
    before = stack.count()
    for step in (1.0, 2.0, 3.0):
        kept.replace(1, replace(kept.pins[1], z=(step, 1.0)))
    assert stack.count() == before + 1
    assert stack.undoText() == "Move a pin"
    kept.replace(0, replace(kept.pins[0], z=(5.0, 5.0)))
    assert stack.count() == before + 2, "another pin is another step"
    kept.replace(1, replace(kept.pins[1], name="c"))
    assert stack.undoText() == "Change the pins"
    for _ in range(3):
        stack.undo()
    assert kept.pins == (PinnedCode((0.0, 0.0), "a"), PinnedCode((1.0, 1.0), "b"))


def test_concepts_are_steps_of_undo(workspace: Workspace) -> None:
    workspace.new(recipe())
    kept, stack = workspace.annotations, workspace.undo_stack
    kept.set_concepts((THICK,))
    assert stack.undoText() == "Keep a concept"
    kept.set_concepts(())
    assert stack.undoText() == "Remove a concept"
    stack.undo()
    assert list(kept.concepts) == [THICK]
    stack.undo()
    assert list(kept.concepts) == []
