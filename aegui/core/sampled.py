"""Some of many, always the same ones."""

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
