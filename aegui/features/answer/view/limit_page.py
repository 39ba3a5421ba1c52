"""The limit page: probability of each character, and the expected number of wrong pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import localized, tr
from aegui.features.answer.model.answer_sheet import BEST
from aegui.features.answer.view.bars import SampleBar, SampleBars
from aegui.kit.choosing import narrow, offer, on_chosen
from aegui.kit.layouts import column, dim, held, row, scrolled
from aegui.kit.marks import Sign, wrapped_label
from aegui.kit.speech import describe
from aegui.widgets.glyphs import label_name, label_sign

if TYPE_CHECKING:
    from aegui.core.evaluation.bayes import BayesReading
    from aegui.features.answer.model.answer_sheet import AnswerSheet, Limit
    from aegui.features.answer.model.answer_study_service import SetLimit

ALIKE, KNOWN, FILE = "alike", "known", "file"
"""Weights of characters: all equal, from the file read last, or from a file to choose."""
MAX_BARS = 12
_MIN_CHANCE = 0.0005


class LimitPage(QWidget):
    """Shows the best possible reading of the drawing given the characters and the noise."""

    estimated_chosen = Signal(bool)
    """With estimated: whether to estimate the noise level from the drawing."""
    prior_chosen = Signal(str)
    """With key: how to weigh characters: ``ALIKE``, ``KNOWN``, or ``FILE`` to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.level = QComboBox()
        self.prior = QComboBox()
        self.words = wrapped_label()
        self.average = wrapped_label()
        self.train = QToolButton()
        self._differs = QWidget()
        self._differs_words = wrapped_label()
        self.bars = SampleBars(tr("How likely each character is"))
        self._title = dim(tr("What the drawing was, by Bayes’ rule"))
        self._lay_out()
        self.set_prior("", used=False)
        self.set_difference("")
        self.set_average(None)
        self.level.activated.connect(self._on_level_activated)
        on_chosen(self.prior, self.prior_chosen.emit)

    def _lay_out(self) -> None:
        for text in (tr("as chosen on the page “Noise”"), tr("estimated from the drawing")):
            self.level.addItem(text)
        self.level.setToolTip(
            tr("The limit depends on the noise: its kind is the one chosen beside the grid")
        )
        self.prior.setToolTip(
            tr(
                "How often each character occurs: from a list of characters with weights (CSV, "
                "JSON), or counted in a text"
            )
        )
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        rows = ((tr("&Level of the noise"), self.level), (tr("&Characters"), self.prior))
        for at, (text, box) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(box)
            narrow(box, 12)
            grid.addWidget(label, at, 0)
            grid.addWidget(box, at, 1)
        text_column = column(
            self.words, self.average, self._build_difference(), self._title, self.bars, 1
        )
        area = scrolled(held(text_column), sideways=True, takes_focus=True)
        self.setLayout(column(grid, (area, 1)))

    def _build_difference(self) -> QWidget:
        self.train.setText(tr("Train with it"))
        self.train.setToolTip(tr("Put this noise into the current recipe (can be undone)"))
        line = row((self._differs_words, 1), spacing=6)
        line.insertWidget(0, Sign("builder-warning", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.train, 0, Qt.AlignmentFlag.AlignTop)
        self._differs.setLayout(line)
        return self._differs

    @Slot(int)
    def _on_level_activated(self, index: int) -> None:
        self.estimated_chosen.emit(index == 1)

    def set_estimated(self, estimated: bool) -> None:
        """Show whether the level is estimated from the drawing."""
        with QSignalBlocker(self.level):
            self.level.setCurrentIndex(1 if estimated else 0)

    def set_prior(self, name: str, *, used: bool) -> None:
        """Show how characters are weighed; ``name`` is the file read last, "" for none."""
        known = [(KNOWN, tr("as often as in {name}", name=name))] if name else []
        rows = ((ALIKE, tr("all as likely")), *known, (FILE, tr("as often as in a file…")))
        offer(self.prior, rows, KNOWN if name and used else ALIKE)

    def set_difference(self, text: str) -> None:
        """Show ``text``, that the network was trained with other noise; "" hides it."""
        self._differs_words.setText(text)
        self._differs.setVisible(bool(text))

    def set_average(self, found: SetLimit | None, *, pending: bool = False) -> None:
        """Show the average limit over all characters; ``pending`` while it is being computed."""
        self.average.setVisible(found is not None or pending)
        figure = "…" if found is None else localized(found.limit.mean, ".2f")
        if found is not None and not found.limit.is_exact:
            figure = f"{figure} ± {localized(found.limit.error, '.2f')}"
        self.average.setText(
            tr(
                "Best possible over all characters: {figure} wrong pixels on average.",
                figure=figure,
            )
        )

    def set_sheet(self, sheet: AnswerSheet) -> None:
        """Show the limit of ``sheet``."""
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
    """Describe the noise assumed for the drawing."""
    name, level = tr(CORRUPTIONS[limit.spec.kind].label), limit.spec.level
    found = limit.estimate
    if found is None:
        return tr("{noise} at level {level}", noise=name, level=localized(level, ".3g"))
    return tr(
        "{noise} at level {level}, estimated ({low} to {high} are nearly as likely)",
        noise=name,
        level=localized(level, ".2f"),
        low=localized(found.low, ".2f"),
        high=localized(found.high, ".2f"),
    )


def _words(sheet: AnswerSheet, limit: Limit) -> str:
    """Describe the expected number of wrong pixels of each answer."""
    expected_lines = [
        tr("{name}: {expected}", name=answer.name, expected=localized(answer.expected, ".2f"))
        for answer in sheet.answers
        if answer.expected is not None and answer.key != BEST
    ]
    best = [
        tr("best possible: {expected}", expected=localized(answer.expected, ".2f"))
        for answer in sheet.answers
        if answer.key == BEST and answer.expected is not None
    ]
    text = tr(
        "{noise}. Wrong pixels expected of this drawing: {answers}.",
        noise=noise_words(limit),
        answers="; ".join((*expected_lines, *best)),
    )
    return f"{text} {limit.note}".strip()


def _bars(reading: BayesReading, sheet: AnswerSheet) -> list[SampleBar]:
    dataset = sheet.dataset
    bars: list[SampleBar] = []
    for index in reading.order[:MAX_BARS].tolist():
        chance = float(reading.chances[index])
        if chance < _MIN_CHANCE and bars:
            break
        label = dataset.labels[index]
        figure = localized(chance, ".1%")
        words = tr("{name}: {figure}", name=label_name(label), figure=figure)
        bars.append(
            SampleBar(label_sign(label), chance, figure, words, index=index, is_strong=not bars)
        )
    return bars
