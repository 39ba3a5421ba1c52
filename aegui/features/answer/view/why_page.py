"""The page that explains a pixel of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from aegui.core.evaluation.reasons import LOGIT_MOST
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import localized, mark, tr
from aegui.features.answer.view.bars import SampleBar, SampleBars
from aegui.features.answer.view.pictures import AnswerPictures
from aegui.kit.layouts import column, dim, held, row, scrolled
from aegui.kit.marks import wrapped_label
from aegui.kit.speech import describe
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from aegui.core.evaluation.reasons import PixelReasons, Vote
    from aegui.session.pixels.answers import Answer

MAX_EFFECTS = 8
_PICTURES_PX = 66
_COLOURS = (mark("red {level}"), mark("green {level}"), mark("blue {level}"))
_LIGHTS = mark("Number {number} is {value}, on average {mean}: it changes the logit by {effect}")
_BRIGHTENS = mark(
    "Number {number} is {value}, on average {mean}: it changes the brightness by {effect}"
)


class WhyPage(QWidget):
    """Shows ``PixelReasons``. Passive."""

    def __init__(self) -> None:
        super().__init__()
        self.words = wrapped_label()
        self.pictures = AnswerPictures()
        self.pictures.set_explains()
        self.pictures.set_captions(False, "")
        self._holder = QWidget()
        self.journey = QPushButton(tr("Follow this number back"))
        self.journey.setToolTip(tr("Its units and weights, layer by layer"))
        self.effects = SampleBars(tr("The effect of each number of the code on the pixel"))
        self.votes = SampleBars(tr("The votes of the most probable characters"))
        self.neighbours = SampleBars(tr("The votes of the characters with the nearest codes"))
        self._parts: tuple[tuple[QLabel, SampleBars], ...] = ()
        self._lay_out()
        self.set_message("")

    def _lay_out(self) -> None:
        text_column = column(self.words)
        text_column.addWidget(self.journey, 0, Qt.AlignmentFlag.AlignLeft)
        bars = (self.effects, self.votes, self.neighbours)
        self._parts = tuple((dim(wrapped_label()), each) for each in bars)
        for title, each in self._parts:
            text_column.addWidget(title)
            text_column.addWidget(each)
        text_column.addStretch(1)
        area = scrolled(held(text_column), sideways=True, takes_focus=True)
        self.setLayout(column(self._build_pictures(), (area, 1)))

    def _build_pictures(self) -> QWidget:
        self._holder.setFixedHeight(_PICTURES_PX)
        self._holder.setLayout(row(self.pictures))
        return self._holder

    def set_samples(self, images: ArrayLike, image_style: ImageStyle = GLYPHS) -> None:
        """Set the samples, not copied."""
        for bars in (self.votes, self.neighbours):
            bars.set_samples(images, image_style)
        self.pictures.set_image_style(image_style)

    def set_answer(self, answer: Answer, name: str, row: int, column: int) -> None:
        """Show the ``answer`` of the network ``name``, with one of its pixels marked."""
        self.pictures.set_answer(answer)
        self.pictures.set_pixel(row, column)
        self.pictures.setAccessibleName(tr("{name}: drawing, answer and errors", name=name))
        self._holder.show()

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of reasons."""
        self.words.setText(text)
        describe(self, text)
        self.journey.hide()
        self._holder.hide()
        for title, bars in self._parts:
            title.hide()
            bars.hide()

    def set_reasons(
        self,
        reasons: PixelReasons,
        name: str,
        width: int,
        target: Sequence[float] | None,
        *,
        follows: bool = True,
    ) -> None:
        """Show ``reasons``.

        Args:
            reasons: Reasons for one pixel of an answer.
            name: Name of the network.
            width: Columns of an image.
            target: The target value there, one per channel; None without a target.
            follows: Whether the value can be traced back, as for the displayed network.
        """
        text = (
            _graded_sentence(reasons, name, width, target)
            if reasons.is_graded
            else _sentence(reasons, name, width, target)
        )
        self.words.setText(text)
        self.journey.setVisible(follows)
        describe(self, text)
        self.effects.set_bars(_effect_bars(reasons), signed=True)
        self.votes.set_bars(_vote_bars(reasons.votes))
        self.neighbours.set_bars(_neighbour_bars(reasons))
        for (title, bars), words in zip(self._parts, _titles(reasons), strict=True):
            title.setText(words)
            title.setVisible(bool(bars.bars))
            bars.setVisible(bool(bars.bars))


def _titles(reasons: PixelReasons) -> tuple[str, str, str]:
    if reasons.is_graded:
        return (
            tr("Numbers of the code: what each adds to the brightness"),
            "",
            tr("Images whose codes are nearest, and how bright they are there"),
        )
    return (
        tr("Numbers of the code: what each adds to the logit"),
        tr("Possible characters, and their votes"),
        tr("Characters with the nearest codes, and their votes"),
    )


def _signed(value: float, spec: str) -> str:
    return localized(value, spec).replace("-", "\N{MINUS SIGN}")


def _score_words(score: float) -> str:
    """Format a logit; with an inequality sign where it was clipped."""
    beyond = "≤ " if score <= -LOGIT_MOST else "≥ " if score >= LOGIT_MOST else ""
    return beyond + _signed(score, "+.1f")


def _sentence(reasons: PixelReasons, name: str, width: int, target: Sequence[float] | None) -> str:
    row, column = divmod(reasons.pixel, width)
    place = tr(
        "{name}, row {row}, column {column}: {output}, logit {score}, so it is {lit}.",
        name=name,
        row=row + 1,
        column=column + 1,
        output=localized(reasons.output, ".2f"),
        score=_score_words(reasons.score),
        lit=tr("on") if reasons.lit else tr("off"),
    )
    parts = [place]
    if target is not None:
        is_lit = target[0] > THRESHOLD
        parts.append(
            tr("That is right.")
            if is_lit == reasons.lit
            else tr("That is wrong: the target is {lit}.", lit=tr("on") if is_lit else tr("off"))
        )
    if reasons.share_on is not None:
        parts.append(tr("By Bayes’ rule it is on with {share:.0%}.", share=reasons.share_on))
    return " ".join(parts)


def _graded_sentence(
    reasons: PixelReasons, name: str, width: int, target: Sequence[float] | None
) -> str:
    row, column = divmod(reasons.pixel, width)
    place = {"name": name, "row": row + 1, "column": column + 1}
    if target is None:
        return tr(
            "{name}, row {row}, column {column}: {levels}.",
            levels=_level_words(reasons.levels),
            **place,
        )
    return tr(
        "{name}, row {row}, column {column}: {levels}; the target is {wanted}.",
        levels=_level_words(reasons.levels),
        wanted=_level_words(target),
        **place,
    )


def _level_words(levels: Sequence[float]) -> str:
    """Describe the brightness of a pixel, or its colour components."""
    if len(levels) != len(_COLOURS):
        return tr("brightness {level}", level=localized(sum(levels) / len(levels), ".2f"))
    named = zip(_COLOURS, levels, strict=True)
    return ", ".join(tr(words, level=localized(level, ".2f")) for words, level in named)


def _effect_bars(reasons: PixelReasons) -> list[SampleBar]:
    most = float(np.abs(reasons.effects).max(initial=0.0)) or 1.0
    bars = []
    for number in reasons.order[:MAX_EFFECTS].tolist():
        effect = float(reasons.effects[number])
        words = tr(
            _BRIGHTENS if reasons.is_graded else _LIGHTS,
            number=number + 1,
            value=_signed(reasons.code[number], ".2f"),
            mean=_signed(reasons.means[number], ".2f"),
            effect=_signed(effect, "+.2f"),
        )
        value = _signed(reasons.code[number], ".2f")
        name = tr("z{number} = {value}", number=number + 1, value=value)
        figure = _signed(effect, "+.2f" if reasons.is_graded else "+.1f")
        bars.append(SampleBar(name, effect / most, figure, words, is_strong=effect > 0))
    return bars


def _vote_bars(votes: tuple[Vote, ...]) -> list[SampleBar]:
    bars = []
    for vote in votes:
        figure = tr("{share:.1%} {lit}", share=vote.weight, lit=_lit(vote))
        bars.append(_sample_bar(vote, vote.weight, figure))
    return bars


def _neighbour_bars(reasons: PixelReasons) -> list[SampleBar]:
    votes = reasons.neighbours
    most = max((vote.weight for vote in votes), default=0.0) or 1.0
    bars = []
    for vote in votes:
        level = localized(vote.level, ".2f") if reasons.is_graded else _lit(vote)
        figure = tr("{distance} away, {lit}", distance=localized(vote.weight, ".2f"), lit=level)
        bars.append(_sample_bar(vote, 1.0 - 0.95 * vote.weight / most, figure))
    return bars


def _lit(vote: Vote) -> str:
    return tr("on") if vote.lit else tr("off")


def _sample_bar(vote: Vote, length: float, figure: str) -> SampleBar:
    words = tr("{name}: {figure}", name=label_name(vote.label), figure=figure)
    sign = label_sign(vote.label)
    return SampleBar(sign, length, figure, words, index=vote.index, is_strong=vote.lit)
