"""Position of each tensor of a network in the flat parameters; needs no torch.

Weights come first and biases after them, so that penalties on the weights are one operation on one
slice; each block holds all K runs, so that a layer of the whole population is one batched product.
Buffers, such as the running statistics of a batch normalisation, lie in a tensor of their own.
"""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass
from aegui.core.training.record.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe, Shapes
    from aegui.core.training.record.snapshot import LayerWeights


@dataclass(frozen=True)
class Block:
    """A range of a flat tensor: ``[runs, *shape]`` from ``start``."""

    start: int
    runs: int
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """Index one past the block's last number."""
        return self.start + self.runs * prod(self.shape)

    def view(self, flat: torch.Tensor) -> torch.Tensor:
        """Return the block as a view of ``flat``, ``[runs, *shape]``.

        Kernels ``[a, b, kh, kw]`` are stored with b last, as convolutions of channels-last images
        prefer: it makes their steps up to a third faster.
        """
        numbers = flat[self.start : self.stop]
        if len(self.shape) == 4:
            outer, inner, *sides = self.shape
            return numbers.view(self.runs, outer, *sides, inner).permute(0, 1, 4, 2, 3)
        return numbers.view(self.runs, *self.shape)

    def array(self, flat: NDArray[np.float32]) -> NDArray[np.float32]:
        """Like ``view``, for a numpy array."""
        numbers = flat[self.start : self.stop]
        if len(self.shape) == 4:
            outer, inner, *sides = self.shape
            return numbers.reshape(self.runs, outer, *sides, inner).transpose(0, 1, 4, 2, 3)
        return numbers.reshape(self.runs, *self.shape)


class Layout:
    """Positions of the tensors of each layer.

    Attributes:
        learnt: For each layer its learnt tensors by name, in the flat parameters.
        kept: For each layer its buffers by name, in the flat buffers.
        weights_stop: End of the weights in the flat parameters; biases follow.
        size: Numbers in the flat parameters.
        buffer_size: Numbers in the flat buffers.
    """

    def __init__(self, layers: Sequence[LayerShape], runs: int) -> None:
        self.runs = runs
        self.parameters: list[dict[str, Block]] = [{} for _ in layers]
        self.buffers: list[dict[str, Block]] = [{} for _ in layers]
        self.weights_stop = self._place(layers, "weight", self.parameters, 0)
        self.size = self._place(layers, "bias", self.parameters, self.weights_stop)
        self.buffer_size = self._place(layers, "buffer", self.buffers, 0)

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
        """All blocks of the flat parameters."""
        return [block for blocks in self.parameters for block in blocks.values()]

    @property
    def buffer_blocks(self) -> list[Block]:
        """All blocks of the flat buffers."""
        return [block for blocks in self.buffers for block in blocks.values()]


def as_snapshot(
    layers: tuple[LayerWeights, ...], of: ResolvedRecipe | Shapes, epoch: int
) -> Snapshot:
    """Return ``layers``, those of the chain followed by those of its parts, as a snapshot."""
    stop = len(of.layers)
    parts = {}
    for name, part in of.parts.items():
        parts[name] = layers[stop : stop + len(part)]
        stop += len(part)
    return Snapshot(epoch, layers[: len(of.layers)], MappingProxyType(parts))
