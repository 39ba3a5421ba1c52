"""Deterministic subsets of indices: drawn at random, evenly spaced, or with a fixed step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sampled(count: int, most: int, seed: int) -> NDArray[np.int64]:
    """Draw at most ``most`` of the indices below ``count`` by ``seed``, in ascending order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def evenly_spaced(count: int, most: int) -> NDArray[np.int64]:
    """Return at most ``most`` evenly spaced indices below ``count``, in ascending order.

    The first and the last are included if ``most`` is at least 2.
    """
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))


def stride_for(count: int, most: int) -> int:
    """Return the step that takes at most ``most`` of ``count`` things."""
    return max(1, -(-count // most))
