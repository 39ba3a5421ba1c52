"""The weights of all runs at one epoch, immutable: passed between threads and stored in files."""

from __future__ import annotations

from dataclasses import field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The tensors of one layer of K runs by name, read-only float32 ``[K, ...]``.

    A dense layer has ``weight`` ``[K, inputs, outputs]`` and ``bias`` ``[K, outputs]`` and
    computes ``x @ weight + bias``. Layers without parameters have none; a tied layer has no weight.
    """

    tensors: Mapping[str, NDArray[np.float32]]

    @property
    def weight(self) -> NDArray[np.float32]:
        """The weight of all runs, ``[K, ...]``."""
        return self.tensors["weight"]

    @property
    def bias(self) -> NDArray[np.float32]:
        """The bias of all runs, ``[K, outputs]``."""
        return self.tensors["bias"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights of K runs after ``epoch`` epochs (0: before the first step), in layer order."""

    epoch: int
    """Whole epochs done."""
    layers: tuple[LayerWeights, ...]
    """The chain from the first hidden layer to the output; for a GAN only its generator."""
    parts: Mapping[str, tuple[LayerWeights, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Further stacks by name, such as the ``head`` of a classifier."""
    epochs: tuple[int, ...] = ()
    """For best weights: whole epochs done by each run; empty if all are those of ``epoch``."""

    def epoch_of(self, run: int) -> int:
        """Return the number of whole epochs after which the weights of ``run`` were taken."""
        return self.epochs[run] if self.epochs else self.epoch

    def with_epochs(self, epochs: Sequence[float]) -> Snapshot:
        """Return the same weights, labelled with ``epochs``, one for each run."""
        integers = tuple(int(epoch) for epoch in epochs)
        return replace(self, epochs=() if set(integers) <= {self.epoch} else integers)

    @property
    def runs(self) -> int:
        """The number of runs K."""
        stacks = (self.layers, *self.parts.values())
        return next(
            len(tensor) for stack in stacks for layer in stack for tensor in layer.tensors.values()
        )
