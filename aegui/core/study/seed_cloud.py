"""The individual seeds of a setting: whether each reaches the goal, and its figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.choices import Choice, table
from aegui.core.evaluation.run_figures import figure_words, run_figure
from aegui.core.i18n import mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.study.results import goal_words
from aegui.core.text_tables import csv_text
from aegui.core.verdicts.intervals import share_of_seeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.records import RunRecord
    from aegui.core.study.results import StudyCell
    from aegui.core.verdicts.intervals import SeedShare

WAITING, LOST, ENDED, MET = range(4)
"""States of a seed: not ended yet, diverged, ended, reached the goal."""

ORDERS = table(
    Choice("seed", mark("by seed"), mark("In the order of the seeds, row by row.")),
    Choice(
        "result",
        mark("best first"),
        mark("Those at the goal first, then from the best to the worst figure."),
    ),
)


@dataclass(frozen=True, eq=False)
class SeedCloud:
    """The seeds of one setting, in display order."""

    figure: str
    """Key of the figure in ``values``."""
    seeds: NDArray[np.int64]
    """int64 ``[n]``."""
    states: NDArray[np.int8]
    """``WAITING``, ``LOST``, ``ENDED`` or ``MET`` of each, int8 ``[n]``."""
    values: NDArray[np.float64]
    """The figure of each, float64 ``[n]``; NaN where there is none."""
    runs: dict[int, RunRecord]
    """Finished runs by seed."""

    @property
    def share(self) -> SeedShare:
        """The share of finished runs that reach the goal, with its interval."""
        return share_of_seeds(int((self.states == MET).sum()), len(self.runs))


def seed_cloud(plan: StudyPlan, cell: StudyCell, figure: str, order: str = "seed") -> SeedCloud:
    """Return the seeds of ``cell``, including those that have not ended yet.

    Args:
        plan: Gives the seeds and the goal.
        cell: The setting.
        figure: Key of the figure shown for each.
        order: One of ``ORDERS``; in the order by result, seeds that have not ended come last.
    """
    first, count = plan.seeds.first, cell.planned
    states = np.full(count, WAITING, np.int8)
    values = np.full(count, np.nan)
    runs = {}
    for run in cell.runs:
        at = run.seed - first
        if not 0 <= at < count:
            continue
        runs[run.seed] = run
        values[at] = run.figures.get(figure, math.nan)
        states[at] = _state(plan, run)
    seeds = np.arange(first, first + count, dtype=np.int64)
    if ORDERS[order].key == "result":
        good = -values if run_figure(figure).better == "high" else values
        # The last key is the primary one; ties keep the order of the seeds.
        place = np.lexsort((np.where(np.isfinite(good), good, np.inf), -states))
        seeds, states, values = seeds[place], states[place], values[place]
    return SeedCloud(figure, seeds, states, values, runs)


def _state(plan: StudyPlan, run: RunRecord) -> int:
    if plan.goal is not None and plan.goal.is_met(run.figures.get(plan.goal.figure, math.nan)):
        return MET
    return LOST if run.reason == "diverged" else ENDED


def share_line(plan: StudyPlan, clouds: Sequence[SeedCloud]) -> str:
    """Return how many seeds reach the goal, with the exact interval; without a goal, have ended."""
    ended = sum(len(cloud.runs) for cloud in clouds)
    planned = sum(len(cloud.seeds) for cloud in clouds)
    if plan.goal is None or not ended:
        return tr("{ended:,} of {n:,} seeds have ended", ended=ended, n=planned)
    share = share_of_seeds(sum(int((one.states == MET).sum()) for one in clouds), ended)
    line = trn(
        "{met:,} of {n:,} seed at the goal ({goal}): {share:.1%} [{low:.1f}, {high:.1f}]",
        "{met:,} of {n:,} seeds at the goal ({goal}): {share:.1%} [{low:.1f}, {high:.1f}]",
        ended,
        met=share.reached,
        goal=goal_words(plan),
        share=share.share,
        low=100 * share.low,
        high=100 * share.high,
    )
    if ended < planned:
        line += tr("; {n:,} more are to come", n=planned - ended)
    return line


def seed_words(plan: StudyPlan, cloud: SeedCloud, at: int) -> str:
    """Return a translated description of one seed: figures, whether it diverged or met the goal."""
    seed, state = int(cloud.seeds[at]), int(cloud.states[at])
    run = cloud.runs.get(seed)
    if run is None:
        return tr("Seed {n}: has not ended yet", n=seed)
    keys = [cloud.figure, *(() if plan.goal is None else (plan.goal.figure,)), "wrong", "loss"]
    parts = [
        f"{tr(run_figure(key).label)} {figure_words(key, run.figures[key])}"
        for key in dict.fromkeys(keys)
        if math.isfinite(run.figures.get(key, math.nan))
    ]
    if "epochs" in run.figures:
        parts.append(trn("{n:,} epoch", "{n:,} epochs", int(run.figures["epochs"])))
    if state == LOST:
        parts.append(tr("diverged"))
    elif plan.goal is not None:
        parts.append(tr("reaches the goal") if state == MET else tr("misses the goal"))
    return tr("Seed {n}: {figures}", n=seed, figures=", ".join(parts))


def seeds_csv(plan: StudyPlan, clouds: Sequence[tuple[StudyCell, SeedCloud]]) -> str:
    """Return the seeds as CSV, in display order."""
    axes = [axis.name for axis in plan.axes]
    figure = clouds[0][1].figure if clouds else plan.figure
    words = {WAITING: "", LOST: "no", ENDED: "no", MET: "yes"}
    rows: list[list[object]] = []
    for cell, cloud in clouds:
        labels = [cell.setting.labels.get(axis, "") for axis in axes]
        for seed, state, value in zip(
            cloud.seeds.tolist(), cloud.states.tolist(), cloud.values.tolist(), strict=True
        ):
            run = cloud.runs.get(seed)
            number = "" if math.isnan(value) else repr(value)
            goal = words[state] if plan.goal is not None else ""
            rows.append([*labels, seed, "" if run is None else run.reason, goal, number])
    return csv_text([*axes, "seed", "ended", "at_goal", figure], rows)
