"""Some of many, always the same ones: drawn at random, spread evenly, or each so manyth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sampled(count: int, most: int, seed: int) -> NDArray[np.int64]:
    """At most ``most`` of the numbers 0..``count`` - 1, drawn at random by ``seed``, ascending."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def spread_over(count: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of the numbers 0..``count`` - 1, as far apart, ascending.

    The first and the last are among them, where there are two at least.
    """
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))


def step_of(count: int, most: int) -> int:
    """Of ``count`` things each so manyth is taken, so that at most ``most`` are."""
    return max(1, -(-count // most))
