"""Accessibility settings: text size, motion and speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from aegui.core.fields import FieldWords

LEAST_TEXT, MOST_TEXT = 0.8, 2.0


@dataclass(frozen=True)
class Comfort:
    """Accessibility choices, which apply to all windows.

    Attributes:
        text_size: Text size as a multiple of the desktop's.
        less_motion: Disable animations; the desktop's own setting can disable them as well.
        summaries: Have a screen reader report the state of a training periodically.
    """

    text_size: Annotated[
        float,
        Field(ge=LEAST_TEXT, le=MOST_TEXT),
        FieldWords("Text &size", "Of all letters, beside those of the desktop", editor="percent"),
    ] = 1.0
    less_motion: Annotated[
        bool,
        FieldWords(
            "Less &motion",
            "Nothing glides, fades or flies; the same where the desktop wants no animations",
        ),
    ] = False
    summaries: Annotated[
        bool,
        FieldWords(
            "Say how a &training goes",
            "A screen reader says epoch, loss and wrong pixels every ten seconds",
        ),
    ] = False
