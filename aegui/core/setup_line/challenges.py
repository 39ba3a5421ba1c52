"""The built-in challenges: each a recipe that misses its goal, together with the goal."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from aegui.core.choices import table
from aegui.core.i18n import mark
from aegui.core.setup_line.reading import LineReading, read_line


class ShippedChallenge(NamedTuple):
    """A built-in challenge."""

    key: str
    """Name on the command line."""
    level: str
    """Key of ``LEVELS`` of the gallery."""
    name: str
    """Display name, marked for translation."""
    sees: str
    """The task in one sentence, marked for translation."""
    notes: str
    """A hint, marked for translation."""
    begin: str
    """The line to start from, without name and notes."""

    @property
    def reading(self) -> LineReading:
        """Recipe and goal of the challenge."""
        return _reading(self)


@cache
def _reading(challenge: ShippedChallenge) -> LineReading:
    reading = read_line(challenge.begin)
    named = {"name": challenge.name, "notes": challenge.notes}
    return reading._replace(recipe=reading.recipe.model_copy(update=named))


CHALLENGES: dict[str, ShippedChallenge] = table(
    ShippedChallenge(
        "challenge-one-pixel",
        "first",
        mark("Challenge: every letter within a pixel"),
        mark("This network gets stuck: change one thing, and every letter comes out."),
        mark("Look at the activation: it loses half of the plane."),
        "lowercase 35-25-10-2:relu relu | adam 0.01 | bce | 5000 epochs | start uniform"
        " | seed 0 | goal: 32 of 32 within 1 px with code <= 2",
    ),
    ShippedChallenge(
        "challenge-fast",
        "first",
        mark("Challenge: within 150 epochs"),
        mark("Every letter within a pixel, in a fraction of the usual epochs."),
        mark("Wide layers and large steps learn in few epochs; the seed matters too."),
        "lowercase 35-25-10-2 tanh | adam 0.001 | bce | 150 epochs | seed 0"
        " | goal: 32 of 32 within 1 px with <= 150 epochs",
    ),
    ShippedChallenge(
        "challenge-few-weights",
        "course",
        mark("Challenge: 450 weights"),
        mark("Every letter within a pixel, by a network of at most 450 weights."),
        mark("The encoder has an easier task than the decoder: it needs no hidden layer."),
        "lowercase 35-25-10-2 tanh | adam 0.01 | bce | 10000 epochs | seed 0"
        " | goal: 32 of 32 within 1 px with <= 450 weights",
    ),
    ShippedChallenge(
        "challenge-exact",
        "course",
        mark("Challenge: not one wrong pixel"),
        mark("All letters exactly, by a network of at most 700 weights."),
        mark("Let the rate fall towards the end, and try several seeds at once."),
        "lowercase 35-8-[2]-8-35 tanh | adam 0.01 | bce | 5000 epochs | seed 0"
        " | goal: all within 0 px with <= 700 weights",
    ),
    ShippedChallenge(
        "challenge-one-number",
        "course",
        mark("Challenge: one number is enough"),
        mark("All 32 letters on a line: a code of a single number."),
        mark("A line has to fold: the decoder needs more units than for a plane."),
        "lowercase 35-10-1 tanh | adam 0.01 | bce | 5000 epochs | seed 0"
        " | goal: 32 of 32 within 1 px with code <= 1",
    ),
    ShippedChallenge(
        "challenge-all-characters",
        "further",
        mark("Challenge: all 96 characters"),
        mark("Three sets on one plane, each character within a pixel, 2,000 weights."),
        mark("Most of the weights belong in the decoder."),
        "letters 35-25-10-2 tanh | adam 0.01 | bce | 10000 epochs | seed 0"
        " | goal: 96 of 96 within 1 px with <= 2000 weights and code <= 2",
    ),
    ShippedChallenge(
        "challenge-digits",
        "further",
        mark("Challenge: digits with few weights"),
        mark("Classify 99% of the scanned digits of the training correctly, with 1,500 weights."),
        mark("The code is the last layer before the classes: how narrow may it be?"),
        "digits 64-4:relu | classifier epochs=0 | adam 0.001 | bce | 50 epochs | batch 256"
        " | seed 0 | goal: accuracy >= 99% with <= 1500 weights",
    ),
)
"""Challenges by key, in the order of the gallery."""
