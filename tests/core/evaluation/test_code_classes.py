"""Accuracy of the classes of held-out codes by the nearest training codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier  # type: ignore[import-untyped]

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.split import split_indices
from aegui.core.evaluation import code_classes
from aegui.core.evaluation.code_classes import code_accuracy, has_classes
from aegui.core.evaluation.neighbours import nearest_among
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.study.plan import plan_from
from aegui.core.study.records import Records
from aegui.core.study.results import csv_of, table_of, verdict_of
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
from aegui.core.training.loop.train import train

if TYPE_CHECKING:
    from pathlib import Path


def patterns(count: int = 120) -> Dataset:
    """Return three classes of noisy 4x4 images whose codes overlap."""
    rng = np.random.default_rng(5)
    kinds = rng.integers(0, 3, count)
    means = rng.uniform(0.2, 0.8, (3, 4, 4))
    images = np.clip(means[kinds] + rng.normal(0, 0.25, (count, 4, 4)), 0, 1)
    return Dataset.from_images("patterns", images, [str(kind) for kind in kinds])


def trained(dataset: Dataset, **split: float) -> tuple[Codec, ResolvedRecipe]:
    recipe = Recipe.model_validate(
        {
            "data": {"split": split},
            "network": {"encoder": [{"units": 6}]},
            "training": {"epochs": 30, "loss": "mse"},
        }
    )
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, training = train(resolved)
    return Codec(recipe, dataset.image_shape, training.result().snapshot), resolved


@pytest.mark.parametrize("columns", [2, 7])
def test_nearest_of_another_set(columns: int) -> None:
    rng = np.random.default_rng(2)
    rows, of = rng.normal(size=(300, columns)), rng.normal(size=(70, columns))
    near = nearest_among(rows, of, 5)
    distances = np.linalg.norm(of[:, None] - rows[None], axis=2)
    np.testing.assert_array_equal(near.indices, distances.argsort(axis=1)[:, :5])
    np.testing.assert_allclose(near.distances, np.sort(distances, axis=1)[:, :5], rtol=1e-3)
    assert nearest_among(rows, of, 1).indices.shape == (70, 1)
    with pytest.raises(ValueError, match="neighbours"):
        nearest_among(rows[:3], of, 5)


def test_those_held_out_are_found_by_those_learnt() -> None:
    dataset = patterns()
    codec, resolved = trained(dataset, validation=0.25)
    split = resolved.recipe.data.split
    found = code_accuracy(codec, dataset, split)
    learnt, held_out = split_indices(len(dataset), split)
    codes = codec.encode(dataset.flat())
    judge = KNeighborsClassifier(5).fit(codes[learnt], dataset.class_indices[learnt])
    wanted = judge.score(codes[held_out], dataset.class_indices[held_out])
    assert found == pytest.approx(wanted, abs=0.07)  # ties are broken in two ways
    assert found is not None
    assert 0.5 < found < 1.0


def test_of_large_sets_a_part_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = patterns()
    codec, resolved = trained(dataset, validation=0.25)
    split = resolved.recipe.data.split
    whole = code_accuracy(codec, dataset, split)
    monkeypatch.setattr(code_classes, "MAX_QUERIES", 16)
    monkeypatch.setattr(code_classes, "MAX_VOTING", 40)
    some = code_accuracy(codec, dataset, split)
    assert some is not None
    assert some * 16 == pytest.approx(round(some * 16))
    assert code_accuracy(codec, dataset, split) == some
    assert some == pytest.approx(whole, abs=0.35)


def test_without_classes_there_is_no_figure() -> None:
    letters = load_builtin("lowercase")
    assert not has_classes(letters, np.arange(len(letters)))
    dataset = patterns()
    codec, resolved = trained(dataset)
    split = resolved.recipe.data.split
    assert code_accuracy(codec, dataset, split) is not None  # each by the others
    alone = Dataset.from_images("alone", dataset.images, ["same"] * len(dataset))
    assert code_accuracy(codec, alone, split) is None


def test_a_study_of_classes_tells_it(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    dataset = patterns(60)
    from PIL import Image

    for place, (image, label) in enumerate(zip(dataset.images, dataset.labels, strict=True)):
        (folder / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 * image[0]).astype(np.uint8)).save(folder / label / f"{place}.png")
    recipe = Recipe.model_validate(
        {
            "data": {
                "source": str(folder),
                "images": {"width": 8, "height": 8, "channels": 1},
                "split": {"validation": 0.2},
            },
            "training": {"epochs": 20, "loss": "mse"},
        }
    )
    save_recipe(tmp_path / "base.json", recipe)
    rows = [{"label": str(n), "set": {"network.encoder": [{"units": n}]}} for n in (3, 8)]
    plan = plan_from(
        {
            "format": "aegui-study",
            "version": 1,
            "recipe": "base.json",
            "axes": [{"label": "width", "rows": rows}],
            "seeds": {"count": 2},
            "figure": "knn_accuracy",
        }
    )
    study = Study(plan, tmp_path, Records())
    for _ in study.run(InlineWorkers(), StudyControl()):
        pass
    result = study.result()
    for cell in result.cells:
        assert all(0.0 <= value <= 1.0 for value in cell.values("knn_accuracy"))
    header, cells = table_of(result)
    assert "kNN accuracy" in header
    assert "%" in cells[0][header.index("kNN accuracy")]
    assert ",knn_accuracy," in csv_of(result).splitlines()[0]
    assert "of the samples, by their 5 nearest codes" in " ".join(verdict_of(result).lines)
