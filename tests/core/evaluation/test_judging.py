"""Generated images are judged beside real images and chance: common failures are detected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation import judging
from aegui.core.evaluation.judging import (
    MAX_LEARNT,
    nearest_of,
    real_images,
    shuffled,
    spread_of,
    verdicts,
)
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train

DIGITS = load_builtin("digits")
CLASSES = tuple("0123456789")
HALF = {"data": {"source": "digits", "split": {"validation": 0.5}}}


def trained(**changes: Any) -> Codec:
    recipe = Recipe.model_validate(HALF | changes)
    resolved = resolve(recipe, DIGITS).resolved
    assert resolved is not None
    *_, last = train(resolved)
    return Codec(recipe, DIGITS.image_shape, last.snapshot())


@pytest.fixture(scope="module")
def classifier() -> Codec:
    return trained(
        network={"encoder": [{"units": 64, "activation": "relu"}], "latent": {"units": 32}},
        training={"epochs": 15, "batch_size": 64, "optimizer": {"learning_rate": 3e-3}},
        classifier={"pretrain": {"epochs": 0}},
    )


@pytest.fixture(scope="module")
def generator() -> Codec:
    return trained(training={"epochs": 1, "batch_size": 64}, gan={})


def test_real_images_are_those_that_were_held_out() -> None:
    recipe = Recipe.model_validate(HALF)
    real = real_images(recipe, DIGITS)
    assert not real.are_learnt
    assert len(real.rows) + len(real.learnt) == len(DIGITS)
    whole = real_images(Recipe.model_validate({"data": {"source": "digits"}}), DIGITS)
    assert whole.are_learnt
    assert len(whole.learnt) == len(whole.rows) == len(DIGITS)
    other = real_images(recipe, DIGITS, DIGITS.subset(range(20), "twenty"))
    assert (other.name, len(other.rows), other.are_learnt) == ("twenty", 20, False)
    with pytest.raises(AeguiError, match="1x7x5"):
        real_images(recipe, DIGITS, load_builtin("lowercase"))


def test_real_generated_and_chance_are_told_apart(generator: Codec, classifier: Codec) -> None:
    real = real_images(Recipe.model_validate(HALF), DIGITS)
    found = verdicts(generator, classifier, CLASSES, real, 300, (4, 5))
    assert list(found) == ["generated", "real", "chance"]
    shares = {key: one.judgement.share_confident for key, one in found.items()}
    assert shares["real"] > shares["chance"] + 0.3
    assert found["real"].nearest < found["chance"].nearest
    generated = found["generated"]
    assert generated.seeds == (4, 5)
    assert len(generated.judgement.predicted) == 600
    assert np.mean(generated.shares) == pytest.approx(generated.judgement.share_confident)
    # Spread and distance too are of all seeds, and not of the first.
    alone = [
        verdicts(generator, classifier, CLASSES, real, 300, (seed,))["generated"] for seed in (4, 5)
    ]
    assert generated.spread == pytest.approx(np.mean([one.spread for one in alone]))
    assert generated.nearest == pytest.approx(np.mean([one.nearest for one in alone]))
    assert alone[0].spread != alone[1].spread
    with pytest.raises(Cancelled):
        verdicts(generator, classifier, CLASSES, real, 300, (4,), cancelled=lambda: True)
    with pytest.raises(AeguiError, match="no classifier"):
        verdicts(generator, generator, CLASSES, real, 10, (0,))


def test_of_learnt_images_the_nearest_other_one_is_found_among_those_that_are_drawn(
    generator: Codec, classifier: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MAX_LEARNT", 2)
    rows = DIGITS.flat()[:30]
    real = judging.RealImages("digits", rows, rows, are_learnt=True)
    found = verdicts(generator, classifier, CLASSES, real, 20, (4,))["real"].nearest
    # Of two that are drawn each is the nearest of the other.
    apart = np.sqrt(np.square(rows[:, None] - rows[None]).sum(axis=2))
    assert np.abs(apart - found).min() < 1e-5


def test_the_nearest_is_looked_for_of_images_from_all_over_a_sorted_set(
    generator: Codec, classifier: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MAX_COMPARED", 60)
    learnt = DIGITS.flat()[:100]
    # Copies first, then what is like nothing.
    rows = np.concatenate([learnt, 1.0 - learnt])
    real = judging.RealImages("sorted", rows, learnt, are_learnt=False)
    found = verdicts(generator, classifier, CLASSES, real, 200, (4,))["real"].nearest
    assert found == pytest.approx(nearest_of(rows, learnt), rel=0.3)


def test_copies_and_repetitions_are_seen() -> None:
    """Copies of training images and mode collapse satisfy a classifier, but are reported."""
    rows = DIGITS.flat()[:200]
    truth = DIGITS.class_indices[:200]
    assert nearest_of(rows, rows) == pytest.approx(0.0, abs=1e-2)
    assert nearest_of(rows, rows, exclude_self=True) > 0.5
    away = np.sqrt(np.square(rows[:3, None] - rows[None, 3:]).sum(axis=2)).min(axis=1)
    assert nearest_of(rows[:3], rows[3:]) == pytest.approx(away.mean(), rel=1e-3)
    one_each = np.stack([rows[truth == place][0] for place in truth])
    assert spread_of(one_each, truth) == pytest.approx(0.0, abs=1e-6)
    expected = np.mean(
        [
            np.square(row - rows[truth == place].mean(axis=0)).sum()
            for row, place in zip(rows, truth, strict=True)
        ]
    )
    assert spread_of(rows, truth) == pytest.approx(expected, rel=1e-4)


def test_chance_keeps_every_pixel_and_no_image() -> None:
    rows = DIGITS.flat()[:100]
    mixed = shuffled(rows)
    np.testing.assert_allclose(np.sort(mixed, axis=0), np.sort(rows, axis=0))
    assert not np.array_equal(mixed, rows)
    assert MAX_LEARNT > 1000
