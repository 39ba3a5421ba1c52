"""Closed paths over a map: through given stops, or through the dense regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Coordinates = NDArray[np.float64]

CORNERS = 720
"""Points of a path, its first one repeated at the end."""
_MAX_PLACES = 1500
_NEIGHBOURS = 8
_FEWEST, _MAX = 4, 14
_EACH = 6
_CROWDED = 0.8
_ROUNDNESS = 0.45
"""Radius of rounding, as a share of the distance between neighbouring stops."""
_BESIDE = 0.6


def through_points(stops: ArrayLike) -> Coordinates:
    """Return a closed smooth path ``[CORNERS, 2]`` through ``stops`` ``[k, 2]`` in their order.

    Consecutive equal stops count once; with fewer than two distinct stops the path stays in place.
    """
    from scipy.interpolate import CubicSpline  # slow to import

    points = _finite(stops)
    ring = np.concatenate([points, points[:1]])
    steps = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    ring = np.concatenate([points[steps > 0.0], points[steps > 0.0][:1]])
    if len(ring) < 3:
        return np.repeat(points[:1], CORNERS, axis=0)
    # Centripetal parameters (roots of the distances): such curves neither loop nor overshoot.
    at = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(ring, axis=0), axis=1)))])
    curve = CubicSpline(at, ring, bc_type="periodic")
    return _evenly(np.asarray(curve(np.linspace(0.0, at[-1], 8 * CORNERS))))


def without_outliers(places: ArrayLike) -> Coordinates:
    """Return a closed smooth path ``[CORNERS, 2]`` through dense regions of ``places`` ``[n, 2]``.

    Edges between neighbours are weighted by squared length, so that the path avoids empty space;
    the path is then smoothed. With fewer than four places it goes through all of them.
    """
    points = np.unique(_finite(places), axis=0)
    if len(points) < _FEWEST:
        return through_points(points)
    points = points[np.linspace(0, len(points) - 1, min(_MAX_PLACES, len(points))).astype(int)]
    distances, before, crowded = _graph(points)
    stops = _spread_stops(points[crowded])
    order = _short_round(distances[np.ix_(crowded[stops], crowded[stops])])
    tour = crowded[stops][order]
    legs = [
        points[_leg(before, int(a), int(b))] for a, b in zip(tour, np.roll(tour, -1), strict=True)
    ]
    polyline = _evenly(np.concatenate([leg[:-1] for leg in legs] + [legs[0][:1]]))
    return _rounded(polyline, len(tour))


def around(bounds: tuple[float, float, float, float]) -> Coordinates:
    """Return a closed path ``[CORNERS, 2]`` amid ``bounds``, for maps without samples."""
    x0, y0, x1, y1 = bounds
    angle = np.linspace(0.0, 2.0 * np.pi, CORNERS)
    # A horizontal figure of eight covers more of the map than an ellipse.
    across = (x0 + x1) / 2 + _BESIDE * (x1 - x0) / 2 * np.sin(angle)
    up = (y0 + y1) / 2 + _BESIDE * (y1 - y0) / 2 * np.sin(2 * angle)
    return _evenly(np.column_stack([across, up]))


def _finite(points: ArrayLike) -> Coordinates:
    values = np.asarray(points, np.float64).reshape(-1, 2)
    return np.asarray(values[np.isfinite(values).all(axis=1)])


def _graph(points: Coordinates) -> tuple[Coordinates, NDArray[np.int32], NDArray[np.int64]]:
    """Return all shortest paths (distances, predecessors), and the indices of dense points."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
    from scipy.spatial.distance import cdist

    apart = cdist(points, points)
    count = len(points)
    near = np.argsort(apart, axis=1)[:, 1 : _NEIGHBOURS + 1]
    from_ = np.repeat(np.arange(count), near.shape[1])
    # The spanning tree connects isolated points.
    tree = minimum_spanning_tree(csr_array(apart)).tocoo()
    rows = np.concatenate([from_, tree.row])
    columns = np.concatenate([near.ravel(), tree.col])
    joined = np.zeros((count, count), bool)
    joined[rows, columns] = joined[columns, rows] = True
    # Squared lengths: many short steps cost less than a long one through empty space.
    graph = csr_array(np.where(joined, apart**2, 0.0))
    distances, before = dijkstra(graph, directed=False, return_predecessors=True)
    reach = np.take_along_axis(apart, near, axis=1)[:, -1]
    crowded = np.flatnonzero(reach <= np.quantile(reach, _CROWDED))
    return distances, before, crowded


def _spread_stops(points: Coordinates) -> NDArray[np.int64]:
    """Choose well-spread ``points`` by farthest-point sampling, from the most central one."""
    count = int(np.clip(len(points) // _EACH, _FEWEST, _MAX))
    middle = np.linalg.norm(points - points.mean(axis=0), axis=1)
    chosen = [int(middle.argmin())]
    nearest = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen, np.int64)


def _short_round(lengths: Coordinates) -> NDArray[np.int64]:
    """Return an order of the stops with ``lengths`` ``[k, k]`` between them: a short round trip.

    Nearest neighbour first, then improved by 2-opt.
    """
    count = len(lengths)
    order, left = [0], set(range(1, count))
    while left:
        order.append(min(left, key=lambda stop: float(lengths[order[-1], stop])))
        left.remove(order[-1])
    better = True
    while better:
        better = False
        for i in range(1, count - 1):
            for j in range(i + 1, count):
                a, b, c, d = order[i - 1], order[i], order[j], order[(j + 1) % count]
                if lengths[a, c] + lengths[b, d] < lengths[a, b] + lengths[c, d] - 1e-12:
                    order[i : j + 1] = order[i : j + 1][::-1]
                    better = True
    return np.array(order, np.int64)


def _leg(before: NDArray[np.int32], first: int, last: int) -> list[int]:
    path = [last]
    while path[-1] != first:
        path.append(int(before[first, path[-1]]))
    return path[::-1]


def _evenly(polyline: Coordinates) -> Coordinates:
    """Resample ``polyline`` ``[n, 2]`` to ``CORNERS`` points at equal arc lengths."""
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(polyline, axis=0), axis=1))])
    positions = np.linspace(0.0, at[-1], CORNERS)
    return np.column_stack([np.interp(positions, at, column) for column in polyline.T])


def _rounded(polyline: Coordinates, stops: int) -> Coordinates:
    """Return the closed ``polyline`` smoothed by a Gaussian kernel, at equal arc lengths."""
    ring = polyline[:-1]
    width = _ROUNDNESS * len(ring) / max(1, stops) / 2
    away = np.minimum(np.arange(len(ring)), len(ring) - np.arange(len(ring)))
    kernel = np.exp(-0.5 * (away / width) ** 2)
    spectrum = np.fft.rfft(kernel / kernel.sum())[:, np.newaxis]
    smooth = np.fft.irfft(np.fft.rfft(ring, axis=0) * spectrum, len(ring), axis=0)
    return _evenly(np.concatenate([smooth, smooth[:1]]))
