"""Many equal networks on a GPU, as one writes them with torch: the comparison for our kernel."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.network.resolve import ResolvedRecipe

_RATE, _BETA1, _BETA2, _EPS = 1e-3, 0.9, 0.999, 1e-8


class _Networks:
    """Weights ``[K, inputs, outputs]`` and biases ``[K, 1, outputs]`` of all networks."""

    def __init__(self, resolved: ResolvedRecipe) -> None:
        runs, device = resolved.recipe.runs, torch.device("cuda")
        self.tensors: list[torch.Tensor] = []
        for inputs, outputs in itertools.pairwise(resolved.sizes):
            bound = inputs**-0.5
            self.tensors.append(torch.empty(runs, inputs, outputs, device=device))
            self.tensors.append(torch.empty(runs, 1, outputs, device=device))
            for tensor in self.tensors[-2:]:
                tensor.uniform_(-bound, bound)
        self.data = torch.from_numpy(resolved.dataset.flat().copy()).to(device)

    def run(self, epochs: int) -> float:
        """Run ``epochs`` and return the seconds per epoch."""
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(epochs):
            self._epoch()
        torch.cuda.synchronize()
        return (time.perf_counter() - started) / epochs

    def _epoch(self) -> None:
        raise NotImplementedError


class StackedNetworks(_Networks):
    """Batched products, gradient by autograd, fused Adam, all of an epoch in a CUDA graph."""

    def __init__(self, resolved: ResolvedRecipe) -> None:
        super().__init__(resolved)
        for tensor in self.tensors:
            tensor.requires_grad_()
        self._data = self.data.expand(len(self.tensors[0]), -1, -1).contiguous()
        self._optimizer = torch.optim.Adam(self.tensors, lr=_RATE, fused=True, capturable=True)
        stream: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self._step()
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._step()

    def _step(self) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        hidden = self._data
        for at in range(0, len(self.tensors), 2):
            hidden = torch.baddbmm(self.tensors[at + 1], hidden, self.tensors[at])
            if at + 2 < len(self.tensors):
                hidden = torch.tanh(hidden)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            hidden, self._data, reduction="none"
        )
        loss.mean((1, 2)).sum().backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def _epoch(self) -> None:
        self._graph.replay()


class FunctionalNetworks(_Networks):
    """``vmap`` of ``grad`` of one network, with Adam, compiled; its graph is torch's own."""

    def __init__(self, resolved: ResolvedRecipe) -> None:
        super().__init__(resolved)
        self._means = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._squares = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._count = torch.zeros((), device="cuda")
        slope = torch.func.vmap(torch.func.grad(_loss), in_dims=(0, None))

        def step(
            tensors: list[torch.Tensor],
            means: list[torch.Tensor],
            squares: list[torch.Tensor],
            count: torch.Tensor,
            data: torch.Tensor,
        ) -> None:
            count.add_(1.0)
            unbiased1, unbiased2 = 1.0 - _BETA1**count, 1.0 - _BETA2**count
            gradients = slope(tensors, data)
            for tensor, gradient, mean, square in zip(
                tensors, gradients, means, squares, strict=True
            ):
                mean.lerp_(gradient, 1.0 - _BETA1)
                square.mul_(_BETA2).addcmul_(gradient, gradient, value=1.0 - _BETA2)
                tensor.sub_(_RATE * (mean / unbiased1) / ((square / unbiased2).sqrt() + _EPS))

        self._step: Callable[..., Any] = torch.compile(step, mode="reduce-overhead")

    def _epoch(self) -> None:
        self._step(self.tensors, self._means, self._squares, self._count, self.data)


def _loss(tensors: list[torch.Tensor], data: torch.Tensor) -> torch.Tensor:
    hidden = data
    for at in range(0, len(tensors), 2):
        hidden = hidden @ tensors[at] + tensors[at + 1]
        if at + 2 < len(tensors):
            hidden = torch.tanh(hidden)
    return torch.nn.functional.binary_cross_entropy_with_logits(hidden, data)
