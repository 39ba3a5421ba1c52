"""A network is offered where the images have become quite different ones."""

from __future__ import annotations

import numpy as np

from aegui.core.data.dataset import Dataset
from aegui.core.network.remedies import suited
from aegui.core.network.resolve import resolve
from aegui.core.recipe import (
    ClassifierSpec,
    GanSpec,
    LatentSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)
from aegui.session.documents.draft import DraftState, full_draft
from aegui.session.documents.suggestions import length_words, suggestion


def draft(count: int, *shape: int) -> DraftState:
    return full_draft(Recipe(), Dataset.from_images("x", np.zeros((count, *shape))))


def test_images_in_place_of_letters_get_a_network_that_can_be_trained() -> None:
    offer = suggestion(draft(3, 1, 7, 5), draft(3000, 1, 28, 28))
    assert offer is not None
    assert offer.text == "Use a network made for 28 × 28 images"
    assert offer.recipe.network.encoder[0].kind == "conv"
    assert offer.recipe.training.batch_size == 128
    dataset = draft(3000, 1, 28, 28).dataset
    assert resolve(offer.recipe, dataset).problems == ()


def test_what_needs_a_longer_code_than_a_map_keeps_it() -> None:
    before, after = draft(3, 1, 8, 8), draft(3000, 1, 28, 28)
    network = NetworkSpec(latent=LatentSpec(units=10))
    for update in ({"gan": GanSpec()}, {"classifier": ClassifierSpec()}, {}):
        old, new = (
            full_draft(one.recipe.model_copy(update={"network": network, **update}), one.dataset)
            for one in (before, after)
        )
        offer = suggestion(old, new)
        assert offer is not None
        assert offer.recipe.network.latent.units == (10 if update else 2)


def test_every_suggestion_fits_its_images() -> None:
    for shape in ((1, 7, 5), (1, 8, 8), (1, 28, 28), (3, 64, 64), (1, 80, 80), (3, 30, 50)):
        made = draft(2, *shape)
        recipe = suited(made.recipe, made.dataset)
        assert recipe is not None, shape
        assert resolve(recipe, made.dataset).problems == (), shape


def test_no_network_is_offered_that_the_recipe_cannot_take() -> None:
    """For colour images a variational one is known, and neither of these has such a code."""
    before, after = draft(3, 1, 7, 5), draft(3, 3, 64, 64)
    assert suggestion(before, after) is not None
    training = TrainingSpec(optimizer=OptimizerSpec(name="lbfgs"))
    for update in ({"gan": GanSpec()}, {"training": training}):
        old, new = (
            full_draft(one.recipe.model_copy(update=update), one.dataset) for one in (before, after)
        )
        assert suggestion(old, new) is None


def test_like_images_get_no_offer() -> None:
    assert suggestion(draft(3, 1, 7, 5), draft(9, 1, 7, 5)) is None
    assert suggestion(draft(3, 1, 28, 28), draft(3, 1, 32, 32)) is None


def test_whoever_changed_the_network_too_gets_no_offer() -> None:
    before, after = draft(3, 1, 7, 5), draft(3, 1, 28, 28)
    network = before.recipe.network.model_copy(update={"tied": True})
    other = before.recipe.model_copy(update={"network": network})
    assert suggestion(before, full_draft(other, after.dataset)) is None


def test_batches_that_an_edit_has_brought_are_told() -> None:
    training = Recipe().training
    batches = training.model_copy(update={"batch_size": 128, "epochs": 20})
    told = length_words(training, batches, 60_000)
    assert told == "60,000 samples are learnt in batches of 128 now, for 20 epochs."
    assert "7,504" in length_words(batches, training.model_copy(update={"epochs": 7_504}), 8)
    assert length_words(training, training, 60_000) == ""
    assert length_words(batches, batches, 60_000) == ""
    assert length_words(training, batches, 32) == "", "one batch, as before"


def test_a_warm_up_that_went_with_the_epochs_is_no_other_network() -> None:
    before, after = draft(3, 1, 7, 5), draft(3, 1, 28, 28)
    latent = after.recipe.network.latent.model_copy(update={"kl_warmup_epochs": 2})
    network = after.recipe.network.model_copy(update={"latent": latent})
    recipe = after.recipe.model_copy(update={"network": network})
    assert suggestion(before, full_draft(recipe, after.dataset)) is not None
