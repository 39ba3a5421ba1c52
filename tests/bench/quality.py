"""Quality and training time of the shipped recipes over seeds 0 to 9."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aegui.core.data.load import load_dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import list_recipes
from aegui.core.setup_line.reading import read_line
from aegui.core.training.loop.train import train
from tests.bench.figures import Figure, at_least, at_most

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import TrainingResult

SOON = "letters 35-64-32-2:tanh tanh | adam 0.02 beta2=0.95 | bce | 1500 epochs | schedule cosine"
"""The network of ``letters-2d`` with bolder steps, whose size is forgotten sooner: three epochs of
eight bring it to a fifth of the loss."""


def measure() -> list[Figure]:
    """Measure item 7 of the list of figures."""
    recipes = dict(list_recipes())
    soon = read_line(SOON).recipe
    return [
        *_ten_seeds("lower-case, course network", recipes["letters-course"], exact=9),
        *_ten_seeds("all 96 characters", recipes["letters-2d"], exact=10),
        *_ten_seeds("all 96 characters, soon", soon, exact=10, seconds=0.15),
        *_ten_seeds("the same, other seeds", soon, exact=10, seconds=0.15, seed=10),
    ]


def _trained(recipe: Recipe) -> tuple[TrainingResult, float, float]:
    """Return the result, the wall-clock seconds and the CPU seconds."""
    resolved = resolve(recipe, load_dataset(recipe.data.source, recipe.data.chars)).resolved
    if resolved is None:
        raise ValueError(f"the recipe {recipe.name} does not resolve")
    started, busy = time.perf_counter(), time.process_time()
    *_, last = train(resolved)
    result = last.result()
    return result, time.perf_counter() - started, time.process_time() - busy


def _ten_seeds(
    name: str, recipe: Recipe, exact: int, seconds: float = 3.0, seed: int = 0
) -> list[Figure]:
    result, clock, busy = _trained(recipe.model_copy(update={"runs": 10, "seed": seed}))
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
        at_most(f"{name}: time a run, ten trained together", clock / 10, "s", seconds),
        Figure(f"{name}: the same, processor time", busy / 10, "s"),
    ]
