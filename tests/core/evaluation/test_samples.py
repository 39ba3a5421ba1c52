"""Samples of a generator, and their verdicts by a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.evaluation.samples import (
    Judgement,
    drawn_codes,
    judged_images,
    refuse_judging,
    sample_images,
)
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train

CLASSES = tuple("0123456789")


def trained(source: str = "digits", **changes: Any) -> Codec:
    recipe = Recipe.model_validate({"data": {"source": source}, **changes})
    dataset = load_builtin(source)
    resolved = resolve(recipe, dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return Codec(recipe, dataset.image_shape, last.snapshot())


@pytest.fixture(scope="module")
def classifier() -> Codec:
    optimizer = {"learning_rate": 3e-3}
    return trained(
        network={"encoder": [{"units": 64, "activation": "relu"}], "latent": {"units": 32}},
        training={"epochs": 12, "batch_size": 64, "optimizer": optimizer},
        classifier={"pretrain": {"epochs": 0}},
    )


@pytest.fixture(scope="module")
def generator() -> Codec:
    return trained(
        network={"encoder": [{"units": 16}], "latent": {"units": 5}},
        training={"epochs": 1, "batch_size": 64},
        gan={},
    )


def test_only_generators_draw_codes() -> None:
    assert Recipe.model_validate({"gan": {}}).has_prior
    assert Recipe.model_validate({"network": {"latent": {"kind": "gaussian"}}}).has_prior
    assert not Recipe().has_prior


def test_codes_are_standard_normal_and_repeatable() -> None:
    codes = drawn_codes(20_000, 3, seed=4)
    assert codes.shape == (20_000, 3)
    assert codes.dtype == np.float32
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(codes.T), np.eye(3), atol=0.05)
    np.testing.assert_array_equal(codes, drawn_codes(20_000, 3, seed=4))
    assert not np.array_equal(codes, drawn_codes(20_000, 3, seed=5))


def test_samples_are_the_decoded_codes(generator: Codec) -> None:
    images = sample_images(generator, 7, seed=1)
    assert images.shape == (7, 1, 8, 8)
    assert images.min() >= 0
    assert images.max() <= 1
    np.testing.assert_array_equal(
        images.reshape(7, -1), generator.decode(drawn_codes(7, 5, seed=1))
    )


def test_a_classifier_judges(generator: Codec, classifier: Codec) -> None:
    images = sample_images(generator, 200, seed=0)
    found = judged_images(classifier, CLASSES, images)
    odds = classifier.classify(images)
    assert found.classes == CLASSES
    assert found.predicted.tolist() == odds.argmax(axis=1).tolist()
    assert found.share_confident == np.mean(odds.max(axis=1) > 0.9)
    assert sum(found.shares) == pytest.approx(1.0)


def test_the_shares_of_a_judgement() -> None:
    found = Judgement(
        ("a", "b", "c"), np.array([0, 0, 1, 0]), np.array([0.95, 0.5, 0.91, 0.99], np.float32)
    )
    assert found.share_confident == 0.75
    assert found.shares == (0.75, 0.25, 0.0)
    assert found.confident_shares == pytest.approx((2 / 3, 1.0, 0.0))


def test_what_cannot_be_judged_is_said(generator: Codec, classifier: Codec) -> None:
    with pytest.raises(AeguiError, match="no classifier"):
        refuse_judging(generator, generator)
    letters = trained("lowercase", training={"epochs": 1}, gan={})
    with pytest.raises(AeguiError, match="1x7x5, but the classifier takes 1x8x8"):
        refuse_judging(letters, classifier)
