"""Subsets of many samples."""

from __future__ import annotations

import numpy as np

from aegui.core.sampled import evenly_spaced, sampled, stride_for


def test_samples_are_drawn_by_the_seed() -> None:
    np.testing.assert_array_equal(sampled(5, 9, 0), np.arange(5))
    some = sampled(1000, 50, 0)
    assert len(np.unique(some)) == 50
    assert (np.diff(some) > 0).all()
    np.testing.assert_array_equal(some, sampled(1000, 50, 0))
    assert not np.array_equal(some, sampled(1000, 50, 1))


def test_places_are_spread_from_the_first_to_the_last() -> None:
    np.testing.assert_array_equal(evenly_spaced(3, 9), [0, 1, 2])
    np.testing.assert_array_equal(evenly_spaced(9, 3), [0, 4, 8])
    np.testing.assert_array_equal(evenly_spaced(9, 1), [0])
    assert len(evenly_spaced(0, 5)) == 0
    assert 490 < len(evenly_spaced(100_000, 500)) <= 500


def test_each_so_manyth_is_taken_so_that_there_are_not_too_many() -> None:
    assert [stride_for(count, 4) for count in (0, 3, 4, 5, 8, 9)] == [1, 1, 1, 2, 2, 3]
