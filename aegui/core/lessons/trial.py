"""Execution of a lesson without a window: train every step and evaluate its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.load import load_data
from aegui.core.errors import AeguiError
from aegui.core.lessons.checks import CheckResult, checked
from aegui.core.lessons.figures import BY_HAND, LessonSubject, measure
from aegui.core.lessons.lesson import step_recipe
from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import resolve
from aegui.core.run_file.saved import SavedRun, saved_run_of
from aegui.core.training.loop.control import Control

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.core.lessons.checks import Remembered
    from aegui.core.lessons.lesson import Lesson, LessonStep
    from aegui.core.recipe import Recipe


@dataclass(frozen=True)
class StepTrial:
    """The result of a step."""

    step: LessonStep
    """The step."""
    results: tuple[CheckResult, ...]
    """Its checks, without those that only a user can satisfy."""
    seconds: float
    """Duration of its training; 0 if there was none."""


def try_lesson(lesson: Lesson, folder: Path, seed: int) -> Iterator[StepTrial]:
    """Run the steps of ``lesson``, which is in ``folder``, with networks of that ``seed``.

    Raises:
        AeguiError: A recipe cannot be trained, or its data are missing.
    """
    remembered: Remembered = {}
    draft: Recipe | None = None
    run: SavedRun | None = None
    for step in lesson.steps:
        seconds = 0.0
        if step.do is not None:
            draft = step_recipe(step.do, folder, draft)
            if step.do.train and draft is not None:
                run, seconds = trained(draft.model_copy(update={"seed": seed}))
        keys = [key for key in step.measured if key not in BY_HAND]
        figures = {} if run is None else measure(subject_of(run), keys)
        remembered[step.key] = figures
        results = checked(step, remembered)
        measured = tuple(result for result in results if result.check.figure not in BY_HAND)
        yield StepTrial(step, measured, seconds)


def subject_of(run: SavedRun) -> LessonSubject:
    """Return the state to measure figures on when the best run of ``run`` is shown."""
    best = run.best_run
    return LessonSubject(run.recipe, run.dataset, run.results[best], run.results, run.codec(best))


def trained(recipe: Recipe) -> tuple[SavedRun, float]:
    """Train ``recipe``; return the run and the duration in seconds.

    Raises:
        AeguiError: The recipe cannot be trained, or its data are missing.
    """
    from aegui.core.training.loop.train import train  # Imports torch

    resolution = resolve(recipe, load_data(recipe.data))
    if resolution.resolved is None:
        raise AeguiError(resolution.problems[0].message)
    *_, training = train(resolution.resolved, Control(timeline_bytes=0))
    result = training.result()
    return saved_run_of(result, resolution.resolved), result.seconds
