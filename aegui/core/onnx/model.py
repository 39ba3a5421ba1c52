"""Write a trained network, or a part of it, as an ONNX file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from aegui import __version__
from aegui.core.choices import Choice, table
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.latent.rows import bound
from aegui.core.network.shapes import is_image
from aegui.core.onnx.graph import OnnxGraph
from aegui.core.onnx.layers import code_node, dense_node, layer_node, log_variance_node
from aegui.core.recipe import LatentSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.latent.codec import Codec

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
