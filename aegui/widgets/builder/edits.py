"""Edits of a recipe as pure functions: a frozen recipe in, a new validated one out.

A *place* is a position in the chain of layers as it is drawn: input, the encoder's hidden layers,
the code, the decoder's hidden layers, the output. A *gap* ``g`` lies between the places ``g`` and
``g + 1``. While the decoder mirrors the encoder, its places stand for their twins: an edit of the
one is an edit of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aegui.core.i18n import tr
from aegui.core.recipe import MAX_LAYERS, LayerSpec, NetworkSpec, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

Part = Literal["input", "encoder", "code", "decoder", "output"]


@dataclass(frozen=True)
class Place:
    """One position of the chain.

    Attributes:
        part: Which part of the network it belongs to.
        index: Its number within its part, from 0.
        path: Where its layer is in the recipe, such as ``network.encoder.1``; a mirrored place
            has its twin's.
        twin: Number of the encoder layer that a mirrored place repeats, else None.
    """

    part: Part
    index: int
    path: str
    twin: int | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the layer can be removed and moved."""
        return self.part in {"encoder", "decoder"}

    @property
    def title(self) -> str:
        """The name of the layer in the person's language."""
        number = self.index + 1
        match self.part:
            case "input":
                return tr("Input")
            case "encoder":
                return tr("Encoder {n}", n=number)
            case "code":
                return tr("Code")
            case "decoder":
                return tr("Decoder {n}", n=number)
            case "output":
                return tr("Output")


def places(network: NetworkSpec) -> tuple[Place, ...]:
    """Every position of the chain, from the input to the output."""
    depth = len(network.encoder)
    chain = [Place("input", 0, "data")]
    chain.extend(Place("encoder", i, f"network.encoder.{i}") for i in range(depth))
    chain.append(Place("code", 0, "network.latent"))
    if network.decoder is None:
        chain.extend(
            Place("decoder", i, f"network.encoder.{depth - 1 - i}", depth - 1 - i)
            for i in range(depth)
        )
    else:
        chain.extend(
            Place("decoder", i, f"network.decoder.{i}") for i in range(len(network.decoder))
        )
    chain.append(Place("output", 0, "network.output"))
    return tuple(chain)


def layer_at(network: NetworkSpec, place: Place, pixels: int) -> LayerSpec:
    """The layer at ``place``; input and output have ``pixels`` units, given by the data."""
    match place.part:
        case "input":
            return LayerSpec(units=pixels, activation="identity")
        case "encoder":
            return network.encoder[place.index]
        case "code":
            return network.latent
        case "decoder":
            return network.decoder_layers()[place.index]
        case "output":
            return network.layers(pixels)[-1]


def value_at(recipe: Recipe, path: str) -> Any:
    """What the recipe holds at a dotted path such as ``training.optimizer.name``."""
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_values(recipe: Recipe, values: dict[str, Any]) -> Recipe:
    """``recipe`` with the value at each dotted path replaced.

    Raises:
        pydantic.ValidationError: A value is outside of its range.
    """
    content = recipe.model_dump()
    for path, value in values.items():
        *parents, last = path.split(".")
        inner = content
        for name in parents:
            inner = inner[name]
        inner[last] = value
    return Recipe.model_validate(content)


def with_value(recipe: Recipe, path: str, value: object) -> Recipe:
    """``recipe`` with the value at one dotted path replaced; raises as ``with_values``."""
    return with_values(recipe, {path: value})


def with_layer(recipe: Recipe, place: Place, field: str, value: object) -> Recipe:
    """``recipe`` with one field of the layer at ``place`` changed.

    Raises:
        pydantic.ValidationError: The value is outside of its range.
    """
    network = recipe.network
    if place.part == "output":
        return with_value(recipe, f"network.output_{field}", value)
    if place.part == "code":
        return with_value(recipe, f"network.latent.{field}", value)
    name, layers, index = _storage(network, place)
    changed = list(layers)
    changed[index] = LayerSpec.model_validate(changed[index].model_dump() | {field: value})
    return with_value(recipe, f"network.{name}", changed)


def can_insert(network: NetworkSpec, gap: int) -> bool:
    """Whether there is room for one more layer at ``gap``."""
    return len(_gap_storage(network, gap)[1]) < MAX_LAYERS


def insert_layer(recipe: Recipe, gap: int, pixels: int) -> tuple[Recipe, int]:
    """A new hidden layer at ``gap``, sized between its neighbours; also says its place."""
    network = recipe.network
    chain = places(network)
    before, after = (layer_at(network, chain[i], pixels) for i in (gap, gap + 1))
    neighbours = [layer_at(network, chain[i], pixels) for i in (gap, gap + 1) if chain[i].is_hidden]
    model = neighbours[0] if neighbours else LayerSpec(units=1)
    new = LayerSpec(
        units=max(1, round((before.units * after.units) ** 0.5)),
        activation=model.activation,
    )
    name, layers, index = _gap_storage(network, gap)
    changed = with_value(recipe, f"network.{name}", [*layers[:index], new, *layers[index:]])
    mirrored_after_code = network.decoder is None and gap > len(network.encoder)
    return changed, gap + 2 if mirrored_after_code else gap + 1


def remove_layer(recipe: Recipe, place: Place) -> Recipe:
    """``recipe`` without the hidden layer at ``place``."""
    name, layers, index = _storage(recipe.network, place)
    return with_value(recipe, f"network.{name}", [*layers[:index], *layers[index + 1 :]])


def move_layer(recipe: Recipe, start: int, gap: int) -> tuple[Recipe, int]:
    """The hidden layer at place ``start`` taken to ``gap``; also says where it ends.

    With an explicit decoder a layer may cross the code to the other side; a mirrored one moves
    among its like. A move that changes nothing gives the same recipe back.
    """
    network = recipe.network
    place = places(network)[start]
    if not place.is_hidden or gap in {start - 1, start}:
        return recipe, start
    if network.decoder is None:
        return _move_mirrored(recipe, place, gap)
    spec = layer_at(network, place, 1)
    without = remove_layer(recipe, place)
    target_gap = gap if gap < start else gap - 1
    name, layers, index = _gap_storage(without.network, target_gap)
    if len(layers) >= MAX_LAYERS:
        return recipe, start
    moved = with_value(without, f"network.{name}", [*layers[:index], spec, *layers[index:]])
    return moved, target_gap + 1


def with_mirror(recipe: Recipe, mirrored: bool) -> Recipe:
    """The decoder as a mirror of the encoder, or as layers of its own (equal at first)."""
    if mirrored == (recipe.network.decoder is None):
        return recipe
    return with_value(
        recipe, "network.decoder", None if mirrored else recipe.network.decoder_layers()
    )


def _move_mirrored(recipe: Recipe, place: Place, gap: int) -> tuple[Recipe, int]:
    encoder = list(recipe.network.encoder)
    depth = len(encoder)
    source = place.index if place.twin is None else place.twin
    target = gap if gap <= depth else 2 * depth + 1 - gap
    spec = encoder.pop(source)
    target = target if target <= source else target - 1
    encoder.insert(target, spec)
    end = target + 1 if place.part == "encoder" else 2 * depth + 1 - target
    return with_value(recipe, "network.encoder", encoder), end


def _storage(network: NetworkSpec, place: Place) -> tuple[str, Sequence[LayerSpec], int]:
    """List of the recipe that holds the hidden layer at ``place``, and its index there."""
    if place.part == "encoder" or place.twin is not None:
        return "encoder", network.encoder, place.index if place.twin is None else place.twin
    return "decoder", network.decoder_layers(), place.index


def _gap_storage(network: NetworkSpec, gap: int) -> tuple[str, Sequence[LayerSpec], int]:
    """List of the recipe that a layer inserted at ``gap`` goes to, and its index there."""
    depth = len(network.encoder)
    if gap <= depth:
        return "encoder", network.encoder, gap
    index = gap - depth - 1
    if network.decoder is None:
        return "encoder", network.encoder, depth - index
    return "decoder", network.decoder, index
