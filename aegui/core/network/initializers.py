"""Implementation of the initialisers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from aegui.core.network.activations import ACTIVATIONS
from aegui.core.recipe import ConvSpec, ConvTransposeSpec, pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.shapes import TensorSpec
    from aegui.core.recipe import InitializerSpec

_RELU_GAIN = math.sqrt(2.0)
_SIZED = ("uniform", "normal")
"""Initialisers whose scale the user sets."""


def initial_tensors(
    layers: Sequence[LayerShape], spec: InitializerSpec, seed: int
) -> list[dict[str, torch.Tensor]]:
    """Return the tensors of every layer, for one run, in the layers' own shapes.

    With ``torch_default`` they equal exactly those of ``torch.nn`` layers built in order after
    ``torch.manual_seed(seed)``.
    """
    generator = torch.Generator().manual_seed(seed)
    return [
        {tensor.name: _initial(layer, tensor, spec, generator) for tensor in layer.tensors}
        for layer in layers
    ]


def _initial(
    layer: LayerShape, tensor: TensorSpec, spec: InitializerSpec, generator: torch.Generator
) -> torch.Tensor:
    if tensor.start is not None:
        return torch.full(tensor.shape, tensor.start)
    if tensor.role == "weight":
        return _weight(layer, tensor, spec, generator)
    bias = torch.zeros(tensor.shape)
    if spec.name == "torch_default":
        bound = 1 / math.sqrt(_torch_fan_in(layer, tensor))
        bias.uniform_(-bound, bound, generator=generator)
    return bias


def _torch_fan_in(layer: LayerShape, tensor: TensorSpec) -> int:
    """Return the fan-in that torch uses; for a transposed convolution that of its outputs."""
    if isinstance(layer.spec, ConvTransposeSpec):
        return math.prod((layer.spec.channels, *pair(layer.spec.kernel)))
    return tensor.fan_in


def _weight(
    layer: LayerShape, tensor: TensorSpec, spec: InitializerSpec, generator: torch.Generator
) -> torch.Tensor:
    is_conv = isinstance(layer.spec, ConvSpec | ConvTransposeSpec)
    # Dense weights are drawn in torch's layout, outputs first, and transposed.
    weight = torch.empty(tensor.shape if is_conv else tensor.shape[::-1])
    if spec.name == "torch_default":
        # torch computes the bound in this roundabout way; its last bit depends on it.
        inputs = _torch_fan_in(layer, tensor)
        bound = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + math.sqrt(5) ** 2)) / math.sqrt(inputs))
        weight.uniform_(-bound, bound, generator=generator)
    elif spec.name == "orthogonal":
        torch.nn.init.orthogonal_(weight, gain=spec.gain, generator=generator)
    elif spec.name == "normal":
        weight.normal_(0.0, spec.std, generator=generator)
    elif spec.name == "uniform":
        weight.uniform_(-spec.range, spec.range, generator=generator)
    else:
        _scaled(spec, weight, tensor, generator)
    size = ACTIVATIONS[getattr(layer.spec, "activation", "identity")].size
    if size != 1.0 and spec.name not in _SIZED:
        weight.mul_(size)
    return weight if is_conv else weight.t()


def _scaled(
    spec: InitializerSpec, weight: torch.Tensor, tensor: TensorSpec, generator: torch.Generator
) -> None:
    """Draw by Xavier's (Glorot 2010, eq. 16) or He's (He 2015, eq. 10) standard deviation."""
    if spec.name.startswith("xavier"):
        std = spec.gain * math.sqrt(2.0 / (tensor.fan_in + tensor.fan_out))
    elif spec.name.startswith("he"):
        std = spec.gain * _RELU_GAIN / math.sqrt(tensor.fan_in)
    else:
        raise ValueError(f"there is no initialiser {spec.name!r}")
    if spec.name.endswith("uniform"):
        bound = std * math.sqrt(3.0)
        weight.uniform_(-bound, bound, generator=generator)
    else:
        weight.normal_(0.0, std, generator=generator)
