"""The code panel: each dimension as a bar, a traversal along one, and overall statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QTabWidget,
)

from aegui.core.i18n import tr, trn
from aegui.features.code.model.code_service import MEASURES
from aegui.features.code.view.bars import DimensionBars
from aegui.features.code.view.figures import CodeFigures
from aegui.features.code.view.strip import TraversalStrip
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.histogram import BinHeights, HistogramPlot, HistogramView
from aegui.kit.charts.scale import Scale, precise
from aegui.kit.choosing import offer, on_chosen
from aegui.kit.layouts import Sized, column, dim, held, row
from aegui.kit.marks import ElidedLabel
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, figures_font

if TYPE_CHECKING:
    from aegui.features.code.model.code_service import CodeAnalysis, MeasureKey, Traversal
    from aegui.session.data.image_style import ImageStyle

_POINTS = 120
_AIR = 1.03
_HEADLINE = 1.15
_SIDE_SHARE = 0.42


class ActivationHistogram(HistogramView):
    """Shows the activations of a ``CodeAnalysis``. Passive.

    Heights are square roots of the shares: a sparse code is nearly always 0, and its rare
    activations would be invisible on a linear scale.
    """

    def __init__(self) -> None:
        super().__init__("activations", tr("Histogram of activations"))
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


class CodePanel(Sized):
    """Shows one ``CodeAnalysis``. Passive."""

    usual_size = QSize(640, 300)
    """Room for bars, images and figures."""

    def __init__(self) -> None:
        super().__init__()
        self.analysis: CodeAnalysis | None = None
        """The analysis shown; None while only a message is shown."""
        self._reference: CodeAnalysis | None = None
        self._chosen_measure: MeasureKey | None = None
        self._headline = QLabel()
        self._headline.setFont(figures_font(self.font(), scale=_HEADLINE, bold=True))
        self._detail = dim(ElidedLabel())
        self._detail.setFont(figures_font(self.font()))
        self.measure = QComboBox()
        self.measure.setAccessibleName(tr("What the bars show"))
        self.order = QComboBox()
        self.order.setAccessibleName(tr("Order of the bars"))
        self.order.addItem(tr("By number"), False)
        self.order.addItem(tr("Largest first"), True)
        self.bars = DimensionBars()
        self.strip = TraversalStrip()
        self.figures = CodeFigures()
        self.histogram = ActivationHistogram()
        parts = (self._headline, (self._detail, 1), self.measure, self.order)
        self._header = held(
            row(*parts, spacing=SPACING, margins=(SPACING, SPACING // 2, SPACING, 0))
        )
        self.placeholder = Placeholder(self._build_body())
        self.setLayout(column(self._header, (self.placeholder, 1)))
        self.measure.activated.connect(self._on_measure_activated)
        on_chosen(self.order, self.bars.set_by_size)
        self.set_message("")

    def _build_body(self) -> Splitter:
        half = SPACING // 2
        left = held(column((self.bars, 3), (self.strip, 2), margins=(half, 0, 0, half)))
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.figures, tr("Figures"))
        tabs.addTab(self.histogram, tr("Activations"))
        width = self.sizeHint().width()
        sizes = (round((1 - _SIDE_SHARE) * width), round(_SIDE_SHARE * width))
        return Splitter("code", (left, 3), (tabs, 2), sizes=sizes)

    # Input

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of results."""
        self.analysis = None
        self._header.hide()
        self.set_traversal(None)
        self.placeholder.say(text)

    def set_analysis(self, analysis: CodeAnalysis) -> None:
        """Show the results of ``analysis``."""
        self.analysis = analysis
        found = analysis.figures
        self._headline.setText(
            trn(
                "{used} of {n} dimension in use",
                "{used} of {n} dimensions in use",
                found.size,
                used=int(found.used.sum()),
            )
        )
        counted = trn(
            "{n:,} sample, epoch {epoch:,}",
            "{n:,} samples, epoch {epoch:,}",
            found.samples,
            epoch=analysis.epoch,
        )
        if found.samples < analysis.total:
            counted = tr(
                "{n:,} of {total:,} samples, epoch {epoch:,}",
                n=found.samples,
                total=analysis.total,
                epoch=analysis.epoch,
            )
        self._detail.setText(counted)
        self._offer_measures(analysis)
        self._show()
        self._header.show()
        self.placeholder.show_content()

    def set_reference(self, reference: CodeAnalysis | None) -> None:
        """Show the kept analysis beside the current one; None removes it."""
        self._reference = reference
        self._show()

    def set_traversal(
        self, traversal: Traversal | None, image_style: ImageStyle | None = None
    ) -> None:
        """Show a traversal; None clears it."""
        if traversal is None or image_style is None:
            self.strip.set_traversal(None)
        else:
            self.strip.set_traversal(traversal, image_style)
        self.bars.set_chosen(None if traversal is None else traversal.dimension)

    @property
    def shown_measure(self) -> MeasureKey:
        """The measure shown: the chosen one if available, else the one that fits the code best."""
        if self.analysis is None:
            return "variance"
        if self._chosen_measure in self.analysis.measures:
            return self._chosen_measure
        return self.analysis.fitting

    def _offer_measures(self, analysis: CodeAnalysis) -> None:
        rows = ((key, tr(MEASURES[key].label)) for key in analysis.measures)
        offer(self.measure, rows, self.shown_measure)
        self.measure.setToolTip(tr(MEASURES[self.shown_measure].help))

    def _show(self) -> None:
        self.bars.set_reference(self._reference)
        self.bars.set_analysis(self.analysis, self.shown_measure)
        self.histogram.set_analysis(self.analysis)
        self.figures.set_analysis(self.analysis, self._reference)

    # User input

    def _on_measure_activated(self, index: int) -> None:
        self._chosen_measure = self.measure.itemData(index)
        self.measure.setToolTip(tr(MEASURES[self.shown_measure].help))
        self._show()
