"""How many numbers a sample, the code and the layers have; see the package."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

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
    GivenChain,
    Hints,
    Side,
    invented,
    two_sided,
    whole_chain,
)
from aegui.core.course_configs.values import is_nothing, to_whole
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes

_INPUTS = (
    "input_size input_dim input_shape image_shape image_size img_size n_inputs num_inputs n_input "
    "input_neurons in_features input_units inputs input_layer_size input_layer img_shape "
    "data.shape resolution patch_size input_features n_features num_features tamano_entrada "
    "entrada entradas dimension_entrada d_in visible_size n_visible"
)
CODE_KEYS = (
    "latent_dim latent_dims latent_dimension* latent_size latent_space latent_space_size "
    "latent_space_dim* latent_neurons latent_units latent.dim latent.dimension* latent.dims "
    "latent.size latent.units bottleneck bottleneck_dim* bottleneck_size bottleneck_units "
    "bottleneck_neurons bottleneck_width bottleneck.dim* bottleneck.units code_size code_dim "
    "code_units code.size code.units z_dim z_size dim_z zdim nz n_z latents n_latents num_latents "
    "encoding_dim encoding_size embedding_dim embedding_size dim_latente n_latent latent_features "
    "latent bottleneck.size code dimension_latente espacio_latente tamano_latente capa_latente "
    "cuello cuello_de_botella latent_variables"
)
_HIDDEN = (
    "hidden_layer* hidden hidden_size* hidden_dim* hidden_units hidden_neurons capas_ocultas "
    "ocultas hidden.* h_dims n_hidden neuronas_ocultas *_hidden_dims *_hidden_layers "
    "*_hidden_sizes"
)
_WHOLE = (
    "layers architecture arch topology layer_sizes layer_dims layer* network structure sizes dims "
    "neurons* units nodes widths capas arquitectura neuronas* model topologia estructura capas.* "
    "*_layers *_architecture *_layer_sizes red"
)
_ENCODER = "encoder encod* encod*.*layer* encod*.* codificador codificador.*"
_DECODER = "decoder decod* decod*.*layer* decod*.* decodificador decodificador.*"
_ONE_HIDDEN = (
    "hidden_dim hidden_size hidden_units hidden_neurons n_hidden h_dim hidden_layer_size "
    "num_hidden hidden_nodes hidden neuronas_ocultas hidden_features neurons_per_layer "
    "units_per_layer nodes_per_layer"
)
_HOW_MANY = "num_layers n_layers num_hidden_layers n_hidden_layers hidden_layers depth"
_NUMBERED = re.compile(r"(?:hidden|h|fc|layer)_?(?:dim|size|units|layer|neurons)?_?([1-9])")
_MOST_ALIKE = 50
_LARGEST_SIDE = 512
"""A larger number alone is no side of an image but the number of its pixels."""
_CONVOLUTIONS = ("conv", "kernel", "filter", "stride")
_NO_UNITS = ("kernel", "stride", "padding", "pool", "dropout", "shape")


def input_size(notes: Notes) -> int | None:
    """Numbers per sample, where the configuration tells them."""
    item = notes.keys.take(_INPUTS, fits=_is_size)
    channels_item = notes.keys.take_one(
        "channels in_channels n_channels input_channels num_channels canales",
        fits=lambda v: type(v) in (int, str),
    )
    if channels_item is not None and channels_item.choices > 1:
        # Those of convolutions, one for each.
        notes.keys.release(channels_item)
        channels_item = None
    if item is None:
        if channels_item is not None:
            notes.leave(channels_item, tr("the size of an image is not given"))
        return None
    channels = 1
    if channels_item is not None:
        channels = to_whole(channels_item.value, channels_item.key)
    sides = [to_whole(side, item.key) for side in _sides(item.value)]
    pictured = any(word in item.names[-1] for word in ("image", "img", "patch", "resolution"))
    square = pictured or (channels_item is not None and sides != [GLYPH_PIXELS])
    if len(sides) == 1 and square and sides[0] <= _LARGEST_SIDE:
        sides *= 2
    if channels_item is not None:
        if len(sides) < 3:
            sides.append(channels)
        notes.understand(channels_item, tr("channels of an image"))
    pixels = 1
    for side in sides:
        pixels *= side
    if not sides or not 1 <= pixels <= 10**9:
        raise RecipeError(
            tr('"{key}" is {v}, which is no size.', key=item.key, v=quoted(item.value))
        )
    notes.understand(item, f"{tr('numbers per sample')} {pixels}")
    return pixels


def _is_size(value: object) -> bool:
    return not isinstance(value, dict | bool) and len(_sides(value)) > 0


def _sides(value: object) -> list[object]:
    """``28``, ``[28, 28]``, ``[null, 28, 28, 1]`` or ``28x28`` as a list of sides."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,5}(\s*[x×*,]\s*\d{1,5})+\s*", value):
        return [int(side) for side in re.findall(r"\d+", value)]
    sides = list(value) if isinstance(value, list | tuple) else [value]
    return [side for side in sides if not is_nothing(side)]


def read_chain(notes: Notes, inputs: int | None, *, variational: bool) -> GivenChain:
    """The network that is described, with what had to be assumed said.

    Raises:
        RecipeError: What is described cannot be.
    """
    code_item = notes.keys.take_one(CODE_KEYS, fits=lambda v: not isinstance(v, bool))
    code = None
    if code_item is not None:
        code = to_whole(code_item.value, code_item.key)
        notes.names["network.latent.units"] = code_item.key
        notes.understand(code_item, tr("units of the code"))
    hints = Hints(code, inputs, variational=variational)
    chain = _listed(notes, hints)
    if chain is None:
        chain = replace(invented(code), told=False)
        units = "-".join(str(layer.units) for layer in (*chain.encoder, chain.code))
        notes.assumed.append(tr("No layers are given: {units} and back is taken.", units=units))
    chain = replace(chain, guesses=(*chain.guesses, *_convolutions(notes)))
    notes.assumed.extend(chain.guesses)
    return chain


def _convolutions(notes: Notes) -> tuple[str, ...]:
    """The line on convolutions, which are not read, where there seem to be any."""
    for item in notes.keys.items:
        named = any(word in name for name in item.names for word in _CONVOLUTIONS)
        if named and item.path not in notes.keys.off and not is_nothing(item.value):
            key = item.key
            return (tr("Convolutions ({key}) are not read: all layers are dense.", key=key),)
    return ()


def _listed(notes: Notes, hints: Hints) -> GivenChain | None:
    encoder = _layers(notes, _ENCODER)
    if encoder is not None:
        return _two_sided(notes, encoder, hints)
    hidden = _layers(notes, _HIDDEN)
    item = hidden or _layers(notes, _WHOLE)
    if item is None:
        alike = _alike(notes) or _numbered(notes)
        if alike is None:
            return None
        # A single width is the code itself, unless that has a size of its own.
        only = hints.code is None and len(alike[0]) == 1
        return whole_chain(*alike, replace(hints, from_first=True), hidden=not only)
    found = _read(notes, item)
    name_layers(notes, item)
    hints = _with_stated(hints, found)
    is_hidden = hidden is not None or _is_hidden(item)
    return _whole(found, item, hints, hidden=is_hidden)


def _whole(found: LayerList, item: Item, hints: Hints, *, hidden: bool) -> GivenChain:
    chain = whole_chain(found.layers, item.key, hints, hidden=hidden)
    return replace(chain, inputs=chain.inputs or found.inputs)


def _with_stated(hints: Hints, found: LayerList) -> Hints:
    if found.inputs is None:
        return hints
    return replace(hints, inputs=found.inputs, from_first=True)


def _two_sided(notes: Notes, encoder: Item, hints: Hints) -> GivenChain:
    decoder = _layers(notes, _DECODER)
    if decoder is None:
        # Three dots in a copied text: the reader is to think of the mirror image.
        dots = notes.keys.take("decoder* decoder*.*", fits=is_elided)
        if dots is not None:
            notes.understand(dots, tr("the mirror image of the encoder"))
    name_layers(notes, encoder)
    found = _read(notes, encoder)
    side = None
    if decoder is not None:
        notes.names["network.decoder"] = decoder.key
        side = Side(_read(notes, decoder).layers, decoder.key, _is_hidden(decoder))
    chain = two_sided(
        Side(found.layers, encoder.key, _is_hidden(encoder)), side, _with_stated(hints, found)
    )
    return replace(chain, inputs=chain.inputs or found.inputs)


def _is_hidden(item: Item) -> bool:
    return any("hidden" in name or "ocult" in name for name in item.names)


def _layers(notes: Notes, patterns: str) -> Item | None:
    item = notes.keys.take(patterns, fits=is_layer_list)
    if item is None:
        return None
    if any(word in item.names[-1] for word in _NO_UNITS):
        notes.keys.release(item)
        return None
    item = item.first if is_sweep(item.value) else item
    notes.understand(item, tr("layers"))
    return item


def _read(notes: Notes, item: Item) -> LayerList:
    found = read_layers(item.value, item.key)
    notes.unknown.extend(found.ignored)
    return found


def name_layers(notes: Notes, item: Item) -> None:
    """Refusals of the layers name the key of ``item``."""
    for path in ("network.encoder", "network.decoder", "network.latent"):
        notes.names.setdefault(path, item.key)


def _alike(notes: Notes) -> tuple[tuple[GivenLayer, ...], str] | None:
    """Hidden layers of one width, told by the width and perhaps their number."""
    item = notes.keys.take_one(_ONE_HIDDEN, fits=_is_count)
    if item is None:
        return None
    many = notes.keys.take_one(_HOW_MANY, fits=_is_count)
    count = 1 if many is None else to_whole(many.value, many.key)
    if not 1 <= count <= _MOST_ALIKE:
        count = 1
    elif many is not None:
        notes.understand(many, tr("hidden layers"))
    notes.understand(item, tr("units of a hidden layer"))
    name_layers(notes, item)
    return (GivenLayer(to_whole(item.value, item.key)),) * count, item.key


def _numbered(notes: Notes) -> tuple[tuple[GivenLayer, ...], str] | None:
    """Hidden layers of which each has a key with its number."""
    found = []
    for item in notes.keys.items:
        match = _NUMBERED.fullmatch(item.names[-1])
        free = item.path not in notes.keys.taken and item.path not in notes.keys.off
        if match is not None and free and _is_count(item.value):
            found.append((int(match[1]), item))
    if not found:
        return None
    found.sort(key=lambda pair: pair[0])
    for _, item in found:
        notes.keys.taken.add(item.path)
        notes.understand(item, tr("units of a hidden layer"))
    name_layers(notes, found[0][1])
    return tuple(GivenLayer(to_whole(i.value, i.key)) for _, i in found), found[0][1].key


def _is_count(value: object) -> bool:
    try:
        return not isinstance(value, bool) and to_whole(value, "") > 0
    except RecipeError:
        return False
