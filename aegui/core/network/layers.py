"""What every kind of layer does to the shape of a sample, and which tensors it learns.

A shape is that of one sample: ``(n,)`` for a row of numbers, ``(channels, height, width)`` for an
image. No torch here: the window shows shapes before torch is loaded. The computations themselves
are in ``forward.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Literal

from aegui.core.i18n import tr
from aegui.core.recipe import (
    AnyLayer,
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
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape = tuple[int, ...]
"""``(n,)`` or ``(channels, height, width)``."""
Spec = AnyLayer | LatentSpec
Part = Literal["encoder", "latent", "decoder", "output", "head", "discriminator"]
Role = Literal["weight", "bias", "buffer"]


class Misfit(ValueError):
    """A layer cannot take the shape it is given; the message is one sentence for the person."""


@dataclass(frozen=True)
class TensorSpec:
    """One tensor of a layer, of one run.

    Attributes:
        name: ``weight``, ``bias``, ``mean`` or ``variance``.
        shape: Its shape.
        role: ``weight`` begins at random and is penalised by L1 and L2, ``bias`` is learnt too,
            ``buffer`` is kept beside the gradient (running statistics).
        fan_in: Inputs of one unit.
        fan_out: Units that one input reaches.
        start: Value that a bias of a normalisation, or a buffer, begins with.
    """

    name: str
    shape: Shape
    role: Role
    fan_in: int = 0
    fan_out: int = 0
    start: float | None = None

    @property
    def size(self) -> int:
        """Numbers in it."""
        return prod(self.shape)


@dataclass(frozen=True)
class LayerShape:
    """A layer with its place in the chain.

    Attributes:
        where: Path of the layer in the recipe, such as ``network.encoder.1``.
        spec: What the recipe says of it.
        input_shape: Shape of what it takes.
        output_shape: Shape of what it gives; of a gaussian code that of its mean.
        tensors: What it keeps; without the weight where that is taken from another layer.
        part: Where in the chain it stands.
        tied_to: Index of the layer whose weight it uses, transposed; None: it has its own.
    """

    where: str
    spec: Spec
    input_shape: Shape
    output_shape: Shape
    tensors: tuple[TensorSpec, ...] = ()
    part: Part = "encoder"
    tied_to: int | None = None

    @cached_property
    def inputs(self) -> int:
        """Numbers it takes per sample."""
        return prod(self.input_shape)

    @cached_property
    def outputs(self) -> int:
        """Numbers it gives per sample."""
        return prod(self.output_shape)

    @cached_property
    def parameters(self) -> int:
        """Trainable numbers of the layer, per run."""
        return sum(tensor.size for tensor in self.tensors if tensor.role != "buffer")

    @cached_property
    def cost(self) -> int:
        """Multiplications per sample."""
        weight = prod(weight_shape(self.spec, self.input_shape))
        if isinstance(self.spec, ConvSpec):
            return weight * prod(self.output_shape[1:])
        if isinstance(self.spec, ConvTransposeSpec):
            return weight * prod(self.input_shape[1:])
        return weight


def is_image(shape: Shape) -> bool:
    """Whether the sample still has rows and columns."""
    return len(shape) == 3


_STACKABLE = (LayerSpec, LatentSpec, NormSpec, DropoutSpec)


def is_stackable(layers: Sequence[LayerShape]) -> bool:
    """Whether all layers work on rows, so that many runs can be one batched product."""
    return all(
        isinstance(layer.spec, _STACKABLE) or layer.spec.kind == "flatten" for layer in layers
    ) and not any(
        isinstance(layer.spec, NormSpec) and is_image(layer.input_shape) for layer in layers
    )


def shape_words(shape: Shape) -> str:
    """``10`` or ``32x7x7``."""
    return "x".join(map(str, shape))


def output_shape(spec: Spec, shape: Shape) -> Shape:
    """The shape that ``spec`` makes of ``shape``.

    Raises:
        Misfit: It cannot take that shape.
    """
    if isinstance(spec, LayerSpec | LatentSpec):
        return (spec.units,)
    if isinstance(spec, ReshapeSpec):
        return _reshaped(spec, shape)
    if spec.kind == "flatten":
        return (prod(shape),)
    if spec.kind in {"dropout", "batch_norm", "layer_norm"}:
        return shape
    if not is_image(shape):
        raise Misfit(
            tr(
                "This layer needs an image, but a row of {n} numbers arrives: put a Reshape layer "
                "before it.",
                n=shape[0],
            )
        )
    if isinstance(spec, ConvSpec):
        return _convolved(spec, shape)
    if isinstance(spec, ConvTransposeSpec):
        return _transposed(spec, shape)
    if isinstance(spec, PoolSpec):
        return _pooled(spec, shape)
    assert isinstance(spec, UpsampleSpec)
    channels, height, width = shape
    return channels, height * spec.factor, width * spec.factor


def _reshaped(spec: ReshapeSpec, shape: Shape) -> Shape:
    wanted = spec.channels, spec.height, spec.width
    if prod(wanted) != prod(shape):
        raise Misfit(
            tr(
                "{have} numbers arrive, but {wanted} takes {n}: change the reshape, or the layer "
                "before it.",
                have=prod(shape),
                wanted=shape_words(wanted),
                n=prod(wanted),
            )
        )
    return wanted


def conv_padding(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Zeros before the first row and column; by default half of those that keep the size."""
    if spec.padding is not None:
        return pair(spec.padding)
    rows, columns = pair(spec.kernel)
    return (rows - 1) // 2, (columns - 1) // 2


def uneven_padding(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Zeros more after the last row and column than before the first: 1 for an even kernel.

    Of a transposed convolution it is how much more is cut off there.
    """
    rows, columns = pair(spec.kernel)
    return (1 - rows % 2, 1 - columns % 2) if spec.padding is None else (0, 0)


def _around(spec: ConvSpec | ConvTransposeSpec) -> tuple[int, int]:
    """Rows and columns of zeros in all."""
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    return 2 * top + below, 2 * left + right


def kept_by(spec: ConvSpec | ConvTransposeSpec, places: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of the image on which a convolution has so many places, at the least."""
    rows, columns = (
        (n - 1) * step - around + side
        for n, step, around, side in zip(
            places, pair(spec.stride), _around(spec), pair(spec.kernel), strict=True
        )
    )
    return rows, columns


def _convolved(spec: ConvSpec, shape: Shape) -> Shape:
    _, height, width = shape
    kernel, around = pair(spec.kernel), _around(spec)
    if kernel[0] > height + around[0] or kernel[1] > width + around[1]:
        raise Misfit(
            tr(
                "The kernel of {kernel} is larger than the image of {height}x{width} that "
                "arrives: use a smaller kernel, or fewer layers that shrink it.",
                kernel=shape_words(kernel),
                height=height,
                width=width,
            )
        )
    rows, columns = (
        (n + zeros - side) // step + 1
        for n, zeros, side, step in zip(
            (height, width), around, kernel, pair(spec.stride), strict=True
        )
    )
    return spec.channels, rows, columns


def _transposed(spec: ConvTransposeSpec, shape: Shape) -> Shape:
    added, stride = pair(spec.output_padding), pair(spec.stride)
    if added[0] >= stride[0] or added[1] >= stride[1]:
        raise Misfit(tr("The output padding must be smaller than the stride."))
    kept = kept_by(spec, shape[1:])
    rows, columns = kept[0] + added[0], kept[1] + added[1]
    if rows < 1 or columns < 1:
        raise Misfit(tr("Nothing would be left of the image: use less padding here."))
    return spec.channels, rows, columns


def _pooled(spec: PoolSpec, shape: Shape) -> Shape:
    channels, height, width = shape
    if spec.size > min(height, width):
        raise Misfit(
            tr(
                "Squares of {size}x{size} are larger than the image of {height}x{width} that "
                "arrives: use a smaller size, or fewer layers that shrink it.",
                size=spec.size,
                height=height,
                width=width,
            )
        )
    return channels, height // spec.size, width // spec.size


def weight_shape(spec: Spec, shape: Shape) -> Shape:
    """Shape of the weight of one run; ``(0,)`` for a layer without one.

    Dense layers keep ``[inputs, outputs]``, convolutions ``[out, in, rows, columns]`` and
    transposed ones ``[in, out, rows, columns]`` as torch does.
    """
    if isinstance(spec, LatentSpec):
        return prod(shape), spec.units * (2 if spec.kind == "gaussian" else 1)
    if isinstance(spec, LayerSpec):
        return prod(shape), spec.units
    if isinstance(spec, ConvSpec):
        return spec.channels, shape[0], *pair(spec.kernel)
    if isinstance(spec, ConvTransposeSpec):
        return shape[0], spec.channels, *pair(spec.kernel)
    return (0,)


def tensors_of(spec: Spec, shape: Shape, *, tied: bool = False) -> tuple[TensorSpec, ...]:
    """The tensors of a layer that takes ``shape``; ``tied``: without a weight of its own."""
    if isinstance(spec, NormSpec):
        width = (shape[0],)
        learnt = (
            TensorSpec("scale", width, "bias", start=1.0),
            TensorSpec("bias", width, "bias", start=0.0),
        )
        if spec.kind == "layer_norm":
            return learnt
        return (
            *learnt,
            TensorSpec("mean", width, "buffer", start=0.0),
            TensorSpec("variance", width, "buffer", start=1.0),
        )
    weight = weight_shape(spec, shape)
    if weight == (0,):
        return ()
    fan_in, fan_out, units = _fans(spec, weight)
    bias = TensorSpec("bias", (units,), "bias", fan_in, fan_out)
    return (bias,) if tied else (TensorSpec("weight", weight, "weight", fan_in, fan_out), bias)


def _fans(spec: Spec, weight: Shape) -> tuple[int, int, int]:
    """Inputs of a unit, units of an input, and number of biases."""
    if isinstance(spec, ConvSpec):
        area = prod(weight[2:])
        return weight[1] * area, weight[0] * area, weight[0]
    if isinstance(spec, ConvTransposeSpec):
        # Of the kernel's taps only one in as many as the strides span reaches a given pixel.
        area = max(1, prod(weight[2:]) // prod(pair(spec.stride)))
        return weight[0] * area, weight[1] * area, weight[1]
    return weight[0], weight[1], weight[1]
