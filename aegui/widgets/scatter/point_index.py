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
        # Plain numbers: a query is a few operations on one place, where arrays cost ten times more.
        self._corner = float(x0), float(y0)
        self._cell = max((x1 - x0) / side, 1e-30), max((y1 - y0) / side, 1e-30)
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
        left, bottom, right, top = rect
        return self._column(left), self._column(right), self._row(bottom), self._row(top)

    def _column(self, x: float) -> int:
        return int(min(max(0.0, (x - self._corner[0]) / self._cell[0]), self._side - 1))

    def _row(self, y: float) -> int:
        return int(min(max(0.0, (y - self._corner[1]) / self._cell[1]), self._side - 1))

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
        width, height = self._cell[0] * sx, self._cell[1] * sy
        # For collinear places the cells are flat; their height would be too small a first radius.
        reach = max(min(width, height), max(width, height) / self._side)
        # From outside the grid, the radius must first reach its edge.
        away_x, away_y = self._outside(x, y)
        reach += max(away_x * sx, away_y * sy)
        while True:
            rect = (x - reach / sx, y - reach / sy, x + reach / sx, y + reach / sy)
            near = self._near(rect)
            if len(near):
                ways = self._coordinates[near] - (x, y)
                distances = np.hypot(ways[:, 0] * sx, ways[:, 1] * sy)
                at = int(distances.argmin())
                # Beyond the radius there may be a nearer place in cells not visited yet.
                if distances[at] <= reach or len(near) == len(self._rows):
                    return int(near[at])
            reach *= 2.0

    def _outside(self, x: float, y: float) -> tuple[float, float]:
        """Return the distance of a place from the grid along x and y, 0 inside."""
        (left, bottom), (width, height), side = self._corner, self._cell, self._side
        return (
            max(0.0, left - x, x - left - width * side),
            max(0.0, bottom - y, y - bottom - height * side),
        )
