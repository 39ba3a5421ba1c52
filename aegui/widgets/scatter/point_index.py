"""Spatial index of many points: rectangle and nearest-neighbour queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.widgets.viewport import Bounds

_PER_CELL = 16
_MAX_CELLS = 180


class PointIndex:
    """Grid index of the rows of ``coordinates`` ``[n, 2]``; rows that are not finite are skipped.

    Built in one pass; a query costs time in proportion to its result.
    """

    def __init__(self, coordinates: NDArray[np.float64], bounds: Bounds) -> None:
        x0, y0, x1, y1 = bounds
        self._coordinates = coordinates
        side = int(np.clip(np.sqrt(len(coordinates) / _PER_CELL), 1, _MAX_CELLS))
        self._side = side
        self._corner = np.array([x0, y0])
        self._cell = np.maximum(np.array([x1 - x0, y1 - y0]) / side, 1e-30)
        rows = np.flatnonzero(np.isfinite(coordinates).all(axis=1))
        column, row = np.clip((coordinates[rows] - self._corner) / self._cell, 0, side - 1).T
        number = row.astype(np.uint16) * np.uint16(side) + column.astype(np.uint16)
        # A stable sort of 16-bit integers is a radix sort, in linear time.
        self._rows = rows[np.argsort(number, kind="stable")]
        counts = np.bincount(number, minlength=side * side)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._sums = np.zeros((side + 1, side + 1), np.int64)
        self._sums[1:, 1:] = counts.reshape(side, side).cumsum(axis=0).cumsum(axis=1)

    def __len__(self) -> int:
        """Return the number of finite places."""
        return len(self._rows)

    def _cells(self, rect: Bounds) -> tuple[int, int, int, int]:
        """Return first and last column, first and last row of the cells that overlap ``rect``."""
        (c0, r0), (c1, r1) = (
            np.clip((np.array(corner) - self._corner) / self._cell, 0, self._side - 1)
            .astype(int)
            .tolist()
            for corner in (rect[:2], rect[2:])
        )
        return c0, c1, r0, r1

    def count_near(self, rect: Bounds) -> int:
        """Return the number of points in the cells that overlap ``rect``: an upper bound."""
        c0, c1, r0, r1 = self._cells(rect)
        sums = self._sums
        return int(sums[r1 + 1, c1 + 1] - sums[r0, c1 + 1] - sums[r1 + 1, c0] + sums[r0, c0])

    def rows_in(self, rect: Bounds) -> NDArray[np.int64]:
        """Return the rows inside ``rect``, ascending."""
        near = self._near(rect)
        coordinates = self._coordinates[near]
        inside = (coordinates >= rect[:2]).all(axis=1) & (coordinates <= rect[2:]).all(axis=1)
        return np.sort(near[inside])

    def _near(self, rect: Bounds) -> NDArray[np.int64]:
        c0, c1, r0, r1 = self._cells(rect)
        starts, side = self._starts, self._side
        # The cells of one grid row are contiguous.
        parts = [
            self._rows[starts[row * side + c0] : starts[row * side + c1 + 1]]
            for row in range(r0, r1 + 1)
        ]
        return np.concatenate(parts)

    def nearest(self, x: float, y: float, sx: float = 1.0, sy: float = 1.0) -> int | None:
        """Return the row nearest to (``x``, ``y``), with axes scaled by ``sx`` and ``sy``."""
        if not len(self._rows):
            return None
        cell = self._cell * (sx, sy)
        # For collinear places the cells are flat; their height would be too small a first radius.
        reach = float(max(cell.min(), cell.max() / self._side))
        # From outside the grid, the radius must first reach its edge.
        reach += float(max(self._outside((x, y)) * (sx, sy)))
        while True:
            rect = (x - reach / sx, y - reach / sy, x + reach / sx, y + reach / sy)
            near = self._near(rect)
            if len(near):
                ways = (self._coordinates[near] - (x, y)) * (sx, sy)
                distances = np.hypot(*ways.T)
                at = int(distances.argmin())
                # Beyond the radius there may be a nearer place in cells not visited yet.
                if distances[at] <= reach or len(near) == len(self._rows):
                    return int(near[at])
            reach *= 2.0

    def _outside(self, spot: tuple[float, float]) -> NDArray[np.float64]:
        """Return the distance of ``spot`` from the grid along x and y."""
        end = self._corner + self._cell * self._side
        away: NDArray[np.float64] = np.maximum(self._corner - spot, spot - end)
        return np.maximum(away, 0.0)
