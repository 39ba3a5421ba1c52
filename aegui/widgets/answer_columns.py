"""Titles of the columns of an answer; needs no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import mark, tr

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = {
    "original": mark("original"),
    "noisy": mark("noisy"),
    "erased": mark("erased"),
    "answer": mark("answer"),
    "thresholded": mark("thresholded"),
    "squared": mark("squared error"),
    "confidence": mark("confidence"),
    "completed": mark("completed"),
}
"""Titles of the columns of an answer, in the window and in figures."""


def columns_words(keys: Iterable[str]) -> str:
    """Return the translated titles of the columns ``keys`` of ``COLUMNS``, joined by commas."""
    return ", ".join(tr(COLUMNS[key]) for key in keys)
