"""Which axis of a study matters how much: shares of the variance of a figure.

Of a whole grid they are exact, by analysis of variance (Fisher 1925): the variance of all runs is
the sum of what each axis does by itself, what axes do together, and what the seeds do. Elsewhere a
random forest is fitted, and what it loses where an axis is shuffled is taken (Breiman 2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.study.forest import grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.study.results import StudyResult

METHODS = {
    "anova": mark(
        "Shares of the variance over all runs (analysis of variance): each axis by itself, axes "
        "together, and seeds"
    ),
    "forest": mark(
        "By what a random forest loses where an axis is shuffled (permutation importance), times "
        "the share of the variance that it explains of runs that it has not seen"
    ),
}
"""How it was found, in words."""
_TREES = 200
_REPEATS = 10
_FEWEST_RUNS = 8
_SEED = 0x5EED_0012


@dataclass(frozen=True)
class Importances:
    """Shares of the variance of a figure; together they are 1.

    Attributes:
        axes: Name of each axis and its share.
        together: What axes do together beyond what each does; 0 where that is not parted.
        seeds: What is left: the seeds, and of a forest all that it cannot explain.
        method: A key of ``METHODS``.
    """

    axes: tuple[tuple[str, float], ...]
    together: float
    seeds: float
    method: Literal["anova", "forest"]


def importances(result: StudyResult, figure: str) -> Importances | None:
    """How much each axis of a study matters for ``figure``.

    Returns:
        None where there are too few runs for it, or all have the same figure.
    """
    axes = [axis.name for axis in result.plan.axes]
    rows, values = [], []
    for cell in result.cells:
        labels = cell.setting.labels
        # On a path some axes are at what the recipe says, before it is their turn.
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
    known = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    return np.array([known[label] for label in labels], np.int64)


def _anova(axes: list[str], x: NDArray[np.int64], y: NDArray[np.float64]) -> Importances:
    total = float(np.square(y - y.mean()).sum())
    shares = [_between(x[:, [at]], y) / total for at in range(len(axes))]
    cells = _between(x, y) / total
    together = max(0.0, cells - sum(shares))
    pairs = tuple(zip(axes, shares, strict=True))
    return Importances(pairs, together, max(0.0, 1.0 - cells), "anova")


def _between(x: NDArray[np.int64], y: NDArray[np.float64]) -> float:
    """Sum of squares between the means of groups of equal rows of ``x``."""
    _, group = np.unique(x, axis=0, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group)
    means = np.bincount(group, weights=y) / counts
    return float((counts * np.square(means - y.mean())).sum())


def _forest(axes: list[str], x: NDArray[np.int64], y: NDArray[np.float64]) -> Importances | None:
    forest = grow(x, y, _TREES, _SEED)
    explained = max(0.0, forest.explained(x, y))
    each = np.maximum(forest.lost(x, y, _REPEATS, _SEED), 0.0)
    whole = float(each.sum())
    if not whole > 0.0:
        return None
    shares = (explained * each / whole).tolist()
    return Importances(tuple(zip(axes, shares, strict=True)), 0.0, 1.0 - explained, "forest")


def importance_name(key: str) -> str:
    """What stands for more than one axis, or for none, in words."""
    return {"together": tr("axes together"), "seeds": tr("seeds")}[key]
