"""Joint training of runs that differ only in numbers; each ends as it would have ended alone.

A population is an iterator over the runs as they end; once half of them have ended, the others
continue in a smaller population.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.light_dataclass import dataclass
from aegui.core.network.resolve import layer_shapes
from aegui.core.training.cost import rows_of
from aegui.core.training.engines.choice import choose_members_engine, engine_name
from aegui.core.training.engines.fused import FusedEngine
from aegui.core.training.engines.members_engine import MemberSamples, Streams, keep_probabilities
from aegui.core.training.loop.failures import in_words
from aegui.core.training.loop.progress import BestSoFar, early_ending
from aegui.core.training.loop.schedules import Schedule
from aegui.core.training.loop.train import choose_device, tiny_numbers_as_zero, work_of
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.record.best import counts_wrong_pixels, tolerance_of
from aegui.core.training.record.history import RUN_COLUMNS, History, next_recorded_epoch
from aegui.core.training.step.measure import CompiledMeter
from aegui.core.training.step.members import some_of, together
from aegui.core.training.step.parameters import Parameters, snapshot_of
from aegui.core.training.terms import options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import Reason, RunResult
    from aegui.core.training.step.measure import Measured

_CALL_SECONDS = 0.1
"""Longest duration of one call of the engine: a stop has to wait for it."""
_MAX_EPOCHS = 4096
_MAX_NUMBERS = 1 << 20
"""Maximum number of values in the samples of a run that is trained together with others."""


@dataclass(frozen=True, eq=False)
class EndedRun:
    """One run that has ended."""

    run: int
    """Its index among the members."""
    result: RunResult
    """Its figures, as if trained alone; its seconds are its share of the total."""
    reason: Reason
    """Why it ended."""
    history: dict[str, NDArray[np.float64]]
    """The recorded columns by name, ``[n]`` each."""
    row: NDArray[np.float32]
    """Its best weights as one row, ``[P]``, as in a timeline."""


def trains_in_population(resolved: ResolvedRecipe) -> bool:
    """Return whether single runs like ``resolved`` can be trained jointly with their bucket.

    This holds for networks whose whole epochs are one call of a generated program and whose
    figures are measured in one call: small ones, of dense layers.
    """
    recipe = resolved.recipe
    if recipe.gan is not None or recipe.classifier is not None:
        return False
    if any(tensor.role == "buffer" for layer in resolved.layers for tensor in layer.tensors):
        return False
    is_stepped = bool(OPTIMIZERS[recipe.training.optimizer.name].each)
    rows, _ = rows_of(resolved)
    name = engine_name(resolved, rows)
    small = name == FusedEngine.name and rows * resolved.dataset.pixels <= _MAX_NUMBERS
    return small and is_stepped and recipe.training.goals.seconds is None


class Population:
    """Members of one bucket during training.

    Raises:
        TrainingError: Memory ran out, or the GPU failed.
    """

    @in_words()
    def __init__(self, resolved: ResolvedRecipe, members: Sequence[Recipe]) -> None:
        self._resolved = together(resolved, members)
        self._keep_probabilities = _keep_probabilities(self._resolved)
        self._numbers = np.arange(len(members))
        self._epochs = np.array([member.training.epochs for member in members])
        self._seconds = np.zeros(len(members))
        self._ended = np.zeros(len(members), bool)
        self._schedules = [
            Schedule(member.training.schedule, member.training.epochs) for member in members
        ]
        # The device of each run alone: on another one it would draw other random numbers.
        device, _ = choose_device(resolved.recipe.training.device, work_of(resolved))
        self._device = device
        self._parameters = Parameters(self._resolved, device)
        self._streams = Streams(self._resolved, self._keep_probabilities, device)
        self._build()
        recipe, dataset = self._resolved.recipe, self._resolved.dataset
        self._progress = BestSoFar(
            self._parameters,
            self._meter.measured,
            by_loss=not counts_wrong_pixels(recipe, dataset),
            tolerance=np.array([tolerance_of(member) for member in members]),
        )
        self.history = History(len(members), self._meter.terms)
        self._columns = np.arange(len(members))
        self._chunk = 1.0
        self.total = int(self._epochs.sum())
        """Epochs of the whole training, summed over all runs."""

    @property
    def left(self) -> int:
        """Epochs still to be done, summed over all runs; runs may end earlier."""
        return int((self._epochs - self._engine.epoch)[~self._ended].clip(min=0).sum())

    def run(self, wait: Callable[[], bool] = lambda: False) -> Iterator[EndedRun | None]:
        """Train; yield each run that has ended, and None between two calls of the engine.

        Args:
            wait: Called before each call of the engine; while it returns True, nothing is computed
                and None is yielded at once.

        Raises:
            TrainingError: Memory ran out, or the GPU failed.
        """
        torch.set_num_threads(1)
        yield from self._measure(np.ones(len(self._numbers), bool))
        yield None
        while not self._ended.all():
            if wait():
                yield None
                continue
            yield from self._advance()

    def _advance(self) -> Iterator[EndedRun | None]:
        started = time.perf_counter()
        engine = self._engine
        ends = [next_recorded_epoch(engine.epoch, int(last)) for last in self._epochs]
        until = min(end for end, ended in zip(ends, self._ended, strict=True) if not ended)
        while engine.epoch < until:
            count = max(1, min(until - engine.epoch, int(self._chunk)))
            begun = time.perf_counter()
            with tiny_numbers_as_zero(), in_words():
                engine.run(self._factors(engine.epoch, count))
            seconds = time.perf_counter() - begun
            fitting = max(1.0, count * _CALL_SECONDS / seconds)
            self._chunk = min(2 * self._chunk, _MAX_EPOCHS, fitting)
            yield None
        due = np.array([end == until for end in ends]) & ~self._ended
        self._seconds[~self._ended] += (time.perf_counter() - started) / (~self._ended).sum()
        yield from self._measure(due)
        if 2 * self._ended.sum() >= len(self._ended) and not self._ended.all():
            self._shrink()

    def _factors(self, epoch: int, count: int) -> NDArray[np.float64]:
        """Return factors of the learning rate, ``[count, K]``, by the schedules of the runs."""
        positions = range(epoch, epoch + count)
        known: dict[Any, list[float]] = {}
        columns = []
        for run, schedule in enumerate(self._schedules):
            recipe = self._resolved.members[run]
            spec = recipe.training.schedule
            key: Any = (spec, recipe.training.epochs)
            if spec.name in {"constant", "plateau"}:
                key = run if spec.name == "plateau" else spec.name
            if key not in known:
                known[key] = [schedule.factor_at(position) for position in positions]
            columns.append(known[key])
        return np.array(columns).T

    @in_words()
    @tiny_numbers_as_zero()
    def _measure(self, due: NDArray[np.bool_]) -> list[EndedRun]:
        """Measure all runs, record those that are ``due``, and return those that have ended."""
        measured, epoch = self._meter.measure(), self._engine.epoch
        self._progress.observe(epoch, measured, due)
        for run in np.flatnonzero(due):
            if self._resolved.members[run].training.schedule.name == "plateau":
                self._schedules[run].observe(epoch, self._progress.loss[run : run + 1])
        self._note(epoch, measured, due)
        over = [(int(run), self._ending(int(run))) for run in np.flatnonzero(due)]
        return self._give([(run, reason) for run, reason in over if reason is not None])

    def _note(self, epoch: int, measured: Measured, due: NDArray[np.bool_]) -> None:
        columns = {}
        for name, values in measured.row.items():
            column = np.full(self.history.runs, np.nan)
            column[self._columns[due]] = values[due]
            columns[name] = column
        self.history.append(epoch=epoch, seconds=np.nan, learning_rate=np.nan, **columns)

    def _ending(self, run: int) -> Reason | None:
        """Return why ``run`` ends, by the rules of ``Training`` for a single run, or None."""
        training, progress = self._resolved.members[run].training, self._progress
        epoch = self._engine.epoch
        if epoch == 0:
            return None
        reason = early_ending(
            training.goals,
            alive=bool(progress.alive[run]),
            wrong=progress.best_wrong_pixels[run],
            waited=epoch - progress.improved[run],
        )
        return reason or ("epochs" if epoch >= training.epochs else None)

    def _give(self, over: Sequence[tuple[int, Reason]]) -> list[EndedRun]:
        if not over:
            return []
        runs = np.array([run for run, _ in over])
        rows, wrong = self._rows(runs), self._all_wrong(runs)
        epoch, ended = self._engine.epoch, []
        for index, (run, reason) in enumerate(over):
            self._ended[run] = True
            member = self._resolved.members[run]
            history = self._history_of(run, options_of(member))
            seconds = float(self._seconds[run])
            result = self._progress.result_of(run, member.seed, epoch, seconds, wrong[index])
            number = int(self._numbers[run])
            ended.append(EndedRun(number, result, reason, history, rows[index]))
        return ended

    def _rows(self, runs: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the best weights of ``runs``, one row each."""
        flat, chosen = self._progress.best_flat, torch.from_numpy(runs)
        blocks = sorted(self._parameters.layout.blocks, key=lambda block: block.start)
        parts = [block.view(flat)[chosen].reshape(len(runs), -1) for block in blocks]
        rows: NDArray[np.float32] = torch.cat(parts, dim=1).cpu().numpy()
        return rows

    def _all_wrong(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the wrong pixels of all samples; large sets are only partly measured before."""
        few = some_of(self._resolved, runs.tolist())
        parameters = Parameters(few, self._device)
        progress = self._progress.of_runs(parameters, runs)
        best = snapshot_of(
            progress.best_flat, progress.best_buffers, parameters.layout, few, self._engine.epoch
        )
        wrong, _ = self._meter.conclude(best)
        return progress.best_wrong_pixels if wrong is None else wrong

    def _history_of(self, run: int, terms: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        view, place = self.history.view(), self._columns[run]
        columns = {name: getattr(view, name)[:, place] for name in RUN_COLUMNS}
        columns |= {key: column[:, place] for key, column in view.extra.items() if key in terms}
        rows = ~np.isnan(columns["wrong_mean"])
        return {"epoch": view.epoch[rows], **{key: column[rows] for key, column in columns.items()}}

    def _build(self) -> None:
        samples = MemberSamples(self._resolved, self._streams)
        self._meter = CompiledMeter(self._resolved, self._parameters, samples)
        self._engine = choose_members_engine(
            self._resolved, self._parameters, samples, self._streams
        )

    @in_words()
    def _shrink(self) -> None:
        """Continue with the runs that have not ended."""
        remaining = np.flatnonzero(~self._ended)
        epoch, before, streams = self._engine.epoch, self._parameters, self._streams
        self._resolved = some_of(self._resolved, remaining.tolist())
        self._keep_probabilities = [self._keep_probabilities[run] for run in remaining]
        self._parameters = Parameters(self._resolved, self._device)
        self._parameters.take_over(before, torch.from_numpy(remaining))
        self._streams = Streams(self._resolved, self._keep_probabilities, self._device)
        self._streams.go_on_from(streams)
        self._progress = self._progress.of_runs(self._parameters, remaining)
        for name in ("_numbers", "_epochs", "_seconds", "_ended", "_columns"):
            setattr(self, name, getattr(self, name)[remaining])
        self._schedules = [self._schedules[run] for run in remaining]
        self._build()
        self._engine.epoch = epoch


def _keep_probabilities(resolved: ResolvedRecipe) -> list[tuple[float, ...]]:
    """Return for each member the keep probability of dropout in each layer."""
    known: dict[Any, tuple[float, ...]] = {}
    shape = resolved.dataset.image_shape
    for recipe in resolved.members:
        if recipe.network not in known:
            known[recipe.network] = keep_probabilities(layer_shapes(recipe, shape).layers)
    return [known[recipe.network] for recipe in resolved.members]
