"""Scores under noise of a network that copies its input: its errors are those of the noise."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.noise import noisy_score
from aegui.core.latent.codec import Codec
from aegui.core.recipe import CorruptionSpec, LatentSpec, NetworkSpec, Recipe
from aegui.core.training.record.snapshot import LayerWeights, Snapshot


def copying_codec(pixels: int) -> Codec:
    eye = np.eye(pixels, dtype=np.float32)[np.newaxis]
    layer = LayerWeights({"weight": eye, "bias": np.zeros((1, pixels), np.float32)})
    network = NetworkSpec(
        encoder=(),
        latent=LatentSpec(units=pixels),
        output_activation="identity",
    )
    return Codec(Recipe(network=network), (1, 1, pixels), Snapshot(0, (layer, layer)))


def test_a_copying_network_has_the_errors_of_the_noise() -> None:
    dataset = load_builtin("lowercase")
    spec = CorruptionSpec(kind="flip", level=0.1)
    score = noisy_score(copying_codec(35), dataset, spec, 16_000, seed=1)
    assert score.draws == 16_000
    assert score.per_sample.shape == (32,)
    assert score.mean == pytest.approx(3.5, abs=0.1)
    assert score.share_exact == pytest.approx(0.9**35, abs=0.01)
    assert score.share_exact < score.share_at_most_1
    assert score.max > 6
    assert score.limit is not None
    assert score.limit < 0.5


def test_without_noise_nothing_is_wrong() -> None:
    score = noisy_score(copying_codec(35), load_builtin("symbols"), CorruptionSpec(), 10, seed=0)
    assert (score.draws, score.mean, score.max, score.share_exact) == (32, 0.0, 0, 1.0)


def test_the_same_seed_gives_the_same_score() -> None:
    spec = CorruptionSpec(kind="salt_pepper", level=0.3)
    data = load_builtin("lowercase")
    scores = [noisy_score(copying_codec(35), data, spec, 9_000, seed) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(scores[0].per_sample, scores[1].per_sample)
    assert not np.array_equal(scores[0].per_sample, scores[2].per_sample)


def test_the_limit_is_one_figure_however_answers_are_drawn() -> None:
    spec = CorruptionSpec(kind="salt_pepper", level=0.2)
    data = load_builtin("lowercase")
    scores = [noisy_score(copying_codec(35), data, spec, *of) for of in ((64, 3), (640, 7))]
    assert {score.limit for score in scores} == {limit(data.flat(), spec).mean}


def test_grey_images_have_no_known_limit() -> None:
    dataset = Dataset.from_images("grey", np.full((2, 2, 2), 0.25))
    spec = CorruptionSpec(kind="gaussian", level=0.1)
    assert noisy_score(copying_codec(4), dataset, spec, 10, seed=0).limit is None
