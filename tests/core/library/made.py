"""Untrained runs with figures, to keep hundreds of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.core.data.builtin import load_builtin
from aegui.core.library.entry import LibraryEntry, SeedRow, legend_entry_of, new_id
from aegui.core.recipe import Recipe
from aegui.core.run_file.saved import SavedRun
from aegui.core.training.record.result import RunResult

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS = load_builtin("lowercase").subset(range(4))


def recipe(name: str = "", **changes: Any) -> Recipe:
    """Return a recipe; ``changes`` are fields of its training."""
    return Recipe.model_validate({"name": name, "training": {"epochs": 10, **changes}})


def saved_run(
    name: str = "a run", wrong: Sequence[Sequence[int]] = ((0, 1, 0, 2),), **training: Any
) -> SavedRun:
    """Return a run with the wrong pixels ``wrong[seed][sample]``."""
    results = tuple(
        RunResult(
            seed=seed,
            epochs=10,
            seconds=0.5,
            loss=0.2 + seed,
            best_loss=0.1 + seed,
            best_epoch=8,
            wrong_pixels=tuple(row),
            first_epoch={"at_most_1": None, "exact": None},
        )
        for seed, row in enumerate(wrong)
    )
    one = recipe(name, **training).model_copy(update={"runs": len(wrong)})
    return SavedRun(one, LETTERS, results=results, engine="fused", device="cpu")


def entry(name: str = "a run", wrong: float = 1.0, **known: Any) -> LibraryEntry:
    """Return an entry without a file."""
    training = known.pop("training", {})
    values = {"has_file": False, "seeds": (SeedRow(seed=0, figures={"wrong": wrong}),)}
    return legend_entry_of(saved_run(name, **training), **(values | {"id": new_id()} | known))
