"""Read the sizes and layers of a foreign configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from aegui.core.course_configs import tables
from aegui.core.course_configs.activations import with_activations
from aegui.core.course_configs.layers import (
    GLYPH_PIXELS,
    GivenLayer,
    LayerList,
    is_elided,
    is_layer_list,
    is_sweep,
    read_layers,
)
from aegui.core.course_configs.shape import (
    Hints,
    chain_of_list,
    encoder_only,
    invented,
    two_sided,
)
from aegui.core.course_configs.values import is_nothing, to_integer
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted
from aegui.core.recipe.layers import LAYERS

if TYPE_CHECKING:
    from aegui.core.course_configs.notes import Item, Notes
    from aegui.core.course_configs.shape import GivenChain

_NUMBERED = re.compile(r"(?:hidden|h|fc|layer)_?(?:dim|size|units|layer|neurons)?_?([1-9])")
_MAX_ALIKE = 50
_LARGEST_SIDE = 512
"""A single number above this is the number of pixels, not the side of an image."""
_CONVOLUTIONS = ("conv", "kernel", "filter", "stride")
_NO_UNITS = ("kernel", "stride", "padding", "pool", "dropout", "shape")
_LAYERS = ("network.encoder", "network.decoder", "network.latent")


def input_size(notes: Notes) -> int | None:
    """Return the values per sample, or None if the configuration does not state them."""
    item = notes.take(
        tables.INPUTS, fits=lambda v: not isinstance(v, dict | bool) and len(_sides(v)) > 0
    )
    channels = notes.take_one(tables.CHANNELS, fits=lambda v: type(v) in (int, str))
    if channels is not None and channels.choices > 1:
        # A list of channels describes the convolutions, one entry for each.
        notes.release(channels)
        channels = None
    if item is None:
        if channels is not None:
            notes.leave(channels, tr("the size of an image is not given"))
        return None
    depth = None if channels is None else channels.integer
    sides = [to_integer(side, item.key) for side in _sides(item.value)]
    pictured = any(word in item.names[-1] for word in ("image", "img", "patch", "resolution"))
    square = pictured or (channels is not None and sides != [GLYPH_PIXELS])
    if len(sides) == 1 and square and sides[0] <= _LARGEST_SIDE:
        sides *= 2
    if channels is not None and depth is not None:
        sides = [*sides, depth] if len(sides) < 3 else sides
        notes.understand(channels, tr("channels of an image"))
    pixels = prod(sides)
    if not 1 <= pixels <= 10**9:
        raise RecipeError(
            tr('"{key}" is {v}, which is not a size.', key=item.key, v=quoted(item.value))
        )
    notes.understand(item, f"{tr('numbers per sample')} {pixels}")
    return pixels


def _sides(value: object) -> list[object]:
    """Return the sides in ``28``, ``[28, 28]``, ``[null, 28, 28, 1]`` or ``28x28`` as a list."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,5}(\s*[x×*,]\s*\d{1,5})+\s*", value):
        return [int(side) for side in re.findall(r"\d+", value)]
    sides = list(value) if isinstance(value, list | tuple) else [value]
    return [side for side in sides if not is_nothing(side)]


def read_chain(notes: Notes, inputs: int | None, *, variational: bool) -> GivenChain:
    """Return the described network and report all assumptions.

    Raises:
        RecipeError: The description is contradictory or impossible.
    """
    item = notes.take_one(tables.CODE, fits=lambda v: not isinstance(v, bool))
    code = None if item is None else item.integer
    if item is not None:
        notes.sources["network.latent.units"] = item
        notes.understand(item, tr("units of the code"))
    hints = Hints(code, inputs, variational)
    chain = _listed(notes, hints) or _from_numbers(notes, hints)
    if chain is None:
        chain = invented(code)
        units = "-".join(str(layer.units) for layer in (*chain.encoder, chain.code))
        notes.say(
            "assumed", tr("No layers are given: {units} and its mirror are used.", units=units)
        )
    guesses = list(chain.guesses)
    convolution = next((i for i in notes.live if _is_convolution(i)), None)
    if convolution is not None and not chain.images:
        key = convolution.key
        guesses.append(tr("Convolutions ({key}) are not read: all layers are dense.", key=key))
    for guess in guesses:
        notes.say("assumed", guess)
    return replace(chain, guesses=tuple(guesses))


def _is_convolution(item: Item) -> bool:
    return item.has(*_CONVOLUTIONS) and not is_nothing(item.value)


def _listed(notes: Notes, hints: Hints) -> GivenChain | None:
    """Return the network of one list of layers or of two, or None."""
    item = _take_list(notes, tables.ENCODER)
    if item is None:
        hidden = _take_list(notes, tables.HIDDEN)
        item = hidden or _take_list(notes, tables.WHOLE)
        return None if item is None else chain_of_list(_read(notes, item, hidden), hints)
    decoder = _take_list(notes, tables.DECODER)
    if decoder is None:
        # An ellipsis for the decoder in a copied text means the mirror image of the encoder.
        dots = notes.take("decoder* decoder*.*", fits=is_elided)
        if dots is not None:
            notes.understand(dots, tr("the mirror image of the encoder"))
        return two_sided(_read(notes, item), None, hints)
    notes.sources["network.decoder"] = decoder
    return two_sided(_read(notes, item), _read(notes, decoder), hints)


def _take_list(notes: Notes, patterns: str) -> Item | None:
    item = notes.take(patterns, fits=is_layer_list)
    if item is None:
        return None
    if any(word in item.names[-1] for word in _NO_UNITS):
        notes.release(item)
        return None
    item = item.first if is_sweep(item.value) else item
    notes.understand(item, tr("layers"))
    return item


def _read(notes: Notes, item: Item, hidden: object = None) -> LayerList:
    is_hidden = hidden is not None or item.has("hidden", "ocult")
    found = read_layers(item.value, item.key, hidden=is_hidden)
    _name_layers(notes, item)
    for line in found.ignored:
        notes.say("ignored", line)
    return found


def _name_layers(notes: Notes, item: Item) -> None:
    """Make error messages about the layers name the key of ``item``."""
    for path in _LAYERS:
        notes.sources.setdefault(path, item)


def _from_numbers(notes: Notes, hints: Hints) -> GivenChain | None:
    """Return a network from hidden sizes: one width, with an optional depth, or a key per layer."""
    items = _alike(notes) or _numbered(notes)
    if not items:
        return None
    for item in items:
        notes.claimed.add(item.path)
        notes.understand(item, tr("units of a hidden layer"))
    _name_layers(notes, items[0])
    layers = tuple(GivenLayer(item.integer) for item in items)
    # A single width is the size of the code, unless the code has a key of its own.
    if hints.code is None and len(layers) == 1:
        return encoder_only(LayerList(layers, items[0].key))
    return chain_of_list(LayerList(layers, items[0].key, hidden=True), hints)


def _alike(notes: Notes) -> list[Item]:
    item = notes.take_one(tables.ONE_HIDDEN, fits=_is_count)
    many = None if item is None else notes.take_one(tables.HOW_MANY, fits=_is_count)
    if item is None or many is None or many.integer > _MAX_ALIKE:
        return [] if item is None else [item]
    notes.understand(many, tr("hidden layers"))
    return [item] * many.integer


def _numbered(notes: Notes) -> list[Item]:
    found = []
    for item in notes.live:
        match = _NUMBERED.fullmatch(item.names[-1])
        if match is not None and item.path not in notes.claimed and _is_count(item.value):
            found.append((int(match[1]), item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _is_count(value: object) -> bool:
    try:
        return not isinstance(value, bool) and to_integer(value, "") > 0
    except RecipeError:
        return False


def set_network(notes: Notes, chain: GivenChain, *, gaussian: bool) -> None:
    """Set the recipe's network to ``chain`` with its activations."""
    chain = with_activations(notes, chain, gaussian=gaussian)
    if chain.decoder is None or chain.images:
        chain = replace(chain, decoder=None)
        notes.say("assumed", tr("The decoder mirrors the encoder."))
    elif list(chain.decoder) != list(reversed(chain.encoder)):
        notes.settings["network.decoder"] = [_document(layer) for layer in chain.decoder]
    encoder = [_document(layer) for layer in chain.encoder]
    notes.settings["network.encoder"] = [*chain.images, *encoder]
    for key, value in _document(chain.code).items():
        notes.settings[f"network.latent.{key}"] = value
    notes.settings["network.output_activation"] = chain.last.activation
    if chain.last.slope is not None:
        notes.settings["network.output_slope"] = chain.last.slope
    images = [f"{tr(LAYERS[one['kind']].label)} {one.get('channels', '')}" for one in chain.images]
    dense = [str(layer.units) for layer in (*chain.encoder, chain.code, *chain.back)]
    units = "-".join([*map(str.strip, images), *dense])
    certain = chain.is_given and not chain.guesses
    line = tr("The layers between input and output: {units}", units=units)
    notes.say("understood" if certain else "assumed", line)


def _document(layer: GivenLayer) -> dict[str, Any]:
    """Return ``layer`` in the JSON form of a recipe."""
    document = {
        "units": layer.units,
        "activation": layer.activation,
        "slope": layer.slope,
        "dropout": layer.dropout,
    }
    return {key: value for key, value in document.items() if value is not None}
