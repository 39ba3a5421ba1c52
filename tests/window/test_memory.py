"""Memory of a session: a large set is freed by all parts when it is closed."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.recipe import Recipe
from aegui.session.documents.draft import full_draft
from aegui.session.documents.edit_command import EditCommand
from aegui.session.documents.undo_history import UndoHistory
from aegui.window.memory import holdings, memory_table
from tests.processes import ROOT
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.documents.draft import DraftState
    from tests.harness.forked import Start

LARGE = Recipe.model_validate(
    {
        "network": {"encoder": [{"units": 8}], "latent": {"units": 3}},
        "training": {"epochs": 2, "batch_size": 256, "device": "cpu"},
    }
)


FRESH = "AEGUI_TEST_IN_FRESH_PROCESS"
_PYTEST = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"


def large_set(count: int = 3000) -> Dataset:
    images = np.random.default_rng(0).random((count, 20, 20), np.float32)
    return Dataset.from_images("large", images, [str(number % 10) for number in range(count)])


@pytest.mark.slow
def test_a_large_set_that_was_closed_is_given_back(start_program: Start) -> None:
    """Run in a process of its own.

    Collecting frozen garbage left by windows of earlier tests crashes PySide; the program has only
    one window.
    """
    name = f"{Path(__file__).relative_to(ROOT)}::test_in_a_fresh_process"
    arguments = ("-q", "-p", "no:cacheprovider", name)
    with start_program(_PYTEST, *arguments, environment=os.environ | {FRESH: "1"}) as alone:
        out, errors = alone.communicate()
    assert "1 passed" in out, out + errors


@pytest.mark.skipif(FRESH not in os.environ, reason="Begun by the test before, alone")
def test_in_a_fresh_process(app: App, qapp: QApplication, qtbot: QtBot) -> None:
    for name, dock in app.window.docks.items():
        if name == "projections":
            continue  # computing a map of thousands of samples may take a minute
        dock.show()
        dock.raise_()
        qapp.processEvents()
    for trained in (False, True):
        held = _held_by_a_large_set(app, qtbot, trained)
        assert app.services.workspace.new(SMALL)

        def is_free(held: list[weakref.ref[object]] = held) -> bool:
            gc.unfreeze()
            gc.collect()
            return not any(ref() is not None for ref in held)

        qtbot.waitUntil(is_free)


def _held_by_a_large_set(app: App, qtbot: QtBot, trained: bool) -> list[weakref.ref[object]]:
    """Open a large set, perhaps train on it, and return what must be freed when it is closed."""
    workspace = app.services.workspace
    workspace.edit_recipe(LARGE, "a recipe")
    workspace.edits.edit_dataset(large_set(), "a set")
    if trained:
        train(qtbot, app.window)
        qtbot.wait(300)
    held: list[weakref.ref[object]] = [
        weakref.ref(workspace.dataset),
        weakref.ref(workspace.dataset.images),
    ]
    if trained:
        assert workspace.run is not None
        held.append(weakref.ref(workspace.run))
    return held


@pytest.mark.arrangement("build")
def test_every_part_is_within_its_budget_and_told(app: App, qtbot: QtBot) -> None:
    services = app.services
    services.workspace.edit_recipe(LARGE, "a recipe")
    services.workspace.edits.edit_dataset(large_set(), "a set")
    train(qtbot, app.window)
    for count in range(5):
        services.workspace.edits.edit_dataset(large_set(3000 - count), f"set {count}")
    found = {one.label: one for one in holdings(services)}
    for one in found.values():
        assert one.most is None or 0 <= one.count <= one.most, one
    assert {"tiles of the map", "layers under the map"} <= set(found)
    assert found["samples"].count >= 3000 * 400 * 4
    assert found["steps that can be undone"].count >= 4 * 2900 * 400 * 4
    assert found["weights of past epochs"].count > 0
    assert found["state of the training"].count > 0
    table = memory_table(services)
    for label in found:
        assert label in table
    services.workspace.undo_stack.clear()
    assert {one.label: one for one in holdings(services)}["steps that can be undone"].count == 0


def test_steps_of_large_sets_go_where_they_hold_too_much(qapp: QApplication) -> None:
    history = UndoHistory(most_bytes=12_000_000)
    shown: list[DraftState] = []
    before = full_draft(LARGE, large_set(1000))
    for count in range(20):
        after = full_draft(LARGE, large_set(999 - count))
        history.push_edit(EditCommand(shown.append, before, after, f"set {count}"))
        before = after
        assert history.held_bytes <= 12_000_000
    assert 1 < history.count() < 20
