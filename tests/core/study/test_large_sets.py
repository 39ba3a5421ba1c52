"""Studies designed for characters, applied to sets of many large images."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.cost import Budget, excess
from aegui.core.data.corruption import corrupted_with, parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.evaluation.limits import limit, limit_cost
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.recipe import Recipe
from aegui.core.study.comparison import MistakeSpec, comparison_cost
from aegui.core.study.noise_curves import ModelUnderTest, NoiseCurveSpec, noise_curves
from aegui.core.study.noise_matrix import MatrixSpec, matrix_cost, noise_matrix

GIGABYTE = 1 << 30
FLIP = parse_corruption("flip:0.2")
RECIPE = Recipe.model_validate(
    {
        "network": {"encoder": [{"units": 8}]},
        "data": {"corruption": {"kind": "flip", "level": 0.1, "copies": 20}},
    }
)


def images(count: int, side: int) -> Dataset:
    pixels = np.random.default_rng(0).random((count, 1, side, side), dtype=np.float32)
    return Dataset.over("images", pixels)


def test_a_study_of_many_images_takes_some_of_them_in_batches_and_says_so() -> None:
    spec = MatrixSpec((FLIP,), (FLIP,), seeds=1, draws=50, epochs=1, samples=300)
    found = noise_matrix(RECIPE, images(400, 60), spec)
    assert found.note == "learnt from 300 of 400 samples, in batches of 128 for 1 epoch"
    assert found.recipe.training.batch_size == 128
    assert found.recipe.data.corruption.copies == 1
    assert found.per_sample.shape == (1, 1, 1, 50)


def test_characters_are_studied_as_they_always_were() -> None:
    spec = MatrixSpec((FLIP,), (FLIP,), seeds=1, draws=50, epochs=1)
    found = noise_matrix(RECIPE, images(40, 5), spec)
    assert found.note == ""
    assert found.recipe.training.batch_size is None
    assert found.recipe.data.corruption.copies == 20


def test_the_cost_of_three_networks_on_digits_is_bounded() -> None:
    digits = Dataset.over("digits", np.zeros((70_000, 1, 28, 28), np.float32))
    spec = MatrixSpec.square("flip", (0.0, 0.1, 0.3), seeds=1)
    assert matrix_cost(RECIPE, digits, spec).bytes < GIGABYTE
    every = MatrixSpec(spec.training, spec.tests, 20, samples=70_000, draws=70_000)
    wide = RECIPE.model_copy(
        update={
            "network": Recipe.model_validate({"network": {"encoder": [{"units": 1_500}]}}).network
        }
    )
    beyond = excess(matrix_cost(wide, digits, every), Budget(), free=GIGABYTE)
    assert "of memory" in beyond
    assert "longer than" in beyond
    assert comparison_cost(RECIPE, digits, MistakeSpec("fixed_noise")).seconds > 0


def test_noisy_batches_are_small_and_cover_every_sample() -> None:
    large = images(10, 1_000)
    seen = np.zeros(10, int)
    shares = []
    for batch in noisy_batches(large, FLIP, 2, np.random.default_rng(0)):
        assert batch.noisy.size <= 1 << 22
        assert np.array_equal(batch.clean, large.flat()[batch.indices])
        np.add.at(seen, batch.indices, 1)
        shares.append(batch.done)
    assert (seen == 2).all()
    assert shares == sorted(shares)


def test_noise_on_few_characters_is_drawn_as_it_always_was() -> None:
    small = images(6, 4)
    (batch,) = noisy_batches(small, FLIP, 3, np.random.default_rng(7))
    clean = np.tile(small.flat(), (3, 1))
    expected = corrupted_with(clean, FLIP, np.random.default_rng(7), small.image_shape)
    assert np.array_equal(batch.noisy, expected)


def test_curves_say_of_how_many_samples_they_are() -> None:
    found = noise_curves([], images(30, 4), NoiseCurveSpec("flip", (0.1, 0.2), draws=20))
    assert found.note == "tested with 20 of 30 samples"
    assert noise_curves([], images(20, 4), NoiseCurveSpec("flip", (0.1,), draws=20)).note == ""
    assert ModelUnderTest("none", ()).codecs == ()


def test_the_limit_of_many_glyphs_is_costly_and_can_be_stopped() -> None:
    assert limit_cost(60_000, 784, 60_000).seconds > 60 * limit_cost(600, 784, 600).seconds
    glyphs = (np.random.default_rng(0).random((300, 400)) > 0.5).astype(np.float32)
    with pytest.raises(Cancelled):
        limit(glyphs, FLIP, 300, cancelled=lambda: True)
