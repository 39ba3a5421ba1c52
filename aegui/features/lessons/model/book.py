"""The open lesson with its current step, predictions and figures, and its stored progress."""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.json_text import from_json
from aegui.core.lessons.checks import all_hold, checked
from aegui.core.lessons.figures import BY_HAND, measure
from aegui.core.lessons.lesson import lesson_key, load_lesson, recipe_at
from aegui.core.light_dataclass import dataclass
from aegui.core.study.settings import key_of
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.lessons.checks import CheckResult, Remembered
    from aegui.core.lessons.figures import LessonSubject
    from aegui.core.lessons.lesson import Lesson, LessonStep
    from aegui.core.recipe import Recipe
    from aegui.session.settings import Settings

_PREFIX = "lessons."
_MAX = 400
"""Upper bound of the numbers read per lesson."""


@dataclass
class LessonProgress:
    """The stored progress of a lesson."""

    step: str = ""
    """Key of the step to continue at."""
    predicted: dict[str, float] = field(default_factory=dict)
    """Step key -> the prediction: index of a choice, or a number."""
    figures: Remembered = field(default_factory=dict)
    """Step key -> the figures measured at that step."""
    reached: set[str] = field(default_factory=set)
    """Keys of the steps that are done."""

    def text(self) -> str:
        """Return the progress as JSON."""
        return json.dumps(
            {
                "step": self.step,
                "predicted": self.predicted,
                "figures": self.figures,
                "reached": sorted(self.reached),
            },
            ensure_ascii=False,
        )


def setting_of(key: str) -> str:
    """Return the settings key for the progress of the lesson ``key``."""
    return f"{_PREFIX}{key}"


def stored_progress(values: Mapping[str, Any], key: str) -> LessonProgress:
    """Return the stored progress of the lesson ``key``; invalid values are ignored."""
    text = values.get(setting_of(key))
    try:
        document = from_json(text) if isinstance(text, str) else {}
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        return LessonProgress()
    step, reached = document.get("step"), document.get("reached")
    figures = document.get("figures")
    return LessonProgress(
        step if isinstance(step, str) else "",
        _numbers(document.get("predicted")),
        {
            key: _numbers(value)
            for key, value in (figures.items() if isinstance(figures, dict) else ())
        },
        {one for one in reached if isinstance(one, str)} if isinstance(reached, list) else set(),
    )


def _numbers(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or len(value) > _MAX:
        return {}
    return {key: float(one) for key, one in value.items() if type(one) in (int, float)}


class LessonBook(Service):
    """Holds one lesson; outlives the window, which is recreated when the language changes."""

    changed = Signal()
    """Emitted when lesson, step, predictions or figures have changed."""

    def __init__(self) -> None:
        super().__init__()
        self.lesson: Lesson | None = None
        """The open lesson; None while the list is shown."""
        self.path: Path | None = None
        self.progress = LessonProgress()
        self.index = 0
        """Index of the current step, from 0."""
        self._settings: Settings | None = None
        self._measuring = Derived("aegui-lesson", self, urgent=False)
        self._measuring.answered.connect(self._on_measuring_answered)

    # The lesson

    def begin(self, path: Path, settings: Settings) -> None:
        """Open the lesson file at the step where it was left.

        Raises:
            AeguiError: The file cannot be read, or is no lesson.
        """
        lesson = load_lesson(path)
        self.lesson, self.path, self._settings = lesson, path, settings
        self.progress = stored_progress(settings.values, lesson_key(path))
        keys = [step.key for step in lesson.steps]
        self.index = keys.index(self.progress.step) if self.progress.step in keys else 0
        self.changed.emit()

    def leave(self) -> None:
        """Close the lesson; its progress is kept."""
        self.lesson = self.path = None
        self._measuring.forget()
        self.changed.emit()

    def begin_anew(self) -> None:
        """Reset predictions and progress of this lesson."""
        self.progress = LessonProgress()
        self.index = 0
        self._keep()

    # Steps

    @property
    def step(self) -> LessonStep | None:
        """The current step, or None."""
        return None if self.lesson is None else self.lesson.steps[self.index]

    def go(self, by: int) -> None:
        """Move by ``by`` steps, if there is such a step."""
        if self.lesson is None or not 0 <= self.index + by < len(self.lesson.steps):
            return
        self.index += by
        self.progress.step = self.lesson.steps[self.index].key
        self._keep()

    def predict(self, value: float) -> None:
        """Store the prediction for the current step."""
        if self.step is not None:
            self.progress.predicted[self.step.key] = value
            self._keep()

    @property
    def recipe(self) -> Recipe | None:
        """The recipe of the builder after the current step; None if the step does not set it."""
        if self.lesson is None or self.path is None:
            return None
        try:
            return recipe_at(self.lesson, self.path.parent, self.index)
        except AeguiError:
            return None

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """The checks of the current step against the measured figures."""
        return () if self.step is None else checked(self.step, self.progress.figures)

    @property
    def is_reached(self) -> bool:
        """Whether the current step is done."""
        return self.step is not None and self.step.key in self.progress.reached

    def is_its_network(self, recipe: Recipe) -> bool:
        """Return whether a network of ``recipe`` is that of the current step, whatever its seed."""
        expected = self.recipe
        if self.step is None or self.step.own or expected is None:
            return True
        any_seed = {"seed": 0}
        return key_of(expected.model_copy(update=any_seed)) == key_of(
            recipe.model_copy(update=any_seed)
        )

    # Measurement

    def measure(self, subject: LessonSubject, *, network: bool) -> None:
        """Measure the figures of the current step in the background.

        Args:
            subject: The state to measure.
            network: Whether figures of the network count; else only those of manual actions do.
        """
        step = self.step
        if step is None:
            return
        keys = [key for key in step.measured if network or key in BY_HAND]
        if not keys:
            self._measuring.forget()
            self._take(step.key, {})
            return

        def work(_report: Report, cancelled: IsCancelled) -> tuple[str, dict[str, float]]:
            return step.key, measure(subject, keys, cancelled)

        quick = all(key in BY_HAND for key in keys)
        self._measuring.compute(work, step, quick=quick)

    @Slot(object)
    def _on_measuring_answered(self, answer: tuple[str, dict[str, float]]) -> None:
        self._take(*answer)

    def _take(self, key: str, found: dict[str, float]) -> None:
        step = self.step
        if step is None or step.key != key:
            return
        before = self.progress.figures.get(key, {})
        is_news = bool(found) and found != before
        if is_news:
            self.progress.figures[key] = before | found
        was_reached = self.is_reached
        self._note_reached()
        if is_news or self.is_reached != was_reached:
            self._keep()

    def _note_reached(self) -> None:
        step = self.step
        if step is not None and step.check and all_hold(self.results):
            self.progress.reached.add(step.key)

    def note_done(self) -> None:
        """Mark the current step as done, if it has no checks."""
        step = self.step
        if step is not None and not step.check and not self.is_reached:
            self.progress.reached.add(step.key)
            self._keep()

    def _keep(self) -> None:
        if self._settings is not None and self.path is not None:
            name = setting_of(lesson_key(self.path))
            self._settings.keep({name: self.progress.text()})
        self.changed.emit()
