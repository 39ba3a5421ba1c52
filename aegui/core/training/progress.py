"""What is remembered of every run while it trains: best weights, goals, and runs gone astray."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.training.checkpoint_check import array, counts, number
from aegui.core.training.result import GOALS, RunResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.training.layout import Block
    from aegui.core.training.measure import Measured
    from aegui.core.training.parameters import Parameters

COURSE_TOLERANCE = 1
"""Wrong pixels of a character that the classic assignment still takes for learnt."""
_LIMITS = {"at_most_1": 1, "exact": 0}


class Progress:
    """The best weights and the figures of K runs, updated at every recorded epoch.

    The best weights of a run are those whose worst sample is within ``tolerance`` wrong pixels, or
    nearest to it, then with the fewest wrong pixels in all, then with the lowest loss; of a
    denoiser, whose clean reconstructions are soon perfect and say little, those with the lowest
    loss on the fixed noisy draw. Adam at a constant rate loses a perfect fit now and then: the
    best is what was meant.
    """

    def __init__(
        self,
        parameters: Parameters,
        samples: int,
        *,
        by_loss: bool,
        tolerance: int = COURSE_TOLERANCE,
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
        self.best_epoch = np.zeros(runs, np.int64)
        self.best_wrong_pixels = np.zeros((runs, samples), np.int64)
        self.loss = np.full(runs, math.nan)
        self.lowest_loss = np.full(runs, math.inf)
        self.first_epoch = {goal: np.full(runs, -1, np.int64) for goal in GOALS}
        self.alive = np.ones(runs, bool)
        self.improved_epoch = 0.0

    def observe(self, epoch: float, measured: Measured) -> None:
        """Take in a measurement of the present parameters after ``epoch`` epochs."""
        self.alive &= np.isfinite(measured.loss)
        self.loss = np.where(self.alive, measured.loss, self.loss)
        if measured.preliminary:
            self.improved_epoch = epoch
            self._keep(self.alive)
            self.best_epoch[self.alive] = int(epoch)
            return
        self.lowest_loss = np.fmin(self.lowest_loss, self.loss)
        for goal, first in self.first_epoch.items():
            if not measured.wrong.shape[1]:
                break
            met = self.alive & (measured.wrong.max(axis=1) <= _LIMITS[goal])
            first[met & (first < 0)] = int(epoch)
        # Of a run that went to infinity before its first step there is nothing good to keep; what
        # it gets wrong must not be taken for nothing wrong.
        never = ~self.alive & np.isinf(self.best_loss)
        self.best_wrong_pixels[never] = measured.wrong[never]
        better = self._better(measured)
        if not better.any():
            return
        self.improved_epoch = epoch
        self._keep(better)
        self.best_epoch[better] = int(epoch)
        self.best_loss[better] = measured.criterion[better]
        self.best_wrong[better] = measured.wrong.sum(axis=1)[better]
        self.best_excess[better] = self._excess(measured.wrong)[better]
        self.best_wrong_pixels[better] = measured.wrong[better]

    def _better(self, measured: Measured) -> NDArray[np.bool_]:
        lower: NDArray[np.bool_] = measured.criterion < self.best_loss
        if not self._by_loss:
            for now, best in (
                (measured.wrong.sum(axis=1), self.best_wrong),
                (self._excess(measured.wrong), self.best_excess),
            ):
                lower = (now < best) | ((now == best) & lower)
        lower &= self.alive
        return lower

    def _excess(self, wrong: NDArray[np.int64]) -> NDArray[np.int64]:
        """By how many wrong pixels the worst sample of each run passes the tolerance."""
        excess: NDArray[np.int64] = np.maximum(wrong.max(axis=1, initial=0) - self._tolerance, 0)
        return excess

    def _keep(self, runs: NDArray[np.bool_]) -> None:
        parameters = self._parameters
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
        """Parameters and buffers; of runs that have gone astray their last good ones."""
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
        """Every run in figures.

        Args:
            seed: Seed of the first run.
            epochs: Epochs done.
            seconds: Time that they took.
            wrong_pixels: Of the best weights, ``[K, N]``, where not all samples were measured.
            figures: Further figures of each run.
        """
        wrong = self.best_wrong_pixels if wrong_pixels is None else wrong_pixels
        return tuple(
            RunResult(
                seed=seed + run,
                epochs=epochs,
                seconds=seconds,
                loss=float(self.loss[run]),
                best_loss=float(self.lowest_loss[run]),
                best_epoch=int(self.best_epoch[run]),
                wrong_pixels=tuple(map(int, wrong[run])),
                first_epoch={
                    goal: int(first[run]) if first[run] >= 0 else None
                    for goal, first in self.first_epoch.items()
                },
                figures=figures[run] if figures else {},
            )
            for run in range(self._layout.runs)
        )

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Copies of everything that continuation needs, by name."""
        return {
            "best_parameters": self.best_flat.cpu().numpy().copy(),
            "best_buffers": self.best_buffers.cpu().numpy().copy(),
            "best_loss": self.best_loss.copy(),
            "best_wrong": self.best_wrong.copy(),
            "best_excess": self.best_excess.copy(),
            "best_epoch": self.best_epoch.copy(),
            "best_wrong_pixels": self.best_wrong_pixels.copy(),
            "last_loss": self.loss.copy(),
            "lowest_loss": self.lowest_loss.copy(),
            "alive": self.alive.copy(),
            "improved_epoch": np.array([self.improved_epoch], np.float64),
            **{f"first_{goal}": first.copy() for goal, first in self.first_epoch.items()},
        }

    def fits(self, state: Mapping[str, NDArray[np.generic]]) -> bool:
        """Whether ``state`` is that of as many runs and samples."""
        needed = self.state()
        return needed.keys() <= state.keys() and all(
            state[name].shape == array.shape for name, array in needed.items()
        )

    def restore(self, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what ``state()`` gave.

        Raises:
            TrainingError: It is of other types than that, or cannot be right.
        """
        found: dict[str, Any] = {
            name: array(state, name, like).copy()
            for name, like in self.state().items()
            if name != "improved_epoch"
        }
        wrong = found["best_wrong_pixels"]
        counts(state, "best_wrong_pixels", wrong, high=np.iinfo(np.int32).max)
        self.best_flat.copy_(torch.from_numpy(found["best_parameters"]))
        self.best_buffers.copy_(torch.from_numpy(found["best_buffers"]))
        self.best_loss = found["best_loss"]
        self.best_wrong = found["best_wrong"]
        self.best_excess = found["best_excess"]
        self.best_epoch = found["best_epoch"]
        self.best_wrong_pixels = wrong
        self.loss = found["last_loss"]
        self.lowest_loss = found["lowest_loss"]
        self.alive = found["alive"]
        # Some files have it as a whole number.
        (improved,) = state["improved_epoch"].tolist()
        self.improved_epoch = number({"improved_epoch": improved}, "improved_epoch")
        for goal in GOALS:
            self.first_epoch[goal] = found[f"first_{goal}"]
