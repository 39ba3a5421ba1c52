from __future__ import annotations

import numpy as np
import pytest

from aegui.core.evaluation.spread import deviation, mean_and_std


def test_the_deviation_is_that_of_a_sample() -> None:
    """The variance is unbiased, however few the seeds."""
    drawn = np.random.default_rng(0).normal(2.0, 3.0, (20_000, 3))
    assert np.square(deviation(drawn)).mean() == pytest.approx(9.0, rel=0.03)
    assert deviation(drawn, 0) == pytest.approx(drawn.std(axis=0, ddof=1))


def test_what_is_not_known_is_left_out() -> None:
    values = [[1.0, np.nan, 3.0], [np.nan, 2.0, np.nan], [np.nan] * 3]
    found = deviation(values)
    assert found[0] == pytest.approx(np.sqrt(2.0))
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("value", [10.2, 0.1, 1 / 3])
def test_equal_values_do_not_deviate(value: float) -> None:
    values = np.full((6, 5), value)
    values[2, :3] = np.nan
    assert not deviation(values, 0).any()
    assert not deviation(values).any()


def test_a_single_seed_has_no_deviation() -> None:
    assert np.isnan(deviation([4.0]))
    assert np.isnan(deviation([]))
    assert mean_and_std([4.0]) == {"mean": 4.0, "std": None}


def test_mean_and_spread_leave_out_what_is_not_known() -> None:
    found = mean_and_std([1, 3, None])
    assert found == {"mean": 2.0, "std": pytest.approx(2.0**0.5)}
    assert mean_and_std([None, None]) == {"mean": None, "std": None}
