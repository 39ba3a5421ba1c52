"""The weights of all runs at one epoch, immutable: what crosses threads and goes into files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """Weights of one dense layer of K runs, read-only float32.

    Attributes:
        weight: ``[K, inputs, outputs]``; a layer computes ``x @ weight + bias``.
        bias: ``[K, outputs]``.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights of K runs after ``epoch`` epochs (0: before the first step), in layer order."""

    epoch: int
    layers: tuple[LayerWeights, ...]

    @property
    def runs(self) -> int:
        """The number of runs K."""
        return len(self.layers[0].weight)
