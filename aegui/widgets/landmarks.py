"""Choice of landmarks: samples of a dense map that are shown as images without overlapping."""

from __future__ import annotations

import functools
import math
import random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.widgets.viewport import Viewport

MAX_TESTED = 600
"""So many samples, of all of the set, may become one."""
GAP_PX = 10.0
"""Space kept free between two landmarks, for the dots of other samples."""
_STEPS = 4.0
_LINE = 1 << 31
_ABOUT = tuple(_LINE * i + j for i in (0, -1, 1) for j in (0, -1, 1))
"""Offsets from the number of a lattice cell to those of itself and its eight neighbours."""


class Landmarks:
    """Chooses landmarks for a zoom level; stable under panning, and nearly so when codes move."""

    def __init__(self) -> None:
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._key: object = None

    def rows(
        self,
        coordinates: NDArray[np.float64],
        version: object,
        view: Viewport,
        sprite_px: tuple[float, float],
        among: Callable[[], NDArray[np.int64] | None] | None = None,
        gap: float = GAP_PX,
    ) -> NDArray[np.int64]:
        """Return the rows of ``coordinates`` ``[n, 2]`` that are landmarks in ``view``, ascending.

        Args:
            coordinates: Of the samples on the plane; rows that are not finite are skipped.
            version: Changes whenever ``coordinates`` or the rows returned by ``among`` change.
            view: The viewport; only its scale matters.
            sprite_px: Width and height of an image.
            among: Returns the rows that may be landmarks, None for all; called only when needed.
            gap: Pixels kept free between two landmarks.
        """
        scale = _coarser(view.sx), _coarser(view.sy)
        key = (version, scale, sprite_px, gap)
        if key != self._key:
            self._key = key
            order = self._order(len(coordinates), None if among is None else among())
            width, height = sprite_px[0] + gap, sprite_px[1] + gap
            squares = coordinates[order] * (scale[0] / width, scale[1] / height)
            finite = np.isfinite(squares).all(axis=1)
            order, squares = order[finite], squares[finite]
            self._rows = np.sort(order[apart(squares)])
        return self._rows

    def _order(self, count: int, rows: NDArray[np.int64] | None) -> NDArray[np.int64]:
        """Return the candidate rows in order of preference, the previous landmarks first.

        Few of them change while a network is training. ``rows`` restricts the choice of ``count``
        rows.
        """
        # Boolean lookup tables: faster than set operations for very many rows.
        known = self._rows[self._rows < count]
        if rows is not None:
            allowed = np.zeros(count, bool)
            allowed[rows] = True
            known = known[allowed[known]]
        drawn = _drawn(count) if rows is None else rows[_drawn(len(rows))]
        offered = np.ones(count, bool)
        offered[known] = False
        return np.concatenate([known, drawn[offered[drawn]]])


@functools.lru_cache(maxsize=8)
def _drawn(count: int) -> NDArray[np.int64]:
    """Return a fixed random sample without replacement of the numbers below ``count``."""
    # Not by ``np.random``, whose import would delay the first picture of the window.
    drawn = random.Random(1).sample(range(count), min(count, MAX_TESTED))
    return np.array(drawn, np.int64)


def apart(coordinates: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows of ``coordinates`` ``[n, 2]`` kept when each needs a unit square of its own.

    Greedy in the given order: a row is kept if it overlaps no row kept before.
    """
    occupied: dict[int, tuple[float, float]] = {}
    found = []
    # A lattice cell holds at most one kept row, so only it and its eight neighbours can overlap.
    squares = np.floor(coordinates).astype(np.int64) @ (_LINE, 1)
    for row, (square, (x, y)) in enumerate(
        zip(squares.tolist(), coordinates.tolist(), strict=True)
    ):
        for step in _ABOUT:
            other = occupied.get(square + step)
            if other is not None and abs(other[0] - x) < 1.0 and abs(other[1] - y) < 1.0:
                break
        else:
            occupied[square] = x, y
            found.append(row)
    return np.array(found, np.int64)


def _coarser(scale: float) -> float:
    """Return ``scale`` rounded down to quarter octaves, so that zooming rarely chooses anew."""
    return float(2.0 ** (math.floor(_STEPS * math.log2(scale)) / _STEPS))
