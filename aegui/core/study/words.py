"""Translated names of a study's axes and their choices.

In a plan they have the names that files refer to: the path of a field unless the author has given a
label, and numbers with a point.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from aegui.core.data.corruption import corruption_words, parse_corruption
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, percent_sign, tr, with_marks
from aegui.core.network.layer_fields import FIELDS
from aegui.core.recipe.settings import SAMPLES, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY = "*"
"""Path component that stands for every layer of a list."""
_OF_LAYER = re.compile(r"(?P<where>[a-z_.]+)\.(?P<place>\d+|\*)\.(?P<name>\w+)")
_OF_PART = re.compile(r"network\.(?P<part>latent\.|output_layer\.|output_)(?P<name>\w+)")
_LAYERS = {
    "network.encoder": mark("Encoder {n}"),
    "network.decoder": mark("Decoder {n}"),
}
_PARTS = {"latent.": mark("Code"), "output_layer.": mark("Output"), "output_": mark("Output")}
NONE = mark("none")
"""Label of the choice without what the axis varies."""
_LITERALS = {"true": mark("on"), "false": mark("off"), "null": NONE}


def axis_words(name: str) -> str:
    """Return the translated name of an axis: its label, or the label of the field at its path."""
    if name in _settings():
        return tr(_settings()[name])
    layer = _OF_LAYER.fullmatch(name)
    if layer is not None and layer["name"] in _layer_fields():
        of = _LAYERS.get(layer["where"], mark("Layer {n}"))
        every = layer["place"] == EVERY
        where = tr("Every layer") if every else tr(of, n=int(layer["place"]) + 1)
        return layer_words(where, _layer_fields()[layer["name"]])
    part = _OF_PART.fullmatch(name)
    if part is not None and part["name"] in _layer_fields():
        return layer_words(tr(_PARTS[part["part"]]), _layer_fields()[part["name"]])
    return tr(name)


def layer_words(layer: str, label: str) -> str:
    """Format the field with the English ``label`` of the layer named ``layer``."""
    return tr("{layer}, {field}", layer=layer, field=tr(label))


def choice_words(label: str) -> str:
    """Return the translated name of an axis' choice; numbers get the language's decimal mark."""
    return _noise_words(label) or printed(tr(_LITERALS.get(label, label)))


def _noise_words(label: str) -> str:
    """Return the translated name of a noise that ``corruption_key`` has named, else ""."""
    if label.partition(":")[0] not in CORRUPTIONS or ":" not in label:
        return ""
    try:
        return corruption_words(parse_corruption(label))
    except AeguiError:
        return ""


def choice_label(words: str, known: Iterable[str]) -> str:
    """Return which of the labels ``known`` is shown as ``words``, else ``words`` itself."""
    return {choice_words(label): label for label in (NONE, *known)}.get(words, words)


def named_choice(axis: str, label: str) -> str:
    """Return a choice that can be understood alone: the axis precedes numbers, *on* and *none*."""
    words = choice_words(label)
    if label not in {*_LITERALS, NONE} and not _is_number(label.removesuffix("%")):
        return words
    return tr("{axis} {choice}", axis=axis_words(axis), choice=words)


def printed(text: str) -> str:
    """Return a number or percentage with the language's marks; other text unchanged."""
    number = text.removesuffix("%").rstrip()
    if not _is_number(number):
        return text
    return with_marks(number) + (percent_sign() if text.endswith("%") else "")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@cache
def _settings() -> dict[str, str]:
    """Return paths of data and training -> their labels."""
    return {
        setting.path: setting.field.label
        for section in SECTIONS
        for setting in (*section.settings, *(SAMPLES if section.key == "data" else ()))
    }


@cache
def _layer_fields() -> dict[str, str]:
    """Return field names of layers -> their labels, which are the same in all layers."""
    return {field.name: field.label for fields in FIELDS.values() for field in fields}
