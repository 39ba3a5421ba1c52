"""Point-in-rectangle and point-in-polygon tests for selections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Point = tuple[float, float]


def in_rectangle(pixels: NDArray[np.float64], a: Point, b: Point) -> NDArray[np.bool_]:
    """Return which of ``pixels`` ``[n, 2]`` lie in the rectangle with corners ``a`` and ``b``."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.asarray(((pixels >= low) & (pixels <= high)).all(axis=1))


def in_polygon(pixels: NDArray[np.float64], corners: Sequence[Point]) -> NDArray[np.bool_]:
    """Return which of ``pixels`` ``[n, 2]`` lie in a polygon, by the even-odd rule.

    The last corner is joined to the first.
    """
    inside = np.zeros(len(pixels), bool)
    if len(corners) < 3:
        return inside
    x, y = pixels[:, 0], pixels[:, 1]
    around = np.asarray(corners, np.float64)
    for (x0, y0), (x1, y1) in zip(around, np.roll(around, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside
