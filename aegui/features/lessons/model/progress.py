"""The progress in a lesson, stored as one line of the settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.json_text import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.lessons.checks import Remembered

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
