"""Which way round a principal direction is shown: an eigenvector may come back either way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_BALANCED = 1e-5
"""Cubes that differ by no more than this share of their sizes say nothing."""
_ALIKE = 1e-3
"""Numbers that are no smaller than the largest by more than this share are as large as it."""


def oriented(directions: ArrayLike) -> NDArray[np.float64]:
    """The same ``directions`` ``[k, d]``, each the way round that its own numbers say.

    The sum of the cubes of its numbers is positive: the large ones decide, and where two of them
    are nearly as large, one above 0 and one below, all the others do, so that data or weights that
    differ a little do not mirror the picture. Where the cubes cancel, as they do of data that are
    their own mirror image, the first of the largest numbers is positive. It depends on nothing but
    the direction: not on what was shown before, nor on the order of the samples.
    """
    found = np.asarray(directions, np.float64)
    signs = np.array([_sign(direction) for direction in found]).reshape(-1, 1)
    return np.asarray(found * signs, np.float64)


def _sign(direction: NDArray[np.float64]) -> float:
    sizes = np.abs(direction)
    cubes = float((direction**3).sum())
    if abs(cubes) > _BALANCED * float((sizes**3).sum()):
        return float(np.sign(cubes))
    first = int(np.argmax(sizes >= (1.0 - _ALIKE) * sizes.max(initial=0.0)))
    return -1.0 if direction[first] < 0.0 else 1.0
