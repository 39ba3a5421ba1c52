"""What a training leaves behind: results in figures, and the checkpoint to go on from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.snapshot import Snapshot
    from aegui.core.training.record.stages import Stage
    from aegui.core.training.record.timeline import TimelineView

Reason = Literal["epochs", "goal", "patience", "seconds", "stopped", "diverged", "converged"]
"""Why a training ended: the last epoch, a goal, no progress, time, a person, NaN or infinity, or an
optimiser that found nothing better."""

GOALS = ("at_most_1", "exact")
"""Goals whose first epoch is recorded: every sample with <= 1 wrong pixel, or with none."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything that exact continuation needs: weights, optimiser state, generators' states.

    Attributes:
        epoch: Epochs done.
        tensors: Arrays by name.
        scalars: Plain values by name.
    """

    epoch: int
    tensors: Mapping[str, NDArray[np.generic]]
    scalars: Mapping[str, int | float | str]


@dataclass(frozen=True)
class RunResult:
    """One run in figures.

    Attributes:
        seed: The seed of this run.
        epochs: Epochs done.
        seconds: Training time of the whole population, pauses excluded.
        loss: The last loss.
        best_loss: The loss of the best weights (see ``best.py``).
        best_epoch: The epoch of the best weights; whole but for the first epochs of large sets.
        wrong_pixels: Per sample, with the best weights and clean input; empty for models that do
            not reconstruct.
        first_epoch: First epoch of each of ``GOALS``; None where it was never reached.
        figures: What else is known of the best weights, by the keys of ``terms.py``.
    """

    seed: int
    epochs: int
    seconds: float
    loss: float
    best_loss: float
    best_epoch: float
    wrong_pixels: tuple[int, ...]
    first_epoch: Mapping[str, int | None]
    figures: Mapping[str, float] = field(default_factory=dict)

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
    """What a training has learnt, and how it went.

    Attributes:
        snapshot: The best weights of each run, those of its ``best_epoch``.
        last: The weights of the last epoch.
        history: The recorded rows.
        runs: Each run in figures.
        reason: Why it ended.
        message: In the person's language: what to know or to try; empty where there is nothing.
        engine: Key of the step engine that was used.
        device: Key of the device that was used.
        seconds: Training time, pauses excluded.
        epochs_per_second: Mean rate.
        checkpoint: From where to go on.
        measured: Whether all figures are there; else they are those of the last look, and of the
            samples that are measured while training.
        timeline: Weights of epochs all over the training.
        has_best: Whether ``snapshot`` was chosen; of a GAN it holds the last weights.
        stages: The trainings that have led here, this one last.
    """

    snapshot: Snapshot
    last: Snapshot
    history: HistoryView
    runs: tuple[RunResult, ...]
    reason: Reason
    message: str
    engine: str
    device: str
    seconds: float
    epochs_per_second: float
    checkpoint: Checkpoint
    timeline: TimelineView | None = None
    has_best: bool = True
    measured: bool = True
    stages: tuple[Stage, ...] = ()
