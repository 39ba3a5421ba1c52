"""What a row and a section of the training panel are, and what decides whether a row counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aegui.core.network.checks import SCIPY_OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.choices import Choice
    from aegui.core.recipe import Recipe

    Shown = Callable[[Recipe], bool]

Kind = Literal["choice", "count", "number", "rate", "level", "check", "text", "source", "seed"]

MOST = 2**31 - 1
"""Highest number of a field for whole numbers."""
TINY = 1e-15
"""Least number of what must be above 0."""
ENDLESS = 1e9
"""From here on a highest number is no limit that anybody meets."""
ALMOST_ONE = 0.999_999


def always(_recipe: Recipe) -> bool:
    """For what counts in every recipe."""
    return True


def uses(table: Mapping[str, Choice], chosen: Callable[[Recipe], str], name: str) -> Shown:
    """Shown when the choice made in ``table`` has the parameter ``name``."""
    return lambda recipe: name in table[chosen(recipe)].parameters


def reconstructs(recipe: Recipe) -> bool:
    """Whether the objective is that of an autoencoder."""
    return recipe.classifier is None and recipe.gan is None


def steps(recipe: Recipe) -> bool:
    """Whether the optimiser makes steps of a chosen size, rather than search by itself."""
    return recipe.training.optimizer.name not in SCIPY_OPTIMIZERS


@dataclass(frozen=True)
class Setting:
    """One row of the panel.

    Attributes:
        path: Dotted path of the value in the recipe.
        label: What it is called, marked.
        help: What it does, in a sentence, marked.
        kind: Which editor it gets.
        limits: Lowest and highest value, for numbers.
        step: Step of a number field; None steps 1-2-5.
        choices: The table of a choice.
        default: For a value that may be None: what ticking its box begins with; else None.
        shown: Whether the setting counts in a recipe.
        is_live: Whether it may be changed while a training runs.
    """

    path: str
    label: str
    help: str
    kind: Kind
    limits: tuple[float, float] = (0.0, 1.0)
    step: float | None = None
    choices: Mapping[str, Choice] | None = None
    default: float | None = None
    shown: Shown = always
    is_live: bool = False


@dataclass(frozen=True)
class Section:
    """Settings under one heading, with a summary that is read while they are folded away."""

    key: str
    title: str
    settings: tuple[Setting, ...]
    summary: Callable[[Recipe], str]
    is_open: bool = False
    shown: Shown = always
