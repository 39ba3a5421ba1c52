"""Trainings with the largest valid numbers of a recipe end with a message, not an error."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.core.data.load import load_data
from aegui.core.network.resolve import resolve
from aegui.core.recipe import MAX_NUMBER, Recipe
from aegui.core.training.loop.train import train

NUMBERS: list[dict[str, Any]] = [
    {"training": {"l1": MAX_NUMBER}},
    {"training": {"l2": MAX_NUMBER}},
    {"training": {"loss": "huber", "huber_delta": MAX_NUMBER}},
    {"training": {"initializer": {"name": "uniform", "range": MAX_NUMBER}}},
    {"training": {"initializer": {"name": "xavier_uniform", "gain": MAX_NUMBER}}},
    {"training": {"optimizer": {"learning_rate": MAX_NUMBER}}},
    {"network": {"latent": {"kind": "gaussian", "beta": MAX_NUMBER}}},
    {"network": {"latent": {"kind": "gaussian", "free_bits": MAX_NUMBER}}},
    {"data": {"corruption": {"kind": "gaussian", "level": MAX_NUMBER}}},
    {"gan": {"noise": MAX_NUMBER}, "training": {"batch_size": 16}},
]


@pytest.mark.parametrize("content", NUMBERS, ids=str)
def test_a_training_ends_whatever_the_numbers(content: dict[str, Any]) -> None:
    training = {**content.get("training", {}), "epochs": 2}
    recipe = Recipe.model_validate({**content, "training": training})
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    assert 1 <= last.epoch <= 2
