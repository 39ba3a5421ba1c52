"""The update of an optimiser, from its row: as lines of a program, and executed directly."""

from __future__ import annotations

import math
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


_TENSORS_AT_ONCE = 36
"""Tensors that torch's fused Adam updates in one launch."""
_LEAST_PIECE = 1024
"""Numbers for which a processor of a GPU of its own pays."""


def emit_update(
    source: Source,
    spec: OptimizerSpec,
    parameters: Parameters,
    indent: int,
    named: Collection[str] = (),
    *,
    is_captured: bool = False,
) -> None:
    """Emit one optimiser step on the flat tensor; ``lr`` and the numbers ``named`` are in scope.

    In a captured step, ``lr`` is a tensor.
    """
    row, slots = OPTIMIZERS[spec.name], parameters.slots
    lists = _lists([parameters.flat], [parameters.grad], slots, parameters.steps, row.slots)
    if is_captured:
        lists = _in_pieces(lists)
    for name in row.names:
        # A list must come from outside, see ``Source.bind_list``.
        source.line(f"{name} = {source.bind_list(*lists[name])}", indent)
    statements = row.statements(spec, named)
    if is_captured:
        moved = source.bind_list(*map(torch.zeros_like, lists["tensors"]))
        statements = _at_tensor_rate(statements, moved)
    for text in statements:
        source.line(text, indent)


def _in_pieces(lists: dict[str, list[torch.Tensor]]) -> dict[str, list[torch.Tensor]]:
    """Split the tensors of an update, so that more of a GPU's processors take part.

    torch has one of them do 65,536 numbers, which takes longer than the rest of a small step.
    """
    tensors = lists["tensors"]
    left = _TENSORS_AT_ONCE - len(tensors)
    if left <= 0:
        return lists
    least = max(_LEAST_PIECE, sum(tensor.numel() for tensor in tensors) / left)
    size = math.ceil(least / _LEAST_PIECE) * _LEAST_PIECE
    split = {
        # Kernels may be stored in another order of their axes: in memory, they are dense.
        name: [
            piece
            for each in all_
            for piece in torch.split(each.as_strided([each.numel()], [1]), size)
        ]
        for name, all_ in lists.items()
        if name not in {"count", "counts"}
    }
    return {**split, "count": lists["count"], "counts": lists["count"] * len(split["tensors"])}


def _at_tensor_rate(statements: Sequence[str], moved: str) -> list[str]:
    """Return ``statements`` for a rate ``lr`` that is a tensor; ``moved`` are further ``tensors``.

    torch's fused updates take it as it is. Others have a number there: they update zeros at a rate
    of 1, which are scaled.
    """
    if any("lr=lr" in text for text in statements):
        return list(statements)
    return [
        f"torch._foreach_zero_({moved})",
        *(renamed(text, tensors=moved, lr="1.0") for text in statements),
        f"torch._foreach_mul_({moved}, lr)",
        f"torch._foreach_add_(tensors, {moved})",
    ]


def emit_update_of_each(
    source: Source, resolved: ResolvedRecipe, parameters: Parameters, indent: int
) -> None:
    """Like ``emit_update`` for per-run numbers; ``rates`` and ``factor`` are in scope."""
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
            # Updated step by step: powers of a tensor are too expensive to recompute.
            source.bind(name, torch.pow(parameters.spread(number.each), parameters.steps))
        source.line(f"{name}.mul_({texts[key]})", indent)
    for text in row.each:
        source.line(text.format(**texts), indent)


def _emit_scaled(source: Source, spec: OptimizerSpec, parameters: Parameters, indent: int) -> None:
    """Emit the usual update of zeros at a rate of 1, scaled by the rates, if only rates differ."""
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
    slot_lists = {
        name: [slots[name]] if torch.is_tensor(slots[name]) else slots[name] for name in names
    }
    return {
        "tensors": list(tensors),
        "gradients": list(gradients),
        **slot_lists,
        "count": [steps],
        "counts": [steps] * len(tensors),
    }


class RunUpdate:
    """The update of some layers of one run, as lines of a program.

    Args:
        spec: The optimiser and its settings.
        limit: Upper bound of the norm of the gradient; None if unbounded.
        parameters: The parameters, their gradient, and the optimiser's state.
        layers: Indices of the layers.
        steps: Number of steps done, float32 scalar.
        slots: Optimiser state like the parameters; None for that of ``parameters``.
        l1: Weight of the L1 penalty on their weights.
        l2: Weight of the L2 penalty on their weights.
        is_captured: Whether the step is captured, and the rate a tensor.
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
        is_captured: bool = False,
    ) -> None:
        self._spec = spec
        self._row = OPTIMIZERS[spec.name]
        self._limit = limit
        self._parameters = parameters
        self._blocks = [
            block for layer in layers for block in parameters.layout.parameters[layer].values()
        ]
        self._steps = steps
        self._slots = parameters.slots if slots is None else slots
        self._l1 = l1
        self._l2 = l2
        self._is_captured = is_captured

    def lists(self, run: int) -> list[list[torch.Tensor]]:
        """Return the lists of tensors that the lines use."""
        parameters = self._parameters

        def views_of(flat: torch.Tensor, stop: int = parameters.layout.size) -> list[torch.Tensor]:
            return [block.view(flat)[run] for block in self._blocks if block.start < stop]

        slots = {name: views_of(slot) for name, slot in self._slots.items()}
        lists = _lists(
            views_of(parameters.flat),
            views_of(parameters.grad),
            slots,
            self._steps,
            self._row.slots,
        )
        if self._is_captured:
            lists = _in_pieces(lists)
        if run:
            # The runs are stepped one after the other: only the first one counts the steps.
            lists["count"] = [torch.zeros_like(self._steps)]
        weights = parameters.layout.weights_stop
        penalised = [views_of(parameters.grad, weights), views_of(parameters.flat, weights)]
        moved = [torch.zeros_like(tensor) for tensor in lists["tensors"] if self._is_captured]
        return [*(lists[name] for name in self._row.names), *penalised, moved]

    def lines(self, first: int, rate: str) -> list[str]:
        """Return the lines; their lists begin at ``s[first]``, and ``rate`` is in scope."""
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
        statements = self._row.statements(self._spec)
        if self._is_captured:
            statements = _at_tensor_rate(statements, f"s[{penalised + 2}]")
        return lines + [renamed(text, lr=rate) for text in statements]


class ListOptimizer:
    """Updates ``tensors`` in place from their gradients.

    The tensors are views into the flat parameters, and the optimiser's state are views into its
    flat slots, so that all of it is saved and restored in one piece.

    Args:
        spec: The optimiser and its settings.
        tensors: The parameters.
        slots: For each name of the optimiser's slots one tensor for each of ``tensors``.
        steps: Number of steps done, float32 scalar; incremented here by Adam.
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
        slot_lists = {name: list(slots[name]) for name in row.slots}
        self._lists = _lists(self._tensors, (), slot_lists, steps, row.slots)
        self._update = torch_procedure(tuple(row.statements(spec)), *row.names, "lr")

    def step(self, gradients: Sequence[torch.Tensor], rate: float) -> None:
        """Do one update at the learning ``rate``; ``gradients`` may be overwritten."""
        with torch.no_grad():
            self._update(**{**self._lists, "gradients": self._with_layout(gradients)}, lr=rate)

    def _with_layout(self, gradients: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return ``gradients`` with the strides of the tensors, as fused updates require."""
        return [
            gradient
            if gradient.stride() == tensor.stride()
            else torch.empty_like(tensor).copy_(gradient)
            for gradient, tensor in zip(gradients, self._tensors, strict=True)
        ]
