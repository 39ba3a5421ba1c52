"""Importance of the axes of a study: their shares of the variance of a figure.

On a full grid by analysis of variance (Fisher 1925): the variance of all runs is the sum of the
main effects, the interactions, and the effect of the seeds. Means of few runs differ by chance
alone; what the seeds would contribute to each part is attributed to them (epsilon squared, Kelley
1935), so that an axis without effect has no share except by chance. Otherwise a random forest is
fitted, and the loss when an axis is shuffled is taken (Breiman 2001). All its trees grow together,
level by level: the gains of all nodes are computed at once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.seeds import RESAMPLING_SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.study.results import StudyResult


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


METHODS = {
    "anova": mark(
        "Shares of the variance over all runs (analysis of variance, epsilon squared): each axis "
        "by itself, axes together, and seeds, with what they alone would make of the others"
    ),
    "anova_once": mark(
        "Shares of the variance over all runs (analysis of variance, epsilon squared): each axis "
        "by itself; with one run of each setting, axes together and seeds cannot be told apart"
    ),
    "forest": mark(
        "By what a random forest loses where an axis is shuffled (permutation importance), times "
        "the share of the variance that it explains of runs that it has not seen"
    ),
}
"""Descriptions of the methods, marked for translation."""
_TREES = 200
_REPEATS = 10
_FEWEST_RUNS = 8


@dataclass(frozen=True)
class Importances:
    """Shares of the variance of a figure, with sum 1."""

    axes: tuple[tuple[str, float], ...]
    """Name of each axis and its share."""
    together: float
    """Interactions beyond the main effects; 0 where they are not separated."""
    seeds: float
    """The rest: the seeds; with a forest all that it cannot explain, and with single runs the
    interactions."""
    method: Literal["anova", "anova_once", "forest"]
    """A key of ``METHODS``."""

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Shares other than those of the axes, each with its key for ``importance_name``."""
        if self.method == "anova_once":
            return (("rest", self.seeds),)
        several = self.method == "anova" and len(self.axes) > 1
        together = (("together", self.together),) if several else ()
        return (*together, ("seeds", self.seeds))


def importances(result: StudyResult, figure: str) -> Importances | None:
    """Compute how much each axis of a study matters for ``figure``.

    Returns:
        None if there are too few runs, or all have the same figure.
    """
    axes = [axis.name for axis in result.plan.axes]
    rows, values = [], []
    for cell in result.cells:
        labels = cell.setting.labels
        # On a path, axes are at the recipe's value until their turn.
        row = [labels.get(axis, "") for axis in axes]
        for value in cell.values(figure):
            if math.isfinite(value):
                rows.append(row)
                values.append(value)
    y = np.array(values, np.float64)
    if len(axes) == 0 or len(y) < 2 or not float(np.ptp(y)) > 0.0:
        return None
    x = np.column_stack([_numbered([row[at] for row in rows]) for at in range(len(axes))])
    sizes = x.max(axis=0) + 1
    _, counts = np.unique(x, axis=0, return_counts=True)
    if len(counts) == int(np.prod(sizes)) and len(set(counts.tolist())) == 1:
        return _anova(axes, x, y)
    return _forest(axes, x, y) if len(y) >= _FEWEST_RUNS else None


def _numbered(labels: list[str]) -> NDArray[np.int64]:
    known = {label: index for index, label in enumerate(dict.fromkeys(labels))}
    return np.array([known[label] for label in labels], np.int64)


def _anova(axes: list[str], x: NDArray[np.int64], y: NDArray[np.float64]) -> Importances | None:
    total = float(np.square(y - y.mean()).sum())
    each = [_between(x[:, [at]], y) for at in range(len(axes))]
    freedom = x.max(axis=0)
    settings = int(np.prod(freedom + 1))
    between = _between(x, y)
    together, freedom_together = between - sum(each), settings - 1 - int(freedom.sum())
    left, freedom_left = total - between, len(y) - settings
    is_once = not freedom_left
    if is_once:
        left, freedom_left, together, freedom_together = together, freedom_together, 0.0, 0
    if not freedom_left:
        return None
    chance = max(0.0, left) / freedom_left
    shares = [
        max(0.0, part - chance * count) / total
        for part, count in zip(
            [*each, together], [*freedom.tolist(), freedom_together], strict=True
        )
    ]
    pairs = tuple(zip(axes, shares, strict=False))
    seeds = max(0.0, 1.0 - sum(shares))
    return Importances(pairs, shares[-1], seeds, "anova_once" if is_once else "anova")


def _between(x: NDArray[np.int64], y: NDArray[np.float64]) -> float:
    """Return the sum of squares between the groups of equal rows of ``x``."""
    _, group = np.unique(x, axis=0, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group)
    means = np.bincount(group, weights=y) / counts
    return float((counts * np.square(means - y.mean())).sum())


def _forest(axes: list[str], x: NDArray[np.int64], y: NDArray[np.float64]) -> Importances | None:
    forest = grow(x, y, _TREES, RESAMPLING_SEED)
    explained = max(0.0, forest.explained(x, y))
    each = np.maximum(forest.lost(x, y, _REPEATS, RESAMPLING_SEED), 0.0)
    sum_of_each = float(each.sum())
    if not sum_of_each > 0.0:
        return None
    shares = (explained * each / sum_of_each).tolist()
    return Importances(tuple(zip(axes, shares, strict=True)), 0.0, 1.0 - explained, "forest")


def importance_name(key: str) -> str:
    """Return the translated name of a share that belongs to no single axis."""
    names = {
        "together": tr("axes together"),
        "seeds": tr("seeds"),
        "rest": tr("axes together, and seeds"),
    }
    return names[key]
