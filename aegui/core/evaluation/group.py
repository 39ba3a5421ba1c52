"""Summary of a group of samples: labels, mean image, error, location of their codes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.codec import Codec

MAX = 4096
"""Most samples that images and figures are computed of; larger groups are subsampled evenly."""
_BATCH = 512


@dataclass(frozen=True, eq=False)
class SampleGroup:
    """Summary of a group."""

    count: int
    """Number of samples in it."""
    looked_at: int
    """Number of samples that the images and figures below are computed of."""
    labels: tuple[tuple[str, int], ...]
    """Each label with its number of samples in the group, the most frequent first."""
    mean: NDArray[np.float32]
    """The mean image, float32 ``[C, H, W]``."""
    spread: NDArray[np.float32]
    """Standard deviation of each pixel, float32 ``[C, H, W]``."""
    error: float | None = None
    """Mean error: wrong pixels of glyphs, otherwise the squared error per image; None if no network
    takes such images."""
    middle: NDArray[np.float32] | None = None
    """The mean code, float32 ``[d]``; None as above."""
    extent: NDArray[np.float32] | None = None
    """Standard deviation of each number of the code, float32 ``[d]``; None as above."""
    epoch: int | None = None
    """Epoch of the weights; None as above."""


def described_group(
    dataset: Dataset,
    indices: NDArray[np.int64],
    codec: Codec | None = None,
    *,
    glyphs: bool = True,
    cancelled: IsCancelled | None = None,
) -> SampleGroup:
    """Summarise the samples at ``indices`` ``[k]``, k >= 1, of ``dataset``.

    Args:
        dataset: The set.
        indices: Indices of the samples in it.
        codec: The network; None leaves error and codes out.
        glyphs: Whether errors are counted in wrong pixels.
        cancelled: Polled for cancellation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    labels = Counter(dataset.labels[index] for index in indices.tolist()).most_common()
    some = indices
    if len(indices) > MAX:
        some = indices[np.linspace(0, len(indices) - 1, MAX).astype(np.int64)]
    reads = codec is not None and codec.can_encode and codec.image_shape == dataset.image_shape
    rows = dataset.flat()
    total, squares = np.zeros(dataset.pixels), np.zeros(dataset.pixels)
    wrong, codes = 0.0, []
    for batch in in_batches(len(some), _BATCH, cancelled):
        part = np.asarray(rows[some[batch]], np.float32)
        total += part.sum(axis=0, dtype=np.float64)
        squares += np.square(part, dtype=np.float64).sum(axis=0)
        if reads:
            assert codec is not None
            codes.append(codec.encode(part))
            wrong += _error(part, codec.decode(codes[-1]), glyphs=glyphs)
    mean = total / len(some)
    spread = np.sqrt(np.maximum(squares / len(some) - mean * mean, 0.0))
    group = SampleGroup(
        len(indices),
        len(some),
        tuple(labels),
        mean.astype(np.float32).reshape(dataset.image_shape),
        spread.astype(np.float32).reshape(dataset.image_shape),
    )
    return _with_codes(group, codec, np.concatenate(codes), wrong) if codes and codec else group


def _with_codes(
    group: SampleGroup, codec: Codec, codes: NDArray[np.float32], error: float
) -> SampleGroup:
    return SampleGroup(
        group.count,
        group.looked_at,
        group.labels,
        group.mean,
        group.spread,
        error / group.looked_at,
        codes.mean(axis=0),
        codes.std(axis=0),
        codec.epoch,
    )


def _error(rows: NDArray[np.float32], answers: NDArray[np.float32], *, glyphs: bool) -> float:
    """Return the summed error of some rows."""
    if glyphs:
        return float(((answers > THRESHOLD) != (rows > THRESHOLD)).sum())
    return float(np.square(answers - rows, dtype=np.float64).sum())
