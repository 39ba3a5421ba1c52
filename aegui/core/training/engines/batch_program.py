"""Common base of the engines whose steps are generated, compiled, and called batch by batch.

Many full-size batches are one call from Python: each call that returns has to wait for the GIL,
which beside a busy window takes as long as a small batch. On a GPU a step is captured as a graph,
and a call from Python is a replay of it.
"""

from __future__ import annotations

from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.training.engines.autograd import Batches, ByBatches, augmentation_of
from aegui.core.training.engines.cuda.graph import StepGraph, wait_for
from aegui.core.training.step.cancellation import ChangedTensors, LongSteps
from aegui.core.training.step.program import compiled_unit, unoptimized
from aegui.core.training.step.samples import pick_into
from aegui.core.training.step.slices import is_long

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Rows

CAPTURED_ON = ("cuda",)
"""Types of devices on which steps are captured."""
PICK = """
def pick_into(rows: Tensor, index: Tensor, out: Tensor) -> None:
    if rows.dtype == torch.uint8:
        out.copy_(torch.index_select(rows, 1, index))
        out.div_(255.0)
    else:
        torch.index_select(rows, 1, index, out=out)
"""
"""``samples.pick_into``, for programs."""
_STEPS = """
def steps(
    {head}, picked: List[Tensor], places: Tensor, inputs: Tensor, target: Tensor, same: bool,
    epoch: float, start: int, all_rows: int, rates: List[float], g: Generator
) -> None:
    for j in range(len(rates)):
        index = places.narrow(0, j * {rows}, {rows})
        pick_into(target, index, picked[1])
        if not same:
            pick_into(inputs, index, picked[0])
        position = epoch + (start + (j + 1) * {rows}) / all_rows
        step({names}, picked[0], picked[1], index, rates[j], position, g)
"""


@dataclass(frozen=True, eq=False)
class BatchProgram:
    """Steps with batches of a fixed number of rows.

    Attributes:
        unit: Compiled functions ``step``, and ``steps`` for many batches.
        arguments: First arguments of both.
        picked: Buffers for inputs ``[1 or K, rows, D]`` and targets of a batch.
        captured: The batch that captured steps read, once there is one.
    """

    unit: torch.jit.CompilationUnit
    arguments: tuple[Any, ...]
    picked: list[torch.Tensor] = field(default_factory=list)
    captured: list[CapturedBatch] = field(default_factory=list)


class CapturedBatch:
    """The arguments of captured steps: a graph reads them where they were when it was captured.

    Attributes:
        inputs: Inputs ``[1 or K, rows, D]``.
        target: Targets ``[1 or K, rows, D]``; the inputs themselves, if they are the same.
        index: Indices ``[rows]`` of the samples.
        rate: Learning rate, scalar.
        position: Position in epochs, scalar.
        graphs: Steps by what is done in them.
    """

    def __init__(self, inputs: torch.Tensor, target: torch.Tensor, rows: int) -> None:
        """Make room for ``rows`` of inputs and targets like these, ``[1 or K, n, D]``."""

        def room(samples: torch.Tensor) -> torch.Tensor:
            return torch.empty(len(samples), rows, samples.shape[2], device=device)

        device = inputs.device
        self.inputs = room(inputs)
        self.target = self.inputs if target is inputs else room(target)
        self.index = torch.arange(rows, device=device)
        self.rate, self.position = torch.zeros(2, device=device)
        self.graphs: dict[object, StepGraph] = {}
        self._numbers = 0.0, 0.0

    def set_numbers(self, rate: float, position: float) -> None:
        """Write the numbers that have changed."""
        numbers = rate, position
        for tensor, before, now in zip(
            (self.rate, self.position), self._numbers, numbers, strict=True
        ):
            if now != before:
                tensor.fill_(now)
        self._numbers = numbers

    def arguments(self) -> tuple[torch.Tensor, ...]:
        """Return the arguments of ``step`` but for the program's own and the generator."""
        return self.inputs, self.target, self.index, self.rate, self.position


def is_captured_on(device: torch.device) -> bool:
    """Whether steps are captured on ``device``; their numbers are tensors there."""
    return device.type in CAPTURED_ON


def number_type(device: torch.device) -> str:
    """Return the type of a number that a step gets: Python's would stay as it is captured."""
    return "Tensor" if is_captured_on(device) else "float"


def step_parameters(device: torch.device) -> str:
    """Return parameters of ``step`` after the program's own; ``index``: samples of the batch."""
    number = number_type(device)
    return (
        "inputs: Tensor, target: Tensor, index: Tensor, "
        f"lr: {number}, position: {number}, g: Generator"
    )


def compiled(
    text: str, first_parameters: Sequence[tuple[str, str]], rows: int, device: torch.device
) -> torch.jit.CompilationUnit:
    """Compile ``text``, which has a function ``step``; add ``steps`` unless steps are captured.

    ``first_parameters``: names and types of those that ``step`` has before ``step_parameters``.
    """
    if is_captured_on(device):
        return compiled_unit(text)
    head = ", ".join(f"{name}: {kind}" for name, kind in first_parameters)
    names = ", ".join(name for name, _ in first_parameters)
    loop = _STEPS.format(head=head, names=names, rows=rows)
    return compiled_unit(PICK + text + loop)


class GeneratedEngine(ByBatches):
    """Trains batch by batch with a ``BatchProgram``, which subclasses build.

    It draws the same numbers as the autograd engines. ``changed`` are the tensors that a step
    changes; by default the buffers, and at its end the parameters with their optimiser.

    Attributes:
        device: Where it computes.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Rows,
        generator: torch.Generator,
        changed: ChangedTensors | None = None,
    ) -> None:
        super().__init__(Batches(samples, generator, parameters.layout.runs))
        self._resolved = resolved
        self._parameters = parameters
        self._generator = generator
        self._is_long = is_long(resolved, parameters.device)
        changed = changed or ChangedTensors(
            [parameters.buffers], [parameters.flat, parameters.steps, *parameters.slots.values()]
        )
        self._changed = changed
        self._long = LongSteps(self.batches, generator, changed, is_long=self._is_long)
        self.device = parameters.device
        self._is_captured = is_captured_on(parameters.device)
        self._all_rows = samples.rows
        self._warm_up_epochs = resolved.recipe.network.latent.kl_warmup_epochs
        self._augmentation = augmentation_of(resolved, generator)
        self._programs: dict[tuple[int, int, int], BatchProgram] = {}
        self._samples = samples

    def step(self, rate: float, level: float) -> None:
        """Train on the next batch; raise ``Cancelled`` as ``steps`` does."""
        with self._long.one(self.cancelled):
            self._learn(rate, level)

    def _learn(self, rate: float, level: float) -> None:
        inputs, target = self.batches.next(level, self._augmentation)
        program = self._program_for(len(inputs), *target.shape[:2])
        position = self.epoch + self.batches.share
        index = self.batches.index
        if self._is_captured:
            batch = self._captured(program, inputs, target, target.shape[1])
            batch.inputs.copy_(inputs)
            if batch.target is not batch.inputs:
                batch.target.copy_(target)
            if index is not None:
                batch.index.copy_(index)
            self._replay(program, batch, rate, position)
            return
        if index is None:
            index = torch.arange(target.shape[1], device=self.device)
        # Otherwise torch would track versions for autograd at every operation.
        with torch.no_grad(), unoptimized(self.device):
            program.unit.step(
                *program.arguments, inputs, target, index, rate, position, self._generator
            )

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        for rate in rates:
            self.batches.begin(level)
            self._begin_steps([rate] * self.batches.left, level)
            self.epoch += 1
        wait_for(self.device)

    def steps(self, rates: Sequence[float], level: float) -> None:
        """Train on the next batches of the epoch, on all full-size ones in one call."""
        self._begin_steps(rates, level)
        wait_for(self.device)

    def _begin_steps(self, rates: Sequence[float], level: float) -> None:
        """Do steps, on a GPU without waiting for them."""
        single = self._is_long or self._augmentation is not None
        full = 0 if single else min(self.batches.full_batches, len(rates))
        if full:
            self._run_batches(list(rates[:full]))
        super().steps(rates[full:], level)

    def _run_batches(self, rates: list[float]) -> None:
        start = self.batches.start
        indices, inputs, target = self.batches.pass_over(len(rates))
        rows, same = len(indices) // len(rates), inputs is target
        program = self._program_for(len(inputs), len(target), rows)
        if self._is_captured:
            batch = self._captured(program, inputs, target, rows)
            for at, rate in enumerate(rates):
                batch.index.copy_(indices[at * rows : (at + 1) * rows])
                pick_into(target, batch.index, batch.target)
                if not same:
                    pick_into(inputs, batch.index, batch.inputs)
                position = self.epoch + (start + (at + 1) * rows) / self._all_rows
                self._replay(program, batch, rate, position)
            return
        if not program.picked:
            picked = [
                torch.empty(len(source), rows, source.shape[2], device=self.device)
                for source in ((target,) if same else (inputs, target))
            ]
            program.picked[:] = picked[0], picked[-1]
        with torch.no_grad(), unoptimized(self.device):
            program.unit.steps(
                *program.arguments,
                program.picked,
                indices,
                inputs,
                target,
                same,
                float(self.epoch),
                start,
                self._all_rows,
                rates,
                self._generator,
            )

    def _captured(
        self, program: BatchProgram, inputs: torch.Tensor, target: torch.Tensor, rows: int
    ) -> CapturedBatch:
        """Return the batch of ``rows`` that captured steps of ``program`` read."""
        found = program.captured
        same = target is inputs
        if not found or (found[0].target is found[0].inputs) != same:
            found[:] = [CapturedBatch(inputs, target, rows)]
        return found[0]

    def _replay(
        self, program: BatchProgram, batch: CapturedBatch, rate: float, position: float
    ) -> None:
        """Do a step with ``batch`` on a GPU, without waiting for it."""
        # A step computes nothing else from its position than the warm-up's share.
        batch.set_numbers(rate, min(position, float(self._warm_up_epochs)))
        with torch.no_grad():
            self._step_with(program, batch)

    def _step_with(self, program: BatchProgram, batch: CapturedBatch) -> None:
        arguments = *program.arguments, *batch.arguments(), self._generator
        self._run(batch, None, partial(program.unit.step, *arguments))

    def _run(self, batch: CapturedBatch, kind: object, step: Callable[[], None]) -> None:
        """Do ``step``, the same call for each ``kind``, as a graph; long ones are cancellable."""
        if self._is_long:
            step()
            return
        graph = batch.graphs.get(kind)
        if graph is None:
            changed = [*self._changed.restored, *self._changed.until]
            graph = batch.graphs[kind] = StepGraph(self._generator, changed)
        graph.run(step)

    def prepare(self) -> None:
        """Build the program for full-size batches.

        Raises:
            NotTraced: The step contains an unsupported operation.
        """
        samples, runs = self._samples, self.batches.runs
        width = runs if samples.fresh_noise else len(samples.inputs)
        targets = width if samples.noisy_target else len(samples.target)
        self._program_for(width, targets, min(samples.batch_rows, samples.rows))

    def _program_for(self, width: int, targets: int, rows: int) -> BatchProgram:
        """Return the program for inputs ``[width, rows, D]``; the last batch may be smaller.

        ``targets`` is the first size of the targets.
        """
        key = width, targets, rows
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = self._build(width, rows)
        return found

    def _build(self, width: int, rows: int) -> BatchProgram:
        raise NotImplementedError
