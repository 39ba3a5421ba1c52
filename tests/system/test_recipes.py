"""Every shipped recipe trains, gives finite figures, and survives saving and loading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import BUILTIN_SETS, load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.idx import idx_images, idx_labels
from aegui.core.data.load import load_data
from aegui.core.data.published import DATA_DIR_VARIABLE, PUBLISHED
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import find_recipe, load_recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.loop.train import train
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.recipe import Recipe
    from aegui.core.training.record.result import TrainingResult

KEYS = sorted(path.stem for path in (resources_dir() / "recipes").glob("*.json"))
EPOCHS = 2
DIGITS = 60
COUNTS = {"emoji": 24, "emoji-kinds": 24, "digits": DIGITS}
"""Samples of the large sets that ship: enough for every recipe, few enough for every machine."""
POWELL_SECONDS = 0.3
"""An iteration of Powell's method searches along every weight: it may end within one."""
CHECKPOINT_BYTES = 1 << 20
"""Larger weights are saved without what training on needs: packing that takes seconds."""


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return real digits of the size of MNIST, under the names of the downloaded files."""
    root = tmp_path_factory.mktemp("data")
    scans = load_builtin("digits").subset(range(DIGITS))
    for published in PUBLISHED.values():
        (root / published.key).mkdir()
        for place, part in ((0, slice(0, DIGITS)), (2, slice(DIGITS // 2, DIGITS))):
            chosen = Dataset.from_images(
                published.key, _enlarged(scans.images[part]), scans.labels[part]
            )
            images, labels = (
                root / published.key / published.files[place + i].name for i in (0, 1)
            )
            images.write_bytes(idx_images(chosen, packed=True))
            labels.write_bytes(idx_labels(chosen, packed=True))
    return root


@pytest.fixture(autouse=True)
def _here(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(data_folder))


def test_there_are_recipes_for_every_set_of_images() -> None:
    sources = {_recipe(key).data.source for key in KEYS}
    wanted = {key for key, row in BUILTIN_SETS.items() if row.kind == "images"}
    assert wanted - sources <= {"digits", "emoji-kinds", "mnist-test", "fashion-test"}


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_a_recipe_trains_and_its_run_is_read_again(key: str, tmp_path: Path) -> None:
    recipe = _short(_recipe(key))
    dataset = load_data(recipe.data)
    resolution = resolve(recipe, dataset)
    assert resolution.resolved is not None, resolution.problems
    for training in train(resolution.resolved):
        assert training.epoch <= training.epochs
    assert training.finished is not None
    result = training.result()

    assert result.reason != "diverged", result.message
    assert [run.seed for run in result.runs] == list(range(recipe.seed, recipe.seed + recipe.runs))
    losses = result.history.loss
    assert len(losses) >= 2
    assert np.isfinite(losses).all()
    for column, values in result.history.extra.items():
        assert np.isfinite(values[-1]).all(), column

    path = tmp_path / "run.aegui"
    saved = _saved(recipe, dataset, result)
    save_run(path, saved)
    again = load_run(path)
    assert again.recipe == recipe
    assert again.dataset.labels == dataset.labels
    assert [run.best_loss for run in again.results] == [run.best_loss for run in result.runs]
    assert (again.checkpoint is None) == (saved.checkpoint is None)
    before, after = _seen(saved, dataset), _seen(again, dataset)
    assert np.isfinite(before).all()
    assert np.array_equal(before, after)


def _recipe(key: str) -> Recipe:
    path = find_recipe(key)
    assert path is not None
    return load_recipe(path)


def _short(recipe: Recipe) -> Recipe:
    """Return ``recipe`` for two epochs on few samples, on the CPU."""
    most = COUNTS.get(recipe.data.source)
    count = recipe.data.count if most is None else min(most, recipe.data.count or most)
    update: dict[str, object] = {
        "data": recipe.data.model_copy(update={"count": count}),
        "training": recipe.training.model_copy(update={"epochs": EPOCHS, "device": "cpu"}),
    }
    if recipe.classifier is not None:
        pretrain = recipe.classifier.pretrain
        few = pretrain.model_copy(update={"epochs": min(1, pretrain.epochs)})
        update["classifier"] = recipe.classifier.model_copy(update={"pretrain": few})
    if recipe.training.optimizer.name == "powell":
        goals = recipe.training.goals.model_copy(update={"seconds": POWELL_SECONDS})
        training = {"epochs": EPOCHS, "device": "cpu", "goals": goals}
        update["training"] = recipe.training.model_copy(update=training)
    return recipe.model_copy(update=update)


def _saved(recipe: Recipe, dataset: Dataset, result: TrainingResult) -> SavedRun:
    snapshot = result.snapshot
    weights = sum(tensor.nbytes for layer in snapshot.layers for tensor in layer.tensors.values())
    run = SavedRun(
        recipe,
        dataset,
        snapshot,
        result.history,
        result.runs,
        result.checkpoint,
        result.engine,
        result.device,
    )
    return run if weights <= CHECKPOINT_BYTES else replace(run, checkpoint=None)


def _seen(saved: SavedRun, dataset: Dataset) -> NDArray[np.float32]:
    """Return codes of the data by the best run, or images for a GAN, which has no encoder."""
    codec = saved.codec(saved.best_run)
    if codec.can_encode:
        return codec.encode(dataset.flat()[:64])
    return codec.decode(np.random.default_rng(0).standard_normal((16, codec.latent_size)))


def _enlarged(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Enlarge scans ``[n, 1, 8, 8]`` to ``[n, 1, 28, 28]``: factor 3, and a margin of 2."""
    thrice = images.repeat(3, axis=2).repeat(3, axis=3)
    return np.pad(thrice, ((0, 0), (0, 0), (2, 2), (2, 2)))
