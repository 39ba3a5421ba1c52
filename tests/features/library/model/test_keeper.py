"""Completed trainings are kept, even if their final figures never arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train
from aegui.features.library.model.keeper import RunKeeper
from aegui.features.library.model.writer import LibraryWriter
from tests.core.library.made import LETTERS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_the_end_of_the_program_keeps_a_training_that_is_still_measured(qtbot: QtBot) -> None:
    resolved = resolve(Recipe.model_validate({"training": {"epochs": 3}}), LETTERS).resolved
    assert resolved is not None
    *_, last = train(resolved)
    result = last.so_far(ended=True)
    assert not result.measured
    # As in the session: the desk shuts down before the keeper.
    desk, keeper = LibraryWriter(), RunKeeper()
    keeper.take(desk, result, resolved, "interrupted")
    assert not desk.is_busy
    desk.shutdown()
    keeper.shutdown()
    with Library() as library:
        rows = library.rows(LibraryQuery(), ("name",))
        assert [row.values[0] for row in rows] == ["interrupted"]
        kept = library.load(rows[0].id)
    assert kept.results[0].epochs == 3
    assert kept.results[0].loss == result.runs[0].loss
