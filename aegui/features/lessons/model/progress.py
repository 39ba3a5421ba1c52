"""How far a person has come with a lesson, as one line of the settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.json_text import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.lessons.checks import Remembered

_PREFIX = "lessons."
_MOST = 400
"""Numbers of one lesson that are read."""


@dataclass
class LessonProgress:
    """What is remembered of a lesson.

    Attributes:
        step: Key of the step that is to come.
        predicted: LessonStep -> what was predicted: the place of a choice, or a number.
        figures: LessonStep -> the figures that were measured when it was done.
        reached: Keys of the steps that were done.
    """

    step: str = ""
    predicted: dict[str, float] = field(default_factory=dict)
    figures: Remembered = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def text(self) -> str:
        """For the settings."""
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
    """Where the settings keep the progress of the lesson ``key``."""
    return f"{_PREFIX}{key}"


def kept_progress(values: Mapping[str, Any], key: str) -> LessonProgress:
    """What the settings have of the lesson ``key``; whatever else stands there counts as none."""
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
    if not isinstance(value, dict) or len(value) > _MOST:
        return {}
    return {key: float(one) for key, one in value.items() if type(one) in (int, float)}
