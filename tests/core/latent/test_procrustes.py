"""Procrustes: a known similarity transform of a map is recovered."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.latent.placing import fit_similarity, similarity_words


def cloud(size: int = 2, count: int = 40) -> np.ndarray:
    spread = np.linspace(1.0, 3.0, size)
    return np.random.default_rng(2).normal(size=(count, size)) * spread


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_map_that_was_turned_is_turned_back(mirrored: bool) -> None:
    angle = np.radians(30.0)
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    if mirrored:
        turned = np.diag([-1.0, 1.0]) @ turned
    codes = cloud()
    others = 1.5 * codes @ turned + [4.0, -2.0]
    found = fit_similarity(codes, others)
    assert found is not None
    np.testing.assert_allclose(found.moved(codes), others, atol=1e-5)
    assert found.scale == pytest.approx(1.5)
    assert found.left == pytest.approx(0.0, abs=1e-9)
    assert found.is_mirrored is mirrored
    how = "mirrored and turned by 30°" if mirrored else "turned by 30°"
    assert similarity_words(found) == f"{how}, scaled by 1.50, 100% of the spread fits"


def test_what_does_not_fit_is_told() -> None:
    draw = np.random.default_rng(5)
    found = fit_similarity(cloud(3, 400), draw.normal(size=(400, 3)))
    assert found is not None
    assert found.left > 0.9
    assert similarity_words(found).startswith("turned, scaled by ")
    half = fit_similarity(cloud(), cloud() + 1.2 * draw.normal(size=(40, 2)))
    assert half is not None
    assert 0.1 < half.left < 0.9


def test_numbers_that_are_none_take_no_part() -> None:
    codes, others = cloud(), cloud()
    codes[3] = np.nan
    found = fit_similarity(codes, others)
    assert found is not None
    assert found.scale == pytest.approx(1.0)
    assert fit_similarity(codes[:2], others[:2]) is None
    assert fit_similarity(np.ones((9, 2)), others[:9]) is None
