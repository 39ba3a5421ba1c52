"""The limit: how likely each character is, and how many wrong pixels that lets one expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from aegui.core.i18n import tr
from aegui.core.network.catalog import CORRUPTIONS
from aegui.session.data.looks import GLYPHS, Look
from aegui.session.pixels.answer_sheet import BEST
from aegui.widgets.answer.bars import Bar, BarList
from aegui.widgets.builder.marks import wrapped_label
from aegui.widgets.glyphs import label_name, label_sign
from aegui.widgets.pixels.speech import describe

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from aegui.core.evaluation.bayes import Reading
    from aegui.session.pixels.answer_sheet import AnswerSheet, Limit

MOST_BARS = 12
_LEAST_CHANCE = 0.0005


class LimitPage(QWidget):
    """Says what somebody who knows the characters and the noise would make of the drawing.

    Signals:
        estimated_chosen(estimated): Find the level of the noise from the drawing, or not.
        sample_activated(index): A character was clicked.
    """

    estimated_chosen = Signal(bool)
    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level = QComboBox()
        self.words = wrapped_label()
        self.bars = BarList(tr("How likely each character is"))
        self._title = QLabel(tr("What the drawing was, by Bayes’ rule"))
        self._title.setProperty("dim", True)
        self._lay_out()
        self.level.activated.connect(self._on_level_activated)
        self.bars.activated.connect(self.sample_activated)

    def _lay_out(self) -> None:
        label = QLabel(tr("&Level of the noise"))
        label.setBuddy(self.level)
        for text in (tr("as chosen on the page “Noise”"), tr("estimated from the drawing")):
            self.level.addItem(text)
        self.level.setToolTip(
            tr("The limit depends on the noise: its kind is the one that is chosen beside the grid")
        )
        self.level.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.level.setMinimumContentsLength(12)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.level, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.words)
        column.addWidget(self._title)
        column.addWidget(self.bars)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(area, 1)

    @Slot(int)
    def _on_level_activated(self, place: int) -> None:
        self.estimated_chosen.emit(place == 1)

    def set_samples(self, images: ArrayLike, look: Look = GLYPHS) -> None:
        """The characters, not copied."""
        self.bars.set_samples(images, look)

    def set_estimated(self, estimated: bool) -> None:
        """Show whether the level is found from the drawing."""
        blocker = QSignalBlocker(self.level)
        self.level.setCurrentIndex(1 if estimated else 0)
        del blocker

    def set_sheet(self, sheet: AnswerSheet) -> None:
        """Show the limit beside the answers of ``sheet``."""
        limit = sheet.limit
        known = limit.reading is not None
        self._title.setVisible(known)
        self.bars.setVisible(known)
        text = limit.reason if limit.reading is None else _words(sheet, limit)
        self.words.setText(text)
        describe(self, text)
        if limit.reading is not None:
            self.bars.set_bars(_bars(limit.reading, sheet))


def noise_words(limit: Limit) -> str:
    """The noise that the drawing is taken to have gone through."""
    name, level = tr(CORRUPTIONS[limit.spec.kind].label), limit.spec.level
    found = limit.estimate
    if found is None:
        return tr("{noise} at level {level}", noise=name, level=f"{level:.3g}")
    return tr(
        "{noise} at level {level}, estimated ({low} to {high} are nearly as likely)",
        noise=name,
        level=f"{level:.2f}",
        low=f"{found.low:.2f}",
        high=f"{found.high:.2f}",
    )


def _words(sheet: AnswerSheet, limit: Limit) -> str:
    """What may be expected of each answer under that noise."""
    told = [
        tr("{name}: {expected}", name=answer.name, expected=f"{answer.expected:.2f}")
        for answer in sheet.answers
        if answer.expected is not None and answer.key != BEST
    ]
    best = [
        tr("best possible: {expected}", expected=f"{answer.expected:.2f}")
        for answer in sheet.answers
        if answer.key == BEST and answer.expected is not None
    ]
    return tr(
        "{noise}. Wrong pixels expected of this drawing: {answers}.",
        noise=noise_words(limit),
        answers="; ".join((*told, *best)),
    )


def _bars(reading: Reading, sheet: AnswerSheet) -> list[Bar]:
    dataset = sheet.dataset
    bars: list[Bar] = []
    for index in reading.order[:MOST_BARS].tolist():
        chance = float(reading.chances[index])
        if chance < _LEAST_CHANCE and bars:
            break
        label = dataset.labels[index]
        figure = tr("{percent} %", percent=f"{100 * chance:.1f}")
        words = tr("{name}: {figure}", name=label_name(label), figure=figure)
        bars.append(Bar(label_sign(label), chance, figure, words, index, is_strong=not bars))
    return bars
