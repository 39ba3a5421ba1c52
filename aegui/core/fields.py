"""The labels, help, ranges and steps of a schema's fields, declared beside their types.

A field of a pydantic model declares them with its default, ``beta: NonNegative = worded(1.0,
"Beta", "Weight of the divergence ...")``; one of a dataclass, or an alias, in its annotation,
``Annotated[int, Field(ge=1), FieldWords("Units", "...")]``. The extractor of messages knows both.
Forms, cards, messages and tooltips are made from them. A field without them is in no form.
"""

from __future__ import annotations

import math
import types
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import Field

from aegui.core.choices import Choice, OneOf
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Editor = Literal[
    "check",
    "choice",
    "count",
    "number",
    "text",
    "sides",
    "rate",
    "level",
    "percent",
    "range",
    "percents",
    "seed",
    "source",
    "grey",
    "colour",
]
"""Editor of a field: by its type, or, from ``rate`` on, as declared in ``FieldWords``."""
Spot = Literal["folded", "line", "labelled"]

MAX = 2**31 - 1
"""Largest integer that a field accepts."""
TINY = 1e-15
"""Smallest value of a field that must be above 0."""
ENDLESS = 1e9
"""An upper bound from here on is not shown as a limit."""
_BELOW = 1e-6
"""Distance of the largest value of a field from an exclusive upper bound."""
_KEY = "words"
_EDITORS: dict[Any, Editor] = {
    bool: "check",
    int: "count",
    float: "number",
    str: "text",
    tuple[float, float]: "range",
}


@dataclass(frozen=True)
class FieldWords:
    """Texts of a field, and its editor if the type does not imply one."""

    label: str
    """Its name; translated where it is shown. In a dialog a ``&`` stands before the mnemonic
    letter."""
    help: str
    """What it does, likewise."""
    step: float | None = None
    """Step of a number; None steps 1-2-5."""
    editor: Editor | None = None
    """Overrides the editor of the type."""
    choices: Mapping[str, Choice] | None = None
    """The table of a choice whose type does not name one."""
    nothing: str = ""
    """Text on a card for None, marked for translation."""
    begins: float | None = None
    """Initial value when the box of an optional field is ticked."""
    most: float | None = None
    """A lower maximum than that of the type, for convenience."""
    prefix: str = ""
    """Text before a number, in its field."""
    suffix: str = ""
    """Text after it, such as its unit."""
    spot: Spot = "folded"
    """Place on a card: folded away, on its line, or there with its label."""
    sign: str = ""
    """Symbol on the line in place of the label."""


def worded(default: Any, label: str, help: str, **more: Any) -> Any:
    """Return a pydantic field with its ``default`` and texts; ``more`` as in ``FieldWords``.

    A function of its own, for the extractor of messages and because pydantic merges what stands in
    the annotation of the field into it.
    """
    return Field(default, json_schema_extra={_KEY: FieldWords(label, help, **more)})  # type: ignore[dict-item]


@dataclass(frozen=True, kw_only=True)
class FormField(FieldWords):
    """Everything that a form needs of a field: its texts, and what its type says."""

    name: str
    """Its name in its model."""
    editor: Editor
    """Its editor."""
    choices: Mapping[str, Choice]
    """The table of a choice, else empty."""
    limits: tuple[float, float]
    """Lowest and highest number; an exclusive bound of 0 becomes ``TINY``."""
    may_be_none: bool
    """Whether None is a valid value."""

    @property
    def is_folded(self) -> bool:
        """Whether a card shows it only when it is unfolded."""
        return self.spot == "folded"

    @property
    def is_number(self) -> bool:
        """Whether it has a range."""
        return self.editor in {"count", "number", "rate", "level"}


@cache
def fields_of(model: type[Any]) -> Mapping[str, FormField]:
    """Return the fields of a pydantic model or a dataclass that have texts, own ones first.

    Raises:
        KeyError: The type of such a field implies no editor, and its texts name none.
    """
    hints = get_type_hints(model, include_extras=True)
    names = [name for part in model.__mro__ for name in vars(part).get("__annotations__", ())]
    found = {}
    for name in dict.fromkeys(names):
        metadata = [*_metadata(hints[name]), *_said_with_default(model, name)]
        words = next((item for item in metadata if isinstance(item, FieldWords)), None)
        if words is not None:
            found[name] = _form_field(name, hints[name], metadata, words)
    return found


def _form_field(name: str, hint: Any, metadata: list[Any], words: FieldWords) -> FormField:
    arms = arms_of(hint)
    kinds = [kind for kind in arms if kind is not type(None)]
    choices = _choices(metadata)
    editor = words.editor
    if editor is None and choices is not None:
        editor = "choice"
    elif editor is None:
        editor = "sides" if len(kinds) > 1 else _EDITORS[kinds[0]]
    low, high = _limits(metadata, is_integer=int in kinds)
    derived = {"editor": editor, "choices": choices or {}}
    return FormField(
        **(vars(words) | derived),
        name=name,
        limits=(low, high if words.most is None else words.most),
        may_be_none=type(None) in arms,
    )


def fitting(hint: Any, value: Any) -> Any:
    """Return ``value`` as valid for a field of the type ``hint``; None if the type is wrong.

    Numbers are clamped to the limits of the field. Of several words only those are kept that are
    keys of its table.
    """
    kind, metadata = arms_of(hint)[0], list(_metadata(hint))
    if kind in {int, float}:
        if type(value) is not int and not (type(value) is float and math.isfinite(value)):
            return None
        low, high = _limits(metadata, is_integer=kind is int)
        return kind(min(max(value, low), high))
    if kind is bool:
        return value if isinstance(value, bool) else None
    if not isinstance(value, str):
        return None
    choices = _choices(metadata)
    if get_origin(kind) is tuple:
        return tuple(key for key in value.split() if choices is None or key in choices) or None
    return value if choices is None or value in choices else None


def _choices(metadata: list[Any]) -> Mapping[str, Choice] | None:
    """Return the table that a string must be a key of; None if any string is valid."""
    tables = (item.table for item in metadata if isinstance(item, OneOf))
    words = (item.choices for item in metadata if isinstance(item, FieldWords))
    return next(tables, next(words, None))


def _said_with_default(model: type[Any], name: str) -> tuple[Any, ...]:
    info = getattr(model, "model_fields", {}).get(name)
    extra = None if info is None else info.json_schema_extra
    return (extra[_KEY],) if extra else ()


def arms_of(hint: Any) -> list[Any]:
    """Return the members of a union, or the type itself, without annotations."""
    origin = get_origin(hint)
    if origin is Annotated:
        return arms_of(get_args(hint)[0])
    if origin in {Union, types.UnionType}:
        return [arm for each in get_args(hint) for arm in arms_of(each)]
    return [hint]


def _metadata(hint: Any) -> Iterator[Any]:
    """Yield all annotations of a type, and of the members of a union or a tuple."""
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *said = get_args(hint)
        for item in said:
            yield from getattr(item, "metadata", (item,))
        yield from _metadata(inner)
    elif origin in {Union, types.UnionType, tuple}:
        for arm in get_args(hint):
            yield from _metadata(arm)


def _limits(metadata: list[Any], *, is_integer: bool) -> tuple[float, float]:
    low, high = (0.0, float(MAX) if is_integer else ENDLESS)
    for item in metadata:
        low = getattr(item, "ge", low)
        high = getattr(item, "le", high)
        if hasattr(item, "gt"):
            low = item.gt + (1 if is_integer else TINY)
        if hasattr(item, "lt"):
            high = item.lt - (1 if is_integer else _BELOW)
    return low, high
