"""Signs of principal directions: an eigenvector is defined only up to its sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_BALANCED = 1e-5
"""Sums of cubes within this share of their sizes are treated as 0."""
_ALIKE = 1e-3
"""Numbers within this share of the largest are treated as equally large."""


def oriented(directions: ArrayLike) -> NDArray[np.float64]:
    """Return ``directions`` ``[k, d]`` with signs determined by their own numbers.

    The sum of the cubes is made positive: large numbers decide, and if two of them are nearly
    equal with opposite signs, all the others do, so that small changes of data or weights do not
    mirror the picture. If the cubes cancel, as for data with a mirror symmetry, the first of the
    largest numbers is positive. The result depends only on the direction: not on what was shown
    before, nor on the order of the samples.
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
