"""The engine of runs that differ in numbers: whole epochs of all runs as one compiled call.

Each run gets exactly the random numbers that it would get alone. Runs with the same seed, noise and
dropout draw the same numbers: these are drawn once, as one *stream*, and passed to each run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.network.forward import dropout_rate
from aegui.core.seeds import NOISE_STREAM
from aegui.core.training.step.lines import emit_betas, emit_gradient, emit_penalties
from aegui.core.training.step.members import alone
from aegui.core.training.step.objective import is_drawn
from aegui.core.training.step.primitives import PRIMITIVES
from aegui.core.training.step.program import Source, emit_corruption
from aegui.core.training.step.samples import Samples
from aegui.core.training.step.tape import Tape
from aegui.core.training.step.update import emit_update, emit_update_of_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.step.parameters import Parameters

_EVALUATED = ("eval_clean", "eval_target", "eval_inputs", "validation_clean")
_CHECKED = ("validation_target", "validation_inputs")


@dataclass(frozen=True)
class Stream:
    """The settings that determine the random numbers of a run.

    Attributes:
        seed: Seed of the run.
        noise: Key of the kind of noise.
        level: Level of the noise.
        keep_probabilities: Keep probability of dropout in each layer.
    """

    seed: int
    noise: str
    level: float
    keep_probabilities: tuple[float, ...]


def keep_probabilities(layers: Sequence[LayerShape]) -> tuple[float, ...]:
    """Return the keep probability of dropout in each layer."""
    return tuple(1.0 - dropout_rate(layer.spec) for layer in layers)


class Streams:
    """The streams of a population of members, sorted by the kind of noise.

    Attributes:
        device: Where the numbers are drawn.
        each: The streams.
        of_run: int64 ``[K]``, the index of the stream of each run.
        generators: The generator of each stream.
        first: Index of the first run of each stream.
    """

    def __init__(
        self,
        resolved: ResolvedRecipe,
        keep_probabilities: Sequence[tuple[float, ...]],
        device: torch.device,
    ) -> None:
        self.device = device
        found = []
        for recipe, keep in zip(resolved.members, keep_probabilities, strict=True):
            noise = recipe.data.corruption
            found.append(Stream(recipe.seed, noise.kind, noise.level, keep))
        self.each = sorted(dict.fromkeys(found), key=lambda stream: stream.noise)
        indices = {stream: index for index, stream in enumerate(self.each)}
        self.of_run = torch.tensor([indices[stream] for stream in found], device=device)
        self.first = [found.index(stream) for stream in self.each]
        self.generators = [
            torch.Generator(device=device).manual_seed(stream.seed ^ NOISE_STREAM)
            for stream in self.each
        ]

    def go_on_from(self, others: Streams) -> None:
        """Continue from the generator states of ``others``, which include these streams."""
        states = dict(zip(others.each, others.generators, strict=True))
        for stream, generator in zip(self.each, self.generators, strict=True):
            generator.set_state(states[stream].get_state())

    @property
    def are_runs(self) -> bool:
        """Whether each run has a stream of its own, in order."""
        return self.of_run.tolist() == list(range(len(self.each)))

    def spread(self, tensor: torch.Tensor) -> torch.Tensor:
        """Expand ``[S, ...]`` of the streams to ``[K, ...]`` of the runs; ``[1, ...]`` is kept."""
        if len(tensor) == 1 and len(self.each) > 1:
            return tensor
        return tensor[self.of_run]


class MemberSamples(Samples):
    """Samples of a population of members, each as if it were trained alone.

    Fixed noise and the samples that the loss is measured on are ``[K, rows, D]`` if they differ
    between runs.
    """

    def __init__(self, resolved: ResolvedRecipe, streams: Streams) -> None:
        first = alone(resolved, streams.first[0])
        super().__init__(first, first.recipe.data.corruption, streams.device)
        if self.corruption.kind == "none":
            return
        others = []
        for run in streams.first[1:]:
            one = alone(resolved, run)
            others.append(Samples(one, one.recipe.data.corruption, self.device))
        names = [*_EVALUATED, *_CHECKED, *(() if self.corruption.fresh else ("inputs", "target"))]
        for name in names:
            mine = getattr(self, name)
            if name in {"eval_clean", "validation_clean"} or not mine.numel():
                continue
            stacked = torch.cat([mine, *(getattr(other, name) for other in others)])
            if name.endswith("inputs") or not self.corruption.clean_target:
                setattr(self, name, streams.spread(stacked))


class MembersEngine:
    """Runs whole epochs as one call of a compiled step program, see ``FusedEngine``.

    Attributes:
        epoch: Whole epochs done.
    """

    name = "members"

    def __init__(
        self,
        resolved: ResolvedRecipe,
        parameters: Parameters,
        samples: MemberSamples,
        streams: Streams,
    ) -> None:
        self.epoch = 0
        self._resolved = resolved
        self._parameters = parameters
        self._samples = samples
        self._streams = streams
        self._runs = parameters.layout.runs
        self._device = parameters.device
        self._source = Source()
        rates = [recipe.training.optimizer.learning_rate for recipe in resolved.members]
        self._rates = parameters.spread(rates)
        # If it is the same for all runs, the optimiser's own update does it in one pass.
        self._step_alike = len({_stepped_by(recipe) for recipe in resolved.members}) == 1
        self._keep_probabilities = [
            list(keep)
            for keep in zip(*(stream.keep_probabilities for stream in streams.each), strict=True)
        ]
        self._program = self._build()

    def run(self, factors: NDArray[np.float64]) -> None:
        """Do some epochs; ``factors`` ``[E, K]`` are those of the schedules of the runs."""
        same = bool((factors == factors[:, :1]).all())
        each = np.empty(0) if same else factors
        run_factors = torch.from_numpy(each.astype(np.float32)).to(self._device)
        levels = [stream.level for stream in self._streams.each]
        with torch.no_grad():
            self._program(
                self._source.tensors,
                self._source.lists,
                self._streams.generators,
                levels,
                self._keep_probabilities,
                factors[:, 0].tolist(),
                run_factors,
                float(self.epoch),
            )
        self.epoch += len(factors)

    def _build(self) -> Any:
        source, samples = self._source, self._samples
        source.bind("target", samples.target)
        source.bind("of_run", self._streams.of_run)
        source.line("for i in range(len(factors)):", 0)
        source.line("factor = factors[i]", 1)
        if not self._step_alike:
            self._emit_rates()
        inputs = self._emit_noise()
        if samples.full_batch:
            inputs = inputs or source.bind("inputs", self._for_all(samples.inputs))
            inputs = self._spread(inputs, 1)
            emit_betas(source, self._resolved.members, self._device, "first + i + 1.0", 1)
            self._emit_step(inputs, inputs if samples.noisy_target else "target", samples.rows, 1)
        else:
            self._emit_batches(inputs)
        return source.compile("run", _PARAMETERS)

    def _for_all(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.expand(self._runs, -1, -1).contiguous()

    def _emit_rates(self) -> None:
        """Emit the learning rate of every parameter, if schedules differ."""
        source, layout = self._source, self._parameters.layout
        source.bind("rates", self._rates.clone())
        source.bind("base_rates", self._rates)
        # Reset, as an earlier call may have left other rates.
        source.line("rates.copy_(base_rates)", 1)
        source.line("if run_factors.numel() > 0:", 1)
        source.line("factor = 1.0", 2)
        for at, block in enumerate(layout.blocks):
            for name in ("rates", "base_rates"):
                part = source.tensor(name)[block.start : block.stop].view(self._runs, -1)
                source.bind(f"{name}{at}_", part)
            source.line(f"torch.mul(base_rates{at}_, run_factors[i][:, None], out=rates{at}_)", 2)

    def _emit_noise(self) -> str | None:
        """Emit fresh noise of each stream for the epoch; return the name of the noisy inputs."""
        samples, source, streams = self._samples, self._source, self._streams.each
        if not samples.fresh_noise:
            return None
        noisy = torch.empty(len(streams), *samples.target.shape[1:], device=self._device)
        source.bind("noisy", noisy)
        buffers = source.bind_list(*torch.split(noisy, 1))
        kinds = [stream.noise for stream in streams]
        for kind in dict.fromkeys(kinds):
            start = kinds.index(kind)
            source.line(f"for k in range({start}, {start + kinds.count(kind)}):", 1)
            source.line(f"level, g, out = levels[k], gs[k], {buffers}[k]", 2)
            emit_corruption(source, kind, "target", "out", 2, samples.image_shape)
        return "noisy"

    def _spread(self, name: str, indent: int) -> str:
        """Emit the expansion of ``[S, ...]`` of streams to the runs; return the result's name."""
        tensor = self._source.tensor(name)
        if len(tensor) == self._runs and (name == "inputs" or self._streams.are_runs):
            return name
        buffer = torch.empty(self._runs, *tensor.shape[1:], device=self._device)
        expanded = self._source.bind(f"{name}_of_run", buffer)
        self._source.line(f"torch.index_select({name}, 0, of_run, out={expanded})", indent)
        return expanded

    def _emit_batches(self, noisy: str | None) -> None:
        """Emit the shuffle, a loop over full-size batches, and the smaller last one, if any."""
        source, samples = self._source, self._samples
        rows, count = samples.rows, len(self._streams.each)
        order = torch.empty(count, rows, dtype=torch.int64, device=self._device)
        source.bind("order", order)
        orders = source.bind_list(*order)
        source.line(f"for k in range({count}):", 1)
        source.line(f"torch.randperm({rows}, generator=gs[k], out={orders}[k])", 2)
        source.bind("starts", (torch.arange(count, device=self._device) * rows)[:, None])
        if noisy is None and samples.inputs is not samples.target:
            noisy = source.bind("fixed", self._of_streams(samples.inputs))
        batches, rest = divmod(rows, samples.batch_rows)
        source.line(f"for j in range({batches}):", 1)
        start = f"j * {samples.batch_rows}"
        self._emit_batch(noisy, start, samples.batch_rows, 2, "")
        if rest:
            self._emit_batch(noisy, str(batches * samples.batch_rows), rest, 1, "_rest")

    def _of_streams(self, tensor: torch.Tensor) -> torch.Tensor:
        """Reduce ``[K, ...]`` of the runs to ``[S, ...]`` of the streams."""
        first = torch.tensor(self._streams.first, device=self._device)
        return tensor[first].contiguous() if len(tensor) > 1 else tensor

    def _emit_batch(self, noisy: str | None, start: str, rows: int, indent: int, tag: str) -> None:
        source, samples = self._source, self._samples
        source.line(f"index = order.narrow(1, {start}, {rows})", indent)
        if samples.target.shape[0] > 1:
            target = self._emit_picked("aims", self._of_streams(samples.target), rows, indent, tag)
        else:
            target = self._emit_picked("target", samples.target, rows, indent, tag)
        inputs = target
        if noisy is not None:
            inputs = self._emit_picked(noisy, source.tensor(noisy), rows, indent, tag)
        if samples.noisy_target:
            target = inputs
        position = f"first + i + ({start} + {rows}) / {samples.rows}"
        emit_betas(source, self._resolved.members, self._device, position, indent)
        self._emit_step(inputs, target, rows, indent, tag)

    def _emit_picked(
        self, name: str, tensor: torch.Tensor, rows: int, indent: int, tag: str
    ) -> str:
        """Emit the selection of the rows at ``index`` for each run; return the result's name."""
        source, count = self._source, len(self._streams.each)
        if name not in source:
            source.bind(name, tensor)
        pixels = tensor.shape[2]
        flat = f"{name}_rows"
        if flat not in source:
            source.bind(flat, tensor.view(-1, pixels))
        picked = torch.empty(count, rows, pixels, device=self._device)
        picked_name = source.bind(f"{name}_picked{tag}", picked)
        into = source.bind(f"{name}_picked_rows{tag}", picked.view(-1, pixels))
        indices = "index.reshape(-1)" if len(tensor) == 1 else "(index + starts).reshape(-1)"
        source.line(f"torch.index_select({flat}, 0, {indices}, out={into})", indent)
        return self._spread(picked_name, indent)

    def _emit_step(self, inputs: str, target: str, rows: int, indent: int, tag: str = "") -> None:
        source, resolved, parameters = self._source, self._resolved, self._parameters
        tape = Tape(source, PRIMITIVES, indent, tag)
        masks = {
            index: tape.named(self._emit_mask(index, rows, indent, tag))
            for index, keep in enumerate(self._keep_probabilities)
            if min(keep) < 1.0
        }
        noise = None
        if is_drawn(resolved):
            noise = tape.named(self._emit_code_noise(rows, indent, tag))
        batch = tape.named(inputs), tape.named(target)
        emit_gradient(tape, resolved, parameters, *batch, masks, noise, stacked=True)
        emit_penalties(source, resolved, parameters, indent)
        self._emit_update(indent)

    def _emit_update(self, indent: int) -> None:
        source, resolved, parameters = self._source, self._resolved, self._parameters
        if self._step_alike:
            rate = resolved.recipe.training.optimizer.learning_rate
            source.line(f"lr = {rate!r} * factor", indent)
            emit_update(source, resolved.recipe.training.optimizer, parameters, indent)
        else:
            emit_update_of_each(source, resolved, parameters, indent)

    def _emit_mask(self, index: int, rows: int, indent: int, tag: str) -> str:
        source = self._source
        shape = self._resolved.layers[index].outputs
        mask = torch.ones(len(self._streams.each), rows, shape, device=self._device)
        name = source.bind(f"mask{index}{tag}", mask)
        buffers = source.bind_list(*torch.split(mask, 1))
        source.line("for k in range(len(gs)):", indent)
        source.line(f"keep = keeps[{index}][k]", indent + 1)
        source.line("if keep < 1.0:", indent + 1)
        source.line(f"{buffers}[k].bernoulli_(keep, generator=gs[k]).mul_(1.0 / keep)", indent + 2)
        return self._spread(name, indent)

    def _emit_code_noise(self, rows: int, indent: int, tag: str) -> str:
        source, units = self._source, self._resolved.recipe.network.latent.units
        noise = torch.zeros(len(self._streams.each), rows, units, device=self._device)
        name = source.bind(f"noise{tag}", noise)
        buffers = source.bind_list(*torch.split(noise, 1))
        source.line("for k in range(len(gs)):", indent)
        source.line(f"{buffers}[k].normal_(0.0, 1.0, generator=gs[k])", indent + 1)
        return self._spread(name, indent)


def _stepped_by(recipe: Recipe) -> Any:
    """Return the settings of a recipe that the update of a step depends on."""
    training = recipe.training
    if training.schedule.name == "plateau":
        return training.optimizer, training.schedule, recipe  # each lowers its rate on its own
    epochs = None if training.schedule.name == "constant" else training.epochs
    return training.optimizer, training.schedule, epochs


_PARAMETERS = (
    "gs: List[Generator], levels: List[float], keeps: List[List[float]], factors: List[float], "
    "run_factors: Tensor, first: float"
)
