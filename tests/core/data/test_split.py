from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.data.split import drawn_indices, split_indices
from aegui.core.recipe import SplitSpec


@given(st.integers(1, 500), st.floats(0, 0.95), st.integers(0, 2**53 - 1))
def test_parts_are_disjoint_sorted_and_complete(n: int, share: float, seed: int) -> None:
    training, validation = split_indices(n, SplitSpec(validation=share, seed=seed))
    assert training.dtype == validation.dtype == np.dtype(np.int64)
    assert sorted([*training.tolist(), *validation.tolist()]) == list(range(n))
    assert training.tolist() == sorted(training.tolist())
    assert validation.tolist() == sorted(validation.tolist())
    assert len(training) >= 1
    assert len(validation) == min(n - 1, max(round(n * share), share > 0))


def test_a_seed_repeats_and_another_one_differs() -> None:
    first, again, other = (
        split_indices(100, SplitSpec(validation=0.3, seed=seed))[1] for seed in (5, 5, 6)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(first) == 30


def test_none_is_kept_where_none_is_asked_for() -> None:
    training, validation = split_indices(7, SplitSpec())
    assert training.tolist() == list(range(7))
    assert validation.tolist() == []


def test_a_draw_does_not_follow_the_split() -> None:
    drawn = drawn_indices(1000, 300, seed=1)
    _, validation = split_indices(1000, SplitSpec(validation=0.3, seed=1))
    assert len(set(drawn.tolist())) == 300
    assert drawn.tolist() == sorted(drawn.tolist())
    assert 60 <= len(np.intersect1d(drawn, validation)) <= 120


def test_the_last_samples_can_be_kept_instead_of_a_share() -> None:
    learnt, kept = split_indices(10, SplitSpec(last=3, validation=0.5))
    assert (learnt.tolist(), kept.tolist()) == (list(range(7)), [7, 8, 9])
    assert [len(part) for part in split_indices(3, SplitSpec(last=9))] == [1, 2]
    assert [len(part) for part in split_indices(0, SplitSpec(last=9))] == [0, 0]
    assert not SplitSpec().keeps
    assert SplitSpec(last=1).keeps
    assert SplitSpec(validation=0.1).keeps
