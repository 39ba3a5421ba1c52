"""The length of a training, told before it begins, is the one that it has."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.length import planned_epochs
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
