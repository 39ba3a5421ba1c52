"""Length of a training, known before it begins, and how it is adapted to the number of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe.edits import value_at, with_values
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe

LARGE = 4_096
"""Maximum number of samples for full-batch steps; more learn sooner in mini-batches."""
BATCH = 128
"""Default size of a mini-batch in a training of many samples."""
_EPOCHS = 20
_GROWN = 10
"""Growth in steps per epoch above which the number of epochs is reduced."""
_FEW_STEPS = 2_000
"""Steps below which a network learns next to nothing."""
_ENOUGH_STEPS = 10_000
"""Steps of a usual training of few samples."""
_RATE = 0.001
"""Learning rate for many samples, with optimisers that adapt the scale of their steps."""
_LENGTHS = (
    "training.epochs",
    "training.batch_size",
    "training.optimizer.learning_rate",
    "training.schedule.step_epochs",
    "training.schedule.warmup_epochs",
    "training.schedule.patience_epochs",
    "training.goals.patience_epochs",
    "network.latent.kl_warmup_epochs",
)
_PRETRAINING = "classifier.pretrain.epochs"


def weighted_starts(encoder: Sequence[LayerShape]) -> list[int]:
    """Return where each group of layers begins that is pre-trained before the classifier.

    A group begins at a layer with a weight; layers before the first such layer belong to it.
    """
    weighted = [
        index
        for index, layer in enumerate(encoder)
        if any(tensor.role == "weight" for tensor in layer.tensors)
    ]
    return [0, *weighted[1:]]


def planned_epochs(resolved: ResolvedRecipe) -> int:
    """Return all epochs of a training, including the pre-training of a classifier's layers."""
    recipe = resolved.recipe
    before = pretraining_epochs(recipe, resolved.layers[: resolved.code_end])
    return before + recipe.training.epochs


def pretraining_epochs(recipe: Recipe, encoder: Sequence[LayerShape]) -> int:
    """Return the epochs in which the layers of a classifier's ``encoder`` are pre-trained."""
    classifier = recipe.classifier
    if classifier is None or not classifier.pretrain.epochs:
        return 0
    return len(weighted_starts(encoder)) * classifier.pretrain.epochs


def is_one_large_batch(recipe: Recipe, samples: int, most: int = LARGE) -> bool:
    """Return whether each step would take more than ``most`` ``samples`` at once."""
    training = recipe.training
    has_steps = training.optimizer.name not in SCIPY_OPTIMIZERS
    return samples > most and training.batch_size is None and has_steps


def in_batches(recipe: Recipe, samples: int, most: int = LARGE) -> Recipe:
    """Return ``recipe`` with mini-batches and matching epochs and rate, for many ``samples``.

    A recipe that already has batches, or needs none, is returned unchanged.
    """
    if not is_one_large_batch(recipe, samples, most):
        return recipe
    return _for_many(recipe)


def adapted(recipe: Recipe, before: int, after: int) -> Recipe:
    """Return ``recipe``, made for ``before`` samples, with its training adapted to ``after``.

    For many more samples, use mini-batches and few epochs; for many fewer, raise the epochs until
    the optimiser takes enough steps to learn, at most as many as before.
    """
    if recipe.training.optimizer.name in SCIPY_OPTIMIZERS:
        return recipe
    if after > LARGE:
        grown = _steps_an_epoch(recipe, after) > _GROWN * _steps_an_epoch(recipe, before)
        if is_one_large_batch(recipe, after) or (grown and recipe.training.epochs > _EPOCHS):
            return _for_many(recipe)
        return recipe
    each, epochs = _steps_an_epoch(recipe, after), recipe.training.epochs
    steps = min(_steps_an_epoch(recipe, before) * epochs, _ENOUGH_STEPS)
    if each * epochs >= min(steps, _FEW_STEPS):
        return recipe
    longer = _with_epochs(recipe, -(-steps // each))
    batch = recipe.training.batch_size
    if batch is not None and batch >= after * recipe.data.corruption.effective_copies:
        # Full batch again, so that the recipe gets mini-batches once there are many samples.
        longer = _with_training(longer, batch_size=None)
    return longer


def has_length_of(recipe: Recipe, other: Recipe) -> bool:
    """Return whether ``recipe`` is trained as ``other``, in all that ``adapted`` may change."""
    mine, theirs = _lengths(recipe), _lengths(other)
    return all(mine[path] == theirs[path] for path in mine.keys() & theirs.keys())


def with_length_of(recipe: Recipe, other: Recipe) -> Recipe:
    """Return ``recipe`` trained as ``other``, in all that ``adapted`` may change."""
    mine, theirs = _lengths(recipe), _lengths(other)
    return with_values(recipe, {path: value for path, value in theirs.items() if path in mine})


def _lengths(recipe: Recipe) -> dict[str, object]:
    """Return the settings that ``adapted`` may change, by their paths."""
    paths = _LENGTHS if recipe.classifier is None else (*_LENGTHS, _PRETRAINING)
    return {path: value_at(recipe, path) for path in paths}


def _for_many(recipe: Recipe) -> Recipe:
    optimizer = recipe.training.optimizer
    if OPTIMIZERS[optimizer.name].scales:
        rate = min(_RATE, optimizer.learning_rate)
        optimizer = optimizer.model_copy(update={"learning_rate": rate})
    batch = max(BATCH, recipe.training.batch_size or BATCH)
    shorter = _with_epochs(recipe, min(_EPOCHS, recipe.training.epochs))
    return _with_training(shorter, batch_size=batch, optimizer=optimizer)


def _steps_an_epoch(recipe: Recipe, samples: int) -> int:
    rows = samples * recipe.data.corruption.effective_copies
    return -(-rows // (recipe.training.batch_size or rows))


def _with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """Return ``recipe`` with ``epochs`` epochs, its epoch-based settings scaled in proportion."""
    training, latent = recipe.training, recipe.network.latent
    share = epochs / training.epochs

    def scaled(count: int, least: int = 1) -> int:
        return max(least, round(count * share))

    schedule, goals = training.schedule, training.goals
    schedule = schedule.model_copy(
        update={
            "step_epochs": scaled(schedule.step_epochs),
            "warmup_epochs": scaled(schedule.warmup_epochs, 0),
            "patience_epochs": scaled(schedule.patience_epochs),
        }
    )
    if goals.patience_epochs is not None:
        goals = goals.model_copy(update={"patience_epochs": scaled(goals.patience_epochs)})
    latent = latent.model_copy(update={"kl_warmup_epochs": scaled(latent.kl_warmup_epochs, 0)})
    network = recipe.network.model_copy(update={"latent": latent})
    classifier = recipe.classifier
    if classifier is not None and classifier.pretrain.epochs:
        length = {"epochs": scaled(classifier.pretrain.epochs)}
        pretrain = classifier.pretrain.model_copy(update=length)
        classifier = classifier.model_copy(update={"pretrain": pretrain})
    longer = _with_training(recipe, epochs=epochs, schedule=schedule, goals=goals)
    return longer.model_copy(update={"network": network, "classifier": classifier})


def _with_training(recipe: Recipe, **update: object) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=update)})
