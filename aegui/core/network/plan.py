"""A stack of layers for display: its cards from top to bottom, and where layers can be added.

Three stacks are displayed with the same cards: the network, the classifier on its code, and the
discriminator. A *planned layer* is one card; its *home* is where the recipe stores it, a list and
an index. While the decoder mirrors the encoder layer by layer, its cards share the homes of their
twins: an edit of one is an edit of the other. A *slot* between two cards is the home that a new
layer would get there.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import prod
from typing import TYPE_CHECKING, Literal

from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.catalog import LATENTS
from aegui.core.network.chain import build_chain, build_stack
from aegui.core.recipe import LatentSpec
from aegui.core.recipe.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape, Spec
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import AnyLayer, NetworkSpec, Recipe

Part = Literal["input", "encoder", "code", "decoder", "output", "head", "discriminator"]
Home = tuple[str, int]
"""Path of a list of layers in the recipe, and an index in it."""

ENCODER, DECODER = "network.encoder", "network.decoder"
HEAD, DISCRIMINATOR = "classifier.hidden", "gan.discriminator"


@dataclass(frozen=True)
class PlannedLayer:
    """One card of a stack."""

    part: Part
    """The part of the network it belongs to."""
    index: int
    """Its index within its part, from 0."""
    path: str
    """Where problems of its layer are reported, such as ``network.encoder.1``."""
    name: str
    """Its translated title."""
    spec: Spec | None = None
    """Its layer; None at the input, and at an output that is not configurable."""
    input_shape: Shape | None = None
    """Its input shape; None beyond the first layer that does not fit."""
    output_shape: Shape | None = None
    """Its output shape; None from that layer on."""
    parameters: int = 0
    """Trainable numbers of one run."""
    home: Home | None = None
    """Where the recipe stores its layer; None if it can be neither moved nor removed."""
    twin: int | None = None
    """Index of the encoder layer that a mirrored card repeats or undoes, else None."""
    is_editable: bool = True
    """Whether its settings can be changed here."""
    is_noise: bool = False
    """Whether it is the random code that a generator starts from."""

    @property
    def kind(self) -> str:
        """The key of its card's fields."""
        if self.part == "input" or self.spec is None:
            return "none"
        if not self.is_editable or self.is_noise:
            return "noise" if self.is_noise else "mirrored"
        if self.part == "output":
            return "output" if self.spec.kind == "dense" else f"output {self.spec.kind}"
        return self.part if self.part == "code" else self.spec.kind

    @property
    def units(self) -> int | None:
        """Output numbers per sample, if known."""
        return None if self.output_shape is None else prod(self.output_shape)

    def heading(self, *, with_kind: bool) -> str:
        """Return the title; with the kind of layer, its number replaces the name of its part."""
        if isinstance(self.spec, LatentSpec) and self.spec.kind != "plain" and not self.is_noise:
            return tr("{layer} · {kind}", layer=self.name, kind=tr(LATENTS[self.spec.kind].label))
        hidden = self.part not in {"input", "code", "output"}
        if not with_kind or self.spec is None or not hidden:
            return self.name
        return tr("{n}. {kind}", n=self.index + 1, kind=tr(LAYERS[self.spec.kind].label))


@dataclass(frozen=True)
class Plan:
    """A stack from its input to its output.

    ``slots[i]`` is the home of a new layer between ``layers[i]`` and ``layers[i + 1]``; None if
    none can be added. ``why_closed`` explains such a slot.
    """

    layers: tuple[PlannedLayer, ...]
    slots: tuple[Home | None, ...]
    why_closed: str = ""

    @cached_property
    def is_mixed(self) -> bool:
        """Whether there are layers that are not dense."""
        return any(
            planned.spec is not None and planned.spec.kind != "dense"
            for planned in self.layers
            if planned.part not in {"input", "code"}
        )

    def find(self, home: Home, part: str) -> int | None:
        """Return the index of the card of the layer stored at ``home``, preferably in ``part``."""
        found = [i for i, planned in enumerate(self.layers) if planned.home == home]
        return next((i for i in found if self.layers[i].part == part), found[0] if found else None)


def network_plan(recipe: Recipe, image_shape: Shape) -> Plan:
    """Return encoder, code, decoder and output; for a GAN only the generator, from the code on."""
    return _network_plan(recipe.network, recipe.gan is not None, image_shape, language())


@lru_cache(maxsize=8)
def _network_plan(
    network: NetworkSpec, is_generator: bool, image_shape: Shape, _language: str
) -> Plan:
    """Cached, so that the same plan is returned until a displayed part is edited."""
    shapes = build_chain(network, image_shape).layers
    depth = len(network.encoder)
    image = _image_layer(image_shape, (*network.encoder, network.latent)[0])
    encoder = [_stored_layer(spec, ENCODER, i, "encoder") for i, spec in enumerate(network.encoder)]
    encoder = _shaped(encoder, shapes[:depth])
    code = _shaped([_code_layer(network)], shapes[depth : depth + 1])
    decoder, after = _decoder_layers(network, shapes[depth + 1 :])
    is_editable = network.decoder is not None or _is_step_by_step(network, decoder)
    slots: list[Home | None] = [(ENCODER, i) for i in range(depth + 1)]
    for i in range(len(decoder) + 1):
        home = (DECODER, i) if network.decoder is not None else (ENCODER, depth - i)
        slots.append(home if is_editable else None)
    why = tr("The decoder mirrors the encoder: add layers there, or untick “Mirrored decoder”.")
    why = "" if is_editable else why
    if is_generator:
        noise = _noise_layer(network)
        return Plan((noise, *decoder, after), tuple(slots[depth + 1 :]), why)
    return Plan((image, *encoder, *code, *decoder, after), tuple(slots), why)


def head_plan(recipe: Recipe, classes: int) -> Plan:
    """Return the classifier: from the code to one score for each class."""
    assert recipe.classifier is not None
    units = recipe.network.latent.units
    layers = recipe.classifier.hidden
    chain = build_stack(layers, HEAD, (units,), max(classes, 1), "head").layers
    first = PlannedLayer("input", 0, "network.latent", tr("Code"), output_shape=(units,))
    last = PlannedLayer("output", 0, "data.source", tr("Classes"))
    return _stack(layers, HEAD, "head", chain, first, last)


def discriminator_plan(recipe: Recipe, image_shape: Shape, classes: int) -> Plan:
    """Return the discriminator: from the image to real or not, and optionally the classes."""
    assert recipe.gan is not None
    stored = recipe.gan.discriminator
    layers, where = (recipe.network.encoder, ENCODER) if stored is None else (stored, DISCRIMINATOR)
    chain = build_stack(layers, where, image_shape, 1 + classes, "discriminator").layers
    last = PlannedLayer(
        "output", 0, "gan", tr("Real or not, class") if classes else tr("Real or not")
    )
    first = _image_layer(image_shape, layers[0] if layers else recipe.network.latent)
    return _stack(layers, where, "discriminator", chain, first, last)


def _stack(
    layers: Sequence[AnyLayer],
    where: str,
    part: Part,
    chain: Sequence[LayerShape],
    first: PlannedLayer,
    last: PlannedLayer,
) -> Plan:
    hidden = [_stored_layer(spec, where, i, part) for i, spec in enumerate(layers)]
    *shaped, end = _shaped([*hidden, last], chain)
    return Plan((first, *shaped, end), tuple((where, i) for i in range(len(layers) + 1)))


def _image_layer(image_shape: Shape, first: Spec) -> PlannedLayer:
    """Return the input; a dense layer gets its images as rows."""
    is_row = first.kind in {"dense", *LATENTS}
    shape = (prod(image_shape),) if is_row else image_shape
    return PlannedLayer("input", 0, "data", tr("Input"), output_shape=shape)


def _stored_layer(spec: AnyLayer, where: str, index: int, part: Part) -> PlannedLayer:
    return PlannedLayer(
        part, index, f"{where}.{index}", _name(part, index), spec, home=(where, index)
    )


def _name(part: Part, index: int) -> str:
    number = index + 1
    match part:
        case "encoder":
            return tr("Encoder {n}", n=number)
        case "decoder":
            return tr("Decoder {n}", n=number)
        case _:
            return tr("Layer {n}", n=number)


def _code_layer(network: NetworkSpec) -> PlannedLayer:
    return PlannedLayer("code", 0, "network.latent", tr("Code"), network.latent)


def _noise_layer(network: NetworkSpec) -> PlannedLayer:
    latent = network.latent
    return PlannedLayer(
        "code",
        0,
        "network.latent",
        tr("Noise"),
        latent,
        output_shape=(latent.units,),
        is_noise=True,
    )


def _shaped(layers: Sequence[PlannedLayer], shapes: Sequence[LayerShape]) -> list[PlannedLayer]:
    """Return ``layers`` with their shapes, as far as known, and the input shape of the next."""
    found = []
    arriving = None
    for i, planned in enumerate(layers):
        layer = shapes[i] if i < len(shapes) else None
        found.append(_with_shape(planned, layer, arriving))
        arriving = layer.output_shape if layer is not None else None
    return found


def _with_shape(
    planned: PlannedLayer, layer: LayerShape | None, arriving: Shape | None = None
) -> PlannedLayer:
    fields = dict(vars(planned))
    if layer is None:
        return PlannedLayer(**fields | {"input_shape": arriving})
    shapes = {
        "input_shape": layer.input_shape,
        "output_shape": layer.output_shape,
        "parameters": layer.parameters,
    }
    return PlannedLayer(**fields | shapes)


def _decoder_layers(
    network: NetworkSpec, shapes: Sequence[LayerShape]
) -> tuple[list[PlannedLayer], PlannedLayer]:
    """Return the decoder's layers and the output's, whether or not the chain reaches them."""
    output = next((layer for layer in shapes if layer.part == "output"), None)
    last = PlannedLayer(
        "output", 0, "network.output", tr("Output"), output.spec if output else None
    )
    last = _with_shape(last, output)
    if network.decoder is not None:
        stored = [
            _stored_layer(spec, DECODER, i, "decoder") for i, spec in enumerate(network.decoder)
        ]
        return _shaped(stored, [layer for layer in shapes if layer.part == "decoder"]), last
    mirrored = [layer for layer in shapes if layer.part == "decoder"]
    return [_mirrored(network, i, layer) for i, layer in enumerate(mirrored)], last


def _mirrored(network: NetworkSpec, index: int, layer: LayerShape) -> PlannedLayer:
    """Return a layer of the mirror; if equal to its twin, it can be edited in its stead."""
    twin = int(layer.where.rsplit(".", 1)[-1])
    is_equal = layer.spec == network.encoder[twin]
    planned = PlannedLayer(
        "decoder",
        index,
        layer.where,
        _name("decoder", index),
        layer.spec,
        home=(ENCODER, twin) if is_equal else None,
        twin=twin,
        is_editable=is_equal,
    )
    return _with_shape(planned, layer)


def _is_step_by_step(network: NetworkSpec, decoder: Sequence[PlannedLayer]) -> bool:
    """Return whether the mirror is exactly the encoder's layers in reverse."""
    homes = [planned.home for planned in decoder]
    return homes == [(ENCODER, i) for i in reversed(range(len(network.encoder)))]
