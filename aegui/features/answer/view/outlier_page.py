"""The outlier page: is the drawing similar to what the network has learnt?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from aegui.core.i18n import localized, tr
from aegui.features.answer.view.outlier_plot import OutlierPlot, RocPlot
from aegui.kit.choosing import narrow, offer, on_chosen
from aegui.kit.layouts import column, row
from aegui.kit.marks import show_either, wrapped_label
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.evaluation.outliers import OutlierBench
    from aegui.session.jobs.derived import JobProgress

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
