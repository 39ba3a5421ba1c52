"""Edits of the layers of a recipe: frozen recipe in, new validated recipe out."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, cast

from aegui.core.network.chain import explicit_decoder
from aegui.core.network.plan import DECODER, DISCRIMINATOR
from aegui.core.network.shapes import ShapeMismatch, is_image
from aegui.core.recipe import (
    LAYER_KINDS,
    MAX_CHANNELS,
    MAX_IMAGE,
    MAX_LAYERS,
    MAX_UNITS,
    ConvSpec,
    ConvTransposeSpec,
    LayerSpec,
    Recipe,
    ReshapeSpec,
)
from aegui.core.recipe.edits import value_at, with_value, with_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.plan import Home, Plan, PlannedLayer
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import ActivationKey, AnyLayer

_FIRST_CHANNELS = 16
_MAX_CHANNELS = 512


def layers_at(recipe: Recipe, where: str) -> tuple[AnyLayer, ...]:
    """Return the layers at the path ``where``; empty if there are none."""
    return value_at(recipe, where) or ()


def with_layer(recipe: Recipe, planned: PlannedLayer, field: str, value: object) -> Recipe:
    """Return ``recipe`` with one field of the layer at ``planned`` changed.

    Raises:
        pydantic.ValidationError: The value is out of range.
    """
    if planned.part == "code":
        return with_value(recipe, f"network.latent.{field}", value)
    if planned.part == "output":
        return _with_output(recipe, planned, field, value)
    assert planned.home is not None
    where, index = planned.home
    changed = [layer.model_dump() for layer in layers_at(recipe, where)]
    changed[index][field] = value
    return with_value(recipe, where, changed)


def _with_output(recipe: Recipe, planned: PlannedLayer, field: str, value: object) -> Recipe:
    """Set a field of the output: activation and slope are the network's, others the layer's own."""
    if field in {"activation", "slope"}:
        return with_value(recipe, f"network.output_{field}", value)
    if field == "kind":
        usual: dict[str, object] = {"kind": value, "channels": 1}
        current = planned.spec if planned.spec is not None and planned.spec.kind == value else None
        output_layer = (
            None if value == "auto" else current.model_dump() if current is not None else usual
        )
        return with_value(recipe, "network.output_layer", output_layer)
    assert planned.spec is not None
    return with_value(recipe, "network.output_layer", planned.spec.model_dump() | {field: value})


def can_insert(recipe: Recipe, slot: Home | None) -> bool:
    """Return whether another layer fits at ``slot``."""
    return slot is not None and len(layers_at(recipe, slot[0])) < MAX_LAYERS


def insert_layer(recipe: Recipe, slot: Home, layer: AnyLayer) -> Recipe:
    """Return ``recipe`` with ``layer`` inserted at ``slot``."""
    where, index = slot
    layers = layers_at(recipe, where)
    return with_value(recipe, where, [*layers[:index], layer, *layers[index:]])


def remove_layer(recipe: Recipe, home: Home) -> Recipe:
    """Return ``recipe`` without the layer at ``home``."""
    where, index = home
    layers = layers_at(recipe, where)
    return with_value(recipe, where, [*layers[:index], *layers[index + 1 :]])


def move_layer(recipe: Recipe, home: Home, slot: Home) -> tuple[Recipe, Home]:
    """Move the layer at ``home`` to ``slot``; return the recipe and the layer's new home.

    A move that changes nothing returns the same recipe.
    """
    where, index = slot
    if home[0] == where:
        index -= index > home[1]
        if index == home[1]:
            return recipe, home
    elif not can_insert(recipe, slot):
        return recipe, home
    spec = layers_at(recipe, home[0])[home[1]]
    return insert_layer(remove_layer(recipe, home), (where, index), spec), (where, index)


def with_mirror(recipe: Recipe, mirrored: bool, image_shape: Shape) -> Recipe:
    """Make the decoder mirror the encoder, or give it its own layers (equal at first)."""
    if mirrored == (recipe.network.decoder is None):
        return recipe
    if mirrored:
        return with_values(recipe, {DECODER: None, "network.output_layer": None})
    network = explicit_decoder(recipe.network, image_shape)
    return recipe.model_copy(update={"network": network})


def with_own_discriminator(recipe: Recipe, has_own_layers: bool, image_shape: Shape) -> Recipe:
    """Give the discriminator its own layers, equal to the encoder at first, or the encoder's."""
    assert recipe.gan is not None
    if has_own_layers == (recipe.gan.discriminator is not None):
        return recipe
    if not has_own_layers:
        return with_value(recipe, DISCRIMINATOR, None)
    # Otherwise the generator would go on mirroring layers that are no longer shown.
    recipe = with_mirror(recipe, False, image_shape)
    return with_value(recipe, DISCRIMINATOR, recipe.network.encoder)


# ------------------------------------------------------------------------ new layers


def new_layer(plan: Plan, gap: int, kind: str) -> AnyLayer:
    """Return a layer of ``kind`` for the gap between ``plan.layers[gap]`` and the next layer.

    Dense layers get the geometric mean of their neighbours' units. The activation is that of the
    nearest layer of the same kind. Sizes are within the bounds of a recipe, also where the layer
    does not fit.
    """
    before, after = plan.layers[gap], plan.layers[gap + 1]
    shape = before.output_shape or (1,)
    grows = before.part in {"code", "decoder"}
    match kind:
        case "dense":
            ends = (before.units or 1) * (after.units or before.units or 1)
            units = min(max(1, round(ends**0.5)), MAX_UNITS)
            return LayerSpec(units=units, activation=_activation(plan, gap, kind, "tanh"))
        case "conv":
            activation = _activation(plan, gap, kind, "relu")
            stride = 1 if grows or min(shape[-2:]) < 4 else 2
            channels = min(shape[0], MAX_CHANNELS) if grows else _more_channels(shape)
            return ConvSpec(channels=channels, stride=stride, activation=activation)
        case "conv_transpose":
            activation = _activation(plan, gap, kind, "relu")
            channels = min(max(1, shape[0] // 2), MAX_CHANNELS)
            return ConvTransposeSpec(channels=channels, activation=activation)
        case "reshape":
            return _reshape(prod(shape), _image_below(plan, gap))
        case _:
            return cast("AnyLayer", LAYER_KINDS[kind].model_validate({"kind": kind}))


def misfit(layer: AnyLayer, shape: Shape | None) -> str:
    """Return why ``layer`` cannot take ``shape``, or an empty string."""
    if shape is None:
        return ""
    try:
        layer.output_shape(shape)
    except ShapeMismatch as error:
        return str(error)
    return ""


def _activation(plan: Plan, gap: int, kind: str, default: ActivationKey) -> ActivationKey:
    hidden = {"encoder", "decoder", "head", "discriminator"}
    for planned in (plan.layers[gap], plan.layers[gap + 1], *plan.layers):
        if planned.part in hidden and planned.spec is not None and planned.spec.kind == kind:
            found: ActivationKey = getattr(planned.spec, "activation", default)
            return found
    return default


def _more_channels(shape: Sequence[int]) -> int:
    """Return twice the channels of ``shape``, within bounds; 16 for up to three channels."""
    return _FIRST_CHANNELS if shape[0] <= 3 else min(2 * shape[0], _MAX_CHANNELS)


def _image_below(plan: Plan, gap: int) -> Shape | None:
    """Return the last image shape from ``gap`` on, which a reshape should lead to."""
    shapes = (planned.output_shape for planned in reversed(plan.layers[gap:]))
    return next((shape for shape in shapes if shape is not None and is_image(shape)), None)


def _reshape(numbers: int, image: Shape | None) -> ReshapeSpec:
    """Return a reshape of ``numbers`` values whose sides divide those of ``image`` if possible."""
    sides = [(side, side) for side in (8, 7, 4, 3, 2, 1)]
    if image is not None:
        _, height, width = image
        sides = [*((height // part, width // part) for part in (4, 8, 2, 1)), *sides]
    rows, columns = next(
        (rows, columns)
        for rows, columns in sides
        if 0 < min(rows, columns) <= max(rows, columns) <= MAX_IMAGE
        and numbers % (rows * columns) == 0
    )
    channels = min(numbers // (rows * columns), MAX_UNITS)
    return ReshapeSpec(channels=channels, height=rows, width=columns)
