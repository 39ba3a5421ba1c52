"""Edits of a plan as pure functions: a plan in, a new valid one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import StudyAxis, StudyPlan


def with_axes(plan: StudyPlan, axes: Sequence[StudyAxis]) -> StudyPlan:
    """``plan`` with other axes; what is published of choices that are gone goes with them.

    Raises:
        AeguiError: Two axes have the same name.
    """
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise AeguiError(tr("{name} is varied already.", name=quoted(twice)))
    labels = {axis.name: {choice.label for choice in axis.choices} for axis in axes}
    published = tuple(
        row
        for row in plan.published
        if all(label in labels.get(name, ()) for name, label in row.where.items())
    )
    return plan.model_copy(update={"axes": tuple(axes), "published": published})


def with_recipe(plan: StudyPlan, recipe: Recipe) -> StudyPlan:
    """``plan`` of another recipe, all of which is written into it."""
    document = recipe.model_copy(update={"runs": 1}).model_dump(mode="json", exclude_defaults=True)
    whole: dict[str, Any] = {"format": recipe.format, "version": recipe.version, **document}
    return plan.model_copy(update={"recipe": whole, "set": {}})


def overwritten(axes: Sequence[StudyAxis]) -> dict[int, int]:
    """Place of an axis -> place of an earlier one whose field it sets anew.

    The earlier one would change nothing: whole lists of layers stand before what is varied in them.
    """
    paths = [{path for row in axis.choices for path in row.set} for axis in axes]
    found = {}
    for place, own in enumerate(paths):
        for earlier in range(place):
            if any(_covers(one, other) for one in own for other in paths[earlier]):
                found[place] = earlier
                break
    return found


def _covers(path: str, other: str) -> bool:
    """Whether setting ``path`` takes back what was set at ``other``."""
    steps, inner = path.split("."), other.split(".")
    return len(steps) <= len(inner) and all(
        one == two or (two.isdecimal() and one == "*")
        for one, two in zip(steps, inner, strict=False)
    )
