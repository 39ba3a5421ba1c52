"""Suggestion of a network for images of another size, after the data have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import trn
from aegui.core.network.remedies import Remedy, suited, suited_words

if TYPE_CHECKING:
    from aegui.core.recipe import NetworkSpec, Recipe, TrainingSpec
    from aegui.session.documents.draft import DraftState

_LIKE = 1.5
"""Ratio of pixel counts up to which images need no other network."""


def suggestion(before: DraftState, after: DraftState) -> Remedy | None:
    """Return a suggestion after a change of the data; None if there is none.

    There is none if the network was changed as well, or if the images are similar in size.
    """
    old, new = before.dataset, after.dataset
    same_network = _layers_of(before.recipe) == _layers_of(after.recipe)
    if not same_network or old.image_shape == new.image_shape:
        return None
    same_kind = old.image_shape[0] == new.image_shape[0] and (
        max(old.pixels, new.pixels) <= _LIKE * min(old.pixels, new.pixels)
    )
    recipe = None if same_kind else suited(after.recipe, after.dataset)
    if recipe is None or recipe.network == after.recipe.network:
        return None
    return Remedy(suited_words(new), recipe)


def _layers_of(recipe: Recipe) -> NetworkSpec:
    """Return the network without fields that depend on the epochs, which other data may change."""
    latent = recipe.network.latent.model_copy(update={"kl_warmup_epochs": 0})
    return recipe.network.model_copy(update={"latent": latent})


def length_words(before: TrainingSpec, after: TrainingSpec, samples: int) -> str:
    """Return a note if an edit has introduced mini-batches or changed the epochs, else ""."""
    if after.epochs > before.epochs:
        return trn(
            "With so few samples, more epochs are needed for as many steps: {n:,} now.",
            "With so few samples, more epochs are needed for as many steps: {n:,} now.",
            after.epochs,
        )
    if (before.batch_size, before.epochs) == (after.batch_size, after.epochs):
        return ""
    if after.batch_size is None or after.batch_size >= samples:
        return ""
    return trn(
        "{samples:,} samples are learnt in batches of {batch:,} now, for {n:,} epoch.",
        "{samples:,} samples are learnt in batches of {batch:,} now, for {n:,} epochs.",
        after.epochs,
        samples=samples,
        batch=after.batch_size,
    )
