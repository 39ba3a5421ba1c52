"""The length of a training, told before it begins, is the one that it has."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.length import (
    BATCH,
    LARGE,
    in_batches,
    is_one_large_batch,
    planned_epochs,
)
from aegui.core.training.train import train


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
