"""The update of an optimiser, from its row: as lines of a program, and run as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.formula import renamed, torch_procedure
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.step.members import Number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import OptimizerSpec
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.program import Source


def emit_update(
    source: Source,
    spec: OptimizerSpec,
    parameters: Parameters,
    indent: int,
    named: Collection[str] = (),
) -> None:
    """Lines of one optimiser step on the flat tensor; ``lr`` and numbers ``named`` are in scope."""
    row = OPTIMIZERS[spec.name]
    lists = _lists(
        [parameters.flat], [parameters.grad], parameters.slots, parameters.steps, row.slots
    )
    for name in row.names:
        # A list must come from outside, see ``Source.bind_list``.
        source.line(f"{name} = {source.bind_list(*lists[name])}", indent)
    for text in row.statements(spec, named):
        source.line(text, indent)


def emit_update_of_each(
    source: Source, resolved: ResolvedRecipe, parameters: Parameters, indent: int
) -> None:
    """The same where runs have numbers of their own; ``rates`` and ``factor`` are in scope."""
    spec = resolved.recipe.training.optimizer
    row = OPTIMIZERS[spec.name]
    alike = not any(Number(resolved, f"training.optimizer.{key}").each for key in row.parameters)
    if alike and "weight_decay" not in row.parameters:
        _emit_scaled(source, spec, parameters, indent)
        return
    tensors = {"flat": parameters.flat, "grad": parameters.grad, **parameters.slots}
    for name, tensor in tensors.items():
        source.bind(name, tensor)
    source.bind("steps", parameters.steps)
    source.line("steps.add_(1.0)", indent)
    texts = {}
    for key in row.parameters:
        number = Number(resolved, f"training.optimizer.{key}")
        texts[key] = repr(number.value)
        if number.each:
            texts[key] = source.bind(f"{key}_each", parameters.spread(number.each))
        if key not in row.powers:
            continue
        name = f"{key}_power"
        if not number.each:
            source.line(f"{name} = {number.value!r} ** float(steps)", indent)
            continue
        if name not in source:
            # Power by power: of a tensor they are too dear to be computed anew.
            source.bind(name, torch.pow(parameters.spread(number.each), parameters.steps))
        source.line(f"{name}.mul_({texts[key]})", indent)
    for text in row.each:
        source.line(text.format(**texts), indent)


def _emit_scaled(source: Source, spec: OptimizerSpec, parameters: Parameters, indent: int) -> None:
    """Where only rates differ: the usual update of nothing at a rate of 1, times the rates."""
    for name, tensor in (("flat", parameters.flat), ("moved", torch.zeros_like(parameters.flat))):
        if name not in source:
            source.bind(name, tensor)
    source.line("moved.zero_()", indent)
    source.line("lr = 1.0", indent)
    row, moved = OPTIMIZERS[spec.name], source.tensor("moved")
    lists = _lists([moved], [parameters.grad], parameters.slots, parameters.steps, row.slots)
    for name in row.names:
        source.line(f"{name} = {source.bind_list(*lists[name])}", indent)
    for text in row.statements(spec):
        source.line(text, indent)
    source.line("flat.addcmul_(moved, rates, value=factor)", indent)


def _lists(
    tensors: Sequence[torch.Tensor],
    gradients: Sequence[torch.Tensor],
    slots: Mapping[str, Any],
    steps: torch.Tensor,
    names: Sequence[str],
) -> dict[str, list[torch.Tensor]]:
    kept = {name: [slots[name]] if torch.is_tensor(slots[name]) else slots[name] for name in names}
    return {
        "tensors": list(tensors),
        "gradients": list(gradients),
        **kept,
        "count": [steps],
        "counts": [steps] * len(tensors),
    }


class RunUpdate:
    """The update of some layers of one run, as lines of a program.

    Args:
        spec: The optimiser and what it uses.
        limit: Bound of the norm of the gradient; None: there is none.
        parameters: What is learnt, its gradient, and what the optimiser keeps.
        layers: Which layers.
        steps: Count of the steps, float32 scalar.
        slots: What the optimiser keeps, like the parameters; None: those of the parameters.
        l1: Weight of the L1 penalty on the weights among it.
        l2: That of the L2 penalty.
    """

    def __init__(
        self,
        spec: OptimizerSpec,
        limit: float | None,
        parameters: Parameters,
        layers: Iterable[int],
        steps: torch.Tensor,
        *,
        slots: Mapping[str, torch.Tensor] | None = None,
        l1: float = 0.0,
        l2: float = 0.0,
    ) -> None:
        self._spec = spec
        self._row = OPTIMIZERS[spec.name]
        self._limit = limit
        self._parameters = parameters
        self._blocks = [
            block for layer in layers for block in parameters.layout.learnt[layer].values()
        ]
        self._steps = steps
        self._slots = parameters.slots if slots is None else slots
        self._l1 = l1
        self._l2 = l2

    def lists(self, run: int) -> list[list[torch.Tensor]]:
        """The lists of tensors that the lines are about."""
        parameters = self._parameters

        def own(flat: torch.Tensor, stop: int = parameters.layout.size) -> list[torch.Tensor]:
            return [block.view(flat)[run] for block in self._blocks if block.start < stop]

        slots = {name: own(slot) for name, slot in self._slots.items()}
        lists = _lists(
            own(parameters.flat), own(parameters.grad), slots, self._steps, self._row.slots
        )
        if run:
            # The runs do their steps one after the other: the first of them counts for all.
            lists["count"] = [torch.zeros_like(self._steps)]
        weights = parameters.layout.weights_stop
        penalised = [own(parameters.grad, weights), own(parameters.flat, weights)]
        return [*(lists[name] for name in self._row.names), *penalised]

    def lines(self, first: int, rate: str) -> list[str]:
        """The lines; the lists are those from ``s[first]`` on, ``rate`` is in scope."""
        lines = [f"{name} = s[{at}]" for at, name in enumerate(self._row.names, first)]
        penalised = first + len(lines)
        if self._l1:
            signs = f"torch._foreach_sign(s[{penalised + 1}])"
            lines.append(f"torch._foreach_add_(s[{penalised}], {signs}, alpha={self._l1!r})")
        if self._l2:
            weights = f"s[{penalised + 1}]"
            lines.append(f"torch._foreach_add_(s[{penalised}], {weights}, alpha={self._l2!r})")
        if self._limit is not None:
            lines += [
                "norm = torch.stack(torch._foreach_norm(gradients)).norm()",
                f"clip = ({self._limit!r} / (norm + 1e-6)).clamp_(max=1.0)",
                "torch._foreach_mul_(gradients, clip)",
            ]
        return lines + [renamed(text, lr=rate) for text in self._row.statements(self._spec)]


class ListOptimizer:
    """Updates ``tensors`` in place from their gradients.

    The tensors are views into the flat parameters, and what an optimiser keeps are views into its
    flat slots, so that all of it is saved and restored in one piece.

    Args:
        spec: The optimiser and what it uses.
        tensors: What is learnt.
        slots: For each name of the optimiser's slots one tensor for each of ``tensors``.
        steps: Count of the steps, float32 scalar; counted up here by Adam.
    """

    def __init__(
        self,
        spec: OptimizerSpec,
        tensors: Sequence[torch.Tensor],
        slots: Mapping[str, Sequence[torch.Tensor]],
        steps: torch.Tensor,
    ) -> None:
        row = OPTIMIZERS[spec.name]
        self._tensors = [tensor.detach() for tensor in tensors]
        own = {name: list(slots[name]) for name in row.slots}
        self._lists = _lists(self._tensors, (), own, steps, row.slots)
        self._update = torch_procedure(tuple(row.statements(spec)), *row.names, "lr")

    def step(self, gradients: Sequence[torch.Tensor], rate: float) -> None:
        """One update at the learning ``rate``; ``gradients`` may be overwritten."""
        with torch.no_grad():
            self._update(**{**self._lists, "gradients": self._laid_out(gradients)}, lr=rate)

    def _laid_out(self, gradients: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """``gradients`` in the memory order of the tensors: fused updates go through both alike."""
        return [
            gradient
            if gradient.stride() == tensor.stride()
            else torch.empty_like(tensor).copy_(gradient)
            for gradient, tensor in zip(gradients, self._tensors, strict=True)
        ]
