"""Edits of a plan as pure functions that return a new valid plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted
from aegui.core.study.words import axis_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import StudyAxis, StudyPlan


def with_axes(plan: StudyPlan, axes: Sequence[StudyAxis]) -> StudyPlan:
    """Return ``plan`` with other axes, without published results of removed choices.

    Raises:
        AeguiError: Two axes have the same name.
    """
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise AeguiError(tr("{name} is varied already.", name=quoted(axis_words(twice))))
    labels = {axis.name: {choice.label for choice in axis.choices} for axis in axes}
    published = tuple(
        row
        for row in plan.published
        if all(label in labels.get(name, ()) for name, label in row.where.items())
    )
    return plan.model_copy(update={"axes": tuple(axes), "published": published})


def with_recipe(plan: StudyPlan, recipe: Recipe) -> StudyPlan:
    """Return ``plan`` with another recipe, embedded in full."""
    document = recipe.model_copy(update={"runs": 1}).model_dump(mode="json")
    return plan.model_copy(update={"recipe": document, "set": {}})


def overwritten(axes: Sequence[StudyAxis]) -> dict[int, int]:
    """Return index of an axis -> index of an earlier one whose field it overwrites.

    The earlier one has no effect: axes of whole layer lists must come before axes that vary a
    field inside them.
    """
    paths = [{path for row in axis.choices for path in row.set} for axis in axes]
    found = {}
    for index, axis_paths in enumerate(paths):
        for earlier in range(index):
            if any(_covers(one, other) for one in axis_paths for other in paths[earlier]):
                found[index] = earlier
                break
    return found


def _covers(path: str, other: str) -> bool:
    """Return whether setting ``path`` overwrites a value set at ``other``."""
    steps, inner = path.split("."), other.split(".")
    return len(steps) <= len(inner) and all(
        one == two or (two.isdecimal() and one == "*")
        for one, two in zip(steps, inner, strict=False)
    )
