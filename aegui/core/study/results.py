"""The result of a study: settings with their figures over seeds, the best one, and its table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.evaluation.run_figures import (
    RUN_FIGURES,
    figure_words,
    run_figure,
    tested_figure,
)
from aegui.core.evaluation.spread import deviation
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import classes_learnt
from aegui.core.study.plan import GOAL
from aegui.core.study.units import resolved_of
from aegui.core.study.words import axis_words, choice_words, printed
from aegui.core.text_tables import MISSING, csv_text
from aegui.core.verdicts.comparison import SeedFigures
from aegui.core.verdicts.ranking import rank as rank_seeds
from aegui.core.verdicts.starts import start_of
from aegui.core.verdicts.words import ranking_lines

MAX_COMPARED = 64
"""Upper bound for the settings in a verdict; beyond it there are too many pairs."""

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from aegui.core.data.progress import IsCancelled
    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.records import RunRecord
    from aegui.core.study.settings import StudySetting


@dataclass(frozen=True, eq=False)
class StudyCell:
    """A setting and its finished runs."""

    setting: StudySetting
    """The setting."""
    runs: tuple[RunRecord, ...]
    """In the order of their seeds; incomplete while the study runs."""
    planned: int
    """Number of planned runs."""

    @property
    def is_complete(self) -> bool:
        """Whether all its runs have ended."""
        return len(self.runs) == self.planned

    def values(self, figure: str) -> list[float]:
        """Return a figure of each run; NaN where it has none."""
        return [run.figures.get(figure, math.nan) for run in self.runs]

    def mean(self, figure: str) -> float:
        """Return the mean over the runs that have the figure; NaN if none has."""
        known = self._known(figure)
        return _mean(known) if known else math.nan

    def std(self, figure: str) -> float:
        """Return the standard deviation over them; NaN for fewer than two."""
        return float(deviation(self._known(figure)))

    def _known(self, figure: str) -> list[float]:
        return [value for value in self.values(figure) if math.isfinite(value)]

    def has(self, figure: str) -> bool:
        """Return whether any run has the figure."""
        return bool(self._known(figure))

    def met(self, plan: StudyPlan) -> int:
        """Return the number of runs that reach the goal of ``plan``."""
        if plan.goal is None:
            return 0
        return sum(plan.goal.is_met(value) for value in self.values(plan.goal.figure))


def _mean(values: Sequence[float]) -> float:
    """Return the mean, rounded: a tie must not be broken by rounding errors of the sums."""
    return float(f"{math.fsum(values) / len(values):.12g}")


def rank(cell: StudyCell, plan: StudyPlan) -> tuple[float, ...]:
    """Return the sort key of a setting by ``StudyPlan.choose``; the lowest is best."""
    found = []
    for key in plan.order:
        if key == GOAL:
            found.append(-cell.met(plan) / max(1, len(cell.runs)))
            continue
        # A diverged run ranks below any figure.
        values = [math.inf if math.isnan(value) else value for value in cell.values(key)]
        mean = _mean(values) if values else math.inf
        is_higher_better = run_figure(key).better == "high"
        found.append(-mean if is_higher_better and math.isfinite(mean) else mean)
    return tuple(found)


def best_of(cells: Iterable[StudyCell], plan: StudyPlan) -> StudyCell | None:
    """Return the best setting among those whose runs have all ended."""
    complete = [cell for cell in cells if cell.is_complete]
    return min(complete, key=lambda cell: rank(cell, plan)) if complete else None


def why(winner: StudyCell, others: Sequence[StudyCell], plan: StudyPlan) -> str:
    """Return translated sentences on why ``winner`` was chosen over ``others``.

    Each figure that eliminates some of the others is named, in order.
    """
    if not others:
        return tr("There was no other choice.")
    best = rank(winner, plan)
    reasons: list[str] = []
    left = [rank(cell, plan) for cell in others]
    for index, key in enumerate(plan.order):
        if any(one[index] < best[index] for one in left):
            break
        alike = [one for one in left if one[index] == best[index]]
        if len(alike) < len(left):
            reasons.append(_reason(key, winner, plan, is_first=not reasons))
        left = alike
    return " ".join(reasons) or tr("All were equal: the first one was chosen.")


def _reason(key: str, winner: StudyCell, plan: StudyPlan, *, is_first: bool) -> str:
    if key == GOAL:
        return tr("{met:,} of {n:,} runs reach the goal.", met=winner.met(plan), n=len(winner.runs))
    words = (
        mark("{figure}: {value} is best.")
        if is_first
        else mark("Among equals, {figure}: {value} is best.")
    )
    return tr(
        words,
        figure=tr(run_figure(key).label),
        value=figure_words(key, winner.mean(key)),
    )


def goal_words(plan: StudyPlan) -> str:
    """Return the goal as translated text; empty if there is none."""
    goal = plan.goal
    if goal is None:
        return ""
    label, bound = tr(run_figure(goal.figure).label), goal.at_most
    if bound is not None:
        return tr("{figure} at most {n:g}", figure=label, n=bound)
    return tr("{figure} at least {n:g}", figure=label, n=goal.at_least)


@dataclass(frozen=True, eq=False)
class PathStep:
    """One axis of a path: what was tried, and what was chosen."""

    axis: str
    """Its name."""
    cells: tuple[StudyCell, ...]
    """A setting for each choice."""
    winner: StudyCell
    """The chosen one."""

    def words(self, plan: StudyPlan) -> str:
        """Return a translated description of the step."""
        others = [cell for cell in self.cells if cell is not self.winner]
        return tr(
            "{axis}: {n} choices were tried; {winner} is kept. {why}",
            axis=axis_words(self.axis),
            n=len(self.cells),
            winner=choice_words(self.winner.setting.labels[self.axis]),
            why=why(self.winner, others, plan),
        )


@dataclass(frozen=True, eq=False)
class StudyResult:
    """The result of a study."""

    plan: StudyPlan
    """The plan."""
    cells: tuple[StudyCell, ...]
    """Every setting that was tried, in the order of the plan."""
    steps: tuple[PathStep, ...] = ()
    """Of a path, axis by axis."""
    seconds: float = 0.0
    """Duration; runs that were found in the folder took none."""
    reused: int = 0
    """Number of runs that existed already."""
    is_complete: bool = True
    """Whether all planned runs were done."""

    @property
    def best(self) -> StudyCell | None:
        """The best setting; of a complete path the one at its end."""
        if self.steps and self.is_complete:
            return self.steps[-1].winner
        return best_of(self.cells, self.plan)

    def published(self, cell: StudyCell) -> str:
        """Return the published results for a setting, translated."""
        labels = cell.setting.labels
        texts = [
            tr(row.text)
            for row in self.plan.published
            if all(labels.get(axis) == label for axis, label in row.where.items())
            and set(row.where)
        ]
        return "; ".join(texts)

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that its table shows, the most important first."""
        goal = () if self.plan.goal is None else (self.plan.goal.figure,)
        noises = () if self.plan.tried is None else self.plan.tried.noises
        tried = (tested_figure("wrong", noise) for noise in noises)
        usual = ("wrong", "loss", "knn_accuracy", "parameters")
        keys = (self.plan.figure, *goal, *self.plan.order, *tried, *usual)
        known = [key for key in dict.fromkeys(keys) if key != GOAL]
        return tuple(key for key in known if any(cell.has(key) for cell in self.cells))


def table_of(result: StudyResult) -> tuple[list[str], list[list[str]]]:
    """Return header and rows, one for each setting: figures, share at the goal, published ones."""
    plan, best = result.plan, result.best
    header = ["", *(axis_words(axis.name) for axis in plan.axes)]
    header += [tr(run_figure(key).label) for key in result.figures]
    if plan.goal is not None:
        header.append(tr("at the goal"))
    if any(result.published(cell) for cell in result.cells):
        header.append(_published_words(plan))
    return header, [
        _row(result, cell, len(header), best is not None and cell.setting.key == best.setting.key)
        for cell in result.cells
    ]


def _published_words(plan: StudyPlan) -> str:
    """Return the heading of the published results, with their unit if it is a foreign one."""
    if not plan.published_unit:
        return tr("published")
    return tr("published, {unit}", unit=tr(plan.published_unit))


def _row(result: StudyResult, cell: StudyCell, width: int, is_best: bool) -> list[str]:
    plan = result.plan
    labels = cell.setting.labels
    cells = ["*" if is_best else ""]
    choices = (labels.get(axis.name) for axis in plan.axes)
    cells += [MISSING if choice is None else choice_words(choice) for choice in choices]
    cells += [_spread(cell, key) for key in result.figures]
    if plan.goal is not None:
        cells.append(f"{cell.met(plan)}/{len(cell.runs)}" if cell.runs else MISSING)
    if len(cells) < width:
        cells.append(printed(result.published(cell)))
    return cells


def _spread(cell: StudyCell, key: str) -> str:
    """Format ``0.31 ± 0.12``; one number for a single run, and for counts of parameters."""
    if not cell.has(key):
        return MISSING
    mean = figure_words(key, cell.mean(key))
    known = len([value for value in cell.values(key) if math.isfinite(value)])
    lost = "" if known == len(cell.runs) else f" ({known}/{len(cell.runs)})"
    if known < 2 or key == "parameters":
        return mean + lost
    return f"{mean} ± {_spread_words(key, cell.std(key))}{lost}"


def _spread_words(key: str, value: float) -> str:
    """Format a standard deviation to two significant digits."""
    if run_figure(key).is_share:
        return figure_words(key, value)
    return localized(float(f"{value:.2g}"), "g")


def csv_of(result: StudyResult) -> str:
    """Return the runs as CSV: choices, seed, why each ended and all figures."""
    keys = [key for key in _keys_of(result.plan) if any(cell.has(key) for cell in result.cells)]
    axes = [axis.name for axis in result.plan.axes]
    rows = []
    for cell in result.cells:
        labels = [cell.setting.labels.get(axis, "") for axis in axes]
        for run in cell.runs:
            values = [run.figures.get(key, math.nan) for key in keys]
            cells = ["" if math.isnan(value) else repr(value) for value in values]
            rows.append([*labels, run.seed, run.reason, run.key, *cells])
    return csv_text([*axes, "seed", "ended", "key", *keys], rows)


def _keys_of(plan: StudyPlan) -> tuple[str, ...]:
    """Return every figure that a run of ``plan`` may have."""
    return (*RUN_FIGURES, *(() if plan.tried is None else plan.tried.figures))


def json_of(result: StudyResult) -> dict[str, object]:
    """Return the result as JSON: settings, their figures over the seeds, and single runs."""
    best = result.best
    return {
        "study": result.plan.name,
        "seeds": result.plan.seeds.count,
        "mode": result.plan.mode,
        "complete": result.is_complete,
        "seconds": result.seconds,
        "reused": result.reused,
        "best": None if best is None else dict(best.setting.labels),
        "verdict": list(verdict_of(result).lines),
        "settings": [_cell_json(result, cell) for cell in result.cells],
        "path": [
            {
                "axis": step.axis,
                "kept": step.winner.setting.labels[step.axis],
                "why": step.words(result.plan),
            }
            for step in result.steps
        ],
    }


def _cell_json(result: StudyResult, cell: StudyCell) -> dict[str, object]:
    keys = [key for key in _keys_of(result.plan) if cell.has(key)]
    return {
        "choices": dict(cell.setting.labels),
        "figures": {key: {"mean": cell.mean(key), "std": cell.std(key)} for key in keys},
        "at_goal": cell.met(result.plan) if result.plan.goal is not None else None,
        "published": result.published(cell) or None,
        "runs": [
            {"seed": run.seed, "ended": run.reason, "key": run.key, "figures": dict(run.figures)}
            for run in cell.runs
        ],
    }


def size_words(settings: int, seeds: int) -> str:
    """Format ``36 settings x 5 seeds: 180 runs``, translated."""
    if settings == 1:
        return trn("1 setting of {n:,} seed", "1 setting of {n:,} seeds", seeds)
    return trn(
        "{settings:,} settings of {n:,} seed: {runs:,} runs",
        "{settings:,} settings of {n:,} seeds: {runs:,} runs",
        seeds,
        settings=settings,
        runs=settings * seeds,
    )


def compared_by(plan: StudyPlan) -> str:
    """Return the figure for the verdict: the first in ``plan.order`` that has a direction."""
    return next((key for key in plan.order if key != GOAL and _says_how_well(key)), plan.figure)


def _says_how_well(key: str) -> bool:
    return key != "parameters" and bool(run_figure(key).better)


@dataclass(frozen=True)
class StudyVerdict:
    """What the seeds of a study support statistically."""

    lines: tuple[str, ...] = ()
    """Translated sentences; may be empty."""
    more_seeds: int | None = None
    """Seeds to add to probably decide between the best setting and the next one that does not
    differ significantly; None if there is none, or the number is unknown."""


NO_VERDICT = StudyVerdict()


def verdict_of(result: StudyResult, cancelled: IsCancelled | None = None) -> StudyVerdict:
    """Compare the best setting with the others across the seeds.

    Settings with the same initial weights in each seed are compared seed by seed. The verdict is
    empty for a single setting, for more than ``MAX_COMPARED``, or while runs are missing.
    """
    cells = result.steps[-1].cells if result.steps else result.cells
    if not (2 <= len(cells) <= MAX_COMPARED and all(cell.is_complete for cell in cells)):
        return NO_VERDICT
    key = compared_by(result.plan)
    if not any(cell.has(key) for cell in cells):
        return NO_VERDICT
    settings = [
        SeedFigures(
            cell.setting.title,
            {run.seed: run.figures.get(key, math.nan) for run in cell.runs},
        )
        for cell in cells
    ]
    starts = [_start(cell) for cell in cells]
    figure = run_figure(key)
    ranking = rank_seeds(
        settings,
        same_starts=lambda one, other: starts[one] == starts[other],
        lower_is_better=figure.better != "high",
        cancelled=cancelled,
    )
    open_ones = (ranking.comparisons[index].more_seeds for index in ranking.peers)
    more_seeds = next((more for more in open_ones if more is not None), None)
    return StudyVerdict(ranking_lines(ranking, figure), more_seeds)


def _start(cell: StudyCell) -> Hashable:
    recipe = cell.setting.recipe
    dataset = resolved_of(recipe).dataset
    return start_of(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
