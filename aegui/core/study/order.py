"""The order in which the settings of a large grid are run: a coarse grid first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.study.plan import StudyAxis, StudyPlan
    from aegui.core.study.settings import StudySetting

_FEWEST = 64
"""Fewer settings than these are run in plan order, which is faster."""
_COARSE = 4
"""Initial step along a long axis."""


def coarse_to_fine(plan: StudyPlan, settings: Sequence[StudySetting]) -> list[list[StudySetting]]:
    """Split the ``settings`` of a grid into parts, each at half the step of the one before.

    Categorical axes have no intermediate values: all of their choices belong to the first part.
    """
    if plan.mode != "grid" or len(settings) < _FEWEST:
        return [list(settings)]
    indices = {
        axis.name: {row.label: index for index, row in enumerate(axis.choices)}
        for axis in plan.axes
        if is_numbers(axis) and len(axis.choices) > _COARSE
    }
    parts: dict[int, list[StudySetting]] = {}
    for setting in settings:
        steps = [_step(known[setting.labels[name]]) for name, known in indices.items()]
        parts.setdefault(-min(steps, default=_COARSE), []).append(setting)
    return [parts[step] for step in sorted(parts)]


def is_numbers(axis: StudyAxis) -> bool:
    """Return whether the choices of ``axis`` are numbers."""
    if axis.range is not None:
        return True
    values = axis.values or ()
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def _step(index: int) -> int:
    """Return the largest step, ``_COARSE`` halved repeatedly, that divides ``index``."""
    step = _COARSE
    while index % step:
        step //= 2
    return step
