"""Learning-rate schedules: the factor of the base rate at each epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.training.record.checkpoint_check import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.recipe import ScheduleSpec


class Schedule:
    """The factor of the base learning rate, as a function of the epoch and, on plateau, the loss.

    All but ``plateau`` are pure functions of the position, so only its state has to be saved.
    """

    def __init__(self, spec: ScheduleSpec, epochs: int) -> None:
        self._spec = spec
        self._epochs = epochs
        self._plateau_factor = 1.0
        self._best_loss = math.inf
        self._best_epoch = 0

    def factor_at(self, position: float) -> float:
        """Return the factor after ``position`` epochs, 0..epochs; it may change within an epoch."""
        spec = self._spec
        if spec.name == "constant":
            return 1.0
        if spec.name == "plateau":
            return self._plateau_factor
        if spec.name == "step":
            return math.pow(spec.factor, int(position) // spec.step_epochs)
        if spec.name == "exponential":
            share = position / max(1, self._epochs - 1)
            return math.pow(max(spec.final_factor, 1e-12), min(1.0, share))
        warmup = min(spec.warmup_epochs, self._epochs - 1)
        if position < warmup:
            return (position + 1) / (warmup + 1)
        share = min(1.0, (position - warmup) / max(1, self._epochs - 1 - warmup))
        return spec.final_factor + (1 - spec.final_factor) * 0.5 * (1 + math.cos(math.pi * share))

    def observe(self, epoch: int, losses: NDArray[np.float64]) -> None:
        """Update with the losses after ``epoch`` epochs of the runs that have not diverged.

        Only ``plateau`` uses them.
        """
        if self._spec.name != "plateau" or not len(losses):
            return
        loss = float(losses.mean())
        # Relative threshold as in torch's ReduceLROnPlateau: tiny gains do not count.
        if loss < self._best_loss * (1 - 1e-4):
            self._best_loss, self._best_epoch = loss, epoch
        elif epoch - self._best_epoch >= self._spec.patience_epochs:
            lowest = self._spec.final_factor
            self._plateau_factor = max(lowest, self._plateau_factor * self._spec.factor)
            self._best_epoch = epoch

    def begin_again(self, epoch: int) -> None:
        """Compare no loss after ``epoch`` epochs with earlier ones; the factor remains."""
        self._best_loss, self._best_epoch = math.inf, epoch

    def state(self) -> dict[str, float | int]:
        """Return the state needed to continue."""
        return {
            "schedule_factor": self._plateau_factor,
            "schedule_best_loss": self._best_loss,
            "schedule_best_epoch": self._best_epoch,
        }

    def restore(self, state: Mapping[str, float | int | str]) -> None:
        """Restore what ``state()`` returned.

        Raises:
            TrainingError: A number is missing or out of range.
        """
        self._plateau_factor = number(state, "schedule_factor", high=1.0)
        self._best_loss = number(state, "schedule_best_loss", -math.inf, math.inf)
        self._best_epoch = int(number(state, "schedule_best_epoch"))
