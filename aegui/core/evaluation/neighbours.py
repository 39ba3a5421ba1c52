"""Exact nearest neighbours, computed a block of rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare

BLOCK_ROWS = 256
_TREE_COLUMNS = 3


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The k nearest others of each of n rows, nearest first."""

    indices: NDArray[np.int64]
    """int64 ``[n, k]``."""
    distances: NDArray[np.float32]
    """float32 ``[n, k]``, Euclidean."""

    def first(self, count: int) -> Neighbours:
        """Return only the ``count`` nearest of them."""
        return Neighbours(self.indices[:, :count], self.distances[:, :count])


def nearest_others(
    rows: ArrayLike,
    count: int,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> Neighbours:
    """Return the ``count`` nearest other rows of each of ``rows`` ``[n, D]``, n > ``count``.

    Exact; the order of ties is unspecified but deterministic. ``report`` is called with the share
    done.

    Raises:
        ValueError: There are too few rows.
        Cancelled: ``cancelled`` returned True.
    """
    array = np.ascontiguousarray(rows, dtype=np.float32)
    if not 0 < count < len(array):
        raise ValueError(f"{count} neighbours of {len(array)} rows")
    if array.shape[1] <= _TREE_COLUMNS and np.isfinite(array).all():
        return _from_tree(array, count)
    indices = np.empty((len(array), count), np.int64)
    distances = np.empty((len(array), count), np.float32)
    for part, squares in squared_distances(array, np.arange(len(array)), cancelled):
        if report is not None:
            report(part.stop / len(array))
        squares[np.arange(len(squares)), np.arange(part.start, part.stop)] = np.inf
        indices[part], distances[part] = _nearest(squares, count)
    return Neighbours(indices, distances)


def nearest_among(rows: ArrayLike, of: ArrayLike, count: int) -> Neighbours:
    """Return the ``count`` <= n nearest of ``rows`` ``[n, D]`` for each of ``of`` ``[m, D]``.

    Like ``nearest_others``, for rows that are not among them.

    Raises:
        ValueError: There are too few rows.
    """
    among = np.ascontiguousarray(rows, dtype=np.float32)
    queries = np.ascontiguousarray(of, dtype=np.float32)
    if not 0 < count <= len(among):
        raise ValueError(f"{count} neighbours of {len(among)} rows")
    if among.shape[1] <= _TREE_COLUMNS:
        from scipy.spatial import cKDTree  # slow to import

        found = cKDTree(among).query(queries, np.arange(1, count + 1))
        return Neighbours(np.asarray(found[1], np.int64), np.asarray(found[0], np.float32))
    indices = np.empty((len(queries), count), np.int64)
    distances = np.empty((len(queries), count), np.float32)
    places = np.arange(len(among), len(among) + len(queries))
    for part, squares in squared_distances(np.concatenate([among, queries]), places):
        indices[part], distances[part] = _nearest(squares[:, : len(among)], count)
    return Neighbours(indices, distances)


def _nearest(
    squares: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return indices and distances of the smallest ``squares`` of each row, nearest first."""
    near = smallest_columns(squares, count)
    return near, np.sqrt(np.take_along_axis(squares, near, axis=1))


def smallest_columns(squares: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the columns of the ``count`` smallest of each row, smallest first, stable for ties."""
    if count < squares.shape[1]:
        few = np.argpartition(squares, count - 1, axis=1)[:, :count]
        few.sort(axis=1)
    else:
        few = np.broadcast_to(np.arange(count), (len(squares), count))
    order = np.argsort(np.take_along_axis(squares, few, axis=1), axis=1, kind="stable")
    return np.take_along_axis(few, order, axis=1)


def squared_distances(
    rows: NDArray[np.float32],
    of: NDArray[np.int64],
    cancelled: IsCancelled | None = None,
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield squared distances from the ``rows`` ``[n, D]`` with indices ``of`` ``[m]`` to all rows.

    Yields:
        A slice of ``of`` and float32 ``[slice, n]``, which may be written to.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    # Centred: distances between close points far from the origin would be lost to rounding.
    centred = rows - rows.mean(axis=0)
    norms = np.einsum("ij,ij->i", centred, centred)
    for part in in_batches(len(of), BLOCK_ROWS, cancelled):
        block = of[part]
        squares = centred[block] @ centred.T
        squares *= np.float32(-2.0)
        squares += norms
        squares += norms[block, np.newaxis]
        np.maximum(squares, 0.0, out=squares)
        yield part, squares


def _from_tree(rows: NDArray[np.float32], count: int) -> Neighbours:
    from scipy.spatial import cKDTree  # slow to import

    found = cKDTree(rows).query(rows, count + 1)
    distances, indices = np.asarray(found[0]), np.asarray(found[1])
    # The row itself is among its nearest, but not always first: duplicates tie with it.
    itself = indices == np.arange(len(rows))[:, np.newaxis]
    itself[~itself.any(axis=1), -1] = True
    shape = (len(rows), count)
    return Neighbours(
        indices[~itself].reshape(shape).astype(np.int64),
        distances[~itself].reshape(shape).astype(np.float32),
    )
