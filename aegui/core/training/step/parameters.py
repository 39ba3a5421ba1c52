"""All weights of all runs in one flat tensor; ``record/layout.py`` defines the positions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import torch

from aegui.core.network.initializers import initial_tensors
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.checkpoint_check import array, counts
from aegui.core.training.record.layout import Layout, as_snapshot
from aegui.core.training.record.snapshot import LayerWeights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
from aegui.core.training.record.snapshot import Snapshot


class Parameters:
    """The flat parameters of a population, their gradient and the optimiser's state tensors.

    ``layers`` are those of the chain followed by those of its parts, as in
    ``ResolvedRecipe.all_layers``. ``average`` is a running mean of the parameters, if the recipe
    asks for one.
    """

    def __init__(self, resolved: ResolvedRecipe, device: torch.device) -> None:
        self.layers = resolved.all_layers
        self.layout = Layout(self.layers, resolved.recipe.runs)
        self.device = device
        flat, buffers = self._initial(resolved)
        self.flat = flat.to(device)
        self.buffers = buffers.to(device)
        self.grad = torch.zeros_like(self.flat)
        # scipy's optimisers keep their own state.
        row = OPTIMIZERS[resolved.recipe.training.optimizer.name]
        self.slots = {name: torch.zeros_like(self.flat) for name in row.slots}
        self.steps = torch.zeros((), device=device)
        gan = resolved.recipe.gan
        self.average = self.flat.clone() if gan is not None and gan.average else None
        self._spread: dict[tuple[float, ...], torch.Tensor] = {}

    @property
    def shown(self) -> torch.Tensor:
        """The parameters that are displayed and saved: the current ones, or their running mean."""
        return self.flat if self.average is None else self.average

    def begin_at(self, row: torch.Tensor) -> None:
        """Load parameters followed by buffers from ``row`` ``[size + buffer_size]``."""
        size = self.layout.size
        self.flat.copy_(row[:size])
        self.buffers.copy_(row[size:])
        if self.average is not None:
            self.average.copy_(self.flat)

    def _initial(self, resolved: ResolvedRecipe) -> tuple[torch.Tensor, torch.Tensor]:
        layout, recipe = self.layout, resolved.recipe
        flat, buffers = torch.empty(layout.size), torch.empty(layout.buffer_size)
        for run in range(layout.runs):
            member = resolved.members[run] if resolved.members else recipe
            seed = member.seed if resolved.members else recipe.seed + run
            drawn = initial_tensors(self.layers, member.training.initializer, seed)
            for index, tensors in enumerate(drawn):
                for name, tensor in tensors.items():
                    self._view(index, name, flat, buffers)[run].copy_(tensor)
        return flat, buffers

    def spread(self, each: Sequence[float]) -> torch.Tensor:
        """Spread one number per run over all parameters of that run, like ``flat``."""
        key = tuple(each)
        if key not in self._spread:
            values = torch.tensor(key, dtype=self.flat.dtype, device=self.device)
            self._spread[key] = values_of_all = torch.empty_like(self.flat)
            for block in self.layout.blocks:
                values_of_all[block.start : block.stop].view(len(key), -1).copy_(values[:, None])
        return self._spread[key]

    def take_over(self, other: Parameters, runs: torch.Tensor) -> None:
        """Copy the parameters and optimiser state of ``runs`` of ``other``, without buffers."""
        for name, tensor in self._tensors().items():
            if name == "steps":
                tensor.copy_(other.steps)
                continue
            theirs = other._tensors()[name]
            blocks = zip(self.layout.blocks, other.layout.blocks, strict=True)
            for block, their in blocks:
                block.view(tensor).copy_(their.view(theirs)[runs])

    def _view(
        self, index: int, name: str, flat: torch.Tensor, buffers: torch.Tensor
    ) -> torch.Tensor:
        block = self.layout.parameters[index].get(name)
        return self.layout.buffers[index][name].view(buffers) if block is None else block.view(flat)

    def state(self, *, copy: bool = True) -> dict[str, NDArray[np.generic]]:
        """Return everything needed to continue, by name; a copy, unless no step follows."""
        tensors = {name: tensor.cpu().numpy() for name, tensor in self._tensors().items()}
        return {name: tensor.copy() for name, tensor in tensors.items()} if copy else tensors

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors = {"parameters": self.flat, "steps": self.steps, **self.slots}
        if self.average is not None:
            tensors["average"] = self.average
        return tensors if not self.layout.buffer_size else {**tensors, "buffers": self.buffers}

    def fits(self, state: Mapping[str, NDArray[np.generic]]) -> bool:
        """Return whether ``state`` belongs to a population of this shape and optimiser."""
        return all(
            name in state and (name == "steps" or state[name].shape == tuple(tensor.shape))
            for name, tensor in self._tensors().items()
        )

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore what ``state()`` returned.

        Raises:
            TrainingError: Its arrays have other types.
        """
        for name, tensor in self._tensors().items():
            like = tensor.cpu().numpy()
            found = counts(state, name, like) if name == "steps" else array(state, name, like)
            tensor.copy_(torch.from_numpy(found.copy()))


def snapshot_of(
    flat: torch.Tensor,
    buffers: torch.Tensor,
    layout: Layout,
    resolved: ResolvedRecipe,
    epoch: int,
    *,
    copy: bool = True,
) -> Snapshot:
    """Return ``flat`` and ``buffers`` as the immutable snapshot of ``epoch``.

    They are copied, unless ``copy`` is False because nothing writes to them any more: this saves
    the memory of large networks.
    """
    copies = flat.detach().to("cpu", copy=copy), buffers.detach().to("cpu", copy=copy)
    layers = []
    for learnt, buffer_blocks in zip(layout.parameters, layout.buffers, strict=True):
        tensors = {}
        for tensor, blocks in zip(copies, (learnt, buffer_blocks), strict=True):
            for name, block in blocks.items():
                tensors[name] = block.view(tensor).numpy()
                tensors[name].setflags(write=False)
        layers.append(LayerWeights(MappingProxyType(tensors)))
    return as_snapshot(tuple(layers), resolved, epoch)
