"""Schedules that follow the loss of several runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import Training, train
from aegui.core.training.record.timeline import Fork

if TYPE_CHECKING:
    from numpy.typing import NDArray


def impatient(runs: int) -> ResolvedRecipe:
    schedule = {"name": "plateau", "patience_epochs": 2}
    training = {"epochs": 60, "schedule": schedule, "device": "cpu"}
    recipe = Recipe.model_validate({"training": training, "runs": runs})
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    return resolved


def trained_from(resolved: ResolvedRecipe, row: NDArray[np.floating]) -> Training:
    *_, last = train(resolved, fork=Fork(0, row, resolved.signature))
    return last


def test_a_lost_run_does_not_lower_the_rate_of_the_others() -> None:
    resolved = impatient(2)
    first = next(train(resolved)).timeline.view()
    row = np.array(first.frames[0].row)
    for block in first.layout.blocks:
        block.array(row)[1] = np.nan
    both = trained_from(resolved, row)
    assert np.isnan(both.result().runs[1].loss)
    alone = impatient(1)
    only = trained_from(alone, next(train(alone)).timeline.view().frames[0].row)
    rates = both.history.view().learning_rate
    assert np.array_equal(rates, only.history.view().learning_rate)
