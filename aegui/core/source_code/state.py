"""Tensor names as in the ``state_dict`` of the PyTorch code; imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.recipe import NormSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape

_NORM_NAMES = {
    "scale": "weight",
    "bias": "bias",
    "mean": "running_mean",
    "variance": "running_var",
}
_SINGLE = {"latent": "code", "output": "output"}
_PARTS = {"encoder": "encoder", "decoder": "decoder", "head": "head", "discriminator": "judge"}


def layer_names(layers: Sequence[LayerShape]) -> tuple[str, ...]:
    """Return the attribute name of each layer: ``encoder_1``, ``code``, ``output``, ..."""
    counts: dict[str, int] = {}
    found = []
    for layer in layers:
        name = _SINGLE.get(layer.part)
        if name is None:
            counts[layer.part] = counts.get(layer.part, 0) + 1
            name = f"{_PARTS[layer.part]}_{counts[layer.part]}"
        found.append(name)
    return tuple(found)


def tensor_name(layer: LayerShape, name: str, tensor: str) -> str:
    """Return the ``state_dict`` name of a ``tensor`` of the layer ``name``."""
    if isinstance(layer.spec, NormSpec):
        return f"{name}.{_NORM_NAMES[tensor]}"
    return f"{name}_{tensor}" if layer.tied_to is not None else f"{name}.{tensor}"


def state_dict(
    layers: Sequence[LayerShape], tensors: Sequence[Mapping[str, NDArray[np.float32]]]
) -> dict[str, NDArray[np.generic]]:
    """Return the tensors of all layers under torch's names and in torch's shapes.

    Dense weights are stored as [inputs, outputs] and transposed to torch's [outputs, inputs].
    """
    found: dict[str, NDArray[np.generic]] = {}
    for layer, name, layer_tensors in zip(layers, layer_names(layers), tensors, strict=True):
        for key, tensor in layer_tensors.items():
            turned = tensor.T if tensor.ndim == 2 else tensor
            found[tensor_name(layer, name, key)] = np.ascontiguousarray(turned)
        if layer.spec.kind == "batch_norm":
            found[f"{name}.num_batches_tracked"] = np.zeros((), np.int64)
    return found
