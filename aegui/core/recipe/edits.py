"""Edits of a recipe as pure functions: a frozen recipe in, a new validated one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from aegui.core.data.noises import CORRUPTIONS

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_NOISES = ("data.corruption", "classifier.pretrain.corruption")
_FIRST_LEVEL = 0.1
_Part = TypeVar("_Part", bound=BaseModel)
_NUMBERS = (int, float)


def value_at(recipe: Recipe, path: str) -> Any:
    """Return the value of the recipe at a dotted path such as ``training.optimizer.name``.

    None if a part on the path is absent (a classifier, an adversary).
    """
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def numbers_edited(before: BaseModel, now: BaseModel, path: str = "") -> frozenset[str] | None:
    """Return dotted paths of the numbers in which two recipes, or parts of one, differ.

    None if anything else differs too: a choice, a switch, a list, an optional part, or a number
    that is above zero in only one of the two, which enables or disables what it weights.
    """
    found: set[str] = set()
    for name in type(now).model_fields:
        old, new = getattr(before, name), getattr(now, name)
        if old == new:
            continue
        where = f"{path}.{name}".lstrip(".")
        if isinstance(new, BaseModel) and type(old) is type(new):
            inner = numbers_edited(old, new, where)
            if inner is None:
                return None
            found |= inner
        elif type(old) in _NUMBERS and type(new) in _NUMBERS and (old > 0) == (new > 0):
            found.add(where)
        else:
            return None
    return frozenset(found)


def with_values(part: _Part, values: dict[str, Any]) -> _Part:
    """Return ``part``, a recipe or a part of one, with the value at each dotted path replaced.

    Only the parts on a path are validated again; those beside it stay the same objects.

    Raises:
        pydantic.ValidationError: A value is outside of its range.
    """
    content = dict(part)
    deeper: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, rest = path.partition(".")
        if rest:
            deeper.setdefault(name, {})[rest] = value
        else:
            content[name] = value
    for name, inner in deeper.items():
        content[name] = with_values(content[name], inner)
    return type(part).model_validate(content)


def with_value(recipe: Recipe, path: str, value: object) -> Recipe:
    """Return ``recipe`` with the value at one dotted path replaced; raises as ``with_values``."""
    return with_values(recipe, {path: value})


def consequences(recipe: Recipe, path: str, value: Any) -> dict[str, object]:
    """Return all values that an edit changes: a new kind of noise may need another level.

    Noise that is enabled starts at a visible level rather than at zero.
    """
    changes: dict[str, object] = {path: value}
    noise = path.removesuffix(".kind")
    if noise in _NOISES and noise != path and value != "none":
        level = value_at(recipe, f"{noise}.level")
        if level == 0.0:
            changes[f"{noise}.level"] = _FIRST_LEVEL
        elif level > 1.0 and CORRUPTIONS[value].is_share:
            changes[f"{noise}.level"] = 1.0
    return changes
