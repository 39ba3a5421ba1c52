"""Axes of a study and their choices as a person reads them.

Their names in a plan are what its files know them by: the path of a field where an author has given
no label, and numbers with a point.
"""

from __future__ import annotations

import re
from functools import cache

from aegui.core.i18n import mark, tr, with_marks
from aegui.core.network.layer_fields import FIELDS
from aegui.core.recipe.settings import SAMPLES, SECTIONS

EVERY = "*"
"""In a path: every layer of a list."""
_OF_LAYER = re.compile(r"(?P<where>[a-z_.]+)\.(?P<place>\d+|\*)\.(?P<name>\w+)")
_OF_PART = re.compile(r"network\.(?P<part>latent\.|output_layer\.|output_)(?P<name>\w+)")
_LAYERS = {
    "network.encoder": mark("Encoder {n}"),
    "network.decoder": mark("Decoder {n}"),
}
_PARTS = {"latent.": mark("Code"), "output_layer.": mark("Output"), "output_": mark("Output")}
_PLAIN = {"true": mark("on"), "false": mark("off"), "null": mark("none")}


def axis_words(name: str) -> str:
    """What an axis is called: its label, or the words of the field whose path it has."""
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
    """A field, by its ``label`` in English, of the ``layer`` of that name."""
    return tr("{layer}, {field}", layer=layer, field=tr(label))


def choice_words(label: str) -> str:
    """What a choice of an axis is called; a number has the marks of the language."""
    return printed(tr(_PLAIN.get(label, label)))


def printed(text: str) -> str:
    """A number with the marks of the language; words as they are."""
    try:
        float(text)
    except ValueError:
        return text
    return with_marks(text)


@cache
def _settings() -> dict[str, str]:
    """Paths of data and training -> their labels."""
    return {
        setting.path: setting.field.label
        for section in SECTIONS
        for setting in (*section.settings, *(SAMPLES if section.key == "data" else ()))
    }


@cache
def _layer_fields() -> dict[str, str]:
    """Names of the fields of layers -> their labels; of one name all have the same."""
    return {field.name: field.label for fields in FIELDS.values() for field in fields}
