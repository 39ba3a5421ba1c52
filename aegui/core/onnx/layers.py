"""ONNX operators of each kind of layer, in the order of ``network/forward.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.core.onnx.formulas import formula_node
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    FlattenSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.onnx.graph import OnnxGraph

    Tensors = Mapping[str, NDArray[np.float32]]

NORM_EPS = 1e-5


def activated(graph: OnnxGraph, key: str, z: str) -> str:
    """Add the activation ``key`` of ``z`` and return the name of its result."""
    formula = ACTIVATIONS[key].formula
    return z if formula == "z" else formula_node(graph, formula, z=z)


def layer_node(graph: OnnxGraph, layer: LayerShape, tensors: Tensors, x: str, name: str) -> str:
    """Add a layer and return the name of its output; of a Gaussian code that is the mean.

    Raises:
        AeguiError: ONNX has no such operator.
    """
    spec = layer.spec
    match spec:
        case LatentSpec():
            return code_node(graph, spec, dense_node(graph, layer, tensors, x, name))
        case LayerSpec():
            return activated(graph, spec.activation, dense_node(graph, layer, tensors, x, name))
        case ConvSpec() | ConvTransposeSpec():
            return activated(graph, spec.activation, _convolved(graph, spec, tensors, x, name))
        case NormSpec():
            return activated(graph, spec.activation, _normed(graph, layer, spec, tensors, x, name))
        case PoolSpec():
            kind = "MaxPool" if spec.kind == "max_pool" else "AveragePool"
            sides = (spec.size, spec.size)
            return graph.add(kind, x, kernel_shape=sides, strides=sides)
        case UpsampleSpec():
            return _resized(graph, spec, x)
        case FlattenSpec():
            return graph.add("Flatten", x, axis=1)
        case ReshapeSpec():
            return graph.add("Reshape", x, graph.constant((0, *layer.output_shape)))
        case DropoutSpec():
            return x
    raise AeguiError(tr("A layer of the kind {kind} cannot be written as ONNX.", kind=spec.kind))


def _weight(graph: OnnxGraph, tensors: Tensors, key: str, name: str) -> str:
    return graph.constant(np.asarray(tensors[key], np.float32), f"{name}.{key}")


def dense_node(graph: OnnxGraph, layer: LayerShape, tensors: Tensors, x: str, name: str) -> str:
    """Add the weighted sums of a dense layer, multiplied by its slope."""
    spec = layer.spec
    assert isinstance(spec, LayerSpec | LatentSpec)
    x = graph.add("Flatten", x, axis=1) if is_image(layer.input_shape) else x
    weight, bias = (_weight(graph, tensors, key, name) for key in ("weight", "bias"))
    z = graph.add("Gemm", x, weight, bias)
    return z if spec.slope == 1.0 else graph.add("Mul", z, graph.constant(spec.slope))


def code_node(graph: OnnxGraph, spec: LatentSpec, z: str) -> str:
    """Add the computation of the code from its weighted sums; of a Gaussian code the mean."""
    if spec.kind == "gaussian":
        z = _columns(graph, z, 0, spec.units)
    code = activated(graph, spec.activation, z)
    if spec.top_k is None or spec.top_k >= spec.units:
        return code
    by = graph.add("Abs", code) if spec.top_by == "magnitude" else code
    count = graph.constant((spec.top_k,))
    _, indices = graph.add_with("TopK", (by, count), 2, axis=1)
    largest = graph.add("GatherElements", code, indices, axis=1)
    nothing = graph.add("ConstantOfShape", graph.add("Shape", code))
    return graph.add("ScatterElements", nothing, indices, largest, axis=1)


def log_variance_node(graph: OnnxGraph, spec: LatentSpec, z: str) -> str:
    """Add the selection of a Gaussian code's log variances from its weighted sums."""
    return _columns(graph, z, spec.units, 2 * spec.units)


def _columns(graph: OnnxGraph, x: str, start: int, stop: int) -> str:
    places = (graph.constant((each,)) for each in (start, stop, 1))
    return graph.add("Slice", x, *places)


def _convolved(
    graph: OnnxGraph, spec: ConvSpec | ConvTransposeSpec, tensors: Tensors, x: str, name: str
) -> str:
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    weight, bias = (_weight(graph, tensors, key, name) for key in ("weight", "bias"))
    places = {
        "kernel_shape": pair(spec.kernel),
        "strides": pair(spec.stride),
        "pads": (top, left, top + below, left + right),
    }
    if isinstance(spec, ConvSpec):
        return graph.add("Conv", x, weight, bias, **places)
    added = pair(spec.output_padding)
    return graph.add("ConvTranspose", x, weight, bias, **places, output_padding=added)


def _normed(
    graph: OnnxGraph, layer: LayerShape, spec: NormSpec, tensors: Tensors, x: str, name: str
) -> str:
    scale, bias = (_weight(graph, tensors, key, name) for key in ("scale", "bias"))
    if spec.kind == "batch_norm":
        statistics = [_weight(graph, tensors, key, name) for key in ("mean", "variance")]
        return graph.add("BatchNormalization", x, scale, bias, *statistics, epsilon=NORM_EPS)
    if not is_image(layer.input_shape):
        return graph.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=NORM_EPS)
    # Treat each image as one channel, to normalise it to mean 0 and variance 1 as a whole.
    row = graph.add("Reshape", x, graph.constant((0, 1, -1)))
    one = graph.constant(np.ones(1, np.float32))
    none = graph.constant(np.zeros(1, np.float32))
    normed = graph.add("InstanceNormalization", row, one, none, epsilon=NORM_EPS)
    image = graph.add("Reshape", normed, graph.constant((0, *layer.output_shape)))
    by_channel = [
        graph.constant(np.asarray(tensors[key], np.float32)[:, None, None], f"{name}.{key}.map")
        for key in ("scale", "bias")
    ]
    return graph.add("Add", graph.add("Mul", image, by_channel[0]), by_channel[1])


def _resized(graph: OnnxGraph, spec: UpsampleSpec, x: str) -> str:
    factor = float(spec.factor)
    scales = graph.constant(np.array([1.0, 1.0, factor, factor], np.float32))
    if spec.mode == "nearest":
        how = {"mode": "nearest", "nearest_mode": "floor"}
        place = "asymmetric"
    else:
        how, place = {"mode": "linear"}, "half_pixel"
    return graph.add("Resize", x, "", scales, **how, coordinate_transformation_mode=place)
