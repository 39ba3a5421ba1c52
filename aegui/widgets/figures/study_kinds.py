"""Kinds of plots of a study, their options and their result."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.choices import Choice, table
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.study.results import compared_by
from aegui.core.study.words import axis_words, choice_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.study.results import StudyCell, StudyResult
    from aegui.kit.charts.items import ItemPlot

_SHORT = 6
_DIGITS, _MAX_DIGITS = 3, 6
Needs = Literal["figures", "curves", "networks"]


@dataclass(frozen=True)
class PictureKind(Choice):
    """One kind of plot."""

    needs: Needs = "figures"
    """Required material: figures only, histories, or networks."""
    by_figure: bool = True
    """Whether it shows one figure of the runs, which can be chosen."""
    can_be_log: bool = False
    """Whether its values may be on a logarithmic axis."""


PICTURES = table(
    PictureKind(
        "bars",
        mark("Bars"),
        mark("The mean of each setting as a bar, every seed as a dot."),
        can_be_log=True,
    ),
    PictureKind(
        "boxes",
        mark("Boxes"),
        mark("Median, quartiles, whiskers to 1.5 boxes, and outliers of each setting."),
        can_be_log=True,
    ),
    PictureKind(
        "seeds",
        mark("Seeds"),
        mark("Every seed as a small square: whether it reaches the goal, or how far it misses it."),
    ),
    PictureKind(
        "curves",
        mark("Curves"),
        mark("Recorded curves of the trainings, over the seeds of each setting."),
        needs="curves",
        by_figure=False,
        can_be_log=True,
    ),
    PictureKind(
        "heat",
        mark("Heat map"),
        mark("The mean by the choices of two axes."),
    ),
    PictureKind(
        "parallel",
        mark("Parallel axes"),
        mark("A line for each setting through its choices to its figures."),
        can_be_log=True,
    ),
    PictureKind(
        "importances",
        mark("Importances"),
        mark("How much each axis matters."),
    ),
    PictureKind(
        "fonts",
        mark("Errors by set"),
        mark("Wrong pixels of each set of characters, or each class."),
        by_figure=False,
    ),
    PictureKind(
        "characters",
        mark("Errors by character"),
        mark("Wrong pixels of each character."),
        by_figure=False,
    ),
    PictureKind(
        "noise-levels",
        mark("Levels of noise"),
        mark("Wrong pixels against the level of the noise that the networks were tested with."),
        by_figure=False,
    ),
    PictureKind(
        "noise-matrix",
        mark("Noise matrix"),
        mark("Wrong pixels of every setting with every noise that it was tested with."),
        by_figure=False,
    ),
    PictureKind(
        "maps",
        mark("Latent maps"),
        mark("The codes of a network of each setting."),
        needs="networks",
        by_figure=False,
    ),
    PictureKind(
        "reconstructions",
        mark("Reconstructions"),
        mark("Reconstructions of the same samples by one network of each setting."),
        needs="networks",
        by_figure=False,
    ),
    PictureKind(
        "sample",
        mark("One sample"),
        mark("Reconstruction of one sample by one network of each setting."),
        needs="networks",
        by_figure=False,
    ),
)
"""All kinds, in the order in which they are offered."""

BANDS = table(
    Choice("std", mark("mean ± deviation"), mark("Mean, and one standard deviation around it.")),
    Choice("quartiles", mark("quartiles"), mark("Median, and the quartiles around it.")),
    Choice("runs", mark("single runs"), mark("Mean, and every run behind it.")),
)
COLUMNS = table(
    Choice("loss", mark("Loss"), mark("Loss of the training.")),
    Choice("wrong_mean", mark("Wrong pixels"), mark("Mean number of wrong pixels per sample.")),
    Choice(
        "validation_loss",
        mark("Validation loss"),
        mark("Loss of the held-out samples."),
    ),
)
SHOWN = table(
    Choice("answer", mark("Answer"), mark("The network's output.")),
    Choice("difference", mark("Difference"), mark("Where the answer differs from the sample.")),
    Choice("original", mark("Original"), mark("The sample itself.")),
)


@dataclass(frozen=True)
class PictureChoice:
    """Options of a plot."""

    figure: str = ""
    """Figure of the runs; "" for the one that verdicts are based on."""
    column: str = "loss"
    """A key of ``COLUMNS``, for curves."""
    band: str = "std"
    """A key of ``BANDS``."""
    is_log: bool = False
    """Whether values are on a logarithmic axis, where possible."""
    across: str = ""
    """Horizontal axis of a heat map; "" for the last usable axis."""
    up: str = ""
    """Vertical axis of a heat map; "" for the first other axis."""
    sample: int = 0
    """Index of the shown sample among those with known answers."""
    shown: str = "answer"
    """A key of ``SHOWN``."""
    order: str = "seed"
    """Order of the seeds, a key of ``ORDERS``."""


@dataclass(frozen=True, eq=False)
class StudyPicture:
    """A plot, and the settings that its items belong to."""

    plot: ItemPlot
    """The chart."""
    items: tuple[tuple[int, ...], ...]
    """For each item, indices of its settings in ``StudyResult.cells``, best first."""
    words: Sequence[str]
    """A sentence for each item."""
    caption: str
    """What is shown and its source, beyond the title."""
    write: Callable[[], str] = lambda: ""
    """Returns the numbers as CSV, "" if there are none; slower than drawing."""
    runs: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """For items that are single runs: item -> index of the setting, and seed."""

    @property
    def csv(self) -> str:
        """Return the numbers as CSV."""
        return self.write()


def figure_of(result: StudyResult, choice: PictureChoice) -> str:
    """Return the figure of the runs that a plot shows."""
    key = choice.figure or compared_by(result.plan)
    if not any(cell.has(key) for cell in result.cells) and result.figures:
        return result.figures[0]
    return key


def seeds_words(result: StudyResult) -> str:
    """Return the number of seeds that a plot is based on, in words."""
    cells = result.cells
    runs, seeds = sum(len(cell.runs) for cell in cells), result.plan.seeds.count
    planned = len(cells) * seeds
    words = trn("{n} seed of each setting", "{n} seeds of each setting", seeds)
    if runs < planned:
        words += ", " + tr("{n:,} of {whole:,} runs done", n=runs, whole=planned)
    return words


def short_names(cells: Sequence[StudyCell]) -> tuple[str, ...]:
    """Return names of settings relative to each other: without the axes in which all agree."""
    labels = [cell.setting.labels for cell in cells]
    differing = _differing(cells)
    short = {axis: _shortened({one[axis] for one in labels if axis in one}) for axis in differing}
    found = []
    for cell in cells:
        cell_labels = cell.setting.labels
        parts = [short[axis][cell_labels[axis]] for axis in differing if axis in cell_labels]
        # As in verdicts: beside the decimal comma of some languages a comma would mislead.
        found.append(" · ".join(parts) or cell.setting.title)
    return tuple(found)


def badness_shades(
    values: NDArray[np.float64], low: float, high: float, *, high_is_better: bool = False
) -> NDArray[np.float64]:
    """Return shades of ``values`` from ``low`` to ``high``, darker is worse; NaN where not finite.

    Square roots resolve the values near the best. Equal values are neither good nor bad.
    """
    if high > low:
        share = np.clip((values - low) / (high - low), 0.0, 1.0)
        shades = np.sqrt(1.0 - share if high_is_better else share)
    else:
        shades = np.full(values.shape, 0.5)
    return np.where(np.isfinite(values), shades, np.nan)


def names_of_axes(cells: Sequence[StudyCell]) -> str:
    """Return the axes in which the settings differ, whose values ``short_names`` returns."""
    return ", ".join(map(axis_words, _differing(cells)))


def _differing(cells: Sequence[StudyCell]) -> list[str]:
    labels = [cell.setting.labels for cell in cells]
    axes = dict.fromkeys(axis for one in labels for axis in one)
    return [axis for axis in axes if len({one.get(axis) for one in labels}) > 1]


def _shortened(labels: set[str]) -> dict[str, str]:
    """Return each of ``labels`` in words; long numbers with the digits that distinguish them."""
    found = {label: choice_words(label) for label in labels}
    for digits in range(_DIGITS, _MAX_DIGITS):
        short = {label: _rounded(label, digits) for label in labels}
        if len(set(short.values())) == len(labels):
            return short
    return found


def _rounded(label: str, digits: int) -> str:
    """Return a long number with ``digits`` digits; other labels in words."""
    if len(label) <= _SHORT:
        return choice_words(label)
    try:
        return localized(float(label), f".{digits}g")
    except ValueError:
        return choice_words(label)
