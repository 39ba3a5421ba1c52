"""Why a pixel of an answer is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from aegui.core.i18n import tr
from aegui.session.data.looks import GLYPHS, Look
from aegui.widgets.answer.bars import Bar, BarList
from aegui.widgets.builder.marks import wrapped_label
from aegui.widgets.glyphs import label_name, label_sign
from aegui.widgets.pixels.speech import describe

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from aegui.core.evaluation.reasons import PixelReasons, Vote

MOST_EFFECTS = 8


class WhyPage(QWidget):
    """Shows ``PixelReasons``. Passive.

    Signals:
        sample_activated(index): A character was clicked.
    """

    sample_activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = wrapped_label()
        self.effects = BarList(tr("What each number of the code does to the pixel"))
        self.votes = BarList(tr("What the likeliest characters say"))
        self.neighbours = BarList(tr("What the characters with the nearest codes say"))
        self._parts: tuple[tuple[QLabel, BarList], ...] = ()
        self._lay_out()
        for bars in (self.votes, self.neighbours):
            bars.activated.connect(self.sample_activated)
        self.set_message("")

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.words)
        titles = (
            (tr("Numbers of the code: what each adds to the logit"), self.effects),
            (tr("Characters that it may have been, and their vote"), self.votes),
            (tr("Characters whose codes are nearest, and their vote"), self.neighbours),
        )
        parts = []
        for text, bars in titles:
            title = wrapped_label(text)
            title.setProperty("dim", True)
            column.addWidget(title)
            column.addWidget(bars)
            parts.append((title, bars))
        self._parts = tuple(parts)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def set_samples(self, images: ArrayLike, look: Look = GLYPHS) -> None:
        """The characters, not copied."""
        for bars in (self.votes, self.neighbours):
            bars.set_samples(images, look)

    def set_message(self, text: str) -> None:
        """Say why there is nothing; empty: how one asks."""
        told = text or tr(
            "Click a pixel of an answer, or go to it with the arrows and press Enter: here you "
            "will see why it is lit or not."
        )
        self.words.setText(told)
        describe(self, told)
        for title, bars in self._parts:
            title.hide()
            bars.hide()

    def set_reasons(
        self, reasons: PixelReasons, name: str, width: int, wanted: bool | None
    ) -> None:
        """Show ``reasons``.

        Args:
            reasons: Of one pixel of an answer.
            name: Of the network.
            width: Columns of an image.
            wanted: Whether the target is lit there; None without a target.
        """
        text = _sentence(reasons, name, width, wanted)
        self.words.setText(text)
        describe(self, text)
        self.effects.set_bars(_effect_bars(reasons), signed=True)
        self.votes.set_bars(_vote_bars(reasons.votes))
        self.neighbours.set_bars(_neighbour_bars(reasons.neighbours))
        for title, bars in self._parts:
            title.setVisible(bool(bars.bars))
            bars.setVisible(bool(bars.bars))


def _sentence(reasons: PixelReasons, name: str, width: int, wanted: bool | None) -> str:
    row, column = divmod(reasons.pixel, width)
    place = tr(
        "{name}, row {row}, column {column}: {output}, logit {score}, so it is {lit}.",
        name=name,
        row=row + 1,
        column=column + 1,
        output=f"{reasons.output:.2f}",
        score=f"{reasons.score:+.1f}",
        lit=tr("on") if reasons.lit else tr("off"),
    )
    parts = [place]
    if wanted is not None:
        parts.append(
            tr("That is right.")
            if wanted == reasons.lit
            else tr("That is wrong: the target is {lit}.", lit=tr("on") if wanted else tr("off"))
        )
    if reasons.share_on is not None:
        percent = f"{100 * reasons.share_on:.0f}"
        parts.append(tr("By Bayes’ rule it is on with {percent} %.", percent=percent))
    return " ".join(parts)


def _effect_bars(reasons: PixelReasons) -> list[Bar]:
    most = float(np.abs(reasons.effects).max(initial=0.0)) or 1.0
    bars = []
    for number in reasons.order[:MOST_EFFECTS].tolist():
        effect = float(reasons.effects[number])
        words = tr(
            "Number {number} is {value}, on average {mean}: it changes the logit by {effect}",
            number=number + 1,
            value=f"{reasons.code[number]:.2f}",
            mean=f"{reasons.means[number]:.2f}",
            effect=f"{effect:+.2f}",
        )
        name = tr("z{number} = {value}", number=number + 1, value=f"{reasons.code[number]:.2f}")
        bars.append(Bar(name, effect / most, f"{effect:+.1f}", words, is_strong=effect > 0))
    return bars


def _vote_bars(votes: tuple[Vote, ...]) -> list[Bar]:
    bars = []
    for vote in votes:
        percent = f"{100 * vote.weight:.1f}"
        lit = tr("on") if vote.lit else tr("off")
        figure = tr("{percent} % {lit}", percent=percent, lit=lit)
        words = tr("{name}: {figure}", name=label_name(vote.label), figure=figure)
        bars.append(
            Bar(label_sign(vote.label), vote.weight, figure, words, vote.index, is_strong=vote.lit)
        )
    return bars


def _neighbour_bars(votes: tuple[Vote, ...]) -> list[Bar]:
    most = max((vote.weight for vote in votes), default=0.0) or 1.0
    bars = []
    for vote in votes:
        lit = tr("on") if vote.lit else tr("off")
        figure = tr("{distance} away, {lit}", distance=f"{vote.weight:.2f}", lit=lit)
        words = tr("{name}: {figure}", name=label_name(vote.label), figure=figure)
        closeness = 1.0 - 0.95 * vote.weight / most
        bars.append(
            Bar(label_sign(vote.label), closeness, figure, words, vote.index, is_strong=vote.lit)
        )
    return bars
