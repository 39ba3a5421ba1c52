"""The shipped models correspond to their recipes, and can be opened."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.load import load_dataset
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import list_recipes
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.document import RunDocument
from aegui.core.run_file.saved import load_run
from aegui.core.training.loop.train import train
from aegui.paths import models_dir
from installer.models import COMPLETE
from installer.models import MODELS as NAMES

MODELS = sorted(models_dir().glob("*.aegui"))
MAX_BYTES = 20_000_000
"""What all of them together may weigh."""


def test_the_models_are_those_of_the_script_and_light() -> None:
    assert {model.stem for model in MODELS} <= set(NAMES)
    assert sum(model.stat().st_size for model in MODELS) <= MAX_BYTES


@pytest.mark.parametrize("key", [model.stem for model in MODELS])
def test_a_model_opens_and_draws(key: str) -> None:
    """If its set is missing, it shows some of its samples and decodes all the same."""
    saved = load_run(models_dir() / f"{key}.aegui")
    assert saved.recipe == dict(list_recipes())[key]
    codec = saved.codec(saved.best_run)
    drawn = codec.decode(np.random.default_rng(0).standard_normal((16, codec.latent_size)))
    assert np.isfinite(drawn).all()
    assert drawn.std(axis=0).max() > 0.1, "all its images are the same"
    if codec.can_encode and key not in COMPLETE:
        rows = saved.dataset.flat()[:200]
        error = np.square(codec.reconstruct(rows) - rows).mean()
        assert error < 0.8 * np.square(rows - rows.mean(axis=0)).mean()


@pytest.mark.parametrize("key", [model.stem for model in MODELS])
def test_a_model_is_shown_with_all_samples_where_its_set_is_there(key: str) -> None:
    """Otherwise it would be retrained on the few samples it contains, under the name of the set."""
    with Archive(models_dir() / f"{key}.aegui") as archive:
        document = RunDocument.model_validate_json(bytes(archive.read("run.json")))
    learnt = document.stages[-1].samples
    assert learnt == (document.dataset.total or len(document.dataset.labels))


def test_there_is_a_model_to_open_with() -> None:
    assert "letters-2d" in [model.stem for model in MODELS]


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(COMPLETE & {model.stem for model in MODELS}))
def test_a_model_is_what_its_recipe_makes(key: str) -> None:
    saved = load_run(models_dir() / f"{key}.aegui")
    recipe = dict(list_recipes())[key]
    assert saved.recipe == recipe
    resolved = resolve(recipe, load_dataset(recipe.data.source, recipe.data.chars)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    assert saved.results[0].wrong_max == last.result().runs[0].wrong_max
    # Not bitwise equal: another CPU multiplies in another order, which training amplifies.
    first_rows = slice(0, 50)
    assert saved.history is not None
    ours = last.history.view()
    np.testing.assert_allclose(saved.history.loss[first_rows], ours.loss[first_rows], rtol=1e-3)
