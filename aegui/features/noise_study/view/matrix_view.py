"""A noise matrix as a heat map: training noise by row, test noise by column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.matrix import CellLimits
from aegui.kit.charts.matrix_view import MatrixTable
from aegui.widgets.figures.makers import noise_matrix_figure, noise_matrix_plot

if TYPE_CHECKING:
    from aegui.core.study.noise_matrix import NoiseMatrix
    from aegui.kit.charts.cells import CellIndex
    from aegui.kit.charts.figure import Figure

_CELL_LIMITS = CellLimits(least=(40, 22), good=(62, 34), most=(104, 46))


class MatrixView(MatrixTable):
    """Passive heat map, except for the cell under the mouse or chosen by keys.

    A single colour from pale to full shows how bad a cell is, and the figure is written in it, so
    that it is readable without colour vision. The best cell of each column is bold and framed.
    """

    def __init__(self) -> None:
        super().__init__(tr("Noise matrix"), _CELL_LIMITS, self.figure)
        self._matrix: NoiseMatrix | None = None
        self._key = "wrong"

    def set_matrix(self, matrix: NoiseMatrix | None, key: str) -> None:
        """Show the figure ``key`` of ``FIGURES`` for all cells."""
        if matrix is not self._matrix:
            self._forget_cells()
        self._matrix, self._key = matrix, key
        plot = None if matrix is None else noise_matrix_plot(matrix, key)
        self.set_plot(plot, lambda cell: cell_words(matrix, key, cell))

    def set_chosen(self, cell: CellIndex | None) -> None:
        """Mark the cell that is shown in detail; keyboard navigation continues from it."""
        if cell is not None:
            self._current = cell
        super().set_chosen(cell)

    @property
    def current(self) -> CellIndex:
        """Return the cell that keyboard navigation has reached."""
        return self._current

    def figure(self) -> Figure | None:
        """Return the matrix with the displayed figure as a figure to export; None without one."""
        return None if self._matrix is None else noise_matrix_figure(self._matrix, self._key)


def cell_words(matrix: NoiseMatrix | None, key: str, cell: CellIndex) -> str:
    """Return the content of a cell as a sentence."""
    if matrix is None:
        return ""
    row, column = cell
    figure = matrix.figure(key)
    mean = figure.mean if key == "wrong" else -figure.mean
    text = tr(
        "Trained with {trained}, tested with {tried}: {figure}",
        trained=corruption_words(matrix.spec.training[row]),
        tried=corruption_words(matrix.spec.tests[column]),
        figure=figure_words(key, float(figure.mean[cell]), float(figure.deviation[cell])),
    )
    limit = matrix.limits[column]
    if key == "wrong" and limit is not None:
        text += tr("; the limit is {limit:.2f}", limit=limit.mean)
    if mean[:, column].argmin() == row:
        text += tr("; best of its column")
    return text


def figure_words(key: str, mean: float, deviation: float) -> str:
    """Return a figure as text, with its deviation if it is finite."""
    form = ".2f" if key == "wrong" else ".1%"
    figure = localized(mean, form)
    if math.isfinite(deviation):
        figure = tr("{mean} ± {std}", mean=figure, std=localized(deviation, form))
    if key == "wrong":
        return tr("{figure} wrong pixels", figure=figure)
    if key == "at_most_1":
        return tr("{figure} with at most 1 wrong", figure=figure)
    return tr("{figure} exact", figure=figure)


def seeds_words(seeds: int) -> str:
    """Return how many networks a cell averages, as text."""
    return trn("mean of {n} network", "mean of {n} networks", seeds)
