"""The objective of a run as an exact function of a vector, for scipy's optimisers.

Computed in float64 over all samples: line searches compare values that differ in the tenth digit.
"""

from __future__ import annotations

import contextlib
import copy
import math
from math import prod
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.data.progress import stop_if
from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import BATCH_MOMENTUM
from aegui.core.network.layers import rows_in_a_piece
from aegui.core.recipe import NormSpec
from aegui.core.seeds import PROBE_SEED
from aegui.core.training.step.cancellation import cancellable
from aegui.core.training.step.model import Model
from aegui.core.training.step.objective import Objective, is_drawn
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source
from aegui.core.training.step.slices import is_long
from aegui.core.training.step.tape import NotTraced, Tape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.layout import Layout
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

_CHUNK_NUMBERS = 2**22
"""Maximum number of values of the widest layer held in memory at once."""
_MAX_CACHED_NUMBERS = 2**18
"""Sets of at most this many numbers are kept as float64, beside the float32 of the training."""


class ExactProgram:
    """The objective of one run for a fixed number of samples, as one call of a generated program.

    Line searches evaluate it tens of thousands of times, and for a small network nearly all of the
    time is spent on calling torch: the program is 4.5 times as fast as the same operations called
    by Python, with the gradient 9 times (course network, eight samples).

    Args:
        resolved: The training.
        parameters: Parameters of all runs, in the desired precision; gradients are written to its
            ``grad``.
        objective: The objective.
        rows: Number of samples.
        draws: Number of random numbers per sample; 0 for none.
        gradient: Whether the gradient by the parameters is computed too.

    Raises:
        NotTraced: The objective contains an unsupported operation.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        objective: Objective,
        rows: int,
        draws: int,
        *,
        gradient: bool,
    ) -> None:
        source = Source()
        like = parameters.flat
        tape = Tape(source, primitives_on(like.device))
        model = Model(resolved, parameters, stacked=False, tape=tape)
        pixels = like.new_empty(rows, resolved.layers[0].inputs)
        # ``Traced`` proxies are passed as tensors.
        inputs: Any = tape.named("inputs", pixels)
        target: Any = tape.named("target", pixels)
        noise: Any = tape.named("noise", like.new_empty(rows, draws)) if draws else None
        # The contractive penalty is itself a gradient.
        with torch.set_grad_enabled(bool(objective.contractive)):
            total: Any = objective.total(model, 0, inputs, target, noise)
        if gradient:
            beta = objective.beta(math.inf)
            with torch.enable_grad():
                roots: Any = objective.roots(model, 0, inputs, target, beta=beta, noise=noise)
                roots += objective.weight_roots(model, 0)
            with torch.no_grad():
                tape.backward(roots)
        source.line(f"return {total.name}", 0)
        self._lists = source.lists
        self._tensors = [tape.tensors(run) for run in range(parameters.layout.runs)]
        arguments = "inputs: Tensor, target: Tensor, noise: Tensor"
        self._call = source.compile("objective", arguments, "Tensor")

    def __call__(
        self, run: int, inputs: torch.Tensor, target: torch.Tensor, noise: torch.Tensor | None
    ) -> float:
        """Return the objective of ``run`` for rows ``[n, D]``, with ``noise`` ``[n, draws]``."""
        drawn = inputs if noise is None else noise
        with torch.no_grad():
            return float(self._call(self._tensors[run], self._lists, inputs, target, drawn))


@dataclass(frozen=True, eq=False)
class _ObjectivePart:
    """Rows ``[n, D]`` in float64, their random numbers, and their share of all samples."""

    inputs: torch.Tensor
    target: torch.Tensor
    noise: torch.Tensor | None
    share: float


class ExactObjective:
    """Loss and gradient of each run, for vectors of all its parameters.

    Attributes:
        size: Length of a vector.
    """

    def __init__(self, resolved: ResolvedRecipe, parameters: Parameters, samples: Samples) -> None:
        self._objective = Objective(resolved)
        self._parameters = parameters
        self._double = copy.copy(parameters)
        self._double.flat = parameters.flat.double()
        self._double.buffers = parameters.buffers.double()
        self._double.grad = torch.zeros_like(self._double.flat)
        self._double.slots = {}
        self._resolved = resolved
        self._programs: dict[tuple[int, bool], ExactProgram | None] = {}
        self._model = Model(resolved, self._double, stacked=False)
        runs = range(resolved.recipe.runs)
        self._indices = [_indices_of(parameters.layout, run, parameters.device) for run in runs]
        # Noise must be the same at every call: fresh noise is replaced by the draw used to measure.
        fresh = samples.fresh_noise
        self._inputs = samples.eval_inputs if fresh else samples.inputs
        self._target = samples.eval_target if fresh else samples.target
        self._device = samples.device
        self._has_statistics = any(
            isinstance(layer.spec, NormSpec) and layer.spec.kind == "batch_norm"
            for layer in resolved.layers
        )
        self._rows = self._rows_at_once(resolved)
        self._is_long = is_long(resolved, parameters.device)
        self._cached: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._units = resolved.recipe.network.latent.units
        self._is_drawn = is_drawn(resolved)
        self.size = len(self._indices[0])
        if self._has_statistics:
            for run in runs:
                self._store_statistics(run, self.start(run))

    def _rows_at_once(self, resolved: ResolvedRecipe) -> int:
        """Return all samples if a term depends on the whole batch; else what fits into memory."""
        if self._has_statistics or resolved.recipe.training.sparsity.weight > 0:
            return self._target.shape[1]
        widest = max(layer.outputs for layer in resolved.layers)
        return rows_in_a_piece(resolved.layers, max(1, _CHUNK_NUMBERS // widest))

    def start(self, run: int) -> NDArray[np.float64]:
        """Return the current parameters of ``run``."""
        return self._parameters.flat[self._indices[run]].cpu().double().numpy()

    def store(self, run: int, vector: NDArray[np.float64]) -> None:
        """Set the parameters of ``run`` to ``vector``, rounded to float32."""
        rounded = torch.from_numpy(vector).to(self._device, torch.float32)
        self._parameters.flat.index_copy_(0, self._indices[run], rounded)
        if self._has_statistics:
            self._store_statistics(run, vector)

    def _store_statistics(self, run: int, vector: NDArray[np.float64]) -> None:
        """Set the running statistics of ``run`` to those of all samples with these weights.

        In a training by batches they follow the weights. scipy's optimisers jump, and evaluate many
        points that they leave again: an average over these would fit no network.
        """
        self._fill(run, vector)
        computed, stored = self._double.buffers, self._parameters.buffers
        before = computed.clone()
        with torch.no_grad():
            for part in self._parts(run):
                self._total(run, part)
        # Each still contains a known share of the old statistics.
        exact = torch.lerp(before, computed, 1.0 / BATCH_MOMENTUM)
        for block in self._parameters.layout.buffer_blocks:
            block.view(stored)[run].copy_(block.view(exact)[run])
        computed.copy_(stored)

    def loss(
        self, run: int, vector: NDArray[np.float64], cancelled: IsCancelled | None = None
    ) -> float:
        """Return the loss of ``run`` with these parameters; raise ``Cancelled`` if cancelled."""
        self._fill(run, vector)
        with self._cancellable(cancelled):
            return sum(
                self._loss_of(run, part) * part.share for part in self._parts(run, cancelled)
            )

    def _loss_of(self, run: int, part: _ObjectivePart) -> float:
        program = self._program(len(part.inputs), gradient=False)
        if program is not None:
            return program(run, part.inputs, part.target, part.noise)
        return float(self._total(run, part).detach())

    def loss_and_gradient(
        self, run: int, vector: NDArray[np.float64], cancelled: IsCancelled | None = None
    ) -> tuple[float, NDArray[np.float64]]:
        """Return the loss of ``run`` with these parameters, and its gradient by each of them.

        Raises:
            Cancelled: ``cancelled`` returned True.
        """
        self._fill(run, vector)
        loss, gradient = 0.0, torch.zeros_like(self._indices[run], dtype=torch.float64)
        with self._cancellable(cancelled):
            for part in self._parts(run, cancelled):
                value, found = self._gradient_of(run, part)
                loss += value * part.share
                gradient.add_(found, alpha=part.share)
        return loss, gradient.cpu().numpy()

    def _gradient_of(self, run: int, part: _ObjectivePart) -> tuple[float, torch.Tensor]:
        program = self._program(len(part.inputs), gradient=True)
        if program is not None:
            value = program(run, part.inputs, part.target, part.noise)
            return value, self._double.grad[self._indices[run]]
        leaves = [leaf for leaf in self._model.leaves if leaf.run == run]
        with torch.enable_grad():
            total = self._total(run, part)
            tensors = [leaf.tensor for leaf in leaves]
            found = torch.autograd.grad(total, tensors, materialize_grads=True)
        flat, blocks = self._double.grad, self._parameters.layout.parameters
        for leaf, gradient in zip(leaves, found, strict=True):
            # Kernels lie in another order in memory.
            blocks[leaf.layer][leaf.name].view(flat)[run].copy_(gradient)
        return float(total.detach()), flat[self._indices[run]]

    def _total(self, run: int, part: _ObjectivePart) -> torch.Tensor:
        # The contractive penalty is itself a gradient.
        with torch.set_grad_enabled(torch.is_grad_enabled() or bool(self._objective.contractive)):
            return self._objective.total(self._model, run, part.inputs, part.target, part.noise)

    def _program(self, rows: int, *, gradient: bool) -> ExactProgram | None:
        """Return the program for ``rows`` samples, or None if it cannot be traced."""
        key = rows, gradient
        if key not in self._programs:
            self._programs[key] = None
            draws = self._units if self._is_drawn else 0
            with contextlib.suppress(NotTraced):
                self._programs[key] = ExactProgram(
                    self._resolved, self._double, self._objective, rows, draws, gradient=gradient
                )
        return self._programs[key]

    def _cancellable(self, cancelled: IsCancelled | None) -> AbstractContextManager[None]:
        return cancellable(cancelled if self._is_long else None, [self._double.buffers])

    def _parts(self, run: int, cancelled: IsCancelled | None = None) -> Iterator[_ObjectivePart]:
        """Yield the samples, as many at a time as fit into memory."""
        rows = self._target.shape[1]
        generator = None
        if self._is_drawn:
            # The same random directions for the Jacobian estimate at every call.
            generator = torch.Generator(device=self._device).manual_seed(PROBE_SEED)
        for start in range(0, rows, self._rows):
            stop_if(cancelled)
            chunk, target = self._piece(run, start)
            noise = None
            if self._is_drawn:
                noise = chunk.new_empty(len(chunk), self._units).normal_(generator=generator)
            yield _ObjectivePart(chunk, target, noise, len(chunk) / rows)

    def _piece(self, run: int, start: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return inputs and targets from ``start`` on, in float64, cached for small sets."""
        row = run if len(self._inputs) > 1 else 0
        if row in self._cached:
            return self._cached[row]
        rows = slice(start, start + self._rows)
        chunk = self._inputs[row, rows].to(self._device).double()
        target = self._target[0, rows].to(self._device).double()
        if self._rows >= self._target.shape[1] and chunk.numel() <= _MAX_CACHED_NUMBERS:
            self._cached[row] = chunk, target
        return chunk, target

    def _fill(self, run: int, vector: NDArray[np.float64]) -> None:
        self._double.flat.index_copy_(
            0, self._indices[run], torch.from_numpy(vector).to(self._device)
        )


def _indices_of(layout: Layout, run: int, device: torch.device) -> torch.Tensor:
    """Return the indices of ``run`` in the flat parameters, in the order of its leaves."""
    indices = []
    for block in layout.blocks:
        size = prod(block.shape)
        start = block.start + run * size
        indices.append(torch.arange(start, start + size, device=device))
    return torch.cat(indices)
