"""Trustworthiness agrees with scikit-learn; kNN votes are counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as reference  # type: ignore[import-untyped]
from sklearn.neighbors import KNeighborsClassifier  # type: ignore[import-untyped]

from aegui.core.errors import Cancelled
from aegui.core.evaluation.map_quality import knn_accuracy, squared_error, trustworthiness
from aegui.core.evaluation.neighbours import Neighbours, nearest_others


@pytest.mark.parametrize("neighbours", [1, 5, 12])
def test_trustworthiness_is_that_of_the_literature(neighbours: int) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(400, 10)).astype(np.float32)
    places = (rows[:, :2] + 0.5 * rng.normal(size=(400, 2))).astype(np.float32)
    wanted = reference(rows, places, n_neighbors=neighbours)
    assert trustworthiness(rows, places, neighbours) == pytest.approx(wanted, abs=1e-5)


def test_some_anchors_estimate_it_and_a_perfect_map_has_one() -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(900, 2)).astype(np.float32)
    assert trustworthiness(rows, rows * 3) == 1.0
    noisy = (rows + rng.normal(size=rows.shape)).astype(np.float32)
    whole = trustworthiness(rows, noisy)
    some = trustworthiness(rows, noisy, anchors=300)
    assert whole is not None
    assert some == pytest.approx(whole, abs=0.02)
    assert some != whole


def test_ties_are_not_held_against_a_map() -> None:
    # All letters equally far from each other: whatever the map does is right.
    places = np.random.default_rng(0).normal(size=(30, 2))
    assert trustworthiness(np.eye(30), places, 5) == 1.0


def test_where_trustworthiness_is_not_defined() -> None:
    rows = np.eye(24, dtype=np.float32)
    assert trustworthiness(rows, rows[:, :2], 12) is None
    assert trustworthiness(np.eye(40), np.full((40, 2), np.nan)) is None
    with pytest.raises(Cancelled):
        trustworthiness(np.eye(40), np.eye(40)[:, :2], cancelled=lambda: True)


def test_votes() -> None:
    indices = np.array([[1, 2, 3], [0, 2, 3], [3, 1, 0], [2, 1, 0]])
    near = Neighbours(indices, np.ones((4, 3), np.float32))
    # Votes for samples 0 and 1, of class 0: 0 1 1; for 2 and 3, of class 1: 1 0 0. All wrong.
    assert knn_accuracy(near, [0, 0, 1, 1]) == 0.0
    assert knn_accuracy(near, [0, 0, 1, 1], voters=1) == 1.0
    # One vote each for two voters: the nearest decides.
    assert knn_accuracy(near, [0, 0, 1, 1], voters=2) == 1.0
    assert knn_accuracy(near, [0, 0, 0, 0]) is None
    assert knn_accuracy(near, [0, 1, 2, 3]) is None


def test_votes_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    classes = rng.integers(0, 2, 300)
    rows = rng.normal(size=(300, 4)) + classes[:, None]
    wanted = np.mean(
        [
            KNeighborsClassifier(5)
            .fit(np.delete(rows, i, 0), np.delete(classes, i))
            .predict(rows[i : i + 1])[0]
            == classes[i]
            for i in range(300)
        ]
    )
    assert knn_accuracy(nearest_others(rows, 5), classes) == pytest.approx(wanted)


def test_squared_error_is_per_sample() -> None:
    target = np.zeros((3000, 4), np.float32)
    assert squared_error(target, target + 0.5) == pytest.approx(1.0)
