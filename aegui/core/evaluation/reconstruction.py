"""How well a model reconstructs a set, in the units of the literature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec

_ROWS = 4096
"""Samples at a time."""
_TINY = np.float32(1e-7)


@dataclass(frozen=True)
class ReconstructionFigures:
    """Means over the samples of a set.

    Attributes:
        samples: How many there were.
        squared_error: Sum over the pixels of the squared error, of the code (or its mean).
        mse: The same per pixel.
        cross_entropy: Binary cross-entropy summed over the pixels, nats; None where the output
            leaves 0..1.
        kl: KL of the code from the prior, nats; None for a plain code.
        bound: Negative evidence bound: cross-entropy of one drawn code plus KL, nats; None for a
            plain code.
    """

    samples: int
    squared_error: float
    mse: float
    cross_entropy: float | None
    kl: float | None
    bound: float | None


def reconstruction_figures(codec: Codec, dataset: Dataset, seed: int = 0) -> ReconstructionFigures:
    """Reconstruct all of ``dataset`` and compare; ``seed`` draws the codes of the bound.

    Raises:
        AeguiError: The model has no encoder, or takes images of another size.
    """
    flat = dataset.flat()
    generator = np.random.default_rng(seed)
    totals = np.zeros(4)
    inside = True
    gaussian = False
    for rows in np.array_split(flat, -(-len(flat) // _ROWS)):
        mean, log_variance = codec.encode_distribution(rows)
        output = codec.decode(mean)
        inside = inside and bool(output.min() >= 0.0 and output.max() <= 1.0)
        totals[0] += _squared_error(rows, output)
        totals[1] += _cross_entropy(rows, output) if inside else 0.0
        if log_variance is not None:
            gaussian = True
            noise = generator.standard_normal(mean.shape, dtype=np.float32)
            drawn = codec.decode(mean + np.exp(log_variance / 2) * noise)
            totals[2] += _kl(mean, log_variance)
            totals[3] += _cross_entropy(rows, drawn) if inside else 0.0
    error, entropy, kl, drawn_entropy = totals / len(flat)
    return ReconstructionFigures(
        samples=len(flat),
        squared_error=float(error),
        mse=float(error) / dataset.pixels,
        cross_entropy=float(entropy) if inside else None,
        kl=float(kl) if gaussian else None,
        bound=float(drawn_entropy + kl) if gaussian and inside else None,
    )


def _squared_error(target: NDArray[np.float32], output: NDArray[np.float32]) -> float:
    return float(np.square(output - target).sum(dtype=np.float64))


def _cross_entropy(target: NDArray[np.float32], output: NDArray[np.float32]) -> float:
    sure = np.clip(output, _TINY, 1 - _TINY)
    each = target * np.log(sure) + (1 - target) * np.log1p(-sure)
    return -float(each.sum(dtype=np.float64))


def _kl(mean: NDArray[np.float32], log_variance: NDArray[np.float32]) -> float:
    each = np.square(mean) + np.exp(log_variance) - 1 - log_variance
    return 0.5 * float(each.sum(dtype=np.float64))
