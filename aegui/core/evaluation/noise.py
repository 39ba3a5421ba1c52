"""How well a network denoises: the error over many draws, beside the Bayes limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.data.progress import by_share, part, parts
from aegui.core.evaluation.limits import limit_of, limit_seconds
from aegui.core.evaluation.reconstruction import reconstructed
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

_CHUNK_SAMPLES = 8192
_CHUNK_NUMBERS = 1 << 22
"""Most numbers of noisy images in memory at a time."""


@dataclass(frozen=True, eq=False)
class NoisyBatch:
    """A batch of noisy samples."""

    indices: NDArray[np.int64]
    """Indices of the samples in their set, int64 ``[n]``."""
    clean: NDArray[np.float32]
    """float32 ``[n, D]``."""
    noisy: NDArray[np.float32]
    """float32 ``[n, D]``."""
    done: float
    """Share of all draws before this batch."""


def noisy_batches(
    dataset: Dataset,
    spec: CorruptionSpec,
    rounds: int,
    generator: np.random.Generator,
    most: int = _CHUNK_SAMPLES,
) -> Iterator[NoisyBatch]:
    """Yield ``rounds`` noisy versions of every sample, in batches that fit into memory.

    Args:
        dataset: The clean samples.
        spec: The noise.
        rounds: Draws of each sample.
        generator: Draws the noise, batch after batch.
        most: Most samples of a batch; fewer for large images.
    """
    rows, shape = dataset.flat(), dataset.image_shape
    count = len(rows)
    most = max(1, min(most, _CHUNK_NUMBERS // dataset.pixels))
    each = max(1, most // count)
    for start in range(0, rounds, each):
        some = min(each, rounds - start)
        for first in range(0, count, most):
            stop = min(count, first + most)
            indices = np.tile(np.arange(first, stop), some)
            clean = np.tile(rows[first:stop], (some, 1))
            noisy = corrupted_with(clean, spec, generator, shape)
            done = (start + some * first / count) / rounds
            yield NoisyBatch(indices, clean, noisy, done)


@dataclass(frozen=True, eq=False)
class NoisyScore:
    """Errors of the answers to corrupted samples, compared with the clean ones."""

    spec: CorruptionSpec
    """The noise."""
    draws: int
    """Total number of corrupted samples."""
    seed: int
    """Seed of the noise."""
    per_sample: NDArray[np.float64]
    """float64 ``[N]``, mean over the draws of each sample."""
    max: int
    """Wrong pixels of the worst answer."""
    share_at_most_1: float
    """Share of the answers with at most 1 wrong pixel."""
    share_exact: float
    """Share of the answers without a wrong pixel."""
    limit: float | None
    """Mean wrong pixels of the best possible answers; None if unknown."""
    squared_error: float
    """Mean squared error per image."""

    @property
    def mean(self) -> float:
        """Mean wrong pixels per sample."""
        return float(self.per_sample.mean())


def noisy_score(
    codec: Codec,
    dataset: Dataset,
    spec: CorruptionSpec,
    draws: int,
    seed: int,
    *,
    limited: bool = True,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> NoisyScore:
    """Draw at least ``draws`` corrupted samples, equally many of each, and measure errors.

    Args:
        codec: The network.
        dataset: The clean samples.
        spec: The noise.
        draws: Fewest noisy samples.
        seed: Seed of the noise.
        limited: Whether to compute the limit too: it knows exactly these samples, and is the same
            for all draws and seeds.
        report: Called with the share of the work that is done.
        cancelled: Polled for cancellation.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    count = len(dataset)
    rounds = -(-draws // count)
    of_answers, of_limit = parts(
        report,
        (
            codec.passes(encoded=rounds * count, decoded=rounds * count).seconds,
            limit_seconds(dataset, spec) if limited else 0.0,
        ),
    )
    total, worst, one, none, squared = np.zeros(count), 0, 0, 0, 0.0
    for batch in noisy_batches(dataset, spec, rounds, np.random.default_rng(seed)):
        of_batch = part(of_answers, batch.done, batch.done + len(batch.noisy) / (rounds * count))
        answers = reconstructed(codec, batch.noisy, of_batch, cancelled)
        squared += float(np.square(answers - batch.clean).sum(dtype=np.float64))
        wrong = wrong_pixels(batch.clean, answers)
        total += np.bincount(batch.indices, wrong, count)
        worst = max(worst, int(wrong.max()))
        one += int(np.count_nonzero(wrong <= 1))
        none += int(np.count_nonzero(wrong == 0))
    drawn = rounds * count
    found = limit_of(dataset, spec, by_share(of_limit), cancelled) if limited else None
    best = None if found is None else found.mean
    return NoisyScore(
        spec,
        drawn,
        seed,
        total / rounds,
        worst,
        one / drawn,
        none / drawn,
        best,
        squared / drawn,
    )
