"""Importance of the axes of a study: their shares of the variance of a figure.

On a full grid by analysis of variance (Fisher 1925): the variance of all runs is the sum of the
main effects, the interactions, and the effect of the seeds. Means of few runs differ by chance
alone; what the seeds would contribute to each part is attributed to them (epsilon squared, Kelley
1935), so that an axis without effect has no share except by chance. Otherwise a random forest is
fitted, and the loss when an axis is shuffled is taken (Breiman 2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.seeds import RESAMPLING_SEED
from aegui.core.study.forest import grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.study.results import StudyResult

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
