"""The outlier page: is the drawing similar to what the network has learnt? With its plots."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSizePolicy, QWidget

from aegui.core.i18n import localized, tr
from aegui.kit.charts.axes import Axis, Scale, shaped
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.histogram import BinHeights, HistogramPlot, HistogramView, ValueMark
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.choosing import narrow, offer, on_chosen
from aegui.kit.layouts import column, row
from aegui.kit.marks import show_either, wrapped_label
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.session.jobs.derived import JobProgress


_GRASP_PX = 8
_STEPS = 100
_BINS = 40
_MAX_DECADES = 8
_MIN_ERROR, _MAX_ERROR = 1e-12, 1e12
_SIDE_OF_ROC_PX = 136
_MAX_POINTS = 400
_AIR = 1.08


class OutlierPlot(HistogramView):
    """Histogram of the errors, the error of the drawing as a line, and the threshold."""

    threshold_moved = Signal(float)
    """With error: the threshold was dragged, or moved by keys."""

    def __init__(self) -> None:
        super().__init__("outliers", tr("Errors of the set, with the threshold"))
        self._bars: HistogramPlot | None = None
        """The plot without its marks."""
        self._usual = 0.0
        self.threshold = 0.0
        """The current threshold."""
        self._error: float | None = None
        self._is_dragged = False
        self.setToolTip(tr("Drag the threshold, or move it with the arrows; Home resets it"))

    # Display

    def set_bench(self, bench: OutlierBench | None) -> None:
        """Show the errors of ``bench`` and reset the threshold to its default."""
        self._bars = None if bench is None else errors_plot(bench)
        if bench is not None:
            self._usual = self.threshold = bench.threshold
        self._mark()

    def set_error(self, error: float | None) -> None:
        """Mark the error of the drawing; None removes the mark."""
        self._error = error
        self._mark()

    def _mark(self) -> None:
        if self._bars is None:
            self.set_plot(None)
            return
        marks = [ValueMark(self.threshold, is_handle=True)]
        if self._error is not None:
            is_beyond = self._error > self._bars.x.scale.high
            marks.append(ValueMark(self._error, tr("drawing →") if is_beyond else tr("drawing")))
        self.set_plot(replace(self._bars, marks=tuple(marks)))

    def words(self, number: int) -> str:
        """Return the share of samples whose errors lie in the bin ``number``."""
        if self._bars is None:
            return ""
        low, high = self._bars.edges[number : number + 2].tolist()
        return tr(
            "Errors from {low} to {high}: {share:.1%} of the set",
            low=localized(low, ".3g"),
            high=localized(high, ".3g"),
            share=float(self._bars.sets[0].heights[number]),
        )

    # Mouse and keys

    def _move_to(self, threshold: float) -> None:
        if self._bars is None:
            return
        scale = self._bars.x.scale
        self.threshold = min(max(threshold, scale.low), scale.high)
        self._mark()
        self.threshold_moved.emit(self.threshold)
        describe(self, tr("Threshold {error}", error=localized(self.threshold, ".3g")))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start to drag the threshold, moving it to the pointer if it is not there."""
        if self._bars is not None and event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = True
            if abs(event.position().x() - self.x_of(self.threshold)) > _GRASP_PX:
                self._move_to(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the threshold, or highlight a bin."""
        if self._is_dragged:
            self._move_to(self.value_at(event.position().x()))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        del event
        self._is_dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the threshold, Page Up and Down by more; Home resets it."""
        steps: dict[int, int] = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageDown: -10,
            Qt.Key.Key_PageUp: 10,
        }
        if self._bars is not None and event.key() in steps:
            scale = self._bars.x.scale
            share = scale.share(self.threshold) + steps[event.key()] / _STEPS
            self._move_to(scale.value(min(1.0, max(0.0, share))))
        elif self._bars is not None and event.key() == Qt.Key.Key_Home:
            self._move_to(self._usual)
        else:
            # Skip the direct base class, which uses the same keys.
            Painted.keyPressEvent(self, event)


class RocPlot(Painted):
    """The ROC curve, with the point of the current threshold."""

    usual_size = QSize(_SIDE_OF_ROC_PX, _SIDE_OF_ROC_PX + 16)
    """A square and room for the text below it."""
    least_size = QSize(_SIDE_OF_ROC_PX, 90)

    def __init__(self) -> None:
        super().__init__()
        self._bench: OutlierBench | None = None
        self._threshold = 0.0
        self.setFixedWidth(_SIDE_OF_ROC_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Detected outliers against false alarms (ROC)"))
        self.figures = FigureMenu(self, self.figure)
        self.setToolTip(
            tr(
                "Up: share of the other set beyond the threshold. To the right: share of the own "
                "set beyond it. The diagonal is guessing."
            )
        )

    def tip_at(self, position: object) -> str:
        """Return what the axes mean."""
        del position
        return self.toolTip()

    def set_bench(self, bench: OutlierBench | None, threshold: float) -> None:
        """Show the curve of ``bench`` and the point of ``threshold``."""
        self._bench, self._threshold = bench, threshold
        if bench is not None and bench.auc is not None:
            describe(
                self,
                tr("Area under the curve {auc}", auc=localized(bench.auc, ".3f")),
                spoken=False,
            )
        self.update()

    def figure(self) -> Figure | None:
        """Return the curve as a figure; None without another set."""
        plot = None if self._bench is None else roc_plot(self._bench, self._threshold)
        if self._bench is None or plot is None:
            return None
        return Figure("roc", f"{self.accessibleName()}, {_area_words(self._bench)}", (plot,))

    def paint(self, painter: QPainter) -> None:
        """Paint the curve in a square, and the area under it as text."""
        bench = self._bench
        plot = None if bench is None else roc_plot(bench, self._threshold, without_ticks=True)
        if bench is None or plot is None:
            return
        ink = Ink.of(self, painter)
        area = QRectF(self.rect()).adjusted(0.0, 0.0, -2.0, -2.0)
        plot = replace(plot, x=replace(plot.x, name=_area_words(bench)))
        plot.paint_in(ink, shaped(ink, area, plot.x, plot.y, 1.0))


def errors_plot(bench: OutlierBench) -> HistogramPlot:
    """Return the histogram of both sets over a logarithmic axis, as shares of each set."""
    parts = [bench.inside] if bench.outside is None else [bench.inside, bench.outside]
    decades = _decades(parts)
    edges = np.linspace(*decades, _BINS + 1)
    shares = [
        np.histogram(np.clip(_logarithm(part), *decades), edges)[0] / max(1, len(part))
        for part in parts
    ]
    most = max(float(share.max(initial=0.0)) for share in shares)
    several = len(parts) > 1
    sets = [BinHeights(tr("the set") if several else "", shares[0], is_pale=True)]
    if several:
        sets.append(BinHeights(tr("the other set"), shares[1], colour=1, is_outline=True))
    return HistogramPlot(
        10.0**edges,
        Axis(tr("squared error"), Scale(10.0 ** decades[0], 10.0 ** decades[1], is_log=True)),
        Axis(tr("share"), Scale(0.0, _AIR * (most or 1.0)), without_ticks=True),
        tuple(sets),
    )


def roc_plot(
    bench: OutlierBench, threshold: float, *, without_ticks: bool = False
) -> LinePlot | None:
    """Return the curve with the point of ``threshold``; figures on the axes can be omitted."""
    roc = bench.roc
    if roc is None:
        return None
    places = np.linspace(0, len(roc.thresholds) - 1, _MAX_POINTS).astype(int)
    inside, outside = bench.shares(threshold)
    # The point has an x of its own, through which the curve is not drawn.
    x = np.append(roc.false_share[places], inside)
    y = np.append(roc.true_share[places], np.nan)
    current = np.append(np.full(len(places), np.nan), outside or 0.0)
    order = np.argsort(x, kind="stable")
    x, y, current = x[order], y[order], current[order]
    known = np.isfinite(y)
    y = np.interp(np.arange(len(y)), np.flatnonzero(known), y[known])
    scale = Scale(0.0, 1.0)
    return LinePlot(
        x,
        Axis(tr("false alarms"), scale, percent=True, without_ticks=without_ticks),
        Axis(tr("found"), scale, percent=True, without_ticks=without_ticks),
        (
            Series(tr("guessing"), x, colour=None, style=Qt.PenStyle.DashLine, width=0.8),
            Series(tr("every threshold"), y, colour=1, width=1.2),
            Series(tr("this threshold"), current, dots=True, width=2.0),
        ),
    )


def _area_words(bench: OutlierBench) -> str:
    return tr("area {auc}", auc=localized(bench.auc or 0.0, ".3f"))


def _logarithm(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log10(np.clip(errors, _MIN_ERROR, _MAX_ERROR)), np.float64)


def _decades(parts: Sequence[NDArray[np.float64]]) -> tuple[int, int]:
    """Return the powers of ten that bound the errors, at most ``_MAX_DECADES`` apart."""
    logarithms = np.concatenate([_logarithm(part) for part in parts])
    top = int(np.floor(logarithms.max())) + 1
    return max(int(np.floor(logarithms.min())), top - _MAX_DECADES), top


FILE = "file"
"""Key of the entry that asks for a file."""


class OutlierPage(QWidget):
    """Histogram, threshold and ROC curve of one network, computed on request."""

    outside_chosen = Signal(str)
    """With key: compare with that set: "" for none, ``FILE`` to ask for one."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = QComboBox()
        self.measure = QPushButton(tr("Measure"))
        self.measure.setToolTip(tr("Reconstruct every sample, and measure the errors"))
        self.cancel = QPushButton(tr("Cancel"))
        self.words = wrapped_label()
        self.plot = OutlierPlot()
        self.roc = RocPlot()
        self._bench: OutlierBench | None = None
        self._name = ""
        self._note = ""
        self._error: float | None = None
        label = QLabel(tr("&Against"))
        label.setBuddy(self.outside)
        self.outside.setToolTip(tr("Another set, whose samples should be outliers to the network"))
        narrow(self.outside, 10)
        line = row(label, (self.outside, 1), self.cancel, self.measure)
        plots = row((self.plot, 1), self.roc, spacing=SPACING)
        self.setLayout(column(line, self.words, (plots, 1)))
        self.plot.threshold_moved.connect(self._show)
        on_chosen(self.outside, self.outside_chosen.emit)
        self.set_busy(False)
        self.set_message("", possible=False)

    # -- what is shown ---------------------------------------------------------------------------

    def set_sets(self, sets: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer ``sets``, keys and names, for comparison."""
        offer(self.outside, (("", tr("no other set")), *sets, (FILE, tr("File…"))), chosen)

    def set_busy(self, busy: bool) -> None:
        """Show whether samples are being measured."""
        show_either(self.cancel, self.measure, first=busy)

    def set_progress(self, progress: JobProgress) -> None:
        """Show the progress of the measurement."""
        self.words.setText(progress.text or progress.title)

    def set_message(self, text: str, *, possible: bool) -> None:
        """Show ``text`` instead of a result; ``possible`` says whether measuring is enabled."""
        self._bench = None
        self.measure.setEnabled(possible)
        for plot in (self.plot, self.roc):
            plot.hide()
        self.words.setText(text)
        describe(self, text)

    def set_bench(self, bench: OutlierBench, name: str, note: str = "") -> None:
        """Show ``bench`` of the network called ``name``, followed by ``note``."""
        if bench is not self._bench:
            self._bench = bench
            self.plot.set_bench(bench)
        self._name, self._note = name, note
        self.measure.setEnabled(True)
        self.plot.show()
        self.roc.setVisible(bench.outside is not None)
        self._show()

    def set_error(self, error: float | None) -> None:
        """Show the error of the drawing; None if there is none."""
        if error != self._error:
            self._error = error
            self.plot.set_error(error)
            self._show()

    def _show(self, _threshold: float = 0.0) -> None:
        bench = self._bench
        if bench is None:
            return
        threshold = self.plot.threshold
        self.roc.set_bench(bench, threshold)
        text = " ".join(filter(None, (*self._drawing_words(bench, threshold), self._note)))
        self.words.setText(text)
        describe(self, text)

    def _drawing_words(self, bench: OutlierBench, threshold: float) -> list[str]:
        inside, outside = bench.shares(threshold)
        parts = []
        if self._error is not None:
            parts.append(
                tr(
                    "{name}: error of the drawing {error}, larger than {share:.0%} of the set: "
                    "{verdict}.",
                    name=self._name,
                    error=localized(self._error, ".3g"),
                    share=bench.place(self._error),
                    verdict=tr("an outlier") if self._error > threshold else tr("not an outlier"),
                )
            )
        beyond = tr(
            "Above the threshold {threshold}: {inside:.1%} of the set",
            threshold=localized(threshold, ".3g"),
            inside=inside,
        )
        if outside is None:
            parts.append(tr("{beyond}.", beyond=beyond))
        else:
            parts.append(
                tr(
                    "{beyond}, {outside:.1%} of the other.",
                    beyond=beyond,
                    outside=outside,
                )
            )
        return parts
