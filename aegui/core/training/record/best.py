"""Which weights of a run, and which run of a population, are called the best.

Among the weights of a run that reconstruct characters: those that reach the goal; then those with
the fewest wrong pixels in all; then those with the lowest loss. Of a denoiser, whose clean
reconstructions are soon perfect and say little, and of images with grey levels: those with the
lowest loss. The weights before the first step are taken only where nothing was learnt, that is
where no later ones have a lower loss or fewer wrong pixels. A GAN has no figure by which one moment
would be better than another: there the last weights are taken.
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
"""Wrong pixels of a character that the classic assignment still takes for learnt."""


def counts_wrong_pixels(recipe: Recipe, dataset: Dataset) -> bool:
    """Whether wrong pixels, and not the loss, say which weights of ``recipe`` are the best."""
    reconstructs = recipe.gan is None and recipe.classifier is None
    return reconstructs and dataset.is_binary and recipe.data.corruption.kind == "none"


def tolerance_of(recipe: Recipe) -> int:
    """Wrong pixels that the worst sample may have: the goal's, or else the classic assignment's."""
    goal = recipe.training.goals.max_wrong_pixels
    return COURSE_TOLERANCE if goal is None else goal


def has_best_weights(recipe: Recipe) -> bool:
    """Whether weights of ``recipe`` are chosen: of a GAN the last ones are all there is."""
    return recipe.gan is None


def ranked_runs(
    recipe: Recipe,
    dataset: Dataset,
    results: Sequence[RunResult],
    history: HistoryView | None = None,
) -> list[int]:
    """The runs of a population, the best first, by the rule that best weights are chosen by.

    The best classifier is the one that knows most of the validation samples; GANs are not told
    apart.
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
    """The loss of a run's best weights: on the validation samples, if there are any."""
    loss = result.best_loss
    row = None if history is None else history.row_at(result.best_epoch)
    if history is not None and row is not None and "validation_loss" in history.extra:
        loss = float(history.extra["validation_loss"][row, run])
    return math.inf if np.isnan(loss) else loss
