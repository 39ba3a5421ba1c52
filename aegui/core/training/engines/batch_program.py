"""Common base of the engines whose steps are generated, compiled, and called batch by batch.

Many full-size batches are one call from Python: each call that returns has to wait for the GIL,
which beside a busy window takes as long as a small batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.training.engines.autograd import Batches, ByBatches, augmentation_of
from aegui.core.training.engines.cuda.graph import StepGraph
from aegui.core.training.step.cancellation import ChangedTensors, LongSteps
from aegui.core.training.step.program import compiled_unit, unoptimized
from aegui.core.training.step.samples import pick_into
from aegui.core.training.step.slices import is_long

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Rows

STEP_PARAMETERS = (
    "inputs: Tensor, target: Tensor, index: Tensor, lr: float, position: float, g: Generator"
)
"""Parameters of ``step`` after the program's own; ``index`` holds the samples of the batch."""
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
        graphs: On a GPU, the step as a graph, once it has been called.
    """

    unit: torch.jit.CompilationUnit
    arguments: tuple[Any, ...]
    picked: list[torch.Tensor] = field(default_factory=list)
    graphs: list[StepGraph] = field(default_factory=list)


def compiled(
    text: str, first_parameters: Sequence[tuple[str, str]], rows: int
) -> torch.jit.CompilationUnit:
    """Compile ``text``, which has a function ``step``, with ``steps`` added to it.

    ``first_parameters``: names and types of those that ``step`` has before ``STEP_PARAMETERS``.
    """
    head = ", ".join(f"{name}: {kind}" for name, kind in first_parameters)
    names = ", ".join(name for name, _ in first_parameters)
    loop = _STEPS.format(head=head, names=names, rows=rows)
    return compiled_unit(PICK + text + loop)


class GeneratedEngine(ByBatches):
    """Trains batch by batch with a ``BatchProgram``, which subclasses build.

    It draws the same numbers as the autograd engines. On a GPU, the step of full-size batches is
    captured as a graph, if ``is_captured``. ``changed`` are the tensors that a step changes; by
    default the buffers, and at its end the parameters with their optimiser.
    """

    is_captured = True

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
        self._device = parameters.device
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
        if index is None:
            index = torch.arange(target.shape[1], device=self._device)
        # Otherwise torch would track versions for autograd at every operation.
        with torch.no_grad(), unoptimized(self._device):
            program.unit.step(
                *program.arguments, inputs, target, index, rate, position, self._generator
            )

    def steps(self, rates: Sequence[float], level: float) -> None:
        """Train on the next batches of the epoch, on all full-size ones in one call."""
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
        if not program.picked:
            picked = [
                torch.empty(len(source), rows, source.shape[2], device=self._device)
                for source in ((target,) if same else (inputs, target))
            ]
            program.picked[:] = picked[0], picked[-1]
        if self._device.type != "cpu" and self.is_captured:
            self._replay(program, rates, indices, inputs, target, start)
            return
        with torch.no_grad(), unoptimized(self._device):
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

    def _replay(
        self,
        program: BatchProgram,
        rates: list[float],
        indices: torch.Tensor,
        inputs: torch.Tensor,
        target: torch.Tensor,
        start: int,
    ) -> None:
        """Do the steps of ``_run_batches`` on a GPU, and wait for them."""
        rows, picked = len(indices) // len(rates), program.picked
        if not program.graphs:
            changed = [*self._changed.restored, *self._changed.until]
            program.graphs.append(StepGraph(self._generator, changed))
            picked.append(torch.empty(rows, dtype=indices.dtype, device=self._device))
        (graph,), (picked_inputs, picked_target, index) = program.graphs, picked
        for at, rate in enumerate(rates):
            index.copy_(indices[at * rows : (at + 1) * rows])
            pick_into(target, index, picked_target)
            if picked_inputs is not picked_target:
                pick_into(inputs, index, picked_inputs)
            # The only number that a step computes from its position is no more than 1.
            position = self.epoch + (start + (at + 1) * rows) / self._all_rows
            position = min(position, float(self._warm_up_epochs))
            arguments = *picked, rate, position, self._generator
            graph.run((rate, position), partial(self._call, program, *arguments))
        torch.cuda.current_stream().synchronize()

    def _call(self, program: BatchProgram, *arguments: Any) -> None:
        with torch.no_grad():
            program.unit.step(*program.arguments, *arguments)

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
