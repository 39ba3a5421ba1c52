"""The studies that ship can be trained unchanged and state what was published."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_data
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.network.resolve import resolve
from aegui.core.study.plan import find_plan, list_plans, load_plan
from aegui.core.study.records import Records
from aegui.core.study.settings import base_recipe, grid
from aegui.core.study.study import Study
from aegui.core.study.units import units_of

LETTERS = [
    "letters-activations",
    "letters-anomalies",
    "letters-architectures",
    "letters-completion",
    "letters-configurations",
    "letters-denoising-depth",
    "letters-denoising-pairs",
    "letters-epochs",
    "letters-initialisers",
    "letters-losses",
    "letters-noise",
    "letters-path",
    "letters-powell-shares",
    "letters-rates",
    "letters-second-order",
    "letters-shares",
    "letters-six-architectures",
]


def test_all_of_the_letters_are_there() -> None:
    assert [key for key in list_plans() if key.startswith("letters-")] == LETTERS


OTHERS = [key for key in list_plans() if key not in LETTERS]
IMAGES = Dataset.over(
    "images", np.zeros((10_100, 1, 28, 28), np.float32), [str(at % 10) for at in range(10_100)]
)
"""In place of what would have to be downloaded."""


@pytest.mark.parametrize("key", OTHERS)
def test_one_of_images_is_made_of_recipes_that_can_be_trained(key: str) -> None:
    path = find_plan(key)
    plan = load_plan(path)
    assert plan.name
    assert plan.notes
    settings = grid(base_recipe(plan, path.parent), plan.axes)
    assert len({setting.key for setting in settings}) == len(settings) == plan.combinations
    for setting in settings:
        data = setting.recipe.data
        dataset = load_data(data) if data.source == "emoji" else IMAGES
        assert resolve(setting.recipe, dataset).problems == ()


@pytest.mark.parametrize("key", LETTERS)
def test_it_can_be_trained(key: str) -> None:
    path = find_plan(key)
    plan = load_plan(path)
    study = Study(plan, path.parent, Records())
    settings = study.settings()
    assert len({setting.key for setting in settings}) == len(settings)
    assert plan.name
    assert plan.notes
    runs = [setting.run(seed) for setting in settings for seed in plan.seeds.all]
    units = units_of(runs, 2)
    assert sum(len(unit.recipes) for unit in units) == len(runs)
    for unit in units:
        # Small networks are trained together; scipy's optimisers cannot be.
        alone = unit.recipes[0].training.optimizer.name in SCIPY_OPTIMIZERS
        assert (len(unit.recipes) == 1) == alone


def test_what_the_published_rates_are() -> None:
    path = find_plan("letters-rates")
    settings = Study(load_plan(path), path.parent, Records()).settings()
    specs = [(s.recipe.training.optimizer, s.recipe.training.schedule) for s in settings]
    assert [optimizer.learning_rate for optimizer, _ in specs] == [0.01, 0.1, 0.01, 0.001]
    assert [schedule.name for _, schedule in specs] == ["constant", "step", "step", "constant"]
    assert [schedule.factor for _, schedule in specs[1:3]] == [0.9995, 0.995]
