"""Codes in rows and columns: what a model draws over two dimensions of its prior.

At the quantiles of the normal distribution each picture stands for an equal share of the prior
(Kingma and Welling 2013, figure 4).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def normal_quantiles(count: int) -> NDArray[np.float32]:
    """The middles of ``count`` equal shares of the standard normal distribution, ascending."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / count) for i in range(count)], np.float32)


def quantile_codes(side: int, latent: int, dims: tuple[int, int] = (0, 1)) -> NDArray[np.float32]:
    """Codes ``[side * side, latent]``, row by row from the top, where the second number is largest.

    Args:
        side: Rows and columns.
        latent: Numbers per code; those that are not in ``dims`` are 0, the middle of the prior.
        dims: Which number grows to the right, and which upwards; a code of one number has only the
            first.
    """
    values = normal_quantiles(side)
    codes = np.zeros((side, side, latent), np.float32)
    if latent > 1:
        codes[..., dims[1]] = values[::-1, np.newaxis]
    codes[..., dims[0]] = values
    return codes.reshape(-1, latent)
