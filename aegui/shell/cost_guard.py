"""Confirmation before costly computations, and before training on part of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.cost import Cost, cost_words, excess, memory_lines, memory_words, time_words
from aegui.core.data.builtin import BUILTIN_LABELS
from aegui.core.i18n import tr, trn
from aegui.core.network.remedies import Remedy, suited
from aegui.core.network.resolve import resolve
from aegui.core.training.cost import large_layer_words, rows_of, share_left, training_cost
from aegui.session.training.cost_service import CostService

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.session.documents.document import Continuation
    from aegui.session.services import Services


def may_train(
    services: Services, resolved: ResolvedRecipe, parent: QWidget, done: float | None = None
) -> ResolvedRecipe | None:
    """Return the recipe to train, after asking the user if it is costly.

    Args:
        services: The session.
        resolved: The recipe that would be trained.
        parent: Parent window of the dialog.
        done: Epochs that are trained already; None for a training from the start, which may be
            replaced by that of a smaller network.

    Returns:
        ``resolved``; the draft with a smaller network that fits its images, if the user prefers it;
        None if nothing is to be trained.
    """
    if resolved.dataset.whole is not None and not _may_do_with_few(services, resolved, parent):
        return None
    cost = share_left(
        services.of(CostService).cost_of(resolved, services.runner.timeline_bytes),
        resolved,
        done or 0.0,
    )
    reason = excess(cost, services.settings.budget)
    if not reason:
        return resolved
    offer = _smaller(services, cost) if done is None else None
    smaller = "" if offer is None else offer.text
    from aegui.shell.dialogs.cost import TRAINING, ask_cost

    answer = ask_cost(parent, TRAINING, reason, _details(cost, resolved), smaller)
    if answer == "go_on":
        return resolved
    if answer == "smaller" and offer is not None:
        if not services.workspace.edit_recipe(offer.recipe, tr("Network for these images")):
            return None
        return services.workspace.resolution.resolved
    return None


def continue_training(services: Services, further: Continuation, parent: QWidget) -> bool:
    """Continue a training, after asking the user if it is costly; return whether it has begun."""
    begin = further.checkpoint or further.fork
    done = 0 if begin is None else begin.epoch
    if may_train(services, further.resolved, parent, done) is None:
        return False
    services.runner.start(
        further.resolved,
        further.checkpoint,
        further.history,
        further.timeline,
        further.fork,
        lineage=services.workspace.lineage(),
    )
    return True


def _may_do_with_few(services: Services, resolved: ResolvedRecipe, parent: QWidget) -> bool:
    """Return whether to train on the few samples of a file; the user may fetch all instead."""
    dataset = resolved.dataset
    name = tr(BUILTIN_LABELS.get(dataset.name, dataset.name))
    reason = tr(
        "Only {n:,} of the {total:,} samples of {name} are here: they came with the file.",
        n=len(dataset),
        total=dataset.whole,
        name=name,
    )
    from aegui.shell.dialogs.cost import ask_few

    answer = ask_few(parent, reason)
    if answer == "all":
        services.workspace.edits.read_anew(tr("Data: {name}", name=name))
    return answer == "these"


def may_compute(services: Services, cost: Cost, parent: QWidget) -> bool:
    """Return whether to begin a computation of ``cost``, after asking the user if it is high."""
    reason = excess(cost, services.settings.budget)
    details = "\n".join(memory_lines(cost))
    if not reason:
        return True
    from aegui.shell.dialogs.cost import COMPUTATION, ask_cost

    return ask_cost(parent, COMPUTATION, reason, details) == "go_on"


def estimate_words(cost: Cost, resolved: ResolvedRecipe) -> tuple[str, str]:
    """Return the text of the cost beside *Train*, and the details for its tooltip."""
    head = tr(
        "Training takes about {time} and {memory} of memory, unless a goal ends it early.",
        time=time_words(cost.seconds),
        memory=memory_words(cost.bytes),
    )
    return cost_words(cost), f"{head}\n{_details(cost, resolved)}"


def _details(cost: Cost, resolved: ResolvedRecipe) -> str:
    training = resolved.recipe.training
    rows, batch = rows_of(resolved)
    what = (
        trn("{n:,} parameter", "{n:,} parameters", cost.parameters),
        trn("{n:,} sample an epoch", "{n:,} samples an epoch", rows),
        tr("batches of {n:,}", n=batch) if batch < rows else tr("all samples at once"),
        trn("{n:,} epoch", "{n:,} epochs", training.epochs),
    )
    how = (
        tr("The time was measured on a few steps.")
        if cost.is_measured
        else tr(
            "The time is estimated from the number of operations and the speed of this machine."
        )
    )
    large = large_layer_words(resolved)
    return "\n".join((" · ".join(what), *([large] if large else ()), *memory_lines(cost), how))


def _smaller(services: Services, cost: Cost) -> Remedy | None:
    """Return the draft with a network for its images that costs less; None if there is none."""
    workspace = services.workspace
    recipe = suited(workspace.recipe, workspace.dataset)
    if recipe is None or recipe.network == workspace.recipe.network:
        return None
    smaller = resolve(recipe, workspace.dataset).resolved
    if smaller is None:
        return None
    smaller_cost = training_cost(smaller, services.runner.timeline_bytes)
    if smaller_cost.bytes >= cost.bytes and smaller_cost.seconds >= cost.seconds:
        return None
    _, height, width = workspace.dataset.image_shape
    text = tr(
        "&Use a network made for {width} × {height} ({cost})",
        width=width,
        height=height,
        cost=cost_words(smaller_cost),
    )
    return Remedy(text, recipe)
