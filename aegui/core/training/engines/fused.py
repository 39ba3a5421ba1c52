"""The fused engines: whole epochs, or batches, as one call of a generated, compiled program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from aegui.core.training.engines.batch_program import (
    BatchProgram,
    GeneratedEngine,
    compiled,
    step_parameters,
)
from aegui.core.training.step.lines import drawn, emit_beta, emit_gradient, emit_penalties
from aegui.core.training.step.primitives import primitives_on
from aegui.core.training.step.program import Source, emit_corruption
from aegui.core.training.step.tape import Tape
from aegui.core.training.step.update import emit_update

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples
    from aegui.core.training.step.tape import Traced


class FusedEngine:
    """Runs whole epochs as one call of a compiled step program.

    Attributes:
        name: Key of the engine.
        epoch: Whole epochs done; set from outside, for the warm-up of the KL.
        device: Where it computes.
    """

    name = "fused"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        self.epoch = 0
        self.device = parameters.device
        self._step = Step(resolved, parameters, self._primitives(parameters.device))
        self._latent = resolved.recipe.network.latent
        self._parameters = parameters
        self._samples = samples
        self._generator = generator
        self._source = Source()
        self._program = self._build()

    def _primitives(self, device: torch.device) -> Mapping[Any, Callable[..., Any]]:
        """Return the primitives available to the step."""
        return primitives_on(device)

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        source = self._source
        # Otherwise torch would track versions for autograd at every operation.
        with torch.no_grad():
            self._program(
                source.tensors, source.lists, rates, float(self.epoch), level, self._generator
            )
        self.epoch += len(rates)

    def _build(self) -> Any:
        source, samples = self._source, self._samples
        source.bind("target", samples.target)
        source.line("for i in range(len(rates)):", 0)
        source.line("lr = rates[i]", 1)
        inputs = self._emit_noise()
        if samples.full_batch:
            inputs = inputs or source.bind("inputs", self._for_all_runs(samples.inputs))
            emit_beta(source, self._latent, "first + i + 1.0", 1)
            target = inputs if samples.noisy_target else "target"
            self._step.emit(source, inputs, target, samples.rows, 1)
        else:
            self._emit_batches(inputs or source.bind("inputs", samples.inputs))
        return source.compile("run", "rates: List[float], first: float, level: float, g: Generator")

    def _for_all_runs(self, tensor: torch.Tensor) -> torch.Tensor:
        """Copy ``[1, rows, D]`` for each run: batched products need it in memory."""
        return tensor.expand(self._parameters.layout.runs, -1, -1).contiguous()

    def _emit_noise(self) -> str | None:
        """Emit fresh noise for the epoch; return the name of the noisy inputs ``[K, rows, D]``."""
        samples = self._samples
        if not samples.fresh_noise:
            return None
        shape = (self._parameters.layout.runs, *samples.target.shape[1:])
        noisy = torch.empty(shape, device=self._parameters.device)
        self._source.bind("noisy", noisy)
        emit_corruption(
            self._source, samples.corruption.kind, "target", "noisy", 1, samples.image_shape
        )
        return "noisy"

    def _emit_batches(self, inputs: str) -> None:
        """Emit the shuffle, a loop over full-size batches, and the smaller last one, if any."""
        source, samples = self._source, self._samples
        device = self._parameters.device
        order = torch.empty(samples.rows, dtype=torch.int64, device=device)
        source.bind("order", order)
        source.line(f"torch.randperm({samples.rows}, generator=g, out=order)", 1)
        batches, rest = divmod(samples.rows, samples.batch_rows)
        source.line(f"for j in range({batches}):", 1)
        self._emit_batch(inputs, f"j * {samples.batch_rows}", samples.batch_rows, 2, "")
        if rest:
            start = str(batches * samples.batch_rows)
            self._emit_batch(inputs, start, rest, 1, "_rest")

    def _emit_batch(self, inputs: str, start: str, rows: int, indent: int, tag: str) -> None:
        source = self._source
        runs, device = self._parameters.layout.runs, self._parameters.device
        pixels = self._samples.target.shape[2]
        source.line(f"index = order.narrow(0, {start}, {rows})", indent)
        shape = (source.tensor("target").shape[0], rows, pixels)
        batch_target = source.bind(f"batch_target{tag}", torch.empty(shape).to(device))
        source.line(f"torch.index_select(target, 1, index, out={batch_target})", indent)
        width = source.tensor(inputs).shape[0]
        picked = source.bind(f"picked{tag}", torch.empty(width, rows, pixels).to(device))
        source.line(f"torch.index_select({inputs}, 1, index, out={picked})", indent)
        if width != runs:
            spread = source.bind(f"spread{tag}", torch.empty(runs, rows, pixels).to(device))
            source.line(f"{spread}.copy_({picked})", indent)
            picked = spread
        if self._samples.noisy_target:
            batch_target = picked
        done = f"({start} + {rows}) / {self._samples.rows}"
        emit_beta(source, self._latent, f"first + i + {done}", indent)
        self._step.emit(source, picked, batch_target, rows, indent, tag)


class FusedBatchEngine(GeneratedEngine):
    """Trains a chain of dense layers batch by batch, all runs together.

    For networks of which a whole epoch would be too long a call, and for samples that have to be
    read from a file.
    """

    name = "batched"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
    ) -> None:
        super().__init__(resolved, parameters, samples, generator)
        self._step = Step(
            resolved,
            parameters,
            primitives_on(parameters.device),
            is_captured=self._is_captured,
        )
        self._latent = resolved.recipe.network.latent
        self._pixels = samples.target.shape[2]
        self.prepare()

    def _build(self, width: int, rows: int) -> BatchProgram:
        source = Source()
        name, runs = "inputs", self._parameters.layout.runs
        if width != runs:
            spread = torch.empty(runs, rows, self._pixels, device=self.device)
            name = source.bind("spread", spread)
            source.line("spread.copy_(inputs)", 0)
        emit_beta(source, self._latent, "position", 0, is_captured=self._is_captured)
        self._step.emit(source, name, "target", rows, 0)
        first_parameters = [("t", "List[Tensor]"), ("s", "List[List[Tensor]]")]
        text = source.text("step", step_parameters(self.device))
        unit = compiled(text, first_parameters, rows, self.device)
        return BatchProgram(unit, (source.tensors, source.lists))


class CapturedEngine(FusedBatchEngine):
    """Runs whole epochs, like ``FusedEngine``, as replays of captured steps."""

    name = "captured"


class Step:
    """Emits one step: the gradient, penalties and the optimiser's update."""

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        primitives: Mapping[Any, Callable[..., Any]],
        *,
        is_captured: bool = False,
    ) -> None:
        self._resolved = resolved
        self._parameters = parameters
        self._primitives = primitives
        self._is_captured = is_captured

    def emit(
        self, source: Source, inputs: str, target: str, rows: int, indent: int, tag: str = ""
    ) -> None:
        """Emit the lines; ``lr``, ``g`` and with a gaussian code ``beta`` must be in scope."""
        resolved, parameters, captured = self._resolved, self._parameters, self._is_captured
        tape = Tape(source, self._primitives, indent, tag)
        masks, noise, lines = drawn(resolved, rows, parameters.device)
        mask_buffers = {index: tape.fixed(mask.flatten(2)) for index, mask in masks.items()}
        noise_buffer = None if noise is None else tape.fixed(noise)
        for line, buffer in zip(lines, [*mask_buffers.values(), noise_buffer], strict=False):
            assert buffer is not None
            source.line(line.format(buffer.name), indent)
        batch = self._named(tape, inputs, rows), self._named(tape, target, rows)
        emit_gradient(
            tape,
            resolved,
            parameters,
            *batch,
            mask_buffers,
            noise_buffer,
            stacked=True,
            is_captured=captured,
        )
        emit_penalties(source, resolved, parameters, indent)
        spec = resolved.recipe.training.optimizer
        emit_update(source, spec, parameters, indent, is_captured=captured)

    def _named(self, tape: Tape, name: str, rows: int) -> Traced:
        """Return a proxy for rows bound by the program, or passed to it."""
        if name in tape.source:
            return tape.named(name)
        runs, pixels = self._parameters.layout.runs, self._resolved.layers[0].inputs
        return tape.named(name, torch.empty(runs, rows, pixels, device=self._parameters.device))
