"""Some samples of a crowd that are shown as images all the same, so far apart that none meet."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.widgets.map.viewport import Viewport

MOST_TRIED = 600
"""So many samples, of all of the set, may become one."""
GAP_PX = 10.0
"""Room that is left between two, for the dots of the others."""
_STEPS = 4.0


class Landmarks:
    """Chooses them for a zoom: panning changes nothing, and moving codes as little as possible."""

    def __init__(self) -> None:
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._key: object = None

    def rows(
        self,
        places: NDArray[np.float64],
        version: object,
        view: Viewport,
        plate_px: tuple[float, float],
        among: Callable[[], NDArray[np.int64]] | None = None,
    ) -> NDArray[np.int64]:
        """Which rows of ``places`` ``[n, 2]`` are landmarks in ``view``, ascending.

        Args:
            places: Where the samples lie on the plane; rows that are no numbers are none.
            version: Another one for other places, or others ``among`` them.
            view: What is seen; only its scale counts.
            plate_px: Width and height of an image.
            among: Tells which rows may be one; None: all of them. Asked only when it is needed.
        """
        scale = _coarser(view.sx), _coarser(view.sy)
        key = (version, scale, plate_px)
        if key != self._key:
            self._key = key
            rows = np.arange(len(places)) if among is None else among()
            order = self._order(rows)
            wide, high = plate_px[0] + GAP_PX, plate_px[1] + GAP_PX
            squares = places[order] * (scale[0] / wide, scale[1] / high)
            finite = np.isfinite(squares).all(axis=1)
            order, squares = order[finite], squares[finite]
            self._rows = np.sort(order[apart(squares)])
        return self._rows

    def _order(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which of ``rows`` are offered, those first that are landmarks already.

        So few of them change while a network learns.
        """
        drawn = rows[_drawn(len(rows))]
        # Whole sets of numbers are compared through a table: of 70,000 rows that is much faster.
        offered = np.zeros(1 + max(rows.max(initial=0), self._rows.max(initial=0)), bool)
        offered[rows] = True
        known = self._rows[offered[self._rows]]
        offered[known] = False
        return np.concatenate([known, drawn[offered[drawn]]])


@functools.lru_cache(maxsize=8)
def _drawn(count: int) -> NDArray[np.int64]:
    """Some of the numbers below ``count``, all of them where they are few; always the same."""
    draw = np.random.default_rng(0)
    return draw.choice(count, min(count, MOST_TRIED), replace=False, shuffle=True)


def apart(places: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows of ``places`` ``[n, 2]`` taken when each needs a square of side 1 for itself.

    They are offered in their order; each is taken if it meets none that is taken.
    """
    x, y = places[:, 0], places[:, 1]
    free = np.ones(len(places), bool)
    found = []
    row = 0
    while row < len(free) and free[row]:
        found.append(row)
        free &= (np.abs(x - x[row]) >= 1.0) | (np.abs(y - y[row]) >= 1.0)
        row = int(free.argmax())
    return np.array(found, np.int64)


def _coarser(scale: float) -> float:
    """``scale``, or a little less: one of a few, so that zooming does not choose in every frame."""
    return float(2.0 ** (math.floor(_STEPS * math.log2(scale)) / _STEPS))
