"""The mathematics behind the initialiser keys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import InitializerSpec

_RELU_GAIN = math.sqrt(2.0)


def initial_layers(resolved: ResolvedRecipe, seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weight ``[outputs, inputs]`` and bias ``[outputs]`` of every layer, for one run.

    With ``torch_default`` they are, number for number, those of ``torch.nn.Linear`` layers built
    in order after ``torch.manual_seed(seed)``.
    """
    generator = torch.Generator().manual_seed(seed)
    spec = resolved.recipe.training.initializer
    return [_layer(spec, shape.inputs, shape.outputs, generator) for shape in resolved.layers]


def _layer(
    spec: InitializerSpec, inputs: int, outputs: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    weight = torch.empty(outputs, inputs)
    bias = torch.zeros(outputs)
    if spec.name == "torch_default":
        # torch computes the weights' bound in this roundabout way; the last bit depends on it.
        bound = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + math.sqrt(5) ** 2)) / math.sqrt(inputs))
        weight.uniform_(-bound, bound, generator=generator)
        bound = 1 / math.sqrt(inputs)
        bias.uniform_(-bound, bound, generator=generator)
    elif spec.name == "orthogonal":
        torch.nn.init.orthogonal_(weight, gain=spec.gain, generator=generator)
    elif spec.name == "normal":
        weight.normal_(0.0, spec.std, generator=generator)
    elif spec.name == "uniform":
        weight.uniform_(-spec.range, spec.range, generator=generator)
    else:
        _scaled(spec, weight, generator)
    return weight, bias


def _scaled(spec: InitializerSpec, weight: torch.Tensor, generator: torch.Generator) -> None:
    """Xavier's (Glorot 2010, eq. 16) and He's (He 2015, eq. 10) standard deviations."""
    outputs, inputs = weight.shape
    if spec.name.startswith("xavier"):
        std = spec.gain * math.sqrt(2.0 / (inputs + outputs))
    else:
        std = spec.gain * _RELU_GAIN / math.sqrt(inputs)
    if spec.name.endswith("uniform"):
        bound = std * math.sqrt(3.0)
        weight.uniform_(-bound, bound, generator=generator)
    else:
        weight.normal_(0.0, std, generator=generator)
