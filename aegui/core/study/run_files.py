"""Conversion of a study's runs to run files, which open like any other training."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.recipe import MAX_RUNS
from aegui.core.run_file.saved import SavedRun
from aegui.core.study.units import resolved_of, snapshot_of_rows
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.record.history import RUN_COLUMNS, HistoryView
from aegui.core.training.record.result import GOALS, RunResult
from aegui.core.training.terms import TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.recipe import Recipe
    from aegui.core.study.records import Records, RunRecord
    from aegui.core.study.results import StudyCell

ENGINE = "population"
_SHARED = ("epoch", *RUN_COLUMNS)


def setting_run(cell: StudyCell, records: Records, order: Sequence[int] = ()) -> SavedRun | None:
    """Return the runs of a setting as one run with several seeds; None if none has weights.

    If a seed is missing or diverged, so that the seeds are not consecutive, only the first sound
    run in ``order`` is returned.

    Args:
        cell: The setting.
        records: The store of its weights and histories.
        order: Indices into ``cell.runs``, the best first; by default in their order.

    Raises:
        AeguiError: Its data or its weights cannot be read any more.
    """
    complete = [records.complete(run.key) for run in cell.runs]
    sound = [one for one in complete if one.row is not None and np.isfinite(one.row).all()]
    if not sound:
        return None
    seeds = [one.seed for one in sound]
    follow = seeds == list(range(seeds[0], seeds[0] + len(seeds)))
    if len(sound) < len(cell.runs) or not follow or len(sound) > MAX_RUNS:
        best = next((complete[index] for index in order if complete[index] in sound), sound[0])
        sound = [best]
    return run_of(cell.setting.recipe, sound)


def run_of(recipe: Recipe, records: Sequence[RunRecord]) -> SavedRun:
    """Return runs of one recipe with consecutive seeds as a single saved run.

    A study stores of each history the loss, the wrong pixels and further terms. The total duration
    is spread evenly over the epochs, the learning rate is computed from the schedule if it depends
    on the epoch alone, and the rest is NaN.

    Raises:
        AeguiError: The data cannot be read.
    """
    changes = {"seed": records[0].seed, "runs": len(records)}
    resolved = resolved_of(recipe.model_copy(update=changes))
    alone = replace(resolved, recipe=recipe.model_copy(update={"runs": 1}))
    results = tuple(map(_result, records))
    snapshot = snapshot_of_rows(alone, [one.row for one in records])
    return SavedRun(
        resolved.recipe,
        resolved.dataset,
        snapshot=snapshot.with_epochs([one.best_epoch for one in results]),
        history=_history(resolved.recipe, records),
        results=results,
        engine=ENGINE,
        device=device_of([recipe]),
    )


def device_of(recipes: Sequence[Recipe]) -> str:
    """Return the device of a study's runs; empty if they need not have been on the CPU.

    The records do not say whether a process found the GPU that its recipe names.
    """
    return "cpu" if {recipe.training.device for recipe in recipes} <= {"cpu"} else ""


def _result(record: RunRecord) -> RunResult:
    figures = record.figures
    first: dict[str, int | None] = {}
    for goal in GOALS:
        epoch = figures.get(f"epoch_{goal}")
        first[goal] = None if epoch is None or math.isnan(epoch) else int(epoch)
    best = figures.get("best_epoch", 0.0)
    return RunResult(
        seed=record.seed,
        epochs=int(figures.get("epochs", 0)),
        seconds=figures.get("seconds", 0.0),
        loss=figures.get("last_loss", math.nan),
        best_loss=figures.get("loss", math.nan),
        # Integral epochs are stored as integers, as in any other run file.
        best_epoch=int(best) if best.is_integer() else best,
        wrong_pixels=record.wrong,
        first_epoch=first,
        figures={
            key: value
            for key, value in figures.items()
            if key in TERMS and key != "loss" and math.isfinite(value)
        },
        diverged=record.reason == "diverged",
    )


def _history(recipe: Recipe, records: Sequence[RunRecord]) -> HistoryView | None:
    """Return the rows of the longest run; shorter ones are padded with NaN."""
    known = [one.history for one in records]
    if not all("epoch" in one for one in known):
        return None
    longest = max(known, key=lambda one: float(one["epoch"][-1]))
    epoch = np.asarray(longest["epoch"], np.float64)
    terms = [key for key in dict.fromkeys(key for one in known for key in one) if key in TERMS]
    shared = {name: _column(epoch, known, name) for name in RUN_COLUMNS}
    extra = {key: _column(epoch, known, key) for key in terms if key not in _SHARED}
    last = float(epoch[-1])
    seconds = max(one.figures.get("seconds", 0.0) for one in records)
    times = epoch * (seconds / last) if last else np.zeros_like(epoch)
    return HistoryView(epoch, times, _rates(recipe, epoch), **shared, extra=extra)


def _column(
    epoch: NDArray[np.float64], histories: Sequence[Mapping[str, Any]], name: str
) -> NDArray[np.float32]:
    """Return a column of every run at ``epoch`` ``[n]``: ``[n, K]``, NaN where a run has no row."""
    found = np.full((len(epoch), len(histories)), np.nan, np.float32)
    for run, history in enumerate(histories):
        if name not in history:
            continue
        epochs = np.asarray(history["epoch"], np.float64)
        rows = np.searchsorted(epochs, epoch - 1e-6)
        there = rows < len(epochs)
        there[there] = np.abs(epochs[rows[there]] - epoch[there]) < 1e-6
        found[there, run] = np.asarray(history[name], np.float32)[rows[there]]
    return found


def _rates(recipe: Recipe, epoch: NDArray[np.float64]) -> NDArray[np.float64]:
    training = recipe.training
    if training.schedule.name == "plateau":
        return np.full_like(epoch, np.nan)
    schedule = Schedule(training.schedule, training.epochs)
    factors = np.array([schedule.factor_at(float(one)) for one in epoch], np.float64)
    return training.optimizer.learning_rate * factors
