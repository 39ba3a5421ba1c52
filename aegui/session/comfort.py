"""Accessibility settings: text size, motion and speech."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aegui.core.fields import FieldWords
from aegui.core.light_dataclass import dataclass

MIN_TEXT, MAX_TEXT = 0.8, 2.0


@dataclass(frozen=True)
class Comfort:
    """Accessibility choices, which apply to all windows."""

    text_size: Annotated[
        float,
        Field(ge=MIN_TEXT, le=MAX_TEXT),
        FieldWords("Text &size", "Text size relative to the desktop's", editor="percent"),
    ] = 1.0
    """Text size as a multiple of the desktop's."""
    less_motion: Annotated[
        bool,
        FieldWords(
            "Less &motion",
            "No animations; also off if the desktop turns them off",
        ),
    ] = False
    """Disable animations; the desktop's own setting can disable them as well."""
    summaries: Annotated[
        bool,
        FieldWords(
            "Say how a &training goes",
            "A screen reader reads epoch, loss and wrong pixels every ten seconds",
        ),
    ] = False
    """Have a screen reader report the state of a training periodically."""
