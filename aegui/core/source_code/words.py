"""What a check has found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import localized, tr

if TYPE_CHECKING:
    from aegui.core.source_code.check import CodeVerdict

_MEASURED = 1e-9
"""Slopes of a loss in double precision are not measured better than this."""


def short_words(verdict: CodeVerdict) -> str:
    """A verdict as a badge has it."""
    if verdict.state == "incomparable":
        return tr("Cannot be compared")
    if verdict.state == "same":
        return tr("Same losses to 1e-6 over {n} steps", n=verdict.steps)
    if verdict.difference is None:
        return tr("Not the same losses")
    return tr("Losses differ by {difference}", difference=localized(verdict.difference, ".1e"))


def verdict_words(verdict: CodeVerdict) -> str:
    """A verdict in a sentence or two."""
    if verdict.state == "incomparable":
        return f"{short_words(verdict)}: {verdict.reason}"
    if verdict.state == "same":
        assert verdict.difference is not None
        words = tr(
            "Same losses to 1e-6 over {n} steps, in double precision: the largest difference is "
            "{difference}.",
            n=verdict.steps,
            difference=localized(verdict.difference, ".1e" if verdict.difference else "g"),
        )
        if verdict.gradient is not None:
            words += " " + tr(
                "The gradient written by hand is that which was measured, to {difference}.",
                difference=localized(max(verdict.gradient, _MEASURED), ".1e"),
            )
        return words
    words = short_words(verdict)
    return f"{words}. {verdict.reason}".strip() if verdict.reason else f"{words}."
