"""A challenge as saved with a document: its goal, and whether it was reached."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from aegui.core.errors import RecipeError
from aegui.core.light_dataclass import dataclass
from aegui.core.setup_line.goal import GoalReached, LineGoal, MeasuredOn, goal_of
from aegui.core.training.cost import measured_rows

MAX_GOAL = 1_000
MAX_FIGURES = 20


@dataclass(frozen=True)
class KeptChallenge:
    """A goal, and how it was first reached."""

    goal: LineGoal
    """The goal."""
    reached: GoalReached | None = None
    """How it was reached; None if it was not yet."""


class _ChallengePart(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FigureDocument(_ChallengePart):
    """A figure of the goal when it was reached."""

    figure: Annotated[str, Field(max_length=MAX_GOAL)]
    value: FiniteFloat


class ReachedDocument(_ChallengePart):
    """A ``GoalReached``."""

    epoch: Annotated[int | float, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]
    runs: Annotated[int, Field(ge=1)]
    samples: Annotated[int, Field(ge=0)]
    """Number of training samples."""
    measured: Annotated[int, Field(ge=0)] | None = None
    """How many of these the figures were measured on; None in files of earlier versions."""
    figures: Annotated[list[FigureDocument], Field(max_length=MAX_FIGURES)]


class ChallengeDocument(_ChallengePart):
    """A ``KeptChallenge`` in ``run.json``."""

    goal: Annotated[str, Field(max_length=MAX_GOAL)]
    reached: ReachedDocument | None = None


def to_document(challenge: KeptChallenge) -> ChallengeDocument:
    """Return the document to write."""
    reached = challenge.reached
    return ChallengeDocument(
        goal=challenge.goal.text,
        reached=None
        if reached is None
        else ReachedDocument(
            epoch=reached.epoch,
            seed=reached.seed,
            runs=reached.runs,
            samples=reached.measured.of,
            measured=reached.measured.samples,
            figures=[FigureDocument(figure=name, value=n) for name, n in reached.figures],
        ),
    )


def from_document(document: ChallengeDocument | None) -> KeptChallenge | None:
    """Return the challenge read; None for a goal that only a later version knows."""
    if document is None:
        return None
    try:
        goal = goal_of(document.goal)
    except RecipeError:
        return None
    reached = document.reached
    known = {bound.figure for bound in goal.bounds}
    if reached is None or not {row.figure for row in reached.figures} <= known:
        return KeptChallenge(goal)
    figures = tuple((row.figure, row.value) for row in reached.figures)
    samples = reached.samples
    stated = measured_rows(samples) if reached.measured is None else reached.measured
    measured = MeasuredOn(min(stated, samples), samples)
    return KeptChallenge(
        goal, GoalReached(reached.epoch, reached.seed, reached.runs, figures, measured)
    )
