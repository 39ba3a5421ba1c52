"""How an optimiser race is displayed: horizontal axis and plotted value; needs no Qt."""

from __future__ import annotations

from typing import Annotated

from aegui.core.choices import Choice, OneOf, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass

CLOCKS = table(
    Choice("epochs", mark("Epochs"), mark("Epochs, or iterations of a scipy optimiser.")),
    Choice(
        "evaluations",
        mark("Evaluations"),
        mark("Evaluations of the loss over all samples; an epoch counts as one."),
    ),
    Choice("seconds", mark("Seconds"), mark("Time of the optimiser on one core.")),
)
"""Quantities on the horizontal axis of a race: names of columns of a ``Lane``."""
VALUES = table(
    Choice("loss", mark("Loss"), mark("Loss with all penalties.")),
    Choice("wrong", mark("Wrong pixels"), mark("Mean number of wrong pixels per sample.")),
)


@dataclass(frozen=True)
class RaceView:
    """Display options of a race."""

    clock: Annotated[str, OneOf(CLOCKS)] = "epochs"
    """Horizontal axis, a key of ``CLOCKS``."""
    value: Annotated[str, OneOf(VALUES)] = "loss"
    """Plotted value, a key of ``VALUES``."""
    is_log: bool = True
    """Whether the vertical axis is logarithmic."""
    is_log_clock: bool = False
    """Whether the horizontal axis is logarithmic."""
