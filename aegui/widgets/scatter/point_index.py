"""Finding few of very many places: those in a rectangle, the one nearest to a spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.widgets.viewport import Bounds

_PER_CELL = 16
_MOST_CELLS = 180


class PointIndex:
    """Rows of ``places`` ``[n, 2]`` sorted into square cells; those that are no numbers are none.

    Made in one pass; a question then costs what it finds, however many there are.
    """

    def __init__(self, places: NDArray[np.float64], bounds: Bounds) -> None:
        x0, y0, x1, y1 = bounds
        self._places = places
        side = int(np.clip(np.sqrt(len(places) / _PER_CELL), 1, _MOST_CELLS))
        self._side = side
        self._corner = np.array([x0, y0])
        self._cell = np.maximum(np.array([x1 - x0, y1 - y0]) / side, 1e-30)
        rows = np.flatnonzero(np.isfinite(places).all(axis=1))
        column, row = np.clip((places[rows] - self._corner) / self._cell, 0, side - 1).T
        number = row.astype(np.uint16) * np.uint16(side) + column.astype(np.uint16)
        # Sorting 16-bit numbers stably is a radix sort: linear.
        self._rows = rows[np.argsort(number, kind="stable")]
        counts = np.bincount(number, minlength=side * side)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._sums = np.zeros((side + 1, side + 1), np.int64)
        self._sums[1:, 1:] = counts.reshape(side, side).cumsum(axis=0).cumsum(axis=1)

    def __len__(self) -> int:
        """How many places are numbers."""
        return len(self._rows)

    def _cells(self, rect: Bounds) -> tuple[int, int, int, int]:
        """First and last column, first and last row of the cells that meet ``rect``."""
        (c0, r0), (c1, r1) = (
            np.clip((np.array(corner) - self._corner) / self._cell, 0, self._side - 1)
            .astype(int)
            .tolist()
            for corner in (rect[:2], rect[2:])
        )
        return c0, c1, r0, r1

    def count_near(self, rect: Bounds) -> int:
        """How many lie in the cells that meet ``rect``: at least those inside."""
        c0, c1, r0, r1 = self._cells(rect)
        sums = self._sums
        return int(sums[r1 + 1, c1 + 1] - sums[r0, c1 + 1] - sums[r1 + 1, c0] + sums[r0, c0])

    def rows_in(self, rect: Bounds) -> NDArray[np.int64]:
        """The rows inside ``rect``, ascending."""
        near = self._near(rect)
        places = self._places[near]
        inside = (places >= rect[:2]).all(axis=1) & (places <= rect[2:]).all(axis=1)
        return np.sort(near[inside])

    def _near(self, rect: Bounds) -> NDArray[np.int64]:
        c0, c1, r0, r1 = self._cells(rect)
        starts, side = self._starts, self._side
        # The cells of a row lie behind one another.
        parts = [
            self._rows[starts[row * side + c0] : starts[row * side + c1 + 1]]
            for row in range(r0, r1 + 1)
        ]
        return np.concatenate(parts)

    def nearest(self, x: float, y: float, sx: float = 1.0, sy: float = 1.0) -> int | None:
        """The row nearest to (``x``, ``y``), a unit of x being ``sx`` long and one of y ``sy``."""
        if not len(self._rows):
            return None
        cell = self._cell * (sx, sy)
        # Of places on a line the cells are flat: a reach of their height would find nothing.
        reach = float(max(cell.min(), cell.max() / self._side))
        # From a spot outside it is first to the edge.
        reach += float(max(self._outside((x, y)) * (sx, sy)))
        while True:
            rect = (x - reach / sx, y - reach / sy, x + reach / sx, y + reach / sy)
            near = self._near(rect)
            if len(near):
                ways = (self._places[near] - (x, y)) * (sx, sy)
                distances = np.hypot(*ways.T)
                at = int(distances.argmin())
                # Beyond the reach there might be a nearer one in cells not looked at.
                if distances[at] <= reach or len(near) == len(self._rows):
                    return int(near[at])
            reach *= 2.0

    def _outside(self, spot: tuple[float, float]) -> NDArray[np.float64]:
        """How far ``spot`` lies beyond the cells, along x and y."""
        end = self._corner + self._cell * self._side
        away: NDArray[np.float64] = np.maximum(self._corner - spot, spot - end)
        return np.maximum(away, 0.0)
