"""The figures of a run as one table, with their names in tables, verdicts and the library."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from aegui.core.choices import Choice, table
from aegui.core.data.corruption import corruption_key, corruption_words, parse_corruption
from aegui.core.errors import AeguiError
from aegui.core.i18n import localized, mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import did_you_mean, quoted
from aegui.core.training.terms import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aegui.core.recipe import CorruptionSpec
    from aegui.core.training.record.result import RunResult

Better = Literal["low", "high", ""]


@dataclass(frozen=True)
class RunFigure(Choice):
    """A figure of a run."""

    unit: str = ""
    """Unit after its number in a sentence, marked: "0.3 wrong pixels"."""
    better: Better = "low"
    """Whether low or high is better; empty if neither."""
    is_share: bool = False
    """Whether it is a share, shown in percent."""
    is_integer: bool = False
    """Whether its values are whole numbers."""

    def words(self, value: float | None, digits: int = 4) -> str:
        """Return a value as text with the given number of digits; a dash for None."""
        if value is None or not math.isfinite(value):
            return "–"
        if self.is_share:
            return localized(value, ".1%")
        if self.is_integer and float(value).is_integer():
            return localized(value, ",.0f")
        return localized(value, f".{digits}g")


_WRONG = mark("wrong pixels")

RUN_FIGURES: Mapping[str, RunFigure] = table(
    RunFigure(
        "wrong",
        mark("Wrong pixels"),
        mark("Mean number of wrong pixels per sample."),
        unit=_WRONG,
    ),
    RunFigure(
        "worst",
        mark("Worst sample"),
        mark("Wrong pixels of the worst sample."),
        unit=mark("wrong pixels in the worst sample"),
        is_integer=True,
    ),
    RunFigure(
        "at_most_1",
        mark("At most 1 wrong"),
        mark("Share of the samples with at most 1 wrong pixel."),
        unit=mark("of the samples with at most 1 wrong pixel"),
        better="high",
        is_share=True,
    ),
    RunFigure(
        "exact",
        mark("Exact"),
        mark("Share of the samples without a wrong pixel."),
        unit=mark("of the samples without a wrong pixel"),
        better="high",
        is_share=True,
    ),
    RunFigure("loss", mark("Loss"), mark("Loss of the best weights."), unit=mark("loss")),
    RunFigure(
        "last_loss", mark("Last loss"), mark("Loss after the last epoch."), unit=mark("last loss")
    ),
    RunFigure(
        "validation_loss",
        TERMS["validation_loss"].label,
        TERMS["validation_loss"].help,
        unit=mark("loss on samples held out"),
    ),
    RunFigure(
        "wrong_learnt",
        mark("Wrong pixels, learnt"),
        mark("Mean number of wrong pixels of the training samples."),
        unit=mark("wrong pixels on training samples"),
    ),
    RunFigure(
        "wrong_held_out",
        mark("Wrong pixels, held out"),
        mark("Mean number of wrong pixels of the held-out samples."),
        unit=mark("wrong pixels on samples held out"),
    ),
    RunFigure(
        "wrong_noisy",
        mark("Wrong pixels, noisy"),
        mark("Mean number of wrong pixels of the answers to noise as in training."),
        unit=mark("wrong pixels on noisy samples"),
    ),
    RunFigure(
        "best_epoch",
        mark("Best epoch"),
        mark("Epoch of the best weights."),
        unit=mark("epochs to the best weights"),
        better="",
        is_integer=True,
    ),
    RunFigure(
        "epochs",
        mark("Epochs"),
        mark("Epochs that were trained."),
        unit=mark("epochs"),
        better="",
        is_integer=True,
    ),
    RunFigure(
        "seconds",
        mark("Seconds"),
        mark("Total time of all runs trained together."),
        unit=mark("seconds"),
        better="",
    ),
    RunFigure(
        "epoch_at_most_1",
        mark("Epoch of at most 1 wrong"),
        mark("First epoch at which no sample had more than 1 wrong pixel."),
        unit=mark("epochs until no sample had more than 1 wrong pixel"),
        is_integer=True,
    ),
    RunFigure(
        "epoch_exact",
        mark("Epoch of none wrong"),
        mark("First epoch at which no sample had a wrong pixel."),
        unit=mark("epochs until no sample had a wrong pixel"),
        is_integer=True,
    ),
    RunFigure(
        "validation_accuracy",
        TERMS["validation_accuracy"].label,
        TERMS["validation_accuracy"].help,
        unit=mark("of the held-out samples"),
        better="high",
        is_share=True,
    ),
    RunFigure(
        "accuracy",
        TERMS["accuracy"].label,
        TERMS["accuracy"].help,
        unit=mark("of the samples"),
        better="high",
        is_share=True,
    ),
    RunFigure(
        "knn_accuracy",
        mark("kNN accuracy"),
        mark(
            "Share of the samples whose class most of their 5 nearest codes have: up to 2,000 "
            "held-out samples against the codes of up to 10,000 training samples. If none is held "
            "out, each of up to 2,000 against the others."
        ),
        unit=mark("of the samples, by their 5 nearest codes"),
        better="high",
        is_share=True,
    ),
    RunFigure(
        "strangers",
        mark("Outlier AUC"),
        mark(
            "Probability that an unseen character has a larger error than a training character: "
            "area under the ROC curve of the outliers."
        ),
        unit=mark("of the pairs of a training and a new character in the right order"),
        better="high",
        is_share=True,
    ),
    RunFigure(
        "parameters",
        mark("Parameters"),
        mark("Numbers that are learnt."),
        unit=mark("parameters"),
        is_integer=True,
    ),
)
"""All figures with words of their own; for the other terms see ``run_figure``."""

TESTED_FIGURES = ("wrong", "at_most_1", "exact")
"""Figures of tests with noise; see ``tested_figure``."""
_OF_ANY_RUN = ("epochs", "seconds", "parameters")
_NEITHER = ("active_units", "real_score", "fake_score", "evaluations", "conditional_entropy")
"""Terms for which neither low nor high is better."""


def tested_figure(key: str, noise: CorruptionSpec) -> str:
    """Return the key of one of ``TESTED_FIGURES`` for one noise, such as ``wrong@flip:0.2``."""
    return f"{key}@{corruption_key(noise)}" if noise.is_noisy else f"{key}@none"


def _tried(key: str) -> RunFigure | None:
    """Return the row of a figure for one noise; None if ``key`` is no such key."""
    figure, at, noise = key.partition("@")
    if not at or figure not in TESTED_FIGURES:
        return None
    try:
        words = corruption_words(parse_corruption(noise))
    except AeguiError:
        return None
    row = RUN_FIGURES[figure]
    label = tr("{figure}, {noise}", figure=tr(row.label), noise=words)
    unit = tr("{figure} with {noise}", figure=tr(row.unit), noise=words)
    return replace(row, key=key, label=label, unit=unit)


def run_figure(key: str) -> RunFigure:
    """Return the row of ``key``: of ``RUN_FIGURES``, of a noise, of a term, or a generic one."""
    if key in RUN_FIGURES:
        return RUN_FIGURES[key]
    tried = _tried(key)
    if tried is not None:
        return tried
    better: Better = "" if key in _NEITHER else "low"
    if key not in TERMS:
        return RunFigure(key, key, "", unit=key, better="")
    return RunFigure(key, TERMS[key].label, TERMS[key].help, unit=TERMS[key].label, better=better)


def is_run_figure(key: str) -> bool:
    """Return whether ``run_figure`` has words for ``key``."""
    return key in RUN_FIGURES or key in TERMS or _tried(key) is not None


def no_figure_words(key: str, known: Iterable[str]) -> str:
    """Return the message that ``key`` is no figure, with the nearest of ``known``, or all."""
    known = tuple(known)
    hint = did_you_mean(key, known) or " " + tr("Known: {keys}.", keys=", ".join(known))
    return tr("there is no figure {key}.{hint}", key=quoted(key), hint=hint)


def figures_of(result: RunResult) -> dict[str, float]:
    """Return the figures of a run with its best weights, by key."""
    figures = {"loss": float(result.best_loss), "last_loss": float(result.loss)}
    if result.wrong_pixels:
        figures["wrong"] = result.wrong_mean
        figures["worst"] = float(result.wrong_max)
        figures["at_most_1"] = result.share_at_most_1
        figures["exact"] = result.share_exact
    figures["best_epoch"] = float(result.best_epoch)
    figures["epochs"] = float(result.epochs)
    figures["seconds"] = float(result.seconds)
    for goal, epoch in result.first_epoch.items():
        if epoch is not None:
            figures[f"epoch_{goal}"] = float(epoch)
    return figures | {key: float(value) for key, value in result.figures.items()}


def without_quality(figures: Mapping[str, float]) -> dict[str, float]:
    """Return the figures of a diverged run for comparisons: only those of its size and time.

    Its best weights are those of a moment before it diverged, and would make it seem sound.
    """
    return {key: figures[key] for key in _OF_ANY_RUN if key in figures}


def figure_words(key: str, value: float | None) -> str:
    """Return a figure as text for a table; a dash for None."""
    return run_figure(key).words(value)
