"""The verdict of a check, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import localized, tr

if TYPE_CHECKING:
    from aegui.core.source_code.check import CodeVerdict

_MEASURED = 1e-9
"""Lower bound of the displayed gradient error: finite differences are no more accurate."""


def short_words(verdict: CodeVerdict) -> str:
    """Return a verdict as the short text of a badge."""
    if verdict.state == "incomparable":
        return tr("Cannot be compared")
    if verdict.state == "same":
        return tr("Same losses to 1e-6 over {n} steps", n=verdict.steps)
    if verdict.difference is None:
        return tr("Not the same losses")
    return tr("Losses differ by {difference}", difference=localized(verdict.difference, ".1e"))


def verdict_words(verdict: CodeVerdict) -> str:
    """Return a verdict in one or two sentences."""
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
