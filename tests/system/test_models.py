"""The shipped models are what their recipes make, and open as such."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.load import load_dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe_file import list_recipes
from aegui.core.run_file import load_run
from aegui.core.training.train import train
from aegui.paths import models_dir

MODELS = sorted(models_dir().glob("*.aegui"))


def test_there_is_a_model_to_open_with() -> None:
    assert "letters-2d" in [model.stem for model in MODELS]


@pytest.mark.parametrize("key", [model.stem for model in MODELS])
def test_a_model_is_what_its_recipe_makes(key: str) -> None:
    saved = load_run(models_dir() / f"{key}.aegui")
    recipe = dict(list_recipes())[key]
    assert saved.recipe == recipe
    resolved = resolve(recipe, load_dataset(recipe.data.source, recipe.data.chars)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    assert saved.results[0].wrong_max == last.result().runs[0].wrong_max == 0
    # Not bit by bit: another processor multiplies in another order, and training amplifies that.
    first_rows = slice(0, 50)
    assert saved.history is not None
    ours = last.history.view()
    np.testing.assert_allclose(saved.history.loss[first_rows], ours.loss[first_rows], rtol=1e-3)
