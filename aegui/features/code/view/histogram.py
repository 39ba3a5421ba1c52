"""A histogram of the values of all units over all codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.histogram import BinHeights, HistogramPlot, HistogramView
from aegui.kit.charts.scale import Scale, precise

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.features.code.model.code_service import CodeAnalysis

_POINTS = 120
_AIR = 1.03


class ActivationHistogram(HistogramView):
    """Shows the activations of a ``CodeAnalysis``. Passive.

    Heights are square roots of the shares: a sparse code is nearly always 0, and its rare
    activations would be invisible on a linear scale.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("activations", tr("Histogram of activations"), parent)
        self._analysis: CodeAnalysis | None = None

    def set_analysis(self, analysis: CodeAnalysis | None) -> None:
        """Show the activations of ``analysis``; None clears the plot."""
        self._analysis = analysis
        self.set_plot(None if analysis is None else activations_plot(analysis))
        if analysis is not None:
            self.setAccessibleDescription(self.words(int(np.argmax(analysis.figures.counts))))

    def words(self, number: int) -> str:
        """Return a sentence that describes bin ``number``."""
        if self._analysis is None:
            return ""
        edges, counts = self._analysis.figures.edges, self._analysis.figures.counts
        return tr(
            "{share:.1%} of all numbers of the codes lie between {low} and {high}.",
            share=float(counts[number]) / max(1, int(counts.sum())),
            low=precise(float(edges[number])),
            high=precise(float(edges[number + 1])),
        )


def activations_plot(analysis: CodeAnalysis) -> HistogramPlot:
    """Return the histogram of all activations, with the prior's density for a variational code."""
    edges, counts = analysis.figures.edges, analysis.figures.counts
    heights = np.sqrt(counts / max(1, int(counts.sum())))
    curve = None
    if analysis.figures.kl is not None:
        x = np.linspace(float(edges[0]), float(edges[-1]), _POINTS)
        width = float(edges[-1] - edges[0]) / len(counts)
        share = width * np.exp(-0.5 * np.square(x)) / np.sqrt(2 * np.pi)
        curve = x, np.sqrt(share), tr("prior N(0, 1)")
    top = max(float(heights.max(initial=0.0)), 0.0 if curve is None else float(curve[1].max()))
    return HistogramPlot(
        edges,
        Axis(tr("number of a code"), Scale(float(edges[0]), float(edges[-1]))),
        Axis(tr("√ of share"), Scale(0.0, _AIR * (top or 1.0)), without_ticks=True),
        (BinHeights("", heights),),
        curve,
    )
