"""How long a training is, known before it begins, and what shortens one of many samples.

Imports no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.network.checks import SCIPY_OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe

LARGE = 4_096
"""More samples than that learn sooner in batches: one step for all of them is slow and only one."""
BATCH = 128
"""Samples of a usual batch, of ..."""
_EPOCHS = 20
_RATE = 0.001
"""... a usual training of many samples, where the optimiser finds the scale of its steps itself."""
_SCALED = frozenset({"adam", "adamw", "rmsprop"})


def weighted_starts(encoder: Sequence[LayerShape]) -> list[int]:
    """Where groups of layers begin that are trained together before the classifier is.

    They begin at layers with a weight; what comes before the first one belongs to it.
    """
    weighted = [
        index
        for index, layer in enumerate(encoder)
        if any(tensor.role == "weight" for tensor in layer.tensors)
    ]
    return [0, *weighted[1:]]


def planned_epochs(resolved: ResolvedRecipe) -> int:
    """All epochs of a training, those of the pre-training of a classifier's layers included."""
    epochs, classifier = resolved.recipe.training.epochs, resolved.recipe.classifier
    if classifier is None or not classifier.pretrain.epochs:
        return epochs
    groups = len(weighted_starts(resolved.layers[: resolved.code_end]))
    return groups * classifier.pretrain.epochs + epochs


def is_one_large_batch(recipe: Recipe, samples: int, most: int = LARGE) -> bool:
    """Whether each step would take more than ``most`` ``samples`` at once."""
    training = recipe.training
    has_steps = training.optimizer.name not in SCIPY_OPTIMIZERS
    return samples > most and training.batch_size is None and has_steps


def in_batches(recipe: Recipe, samples: int, most: int = LARGE) -> Recipe:
    """``recipe`` with small batches, and epochs and rate to go with them, for many ``samples``.

    One that has batches, or needs none, stays as it is.
    """
    if not is_one_large_batch(recipe, samples, most):
        return recipe
    training = recipe.training
    optimizer = training.optimizer
    if optimizer.name in _SCALED:
        rate = min(_RATE, optimizer.learning_rate)
        optimizer = optimizer.model_copy(update={"learning_rate": rate})
    update = {
        "batch_size": BATCH,
        "epochs": min(_EPOCHS, training.epochs),
        "optimizer": optimizer,
    }
    return recipe.model_copy(update={"training": training.model_copy(update=update)})
