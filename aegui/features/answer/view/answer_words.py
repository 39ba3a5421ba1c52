"""Text for answers: their actual error and the error to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import localized, tr, trn
from aegui.widgets.glyphs import label_name
from aegui.widgets.nearest_strip import error_text

if TYPE_CHECKING:
    from aegui.features.answer.model.answer_sheet import SheetAnswer
    from aegui.session.pixels.answers import Answer


def verdict(answer: Answer) -> str:
    """Return a sentence on the accuracy of ``answer``: the classifier's votes and the error."""
    return _with_votes(answer, _error_text(answer))


def sheet_words(row: SheetAnswer) -> str:
    """Return the text for an answer of the sheet: actual and expected error, repeated passes."""
    parts = [verdict(row.answer)]
    if row.expected is not None:
        expected = localized(row.expected, ".2f")
        if row.answer.wrong_count is None:
            expectation = tr("{expected} wrong pixels expected", expected=expected)
            parts = [_with_votes(row.answer, expectation)]
        else:
            parts = [parts[0].rstrip("."), tr("{expected} expected", expected=expected)]
    repairs = row.repairs
    if repairs is not None:
        parts.append(
            tr("goes on changing")
            if repairs.settled is None
            else trn("settled after {n} pass", "settled after {n} passes", repairs.settled)
        )
    return "; ".join(parts)


def best_words(row: SheetAnswer) -> str:
    """Return the text for the best possible answer, used where no network has answered."""
    if row.expected is None:
        return tr("The best possible answer of any network.")
    return tr(
        "The best possible answer of any network: {expected} wrong pixels expected.",
        expected=localized(row.expected, ".2f"),
    )


def _with_votes(answer: Answer, sentence: str) -> str:
    """Return ``sentence``, after the labels with percentages of a classifier if there is one."""
    if not answer.votes:
        return sentence
    votes = ", ".join(
        f"{label_name(label)} {localized(odds, '.0%')}" for label, odds in answer.votes
    )
    return ". ".join((tr("Taken for {votes}", votes=votes), sentence))


def _error_text(answer: Answer) -> str:
    if answer.binary is None:
        if answer.error is None:
            return tr("No target to compare with: load an image to measure the error.")
        return tr("Mean squared error {error}", error=error_text(answer.error))
    if answer.wrong_count is None:
        return tr("No target to compare with: load a character to count wrong pixels.")
    if answer.wrong_count == 0:
        return tr("No wrong pixels: exactly the target.")
    return trn("{n} wrong pixel", "{n} wrong pixels", answer.wrong_count)
