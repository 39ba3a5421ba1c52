"""Shortest path over a graph of codes whose edges are weighted by the change of the image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches, part
from aegui.core.sampled import stride_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec

    Numbers = NDArray[np.float64]

WORK = 4_000_000_000
"""Upper bound of the multiplications spent on decoding the midpoints of all edges."""
FEWEST_SIDE, MAX_SIDE = 10, 28
"""Limits of the rows and columns of the grid over a plane of codes."""
FEWEST_CODES, MAX_CODES = 60, 400
"""Limits of the number of sample codes used as nodes for codes of other than two numbers."""
_NEIGHBOURS = 10
_ON_THE_LINE = 24
_MARGIN = 0.5
_BATCH = 512
_INFINITY = 1e6


def shortest_path(
    codec: Codec,
    first: Numbers,
    last: Numbers,
    codes: NDArray[np.float32] | None = None,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Numbers:
    """Return the path ``[k, d]`` from ``first`` to ``last`` ``[d]`` that changes the image least.

    Nodes lie on a grid for codes of two numbers, else at codes of samples and on the straight line.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    from scipy.sparse import csr_array  # scipy is slow to import
    from scipy.sparse.csgraph import dijkstra

    line = first + (last - first) * np.linspace(0, 1, _ON_THE_LINE)[:, np.newaxis]
    most = WORK // (_NEIGHBOURS * max(1, codec.cost))
    nodes = np.concatenate([line, _further(first, last, codes, most)])
    ends = _sides(nodes)
    lengths = _lengths(codec, nodes, ends, cancelled, report)
    graph = csr_array((lengths, (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes)))
    _, before = dijkstra(graph, False, np.array(0), return_predecessors=True)
    path = [_ON_THE_LINE - 1]
    while path[-1] != 0:
        path.append(int(before[path[-1]]))
    return np.asarray(nodes[path[::-1]])


def drawn_at(codec: Codec, nodes: Numbers) -> NDArray[np.float32]:
    """Return the images ``[n, P]`` at ``nodes`` ``[n, d]``, clipped so that squares stay finite.

    Outputs of some networks are unbounded; values are clipped to +-1e6 and NaN becomes 0.
    """
    return np.clip(np.nan_to_num(codec.decode(nodes)), -_INFINITY, _INFINITY)


def _further(
    first: Numbers, last: Numbers, codes: NDArray[np.float32] | None, most: int
) -> Numbers:
    """Return nodes ``[m, d]`` beside the straight line, about ``most`` if possible."""
    usable = np.zeros((0, len(first)))
    if codes is not None and codes.shape[1] == len(first):
        usable = codes[np.isfinite(codes).all(axis=1)].astype(np.float64)
    if len(first) != 2:
        count = min(MAX_CODES, max(FEWEST_CODES, most))
        return np.asarray(usable[:: stride_for(len(usable), count)])
    corners = np.concatenate([[first, last], usable])
    low, high = corners.min(axis=0), corners.max(axis=0)
    margin = _MARGIN * np.linalg.norm(last - first) * (0 if len(usable) else 1)
    margin = np.maximum(margin, 0.02 * (high - low).max())
    side = min(MAX_SIDE, max(FEWEST_SIDE, math.isqrt(most)))
    axes = [np.linspace(low[i] - margin, high[i] + margin, side) for i in range(2)]
    return np.stack(np.meshgrid(*axes), axis=2).reshape(-1, 2)


def _sides(nodes: Numbers) -> NDArray[np.int32]:
    """Return the edges as pairs of nodes ``[m, 2]``: near neighbours and steps along the line.

    int32, the index type of scipy's graphs: not every version of scipy converts other integers.
    """
    from scipy.spatial import cKDTree

    # Standardise each coordinate: on a map that is stretched along one axis, the nearest neighbours
    # by plain distance would all lie along the other axis.
    scaled = nodes / np.maximum(nodes.std(axis=0), 1e-9)
    count = min(_NEIGHBOURS + 1, len(nodes))
    near = np.asarray(cKDTree(scaled).query(scaled, count)[1])
    start = np.repeat(np.arange(len(nodes)), count)
    along = np.arange(_ON_THE_LINE - 1)
    pairs = np.concatenate(
        [np.stack([start, near.ravel()], axis=1), np.stack([along, along + 1], axis=1)]
    )
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0).astype(np.int32)


def _lengths(
    codec: Codec,
    nodes: Numbers,
    ends: NDArray[np.int32],
    cancelled: IsCancelled | None,
    report: ReportShare | None,
) -> Numbers:
    """Return the image change along each edge, measured through its midpoint to catch bumps."""
    drawn = _all_drawn(codec, nodes, cancelled)
    report = part(report, len(nodes) / (len(nodes) + len(ends)), 1.0)
    found = np.empty(len(ends))
    for batch in in_batches(len(ends), _BATCH, cancelled, report):
        a, b = ends[batch].T
        middle = drawn_at(codec, (nodes[a] + nodes[b]) / 2)
        found[batch] = np.linalg.norm(middle - drawn[a], axis=1)
        found[batch] += np.linalg.norm(middle - drawn[b], axis=1)
    # csgraph takes an edge of length 0 as absent.
    apart = np.linalg.norm(nodes[ends[:, 0]] - nodes[ends[:, 1]], axis=1)
    return np.asarray(found + 1e-9 + 1e-6 * apart)


def _all_drawn(codec: Codec, nodes: Numbers, cancelled: IsCancelled | None) -> NDArray[np.float32]:
    batches = in_batches(len(nodes), _BATCH, cancelled)
    return np.concatenate([drawn_at(codec, nodes[batch]) for batch in batches])
