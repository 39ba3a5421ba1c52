"""What the shipped recipes reach: seeds 0 to 9."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aegui.core.data.load import load_dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import list_recipes
from aegui.core.training.train import train
from tests.bench.figures import Figure, at_least, at_most

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.training.result import TrainingResult


def measure() -> list[Figure]:
    """Item 7 of the list of figures."""
    recipes = dict(list_recipes())
    return [
        *_ten_seeds("lower-case, course network", recipes["letters-course"], exact=9),
        *_ten_seeds("all 96 characters", recipes["letters-2d"], exact=10),
    ]


def _trained(recipe: Recipe) -> tuple[TrainingResult, float]:
    resolved = resolve(recipe, load_dataset(recipe.data.source, recipe.data.chars)).resolved
    if resolved is None:
        raise ValueError(f"the recipe {recipe.name} does not resolve")
    started = time.perf_counter()
    *_, last = train(resolved)
    return last.result(), time.perf_counter() - started


def _ten_seeds(name: str, recipe: Recipe, exact: int) -> list[Figure]:
    result, seconds = _trained(recipe.model_copy(update={"runs": 10, "seed": 0}))
    runs = result.runs
    return [
        at_least(
            f"{name}: runs with every character <= 1 wrong",
            sum(run.wrong_max <= 1 for run in runs),
            "of 10",
            10,
        ),
        at_least(
            f"{name}: runs with 0 wrong", sum(run.wrong_max == 0 for run in runs), "of 10", exact
        ),
        at_most(f"{name}: time a run, ten trained together", seconds / 10, "s", 3),
    ]
