"""Every lesson that ships can be done and passes its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.lessons.lesson import load_lesson, shipped_lessons
from aegui.core.lessons.trial import try_lesson

if TYPE_CHECKING:
    from pathlib import Path

LONG = {"gan-and-vae", "noise"}
"""Their trainings take longer than a test should: ``aegui lesson check NAME --try`` does them."""
QUICK = [path for path in shipped_lessons() if path.stem.partition("-")[2] not in LONG]


@pytest.mark.parametrize("path", QUICK, ids=lambda path: path.stem)
def test_its_checks_are_reached(path: Path) -> None:
    lesson = load_lesson(path)
    missed = [
        f"{trial.step.key}: {result.words({step.key: step.key for step in lesson.steps})}"
        for trial in try_lesson(lesson, path.parent, 0)
        for result in trial.results
        if not result.holds
    ]
    assert not missed
