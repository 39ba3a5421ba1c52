"""Networks as ONNX files: activations and layers become operators, as in ``forward.py``."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui import __version__
from aegui.core.choices import Choice, table
from aegui.core.errors import AeguiError
from aegui.core.formula import numpy_function
from aegui.core.i18n import mark, tr
from aegui.core.latent.rows import bound
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.core.onnx.graph import OnnxGraph
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
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.network.layers import LayerShape

    Tensors = Mapping[str, NDArray[np.float32]]

_SINGLE = {
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "abs": "Abs",
    "sign": "Sign",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "tanh": "Tanh",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "arctan": "Atan",
    "erf": "Erf",
    "sigmoid": "Sigmoid",
    "floor": "Floor",
    "ceil": "Ceil",
    "reciprocal": "Reciprocal",
    "negative": "Neg",
}
"""Functions that correspond to a single unary operator."""
_SEVERAL = {"maximum": "Max", "minimum": "Min", "where": "Where", "power": "Pow"}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "Add",
    ast.Sub: "Sub",
    ast.Mult: "Mul",
    ast.Div: "Div",
    ast.Pow: "Pow",
    ast.Gt: "Greater",
    ast.Lt: "Less",
    ast.GtE: "GreaterOrEqual",
    ast.LtE: "LessOrEqual",
    ast.Eq: "Equal",
}
NORM_EPS = 1e-5
PartKey = Literal["network", "encoder", "decoder", "classifier"]
PARTS = table(
    Choice("network", mark("Whole network"), mark("Images in, reconstructions and codes out.")),
    Choice("encoder", mark("Encoder"), mark("Images in, codes out.")),
    Choice("decoder", mark("Decoder"), mark("Codes in, images out.")),
    Choice("classifier", mark("Classifier"), mark("Images in, class probabilities out.")),
)
"""The parts of a network that can be exported."""
CLASSES = "classes"
"""Key of the class names, a JSON list in the order of the outputs, in the metadata of a file."""


def formula_node(graph: OnnxGraph, formula: str, **names: str) -> str:
    """Add the operators of ``formula`` to the graph and return the name of the result.

    Args:
        graph: The graph to extend.
        formula: A formula in the notation common to numpy and torch.
        names: Name in the graph of each variable.

    Raises:
        AeguiError: The formula uses a function that ONNX lacks or that is unknown here.
    """
    return _Translator(graph, formula, names).of(ast.parse(formula, mode="eval").body)


class _Translator:
    def __init__(self, graph: OnnxGraph, formula: str, names: dict[str, str]) -> None:
        self._graph = graph
        self._formula = formula
        self._names = names

    def of(self, node: ast.AST) -> str:
        """Add the operators of a part of the formula and return the name of its result."""
        if isinstance(node, ast.expr) and not any(
            isinstance(each, ast.Name) and each.id in self._names for each in ast.walk(node)
        ):
            # A constant expression is evaluated here.
            return self._graph.constant(float(numpy_function(ast.unparse(node))()))
        if isinstance(node, ast.Name):
            return self._names[node.id]
        if isinstance(node, ast.BinOp):
            return self._signed(node.op, node.left, node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._graph.add("Neg", self.of(node.operand))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._signed(node.ops[0], node.left, node.comparators[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._called(node.func.id, node.args)
        raise self._unknown(ast.unparse(node))

    def _signed(self, sign: ast.AST, left: ast.expr, right: ast.expr) -> str:
        kind = _SIGNS.get(type(sign))
        if kind is None:
            raise self._unknown(type(sign).__name__)
        return self._graph.add(kind, self.of(left), self.of(right))

    def _called(self, name: str, args: list[ast.expr]) -> str:
        kind = _SINGLE.get(name) or _SEVERAL.get(name)
        if kind is not None:
            return self._graph.add(kind, *(self.of(each) for each in args))
        composed = _COMPOSED.get(name)
        if composed is None:
            raise self._unknown(name)
        is_none = [isinstance(each, ast.Constant) and each.value is None for each in args]
        return composed(
            self._graph,
            *("" if none else self.of(each) for each, none in zip(args, is_none, strict=True)),
        )

    def _unknown(self, what: str) -> AeguiError:
        return AeguiError(
            tr("{formula} cannot be written as ONNX: {what}.", formula=self._formula, what=what)
        )


def _log_sum(graph: OnnxGraph, a: str, b: str) -> str:
    """Add ``log(exp(a) + exp(b))`` in a form that does not overflow."""
    apart = graph.add("Neg", graph.add("Abs", graph.add("Sub", a, b)))
    more = graph.add("Log", graph.add("Add", graph.add("Exp", apart), graph.constant(1.0)))
    return graph.add("Add", graph.add("Max", a, b), more)


def _clip(graph: OnnxGraph, x: str, low: str, high: str) -> str:
    return graph.add("Clip", x, low, high)


_COMPOSED: dict[str, Callable[..., str]] = {
    "square": lambda graph, x: graph.add("Mul", x, x),
    "expm1": lambda graph, x: graph.add("Sub", graph.add("Exp", x), graph.constant(1.0)),
    "log1p": lambda graph, x: graph.add("Log", graph.add("Add", x, graph.constant(1.0))),
    "logaddexp": _log_sum,
    "clip": _clip,
    "ones_like": lambda graph, x: graph.add(
        "Add", graph.add("Mul", x, graph.constant(0.0)), graph.constant(1.0)
    ),
}
"""Functions that take several operators."""


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


def onnx_bytes(codec: Codec, part: PartKey, origin: str, classes: Sequence[str] = ()) -> bytes:
    """Return a part of the network in inference mode: no dropout, the mean of a Gaussian code.

    Inputs are named ``images`` ``[n, C, H, W]`` (0 to 1) or ``code`` ``[n, d]``, outputs
    ``answers``, ``images``, ``code``, ``log_variance`` for a Gaussian code, or ``chances``.

    Args:
        codec: The network.
        part: What of it.
        origin: What it was trained as, for the description of the model.
        classes: Names of the classes in the order of ``chances``; a classifier stores them as
            a JSON list in its metadata, under ``CLASSES``.

    Raises:
        AeguiError: The network has no such part, or a layer that ONNX cannot express.
    """
    if part != "decoder" and not codec.can_encode:
        raise AeguiError(tr("A GAN has no encoder: only its decoder can be written."))
    if part == "classifier" and not codec.can_classify:
        raise AeguiError(tr("This network has no classifier."))
    graph = OnnxGraph()
    chain = _OnnxChain(graph, codec)
    inputs = [("images", codec.image_shape)]
    code_shape = (codec.latent_size,)
    outputs: list[tuple[str, str, tuple[int, ...]]] = []
    if part == "decoder":
        inputs = [("code", code_shape)]
        outputs.append(("images", chain.decoded("code"), codec.image_shape))
    else:
        code, log_variance = chain.encoded("images")
        if part == "network":
            outputs.append(("answers", chain.decoded(code), codec.image_shape))
        if part == "classifier":
            outputs.append(("chances", chain.chances(code), (chain.classes,)))
        outputs.append(("code", code, code_shape))
        if log_variance:
            outputs.append(("log_variance", log_variance, code_shape))
    return graph.model(
        inputs,
        outputs,
        name=part,
        producer="aegui",
        version=__version__,
        words=f"{origin}: {part}",
        about=classes_entry(classes) if part == "classifier" else None,
    )


def classes_entry(classes: Sequence[str]) -> dict[str, str]:
    """Return the metadata that states the names of classes; empty if there are none."""
    return {CLASSES: json.dumps([*classes], ensure_ascii=False)} if classes else {}


class _OnnxChain:
    """Adds the parts of a codec to a graph."""

    def __init__(self, graph: OnnxGraph, codec: Codec) -> None:
        self._graph = graph
        self._codec = codec

    def encoded(self, images: str) -> tuple[str, str]:
        """Add the encoder; return the code and its log variance, "" for a plain code."""
        codec, graph = self._codec, self._graph
        x, log_variance = images, ""
        for index in range(codec.code_end):
            layer, name = codec.layers[index], f"layer_{index + 1}"
            tensors = bound(codec.layers, codec.tensors, index)
            if isinstance(layer.spec, LatentSpec) and layer.spec.kind == "gaussian":
                z = dense_node(graph, layer, tensors, x, name)
                log_variance = log_variance_node(graph, layer.spec, z)
                x = code_node(graph, layer.spec, z)
            else:
                x = layer_node(graph, layer, tensors, x, name)
        return x, log_variance

    def decoded(self, code: str) -> str:
        """Add the decoder and return the images."""
        codec, graph, x = self._codec, self._graph, code
        for index in range(codec.code_end, len(codec.layers)):
            tensors = bound(codec.layers, codec.tensors, index)
            x = layer_node(graph, codec.layers[index], tensors, x, f"layer_{index + 1}")
        if is_image(codec.layers[-1].output_shape):
            return x
        return graph.add("Reshape", x, graph.constant((0, *codec.image_shape)))

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self._codec.head[0][-1].outputs

    def chances(self, code: str) -> str:
        """Add the classifier's head and return the probability of each class."""
        layers, tensors = self._codec.head
        x = code
        for index, layer in enumerate(layers):
            x = layer_node(self._graph, layer, tensors[index], x, f"head_{index + 1}")
        return self._graph.add("Softmax", x, axis=1)
