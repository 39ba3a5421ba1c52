"""Quality of a map of samples: whether neighbours on the map are neighbours in the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.evaluation.neighbours import nearest_others, squared_distances
from aegui.core.sampled import evenly_spaced

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.evaluation.neighbours import Neighbours

TRUST_NEIGHBOURS = 12
"""Neighbours on the map that trustworthiness considers."""
VOTERS = 5
"""Neighbours that vote on a label."""
_ROUNDING = 2e-6


def trustworthiness(
    rows: ArrayLike,
    coordinates: ArrayLike,
    neighbours: int = TRUST_NEIGHBOURS,
    anchors: int | None = None,
    cancelled: IsCancelled | None = None,
) -> float | None:
    """Return the trustworthiness of a map, 0..1 (Venna and Kaski 2001).

    ``1 - 2 / (n k (2n - 3k - 1)) sum_i sum_j max(0, r(i, j) - k)``, where j runs over the k nearest
    of i on the map and r is its rank among all others by distance in the data. Ties get the best of
    their ranks: a map is not penalised for a choice that the data leave open.

    Args:
        rows: The samples, ``[n, D]``.
        coordinates: Their coordinates on the map, ``[n, d]``.
        neighbours: k.
        anchors: Average over this many samples i, evenly spread; None for all.
        cancelled: Polled for cancellation.

    Returns:
        None if it is undefined: k is not below n / 2, or coordinates are not finite.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    array = np.ascontiguousarray(rows, dtype=np.float32)
    plane = np.asarray(coordinates, dtype=np.float32)
    n, k = len(array), neighbours
    if 2 * k >= n or not np.isfinite(plane).all():
        return None
    on_map = nearest_others(plane, k, cancelled=cancelled).indices
    of = np.arange(n) if anchors is None else evenly_spaced(n, anchors)
    penalty = 0
    for part, squares in squared_distances(array, of, cancelled):
        block = of[part]
        squares[np.arange(len(block)), block] = np.inf
        reached = np.take_along_axis(squares, on_map[block], axis=1)
        squares.sort(axis=1)
        # Distances that differ only by rounding are ties.
        reached -= _ROUNDING * squares[:, -2:-1]
        closer = [
            np.searchsorted(line, reached_line)
            for line, reached_line in zip(squares, reached, strict=True)
        ]
        penalty += int(np.maximum(np.asarray(closer) + 1 - k, 0).sum())
    return 1.0 - penalty * 2.0 / (len(of) * k * (2.0 * n - 3.0 * k - 1.0))


def knn_accuracy(neighbours: Neighbours, classes: ArrayLike, voters: int = VOTERS) -> float | None:
    """Return the share of samples whose class is that of most of their nearest others.

    Leave-one-out: no sample votes on itself. Among tied classes that of the nearest neighbour wins.

    Args:
        neighbours: Of each sample, at least ``voters`` unless there are fewer.
        classes: Class indices, int ``[n]`` from 0.
        voters: Number of voting neighbours.

    Returns:
        None if there is only one class, or no class with two samples.
    """
    numbers = np.asarray(classes)
    counts = np.bincount(numbers)
    if np.count_nonzero(counts) < 2 or counts.max() < 2:
        return None
    return share_voted(numbers[neighbours.indices[:, :voters]], numbers)


def share_voted(votes: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    """Return the share of samples whose class wins the vote; ties go to the nearest.

    Args:
        votes: Classes of the neighbours of each sample, nearest first, int ``[n, k]``.
        classes: Classes of the samples, int ``[n]``.
    """
    # One vote for every neighbour of the same class, plus a little for nearer ones.
    same = (votes[:, :, np.newaxis] == votes[:, np.newaxis, :]).sum(axis=2)
    winner = np.argmax(same, axis=1)
    return float((votes[np.arange(len(votes)), winner] == classes).mean())


def squared_error(target: ArrayLike, output: ArrayLike) -> float:
    """Mean squared error per sample, summed over its numbers; ``[n, D]`` each."""
    expected, actual = np.asarray(target), np.asarray(output)
    total = 0.0
    for part in in_batches(len(expected), 1024):
        total += float(np.square(expected[part] - actual[part], dtype=np.float64).sum())
    return total / len(expected)
