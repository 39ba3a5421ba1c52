"""All weights of all runs in one flat tensor, and views into it.

Weights lie first and biases after them, so that penalties on the weights are one operation on one
slice; each block holds all K runs, so that a layer of the whole population is one batched product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from aegui.core.network.initializers import initial_layers
from aegui.core.training.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe

SLOTS = {
    "sgd": (),
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "rmsprop": ("square",),
    "adagrad": ("square",),
    "adam": ("mean", "square"),
    "adamw": ("mean", "square"),
}
"""Optimiser key -> names of the tensors that it keeps beside the parameters."""


@dataclass(frozen=True)
class Block:
    """A place in the flat tensor: ``[runs, rows, columns]`` from ``start``."""

    start: int
    runs: int
    rows: int
    columns: int

    @property
    def stop(self) -> int:
        """One past the block's last number."""
        return self.start + self.runs * self.rows * self.columns


class Layout:
    """Where the weight ``[K, in, out]`` and bias ``[K, 1, out]`` of each layer lie."""

    def __init__(self, resolved: ResolvedRecipe) -> None:
        runs = resolved.recipe.runs
        self.weights: list[Block] = []
        self.biases: list[Block] = []
        position = 0
        for shape in resolved.layers:
            self.weights.append(Block(position, runs, shape.inputs, shape.outputs))
            position = self.weights[-1].stop
        self.weights_stop = position
        for shape in resolved.layers:
            self.biases.append(Block(position, runs, 1, shape.outputs))
            position = self.biases[-1].stop
        self.size = position
        self.runs = runs

    @staticmethod
    def view(flat: torch.Tensor, block: Block) -> torch.Tensor:
        """The block of ``flat`` as a view ``[K, rows, columns]``."""
        return flat[block.start : block.stop].view(block.runs, block.rows, block.columns)

    def weight_views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Views ``[K, in, out]`` of all layers."""
        return [self.view(flat, block) for block in self.weights]

    def bias_views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Views ``[K, 1, out]`` of all layers."""
        return [self.view(flat, block) for block in self.biases]


class Parameters:
    """The flat parameters of a population, their gradient and the optimiser's own tensors."""

    def __init__(self, resolved: ResolvedRecipe, device: torch.device) -> None:
        self.layout = Layout(resolved)
        self.device = device
        self.flat = self._initial(resolved).to(device)
        self.grad = torch.zeros_like(self.flat)
        names = SLOTS[resolved.recipe.training.optimizer.name]
        self.slots = {name: torch.zeros_like(self.flat) for name in names}
        self.steps = torch.zeros((), device=device)

    def _initial(self, resolved: ResolvedRecipe) -> torch.Tensor:
        flat = torch.empty(self.layout.size)
        weights, biases = self.layout.weight_views(flat), self.layout.bias_views(flat)
        for run in range(self.layout.runs):
            layers = initial_layers(resolved, resolved.recipe.seed + run)
            for index, (weight, bias) in enumerate(layers):
                weights[index][run].copy_(weight.t())
                biases[index][run, 0].copy_(bias)
        return flat

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Copies of everything that continuation needs, by name."""
        tensors = {"parameters": self.flat, "steps": self.steps, **self.slots}
        return {name: tensor.cpu().numpy().copy() for name, tensor in tensors.items()}

    def fits(self, state: Mapping[str, NDArray[np.generic]]) -> bool:
        """Whether ``state`` is that of a population of this very shape and optimiser."""
        needed = {"parameters", "steps", *self.slots}
        sized = needed - {"steps"}
        return needed <= set(state) and all(
            state[name].shape == (self.layout.size,) for name in sized
        )

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what ``state()`` gave."""
        tensors = {"parameters": self.flat, "steps": self.steps, **self.slots}
        for name, tensor in tensors.items():
            tensor.copy_(torch.from_numpy(state[name].copy()))


def snapshot_of(flat: torch.Tensor, layout: Layout, epoch: int) -> Snapshot:
    """A copy of ``flat`` as the immutable snapshot of ``epoch``."""
    copy = flat.detach().to("cpu", copy=True)
    layers = []
    for weight, bias in zip(layout.weight_views(copy), layout.bias_views(copy), strict=True):
        arrays = weight.numpy(), bias[:, 0].numpy()
        for array in arrays:
            array.setflags(write=False)
        layers.append(LayerWeights(*arrays))
    return Snapshot(epoch, tuple(layers))
