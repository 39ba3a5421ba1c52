"""The options of a study other than its axes, as one flat value for a form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from aegui.core.choices import Choice, OneOf, table
from aegui.core.evaluation.run_figures import RUN_FIGURES
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass
from aegui.core.study.plan import GOAL, MAX_RUNS_OF_A_STUDY, MAX_SEEDS, Goal, Seeds

if TYPE_CHECKING:
    from aegui.core.study.plan import StudyPlan

MODES = table(
    Choice("grid", mark("All combinations"), mark("Every choice of one axis with all of others.")),
    Choice("random", mark("At random"), mark("A given number of combinations, drawn at random.")),
    Choice(
        "path",
        mark("One axis at a time"),
        mark("The first axis is tried, its best choice is kept, then the next one."),
    ),
    Choice(
        "guided",
        mark("Guided search"),
        mark("Optuna proposes settings near those that did well."),
    ),
)
NOTHING = ""
_GOALS = table(
    Choice(NOTHING, mark("No goal"), mark("Runs are compared by their figure only.")),
    *RUN_FIGURES.values(),
)
_BOUNDS = table(
    Choice("at_most", mark("at most"), mark("A run reaches the goal with this or less.")),
    Choice("at_least", mark("at least"), mark("A run reaches the goal with this or more.")),
)
_THEN = table(
    Choice(NOTHING, mark("Nothing else"), mark("The first of equal settings is the best.")),
    *RUN_FIGURES.values(),
)


@dataclass(frozen=True)
class PlanOptions:
    """Seeds, goal, search mode and time limit of a study."""

    seeds: Annotated[
        int,
        Field(ge=1, le=MAX_SEEDS),
        FieldWords(
            "Seeds", "Number of trainings of each setting, each with other initial weights."
        ),
    ] = 5
    first_seed: Annotated[
        int,
        Field(ge=0, le=2**31 - 1),
        FieldWords("First seed", "The others follow it one by one."),
    ] = 0
    mode: Annotated[
        str, OneOf(MODES), FieldWords("What is tried", "How settings are made of the axes.")
    ] = "grid"
    trials: Annotated[
        int,
        Field(ge=1, le=MAX_RUNS_OF_A_STUDY),
        FieldWords("Number of settings", "Number of settings that are drawn or proposed."),
    ] = 50
    figure: Annotated[
        str,
        OneOf(RUN_FIGURES),
        FieldWords("Compared by", "The figure of a run that settings are compared by."),
    ] = "wrong"
    goal: Annotated[
        str,
        OneOf(_GOALS),
        FieldWords("Goal", "The figure by which a run counts as a success."),
    ] = NOTHING
    bound: Annotated[
        str, OneOf(_BOUNDS), FieldWords("A success is", "Which side of the number is meant.")
    ] = "at_most"
    level: Annotated[
        float,
        Field(ge=0.0),
        FieldWords("Number", "Wrong pixels, a loss, or a share from 0 to 1."),
    ] = 1.0
    then: Annotated[
        str,
        OneOf(_THEN),
        FieldWords("If alike, by", "Decides between settings that are equal so far."),
    ] = NOTHING
    minutes: Annotated[
        int | None,
        Field(ge=1, le=1_000_000),
        FieldWords("Stop after minutes", "The study ends then.", nothing=mark("no limit")),
    ] = None


def options_of(plan: StudyPlan) -> PlanOptions:
    """Return the options of ``plan`` other than its axes."""
    goal = plan.goal
    level = 1.0
    if goal is not None:
        level = goal.at_most if goal.at_most is not None else goal.at_least or 0.0
    minutes = None if plan.minutes is None else max(1, round(plan.minutes))
    return PlanOptions(
        seeds=plan.seeds.count,
        first_seed=plan.seeds.first,
        mode=plan.mode,
        trials=plan.trials,
        figure=plan.figure,
        goal=NOTHING if goal is None else goal.figure,
        bound="at_least" if goal is not None and goal.at_least is not None else "at_most",
        level=level,
        then=_then(plan),
        minutes=minutes,
    )


def _then(plan: StudyPlan) -> str:
    """Return the last figure of ``plan.choose`` beyond goal and figure, or ``NOTHING``."""
    usual = (plan.figure,) if plan.goal is None else (GOAL, plan.figure)
    return next((key for key in reversed(plan.choose) if key not in usual), NOTHING)


def with_options(plan: StudyPlan, terms: PlanOptions) -> StudyPlan:
    """Return ``plan`` with the options ``terms``; unchanged options keep their notation.

    The goal decides first, then the figure that breaks ties; a new goal's bound is on the side on
    which its figure is better.
    """
    before = options_of(plan)
    if terms.goal != before.goal and terms.goal:
        is_higher_better = RUN_FIGURES[terms.goal].better == "high"
        terms = replace(terms, bound="at_least" if is_higher_better else "at_most")
    update: dict[str, Any] = {
        "seeds": Seeds(first=terms.first_seed, count=terms.seeds),
        "mode": terms.mode,
        "trials": terms.trials,
        "figure": terms.figure,
    }
    if terms.minutes != before.minutes:
        update["minutes"] = None if terms.minutes is None else float(terms.minutes)
    ends = ("goal", "bound", "level")
    if any(getattr(terms, name) != getattr(before, name) for name in ends):
        update["goal"] = _goal(terms)
    rules = ("then", "goal", "figure")
    if any(getattr(terms, name) != getattr(before, name) for name in rules):
        update["choose"] = _rule(terms)
    return plan.model_copy(update=update)


def _goal(terms: PlanOptions) -> Goal | None:
    if not terms.goal:
        return None
    return Goal.model_validate({"figure": terms.goal, terms.bound: terms.level})


def _rule(terms: PlanOptions) -> tuple[str, ...]:
    """Return the figures that the best setting is found by; empty for the default."""
    if not terms.then:
        return ()
    first = GOAL if terms.goal else terms.figure
    return (first, terms.then) if first != terms.then else ()
