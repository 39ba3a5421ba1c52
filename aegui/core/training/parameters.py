"""All weights of all runs in one flat tensor, and views into it.

Weights lie first and biases after them, so that penalties on the weights are one operation on one
slice; each block holds all K runs, so that a layer of the whole population is one batched product.
Buffers, such as the running statistics of a batch normalisation, lie in a tensor of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch

from aegui.core.network.initializers import initial_tensors
from aegui.core.training.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
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
    """A place in a flat tensor: ``[runs, *shape]`` from ``start``."""

    start: int
    runs: int
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """One past the block's last number."""
        return self.start + self.runs * prod(self.shape)

    def view(self, flat: torch.Tensor) -> torch.Tensor:
        """The block of ``flat``, ``[runs, *shape]``.

        Kernels ``[a, b, k, k]`` lie in memory with b last, as convolutions of images that are laid
        out channels last want them: it makes their steps up to a third faster.
        """
        numbers = flat[self.start : self.stop]
        if len(self.shape) == 4:
            outer, inner, *sides = self.shape
            return numbers.view(self.runs, outer, *sides, inner).permute(0, 1, 4, 2, 3)
        return numbers.view(self.runs, *self.shape)


class Layout:
    """Where the tensors of each layer lie.

    Attributes:
        learnt: For each layer its learnt tensors by name, in the flat parameters.
        kept: For each layer its buffers by name, in the flat buffers.
        weights_stop: Weights lie before it in the flat parameters, biases after it.
        size: Numbers in the flat parameters.
        buffer_size: Numbers in the flat buffers.
    """

    def __init__(self, layers: Sequence[LayerShape], runs: int) -> None:
        self.runs = runs
        self.learnt: list[dict[str, Block]] = [{} for _ in layers]
        self.kept: list[dict[str, Block]] = [{} for _ in layers]
        self.weights_stop = self._place(layers, "weight", self.learnt, 0)
        self.size = self._place(layers, "bias", self.learnt, self.weights_stop)
        self.buffer_size = self._place(layers, "buffer", self.kept, 0)

    def _place(
        self, layers: Sequence[LayerShape], role: str, places: list[dict[str, Block]], start: int
    ) -> int:
        for layer, blocks in zip(layers, places, strict=True):
            for tensor in layer.tensors:
                if tensor.role == role:
                    blocks[tensor.name] = Block(start, self.runs, tensor.shape)
                    start = blocks[tensor.name].stop
        return start

    @property
    def blocks(self) -> list[Block]:
        """Every block of the flat parameters."""
        return [block for blocks in self.learnt for block in blocks.values()]

    @property
    def buffer_blocks(self) -> list[Block]:
        """Every block of the flat buffers."""
        return [block for blocks in self.kept for block in blocks.values()]

    def weight_views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Views ``[K, in, out]`` of the layers of a dense chain."""
        return [blocks["weight"].view(flat) for blocks in self.learnt]

    def bias_views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Views ``[K, 1, out]`` of the layers of a dense chain."""
        return [blocks["bias"].view(flat)[:, None] for blocks in self.learnt]


class Parameters:
    """The flat parameters of a population, their gradient and the optimiser's own tensors.

    ``layers`` are the chain and then its parts, as ``ResolvedRecipe.all_layers`` gives them.
    """

    def __init__(self, resolved: ResolvedRecipe, device: torch.device) -> None:
        self.layers = resolved.all_layers
        self.layout = Layout(self.layers, resolved.recipe.runs)
        self.device = device
        flat, buffers = self._initial(resolved)
        self.flat = flat.to(device)
        self.buffers = buffers.to(device)
        self.grad = torch.zeros_like(self.flat)
        # An optimiser of scipy keeps its own state.
        names = SLOTS.get(resolved.recipe.training.optimizer.name, ())
        self.slots = {name: torch.zeros_like(self.flat) for name in names}
        self.steps = torch.zeros((), device=device)

    def _initial(self, resolved: ResolvedRecipe) -> tuple[torch.Tensor, torch.Tensor]:
        layout, recipe = self.layout, resolved.recipe
        flat, buffers = torch.empty(layout.size), torch.empty(layout.buffer_size)
        for run in range(layout.runs):
            drawn = initial_tensors(self.layers, recipe.training.initializer, recipe.seed + run)
            for index, tensors in enumerate(drawn):
                for name, tensor in tensors.items():
                    self._view(index, name, flat, buffers)[run].copy_(tensor)
        return flat, buffers

    def _view(
        self, index: int, name: str, flat: torch.Tensor, buffers: torch.Tensor
    ) -> torch.Tensor:
        block = self.layout.learnt[index].get(name)
        return self.layout.kept[index][name].view(buffers) if block is None else block.view(flat)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Copies of everything that continuation needs, by name."""
        return {name: tensor.cpu().numpy().copy() for name, tensor in self._tensors().items()}

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors = {"parameters": self.flat, "steps": self.steps, **self.slots}
        return tensors if not self.layout.buffer_size else {**tensors, "buffers": self.buffers}

    def fits(self, state: Mapping[str, NDArray[np.generic]]) -> bool:
        """Whether ``state`` is that of a population of this very shape and optimiser."""
        return all(
            name in state and (name == "steps" or state[name].shape == tuple(tensor.shape))
            for name, tensor in self._tensors().items()
        )

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what ``state()`` gave."""
        for name, tensor in self._tensors().items():
            tensor.copy_(torch.from_numpy(state[name].copy()))


def snapshot_of(
    flat: torch.Tensor, buffers: torch.Tensor, layout: Layout, resolved: ResolvedRecipe, epoch: int
) -> Snapshot:
    """A copy of ``flat`` and ``buffers`` as the immutable snapshot of ``epoch``."""
    copies = flat.detach().to("cpu", copy=True), buffers.detach().to("cpu", copy=True)
    layers = []
    for learnt, kept in zip(layout.learnt, layout.kept, strict=True):
        tensors = {}
        for copy, blocks in zip(copies, (learnt, kept), strict=True):
            for name, block in blocks.items():
                tensors[name] = block.view(copy).numpy()
                tensors[name].setflags(write=False)
        layers.append(LayerWeights(MappingProxyType(tensors)))
    return as_snapshot(tuple(layers), resolved, epoch)


def as_snapshot(layers: tuple[LayerWeights, ...], resolved: ResolvedRecipe, epoch: int) -> Snapshot:
    """``layers``, the chain and then its parts, as a snapshot."""
    stop = len(resolved.layers)
    parts = {}
    for name, part in resolved.parts.items():
        parts[name] = layers[stop : stop + len(part)]
        stop += len(part)
    return Snapshot(epoch, layers[: len(resolved.layers)], MappingProxyType(parts))
