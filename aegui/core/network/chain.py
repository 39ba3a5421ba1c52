"""From a network's specification to the chain of its layers with all shapes."""

from __future__ import annotations

from dataclasses import field, replace
from math import prod
from typing import TYPE_CHECKING, NoReturn

from pydantic import ValidationError

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import LayerShape
from aegui.core.network.shapes import ShapeMismatch, is_image, shape_text
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    LatentSpec,
    LayerSpec,
    ReshapeSpec,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import Part, Spec
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import ActivationKey, AnyLayer, NetworkSpec


MAX_NUMBERS = 2**26
"""Maximum number of values of a sample in a layer: repeated upsampling would exhaust memory."""


@dataclass(frozen=True)
class Problem:
    """One reason why a draft cannot be trained."""

    where: str
    """Path of the cause, such as ``network.encoder.1`` or ``training.loss``."""
    message: str
    """One translated sentence: what is wrong and what to do."""


@dataclass(frozen=True)
class Chain:
    """Layers in order, as far as they fit together, and the problems where they do not.

    ``layers[:code_end]`` encode, the others decode.
    """

    layers: tuple[LayerShape, ...]
    code_end: int
    problems: tuple[Problem, ...] = ()


class _Broken(Exception):
    """Raised to end the chain; the problem has been recorded."""


@dataclass
class _ChainBuilder:
    """Appends layers one by one, tracking the shape."""

    shape: Shape
    layers: list[LayerShape] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, spec: Spec, part: Part, tied_to: int | None = None) -> None:
        try:
            result = spec.output_shape(self.shape)
        except ShapeMismatch as misfit:
            self.stop(where, str(misfit))
        if prod(result) > MAX_NUMBERS:
            self.stop(
                where,
                tr(
                    "One sample would be {n:,} numbers here, more than the limit of {limit:,}: use "
                    "fewer channels or a smaller factor.",
                    n=prod(result),
                    limit=MAX_NUMBERS,
                ),
            )
        tensors = spec.tensors(self.shape, tied=tied_to is not None)
        self.layers.append(LayerShape(where, spec, self.shape, result, tensors, part, tied_to))
        self.shape = result

    def stop(self, where: str, message: str) -> NoReturn:
        self.problems.append(Problem(where, message))
        raise _Broken


def build_chain(network: NetworkSpec, image_shape: Shape) -> Chain:
    """Return encoder, code, decoder and output for images of ``image_shape`` ``(C, H, W)``."""
    builder = _ChainBuilder(image_shape)
    try:
        for index, spec in enumerate(network.encoder):
            builder.add(f"network.encoder.{index}", spec, "encoder")
        builder.add("network.latent", network.latent, "latent")
        if network.decoder is None:
            _mirror(builder, network, image_shape)
        else:
            for index, spec in enumerate(network.decoder):
                builder.add(f"network.decoder.{index}", spec, "decoder")
            _explicit_output(builder, network, image_shape)
    except _Broken:
        pass
    return Chain(tuple(builder.layers), len(network.encoder) + 1, tuple(builder.problems))


def build_stack(
    specs: Sequence[AnyLayer], where: str, shape: Shape, outputs: int, part: Part
) -> Chain:
    """Return a separate stack on ``shape``: ``specs``, then ``outputs`` numbers, no activation."""
    builder = _ChainBuilder(shape)
    try:
        for index, spec in enumerate(specs):
            builder.add(f"{where}.{index}", spec, part)
        builder.add(where, LayerSpec(units=outputs, activation="identity"), part)
    except _Broken:
        pass
    return Chain(tuple(builder.layers), 0, tuple(builder.problems))


def explicit_decoder(network: NetworkSpec, image_shape: Shape) -> NetworkSpec:
    """Return ``network`` with its mirrored decoder written out as explicit layers."""
    chain = build_chain(network.model_copy(update={"tied": False}), image_shape)
    after = chain.layers[chain.code_end :]
    decoder = tuple(layer.spec for layer in after if layer.part == "decoder")
    output = next((layer.spec for layer in after if layer.part == "output"), None)
    output_layer = output if isinstance(output, ConvSpec | ConvTransposeSpec) else None
    return network.model_copy(
        update={"decoder": decoder, "output_layer": output_layer, "tied": False}
    )


def _mirror(builder: _ChainBuilder, network: NetworkSpec, image_shape: Shape) -> None:
    """Add the decoder that undoes the encoder step by step.

    Each step back, from the output of a layer to its input, has the activation that produced that
    input, followed by the same normalisation and dropout as there.
    """
    encoder = builder.layers[: len(network.encoder)]
    mains = [index for index, layer in enumerate(encoder) if not layer.spec.follows]
    if mains and encoder[mains[0]].spec.kind == "flatten":
        del mains[0]
    undone = len(network.encoder)
    for main in reversed(mains):
        _undo(builder, undone, encoder[: main + 1], network, "decoder")
        for follower in range(main + 1, len(encoder)):
            if not encoder[follower].spec.follows:
                break
            builder.add(encoder[follower].where, encoder[follower].spec, "decoder")
        undone = main
    _mirrored_output(builder, network, undone, image_shape)


def _undo(
    builder: _ChainBuilder, index: int, before: list[LayerShape], network: NetworkSpec, part: Part
) -> None:
    """Add the layers that lead from the output of layer ``index`` back to its input.

    ``before`` are the layers up to the one that produced that input.
    """
    layer, origin = builder.layers[index], before[-1]
    tied_to = index if network.tied else None
    target = layer.input_shape
    try:
        if isinstance(layer.spec, LayerSpec | LatentSpec):
            builder.add(origin.where, _dense_like(before, prod(target)), part, tied_to)
            if is_image(target):
                channels, height, width = target
                shape = ReshapeSpec(channels=channels, height=height, width=width)
                builder.add(origin.where, shape, part)
        else:
            spec, tied_to = _undoing(builder, layer, _activation_at(before), tied_to)
            builder.add(origin.where, spec, part, tied_to)
    except ValidationError:
        # An encoder may end at more numbers, or larger images, than a layer of a recipe may have.
        builder.stop(layer.where, _no_mirror(layer))


def _dense_like(before: list[LayerShape], units: int) -> LayerSpec:
    origin = before[-1].spec
    if isinstance(origin, LayerSpec):
        return origin.model_copy(update={"units": units})
    return LayerSpec(units=units, activation=_activation_at(before))


def _activation_at(before: list[LayerShape]) -> ActivationKey:
    """Return the activation in effect after ``before``; pooling and reshaping keep earlier ones."""
    for layer in reversed(before):
        activation: ActivationKey | None = getattr(layer.spec, "activation", None)
        if activation is not None:
            return activation
    return "identity"


def _undoing(
    builder: _ChainBuilder, layer: LayerShape, activation: ActivationKey, tied_to: int | None
) -> tuple[Spec, int | None]:
    """Return the layer that leads from an image layer's output back to its input shape."""
    spec = layer.spec.mirrored_layer(layer.input_shape, layer.output_shape, activation)
    if spec is None:
        builder.stop(layer.where, _no_mirror(layer))
    return spec, tied_to if any(one.name == "weight" for one in layer.tensors) else None


def _no_mirror(layer: LayerShape) -> str:
    return tr(
        "A mirrored decoder cannot get back from {after} to {before}: choose sizes that divide "
        "evenly, or give the decoder layers of its own.",
        after=shape_text(layer.output_shape),
        before=shape_text(layer.input_shape),
    )


def _mirrored_output(
    builder: _ChainBuilder, network: NetworkSpec, undone: int, image_shape: Shape
) -> None:
    """Add the output as the mirror of the first layer: transposed for a convolution."""
    layer = builder.layers[undone]
    if network.output_layer is not None or isinstance(layer.spec, LayerSpec | LatentSpec):
        _explicit_output(builder, network, image_shape, undone)
        return
    spec, tied_to = _undoing(
        builder, layer, network.output_activation, undone if network.tied else None
    )
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        builder.add("network.output", spec, "output", tied_to)
        return
    builder.add(layer.where, spec, "decoder")
    _explicit_output(builder, network, image_shape)


def _explicit_output(
    builder: _ChainBuilder, network: NetworkSpec, image_shape: Shape, undone: int | None = None
) -> None:
    """Add a convolution after an image of full size, a dense layer after anything else."""
    channels, height, width = image_shape
    activation = network.output_activation
    if network.output_layer is not None:
        update = {"channels": channels, "activation": activation}
        builder.add("network.output", network.output_layer.model_copy(update=update), "output")
    elif is_image(builder.shape) and builder.shape[1:] == (height, width):
        builder.add("network.output", ConvSpec(channels=channels, activation=activation), "output")
    else:
        dense = LayerSpec(
            units=channels * height * width, activation=activation, slope=network.output_slope
        )
        builder.add("network.output", dense, "output", undone if network.tied else None)
    if prod(builder.shape) != prod(image_shape):
        builder.stop(
            "network.output",
            tr(
                "The decoder ends at {have} and the images are {wanted}: change its strides or "
                "sizes so that they agree.",
                have=shape_text(builder.shape),
                wanted=shape_text(image_shape),
            ),
        )


def without_encoder(chain: Chain) -> Chain:
    """Return only the decoding layers, as for a generator, which never encodes."""
    end = chain.code_end
    layers = tuple(
        replace(layer, tied_to=None, tensors=layer.spec.tensors(layer.input_shape))
        for layer in chain.layers[end:]
    )
    return Chain(layers, 0, chain.problems)
