"""Rows of an axis as lines of text: ``deep: 35-25-10-2``, or ``name: path = value; path = value``.

Sizes are whole lists of layers: optionally the input, then the encoder, the code (the smallest
size) and the decoder. Without decoder sizes, or if they reverse the encoder's, it is mirrored.
"""

from __future__ import annotations

import json
import re
from math import prod
from typing import TYPE_CHECKING, Any

from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import quoted
from aegui.core.study.axis_fields import json_text
from aegui.core.study.plan import AxisRow
from aegui.core.study.words import choice_label, choice_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import AnyLayer, Recipe

_ENCODER, _CODE, _DECODER = "network.encoder", "network.latent.units", "network.decoder"
_SIZES = re.compile(r"(?:(?P<label>.*):)?\s*(?P<sizes>\d+(?:\s*-\s*\d+)*)\s*")
_SETS = re.compile(r"(?:(?P<label>.*?):\s+)?(?P<sets>[a-z]\w*(?:\.[\w*]+)*\s*=.*)")
_PATH = re.compile(r"\s*([a-z]\w*(?:\.[\w*]+)*)\s*=\s*")


@dataclass(frozen=True)
class Around:
    """The context in which sizes are parsed."""

    recipe: Recipe
    """The recipe that the rows change."""
    image_shape: Shape
    """Shape of the samples."""

    @property
    def inputs(self) -> int:
        """Pixels of a sample."""
        return prod(self.image_shape)

    @property
    def layer(self) -> dict[str, Any]:
        """Fields of the layers of a row: those of the recipe's first dense layer, without units."""
        for spec in self.recipe.network.encoder:
            if spec.kind == "dense":
                return spec.model_dump(
                    mode="json", exclude={"units", "kind"}, exclude_defaults=True
                )
        return {}


def row_text(row: AxisRow, around: Around) -> str:
    """Format a row as a line, with its label in the current language."""
    label = choice_words(row.label)
    sizes = _sizes_of(row.set, around)
    if sizes is not None:
        return sizes if sizes == row.label else f"{label}: {sizes}"
    sets = "; ".join(f"{path} = {json_text(value)}" for path, value in row.set.items())
    return f"{label}: {sets}"


def _sizes_of(values: dict[str, Any], around: Around) -> str | None:
    """Format values as sizes; None if these would not be read as the same values.

    They set anything else, layers that are not alike, or a code that is not the smallest.
    """
    if set(values) - {_ENCODER, _CODE, _DECODER} or not {_ENCODER, _CODE} <= set(values):
        return None
    parts = [values[_ENCODER], values.get(_DECODER) or []]
    dense = around.layer
    for layer in (layer for part in parts for layer in part):
        rest = {key: value for key, value in layer.items() if key not in {"units", "kind"}}
        if rest != dense or layer.get("kind", "dense") != "dense" or "units" not in layer:
            return None
    encoder, decoder = ([layer["units"] for layer in part] for part in parts)
    code = values[_CODE]
    if any(units <= code for units in encoder) or any(units < code for units in decoder):
        return None
    ends = [around.inputs] if values.get(_DECODER) else []
    return "-".join(map(str, [around.inputs, *encoder, code, *decoder, *ends]))


def row_from(line: str, around: Around) -> AxisRow:
    """Parse the row in a line.

    Raises:
        AeguiError: The line is invalid; the message gives the reason.
    """
    found = _SIZES.fullmatch(line)
    if found is not None:
        sizes = re.sub(r"\s", "", found["sizes"])
        numbers = [int(part) for part in sizes.split("-")]
        return AxisRow(label=(found["label"] or sizes).strip(), set=_network(numbers, around))
    if line.rstrip().endswith(":"):
        # A name alone: the recipe unchanged.
        return AxisRow(label=line.rstrip()[:-1].strip(), set={})
    found = _SETS.fullmatch(line)
    if found is None:
        raise AeguiError(
            tr(
                "{line} is neither sizes such as {sizes} nor “name: path = value”",
                line=quoted(line),
                sizes=f"{around.inputs}-25-10-2",
            )
        )
    values = _values(found["sets"])
    label = (found["label"] or found["sets"]).strip()
    return AxisRow(label=label, set=values)


def _network(sizes: list[int], around: Around) -> dict[str, Any]:
    listed = list(sizes)
    if len(listed) > 1 and listed[0] == around.inputs:
        listed = listed[1:]
        if len(listed) > 1 and listed[-1] == around.inputs:
            listed = listed[:-1]
    code = min(range(len(listed)), key=lambda index: (listed[index], index))
    encoder, decoder = listed[:code], listed[code + 1 :]
    values = {_ENCODER: _layers(encoder, around), _CODE: listed[code]}
    if decoder and decoder != encoder[::-1]:
        return {**values, _DECODER: _layers(decoder, around)}
    is_mirrored = around.recipe.network.decoder is None
    return values if is_mirrored else {**values, _DECODER: None}


def _layers(sizes: Sequence[int], around: Around) -> list[dict[str, Any]]:
    return [{"units": units, **around.layer} for units in sizes]


def _values(text: str) -> dict[str, Any]:
    """Parse ``path = value; path = value``, with values as in JSON."""
    values: dict[str, Any] = {}
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        name = _PATH.match(text, at)
        if name is None:
            raise AeguiError(tr("“path = value” is expected at {text}", text=quoted(text[at:])))
        try:
            value, at = decoder.raw_decode(text, name.end())
        except ValueError:
            raise AeguiError(
                tr(
                    'the value of {path} is not written as in JSON: 0.9, true, "adam"',
                    path=name[1],
                )
            ) from None
        values[name[1]] = value
        rest = text[at:].lstrip()
        if rest and not rest.startswith(";"):
            raise AeguiError(tr("“;” is expected at {text}", text=quoted(rest)))
        at = len(text) if not rest.strip("; ") else len(text) - len(rest) + 1
    return values


def rows_from(text: str, around: Around, labels: Iterable[str] = ()) -> tuple[AxisRow, ...]:
    """Parse the rows in ``text``, one per line.

    ``labels`` are those of the rows before an edit: the words they are shown by stand for them.

    Raises:
        AeguiError: A line is invalid; the message begins with its number.
    """
    rows, known = [], tuple(labels)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = row_from(line.strip(), around)
            rows.append(row.model_copy(update={"label": choice_label(row.label, known)}))
        except (AeguiError, ValueError) as error:
            raise AeguiError(tr("line {n}: {reason}", n=number, reason=error)) from None
    if not rows:
        raise AeguiError(tr("its list is empty: give at least one value"))
    return tuple(rows)


def network_row(around: Around, recipe: Recipe) -> AxisRow:
    """Return the network of ``recipe`` as a row."""
    network = recipe.network
    decoder = network.decoder
    values = {
        _ENCODER: _layer_values(network.encoder),
        _CODE: network.latent.units,
        _DECODER: None if decoder is None else _layer_values(decoder),
    }
    sizes = _sizes_of(values, around)
    if sizes is not None:
        return row_from(sizes, around)
    return AxisRow(label=mark("The builder's network"), set=values)


def _layer_values(layers: Sequence[AnyLayer]) -> list[dict[str, Any]]:
    """Return what each layer sets; the kind of a layer is the default of its class."""
    return [
        layer.model_dump(mode="json", exclude_defaults=True) | {"kind": layer.kind}
        for layer in layers
    ]
