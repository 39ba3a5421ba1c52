"""Plots of networks of a study tested with several noises: lines over levels, and a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corruption_words
from aegui.core.evaluation.run_figures import tested_figure
from aegui.core.evaluation.spread import deviation
from aegui.core.i18n import localized, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.material import least_wrong
from aegui.core.study.noise_curves import Curves, Line
from aegui.core.study.units import data_key
from aegui.core.text_tables import csv_text
from aegui.kit.charts.matrix import NumberMatrix
from aegui.widgets.figures.makers import noise_curves_plot
from aegui.widgets.figures.study_kinds import PictureChoice, StudyPicture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import CorruptionSpec
    from aegui.core.study.material import StudyMaterial
    from aegui.core.study.results import StudyResult
    from aegui.kit.charts.lines import LinePlot

_FEWEST_LEVELS = 3


@dataclass(frozen=True, eq=False)
class NoiseTestRows:
    """Wrong pixels of networks trained in several ways and tested with several noises."""

    noises: tuple[CorruptionSpec, ...]
    """The K test noises."""
    rows: tuple[str, ...]
    """How the networks were trained."""
    values: tuple[NDArray[np.float64], ...]
    """For each row, float64 ``[K, seeds]``."""
    limits: NDArray[np.float64] | None
    """Lower bound for any network, float64 ``[K]``; None if unknown or different for the rows."""
    indices: tuple[int, ...]
    """Index of each row in ``StudyResult.cells``."""

    @property
    def means(self) -> NDArray[np.float64]:
        """Return the means over the seeds, ``[rows, K]``."""
        return np.array([np.nanmean(one, axis=1) for one in self.values])

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the noises in words."""
        return tuple(map(corruption_words, self.noises))

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """Return the formatted means."""
        return tuple(tuple(localized(value, ".2f") for value in row) for row in self.means.tolist())

    @property
    def limit_texts(self) -> tuple[str, ...]:
        """Return the formatted limits; empty if unknown."""
        known = [] if self.limits is None else self.limits.tolist()
        return tuple(localized(value, ".2f") for value in known)

    @property
    def csv(self) -> str:
        """Return means and limits as CSV."""
        table = [[row, *map(_exact, line)] for row, line in zip(self.rows, self.means, strict=True)]
        if self.limits is not None:
            table.append([tr("Bayes limit"), *map(_exact, self.limits)])
        return csv_text([tr("trained with"), *self.columns], table)


def _exact(value: float) -> str:
    """Format a number for machine-readable tables, independent of the language."""
    return f"{value:.7g}"


def tested_noises(result: StudyResult) -> NoiseTestRows | None:
    """Return the test results of a study's noises; None for fewer than two noises or settings."""
    tried = result.plan.tried
    if tried is None or len(tried.noises) < 2:
        return None
    first = tested_figure("wrong", tried.noises[0])
    cells = [(index, cell) for index, cell in enumerate(result.cells) if cell.has(first)]
    if len(cells) < 2:
        return None
    recipes = [cell.setting.recipe for _, cell in cells]
    limits: list[float | None] = [None]
    if len({data_key(recipe) for recipe in recipes}) == 1:
        limits = [least_wrong(recipes[0], noise) for noise in tried.noises]
    return NoiseTestRows(
        tried.noises,
        tuple(cell.setting.title for _, cell in cells),
        tuple(
            np.stack([cell.values(tested_figure("wrong", noise)) for noise in tried.noises])
            for _, cell in cells
        ),
        None if None in limits else np.array(limits, np.float64),
        tuple(index for index, _ in cells),
    )


def levels_plot(found: NoiseTestRows) -> LinePlot | None:
    """Return a line for each way of training over the levels of one noise; None for several kinds.

    The band is the deviation over the seeds.
    """
    levels = np.array([noise.level for noise in found.noises])
    kinds = {noise.kind for noise in found.noises}
    if len(kinds) > 1 or len(levels) < _FEWEST_LEVELS or np.any(np.diff(levels) <= 0):
        return None
    lines = [
        Line("model", row, np.nanmean(values, axis=1), deviation(values, 1), values.shape[1])
        for row, values in zip(found.rows, found.values, strict=True)
    ]
    if found.limits is not None:
        lines.append(Line("limit", tr("Bayes limit"), found.limits, np.zeros(len(levels))))
    return noise_curves_plot(Curves(kinds.pop(), levels, tuple(lines)), counted=False)


def matrix_plot(found: NoiseTestRows) -> NumberMatrix:
    """Return the matrix of training by test noise: darker is worse, the best is framed."""
    means = found.means
    best = means.argmin(axis=0)
    return NumberMatrix(
        found.texts,
        means / max(float(means.max()), 1e-9),
        found.rows,
        found.columns,
        tr("tried with"),
        tr("trained with"),
        foot=(tr("Bayes limit"), found.limit_texts) if found.limit_texts else None,
        best=frozenset((int(row), at) for at, row in enumerate(best)),
    )


def noise_levels_picture(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    """Return the plot of a line per setting; the Bayes limit belongs to no setting."""
    found = tested_noises(material.result)
    plot = None if found is None else levels_plot(found)
    if found is None or plot is None:
        return None
    words = [
        "; ".join(
            tr("{setting}, {noise}: {value} wrong pixels", setting=row, noise=noise, value=value)
            for noise, value in zip(found.columns, texts, strict=True)
        )
        for row, texts in zip(found.rows, found.texts, strict=True)
    ]
    items: list[tuple[int, ...]] = [(index,) for index in found.indices]
    if found.limits is not None:
        items.append(())
        words.append(tr("Bayes limit"))
    caption = tr("Wrong pixels per character, mean ± deviation")
    # The last line is painted first.
    items.reverse()
    words.reverse()
    return StudyPicture(plot, tuple(items), tuple(words), caption, lambda: found.csv)


def noise_matrix_picture(material: StudyMaterial, _choice: PictureChoice) -> StudyPicture | None:
    """Return the matrix plot, with cells row by row: training setting by test noise."""
    found = tested_noises(material.result)
    if found is None:
        return None
    cells = [
        (
            (index,),
            tr("{setting}, {noise}: {value} wrong pixels", setting=row, noise=noise, value=value),
        )
        for index, row, texts in zip(found.indices, found.rows, found.texts, strict=True)
        for noise, value in zip(found.columns, texts, strict=True)
    ]
    return StudyPicture(
        matrix_plot(found),
        tuple(items for items, _ in cells),
        tuple(words for _, words in cells),
        tr("Wrong pixels per character, mean over the seeds"),
        lambda: found.csv,
    )
