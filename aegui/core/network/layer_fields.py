"""The fields on the cards of layers, which are those of the schema, and descriptions of layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.fields import FormField, fields_of
from aegui.core.i18n import mark, short_number, tr, with_marks
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import OUTPUT_LAYERS, UPSAMPLINGS
from aegui.core.recipe import (
    LAYER_KINDS,
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
    pair,
    square_as_one,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from pydantic import BaseModel

    from aegui.core.network.layers import Spec
    from aegui.core.recipe import Sides

OUTPUT_KIND = replace(
    fields_of(PoolSpec)["kind"],
    label=mark("Layer"),
    help=mark("What makes the image: automatic, or a convolution of your own"),
    choices=OUTPUT_LAYERS,
    spot="folded",
)
"""Selects the layer that makes the image, on the card of the output."""


def _fields(model: type[BaseModel], *names: str) -> tuple[FormField, ...]:
    """Return all fields of a kind of layer, or those of ``names``."""
    found = fields_of(model)
    return tuple(found[name] for name in names or found)


def _fields_of_output(model: type[BaseModel]) -> tuple[FormField, ...]:
    """Return the fields of its convolution; the number of channels is that of the images."""
    others = [field for field in _fields(model) if field.name not in {"channels", "activation"}]
    return (*_fields(model, "activation"), OUTPUT_KIND, *others)


FIELDS: dict[str, tuple[FormField, ...]] = {
    **{kind: _fields(model) for kind, model in LAYER_KINDS.items()},
    "code": _fields(LatentSpec),
    "noise": _fields(LatentSpec, "units"),
    "output": _fields(LayerSpec, "activation", "slope"),
    "output conv": _fields_of_output(ConvSpec),
    "output conv_transpose": _fields_of_output(ConvTransposeSpec),
    "mirrored": (),
    "none": (),
}
"""Fields of a card by ``Place.kind``; for a layer all fields with texts in its schema."""


def field_of(kind: str, name: str) -> FormField:
    """Return the field ``name`` of the cards of ``kind``."""
    return next(field for field in FIELDS[kind] if field.name == name)


def folded_words(spec: Spec) -> str:
    """Return the usual collapsed settings in short form: ``3x3 /2`` for a convolution."""
    if not isinstance(spec, ConvSpec | ConvTransposeSpec):
        return ""
    kernel = "\u00d7".join(map(str, pair(spec.kernel)))
    sign = "\u00d7" if isinstance(spec, ConvTransposeSpec) else "/"
    return kernel if spec.stride == 1 else f"{kernel} {sign}{sides_words(spec.stride)}"


def sides_words(sides: Sides) -> str:
    """Return ``3``, or ``1×2`` if rows and columns differ."""
    return str(sides) if isinstance(sides, int) else "\u00d7".join(map(str, sides))


def spec_words(spec: Spec) -> str:
    """Describe a layer in one line: ``16 channels, kernel 3, stride 2, ReLU``."""
    words: list[str] = []
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        uneven, padding = any(uneven_padding(spec)), square_as_one(conv_padding(spec))
        words.append(
            tr(
                "{channels} channels, kernel {kernel}, stride {stride}, padding {padding}",
                channels=spec.channels,
                kernel=sides_words(spec.kernel),
                stride=sides_words(spec.stride),
                padding=tr("same") if uneven else sides_words(padding),
            )
        )
    elif isinstance(spec, PoolSpec):
        words.append(tr("squares of {n}", n=spec.size))
    elif isinstance(spec, UpsampleSpec):
        words.append(tr("{n} times, {mode}", n=spec.factor, mode=tr(UPSAMPLINGS[spec.mode].label)))
    elif isinstance(spec, DropoutSpec):
        words.append(with_marks(short_number(spec.rate)))
    elif isinstance(spec, ReshapeSpec):
        words.append(f"{spec.channels} × {spec.height} × {spec.width}")
    if isinstance(spec, LayerSpec | LatentSpec | ConvSpec | ConvTransposeSpec) or (
        isinstance(spec, NormSpec) and spec.activation != "identity"
    ):
        words.append(tr(ACTIVATIONS[spec.activation].label))
    return ", ".join(words)


def is_unusual(spec: Spec) -> bool:
    """Return whether a collapsed setting is not at its default, and so must be shown."""
    if isinstance(spec, LatentSpec) and (spec.kind != "plain" or spec.top_k is not None):
        return True
    return isinstance(spec, LayerSpec | LatentSpec) and (spec.slope != 1.0 or spec.dropout > 0.0)
