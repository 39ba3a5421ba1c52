"""The forest's importances agree with scikit-learn, and its trees separate what is separable."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor  # type: ignore[import-untyped]
from sklearn.inspection import permutation_importance  # type: ignore[import-untyped]

from aegui.core.study.importances import Forest, grow


def _sample(noise: float, runs: int = 240) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(4)
    x = draw.integers(0, [5, 4, 6, 1], size=(runs, 4))
    y = 3.0 * (x[:, 0] > 2) + x[:, 1] + (x[:, 0] > 2) * x[:, 1] + noise * draw.normal(size=runs)
    return x, 1e3 + y


def test_it_agrees_with_scikit_learn() -> None:
    x, y = _sample(0.5)
    theirs = RandomForestRegressor(100, oob_score=True, random_state=1).fit(x, y)
    ours = grow(x, y, 100, seed=1)
    assert ours.explained(x, y) == pytest.approx(theirs.oob_score_, abs=0.02)
    lost = permutation_importance(theirs, x, y, n_repeats=10, random_state=1).importances_mean
    assert ours.lost(x, y, 10, seed=1) == pytest.approx(lost, abs=0.06)
    assert np.corrcoef(ours.predict(x).mean(axis=0), theirs.predict(x))[0, 1] > 0.995


def test_an_axis_of_one_value_matters_nothing() -> None:
    x, y = _sample(0.0)
    lost = grow(x, y, 50, seed=2).lost(x, y, 5, seed=3)
    assert lost[3] == 0.0
    assert lost[0] > lost[2] < lost[1]


def test_without_noise_trees_end_at_what_they_were_grown_with() -> None:
    x, y = _sample(0.0)
    forest = grow(x, y, 20, seed=5)
    seen = ~forest.unseen
    assert forest.predict(x)[seen] == pytest.approx(np.broadcast_to(y, seen.shape)[seen])
    assert 0.3 < forest.unseen.mean() < 0.44
    assert forest.explained(x, y) > 0.97


def test_noise_alone_explains_nothing() -> None:
    x, _ = _sample(0.0)
    y = np.random.default_rng(0).normal(size=len(x))
    forest: Forest = grow(x, y, 50, seed=0)
    assert forest.explained(x, y) < 0.05
