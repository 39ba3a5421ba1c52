"""Corresponding codes of two spaces: by samples, standardised coordinates, and similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.placing import (
    CodeSpace,
    fit_similarity,
    method_words,
    placed,
    similarity_words,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def codes(seed: int, size: int = 2, count: int = 40) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(1.0, 2.0, (count, size)).astype(np.float32)


def test_at_a_sample_it_is_that_sample() -> None:
    here, there = CodeSpace(2, codes(0)), CodeSpace(3, codes(1, 3))
    assert here.codes is not None
    assert there.codes is not None
    for row in (0, 7, 39):
        found, way = placed(here.codes[row], here, there, "samples")
        np.testing.assert_array_equal(found, there.codes[row])
        assert way == "samples"


def test_between_samples_it_moves_without_jumps() -> None:
    here, there = CodeSpace(2, codes(0)), CodeSpace(2, codes(1))
    ways = np.linspace([-1, -1], [3, 3], 4001).astype(np.float32)
    found = np.array([placed(z, here, there, "samples")[0] for z in ways])
    steps = np.linalg.norm(np.diff(found, axis=0), axis=1)
    # Samples lie some 4 apart there; a jump would be of that size.
    assert steps.max() < 0.2


def test_a_space_that_is_turned_gives_the_turned_place() -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]], np.float32)
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, 31), np.linspace(-3, 3, 31)), -1)
    here = CodeSpace(2, grid.reshape(-1, 2).astype(np.float32))
    assert here.codes is not None
    there = CodeSpace(2, here.codes @ turn)
    z = np.array([0.53, -1.21], np.float32)
    np.testing.assert_allclose(placed(z, here, there, "samples")[0], z @ turn, atol=0.1)


def test_standard_coordinates_count_deviations_from_the_mean() -> None:
    here, there = CodeSpace(2, codes(0)), CodeSpace(2, codes(1))
    assert here.codes is not None
    assert there.codes is not None
    z = here.codes.mean(axis=0) + 2 * here.codes.std(axis=0)
    found, way = placed(z, here, there, "standard")
    np.testing.assert_allclose(
        found, there.codes.mean(axis=0) + 2 * there.codes.std(axis=0), rtol=1e-4
    )
    assert way == "standard"


@pytest.mark.parametrize(("size", "wanted"), [(2, [0.5, -1]), (1, [0.5]), (3, [0.5, -1, 0])])
def test_with_a_prior_the_numbers_are_the_same(size: int, wanted: list[float]) -> None:
    here = CodeSpace(2, codes(0), has_prior=True)
    there = CodeSpace(size, None, has_prior=True)
    found, way = placed(np.array([0.5, -1.0], np.float32), here, there, "samples")
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    assert way == "standard"
    words = method_words(way, here, there)
    assert words.startswith("same place of the prior")
    assert ("first" in words) == (size != 2)


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
