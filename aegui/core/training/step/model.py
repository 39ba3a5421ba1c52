"""A population as leaves of autograd: the tensors of every layer, one run at a time or stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import apply_layers, bound, dropout_rate
from aegui.core.network.shapes import is_image
from aegui.core.recipe import LatentSpec, LayerSpec
from aegui.core.training.step.update import ListOptimizer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import OptimizerSpec
    from aegui.core.training.record.layout import Block
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.tape import Tape


@dataclass(frozen=True, eq=False)
class Leaf:
    """One learnt tensor: ``[K, ...]`` of all runs when stacked, else that of one run.

    Attributes:
        tensor: The leaf; it shares memory with the flat parameters.
        layer: Index of its layer in ``Parameters.layers``.
        name: Its name in that layer.
        run: The run it belongs to; None if it belongs to all.
        is_weight: Whether L1 and L2 penalties apply.
        slots: Optimiser state of the tensor, by name.
    """

    tensor: torch.Tensor
    layer: int
    name: str
    run: int | None
    is_weight: bool
    slots: Mapping[str, torch.Tensor]


class Model:
    """The tensors of a population, ready to be applied and differentiated.

    Attributes:
        leaves: Every learnt tensor.
        stacks: One list of the tensors of all layers for each run; a single one when stacked.
        stacked: Whether all runs are one batched product (``[K, n, features]``).

    With a ``tape`` the tensors are ``Traced`` parts of a program, in one stack for all runs, and
    there are no leaves.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        *,
        stacked: bool,
        tape: Tape | None = None,
    ) -> None:
        self.layers = parameters.layers
        self.stacked = stacked
        self.runs = parameters.layout.runs
        self.leaves: list[Leaf] = []
        self._parameters = parameters
        self._tape = tape
        self._chain = len(resolved.layers)
        self._parts = {name: len(part) for name, part in resolved.parts.items()}
        if tape is not None:
            self.stacks = [self._traced(tape)]
            return
        runs: Sequence[int | None] = [None] if stacked else range(self.runs)
        self.stacks = [self._bind(run) for run in runs]

    def _traced(self, tape: Tape) -> list[dict[str, Any]]:
        """Return the tensors of all runs, or of one that stands for each, as parts of a program."""
        layout, parameters = self._parameters.layout, self._parameters
        return [
            {
                **{
                    name: tape.learnt(
                        f"{name}{index}_",
                        block.view(parameters.flat),
                        block.view(parameters.grad),
                        stacked=self.stacked,
                    )
                    for name, block in learnt.items()
                },
                **{
                    name: tape.buffer(
                        f"{name}{index}_", block.view(parameters.buffers), stacked=self.stacked
                    )
                    for name, block in buffer_blocks.items()
                },
            }
            for index, (learnt, buffer_blocks) in enumerate(
                zip(layout.parameters, layout.buffers, strict=True)
            )
        ]

    def _bind(self, run: int | None) -> list[dict[str, torch.Tensor]]:
        layout, parameters = self._parameters.layout, self._parameters
        stack = []
        for index in range(len(self.layers)):
            tensors = {}
            for name, block in layout.parameters[index].items():
                leaf = _of_run(block, parameters.flat, run).detach().requires_grad_()
                slots = {slot: _of_run(block, flat, run) for slot, flat in parameters.slots.items()}
                is_weight = block.start < layout.weights_stop
                self.leaves.append(Leaf(leaf, index, name, run, is_weight, slots))
                tensors[name] = leaf
            for name, block in layout.buffers[index].items():
                tensors[name] = _of_run(block, parameters.buffers, run)
            stack.append(tensors)
        return stack

    def tensors(self, stack: int) -> list[dict[str, torch.Tensor]]:
        """Return the tensors of every layer of one stack, including those of tied layers."""
        return bound(self.layers, self.stacks[stack])

    def constant(self, tensor: torch.Tensor) -> Any:
        """Return the constant ``tensor`` for use with the model, bound to its program if traced."""
        tensor = tensor.to(self._parameters.device)
        return tensor if self._tape is None else self._tape.fixed(tensor)

    def weights(self, stack: int) -> list[torch.Tensor]:
        """Return the tensors of one stack that L1 and L2 penalties apply to."""
        layout = self._parameters.layout
        return [
            tensors[name]
            for tensors, blocks in zip(self.stacks[stack], layout.parameters, strict=True)
            for name, block in blocks.items()
            if block.start < layout.weights_stop
        ]

    def part(self, name: str) -> slice:
        """Return the slice of ``layers`` that a part occupies."""
        start = self._chain
        for other, length in self._parts.items():
            if other == name:
                return slice(start, start + length)
            start += length
        raise KeyError(name)

    def optimizer(self, spec: OptimizerSpec) -> ListOptimizer:
        """Return an optimiser of all leaves."""
        leaves, steps = self.leaves, self._parameters.steps
        slots = {name: [leaf.slots[name] for leaf in leaves] for name in self._parameters.slots}
        return ListOptimizer(spec, [leaf.tensor for leaf in leaves], slots, steps)

    def apply(
        self,
        stack: int,
        x: torch.Tensor,
        layers: slice,
        *,
        training: bool = False,
        masks: Mapping[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return the output of ``layers`` of one stack for ``x``, shaped for the first layer."""
        start, stop, _ = layers.indices(len(self.layers))
        return apply_layers(
            self.layers[start:stop],
            self.tensors(stack)[start:stop],
            x,
            training=training,
            masks=masks,
            first=start,
        )

    def shaped(self, rows: torch.Tensor, layer: int) -> torch.Tensor:
        """Reshape rows ``[..., D]`` to the input of ``layer``; images become channels last."""
        spec, shape = self.layers[layer].spec, self.layers[layer].input_shape
        takes_rows = isinstance(spec, LayerSpec | LatentSpec) or spec.kind == "flatten"
        if self.stacked or takes_rows or not is_image(shape):
            return rows
        return rows.reshape(len(rows), *shape).contiguous(memory_format=torch.channels_last)

    def masks(self, rows: int, layers: slice, generator: torch.Generator) -> _Masks:
        """Draw dropout masks: for each stack, layer -> mask scaled so that the mean is preserved.

        They are drawn for all runs at once, so that stacked and single runs get the same numbers.
        """
        per_stack: list[dict[int, torch.Tensor]] = [{} for _ in self.stacks]
        start, stop, _ = layers.indices(len(self.layers))
        for index in range(start, stop):
            rate = dropout_rate(self.layers[index].spec)
            if rate == 0.0:
                continue
            shape = self.layers[index].output_shape
            drawn = torch.empty(self.runs, rows, *shape, device=self._parameters.device)
            drawn.bernoulli_(1 - rate, generator=generator).mul_(1 / (1 - rate))
            if self.stacked:
                per_stack[0][index] = drawn.flatten(2)
                continue
            for run, masks in enumerate(per_stack):
                masks[index] = drawn[run]
        return per_stack


_Masks = list[dict[int, torch.Tensor]]


def _of_run(block: Block, flat: torch.Tensor, run: int | None) -> torch.Tensor:
    view = block.view(flat)
    return view if run is None else view[run]
