"""Densities of codes on a plane of the latent space: of the samples, and of the prior.

The aggregate posterior is the mixture of the encoder's distributions over all samples, q(z) = mean
of q(z | x) (Makhzani et al. 2015; Hoffman and Johnson 2016). A variational autoencoder generates
well where it covers the prior. On a plane both densities are marginals, integrated over all other
directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.sampled import stride_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.frame import Frame

MAX_CODES = 2048
"""Upper bound of the codes used; of more, every n-th is taken."""
_BATCH = 64


def placed(frame: Frame, codes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the map coordinates of ``codes`` ``[n, d]``, float64 ``[n, 2]``."""
    ways = np.array([frame.across, frame.up], np.float64)
    return np.asarray((codes - np.array(frame.origin, np.float64)) @ ways.T)


def prior_density(
    frame: Frame, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the density ``[rows, columns]`` of N(0, I) at centres ``xs`` and ``ys`` of the cells.

    Codes of one number lie on a line: their density is the same in every row.
    """
    zero = placed(frame, np.zeros((1, frame.size), np.float32))[0]
    across = _bell(xs - zero[0], 1.0)
    up = _bell(ys - zero[1], 1.0) if any(frame.up) else np.ones(len(ys))
    return np.asarray(up[:, np.newaxis] * across)


def aggregate_density(
    codes: NDArray[np.float32],
    variances: NDArray[np.float32] | None,
    frame: Frame,
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    cancelled: IsCancelled | None = None,
) -> NDArray[np.float64]:
    """Return the density of the samples' codes at ``xs`` ``[columns]`` and ``ys`` ``[rows]``.

    Args:
        codes: Codes, or their means, ``[n, d]``.
        variances: Their variances, ``[n, d]``; None: one bandwidth for all, by Scott's rule (Scott
            1992, eq. 6.42, for the directions of the map).
        frame: The plane that x and y are coordinates of.
        xs: Centres of the columns, equally spaced.
        ys: Centres of the rows, equally spaced.
        cancelled: Polled between batches; True cancels the computation.

    Returns:
        float64 ``[rows, columns]``.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    step = stride_for(len(codes), MAX_CODES)
    usable = np.isfinite(codes).all(axis=1)
    if variances is not None:
        usable &= np.isfinite(variances).all(axis=1)
    chosen = np.flatnonzero(usable)[::step]
    if not len(chosen):
        return np.zeros((len(ys), len(xs)))
    at = placed(frame, codes[chosen])
    shapes = _shapes(at, None if variances is None else variances[chosen], frame)
    # Widen each kernel to at least a cell, or narrow ones would fall between two centres.
    shapes[:, 0, 0] += (_spacing(xs) / 2) ** 2
    shapes[:, 1, 1] += (_spacing(ys) / 2) ** 2
    if not any(frame.up):
        across = _bell(xs[:, np.newaxis] - at[:, 0], shapes[:, 0, 0]).mean(axis=1)
        return np.asarray(np.tile(across, (len(ys), 1)))
    if not shapes[:, 0, 1].any():
        across = _bell(xs[:, np.newaxis] - at[:, 0], shapes[:, 0, 0])
        up = _bell(ys[:, np.newaxis] - at[:, 1], shapes[:, 1, 1])
        return np.asarray(up @ across.T / len(at))
    return _mixture(at, shapes, xs, ys, cancelled)


def _shapes(
    at: NDArray[np.float64], variances: NDArray[np.float32] | None, frame: Frame
) -> NDArray[np.float64]:
    """Return the covariance on the map of each of n codes, ``[n, 2, 2]``."""
    if variances is None:
        ways = 2 if any(frame.up) else 1
        width = len(at) ** (-2.0 / (ways + 4)) * np.maximum(at.var(axis=0), 1e-12)
        return np.tile(np.diag(width), (len(at), 1, 1))
    directions = np.array([frame.across, frame.up], np.float64)
    shapes: NDArray[np.float64] = np.einsum(
        "ad,nd,bd->nab", directions, variances.astype(np.float64), directions
    )
    return shapes


def _mixture(
    at: NDArray[np.float64],
    shapes: NDArray[np.float64],
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    cancelled: IsCancelled | None,
) -> NDArray[np.float64]:
    inverse = np.linalg.inv(shapes)
    factor = np.sqrt(np.linalg.det(inverse)) / (2 * np.pi * len(at))
    total = np.zeros((len(ys), len(xs)))
    for part in in_batches(len(at), _BATCH, cancelled):
        x = (xs - at[part, :1])[:, np.newaxis, :]
        y = (ys - at[part, 1:])[:, :, np.newaxis]
        a, b, c = (inverse[part, i, j, np.newaxis, np.newaxis] for i, j in ((0, 0), (0, 1), (1, 1)))
        bells = np.exp(-0.5 * (a * x * x + 2 * b * x * y + c * y * y))
        total += np.einsum("n,nyx->yx", factor[part], bells)
    return total


def _bell(gaps: NDArray[np.float64], variance: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * gaps**2 / variance) / np.sqrt(2 * np.pi * variance))


def _spacing(centres: NDArray[np.float64]) -> float:
    return float(centres[1] - centres[0]) if len(centres) > 1 else 0.0
