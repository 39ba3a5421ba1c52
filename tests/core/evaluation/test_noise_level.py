from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.evaluation.noise_level import estimate_level

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset

KINDS = ("flip", "salt_pepper", "salt", "pepper", "masking", "gaussian", "block")


@pytest.fixture(scope="module")
def letters() -> Dataset:
    return load_builtin("lowercase")


@pytest.mark.parametrize(
    ("kind", "seen", "level"),
    [("flip", 3, 0.3), ("salt_pepper", 3, 0.6), ("salt", 4, 0.4), ("flip", 7, 0.5)],
)
def test_of_one_character_it_is_the_share_of_changed_pixels(
    kind: str, seen: int, level: float
) -> None:
    """The binomial likelihood is largest at p (or p / 2) = k / n; flips end at a half."""
    drawing = np.zeros(10)
    drawing[:seen] = 1
    found = estimate_level(drawing, np.zeros((1, 10)), kind)
    assert found is not None
    assert found.level == pytest.approx(level, abs=0.003)
    p = seen / 10 if kind != "flip" else min(0.5, seen / 10)
    best = seen * math.log(p) + (10 - seen) * math.log(1 - p)
    assert found.log_likelihoods.max() == pytest.approx(best, abs=1e-3)
    # The interval is where twice the log likelihood is within 3.84 of that.
    for end in (found.low, found.high):
        q = end / 2 if kind == "salt_pepper" else end
        if 0 < end < (0.5 if kind == "flip" else 1.0):
            there = seen * math.log(q) + (10 - seen) * math.log(1 - q)
            assert best - there == pytest.approx(1.92, abs=0.15)
    assert found.low < found.level <= found.high


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_character_has_no_noise(kind: str, letters: Dataset) -> None:
    for image in letters.images[:4]:
        found = estimate_level(image, letters.images, kind, image_shape=letters.image_shape)
        assert found is not None
        assert found.level <= 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_levels_are_found_on_average(kind: str, letters: Dataset) -> None:
    spec = parse_corruption(f"{kind}:0.2")
    noisy = corrupted(letters.flat(), spec, 7, letters.image_shape)
    found = [
        estimate_level(row, letters.images, kind, image_shape=letters.image_shape)
        for row in noisy[:16]
    ]
    levels = [one.level for one in found if one is not None]
    assert len(levels) == 16
    assert np.mean(levels) == pytest.approx(0.2, abs=0.05)
    assert sum(one.low <= 0.2 <= one.high for one in found if one is not None) >= 13


def test_what_a_noise_cannot_do_has_no_level(letters: Dataset) -> None:
    everything, shape = np.ones(letters.pixels), letters.image_shape
    others = letters.images[:-1]  # the last one is all lit
    for kind in ("masking", "pepper", "block"):
        assert estimate_level(everything, others, kind, image_shape=shape) is None
        only = np.eye(len(letters))[-1]
        assert estimate_level(everything, letters.images, kind, only, shape) is not None
        assert estimate_level(everything, letters.images, kind, 1 - only, shape) is None
    assert estimate_level(everything, others, "salt") is not None
