"""One step of an optimiser over a list of tensors, with torch's formulas.

The tensors are views into the flat parameters, and what an optimiser keeps are views into its flat
slots, so that all of it is saved and restored in one piece. The fused engine has the same updates
as lines of its step program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aegui.core.training.layout import SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.recipe import OptimizerSpec


class ListOptimizer:
    """Updates ``tensors`` in place from their gradients.

    Args:
        spec: The optimiser and what it uses.
        tensors: What is learnt.
        slots: For each name of ``SLOTS[spec.name]`` one tensor for each of ``tensors``.
        steps: Count of the steps, float32 scalar; counted up here by Adam.
    """

    def __init__(
        self,
        spec: OptimizerSpec,
        tensors: Sequence[torch.Tensor],
        slots: Mapping[str, Sequence[torch.Tensor]],
        steps: torch.Tensor,
    ) -> None:
        self._spec = spec
        self._tensors = [tensor.detach() for tensor in tensors]
        self._slots = {name: list(slots[name]) for name in SLOTS[spec.name]}
        self._steps = steps

    def step(self, gradients: Sequence[torch.Tensor], rate: float) -> None:
        """One update at the learning ``rate``; ``gradients`` may be overwritten."""
        with torch.no_grad():
            self._update(self._laid_out(gradients), rate)

    def _laid_out(self, gradients: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """``gradients`` in the memory order of the tensors: fused updates go through both alike."""
        return [
            gradient
            if gradient.stride() == tensor.stride()
            else torch.empty_like(tensor).copy_(gradient)
            for gradient, tensor in zip(gradients, self._tensors, strict=True)
        ]

    def _update(self, gradients: list[torch.Tensor], rate: float) -> None:
        name, tensors = self._spec.name, self._tensors
        if name == "sgd":
            torch._foreach_add_(tensors, gradients, alpha=-rate)
        elif name in {"momentum", "nesterov"}:
            self._momentum(gradients, rate)
        elif name in {"rmsprop", "adagrad"}:
            self._scaled(gradients, rate)
        elif name in {"adam", "adamw"}:
            self._adam(gradients, rate)
        else:
            raise ValueError(f"there is no update for the optimiser {name!r}")

    def _momentum(self, gradients: list[torch.Tensor], rate: float) -> None:
        rolling = self._slots["momentum"]
        torch._foreach_mul_(rolling, self._spec.momentum)
        torch._foreach_add_(rolling, gradients)
        if self._spec.name == "nesterov":
            torch._foreach_add_(gradients, rolling, alpha=self._spec.momentum)
            rolling = gradients
        torch._foreach_add_(self._tensors, rolling, alpha=-rate)

    def _scaled(self, gradients: list[torch.Tensor], rate: float) -> None:
        square = self._slots["square"]
        take = 1.0
        if self._spec.name == "rmsprop":
            take = 1 - self._spec.alpha
            torch._foreach_mul_(square, self._spec.alpha)
        torch._foreach_addcmul_(square, gradients, gradients, value=take)
        size = torch._foreach_sqrt(square)
        torch._foreach_add_(size, self._spec.eps)
        torch._foreach_addcdiv_(self._tensors, gradients, size, value=-rate)

    def _adam(self, gradients: list[torch.Tensor], rate: float) -> None:
        spec = self._spec
        self._steps.add_(1.0)
        update = torch._fused_adamw_ if spec.name == "adamw" else torch._fused_adam_
        update(
            self._tensors,
            gradients,
            self._slots["mean"],
            self._slots["square"],
            [],
            [self._steps] * len(gradients),
            lr=rate,
            beta1=spec.beta1,
            beta2=spec.beta2,
            weight_decay=spec.weight_decay if spec.name == "adamw" else 0.0,
            eps=spec.eps,
            amsgrad=False,
            maximize=False,
        )
