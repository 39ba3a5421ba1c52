"""Assign the activations of a foreign configuration to its layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.core.course_configs import tables
from aegui.core.course_configs.notes import is_text
from aegui.core.course_configs.tables import called
from aegui.core.course_configs.values import choice
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.layers import GivenLayer
    from aegui.core.course_configs.notes import Item, Notes
    from aegui.core.course_configs.shape import GivenChain

_HIDDEN = "tanh"
"""Default activation of hidden layers."""
_CONVOLUTION = "relu"
"""Default activation of convolutions."""
_SLOPED = frozenset({"tanh", "sigmoid"})

Layout = list[tuple[int, ...]]
"""For each name of a list, the indices of its layers, counted from the first encoder layer."""


def with_activations(notes: Notes, chain: GivenChain, *, gaussian: bool) -> GivenChain:
    """Return ``chain`` with activations, slopes and dropout; a missing decoder is mirrored."""
    lists = {
        part: notes.take(patterns, fits=_is_list)
        for part, patterns in tables.ACTIVATION_LISTS.items()
    }
    names = {part: _one(notes, patterns) for part, patterns in tables.ACTIVATION_OF.items()}
    is_sloped = _SLOPED & {names[part] for part in ("hidden", "encoder", "decoder", "output")}
    slope = _number(notes, tables.SLOPE) if is_sloped and not gaussian else None
    dropout = _number(notes, tables.DROPOUT)
    for part, item in lists.items():
        if item is not None:
            chain = _listed(notes, chain, part, item)

    def with_activation(
        layer: GivenLayer, activation: str, dropout: float | None = None
    ) -> GivenLayer:
        usual = slope if activation in _SLOPED else None
        return replace(
            layer,
            activation=activation,
            slope=usual if layer.slope is None else layer.slope,
            dropout=dropout if layer.dropout is None else layer.dropout,
        )

    def hidden(layers: tuple[GivenLayer, ...], usual: str | None) -> tuple[GivenLayer, ...]:
        return tuple(
            with_activation(layer, layer.activation or usual or _HIDDEN, dropout)
            for layer in layers
        )

    side = names["encoder"] or names["hidden"]
    layers = (*chain.encoder, *(chain.decoder or ()))
    if not side and any(layer.activation is None for layer in layers):
        label = called("activation", _HIDDEN)
        notes.say("assumed", tr("Hidden layers use {label}.", label=label))
    images = tuple(
        one | {"activation": one["activation"] or side or _CONVOLUTION}
        if "activation" in one
        else one
        for one in chain.images
    )
    chain = replace(chain, images=images, encoder=hidden(chain.encoder, side))
    if chain.decoder is not None or names["decoder"] not in (None, side):
        chain = replace(chain, decoder=hidden(chain.back, names["decoder"] or names["hidden"]))
    code = with_activation(chain.code, _code_name(notes, chain.code.activation or names["code"]))
    name = _output_name(notes, chain.last.activation or names["output"])
    output = replace(chain.last, activation=name)
    if name in (names["hidden"], names["output"]):
        output = with_activation(output, name)
    return replace(chain, code=code, output=output)


def _code_name(notes: Notes, name: str | None) -> str:
    if name is None:
        text = tr("The code has no activation, so that the map can spread freely.")
        notes.say("assumed", text)
    return name or "identity"


def _output_name(notes: Notes, name: str | None) -> str:
    loss = notes.settings.get("training.loss", "bce")
    if name is not None and (name == "sigmoid" or loss != "bce"):
        return name
    notes.say("assumed", tr("The output layer is a sigmoid: pixels lie between 0 and 1."))
    return "sigmoid"


def _is_list(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(v, str) or v is None for v in value)
    )


def _one(notes: Notes, patterns: str) -> str | None:
    item = notes.take_one(patterns, fits=is_text, none=True)
    key = None if item is None else choice("activation", item.value)
    if item is not None and key is None:
        notes.leave(item, tr("not known here"))
    elif item is not None and key is not None:
        notes.understand(item, f"{tr('activation')} {called('activation', key)}")
    return key


def _number(notes: Notes, patterns: str) -> float | None:
    item = notes.take_one(patterns)
    if item is None:
        return None
    if item.value is False:
        notes.understand(item, tr("switched off"))
        return None
    notes.understand(item, item.names[-1])
    for part in ("encoder", "decoder", "latent", "output_slope"):
        notes.sources[f"network.{part}"] = item
    return item.number


def _listed(notes: Notes, chain: GivenChain, part: str, item: Item) -> GivenChain:
    """Return ``chain`` with a list's activations, if the list fits the layers of ``part``."""
    names: list[str | None] = []
    for index, value in enumerate(item.value if isinstance(item.value, list | tuple) else ()):
        names.append(choice("activation", value))
        if names[-1] is None and value is not None:
            key, shown = item.key, quoted(value)
            text = tr("{key}.{i} {v} is not known here", key=key, i=index, v=shown)
            notes.say("ignored", text)
    layers = [*chain.encoder, chain.code, *chain.back, chain.last]
    depth = len(chain.encoder)
    layouts = _layouts(part, depth, len(chain.back))
    layout = next((one for one in layouts if len(one) == len(names)), None)
    if layout is None:
        notes.leave(item, tr("not one for each layer"))
        return chain
    notes.understand(item, tr("activations"))
    for name, places in zip(names, layout, strict=True):
        for place in places:
            activation = layers[place].activation or name
            layers[place] = replace(layers[place], activation=activation)
    reached = max((place for places in layout for place in places), default=0)
    return replace(
        chain,
        encoder=tuple(layers[:depth]),
        code=layers[depth],
        decoder=tuple(layers[depth + 1 : -1]) if reached > depth else chain.decoder,
        output=layers[-1],
    )


def _layouts(part: str, before: int, after: int) -> list[Layout]:
    """Return the possible assignments of a list to layers: with the input or without the output."""
    encoder: Layout = [(i,) for i in range(before)]
    decoder: Layout = [(before + 1 + i,) for i in range(after)]
    code, output = (before,), (before + 1 + after,)
    if part == "encoder":
        return [encoder, [*encoder, code], [(), *encoder, code]]
    if part == "decoder":
        return [decoder, [*decoder, output], [(), *decoder, output]]
    every = [*encoder, code, *decoder, output]
    of_network = [every, every[:-1], [(), *every]]
    if before - 1 <= after <= before:
        mirrored: Layout = [(i, 2 * before - i) for i in range(before)]
        of_network += [mirrored, [*mirrored, code]]
    return [encoder, [*encoder, *decoder], *of_network] if part == "hidden" else of_network
