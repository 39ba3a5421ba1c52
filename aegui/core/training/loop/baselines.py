"""Reference values of a loss: that of the mean image, and the lowest possible with the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.data.split import split_indices
from aegui.core.evaluation.bayes import posterior
from aegui.core.evaluation.likelihoods import is_known
from aegui.core.formula import numpy_function
from aegui.core.sampled import stride_for
from aegui.core.seeds import BASELINE_SEED
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe

    Matrix = NDArray[np.float64]

_SAMPLES = 4096
_DRAWS = 2048
"""Noisy samples on which the lowest possible loss is estimated."""
_MAX_COMPARED = 1 << 28
"""Upper bound of the numbers compared for the estimate; beyond it the lowest loss is unknown."""
_TINY = 1e-6
_LEVELS = 101
"""Number of answers between 0 and 1 tried for losses without a formula for the best answer."""


def mean_image_loss(resolved: ResolvedRecipe) -> float:
    """Return the reconstruction loss of a constant mean image, in the recipe's units."""
    training = resolved.recipe.training
    rows = _some_rows(resolved, _SAMPLES)
    each = _loss(training.loss, training.huber_delta, rows, rows.mean(axis=0))
    return _in_units(resolved, each)


def best_loss(resolved: ResolvedRecipe) -> float | None:
    """Return the lowest reconstruction loss that any network can reach with the recipe's noise.

    This is the loss of the best answer to each of some drawn noisy samples, given the posterior of
    the clean sample (see ``evaluation.bayes``). Without noise it is the loss of the samples
    themselves: 0, except for the cross-entropy of grey samples, which is their entropy.

    Returns:
        An estimate of the loss in the recipe's units; None if unknown: for grey or too many
        samples, for noise without known probabilities, and where the noise itself is learnt.
    """
    recipe, dataset = resolved.recipe, resolved.dataset
    noise = recipe.data.corruption
    if not noise.clean_target:
        return None
    training = recipe.training
    if noise.kind == "none" or noise.level == 0.0:
        rows = _some_rows(resolved, _SAMPLES)
        return _in_units(resolved, _loss(training.loss, training.huber_delta, rows, rows))
    rows = _some_rows(resolved, len(dataset))
    has_limit = dataset.is_binary and is_known(noise.kind)
    if not has_limit or rows.size * _DRAWS > _MAX_COMPARED:
        return None
    clean = np.tile(rows, (-(-_DRAWS // len(rows)), 1))
    shape = dataset.image_shape
    noisy = corrupted_with(clean, noise, np.random.default_rng(BASELINE_SEED), shape)
    share_on = posterior(noisy, rows, noise, image_shape=shape) @ rows
    return _in_units(resolved, _least(training.loss, training.huber_delta, share_on))


def _some_rows(resolved: ResolvedRecipe, most: int) -> Matrix:
    """Return at most ``most`` training samples, evenly spaced."""
    flat = resolved.dataset.flat()
    learnt, _ = split_indices(len(flat), resolved.recipe.data.split)
    rows: Matrix = flat[learnt[:: stride_for(len(learnt), most)]].astype(np.float64)
    return rows


def _in_units(resolved: ResolvedRecipe, each: Matrix) -> float:
    """Reduce losses per pixel to the recipe's unit: a gaussian code sums over pixels."""
    gaussian = resolved.recipe.network.latent.kind == "gaussian"
    return float(each.sum(axis=1).mean() if gaussian else each.mean())


def _loss(key: str, delta: float, target: Matrix, output: Matrix) -> Matrix:
    row = LOSSES[key]
    if row.of_logits:
        output = np.clip(output, _TINY, 1 - _TINY)
    return row.each(output, target, delta)


def _least(key: str, delta: float, share_on: Matrix) -> Matrix:
    """Return the lowest expected loss of pixels that are on with probability ``share_on``."""
    best = LOSSES[key].best
    if not best:
        levels = np.linspace(0.0, 1.0, _LEVELS)
        chances = levels[:, np.newaxis]
        expected = chances * _loss(key, delta, np.ones(1), levels)
        expected = expected + (1 - chances) * _loss(key, delta, np.zeros(1), levels)
        least: Matrix = np.interp(share_on, levels, expected.min(axis=1))
        return least
    answers = numpy_function(best, "p")(share_on)
    lit, off = (_loss(key, delta, np.full(1, value), answers) for value in (1.0, 0.0))
    return share_on * lit + (1 - share_on) * off
