"""The figures of a run that a study compares: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class StudyFigure(Choice):
    """One figure.

    Attributes:
        form: How it is written.
        is_better_high: Whether more is better.
    """

    form: str = ".3g"
    is_better_high: bool = False


FIGURES: Mapping[str, StudyFigure] = table(
    StudyFigure(
        "wrong",
        mark("Wrong pixels"),
        mark("Wrong pixels per sample, a mean over all samples, without noise."),
        form=".2f",
    ),
    StudyFigure(
        "worst", mark("Worst sample"), mark("Wrong pixels of the worst sample."), form=".1f"
    ),
    StudyFigure(
        "at_most_1",
        mark("At most 1 wrong"),
        mark("Share of the samples with at most 1 wrong pixel."),
        form=".1%",
        is_better_high=True,
    ),
    StudyFigure(
        "exact",
        mark("Exact"),
        mark("Share of the samples without a wrong pixel."),
        form=".1%",
        is_better_high=True,
    ),
    StudyFigure("loss", mark("Loss"), mark("The loss of the best weights.")),
    StudyFigure("last_loss", mark("Last loss"), mark("The loss after the last epoch.")),
    StudyFigure(
        "wrong_learnt",
        mark("Wrong pixels, learnt"),
        mark("Wrong pixels per sample, of those that were learnt."),
        form=".2f",
    ),
    StudyFigure(
        "wrong_held_out",
        mark("Wrong pixels, held out"),
        mark("Wrong pixels per sample, of those that were kept from training."),
        form=".2f",
    ),
    StudyFigure(
        "wrong_noisy",
        mark("Wrong pixels, noisy"),
        mark("Wrong pixels per sample of the answers to noise as it was learnt from."),
        form=".2f",
    ),
    StudyFigure(
        "validation_loss",
        mark("Validation loss"),
        mark("The loss on the samples that are kept from training."),
    ),
    StudyFigure(
        "accuracy",
        mark("Accuracy"),
        mark("Share of the samples whose class is found."),
        form=".2%",
        is_better_high=True,
    ),
    StudyFigure(
        "validation_accuracy",
        mark("Validation accuracy"),
        mark("Share of the samples kept from training whose class is found."),
        form=".2%",
        is_better_high=True,
    ),
    StudyFigure(
        "epoch_at_most_1",
        mark("Epoch of at most 1"),
        mark("First epoch with at most 1 wrong pixel in every sample."),
        form=",.0f",
    ),
    StudyFigure(
        "epoch_exact",
        mark("Epoch of none"),
        mark("First epoch without a wrong pixel in any sample."),
        form=",.0f",
    ),
    StudyFigure("epochs", mark("Epochs"), mark("Epochs that were done."), form=",.0f"),
    StudyFigure("seconds", mark("Seconds"), mark("Training time of the run."), form=".2f"),
    StudyFigure("parameters", mark("Parameters"), mark("Numbers that are learnt."), form=",.0f"),
)
"""What a study can be about; a run has those of them that its kind of model knows."""
