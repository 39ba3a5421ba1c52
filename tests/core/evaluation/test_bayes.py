from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import best_answer, exact_limit, limit, posterior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.recipe import CorruptionSpec

GLYPHS_3X3 = np.array(
    [
        [0, 1, 0, 0, 1, 0, 0, 1, 0],
        [1, 1, 1, 0, 1, 0, 0, 1, 0],
        [1, 0, 1, 0, 1, 0, 1, 0, 1],
        [1, 1, 1, 1, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=np.float64,
)
BINARY_NOISE = ("none", "flip:0.1", "flip:0.9", "salt_pepper:0.5", "salt_pepper:1", "masking:0.3")


def chance(seen: int, clean: int, spec: CorruptionSpec) -> float:
    p = spec.level
    table = {
        "none": (0.0, 0.0),
        "flip": (p, p),
        "salt_pepper": (p / 2, p / 2),
        "masking": (0.0, p),
    }
    changed = table[spec.kind][clean]
    return changed if seen != clean else 1 - changed


def joint(spec: CorruptionSpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every 3x3 image, and p(image | glyph), pixel by pixel."""
    images = np.array(list(itertools.product((0, 1), repeat=9)))
    chances = np.array(
        [
            [
                math.prod(chance(int(x), int(g), spec) for x, g in zip(image, glyph, strict=True))
                for glyph in GLYPHS_3X3
            ]
            for image in images
        ]
    )
    return images.astype(np.float64), chances


@pytest.mark.parametrize("text", BINARY_NOISE)
def test_posterior_and_limit_are_those_of_brute_force(text: str) -> None:
    spec = parse_corruption(text)
    images, chances = joint(spec)
    possible = chances.sum(axis=1) > 0
    expected = chances[possible] / chances[possible].sum(axis=1, keepdims=True)
    assert np.allclose(posterior(images[possible], GLYPHS_3X3, spec), expected)
    # The best of all 512 answers to every image, without Bayes' rule per pixel.
    wrong = np.abs(images[:, np.newaxis] - GLYPHS_3X3).sum(axis=2)  # [answer, glyph]
    fewest = (chances / len(GLYPHS_3X3) @ wrong.T).min(axis=1).sum()
    assert exact_limit(GLYPHS_3X3, spec) == pytest.approx(fewest, abs=1e-12)
    answers = best_answer(images, GLYPHS_3X3, spec)
    reached = (chances / len(GLYPHS_3X3) * (np.abs(answers[:, None] - GLYPHS_3X3).sum(2))).sum()
    assert reached == pytest.approx(fewest, abs=1e-12)


@pytest.mark.parametrize("text", BINARY_NOISE)
def test_simulation_comes_near_the_exact_limit(text: str) -> None:
    spec = parse_corruption(text)
    exact = exact_limit(GLYPHS_3X3, spec)
    assert limit(GLYPHS_3X3, spec, draws=20_000) == pytest.approx(exact, rel=0.04, abs=1e-9)


def test_impossible_images_tell_nothing() -> None:
    spec = parse_corruption("masking:0.2")
    assert np.allclose(posterior(np.ones((1, 9)), GLYPHS_3X3[:3], spec), 1 / 3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from(["gaussian:0.05", "gaussian:0.3", "gaussian:2"]))
def test_clipped_gaussian_posterior(seed: int, text: str) -> None:
    spec = parse_corruption(text)
    noisy = corrupted(GLYPHS_3X3, spec, seed).astype(np.float64)
    logs = np.zeros((len(noisy), len(GLYPHS_3X3)))
    for (b, n), _ in np.ndenumerate(logs):
        for x, g in zip(noisy[b], GLYPHS_3X3[n], strict=True):
            z = (x - g) / spec.level
            if x in (0.0, 1.0):
                beyond = z if x == 1.0 else -z
                logs[b, n] += math.log(max(math.erfc(beyond / math.sqrt(2)) / 2, 1e-300))
            else:
                logs[b, n] += -z * z / 2
    expected = np.exp(logs - logs.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    assert np.allclose(posterior(noisy, GLYPHS_3X3, spec), expected, atol=1e-9)


def test_tiny_gaussian_noise_is_no_noise() -> None:
    for text in ("gaussian:0", "gaussian:0.000001", "gaussian:0.001", "gaussian:0.04"):
        assert limit(GLYPHS_3X3, parse_corruption(text), draws=50) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("flip:0.10", 0.10, 0.20),
        ("flip:0.15", 0.42, 0.60),
        ("flip:0.20", 1.2, 1.5),
        ("salt_pepper:0.2", 0.10, 0.20),
        ("salt_pepper:0.5", 2.6, 3.1),
        ("salt_pepper:0.9", 10.0, 11.0),
    ],
)
def test_limit_of_the_lower_case(text: str, low: float, high: float) -> None:
    glyphs = load_builtin("lowercase").images
    assert low < limit(glyphs, parse_corruption(text), draws=16_000) < high


def test_nobody_answers_better_than_the_limit() -> None:
    spec = parse_corruption("flip:0.15")
    clean = np.tile(load_builtin("lowercase").flat(), (500, 1))
    noisy = corrupted(clean, spec, seed=5)
    glyphs = load_builtin("lowercase").flat()
    best = np.abs(best_answer(noisy, glyphs, spec) - clean).sum(axis=1)
    nearest = glyphs[(noisy @ (1 - 2 * glyphs.T) + glyphs.sum(axis=1)).argmin(axis=1)]
    assert best.mean() == pytest.approx(limit(glyphs, spec), rel=0.06)
    assert best.mean() < np.abs(nearest - clean).sum(axis=1).mean()


def test_same_seed_same_limit_whatever_the_shape() -> None:
    spec = parse_corruption("salt_pepper:0.3")
    cubes = GLYPHS_3X3.reshape(5, 1, 3, 3)
    assert limit(cubes, spec, 100, seed=3) == limit(GLYPHS_3X3, spec, 100, seed=3)
    assert posterior(cubes, cubes, spec).shape == (5, 5)


def test_refusals() -> None:
    spec = parse_corruption("flip:0.1")
    with pytest.raises(AeguiError, match="black and white"):
        posterior(np.zeros((1, 4)), np.full((1, 4), 0.5), spec)
    with pytest.raises(AeguiError, match="one draw"):
        limit(GLYPHS_3X3, spec, draws=0)
    with pytest.raises(AeguiError, match="at most 20"):
        exact_limit(np.zeros((2, 35)), spec)
