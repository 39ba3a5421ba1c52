"""Differences of two recipes that affect what is learnt."""

from __future__ import annotations

from typing import Any

import pytest

from aegui.core.recipe import LayerSpec, Recipe
from aegui.core.recipe.changes import recipe_changes
from aegui.core.recipe.edits import with_values

BASE = Recipe()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "other", "notes": "words"},
        {"training.optimizer.momentum": 0.5},
        {"training.schedule.step_epochs": 7},
        {"training.huber_delta": 2.0},
        {"training.sparsity.rho": 0.2},
        {"network.latent.beta": 3.0},
        {"data.corruption.level": 0.5},
        {"data.split.seed": 4},
        {"data.chars": "abc"},
    ],
)
def test_what_changes_nothing_is_no_change(values: dict[str, Any]) -> None:
    assert recipe_changes(BASE, with_values(BASE, values)) == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.optimizer.learning_rate", 0.003),
        ("training.epochs", 7),
        ("seed", 3),
        ("runs", 2),
        ("network.tied", True),
        ("network.latent.units", 3),
        ("data.split.validation", 0.2),
        ("data.augment.flip", True),
    ],
)
def test_one_value(path: str, value: object) -> None:
    (change,) = recipe_changes(BASE, with_values(BASE, {path: value}))
    assert (change.path, change.new) == (path, value)


def test_layers_one_by_one_or_as_a_list() -> None:
    bent = with_values(
        BASE, {"network.encoder": (LayerSpec(units=25, activation="relu"), LayerSpec(units=10))}
    )
    (change,) = recipe_changes(BASE, bent)
    assert (change.path, change.old, change.new) == ("network.encoder.0.activation", "tanh", "relu")
    (whole,) = recipe_changes(BASE, with_values(BASE, {"network.encoder": (LayerSpec(units=25),)}))
    assert whole.path == "network.encoder"


def test_another_kind_of_noise_tells_each_of_its_values() -> None:
    noisy = with_values(BASE, {"data.corruption.kind": "flip", "data.corruption.level": 0.2})
    assert [change.path for change in recipe_changes(BASE, noisy)] == [
        "data.corruption.kind",
        "data.corruption.level",
    ]
