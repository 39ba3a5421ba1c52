"""A random forest of regression trees (Breiman 2001) over settings given as label indices.

All trees grow together, level by level: the gains of all nodes are computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MIN_GAIN = 1e-12
"""As a share of the sum of squares; less is rounding."""


@dataclass(frozen=True, eq=False)
class Forest:
    """T trees in one array of nodes, of which the first T are the roots."""

    axis: NDArray[np.int64]
    """Column that a node splits by, ``[nodes]``."""
    most: NDArray[np.int64]
    """Largest value that goes to the first of its two children, ``[nodes]``."""
    child: NDArray[np.int64]
    """Index of the first child, followed by the second; a leaf is its own, ``[nodes]``."""
    mean: NDArray[np.float64]
    """Mean of the runs in the node, ``[nodes]``."""
    unseen: NDArray[np.bool_]
    """Out-of-bag runs of each tree, ``[T, N]``."""
    levels: int
    """Splits from a root to the deepest leaf."""

    def predict(self, x: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the prediction of each tree for each row of ``x``, ``[T, N]``."""
        trees, rows = len(self.unseen), np.arange(len(x))
        node = np.repeat(np.arange(trees)[:, None], len(x), axis=1)
        for _ in range(self.levels):
            first = self.child[node]
            later = (first != node) & (x[rows, self.axis[node]] > self.most[node])
            node = first + later
        return self.mean[node]

    def explained(self, x: NDArray[np.int64], y: NDArray[np.float64]) -> float:
        """Return the out-of-bag coefficient of determination of ``y``, at most 1.

        The result is negative if the mean of all runs would be closer.
        """
        answers = np.where(self.unseen, self.predict(x), 0.0).sum(axis=0)
        counts = self.unseen.sum(axis=0)
        asked = counts > 0
        error = np.square(answers[asked] / counts[asked] - y[asked]).sum()
        return float(1.0 - error / np.square(y[asked] - y[asked].mean()).sum())

    def lost(
        self, x: NDArray[np.int64], y: NDArray[np.float64], repeats: int, seed: int
    ) -> NDArray[np.float64]:
        """Return the loss in explained variance when each column is shuffled, ``[A]``."""
        draw = np.random.default_rng(seed)
        variance = np.square(y - y.mean()).sum()

        def error(rows: NDArray[np.int64]) -> float:
            return float(np.square(self.predict(rows).mean(axis=0) - y).sum() / variance)

        best = error(x)
        found = np.zeros(x.shape[1])
        for column in range(x.shape[1]):
            for _ in range(repeats):
                shuffled = x.copy()
                shuffled[:, column] = draw.permutation(x[:, column])
                found[column] += (error(shuffled) - best) / repeats
        return found


def grow(x: NDArray[np.int64], y: NDArray[np.float64], trees: int, seed: int) -> Forest:
    """Fit a forest that predicts ``y`` from ``x``, each tree on a bootstrap sample.

    Args:
        x: Integers from 0, ``[N, A]``.
        y: ``[N]``, not all the same.
        trees: Number of trees.
        seed: Seed of the bootstrap samples.
    """
    count = len(y)
    draw = np.random.default_rng(seed)
    drawn = draw.integers(count, size=(trees, count)) + np.arange(trees)[:, None] * count
    weight = np.bincount(drawn.ravel(), minlength=trees * count).astype(np.float64)
    is_unseen = (weight == 0).reshape(trees, count)
    # In-bag entries only; each has its run, its node and how often it was drawn.
    run = np.tile(np.arange(count), trees)[weight > 0]
    node = np.repeat(np.arange(trees), count)[weight > 0]
    weight = weight[weight > 0]
    # Centred, so that sums of squares lose no digits.
    centre = float(y.mean())
    worth = y - centre
    least = _MIN_GAIN * float(np.square(worth).sum())
    axes, mosts, children, means = [], [], [], []
    begin, size, levels = 0, trees, 0
    while True:
        local = node - begin
        total = np.bincount(local, weight, size)
        summed = np.bincount(local, weight * worth[run], size)
        axis, most, gain = _best_splits(x[run], local, weight, weight * worth[run], size)
        splits = gain > least
        # Children of this level follow it, in pairs.
        first = begin + size + 2 * (np.cumsum(splits) - 1)
        axes.append(axis)
        mosts.append(most)
        children.append(np.where(splits, first, begin + np.arange(size)))
        means.append(centre + summed / total)
        is_split = splits[local]
        run, weight, local = run[is_split], weight[is_split], local[is_split]
        if len(run) == 0:
            break
        node = first[local] + (x[run, axis[local]] > most[local])
        begin, size, levels = begin + size, 2 * int(splits.sum()), levels + 1
    return Forest(
        axis=np.concatenate(axes),
        most=np.concatenate(mosts),
        child=np.concatenate(children),
        mean=np.concatenate(means),
        unseen=is_unseen,
        levels=levels,
    )


def _best_splits(
    x: NDArray[np.int64],
    node: NDArray[np.int64],
    weight: NDArray[np.float64],
    weighed: NDArray[np.float64],
    nodes: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return column, threshold and gain of each node's split with the least sum of squares."""
    axis, most = np.zeros((2, nodes), np.int64)
    best = np.zeros(nodes)
    for column in range(x.shape[1]):
        values = int(x[:, column].max(initial=0)) + 1
        if values < 2:
            continue
        place = node * values + x[:, column]
        counts = np.bincount(place, weight, nodes * values).reshape(nodes, values)
        sums = np.bincount(place, weighed, nodes * values).reshape(nodes, values)
        left, left_sum = counts.cumsum(axis=1)[:, :-1], sums.cumsum(axis=1)[:, :-1]
        total, sum_of_all = counts.sum(axis=1)[:, None], sums.sum(axis=1)[:, None]
        right = total - left
        both = (left > 0) & (right > 0)
        parted = left_sum**2 / np.where(both, left, 1) + (sum_of_all - left_sum) ** 2 / np.where(
            both, right, 1
        )
        gain = np.where(both, parted - sum_of_all**2 / total, 0.0)
        at = gain.argmax(axis=1)
        found = gain[np.arange(nodes), at]
        better = found > best
        best = np.where(better, found, best)
        axis[better] = column
        most[better] = at[better]
    return axis, most, best
