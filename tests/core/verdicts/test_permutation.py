from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from aegui.core.verdicts.permutation import (
    DRAWS,
    MAX_DEALT,
    MAX_FLIPPED,
    paired_test,
    smallest_p,
    unpaired_test,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LEVEL = 0.05
EXPERIMENTS = 1_500
SURE = 1e-6
"""A right test leaves the bounds of its size by chance in one of a million such simulations."""


def _normal(generator: np.random.Generator, count: int) -> NDArray[np.float64]:
    return generator.normal(size=count)


def _skewed(generator: np.random.Generator, count: int) -> NDArray[np.float64]:
    return generator.exponential(size=count) ** 2


def _whole(generator: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return wrong pixels: small integers with many ties."""
    return generator.poisson(0.7, count).astype(np.float64)


def _mean_difference(a: NDArray[np.float64], b: NDArray[np.float64], axis: int) -> Any:
    return np.mean(a, axis=axis) - np.mean(b, axis=axis)


@pytest.mark.parametrize("seed", range(4))
def test_pairs_agree_with_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = generator.normal(size=8), generator.normal(0.6, size=8)
    oracle = stats.permutation_test(
        (a, b), _mean_difference, permutation_type="samples", vectorized=True, n_resamples=10**6
    )
    found = paired_test(b - a)
    assert found.is_exact
    assert found.p == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("seed", range(4))
def test_as_many_seeds_on_both_sides_agree_with_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = generator.normal(size=5), generator.normal(0.9, size=5)
    oracle = stats.permutation_test((a, b), _mean_difference, vectorized=True, n_resamples=10**6)
    found = unpaired_test(a, b)
    assert found.is_exact
    assert found.p == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("seed", range(4))
def test_other_numbers_of_seeds_are_compared_by_the_t_of_welch(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a, b = generator.normal(size=4), generator.normal(0.9, 3.0, size=7)

    def distance(one: NDArray[np.float64], other: NDArray[np.float64], axis: int) -> Any:
        return np.abs(stats.ttest_ind(one, other, axis=axis, equal_var=False).statistic)

    oracle = stats.permutation_test(
        (a, b), distance, vectorized=True, n_resamples=10**6, alternative="greater"
    )
    assert unpaired_test(a, b).p == pytest.approx(oracle.pvalue)


def test_ten_pairs_on_one_side() -> None:
    found = paired_test([1.9, 1.2, 2.6, 0.4, 1.0, 1.1, 3.0, 2.2, 1.5, 0.7])
    assert found.p == pytest.approx(2 / 1024)
    assert found.p == pytest.approx(found.smallest)
    assert found.p == pytest.approx(smallest_p(10, 10, paired=True))


def test_pairs_that_are_alike_say_nothing() -> None:
    found = paired_test([0.0] * 7 + [1.0, 2.0, 2.0])
    assert found.p == pytest.approx(0.25)
    assert found.smallest == pytest.approx(0.25)


def test_ties_of_sums_count_on_both_sides() -> None:
    """Sums that are equal up to rounding: 0.1 + 0.2 and 0.3."""
    found = paired_test([0.1, 0.2, -0.3])
    assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0]])
def test_no_difference_at_all(values: list[float]) -> None:
    assert paired_test(values).p == pytest.approx(1.0)
    assert unpaired_test(values, values).p == pytest.approx(1.0)


def test_a_constant_beside_another_constant() -> None:
    found = unpaired_test([0.0] * 5, [1.9] * 6)
    assert found.p == pytest.approx(1 / math.comb(11, 5))
    assert unpaired_test([0.0] * 5, [1.9] * 5).p == pytest.approx(2 / math.comb(10, 5))


def test_one_seed_beside_several_has_no_small_p() -> None:
    found = unpaired_test([100.0], [1.0, 2.0, 3.0])
    assert found.p == pytest.approx(0.25)


def test_a_large_number_far_from_zero_is_compared_as_well() -> None:
    """Sums of squares of numbers about 1e9 would cancel the difference."""
    generator = np.random.default_rng(3)
    a, b = generator.normal(size=4), generator.normal(1.5, size=6)
    assert unpaired_test(a + 1e9, b + 1e9).p == pytest.approx(unpaired_test(a, b).p)


def test_many_seeds_are_drawn_and_agree_with_students_t() -> None:
    generator = np.random.default_rng(5)
    count = MAX_FLIPPED + 22
    a, b = generator.normal(size=count), generator.normal(0.35, size=count)
    assert math.comb(2 * count, count) > MAX_DEALT
    for found, oracle in (
        (paired_test(b - a), stats.ttest_rel(a, b).pvalue),
        (unpaired_test(a, b), stats.ttest_ind(a, b).pvalue),
        (unpaired_test(a, b[:-5]), stats.ttest_ind(a, b[:-5], equal_var=False).pvalue),
    ):
        assert not found.is_exact
        # 9,999 draws leave p within some thousandths; the t test itself is near, not the same.
        assert found.p == pytest.approx(oracle, abs=0.015)


def test_a_drawn_p_is_never_zero_and_always_the_same() -> None:
    found = paired_test(np.full(40, 1.0) + np.arange(40))
    assert found.p == pytest.approx(1 / (DRAWS + 1))
    assert found == paired_test(np.full(40, 1.0) + np.arange(40))


@pytest.mark.parametrize("draw", [_normal, _skewed, _whole])
@pytest.mark.parametrize(("n", "m"), [(5, 5), (8, 8), (4, 9)])
def test_size_of_the_unpaired_test(
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]], n: int, m: int
) -> None:
    """Of equal settings at most 5% are called different, within sampling error."""
    generator = np.random.default_rng([n, m])
    wrong = sum(
        unpaired_test(draw(generator, n), draw(generator, m)).p < LEVEL for _ in range(EXPERIMENTS)
    )
    assert wrong <= stats.binom.isf(SURE, EXPERIMENTS, LEVEL)


@pytest.mark.parametrize("draw", [_normal, _skewed, _whole])
@pytest.mark.parametrize("n", [6, 10])
def test_size_of_the_paired_test(
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]], n: int
) -> None:
    """The same; a test that counts every arrangement is not conservative either."""
    generator = np.random.default_rng(n)
    wrong = sum(
        paired_test(draw(generator, n) - draw(generator, n)).p < LEVEL for _ in range(EXPERIMENTS)
    )
    assert wrong <= stats.binom.isf(SURE, EXPERIMENTS, LEVEL)
    if draw is not _whole:
        # The largest p below 0.05 that n differences allow: 2 / 64, and 50 / 1024.
        reached = (math.ceil(LEVEL * 2**n / 2) - 1) * 2 / 2**n
        assert wrong >= stats.binom.isf(1 - SURE, EXPERIMENTS, reached)


def test_a_setting_that_varies_more_is_not_taken_for_a_worse_one() -> None:
    """Few seeds of large variance and many of small: the plain difference would fail."""
    generator = np.random.default_rng(11)
    wrong = sum(
        unpaired_test(generator.normal(0, 4, 6), generator.normal(0, 1, 11)).p < LEVEL
        for _ in range(EXPERIMENTS)
    )
    assert wrong <= stats.binom.isf(SURE, EXPERIMENTS, 0.075)


def _power_of_t(effect: float, n: int, *, paired: bool) -> float:
    freedom, shift = (n - 1, effect * n**0.5) if paired else (2 * n - 2, effect * (n / 2) ** 0.5)
    return float(stats.nct.sf(stats.t.isf(LEVEL / 2, freedom), freedom, shift))


@pytest.mark.parametrize("paired", [True, False])
def test_power_is_near_that_of_students_t(paired: bool) -> None:
    """A difference that Student's t finds in 80% of cases is found nearly as often."""
    generator = np.random.default_rng(7)
    n, effect, experiments = 10, (1.0 if paired else 1.33), 800
    expected = _power_of_t(effect, n, paired=paired)
    assert expected == pytest.approx(0.8, abs=0.02)
    found = 0
    for _ in range(experiments):
        if paired:
            test = paired_test(generator.normal(effect, size=n))
        else:
            test = unpaired_test(generator.normal(size=n), generator.normal(effect, size=n))
        found += test.p < LEVEL
    assert found >= stats.binom.isf(1 - SURE, experiments, expected - 0.03)
    assert found <= stats.binom.isf(SURE, experiments, expected + 0.02)
