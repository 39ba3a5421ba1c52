"""Selection of the best weights of a run and of the best run of a population.

Among the weights of a run that reconstructs characters, those that reach the goal come first; then
those with the fewest wrong pixels in total; then those with the lowest loss. For a denoiser, whose
clean reconstructions soon become perfect and say little, and for images with grey levels, the
lowest loss decides. The weights before the first step are chosen only if nothing was learnt, that
is if no later ones have a lower loss or fewer wrong pixels. A GAN has no measure by which one epoch
would be better than another: its last weights are taken. Where another objective replaces the one
before, as it may when a training is continued, the weights trained on it are compared with no
others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import RunResult

COURSE_TOLERANCE = 1
"""Wrong pixels per character that the classic assignment tolerates."""


def counts_wrong_pixels(recipe: Recipe, dataset: Dataset) -> bool:
    """Return whether wrong pixels, rather than the loss, select the best weights of ``recipe``."""
    reconstructs = recipe.gan is None and recipe.classifier is None
    return reconstructs and dataset.is_binary and recipe.data.corruption.kind == "none"


def objective_of(recipe: Recipe) -> tuple[object, ...]:
    """Return what the measured loss depends on beside weights and samples.

    Losses of recipes that differ in it cannot be compared.
    """
    training, noise = recipe.training, recipe.data.corruption
    of_weights = training.l1, training.l2
    if not recipe.is_autoencoder:
        return of_weights
    return (
        *(training.loss, training.huber_delta, training.edges),
        *(training.code_l1, training.sparsity, training.contractive, *of_weights),
        recipe.network.latent,
        None if noise.kind == "none" else noise,
    )


def tolerance_of(recipe: Recipe) -> int:
    """Return the wrong pixels allowed per sample: the goal's or the classic assignment's."""
    goal = recipe.training.goals.max_wrong_pixels
    return COURSE_TOLERANCE if goal is None else goal


def has_best_weights(recipe: Recipe) -> bool:
    """Return whether best weights are selected for ``recipe``; a GAN has only its last ones."""
    return recipe.gan is None


def ranked_runs(
    recipe: Recipe,
    dataset: Dataset,
    results: Sequence[RunResult],
    history: HistoryView | None = None,
) -> list[int]:
    """Return the runs of a population, best first, by the rule that selects the best weights.

    The best classifier is the one with the highest validation accuracy; GANs are not ranked.
    """
    if recipe.gan is not None:
        return list(range(len(results)))
    by_wrong = counts_wrong_pixels(recipe, dataset)
    tolerance = tolerance_of(recipe)
    order = []
    for run, result in enumerate(results):
        wrong = (result.wrong_max > tolerance, result.wrong_mean) if by_wrong else (False, 0.0)
        accuracy = result.figures.get("validation_accuracy", 0.0)
        order.append((*wrong, -accuracy, _loss(history, result, run)))
    return sorted(range(len(order)), key=order.__getitem__)


def _loss(history: HistoryView | None, result: RunResult, run: int) -> float:
    """Return the loss of a run's best weights: the validation loss, if there is one."""
    loss = result.best_loss
    row = None if history is None else history.row_at(result.best_epoch)
    if history is not None and row is not None and "validation_loss" in history.extra:
        loss = float(history.extra["validation_loss"][row, run])
    return math.inf if np.isnan(loss) else loss
