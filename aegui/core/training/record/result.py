"""The outcome of a training: figures of its runs, and the checkpoint to continue from."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.stages import Stage
    from aegui.core.training.record.timeline import TimelineView

Reason = Literal["epochs", "goal", "patience", "seconds", "stopped", "diverged", "converged"]
"""Why a training ended: the last epoch, a goal, no progress, a time limit, stopped by the user, NaN
or infinity, or an optimiser that found no better point."""

GOALS = ("at_most_1", "exact")
"""Goals whose first epoch is recorded: every sample with <= 1 wrong pixel, or with none."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything needed to continue exactly: weights, optimiser state, generators' states."""

    epoch: int
    """Epochs done."""
    tensors: Mapping[str, NDArray[np.generic]]
    """Arrays by name."""
    scalars: Mapping[str, int | float | str]
    """Plain values by name."""


@dataclass(frozen=True)
class RunResult:
    """Figures of one run."""

    seed: int
    """The seed of this run."""
    epochs: int
    """Epochs done."""
    seconds: float
    """Training time of the whole population, pauses excluded."""
    loss: float
    """The last loss."""
    best_loss: float
    """The loss of the best weights (see ``best.py``)."""
    best_epoch: float
    """The epoch of the best weights; whole except in the first epochs of large sets."""
    wrong_pixels: tuple[int, ...]
    """Per sample, with the best weights and clean input; empty for models that do not reconstruct.
    """
    first_epoch: Mapping[str, int | None]
    """First epoch of each of ``GOALS``; None if it was never reached."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Further figures of the best weights, by the keys of ``terms.py``."""
    diverged: bool = False
    """Whether it diverged; its best weights are the best of those before."""

    @property
    def wrong_mean(self) -> float:
        """Mean wrong pixels per sample."""
        return sum(self.wrong_pixels) / len(self.wrong_pixels) if self.wrong_pixels else 0.0

    @property
    def wrong_max(self) -> int:
        """Wrong pixels of the worst sample."""
        return max(self.wrong_pixels, default=0)

    @property
    def share_at_most_1(self) -> float:
        """Share of the samples with at most 1 wrong pixel."""
        return self._share(1)

    @property
    def share_exact(self) -> float:
        """Share of the samples without a wrong pixel."""
        return self._share(0)

    def _share(self, limit: int) -> float:
        if not self.wrong_pixels:
            return 1.0
        return sum(wrong <= limit for wrong in self.wrong_pixels) / len(self.wrong_pixels)


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """Outcome of a training: weights, figures and history."""

    snapshot: Snapshot
    """The best weights of each run, those of its ``best_epoch``."""
    last: Snapshot
    """The weights of the last epoch."""
    history: HistoryView
    """The recorded rows."""
    runs: tuple[RunResult, ...]
    """Figures of each run."""
    reason: Reason
    """Why it ended."""
    message: str
    """Translated advice or warning for the user; empty if there is none."""
    engine: str
    """Key of the step engine that was used."""
    device: str
    """Description of the device that was used, as in ``Training``."""
    seconds: float
    """Training time, pauses excluded."""
    epochs_per_second: float
    """Mean rate."""
    checkpoint: Checkpoint
    """State to continue from."""
    timeline: TimelineView | None = None
    """Weights of epochs spread over the training."""
    has_best: bool = True
    """Whether ``snapshot`` was selected; for a GAN it holds the last weights."""
    measured: bool = True
    """Whether all figures are complete; otherwise they are those of the last measurement, on the
    samples that are measured during training."""
    stages: tuple[Stage, ...] = ()
    """The trainings that led here, this one last."""
