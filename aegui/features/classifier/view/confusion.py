"""The confusion matrix of a classifier: rows are true classes, columns answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr, trn
from aegui.kit.charts.matrix import CellLimits
from aegui.kit.charts.matrix_view import MatrixTable
from aegui.widgets.figures.makers import confusion_figure, confusion_plot
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.kit.charts.cells import CellIndex
    from aegui.kit.charts.figure import Figure

_CELL_LIMITS = CellLimits(least=(9, 9), good=(26, 26), most=(64, 64), is_square=True)


class ConfusionView(MatrixTable):
    """A table of counts; passive but for the cell selected by mouse or keys."""

    def __init__(self) -> None:
        super().__init__(tr("Confusion matrix"), _CELL_LIMITS, self.figure)
        self._labels: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)

    def set_counts(self, labels: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Show ``counts`` ``[classes, classes]``, rows being the true classes."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._forget_cells()
        self._counts = counts
        self.set_plot(confusion_plot(counts, labels), self._cell_words)

    def figure(self) -> Figure | None:
        """Return the matrix as a figure; None before there is one."""
        if not self._labels:
            return None
        return confusion_figure(self._counts, self._labels, tr("Confusion matrix"))

    def _cell_words(self, cell: CellIndex) -> str:
        row, column = cell
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        true, predicted = (label_name(self._labels[place]) for place in cell)
        share = tr("{share:.1%} of this class", share=count / total if total else 0.0)
        samples = trn("{n:,} sample", "{n:,} samples", count)
        if row == column:
            return tr("{true} recognised: {n} ({share})", true=true, n=samples, share=share)
        return tr(
            "{true} taken for {taken}: {n} ({share})",
            true=true,
            taken=predicted,
            n=samples,
            share=share,
        )
