"""Some of many."""

from __future__ import annotations

import numpy as np

from aegui.core.sampled import sampled


def test_samples_are_drawn_by_the_seed() -> None:
    np.testing.assert_array_equal(sampled(5, 9, 0), np.arange(5))
    some = sampled(1000, 50, 0)
    assert len(np.unique(some)) == 50
    assert (np.diff(some) > 0).all()
    np.testing.assert_array_equal(some, sampled(1000, 50, 0))
    assert not np.array_equal(some, sampled(1000, 50, 1))
