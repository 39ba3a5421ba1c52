"""The fields of a recipe that can be varied: paths, labels, and initial values."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from aegui.core.errors import AeguiError
from aegui.core.fields import ENDLESS, TINY
from aegui.core.i18n import mark, short_number, tr, with_marks
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layer_fields import FIELDS, OUTPUT_KIND
from aegui.core.network.plan import network_plan
from aegui.core.recipe.errors import quoted
from aegui.core.recipe.settings import SAMPLES, SECTIONS, counts
from aegui.core.study.plan import StudyAxis
from aegui.core.study.words import EVERY, axis_words, layer_words

if TYPE_CHECKING:
    from aegui.core.fields import FormField
    from aegui.core.network.plan import PlannedLayer
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe

NONE = mark("none")
"""The text in a list for a value that is not set."""
APART = ";"
_FIRST_CHOICES = 3
_TELLING = ("tanh", "relu", "leaky_relu")
"""Preferred initial choices of an axis: activations that differ in what they learn."""
_INTEGER_EDITORS = {"count", "seed"}
NOT_VARIED = {"seed", "runs", "training.device"}
"""The study sets the seeds itself, and the device does not change the results."""


@dataclass(frozen=True)
class AxisField:
    """A field of a recipe that can be an axis."""

    path: str
    """Dotted path, as in axes."""
    label: str
    """Translated label."""
    field: FormField
    """Its range, its choices, its help."""


def varied_fields(
    recipe: Recipe, image_shape: Shape
) -> tuple[tuple[str, tuple[AxisField, ...]], ...]:
    """Return the relevant fields of ``recipe`` under their translated headings."""
    plan = network_plan(recipe, image_shape)
    layers = [field for planned in plan.layers for field in _of_planned(planned)]
    by_path: dict[str, AxisField] = {}
    for field in layers:
        # A mirrored layer has the path of its counterpart, which comes first.
        by_path.setdefault(field.path, field)
    found = [(tr("Network"), tuple(by_path.values()))]
    for section in SECTIONS:
        if not section.shown(recipe):
            continue
        of_section = [
            AxisField(setting.path, tr(setting.field.label), setting.field)
            for setting in (*section.settings, *(SAMPLES if section.key == "data" else ()))
            if setting.path not in NOT_VARIED and setting.shown(recipe)
        ]
        if of_section:
            found.append((tr(section.title), tuple(of_section)))
    return tuple(found)


def _of_planned(planned: PlannedLayer) -> list[AxisField]:
    return [
        AxisField(path, layer_words(planned.name, field.label), field)
        for field in FIELDS[planned.kind]
        if (path := path_of_layer(planned, field.name))
        and (planned.spec is None or planned.part == "output" or counts(planned.spec, field.name))
    ]


def path_of_layer(planned: PlannedLayer, name: str) -> str:
    """Return the path of a field of the layer at ``planned``; empty if it cannot be an axis."""
    if name == OUTPUT_KIND.name:
        return ""
    if planned.part == "code":
        return f"network.latent.{name}"
    if planned.part == "output":
        is_direct = name in {"activation", "slope"}
        return f"network.output_{name}" if is_direct else f"network.output_layer.{name}"
    if planned.home is None:
        return ""
    where, index = planned.home
    return f"{where}.{index}.{name}"


def varied_at(recipe: Recipe, path: str, image_shape: Shape) -> AxisField | None:
    """Return the field at ``path``, possibly of every layer of a list; None if there is none."""
    groups = varied_fields(recipe, image_shape)
    fields = {one.path: one for _, group in groups for one in group}
    if path in fields:
        return fields[path]
    where, star, name = path.partition(f".{EVERY}.")
    if not star:
        return None
    for one in fields.values():
        if one.path.startswith(f"{where}.") and one.path.endswith(f".{name}"):
            words = layer_words(tr("Every layer"), one.field.label)
            return AxisField(path, words, one.field)
    return None


def value_of(recipe: Recipe, path: str) -> Any:
    """Return the value in ``recipe`` at ``path`` as in JSON; for every layer that of the first.

    None if the path does not exist.
    """
    at: Any = recipe.model_dump(mode="json")
    for step in path.split("."):
        if isinstance(at, list):
            planned = 0 if step == EVERY else int(step) if step.isdecimal() else len(at)
            at = at[planned] if planned < len(at) else None
        else:
            at = at.get(step) if isinstance(at, dict) else None
    return at


def first_axis(varied: AxisField, value: Any) -> StudyAxis:
    """Return an axis of ``varied`` with initial values around its current one."""
    found = list(dict.fromkeys(map(_hashable, _first_values(varied.field, value))))
    # The name of its path follows the language; a label would keep that of today in the plan.
    label = "" if axis_words(varied.path) == varied.label else varied.label
    return StudyAxis(label=label, path=varied.path, values=tuple(map(_json_value, found)))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _json_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _first_values(field: FormField, value: Any) -> list[Any]:
    if field.editor == "check":
        return [False, True]
    if field.choices:
        telling = [key for key in _TELLING if key in field.choices]
        rest = [key for key in (*telling, *field.choices) if key != value]
        return list(dict.fromkeys([value, *rest]))[:_FIRST_CHOICES]
    if field.editor == "text":
        return [value] if value is None else [value, value[: max(1, len(value) // 2)]]
    if field.editor == "sides":
        side = value[0] if isinstance(value, list) else value or 1
        return [side, side + 1, side + 2]
    if value is None:
        begins = field.begins or max(1, field.limits[0])
        return [None, int(begins) if field.editor == "count" else begins]
    low, high = field.limits
    if high <= 1.0:
        raw = [value, 0.0 if low <= TINY else low, 0.3, 0.6, 0.9]
    elif value == 0:
        raw = [0, 1, 2] if field.editor in _INTEGER_EDITORS else [0.0, 0.001, 0.01, 0.1]
    elif field.editor == "rate":
        raw = [value / 10, value / 3, value, 3 * value, 10 * value]
    else:
        raw = [value / 2, value, 2 * value]
    values = [float(f"{min(max(number, low), high):.2g}") for number in raw if number != value] + [
        value
    ]
    return sorted(
        {round(number) for number in values} if field.editor in _INTEGER_EDITORS else set(values)
    )


def is_numeric(field: FormField) -> bool:
    """Return whether an axis of ``field`` may be a range."""
    return field.is_number or field.editor == "percent"


def list_text(values: tuple[Any, ...]) -> str:
    """Format ``values`` as an editable list."""
    return f"{APART} ".join(map(_as_text, values))


def _as_text(value: Any) -> str:
    if value is None:
        return tr(NONE)
    if isinstance(value, list):
        return "x".join(map(str, value))
    return value if isinstance(value, str) else with_marks(short_number(value))


def values_from(text: str, field: FormField) -> tuple[Any, ...]:
    """Parse the values in ``text``, split by ``split_values``.

    Raises:
        AeguiError: One of them is no value of ``field``; the message names it and the range.
    """
    words = split_values(text, are_numbers=is_numeric(field))
    if not words:
        raise AeguiError(tr("its list is empty: give at least one value"))
    return tuple(_value_from(word, field) for word in words)


def split_values(text: str, *, are_numbers: bool = True) -> list[str]:
    """Split ``text`` at semicolons, commas or spaces.

    A comma is a decimal mark beside semicolons, and in languages that use it so: then it separates
    numbers only before a space, or, without semicolons, in words with several commas or with
    points.
    """
    if APART in text:
        words = re.split(rf"{APART}|,\s" if are_numbers else APART, text)
    elif not are_numbers or with_marks(".") != ",":
        words = text.replace(",", " ").split()
    else:
        words = []
        for word in (word.strip(",") for word in text.split()):
            is_list = word.count(",") > 1 or {",", "."} <= set(word)
            words += word.split(",") if is_list else [word]
    return [word.strip() for word in words if word.strip()]


def _value_from(word: str, field: FormField) -> Any:
    if field.may_be_none and word.lower() in {tr(NONE).lower(), "none", "null", "-"}:
        return None
    if field.editor == "text":
        return word
    if field.editor == "sides":
        sides = [part for part in word.lower().replace("\u00d7", "x").split("x") if part]
        if not all(part.isdecimal() for part in sides) or not 1 <= len(sides) <= 2:
            raise _refused(word, field)
        return int(sides[0]) if len(sides) == 1 else [int(part) for part in sides]
    number = word.replace(",", ".")
    try:
        value = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    except ValueError:
        raise _refused(word, field) from None
    low, high = field.limits
    is_integer = field.editor in _INTEGER_EDITORS
    if not (math.isfinite(value) and low <= value <= high) or (
        is_integer and value != round(value)
    ):
        raise _refused(word, field)
    return round(value) if is_integer else value


def _refused(word: str, field: FormField) -> AeguiError:
    low, high = field.limits
    if not is_numeric(field):
        return AeguiError(tr("{value} is not a value of this field", value=quoted(word)))
    least = tr("above 0") if low <= TINY and low > 0 else tr("from {n:g}", n=low)
    if high >= ENDLESS:
        return AeguiError(
            tr(
                "{value} is not a value of this field: numbers {least}",
                value=quoted(word),
                least=least,
            )
        )
    return AeguiError(
        tr(
            "{value} is not a value of this field: numbers {least} to {most:g}",
            value=quoted(word),
            least=least,
            most=high,
        )
    )


def json_text(value: Any) -> str:
    """Format a value as in a plan."""
    return json.dumps(value, ensure_ascii=False)
