"""The engine of small networks: whole epochs of all runs as one call of a machine of its own.

The step is that of the torch engines (``fused.py``, ``members_engine.py``), translated to a list of
operations; its random numbers are drawn ahead for all epochs of a call. Machines are the
interpreter in C (``native/``) and, on a GPU, a kernel made from the list (``cuda/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.training.engines.cuda.program import CudaProgram
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.members_engine import MembersEngine
from aegui.core.training.engines.native.library import NativeLibrary
from aegui.core.training.engines.native.program import NativeProgram
from aegui.core.training.engines.operations.draws import ORDER, Draws, EpochBatches
from aegui.core.training.engines.operations.listing import Moving
from aegui.core.training.engines.operations.translation import Translation, drawn_lines
from aegui.core.training.optimizers import OPTIMIZERS, of_each
from aegui.core.training.step.lines import emit_beta, emit_betas
from aegui.core.training.step.members import Number
from aegui.core.training.step.primitives import PRIMITIVES
from aegui.core.training.step.program import Source, emit_corruption
from aegui.core.training.step.update import emit_update

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.engines.cuda.program import Gpu
    from aegui.core.training.engines.members_engine import MemberSamples, Streams
    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.samples import Samples

    Machine = NativeLibrary | Gpu

_NOISY = "noisy"


class _MachineSteps:
    """Steps of one recipe on the machine, and their random draws.

    Args:
        machine: What runs the steps.
        parameters: The parameters being trained.
        samples: The training samples.
        of: Owner of the random numbers: each ``run``, or each ``stream``.
        threads: Maximum number of threads that the runs are distributed over.
    """

    def __init__(
        self,
        machine: Machine,
        parameters: Parameters,
        samples: Samples,
        of: str,
        threads: int,
    ) -> None:
        self.batches = EpochBatches(samples)
        self.draws = Draws(self.batches)
        self.translation = Translation(parameters)
        self._machine = machine
        self._parameters = parameters
        self._samples = samples
        self._of = of
        self._threads = threads
        self._program: NativeProgram | CudaProgram | None = None

    def drawn(self, name: str, tensor: torch.Tensor) -> None:
        """Let ``tensor`` ``[K, ...]`` stand for the numbers drawn as ``name``."""
        self.translation.moves(tensor, Moving(name, self._of, tensor[0].numel()))

    def read(
        self, inputs: torch.Tensor, order_of: str, emit: Callable[[Source, str, int, str], None]
    ) -> None:
        """Translate the steps of an epoch.

        Args:
            inputs: Inputs of all samples, ``[1 or K, rows, D]``.
            order_of: Owner of the order of the samples: ``all`` the same, or each ``stream``.
            emit: Prints a step to a source, with inputs ``inputs`` and a target of the given name,
                for the given number of rows, with a tag as suffix of its names.
        """
        samples, runs, translation = self._samples, self._parameters.layout.runs, self.translation
        for rows, tag in self.batches.kinds:
            if tag:
                translation.begin_rest()
            batch_inputs, target = inputs, samples.target
            if not samples.full_batch:
                device = self._parameters.device
                index = torch.empty(rows, dtype=torch.int64, device=device)
                translation.moves(index, Moving(f"{ORDER}{tag}", order_of, 2 * samples.rows))
                batch_inputs = torch.empty(1, rows, inputs.shape[2], device=device)
                translation.pick(batch_inputs, inputs, index)
                target = batch_inputs
                if samples.target is not inputs and not samples.noisy_target:
                    target = torch.empty(1, rows, inputs.shape[2], device=device)
                    translation.pick(target, samples.target, index)
            elif samples.noisy_target:
                target = batch_inputs
            source = Source()
            name = source.bind("inputs", batch_inputs.expand(runs, -1, -1))
            if target is not batch_inputs:
                name = source.bind("target", target)
            emit(source, name, rows, tag)
            translation.read(source)

    def finish(self, parameters: str, streams: NDArray[np.int64] | None = None) -> _MachineSteps:
        """Compile the draws with ``parameters``, build the program, and return ``self``."""
        self.draws.compile(parameters)
        batches = self.batches.full_batches, int(self.batches.rest > 0)
        given = self.translation.listing(), self._parameters.layout.runs, batches
        if isinstance(self._machine, NativeLibrary):
            self._program = NativeProgram(
                self._machine, *given, streams=streams, threads=self._threads
            )
        else:
            self._program = CudaProgram(self._machine, *given, self._parameters.device, streams)
        return self

    def run(
        self,
        epoch: int,
        rates: NDArray[np.float64],
        known: dict[str, NDArray[np.float64]],
        *arguments: Any,
    ) -> None:
        """Do the epochs from ``epoch`` on at ``rates`` ``[K or 1, epochs]``.

        ``known`` are further numbers ``[K, 1]``; ``arguments`` are the arguments of the draws.
        """
        assert self._program is not None
        ends, epochs, done = self.batches.ends, rates.shape[1], 0
        while done < epochs:
            count = min(self.draws.most_epochs, epochs - done)
            drawn = self.draws.draw(count, *arguments)
            first = np.arange(epoch + done, epoch + done + count)
            position = np.add.outer(first, ends).reshape(1, -1)
            steps = position.shape[1]
            before = float(self._parameters.steps)
            step_values = {
                "lr": np.repeat(rates[:, done : done + count], len(ends), axis=1),
                "position": position,
                "step": before + 1 + np.arange(steps)[None],
            }
            self._program.run(step_values | known, drawn, count)
            if self.translation.counts_steps:
                self._parameters.steps += steps
            done += count


class MachineEngine(FusedEngine):
    """Runs whole epochs on the machine, see ``FusedEngine``."""

    name = "native"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: Samples,
        generator: torch.Generator,
        machine: Machine,
        threads: int = 1,
    ) -> None:
        """Prepare the steps; raise ``NotTraced`` if the machine lacks an operation."""
        self.name = engine_on(machine)
        self._machine_steps = _MachineSteps(machine, parameters, samples, "run", threads)
        super().__init__(resolved, parameters, samples, generator)

    def _primitives(self, _: torch.device) -> Mapping[Any, Callable[..., Any]]:
        """Return the primitives that the machine supports."""
        return PRIMITIVES

    def run(self, rates: list[float], level: float) -> None:
        """Do ``len(rates)`` epochs at these learning rates, with noise of this ``level``."""
        self._machine_steps.run(self.epoch, np.array([rates]), {}, level, self._generator)
        self.epoch += len(rates)

    def _build(self) -> _MachineSteps:
        steps, samples, draws = self._machine_steps, self._samples, self._machine_steps.draws
        inputs = samples.inputs
        if samples.fresh_noise:
            shape = self._parameters.layout.runs, *samples.target.shape[1:]
            inputs = torch.empty(shape, device=samples.device)
            draws.source.bind("target", samples.target)
            draws.bind_buffer(_NOISY, inputs)
            for text in _noise_lines(samples, samples.corruption.kind, _NOISY):
                draws.line(text)
            steps.drawn(_NOISY, inputs)
        if not samples.full_batch:
            order = torch.empty(samples.rows, dtype=torch.int64, device=samples.device)
            draws.bind_buffer(ORDER, order)
            draws.line(f"torch.randperm({samples.rows}, generator=g, out={ORDER})")
        steps.read(inputs, "all", self._emit)
        return steps.finish("level: float, g: Generator")

    def _emit(self, source: Source, target: str, rows: int, tag: str) -> None:
        emit_beta(source, self._latent, "position", 0)
        self._step.emit(source, "inputs", target, rows, 0, tag)
        for text in drawn_lines(source):
            name = text.partition(".")[0]
            self._machine_steps.draws.bind_buffer(name, source.tensor(name), tag)
            self._machine_steps.draws.line(text, tag)
            self._machine_steps.drawn(name, source.tensor(name))


class MachineMembersEngine(MembersEngine):
    """Runs whole epochs of runs that differ in numbers on the machine, see ``MembersEngine``."""

    name = "native"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: MemberSamples,
        streams: Streams,
        machine: Machine,
        threads: int = 1,
    ) -> None:
        """Prepare the steps; raise ``NotTraced`` if the machine lacks an operation."""
        self.name = engine_on(machine)
        self._machine_steps = _MachineSteps(machine, parameters, samples, "stream", threads)
        specs = [recipe.training.optimizer for recipe in resolved.members]
        self._base_rates = np.array([[spec.learning_rate] for spec in specs])
        keys = OPTIMIZERS[specs[0].name].parameters
        # Numbers of the optimiser that differ between the runs.
        self._each = [key for key in keys if Number(resolved, f"training.optimizer.{key}").each]
        self._numbers: dict[str, NDArray[np.float64]] = {
            of_each(key): np.array([[float(getattr(spec, key))] for spec in specs])
            for key in self._each
        }
        super().__init__(resolved, parameters, samples, streams)

    def run(self, factors: NDArray[np.float64]) -> None:
        """Do some epochs; ``factors`` ``[E, K]`` are those of the schedules of the runs."""
        rates = self._base_rates * factors.T
        if (rates == rates[:1]).all():
            rates = rates[:1]
        levels = [stream.level for stream in self._streams.each]
        arguments = self._streams.generators, levels, self._keep_probabilities
        self._machine_steps.run(self.epoch, rates, self._numbers, *arguments)
        self.epoch += len(factors)

    def _build(self) -> _MachineSteps:
        steps, samples, streams = self._machine_steps, self._samples, self._streams
        draws, count = steps.draws, len(streams.each)
        inputs = samples.inputs
        if samples.fresh_noise:
            draws.source.bind("target", samples.target)
            shape = samples.target.shape[1:]
            draws.bind_buffer(_NOISY, torch.empty(count, *shape, device=samples.device))
            kinds = [stream.noise for stream in streams.each]
            for kind in dict.fromkeys(kinds):
                start = kinds.index(kind)
                draws.line(f"for k in range({start}, {start + kinds.count(kind)}):")
                draws.line(f"    level, g, out = levels[k], gs[k], {_NOISY}.narrow(0, k, 1)")
                for text in _noise_lines(samples, kind, "out"):
                    draws.line(f"    {text}")
            inputs = torch.empty(self._runs, *shape, device=samples.device)
            steps.drawn(_NOISY, inputs)
        if not samples.full_batch:
            order = torch.empty(count, samples.rows, dtype=torch.int64, device=samples.device)
            draws.bind_buffer(ORDER, order)
            draws.line(f"for k in range({count}):")
            draws.line(f"    torch.randperm({samples.rows}, generator=gs[k], out={ORDER}[k])")
        steps.read(inputs, "stream", self._emit)
        parameters = "gs: List[Generator], levels: List[float], keeps: List[List[float]]"
        return steps.finish(parameters, streams.of_run.cpu().numpy())

    def _emit(self, source: Source, target: str, rows: int, tag: str) -> None:
        self._source = source
        emit_betas(source, self._resolved.members, self._device, "position", 0)
        self._emit_step("inputs", target, rows, 0, tag)

    def _emit_update(self, indent: int) -> None:
        spec = self._resolved.recipe.training.optimizer
        emit_update(self._source, spec, self._parameters, indent, self._each)

    def _emit_mask(self, index: int, rows: int, indent: int, tag: str) -> str:
        name = f"mask{index}{tag}"
        lines = (
            f"    keep, mask = keeps[{index}][k], {name}[k]",
            "    if keep < 1.0:",
            "        mask.bernoulli_(keep, generator=gs[k]).mul_(1.0 / keep)",
            "    else:",
            "        mask.fill_(1.0)",
        )
        return self._of_streams_drawn(
            name, (rows, self._resolved.layers[index].outputs), lines, tag
        )

    def _emit_code_noise(self, rows: int, indent: int, tag: str) -> str:
        name, units = f"noise{tag}", self._resolved.recipe.network.latent.units
        lines = (f"    {name}[k].normal_(0.0, 1.0, generator=gs[k])",)
        return self._of_streams_drawn(name, (rows, units), lines, tag)

    def _of_streams_drawn(
        self, name: str, shape: tuple[int, int], lines: tuple[str, ...], tag: str
    ) -> str:
        """Let ``lines`` fill a buffer per stream and batch; return the name for the runs."""
        draws, count = self._machine_steps.draws, len(self._streams.each)
        draws.bind_buffer(name, torch.empty(count, *shape, device=self._device), tag)
        for text in ("for k in range(len(gs)):", *lines):
            draws.line(text, tag)
        buffer = torch.zeros(self._runs, *shape, device=self._device)
        self._machine_steps.drawn(name, buffer)
        return self._source.bind(name, buffer)


def engine_on(machine: Machine) -> str:
    """Return the name of the engine on ``machine``."""
    return MachineEngine.name if isinstance(machine, NativeLibrary) else "cuda"


def _noise_lines(samples: Samples, kind: str, out: str) -> list[str]:
    """Return lines that write noisy targets to ``out``."""
    source = Source()
    emit_corruption(source, kind, "target", out, 0, samples.image_shape)
    return [text.removeprefix("    ") for text in source.lines]
