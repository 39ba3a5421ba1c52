"""The predicted length of a training is its actual length."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import LatentSpec, NetworkSpec, Recipe
from aegui.core.training.length import (
    BATCH,
    LARGE,
    adapted,
    has_length_of,
    in_batches,
    is_one_large_batch,
    planned_epochs,
    with_length_of,
)
from aegui.core.training.loop.train import train


@pytest.mark.parametrize(
    ("changes", "epochs"),
    [
        ({}, 3),
        ({"classifier": {"pretrain": {"epochs": 0}}}, 3),
        # The encoder's two layers and the code: three groups.
        ({"classifier": {"pretrain": {"epochs": 2}}}, 9),
    ],
)
def test_the_planned_length_is_that_of_the_training(changes: dict[str, Any], epochs: int) -> None:
    recipe = Recipe.model_validate(
        {
            "data": {"source": "lowercase"},
            "network": {"encoder": [{"units": 8}, {"units": 6}], "latent": {"units": 4}},
            "training": {"epochs": 3, "device": "cpu"},
            **changes,
        }
    )
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    assert resolved is not None
    assert planned_epochs(resolved) == epochs
    assert next(train(resolved)).epochs == epochs


def test_many_samples_in_one_batch_become_batches() -> None:
    recipe = Recipe.model_validate({"training": {"optimizer": {"learning_rate": 0.02}}})
    assert in_batches(recipe, LARGE) == recipe
    training = in_batches(recipe, LARGE + 1).training
    assert (training.batch_size, training.epochs) == (BATCH, 20)
    assert training.optimizer.learning_rate == 0.001
    slow = Recipe.model_validate(
        {"training": {"epochs": 3, "optimizer": {"name": "sgd", "learning_rate": 0.5}}}
    )
    training = in_batches(slow, 60_000).training
    assert (training.epochs, training.optimizer.learning_rate) == (3, 0.5)


@pytest.mark.parametrize(
    "training", [{"batch_size": 5_000}, {"optimizer": {"name": "lbfgs"}}], ids=str
)
def test_what_has_batches_or_needs_all_samples_stays(training: dict[str, Any]) -> None:
    recipe = Recipe.model_validate({"training": training})
    assert not is_one_large_batch(recipe, 60_000)
    assert in_batches(recipe, 60_000) == recipe


def test_few_samples_after_many_get_epochs_enough_to_learn_anything() -> None:
    many = Recipe.model_validate({"training": {"epochs": 16, "batch_size": 128}})
    few = adapted(many, 60_000, 8)
    assert few.training.epochs == 16 * 469
    assert few.training.batch_size is None
    # And back again: the network is the same, and so is the way to learn it.
    again = adapted(few, 8, 60_000)
    assert (again.training.batch_size, again.training.epochs) == (128, 20)


def test_copies_without_noise_do_not_keep_small_sets_in_batches() -> None:
    noise = {"corruption": {"copies": 100}}
    many = Recipe.model_validate({"training": {"epochs": 16, "batch_size": 128}, "data": noise})
    assert adapted(many, 60_000, 8).training.batch_size is None


def test_a_long_training_in_small_batches_is_shortened_for_many_samples() -> None:
    emojis = Recipe.model_validate(
        {
            "training": {"epochs": 500, "batch_size": 32},
            "network": {"latent": {"kind": "gaussian", "kl_warmup_epochs": 50}},
        }
    )
    digits = adapted(emojis, 166, 60_000)
    assert (digits.training.batch_size, digits.training.epochs) == (128, 20)
    assert digits.network.latent.kl_warmup_epochs == 2, "it would never have been over"


def test_pre_training_is_lengthened_with_the_training_of_few_samples() -> None:
    def classifier(epochs: int) -> Recipe:
        changes = {"classifier": {"pretrain": {"epochs": epochs}}}
        return Recipe.model_validate({"training": {"epochs": 20, "batch_size": 128}, **changes})

    few = adapted(classifier(5), 60_000, 3_000)
    assert few.training.epochs == 391
    assert few.classifier is not None
    assert few.classifier.pretrain.epochs == 98, "as many steps as with all samples"
    without = adapted(classifier(0), 60_000, 3_000).classifier
    assert without is not None
    assert without.pretrain.epochs == 0


@pytest.mark.parametrize(
    ("training", "before", "after"),
    [
        ({"epochs": 400}, 6, 5),
        ({"epochs": 400}, 5, 60),
        ({"epochs": 10_000}, 32, 96),
        ({"epochs": 20, "batch_size": 128}, 60_000, 70_000),
        ({"epochs": 50, "batch_size": 8}, 4_000, 3_000),
        ({"epochs": 3, "optimizer": {"name": "lbfgs"}}, 60_000, 8),
    ],
    ids=str,
)
def test_like_numbers_of_samples_leave_the_training_alone(
    training: dict[str, Any], before: int, after: int
) -> None:
    recipe = Recipe.model_validate({"training": training})
    assert adapted(recipe, before, after) == recipe


def test_the_length_of_another_recipe_is_taken_whole() -> None:
    own = Recipe(network=NetworkSpec(latent=LatentSpec(kind="gaussian", kl_warmup_epochs=400)))
    many = adapted(own, 96, 60_000)
    assert not has_length_of(many, own)
    assert with_length_of(many, own) == own
    assert has_length_of(with_length_of(many, own), own)
