"""A network for images of another size, offered when the data have changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn
from aegui.core.network.presets import PRESETS, with_network
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LatentSpec
from aegui.core.training.length import in_batches

if TYPE_CHECKING:
    from aegui.core.recipe import NetworkSpec, Recipe, TrainingSpec
    from aegui.session.documents.draft import DraftState

_BY_SHAPE = {
    (1, 7, 5): "letters-10",
    (1, 8, 8): "letters-17",
    (1, 28, 28): "conv",
    (3, 64, 64): "vae-256",
    (1, 80, 80): "vae-640",
}
"""Shape of the images -> key of the network that is known to be good for it."""
_OTHERWISE = ("conv", "vae-256", "letters-10")
"""For other shapes: the first of these that fits."""
_LIKE = 1.5
"""Images with up to so many times more or fewer pixels need no other network."""
_MANY = 2000
"""Samples of images that are learnt in batches by the network that is offered for them."""


@dataclass(frozen=True)
class Suggestion:
    """An edit to offer: what it is, and the recipe that it leads to."""

    text: str
    recipe: Recipe


def suggestion(before: DraftState, after: DraftState) -> Suggestion | None:
    """What to offer once the data of ``before`` have become those of ``after``; None: nothing.

    Nothing is offered where the network was changed as well, or the images are much the same.
    """
    old, new = before.dataset, after.dataset
    same_network = _layers_of(before.recipe) == _layers_of(after.recipe)
    if not same_network or old.image_shape == new.image_shape:
        return None
    same_kind = old.image_shape[0] == new.image_shape[0] and (
        max(old.pixels, new.pixels) <= _LIKE * min(old.pixels, new.pixels)
    )
    recipe = None if same_kind else suited(after)
    if recipe is None or recipe.network == after.recipe.network:
        return None
    _, height, width = new.image_shape
    text = tr("Use a network made for {width} × {height} images", width=width, height=height)
    return Suggestion(text, recipe)


def _layers_of(recipe: Recipe) -> NetworkSpec:
    """The network, but for what goes with the number of epochs, which other data may change."""
    latent = recipe.network.latent.model_copy(update={"kl_warmup_epochs": 0})
    return recipe.network.model_copy(update={"latent": latent})


def suited(draft: DraftState) -> Recipe | None:
    """The draft's recipe with a network for its images; None where none is known that it can take.

    Of many samples a training in one batch would take for ever: they are learnt in small ones.
    """
    shape = draft.dataset.image_shape
    keys = (_BY_SHAPE[shape],) if shape in _BY_SHAPE else _OTHERWISE
    presets = {preset.key: preset for preset in PRESETS}
    fitting = (presets[key] for key in keys if not presets[key].reason(shape))
    preset = next(fitting, None)
    if preset is None:
        return None
    recipe = draft.recipe
    network = preset.make(shape, LatentSpec().units)
    found = with_network(in_batches(recipe, len(draft.dataset), _MANY), network)
    # A GAN, a classifier and some optimisers do not go with every code.
    return None if resolve(found, draft.dataset).problems else found


def length_words(before: TrainingSpec, after: TrainingSpec, samples: int) -> str:
    """What to say where an edit has put batches in place of all ``samples``, or other epochs."""
    if after.epochs > before.epochs:
        return trn(
            "So few samples need more epochs for as many steps: {n:,} now.",
            "So few samples need more epochs for as many steps: {n:,} now.",
            after.epochs,
        )
    if (before.batch_size, before.epochs) == (after.batch_size, after.epochs):
        return ""
    if after.batch_size is None:
        return ""
    return trn(
        "{samples:,} samples are learnt in batches of {batch:,} now, for {n:,} epoch.",
        "{samples:,} samples are learnt in batches of {batch:,} now, for {n:,} epochs.",
        after.epochs,
        samples=samples,
        batch=after.batch_size,
    )
