"""Layers and numbers in the format of a page: JSON data with base64-encoded bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.rows import bound
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
from aegui.core.recipe.layers import conv_padding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.latent.codec import Codec
    from aegui.core.network.layers import LayerShape, Spec

Precision = Literal["f32", "f16", "i8"]
"""Number format: float32, float16, or 8 bits with a scale for each tensor."""
_DTYPES: dict[str, str] = {"f32": "<f4", "f16": "<f2"}
_STEPS = 127


def packed(values: ArrayLike, precision: Precision = "f32") -> dict[str, Any]:
    """Return ``values``, of any shape, in the format that a page reads."""
    return _packed([np.asarray(values, np.float32)], precision)


def packed_layers(codec: Codec, start: int, stop: int) -> list[dict[str, Any]]:
    """Return the kinds and shapes of layers ``start`` to ``stop``, in ``packed_tensors``' order."""
    return [
        {
            "kind": layer.spec.kind,
            "input": list(layer.input_shape),
            "output": list(layer.output_shape),
            "tensors": [[name, tensor.size] for name, tensor in tensors.items()],
            **layer_settings(layer.spec),
        }
        for layer, tensors in _layer_tensors(codec, start, stop)
    ]


def packed_tensors(codec: Codec, start: int, stop: int, precision: Precision) -> dict[str, Any]:
    """Return the weights of layers ``start`` to ``stop``, concatenated in order."""
    tensors = [
        tensor for _, by_name in _layer_tensors(codec, start, stop) for tensor in by_name.values()
    ]
    return _packed(tensors, precision)


def rounded(tensor: NDArray[np.float32], precision: Precision) -> NDArray[np.float32]:
    """Return ``tensor`` rounded to the precision that a page stores."""
    if precision == "i8":
        step = _step(tensor)
        return np.asarray(np.round(tensor / step) * step, np.float32)
    return tensor.astype(_DTYPES[precision]).astype(np.float32)


def _layer_tensors(
    codec: Codec, start: int, stop: int
) -> list[tuple[LayerShape, Mapping[str, Any]]]:
    layers = codec.layers
    return [(layers[at], bound(layers, codec.tensors, at)) for at in range(start, stop)]


def _packed(tensors: Sequence[NDArray[np.float32]], precision: Precision) -> dict[str, Any]:
    if precision != "i8":
        parts = [np.ascontiguousarray(tensor).astype(_DTYPES[precision]) for tensor in tensors]
        return {"kind": precision, "data": _base64(parts)}
    steps = [_step(tensor) for tensor in tensors]
    rows = [
        np.round(np.ascontiguousarray(tensor) / step).astype(np.int8)
        for tensor, step in zip(tensors, steps, strict=True)
    ]
    tensor_steps = [[tensor.size, step] for tensor, step in zip(tensors, steps, strict=True)]
    return {"kind": precision, "data": _base64(rows), "parts": tensor_steps}


def _step(tensor: NDArray[np.float32]) -> float:
    most = float(np.abs(tensor).max(initial=0.0))
    return most / _STEPS if most > 0.0 and np.isfinite(most) else 1.0


def _base64(parts: Sequence[NDArray[Any]]) -> str:
    return base64.b64encode(b"".join(part.tobytes() for part in parts)).decode("ascii")


def layer_settings(spec: Spec) -> dict[str, Any]:
    """Return the settings of a layer that resources/web_page/network.js needs beside shapes."""
    known: dict[str, Any] = {}
    if isinstance(spec, LayerSpec | LatentSpec):
        known = {"slope": spec.slope, "activation": spec.activation}
    if isinstance(spec, LatentSpec):
        known |= {"units": spec.units, "by_magnitude": spec.top_by == "magnitude"}
        known |= {"top": spec.top_k if spec.kind == "plain" else None}
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        known = {
            "kernel": pair(spec.kernel),
            "stride": pair(spec.stride),
            "padding": conv_padding(spec),
            "activation": spec.activation,
        }
    if isinstance(spec, NormSpec):
        known = {"activation": spec.activation}
    if isinstance(spec, PoolSpec):
        known = {"size": spec.size}
    if isinstance(spec, UpsampleSpec):
        known = {"factor": spec.factor, "mode": spec.mode}
    # The page passes unknown layers through unchanged, which is right for these kinds only.
    if not known and not isinstance(spec, FlattenSpec | ReshapeSpec | DropoutSpec):
        words = tr("A layer of the kind {kind} cannot be part of a web page.", kind=spec.kind)
        raise AeguiError(words)
    return known
