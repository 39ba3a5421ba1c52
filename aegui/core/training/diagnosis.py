"""Why a training has come to nothing, in words: compared with the simplest answer there is.

An autoencoder that has learnt nothing about its samples gives the same picture for all of them; the
best such picture is their mean. Whoever is not clearly better than that has failed, and the recipe
often says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.history import HistoryView

CLEARLY_BETTER = 0.9
"""A loss below this share of the mean image's is one of a network that has learnt something."""
SILENT_KL = 0.05
"""Nats per sample below which a gaussian code says nothing."""
_FEW_EPOCHS = 5
_FEWEST_STEPS = 50
"""A training of fewer steps has not failed: it has hardly begun."""
_SAMPLES = 4096
_USUAL_RATE = {"adam": 0.02, "adamw": 0.02, "rmsprop": 0.02, "adagrad": 0.5}
_USUAL_RATE_OF_DESCENT = 5.0
_TINY = 1e-6


def mean_image_loss(resolved: ResolvedRecipe) -> float:
    """The reconstruction loss, in the recipe's units, of answering the mean image to everything."""
    training = resolved.recipe.training
    flat = resolved.dataset.flat()
    rows = flat[:: max(1, len(flat) // _SAMPLES)].astype(np.float64)
    each = _loss(training.loss, training.huber_delta, rows, rows.mean(axis=0))
    gaussian = resolved.recipe.network.latent.kind == "gaussian"
    return float(each.sum(axis=1).mean() if gaussian else each.mean())


def _steps(resolved: ResolvedRecipe, history: HistoryView) -> float:
    """Steps of the optimiser that have been done."""
    batch = resolved.recipe.training.batch_size or len(resolved.dataset)
    return float(history.epoch[-1]) * max(1, len(resolved.dataset) // batch)


def _loss(
    key: str, delta: float, target: NDArray[np.float64], output: NDArray[np.float64]
) -> NDArray[np.float64]:
    if key == "bce":
        sure = np.clip(output, _TINY, 1 - _TINY)
        entropy: NDArray[np.float64] = -(target * np.log(sure) + (1 - target) * np.log1p(-sure))
        return entropy
    miss = np.abs(output - target)
    if key == "mse":
        return np.square(miss)
    if key == "mae":
        return miss
    return np.where(miss <= delta, miss**2 / 2, delta * (miss - delta / 2))


def diagnosis(resolved: ResolvedRecipe, history: HistoryView) -> str:
    """What went wrong in an autoencoder's training, and what to try; empty where nothing did."""
    recipe = resolved.recipe
    other = recipe.gan is not None or recipe.classifier is not None
    if other or not len(history) or _steps(resolved, history) < _FEWEST_STEPS:
        return ""
    if resolved.dataset.is_uniform:
        # The mean image is the right answer to everything.
        return ""
    column = history.extra.get("reconstruction", history.loss)
    reached = float(np.nanmin(column)) if np.isfinite(column).any() else float("inf")
    base = mean_image_loss(resolved)
    if base <= _TINY or reached < CLEARLY_BETTER * base or len(resolved.dataset) < 2:
        return ""
    first = tr(
        "It has learnt hardly more than the mean image: its reconstruction loss is {reached:.4g}, "
        "that of answering the mean to everything is {base:.4g}.",
        reached=reached,
        base=base,
    )
    return " ".join([first, *_causes(resolved.recipe, history)])


def _causes(recipe: Recipe, history: HistoryView) -> list[str]:
    """What in the recipe is likely to be the reason, most likely first."""
    causes = []
    optimizer = recipe.training.optimizer
    usual = _USUAL_RATE.get(optimizer.name, _USUAL_RATE_OF_DESCENT)
    if optimizer.learning_rate > usual:
        causes.append(
            tr(
                "The learning rate of {rate:g} is far above what this optimiser bears: try "
                "{better:g}.",
                rate=optimizer.learning_rate,
                better=usual / 20,
            )
        )
    kl = history.extra.get("kl")
    if kl is not None and float(kl[-1].mean()) < SILENT_KL:
        causes.append(
            tr(
                "The code says nothing (KL {kl:.2g} nats): lower beta, or let it warm up.",
                kl=float(kl[-1].mean()),
            )
        )
    narrow = min((getattr(layer, "units", 1 << 30) for layer in recipe.network.encoder), default=0)
    if 0 < narrow <= 64:
        causes.append(
            tr("A layer of {units} units is narrow for such images: use more.", units=narrow)
        )
    if float(history.epoch[-1]) <= _FEW_EPOCHS:
        causes.append(tr("It has had only few epochs: train on."))
    return causes or [tr("Try a lower learning rate, more epochs or another activation.")]
