"""One number's journey: how a pixel of an answer is computed, layer by layer, back to the input.

Every number of a chain is an activation of a sum of products, an affine map of a single number, or
a maximum or mean of several. ``Journey.step`` gives these for any number of any layer, with their
values. The computation of a layer is written a second time here, one number at a time and in double
precision; tests compare it with the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.shapes import Shape

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Tensors = Mapping[str, NDArray[np.float32]]
    Sources = tuple[Places, Floats]

Rule = Literal["sum", "affine", "largest", "mean", "copy"]
"""The rule for a number: a weighted sum, an affine map of one number, the maximum of several, their
mean, or a copy, which may be interpolated between several.
"""

_NORM_EPS = 1e-5
_PASSED_ON = frozenset({"dropout", "flatten", "reshape"})
"""Layers that pass numbers on unchanged."""


@dataclass(frozen=True, eq=False)
class JourneyTerm:
    """One summand of a number."""

    unit: int
    """Its index in the previous stage."""
    value: float
    """The number."""
    weight: float
    """The factor that it is multiplied by."""

    @property
    def product(self) -> float:
        """Its contribution: value times weight."""
        return self.value * self.weight


@dataclass(frozen=True, eq=False)
class JourneyStep:
    """How one number is computed."""

    stage: int
    """Index of its stage; stage 0 is the input."""
    unit: int
    """Its index in the stage."""
    rule: Rule
    """The rule by which it is computed."""
    terms: tuple[JourneyTerm, ...]
    """Its summands, the largest contribution first, zeros included."""
    bias: float = 0.0
    """Added to the products."""
    slope: float = 1.0
    """Factor of the sum."""
    activation: str = "identity"
    """Key of the activation applied to the sum."""
    is_kept: bool = True
    """Whether a k-sparse code keeps it; otherwise it is 0."""

    @property
    def total(self) -> float:
        """The input of the activation."""
        # Diverged networks give sums of infinities: not worth a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            products = np.array([term.product for term in self.terms])
            return float((products.sum() + self.bias) * self.slope)

    @property
    def value(self) -> float:
        """The number."""
        if not self.is_kept:
            return 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            rows = ACTIVATIONS[self.activation].values(np.array([self.total]))
        return float(rows[0])


@dataclass(frozen=True, eq=False)
class JourneyStage:
    """The numbers between two layers."""

    shape: Shape
    """Channels, rows and columns; or a single length."""
    values: NDArray[np.float32]
    """The numbers, float32, flat."""
    layer: int | None = None
    """Index of the layer in the chain that computed them; None for the input."""


class Journey:
    """A chain of layers with all the numbers that it computes for one input."""

    def __init__(self, codec: Codec, begin: ArrayLike, *, from_code: bool = False) -> None:
        """Run the chain for the image ``begin``, or, with ``from_code``, for a code ``[d]``.

        Raises:
            ValueError: A layer is of a kind that is not explained here.
        """
        self._codec = codec
        self.from_code = from_code
        """Whether the input is a code."""
        self.layers = codec.layers
        """The whole chain."""
        self.image_shape = codec.image_shape
        """Channels, rows and columns of the answer."""
        first = codec.code_end if from_code else 0
        shape: Shape = (codec.latent_size,) if from_code else codec.image_shape
        values = np.asarray(begin, np.float32).reshape(-1)
        self.stages: list[JourneyStage] = [JourneyStage(shape, values)]
        """The input, and the numbers after every layer that changes them."""
        for index in range(first, len(codec.layers)):
            layer = codec.layers[index]
            values = codec.between(values[np.newaxis], index, index + 1)[0]
            is_code = isinstance(layer.spec, LatentSpec)
            if is_code:
                # The decoder is given the means of a gaussian code.
                values = values[: layer.outputs]
            if layer.spec.kind in _PASSED_ON:
                last = self.stages[-1]
                self.stages[-1] = JourneyStage(layer.output_shape, last.values, last.layer)
            else:
                self.stages.append(JourneyStage(layer.output_shape, values, index))

    def layer_of(self, stage: int) -> LayerShape | None:
        """Return the layer that computed a stage; None for the input."""
        index = self.stages[stage].layer
        return None if index is None else self._codec.layers[index]

    def step(self, stage: int, unit: int) -> JourneyStep:
        """Return how the number ``unit`` of ``stage``, from 1 on, is computed.

        Raises:
            ValueError: The layer is of a kind that is not explained here.
            IndexError: There is no such number.
        """
        layer, before = self.layer_of(stage), self.stages[stage - 1]
        if layer is None or not 0 <= unit < len(self.stages[stage].values):
            raise IndexError(unit)
        index = self.stages[stage].layer
        assert index is not None
        tensors = self._codec.bound_tensors(index)
        spec = layer.spec
        values = before.values.astype(np.float64)
        if isinstance(spec, LayerSpec | LatentSpec):
            places = np.arange(len(values))
            weights = tensors["weight"][:, unit].astype(np.float64)
            terms = _terms(values, places, weights)
            is_kept = not isinstance(spec, LatentSpec) or self._is_kept(spec, stage, unit)
            return JourneyStep(
                stage,
                unit,
                "sum",
                terms,
                float(tensors["bias"][unit]),
                spec.slope,
                spec.activation,
                is_kept,
            )
        if isinstance(spec, ConvSpec | ConvTransposeSpec):
            field = _conv_field if isinstance(spec, ConvSpec) else _transposed_field
            places, weights = field(spec, layer, tensors["weight"], unit)
            bias = float(tensors["bias"][np.unravel_index(unit, layer.output_shape)[0]])
            terms = _terms(values, places, weights)
            return JourneyStep(stage, unit, "sum", terms, bias, activation=spec.activation)
        if isinstance(spec, NormSpec):
            weight, bias = _affine(spec, layer, tensors, values, unit)
            terms = _terms(values, np.array([unit]), np.array([weight]))
            return JourneyStep(stage, unit, "affine", terms, bias, activation=spec.activation)
        if isinstance(spec, PoolSpec):
            return _pooled(spec, layer, values, stage, unit)
        if isinstance(spec, UpsampleSpec):
            places, weights = _upsampled(spec, layer, unit)
            return JourneyStep(stage, unit, "copy", _terms(values, places, weights))
        raise ValueError(spec.kind)

    def _is_kept(self, spec: LatentSpec, stage: int, unit: int) -> bool:
        if spec.top_k is None or spec.top_k >= spec.units:
            return True
        # Dropped numbers are exactly 0, which others hardly ever are.
        return bool(self.stages[stage].values[unit] != 0.0)


def _terms(values: Floats, places: Places, weights: Floats) -> tuple[JourneyTerm, ...]:
    """Return the terms, the largest contribution first; ties in the order of the stage."""
    order = np.argsort(-np.abs(values[places] * weights), kind="stable")
    return tuple(
        JourneyTerm(int(places[at]), float(values[places[at]]), float(weights[at])) for at in order
    )


def _conv_field(
    spec: ConvSpec | ConvTransposeSpec,
    layer: LayerShape,
    weight: NDArray[np.float32],
    unit: int,
) -> Sources:
    """Return the pixels under the kernel at the position of ``unit``, and their weights."""
    channel, row, column = np.unravel_index(unit, layer.output_shape)
    stride, padding = pair(spec.stride), conv_padding(spec)
    rows = int(row) * stride[0] - padding[0] + np.arange(weight.shape[2])
    columns = int(column) * stride[1] - padding[1] + np.arange(weight.shape[3])
    return _under(layer.input_shape, weight[channel], rows, columns)


def _under(shape: Shape, kernel: NDArray[np.float32], rows: Places, columns: Places) -> Sources:
    """Pixels at ``rows`` and ``columns`` of every channel, those that lie on the image."""
    channels, height, width = shape
    inside = ((rows >= 0) & (rows < height))[:, np.newaxis] & ((columns >= 0) & (columns < width))
    flat = rows[:, np.newaxis] * width + columns
    places = np.arange(channels)[:, np.newaxis] * height * width + flat[inside]
    weights = kernel[:, inside].astype(np.float64)
    return places.reshape(-1).astype(np.int64), weights.reshape(-1)


def _transposed_field(
    spec: ConvSpec | ConvTransposeSpec,
    layer: LayerShape,
    weight: NDArray[np.float32],
    unit: int,
) -> Sources:
    """The pixels whose stamps reach the place of ``unit``, and the weight of each there."""
    channel, row, column = (int(at) for at in np.unravel_index(unit, layer.output_shape))
    _, height, width = layer.input_shape
    stride, padding = pair(spec.stride), conv_padding(spec)
    down = _stamps(row, height, weight.shape[2], stride[0], padding[0])
    across = _stamps(column, width, weight.shape[3], stride[1], padding[1])
    found = [
        (source * height * width + at_row * width + at_column, weight[source, channel, kr, kc])
        for source in range(layer.input_shape[0])
        for at_row, kr in down
        for at_column, kc in across
    ]
    places = np.array([place for place, _ in found], np.int64)
    return places, np.array([one for _, one in found], np.float64)


def _stamps(at: int, size: int, kernel: int, stride: int, padding: int) -> list[tuple[int, int]]:
    """Which of ``size`` pixels reach place ``at``, each with the place in the kernel."""
    reached = ((at + padding - tap, tap) for tap in range(kernel))
    return [
        (offset // stride, tap)
        for offset, tap in reached
        if offset % stride == 0 and 0 <= offset // stride < size
    ]


def _affine(
    spec: NormSpec, layer: LayerShape, tensors: Tensors, values: Floats, unit: int
) -> tuple[float, float]:
    """Factor and shift of a norm as they are for this input."""
    channel = int(np.unravel_index(unit, layer.input_shape)[0])
    if spec.kind == "batch_norm":
        mean, variance = float(tensors["mean"][channel]), float(tensors["variance"][channel])
    else:
        mean, variance = float(values.mean()), float(values.var())
    factor = float(tensors["scale"][channel]) / float(np.sqrt(variance + _NORM_EPS))
    return factor, float(tensors["bias"][channel]) - mean * factor


def _pooled(
    spec: PoolSpec, layer: LayerShape, values: Floats, stage: int, unit: int
) -> JourneyStep:
    channel, row, column = (int(at) for at in np.unravel_index(unit, layer.output_shape))
    _, height, width = layer.input_shape
    side = np.arange(spec.size)
    flat = (row * spec.size + side)[:, np.newaxis] * width + column * spec.size + side
    places = channel * height * width + flat.reshape(-1)
    if spec.kind == "avg_pool":
        weights = np.full(len(places), 1.0 / len(places))
        return JourneyStep(stage, unit, "mean", _terms(values, places, weights))
    weights = np.zeros(len(places))
    weights[int(np.argmax(values[places]))] = 1.0
    return JourneyStep(stage, unit, "largest", _terms(values, places, weights))


def _upsampled(spec: UpsampleSpec, layer: LayerShape, unit: int) -> Sources:
    channel, row, column = (int(at) for at in np.unravel_index(unit, layer.output_shape))
    _, height, width = layer.input_shape
    down = _between(row, height, spec)
    across = _between(column, width, spec)
    shares: dict[int, float] = {}
    for at_row, share_row in down:
        for at_column, share_column in across:
            place = channel * height * width + at_row * width + at_column
            shares[place] = shares.get(place, 0.0) + share_row * share_column
    return np.array(list(shares), np.int64), np.array(list(shares.values()))


def _between(at: int, size: int, spec: UpsampleSpec) -> Sequence[tuple[int, float]]:
    """Of which pixels of a line a larger one is made at ``at``, and their shares."""
    if spec.mode == "nearest":
        return [(at // spec.factor, 1.0)]
    # Centres of pixels lie half a pixel in, as torch has it without aligned corners.
    place = max(0.0, (at + 0.5) / spec.factor - 0.5)
    low = min(int(place), size - 1)
    share = place - low
    return [(low, 1.0 - share), (min(low + 1, size - 1), share)]
