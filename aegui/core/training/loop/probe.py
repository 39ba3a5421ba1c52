"""Estimate of a training's duration from a few timed steps."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from aegui.core.data.progress import stop_if
from aegui.core.errors import Cancelled
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.training.cost import rows_of, step_seconds
from aegui.core.training.families.kinds import family_of
from aegui.core.training.families.steppers import Orders
from aegui.core.training.loop.control import MAX_CHUNK
from aegui.core.training.loop.train import choose_device, thread_count, work_of
from aegui.core.training.step.parameters import Parameters

if TYPE_CHECKING:
    from aegui.core.cost import Cost
    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.resolve import ResolvedRecipe

PROBE_SECONDS = 0.25
"""Upper bound of the time spent on timed steps."""
_BEFORE = 3
"""Calls for compilation and warm-up before the timed ones, unless they take as long."""
MAX_BYTES = 1 << 30
"""Trainings that need more memory are not probed."""
MAX_STEP_SECONDS = 0.2
"""Trainings with longer steps are not probed: their computed estimate is accurate enough, and
closing the window would have to wait."""
_GPU = 20.0
"""Minimum speed-up of a GPU over two cores where steps are long."""
_BATCHES = 8
"""Number of batches in the sample set used for probing."""


def probed(resolved: ResolvedRecipe, cost: Cost, cancelled: IsCancelled = lambda: False) -> Cost:
    """Return ``cost`` of ``resolved`` with its time measured on some steps, if feasible.

    Sets the number of torch's threads in the calling thread, as a training does.

    Args:
        resolved: The training to estimate.
        cost: Its computed cost.
        cancelled: Called between the steps and within long ones; once it returns True, ``cost`` is
            returned unchanged.
    """
    recipe = resolved.recipe
    step = step_seconds(resolved)
    device, _ = choose_device(recipe.training.device, work_of(resolved))
    if device.type == "cuda":
        # The computed cost is for the CPU.
        cost, step = replace(cost, seconds=cost.seconds / _GPU), step / _GPU
    too_large = cost.bytes > MAX_BYTES or step > MAX_STEP_SECONDS
    # Iterations of scipy's optimisers and phases of a classifier vary in duration.
    is_even = recipe.training.optimizer.name not in SCIPY_OPTIMIZERS and recipe.classifier is None
    if too_large or not is_even:
        return cost
    try:
        seconds = _epoch_seconds(resolved, device, cancelled)
    except Cancelled:
        return cost
    limit = recipe.training.goals.seconds or float("inf")
    total = min(limit, seconds * recipe.training.epochs)
    return replace(cost, seconds=total, is_measured=True)


def _epoch_seconds(resolved: ResolvedRecipe, device: torch.device, cancelled: IsCancelled) -> float:
    rows, batch = rows_of(resolved)
    few = _with_few_samples(resolved, batch)
    recipe = few.recipe
    torch.set_num_threads(thread_count(resolved, 1))
    stop_if(cancelled)
    parameters = Parameters(few, device)
    stop_if(cancelled)
    generator = torch.Generator(device=device).manual_seed(0)
    stepper = family_of(few, parameters, recipe.data.corruption, generator).stepper
    rate = recipe.training.optimizer.learning_rate
    orders = Orders(
        lambda _: rate, recipe.data.corruption.level, 1e9, MAX_CHUNK, cancelled=cancelled
    )
    begun = time.perf_counter()
    for _ in range(_BEFORE):
        stop_if(cancelled)
        stepper.advance(orders)
        if time.perf_counter() - begun > PROBE_SECONDS:
            break
    begun, fastest = time.perf_counter(), float("inf")
    # At least one call, even if it takes all the time.
    while True:
        stop_if(cancelled)
        started, position = time.perf_counter(), stepper.position
        stepper.advance(orders)
        now = time.perf_counter()
        # Other processes, such as an opening window, only ever make a call longer.
        fastest = min(fastest, (now - started) / (stepper.position - position))
        if now - begun >= PROBE_SECONDS:
            return fastest * rows / stepper.rows


def _with_few_samples(resolved: ResolvedRecipe, batch: int) -> ResolvedRecipe:
    """Return ``resolved`` with samples for a few batches and no validation split."""
    recipe = resolved.recipe
    copies = recipe.data.corruption.effective_copies
    count = min(len(resolved.dataset), max(2, _BATCHES * batch // copies))
    split = recipe.data.split.model_copy(update={"validation": 0.0, "last": 0})
    data = recipe.data.model_copy(update={"split": split})
    dataset = resolved.dataset
    if count < len(dataset):
        indices = range(0, len(dataset), len(dataset) // count)
        dataset = dataset.subset(list(indices)[:count])
    return replace(resolved, recipe=recipe.model_copy(update={"data": data}), dataset=dataset)
