"""How the program is to be read, seen and heard: what a person needs rather than likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from aegui.core.fields import FieldWords

LEAST_TEXT, MOST_TEXT = 0.8, 2.0


@dataclass(frozen=True)
class Comfort:
    """Choices of a person for all windows.

    Attributes:
        text_size: Size of all letters, as a share of the desktop's.
        less_motion: Nothing glides, fades or flies; the desktop may ask for that too.
        summaries: A screen reader says every some seconds how a training goes.
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
