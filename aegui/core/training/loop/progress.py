"""State tracked for every run during training: best weights, goals, and whether it diverged."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.training.record.best import COURSE_TOLERANCE
from aegui.core.training.record.checkpoint_check import array, counts, damaged, number
from aegui.core.training.record.history import epoch_number
from aegui.core.training.record.result import GOALS, RunResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.recipe import GoalsSpec
    from aegui.core.training.record.layout import Block
    from aegui.core.training.record.result import Reason
    from aegui.core.training.step.measure import Measured
    from aegui.core.training.step.parameters import Parameters

_LIMITS = {"at_most_1": 1, "exact": 0}
_CRITERIA = ("criterion", "loss", "wrong pixels", "goal")
"""Criteria in which weights can be better than those before the first step."""
_OF_RUNS = (
    *("best_loss", "best_wrong", "best_excess", "best_epoch", "best_wrong_pixels"),
    *("loss", "loss_of_best", "alive", "improved"),
)
_OLDER = {"best_position": "best_epoch", "loss_of_best": "lowest_loss"}
"""Names in a state -> their names in older files."""


class BestSoFar:
    """The best weights and the figures of K runs, updated at every recorded epoch.

    ``record/best.py`` defines the best weights: no other weights have both a lower loss and fewer
    wrong pixels, unless they miss the goal. Adam at a constant rate loses a perfect fit now and
    then, so the last weights would not do.
    """

    def __init__(
        self,
        parameters: Parameters,
        samples: int,
        *,
        by_loss: bool,
        tolerance: int | NDArray[np.int64] = COURSE_TOLERANCE,
    ) -> None:
        self._parameters = parameters
        self._layout = parameters.layout
        runs = self._layout.runs
        self._tolerance = tolerance
        self._by_loss = by_loss
        self.best_flat = parameters.shown.clone()
        self.best_buffers = parameters.buffers.clone()
        self.best_loss = np.full(runs, math.inf)
        self.best_wrong = np.full(runs, np.iinfo(np.int64).max)
        self.best_excess = np.full(runs, np.iinfo(np.int64).max)
        self.best_epoch = np.zeros(runs)
        self.best_wrong_pixels = np.zeros((runs, samples), np.int64)
        self._is_shared = False
        self.loss = np.full(runs, math.nan)
        self.loss_of_best = np.full(runs, math.inf)
        # Criteria before the first step, and their epoch: learnt weights must improve on one. The
        # epoch is -inf once another objective has begun, which is not trained from the start.
        self._start = np.full((len(_CRITERIA), runs), math.inf)
        self._start_epoch = np.full(runs, math.inf)
        self.first_epoch = {goal: np.full(runs, -1, np.int64) for goal in GOALS}
        self.alive = np.ones(runs, bool)
        self.improved = np.zeros(runs)

    @property
    def improved_epoch(self) -> float:
        """Latest epoch at which any run improved."""
        return float(self.improved.max())

    def of_runs(self, parameters: Parameters, runs: NDArray[np.int64]) -> BestSoFar:
        """Return the state of ``runs`` only, as a population of ``parameters``."""
        tolerance = np.broadcast_to(self._tolerance, len(self.alive))[runs]
        samples = self.best_wrong_pixels.shape[1]
        result = BestSoFar(parameters, samples, by_loss=self._by_loss, tolerance=tolerance)
        chosen = torch.from_numpy(runs)
        for mine, theirs in zip(self._layout.blocks, parameters.layout.blocks, strict=True):
            theirs.view(result.best_flat).copy_(mine.view(self.best_flat)[chosen])
        for name in _OF_RUNS:
            setattr(result, name, getattr(self, name)[runs])
        result._start, result._start_epoch = self._start[:, runs], self._start_epoch[runs]
        result.first_epoch = {goal: first[runs] for goal, first in self.first_epoch.items()}
        return result

    def observe(
        self, epoch: float, measured: Measured, due: NDArray[np.bool_] | None = None
    ) -> None:
        """Update the state with a measurement of the current parameters after ``epoch`` epochs.

        If ``due`` is given, only the runs that it marks are updated.
        """
        due = np.ones_like(self.alive) if due is None else due
        self.alive &= np.isfinite(measured.loss) | ~due
        self.loss = np.where(self.alive & due, measured.loss, self.loss)
        if measured.preliminary:
            self.improved[:] = epoch
            self._keep(self.alive)
            self.best_epoch[self.alive] = epoch
            self.loss_of_best[self.alive] = measured.loss[self.alive]
            return
        for goal, first in self.first_epoch.items():
            if not measured.wrong.shape[1]:
                break
            met = self.alive & due & (measured.wrong.max(axis=1) <= _LIMITS[goal])
            first[met & (first < 0)] = math.ceil(epoch)  # 0 is before the first step
        # A run that diverged before its first step has no good weights; its wrong pixels must be
        # recorded so that it does not count as error-free.
        unmeasured = due & np.isinf(self.best_loss) & np.isposinf(self._start_epoch)
        never = unmeasured & ~self.alive
        self.best_wrong_pixels[never] = measured.wrong[never]
        better = self._better(measured) & due
        untrained = unmeasured & ((self.best_epoch > 0) | (epoch == 0))
        self._start[:, untrained] = self._criteria_of(measured)[:, untrained]
        self._start_epoch[untrained] = epoch
        if not better.any():
            return
        self.improved[better] = epoch
        self._keep(better)
        self.best_epoch[better] = epoch
        self.loss_of_best[better] = measured.loss[better]
        self.best_loss[better] = measured.criterion[better]
        self.best_wrong[better] = measured.wrong.sum(axis=1)[better]
        self.best_excess[better] = self._excess(measured.wrong)[better]
        self.best_wrong_pixels[better] = measured.wrong[better]

    def begin_again(self, epoch: float, *, by_loss: bool) -> None:
        """Compare no measurement after ``epoch`` epochs with earlier ones: the objective is new.

        The best weights remain until the next measurement.
        """
        self._by_loss = by_loss
        self.improved[:] = epoch
        # Pre-trained runs have no best loss yet, and those that diverged keep their weights.
        runs = self.alive & np.isfinite(self.best_loss)
        self.best_loss[runs] = math.inf
        self.best_wrong[runs] = self.best_excess[runs] = np.iinfo(np.int64).max
        self._start[:, runs], self._start_epoch[runs] = math.inf, -math.inf

    def _better(self, measured: Measured) -> NDArray[np.bool_]:
        lower: NDArray[np.bool_] = measured.criterion < self.best_loss
        if not self._by_loss:
            for now, best in (
                (measured.wrong.sum(axis=1), self.best_wrong),
                (self._excess(measured.wrong) > 0, self.best_excess > 0),
            ):
                lower = (now < best) | ((now == best) & lower)
        learnt = np.any(self._criteria_of(measured) < self._start, axis=0)
        lower |= self.best_epoch == self._start_epoch
        lower &= learnt & self.alive
        return lower

    def _criteria_of(self, measured: Measured) -> NDArray[np.float64]:
        """Return the current value of each of ``_CRITERIA``, ``[4, K]``; lower is better."""
        loss = measured.terms.get("validation_loss", measured.loss)
        wrong, misses = measured.wrong.sum(axis=1), self._excess(measured.wrong) > 0
        if self._by_loss:
            wrong, misses = np.zeros_like(loss), np.zeros_like(loss, bool)
        return np.stack([measured.criterion, loss, wrong, misses])

    def _excess(self, wrong: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return by how many wrong pixels the worst sample of each run exceeds the tolerance."""
        excess: NDArray[np.int64] = np.maximum(wrong.max(axis=1, initial=0) - self._tolerance, 0)
        return excess

    def _keep(self, runs: NDArray[np.bool_]) -> None:
        parameters = self._parameters
        if self._is_shared:
            self.best_flat, self.best_buffers = self.best_flat.clone(), self.best_buffers.clone()
            self._is_shared = False
        if runs.all():
            self.best_flat.copy_(parameters.shown)
            self.best_buffers.copy_(parameters.buffers)
            return
        chosen = torch.from_numpy(np.flatnonzero(runs)).to(parameters.device)
        self._copy_runs(chosen, parameters.shown, self.best_flat, self._layout.blocks)
        self._copy_runs(chosen, parameters.buffers, self.best_buffers, self._layout.buffer_blocks)

    @staticmethod
    def _copy_runs(
        runs: torch.Tensor, source: torch.Tensor, target: torch.Tensor, blocks: list[Block]
    ) -> None:
        for block in blocks:
            block.view(target)[runs] = block.view(source)[runs]

    def presentable(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return parameters and buffers, with the last good ones of runs that diverged."""
        flat, buffers = self._parameters.shown, self._parameters.buffers
        if self.alive.all():
            return flat, buffers
        lost = torch.from_numpy(np.flatnonzero(~self.alive)).to(flat.device)
        flat, buffers = flat.clone(), buffers.clone()
        self._copy_runs(lost, self.best_flat, flat, self._layout.blocks)
        self._copy_runs(lost, self.best_buffers, buffers, self._layout.buffer_blocks)
        return flat, buffers

    def results(
        self,
        seed: int,
        epochs: int,
        seconds: float,
        wrong_pixels: NDArray[np.int64] | None = None,
        figures: Sequence[Mapping[str, float]] = (),
    ) -> tuple[RunResult, ...]:
        """Return the figures of every run.

        Args:
            seed: Seed of the first run.
            epochs: Epochs done.
            seconds: Time that they took.
            wrong_pixels: Wrong pixels of the best weights, ``[K, N]``; if None, those measured
                during training.
            figures: Further figures of each run.
        """
        wrong = self.best_wrong_pixels if wrong_pixels is None else wrong_pixels
        return tuple(
            self.result_of(
                run, seed + run, epochs, seconds, wrong[run], figures[run] if figures else {}
            )
            for run in range(self._layout.runs)
        )

    def result_of(
        self,
        run: int,
        seed: int,
        epochs: int,
        seconds: float,
        wrong: NDArray[np.int64],
        figures: Mapping[str, float] = MappingProxyType({}),
    ) -> RunResult:
        """Return the figures of one run; ``wrong`` are its best weights' wrong pixels ``[N]``."""
        return RunResult(
            seed=seed,
            epochs=epochs,
            seconds=seconds,
            loss=float(self.loss[run]),
            best_loss=float(self.loss_of_best[run]),
            best_epoch=epoch_number(self.best_epoch[run]),
            wrong_pixels=tuple(map(int, wrong)),
            first_epoch={
                goal: int(first[run]) if first[run] >= 0 else None
                for goal, first in self.first_epoch.items()
            },
            figures=figures,
            diverged=not self.alive[run],
        )

    def state(self, *, copy: bool = True) -> dict[str, NDArray[np.generic]]:
        """Return everything needed to continue, by name.

        Arrays are copied; with ``copy=False`` the best weights are shared, and copied before the
        next change.
        """
        flat, buffers = self.best_flat.cpu().numpy(), self.best_buffers.cpu().numpy()
        self._is_shared = self._is_shared or not copy
        return {
            "best_parameters": flat.copy() if copy else flat,
            "best_buffers": buffers.copy() if copy else buffers,
            "best_loss": self.best_loss.copy(),
            "best_wrong": self.best_wrong.copy(),
            "best_excess": self.best_excess.copy(),
            "best_position": self.best_epoch.copy(),
            "best_wrong_pixels": self.best_wrong_pixels.copy(),
            "last_loss": self.loss.copy(),
            "loss_of_best": self.loss_of_best.copy(),
            "start": np.vstack([self._start, self._start_epoch]),
            "alive": self.alive.copy(),
            "improved_epoch": np.array([self.improved_epoch], np.float64),
            **{f"first_{goal}": first.copy() for goal, first in self.first_epoch.items()},
        }

    def has_other_samples(self, state: Mapping[str, NDArray[np.generic]]) -> bool:
        """Return whether ``state`` is of another number of samples."""
        wrong = state.get("best_wrong_pixels")
        return wrong is not None and wrong.shape != self.best_wrong_pixels.shape

    @staticmethod
    def _renewed(state: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return ``state`` with entries renamed or added that older files lack."""
        found = dict(state)
        for name, older in _OLDER.items():
            if name not in found and older in found:
                found[name] = found.pop(older).astype(np.float64)
        names = ("best_loss", "best_loss", "best_wrong", "best_excess", "best_position")
        measured = [found.get(name) for name in names]
        if (
            "start" not in found
            and len({None if column is None else column.shape for column in measured}) == 1
        ):
            start = np.stack([np.asarray(column, np.float64) for column in measured])
            start[3] = start[3] > 0
            found["start"] = np.where(start[-1] == 0, start, math.inf)
        return found

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Restore what ``state()`` returned.

        Raises:
            TrainingError: Its arrays have other types or shapes, or invalid values.
        """
        state = self._renewed(state)
        found: dict[str, Any] = {
            name: array(state, name, like).copy()
            for name, like in self.state(copy=False).items()
            if name != "improved_epoch"
        }
        wrong = found["best_wrong_pixels"]
        counts(state, "best_wrong_pixels", wrong, high=np.iinfo(np.int32).max)
        self.best_flat.copy_(torch.from_numpy(found["best_parameters"]))
        self.best_buffers.copy_(torch.from_numpy(found["best_buffers"]))
        self.best_loss = found["best_loss"]
        self.best_wrong = found["best_wrong"]
        self.best_excess = found["best_excess"]
        self.best_epoch = found["best_position"]
        if not (np.isfinite(self.best_epoch) & (self.best_epoch >= 0)).all():
            raise damaged("best_position")
        self.best_wrong_pixels = wrong
        self.loss = found["last_loss"]
        self.loss_of_best = found["loss_of_best"]
        self._start, self._start_epoch = found["start"][:-1], found["start"][-1]
        self.alive = found["alive"]
        # Some files store a whole number.
        improved = np.asarray(state.get("improved_epoch", ()))
        if improved.size != 1:
            raise damaged("improved_epoch")
        self.improved[:] = number({"improved_epoch": improved.item()}, "improved_epoch")
        for goal in GOALS:
            self.first_epoch[goal] = found[f"first_{goal}"]


def early_ending(
    goals: GoalsSpec, *, alive: bool, wrong: NDArray[np.int64] | None, waited: float
) -> Reason | None:
    """Return why a training ends before its last epoch, time limit aside; None if it goes on.

    Args:
        goals: The goals that end it.
        alive: Whether any of its runs has not diverged.
        wrong: Wrong pixels of the best weights; None if nothing is reconstructed.
        waited: Epochs since the last improvement.
    """
    if not alive:
        return "diverged"
    most, patience = goals.max_wrong_pixels, goals.patience_epochs
    if most is not None and wrong is not None and wrong.max() <= most:
        return "goal"
    return "patience" if patience is not None and waited >= patience else None
