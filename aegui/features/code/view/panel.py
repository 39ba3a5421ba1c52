"""The code panel: each dimension as a bar, a traversal along one, and overall statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QWidget,
)

from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.features.code.model.code_service import MEASURES, STEPS
from aegui.features.code.view.bars import DimensionBars
from aegui.kit.charts.axes import Axis, Scale, figure, precise
from aegui.kit.charts.histogram import BinHeights, HistogramPlot, HistogramView
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.choosing import offer, on_chosen
from aegui.kit.layouts import Sized, column, dim, held, row, scrolled
from aegui.kit.marks import ElidedLabel, flat_button, wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle, reduced
from aegui.widgets.glyphs import draw_glyph, grey_levels, level_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QResizeEvent

    from aegui.features.code.model.code_service import CodeAnalysis, MeasureKey, Traversal

_NONE = "–"
_LINE_PX = 16
_SMALL = 0.88
_MIN_PX, _MAX_PX = 28, 96
_POINTS = 120
_AIR = 1.03
_HEADLINE = 1.15
_SIDE_SHARE = 0.42


@dataclass(frozen=True)
class _Row:
    key: str
    label: str
    help: str


_ROWS = (
    _Row(
        "used_dimensions",
        mark("In use"),
        mark(
            "Dimensions with a variance of more than 0.01 over the samples; others "
            "carry no information."
        ),
    ),
    _Row(
        "share_active",
        mark("Active units"),
        mark("Share of the units above a tenth of the largest one; small for a sparse code."),
    ),
    _Row(
        "most_active",
        mark("Most active"),
        mark("Most units of one code that are not exactly 0; k of them in a k-sparse code."),
    ),
    _Row(
        "mean_activation",
        mark("Mean activation"),
        mark("Mean of all numbers of the codes; a sparsity penalty pulls it towards ρ."),
    ),
    _Row(
        "jacobian",
        mark("‖Jacobian‖²"),
        mark("How much the code changes with the image; contractive training makes it small."),
    ),
    _Row(
        "kl",
        mark("KL, nats"),
        mark("Information of a code about its image: the sum over the dimensions."),
    ),
)


class CodeFigures(QWidget):
    """Two columns: the current statistics, and the kept ones. Passive."""

    def __init__(self) -> None:
        super().__init__()
        self.keep = QPushButton(tr("Keep to compare"))
        self.keep.setToolTip(
            tr(
                "Keep the current figures as a separate column: train a plain network, keep it, "
                "train a contractive or sparse one, and read the two side by side"
            )
        )
        self.forget = flat_button("close", tr("Remove the column of kept figures"))
        self._reference_title = dim(ElidedLabel())
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        self._labels: dict[str, tuple[QLabel, QLabel]] = {}
        self._heads = dim(tr("now")), dim(tr("kept"))
        self._build()
        self.set_analysis(None, None)

    def _build(self) -> None:
        margins = (SPACING, SPACING // 2, SPACING, 0)
        bar = row(self.keep, (self._reference_title, 1), self.forget, spacing=0, margins=margins)
        grid = QGridLayout()
        grid.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for at, head in enumerate(self._heads, 1):
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, at)
        for number, one in enumerate(_ROWS):
            self._add_row(grid, 1 + 2 * number, one)
        grid.setRowStretch(1 + 2 * len(_ROWS), 1)
        scroll = scrolled(held(grid), takes_focus=True)
        self.setLayout(column(bar, (scroll, 1), spacing=0))

    def _add_row(self, grid: QGridLayout, at: int, row: _Row) -> None:
        label, help_text = wrapped_label(tr(row.label)), dim(wrapped_label(tr(row.help)))
        help_text.setContentsMargins(0, 0, 0, SPACING)
        self._labels[row.key] = label, help_text
        grid.addWidget(label, at, 0)
        grid.addWidget(help_text, at + 1, 0, 1, 3)
        values = QLabel(), QLabel()
        for at_column, value in enumerate(values, 1):
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setFont(figures_font(self.font(), bold=at_column == 1))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, at, at_column)
        self._values[row.key] = values

    def set_analysis(self, analysis: CodeAnalysis | None, reference: CodeAnalysis | None) -> None:
        """Show the statistics of ``analysis``, and of ``reference`` if given."""
        now, reference_texts = _texts(analysis), _texts(reference)
        for key, (value, other) in self._values.items():
            value.setText(now.get(key, _NONE))
            other.setText(reference_texts.get(key, _NONE))
            is_known = key in now or key in reference_texts
            for widget in (value, *self._labels[key]):
                widget.setVisible(is_known)
            other.setVisible(is_known and reference is not None)
        for head in self._heads:
            head.setVisible(reference is not None)
        self.keep.setEnabled(analysis is not None)
        self.forget.setVisible(reference is not None)
        self._reference_title.setText("" if reference is None else _title(reference))

    def text(self, key: str) -> tuple[str, str]:
        """Return the current and the kept value of the row ``key``, as shown."""
        value, other = self._values[key]
        return value.text(), other.text()


def _title(analysis: CodeAnalysis) -> str:
    if not analysis.name:
        return tr("kept: epoch {epoch:,}", epoch=analysis.epoch)
    return tr("kept: {name}, epoch {epoch:,}", name=analysis.name, epoch=analysis.epoch)


def _texts(analysis: CodeAnalysis | None) -> dict[str, str]:
    """Return the statistics of ``analysis`` as text, by row; unavailable ones are left out."""
    if analysis is None:
        return {}
    found, nats = analysis.statistics, analysis.figures.kl
    texts = {
        "used_dimensions": tr("{n} of {all}", n=found.used_dimensions, all=found.units),
        "share_active": localized(found.share_active, ".1%"),
        "most_active": tr("{n} of {all}", n=found.most_active, all=found.units),
        "mean_activation": precise(found.mean_activation),
        "jacobian": precise(found.jacobian),
    }
    return texts if nats is None else texts | {"kl": precise(float(nats.sum()))}


class TraversalStrip(PaintedBase):
    """Shows a ``Traversal``, or how to get one. Passive."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.traversal: Traversal | None = None
        """The traversal shown, or None."""
        self._pictures: Sequence[QImage] = ()
        self._image_style = GLYPHS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("What a dimension draws"))
        self.figures = offer_painted(self, "dimension", fits=False)

    def sizeHint(self) -> QSize:
        """Return room for images that can be told apart."""
        return QSize(7 * 60, 2 * for_text(_LINE_PX) + 56)

    def minimumSizeHint(self) -> QSize:
        """Return room for the smallest glyphs."""
        return QSize(7 * 20, 2 * for_text(_LINE_PX) + _MIN_PX)

    def set_traversal(self, traversal: Traversal | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show ``traversal``, rendered as ``image_style`` says; None if no dimension is chosen."""
        self.traversal, self._image_style = traversal, image_style
        self._pictures = ()
        if traversal is not None:
            levels = grey_levels(reduced(traversal.images, 2 * _MAX_PX))
            self._pictures = [level_image(each, image_style) for each in levels]
        self.setAccessibleDescription(self.title())
        self.update()

    def title(self) -> str:
        """Return the title of the row."""
        traversal = self.traversal
        if traversal is None:
            return tr("Click a bar to see what that dimension draws.")
        middle = figure(traversal.middle)
        return tr(
            "Dimension {n} around {middle}, σ {sigma}; the others at their means",
            n=traversal.dimension + 1,
            # A minus sign instead of a hyphen, as below the images.
            middle=f"\N{MINUS SIGN}{middle[1:]}" if middle.startswith("-") else middle,
            sigma=figure(traversal.sigma),
        )

    def _cell(self, index: int) -> QRect:
        width = self.width() / len(STEPS)
        side = int(min(width - 4, _MAX_PX, self.height() - 2 * for_text(_LINE_PX)))
        step = min(width, side + 1.5 * SPACING)
        return QRect(round(index * step) + SPACING // 2, for_text(_LINE_PX), side, side)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, to be copied alone, or None."""
        cells = map(self._cell, range(len(self._pictures)))
        return next((cell for cell in cells if cell.contains(position)), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Limit the height to what images of this width need."""
        super().resizeEvent(event)
        side = min(_MAX_PX, max(_MIN_PX, event.size().width() // len(STEPS) - 4))
        self.setMaximumHeight(2 * for_text(_LINE_PX) + side)

    def paint(self, painter: QPainter) -> None:
        """Paint title, images and the offset of each from the mean."""
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        theme = current_theme()
        painter.setPen(theme.text_dim)
        line = QRect(SPACING // 2, 0, self.width() - SPACING, for_text(_LINE_PX))
        title = painter.fontMetrics().elidedText(
            self.title(), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        for index, (image, step) in enumerate(zip(self._pictures, STEPS, strict=False)):
            cell = self._cell(index)
            if self._image_style.glyphs:
                painter.fillRect(cell, theme.pixel_off)
            draw_glyph(painter, cell, image)
            below = QRect(cell.x() - 8, cell.bottom() + 1, cell.width() + 16, for_text(_LINE_PX))
            caption = (
                f"{localized(step, '+g')}σ".replace("-", "\N{MINUS SIGN}") if step else tr("mean")
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)


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
