"""The estimated cost of a command, printed before it begins and refused beyond the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.words import note, say, say_json
from aegui.core.cost import excess, free_memory, memory_lines, memory_words, time_words
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.training.cost import large_layer_words, rows_of, training_cost
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from aegui.core.cost import Budget, Cost
    from aegui.core.network.resolve import ResolvedRecipe

_WORTH_TRYING_SECONDS = 20.0
_MIN_REPORTED_SECONDS = 60.0


def cost_of(resolved: ResolvedRecipe, timeline_bytes: int) -> Cost:
    """Estimate the cost of a training; if it may take long, measure a few of its steps."""
    cost = training_cost(resolved, timeline_bytes)
    if large := large_layer_words(resolved):
        note(large)
    if cost.seconds < _WORTH_TRYING_SECONDS:
        return cost
    from aegui.core.training.loop.probe import probed  # loads torch

    return probed(resolved, cost)


def refuse_excess(cost: Cost, *, allowed: bool) -> None:
    """Print a cost that takes a while; refuse one beyond the budget unless ``allowed``.

    Raises:
        AeguiError: It takes more time or memory than the budget permits without consent.
    """
    reason = excess(cost, _budget())
    if reason and not allowed:
        raise AeguiError(tr("{reason} Add --yes to do it anyway.", reason=reason))
    if cost.seconds >= _MIN_REPORTED_SECONDS:
        note(_sum(cost))


def say_cost(resolved: ResolvedRecipe, cost: Cost, *, as_json: bool) -> None:
    """Print the estimated cost of training ``resolved``."""
    training = resolved.recipe.training
    rows, batch = rows_of(resolved)
    beyond = excess(cost, _budget())
    if as_json:
        say_json(
            {
                "seconds": cost.seconds,
                "seconds_measured": cost.is_measured,
                "bytes": cost.bytes,
                "memory": cost.memory,
                "parameters": cost.parameters,
                "samples": rows,
                "batch_size": batch,
                "epochs": training.epochs,
                "free_bytes": free_memory(),
                "within_budget": not beyond,
            }
        )
        return
    say(
        trn(
            "{parameters:,} parameters, {rows:,} samples an epoch in batches of {batch:,}, "
            "{n:,} epoch.",
            "{parameters:,} parameters, {rows:,} samples an epoch in batches of {batch:,}, "
            "{n:,} epochs.",
            training.epochs,
            parameters=cost.parameters,
            rows=rows,
            batch=batch,
        )
    )
    for line in (_sum(cost), *memory_lines(cost)):
        say(line)
    if beyond:
        say(tr("{reason} Add --yes to do it anyway.", reason=beyond))


def _budget() -> Budget:
    """Return the budget that may be spent without asking; the window uses the same setting."""
    settings = Settings.load()
    if settings.notice is not None:
        note(settings.notice.text)
    return settings.budget


def _sum(cost: Cost) -> str:
    return tr(
        "This takes about {time} and {memory} of memory.",
        time=time_words(cost.seconds),
        memory=memory_words(cost.bytes),
    )
