from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from aegui.core.verdicts.intervals import (
    MIN_SEEDS,
    difference_interval,
    mean_interval,
    share_of_seeds,
)

SURE = 1e-6


def test_a_skewed_mean_leans_to_its_long_side() -> None:
    values = [0.0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 2.0, 4.0]
    found = mean_interval(values)
    assert found is not None
    low, high = found
    mean = float(np.mean(values))
    assert low < mean < high
    assert high - mean > mean - low
    assert found == mean_interval(values)


def test_the_interval_of_a_difference() -> None:
    generator = np.random.default_rng(0)
    a, b = generator.normal(1.0, 0.2, 12), generator.normal(2.0, 0.2, 9)
    found = difference_interval(a, b)
    assert found is not None
    assert found[0] < b.mean() - a.mean() < found[1]
    assert 0.5 < found[0] < found[1] < 1.5


def test_it_is_the_interval_of_scipy() -> None:
    generator = np.random.default_rng(3)
    one, other = generator.exponential(1.0, 14), generator.normal(2.0, 0.5, 9)

    def difference(first: Any, second: Any, axis: int = -1) -> Any:
        return second.mean(axis=axis) - first.mean(axis=axis)

    def theirs(groups: tuple[Any, ...], statistic: Any) -> tuple[float, float]:
        found = stats.bootstrap(groups, statistic, random_state=np.random.default_rng(1))
        return found.confidence_interval.low, found.confidence_interval.high

    # Of other draws.
    assert mean_interval(one) == pytest.approx(theirs((one,), np.mean), abs=0.1)
    found = difference_interval(one, other)
    assert found == pytest.approx(theirs((one, other), difference), abs=0.1)


def test_a_constant_has_an_interval_of_no_width() -> None:
    assert mean_interval([2.0] * 6) == (2.0, 2.0)
    assert difference_interval([1.0] * 6, [3.0] * 5) == (2.0, 2.0)


def test_one_constant_side() -> None:
    found = difference_interval([0.0] * 10, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.5, 2.5, 2.0, 2.0])
    assert found is not None
    assert 1.0 < found[0] < 2.0 < found[1] < 3.0


def test_few_seeds_have_no_interval() -> None:
    few = [float(n) for n in range(MIN_SEEDS - 1)]
    assert mean_interval(few) is None
    assert difference_interval(few, [*few, 9.0, 10.0]) is None


@pytest.mark.parametrize(("n", "least"), [(10, 0.86), (20, 0.89)])
def test_how_often_the_interval_holds_the_truth(n: int, least: float) -> None:
    """With few seeds the coverage of 95% intervals is lower; the guide states how much."""
    generator = np.random.default_rng(n)
    experiments, held = 400, 0
    for _ in range(experiments):
        found = mean_interval(generator.normal(1.0, 1.0, n))
        assert found is not None
        held += found[0] <= 1.0 <= found[1]
    assert held >= stats.binom.isf(1 - SURE, experiments, least)
    assert held <= stats.binom.isf(SURE, experiments, 0.95)


def test_shares_by_clopper_and_pearson() -> None:
    found = share_of_seeds(9, 10)
    assert found.share == pytest.approx(0.9)
    # Their ends: where so many, or so few, have a chance of 2.5%.
    assert stats.binom.sf(8, 10, found.low) == pytest.approx(0.025)
    assert stats.binom.cdf(9, 10, found.high) == pytest.approx(0.025)


def test_shares_at_the_ends() -> None:
    none, everyone = share_of_seeds(0, 10), share_of_seeds(10, 10)
    assert none.low == pytest.approx(0.0)
    assert none.high == pytest.approx(1 - 0.025**0.1)
    assert everyone.low == pytest.approx(0.025**0.1)
    assert everyone.high == pytest.approx(1.0)
    nobody = share_of_seeds(0, 0)
    assert (nobody.low, nobody.high) == (0.0, 1.0)
    assert np.isnan(nobody.share)


@pytest.mark.parametrize(("reached", "seeds"), [(3, 2), (-1, 5)])
def test_a_share_that_is_none(reached: int, seeds: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share_of_seeds(reached, seeds)
