"""Nearest neighbours agree with the full distance matrix."""

from __future__ import annotations

import numpy as np
import pytest

from aegui.core.errors import Cancelled
from aegui.core.evaluation.neighbours import nearest_others


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 50])
def test_they_are_the_nearest_of_all(columns: int) -> None:
    rows = np.random.default_rng(columns).normal(size=(700, columns)).astype(np.float32) + 5
    distances = np.linalg.norm(rows[:, None].astype(np.float64) - rows[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    found = nearest_others(rows, 9)
    np.testing.assert_array_equal(found.indices, np.argsort(distances, axis=1)[:, :9])
    np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :9], atol=2e-3)
    assert found.first(4).indices.shape == (700, 4)


@pytest.mark.parametrize("columns", [2, 6])
def test_no_row_is_its_own_neighbour_where_all_lie_on_one_spot(columns: int) -> None:
    found = nearest_others(np.ones((12, columns), np.float32), 3)
    assert not (found.indices == np.arange(12)[:, None]).any()
    assert (np.diff(np.sort(found.indices, axis=1), axis=1) > 0).all()
    np.testing.assert_array_equal(found.distances, 0.0)


def test_progress_cancel_and_too_few() -> None:
    rows = np.random.default_rng(0).normal(size=(600, 5)).astype(np.float32)
    shares: list[float] = []
    nearest_others(rows, 2, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(Cancelled):
        nearest_others(rows, 2, cancelled=lambda: True)
    with pytest.raises(ValueError, match="3 neighbours of 3 rows"):
        nearest_others(rows[:3], 3)
