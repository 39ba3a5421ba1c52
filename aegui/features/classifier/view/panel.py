"""The classifier panel: accuracy, confusion matrix, and mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget

from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.matrix import CellLimits
from aegui.kit.charts.matrix_view import MatrixTable
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.choosing import narrow, offer, on_chosen
from aegui.kit.layouts import Sized, column, dim, held, row, scrolled
from aegui.kit.marks import ElidedCombo, ElidedLabel
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, figures_font
from aegui.session.data.image_style import image_style_of_images
from aegui.widgets.figures.makers import confusion_figure, confusion_plot
from aegui.widgets.glyphs import GlyphCache, label_name, label_sign
from aegui.widgets.named_table import NamedTable
from aegui.widgets.picture_list import PictureList, PictureRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from aegui.core.evaluation.classification import Classification, ClassScore
    from aegui.features.classifier.model.classifier_service import Evaluation
    from aegui.kit.charts.cells import CellIndex
    from aegui.kit.charts.figure import Figure

MAX_SHOWN = 1_000
_PICTURE_PX = 56
_CELL_PX = QSize(84, 104)
_WIDE_CELL_PX = QSize(104, 122)
_ONE_LINE = 3
"""Labels with up to this many characters are put on one line."""
_LONGEST = 12
_CELL_LIMITS = CellLimits(least=(9, 9), good=(26, 26), most=(64, 64), is_square=True)


@dataclass(frozen=True, eq=False)
class ShownMistakes:
    """The samples to show."""

    found: Classification
    """The answers."""
    images: NDArray[np.float32]
    """``[N, C, H, W]`` of the set that the answers belong to; not copied."""
    indices: NDArray[np.int64]
    """int64 ``[n]``, for each answer the place of its sample in the set."""
    order: NDArray[np.int64]
    """Indices of the answers to show, in order."""


class _MistakeRows(PictureRows):
    """Samples with their class, the answer and its confidence."""

    def __init__(self, shown: ShownMistakes, pictures: GlyphCache) -> None:
        self._shown = shown
        self._pictures = pictures
        # Two short labels fit side by side.
        self.is_narrow = all(len(label) <= _ONE_LINE for label in shown.found.classes)

    def sample_index(self, row: int) -> int:
        """Return the place in the set of the sample in ``row``."""
        return int(self._shown.indices[self._shown.order[row]])

    def __len__(self) -> int:
        """Return the number of samples shown, at most ``MAX_SHOWN``."""
        return min(MAX_SHOWN, len(self._shown.order))

    def picture(self, row: int, size: QSize) -> QImage:
        """Return the sample's image."""
        del size
        return self._pictures.image(self.sample_index(row))

    def _answer(self, row: int) -> tuple[str, str, float]:
        found, number = self._shown.found, self._shown.order[row]
        true, predicted = found.classes[found.truth[number]], found.classes[found.predicted[number]]
        return true, predicted, float(found.confidence[number])

    def caption(self, row: int) -> str:
        """Return class, answer and confidence in short form."""
        true, predicted, confidence = self._answer(row)
        share = localized(confidence, ".0%")
        if true == predicted:
            return f"{_short(true)}\n{share}"
        between = " " if self.is_narrow else "\n"
        return f"{_short(true)}{between}→ {_short(predicted)}\n{share}"

    def sentence(self, row: int) -> str:
        """Return class, answer and confidence as a sentence."""
        true, predicted, confidence = self._answer(row)
        if true == predicted:
            return tr(
                "Sample {n:,}: {true}, recognised with a confidence of {share:.1%}",
                n=self.sample_index(row) + 1,
                true=label_name(true),
                share=confidence,
            )
        return tr(
            "Sample {n:,}: {true}, taken for {taken} with a confidence of {share:.1%}",
            n=self.sample_index(row) + 1,
            true=label_name(true),
            taken=label_name(predicted),
            share=confidence,
        )


def _short(label: str) -> str:
    if len(label) <= 1:
        return label_sign(label)
    name = label_name(label)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


class MistakesView(PictureList):
    """A flowing list of pictures, each with its class, the answer and the confidence."""

    sample_activated = Signal(int)
    """Emitted with the place in the set of a sample that was double-clicked or got Enter."""

    def __init__(self) -> None:
        super().__init__(tr("Samples with their answers"))
        self._pictures = GlyphCache(most_px=None)
        self._images: NDArray[np.float32] | None = None
        self._rows: _MistakeRows | None = None
        self.setContentsMargins(SPACING, 0, 0, 0)
        self.set_sizes(_PICTURE_PX, _CELL_PX)
        self.row_activated.connect(self._on_row_activated)
        self.figures = offer_painted(self, "samples")

    def set_shown(self, shown: ShownMistakes | None) -> None:
        """Show these samples; None clears the list."""
        if shown is not None and shown.images is not self._images:
            self._images = shown.images
            self._pictures.set_images(shown.images, image_style_of_images(shown.images))
        self._rows = None if shown is None else _MistakeRows(shown, self._pictures)
        is_narrow = self._rows is None or self._rows.is_narrow
        self.set_sizes(_PICTURE_PX, _CELL_PX if is_narrow else _WIDE_CELL_PX)
        self.set_rows(self._rows)

    def _on_row_activated(self, row: int) -> None:
        if self._rows is not None:
            self.sample_activated.emit(self._rows.sample_index(row))


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


COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Class"), ""),
    (
        mark("Precision"),
        mark("Of the samples predicted as this class, the share that belong to it."),
    ),
    (mark("Recall"), mark("Of the samples of this class, the share predicted as it.")),
    (mark("F1"), mark("The harmonic mean of precision and recall.")),
    (mark("Samples"), mark("Samples of this class, its support.")),
)
_AVERAGES = (
    (mark("Macro average"), mark("The mean over the classes, each counting the same.")),
    (mark("Weighted average"), mark("The mean over the classes, weighted by their samples.")),
)


class ScoresTable(NamedTable):
    """A row for each class, and two for the averages."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, tr("Figures of each class"), picks_rows=True)

    def set_scores(self, found: Classification) -> None:
        """Show the scores of ``found``."""
        scores = found.scores
        self.setRowCount(len(scores) + len(_AVERAGES))
        for number, score in enumerate(scores):
            self._set_row(number, label_name(score.label), score)
        averages = (found.macro, found.weighted)
        for number, ((title, help_text), score) in enumerate(
            zip(_AVERAGES, averages, strict=True), len(scores)
        ):
            self._set_row(number, tr(title), score, bold=True, help_text=tr(help_text))

    def _set_row(
        self, row: int, name: str, score: ClassScore, *, bold: bool = False, help_text: str = ""
    ) -> None:
        figures = (localized(figure, ".3f") for figure in (score.precision, score.recall, score.f1))
        texts = (name, *figures, localized(score.support, ","))
        self.write_row(row, texts, help_text, bold=bold)


PAGES = ("mistakes", "classes")
"""Keys of the pages beside the matrix, in the order of the tabs."""
_HEADLINE = 1.5
_PART_SIGNS = 16
"""Minimum number of visible letters of a part's name."""
_MAX_MATRIX = 0.6
"""Maximum share of the width for the matrix."""
_MIN_MATRIX = 0.3
"""Minimum share of the width that the table beside it leaves to the matrix."""


class ClassifierPanel(Sized):
    """Shows one ``Evaluation``. Passive."""

    page_chosen = Signal(str)
    """Emitted with the one of ``PAGES`` that is shown."""
    part_chosen = Signal(str)
    """Emitted with the key of the part of the data to evaluate on."""
    sample_activated = Signal(int)
    """Emitted with the place of a sample in the evaluated set."""
    usual_size = QSize(720, 360)
    """Room for ten classes and a few mistakes."""

    def __init__(self) -> None:
        super().__init__()
        self.evaluation: Evaluation | None = None
        """The evaluation shown; None while only a message is shown."""
        self.cell: CellIndex | None = None
        """The chosen cell of the matrix, a pair of classes; None shows all mistakes."""
        self._headline = QLabel()
        self._headline.setFont(figures_font(self.font(), scale=_HEADLINE, bold=True))
        self._detail = dim(ElidedLabel())
        self._counted = ""
        self._note = ""
        self._detail.setFont(figures_font(self.font()))
        self._parts = ElidedCombo()
        self._parts.setAccessibleName(tr("Judged by"))
        self._parts.setToolTip(tr("The samples that the classifier is evaluated on"))
        narrow(self._parts, _PART_SIGNS)
        self._confusion = ConfusionView()
        self._scores = ScoresTable()
        self._mistakes = MistakesView()
        self._what = dim(ElidedLabel())
        self._all = QPushButton(tr("All mistakes"))
        self._all.setToolTip(tr("Show the mistakes of all classes again, the most confident first"))
        parts = (self._headline, (self._detail, 1), self._parts)
        header = row(*parts, spacing=SPACING, margins=(SPACING, SPACING // 2, SPACING, 0))
        self.placeholder = Placeholder(self._build_body())
        self.setLayout(column(header, (self.placeholder, 1)))
        on_chosen(self._parts, self.part_chosen.emit)
        self._tabs.currentChanged.connect(self._share_out)
        self._tabs.currentChanged.connect(lambda at: self.page_chosen.emit(PAGES[at]))
        self._confusion.cell_activated.connect(self._on_confusion_cell_activated)
        self._mistakes.sample_activated.connect(self.sample_activated)
        self._all.clicked.connect(self._on_all_clicked)
        self.set_parts({}, "")
        self.set_message("")

    # Building

    def _build_body(self) -> Splitter:
        scroll = scrolled(self._confusion, sideways=True, framed=True)
        half = SPACING // 2
        bar = row((self._what, 1), self._all, margins=(half, 0, half, 0))
        samples = held(column(bar, (self._mistakes, 1), margins=(0, half, 0, 0)))
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(samples, tr("Mistakes"))
        self._tabs.addTab(self._scores, tr("Classes"))
        self._splitter = Splitter("classifier", scroll, self._tabs)
        self._splitter.installEventFilter(self)
        return self._splitter

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the matrix the width that its height requires, unless the person has resized it."""
        if watched is self._splitter and event.type() == QEvent.Type.Resize:
            self._share_out()
        return super().eventFilter(watched, event)

    @Slot()
    def _share_out(self) -> None:
        width = self._splitter.width()
        ideal = self._confusion.width_for(self._splitter.height())
        matrix = min(ideal, round(_MAX_MATRIX * width))
        if self._tabs.currentWidget() is self._scores:
            # The table beside it is shown whole as long as the matrix keeps its minimum share.
            left = max(width - self._scores.preferred_width(), round(_MIN_MATRIX * width))
            matrix = min(matrix, left)
        self._splitter.share_out([matrix, width - matrix])

    # Input

    def show_page(self, key: str) -> None:
        """Show one of ``PAGES``."""
        self._tabs.setCurrentIndex(PAGES.index(key))

    def choose_cell(self, cell: CellIndex | None) -> None:
        """Show the samples of ``cell`` if the evaluation has it; None shows all mistakes."""
        if self.evaluation is not None:
            count = len(self.evaluation.found.classes)
            self.cell = cell if cell is not None and max(cell) < count else None
            self._show_samples()

    def set_parts(self, parts: Mapping[str, str], current: str) -> None:
        """Offer parts of the data, by key, with ``current`` chosen."""
        offer(self._parts, parts.items(), current)
        self._parts.setVisible(bool(parts))

    def set_message(self, text: str, offer: str = "") -> None:
        """Show ``text`` instead of results, with a button if there is an ``offer``."""
        self.evaluation = None
        self.cell = None
        self._headline.clear()
        self._counted = ""
        self._show_detail()
        self.placeholder.say(text, offer)

    def set_note(self, text: str) -> None:
        """Show ``text``, such as progress, in place of the number of mistakes; "" removes it."""
        self._note = text
        self._show_detail()

    def _show_detail(self) -> None:
        self._detail.setText(self._note or self._counted)

    def set_evaluation(self, evaluation: Evaluation) -> None:
        """Show the results of an evaluation."""
        before, found = self.evaluation, evaluation.found
        if before is None or before.found.classes != found.classes:
            self.cell = None
        self.evaluation = evaluation
        self._headline.setText(tr("{accuracy:.2%} right", accuracy=found.accuracy))
        wrong = trn("{n:,} mistake", "{n:,} mistakes", found.wrong)
        counted = tr("{wrong} in {n:,} samples", wrong=wrong, n=len(found))
        if len(found) < evaluation.total:
            counted = tr(
                "{wrong} in {n:,} of {total:,} samples",
                wrong=wrong,
                n=len(found),
                total=evaluation.total,
            )
        self._counted = counted
        self._show_detail()
        self._detail.setToolTip(tr("Weights of epoch {epoch:,}", epoch=evaluation.epoch))
        self._confusion.set_counts(found.classes, found.confusion)
        self._scores.set_scores(found)
        self._share_out()
        self._show_samples()
        self.placeholder.show_content()

    def _show_samples(self) -> None:
        evaluation = self.evaluation
        if evaluation is None:
            return
        found = evaluation.found
        if self.cell is None:
            order = found.misclassified()
            text = trn(
                "{n:,} mistake, the surest first", "{n:,} mistakes, the surest first", len(order)
            )
            if not len(order):
                text = tr("No mistakes")
        else:
            order = found.cell(*self.cell)
            text = self._confusion.words(self.cell)
        if len(order) > MAX_SHOWN:
            text = tr("{text}; {n:,} are shown", text=text, n=MAX_SHOWN)
        self._what.setText(text)
        self._what.setToolTip(text)
        self._all.setVisible(self.cell is not None)
        self._confusion.set_chosen(self.cell)
        images = evaluation.dataset.images
        self._mistakes.set_shown(ShownMistakes(found, images, evaluation.indices, order))

    # User input

    def _on_confusion_cell_activated(self, cell: CellIndex) -> None:
        self.choose_cell(None if cell == self.cell else cell)
        self._tabs.setCurrentIndex(0)

    def _on_all_clicked(self) -> None:
        self.choose_cell(None)
