"""How well a network repairs noise: wrong pixels over many draws, beside the Bayes limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.evaluation.limits import limit_of
from aegui.core.evaluation.wrong_pixels import wrong_pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

_CHUNK_SAMPLES = 8192
_CHUNK_NUMBERS = 1 << 22
"""Numbers of noisy images that are in memory at a time, at most."""


@dataclass(frozen=True, eq=False)
class NoisyBatch:
    """Some noisy samples.

    Attributes:
        places: Of the samples in their set, int64 ``[n]``.
        clean: float32 ``[n, D]``.
        noisy: float32 ``[n, D]``.
        done: Share of all draws that was drawn before these.
    """

    places: NDArray[np.int64]
    clean: NDArray[np.float32]
    noisy: NDArray[np.float32]
    done: float


def noisy_batches(
    dataset: Dataset,
    spec: CorruptionSpec,
    rounds: int,
    generator: np.random.Generator,
    most: int = _CHUNK_SAMPLES,
) -> Iterator[NoisyBatch]:
    """``rounds`` noisy versions of every sample, in batches that fit into memory.

    Args:
        dataset: The clean samples.
        spec: The noise.
        rounds: How often each sample is drawn.
        generator: Draws the noise, batch after batch.
        most: Samples of a batch, at most; of large images fewer.
    """
    rows, shape = dataset.flat(), dataset.image_shape
    count = len(rows)
    most = max(1, min(most, _CHUNK_NUMBERS // dataset.pixels))
    each = max(1, most // count)
    for start in range(0, rounds, each):
        some = min(each, rounds - start)
        for low in range(0, count, most):
            high = min(count, low + most)
            places = np.tile(np.arange(low, high), some)
            clean = np.tile(rows[low:high], (some, 1))
            noisy = corrupted_with(clean, spec, generator, shape)
            done = (start + some * low / count) / rounds
            yield NoisyBatch(places, clean, noisy, done)


@dataclass(frozen=True, eq=False)
class NoisyScore:
    """Wrong pixels of the answers to corrupted samples, against the clean ones.

    Attributes:
        spec: The noise.
        draws: Corrupted samples that were drawn in all.
        seed: Seed of the noise.
        per_sample: float64 ``[N]``, mean over the draws of each sample.
        max: Wrong pixels of the worst answer of all.
        share_at_most_1: Share of the answers with at most 1 wrong pixel.
        share_exact: Share of the answers without a wrong pixel.
        limit: What the best possible answers would have on average; None where it is not known.
    """

    spec: CorruptionSpec
    draws: int
    seed: int
    per_sample: NDArray[np.float64]
    max: int
    share_at_most_1: float
    share_exact: float
    limit: float | None

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
) -> NoisyScore:
    """Draw at least ``draws`` corrupted samples, as many of each, and count wrong pixels.

    Args:
        codec: The network.
        dataset: The clean samples.
        spec: The noise.
        draws: Noisy samples, at least.
        seed: Of the noise.
        limited: Whether the limit is looked for too: it is that of somebody who knows just these
            samples, the same for all draws and seeds.
    """
    count = len(dataset)
    rounds = -(-draws // count)
    total, worst, one, none = np.zeros(count), 0, 0, 0
    for batch in noisy_batches(dataset, spec, rounds, np.random.default_rng(seed)):
        wrong = wrong_pixels(batch.clean, codec.reconstruct(batch.noisy))
        total += np.bincount(batch.places, wrong, count)
        worst = max(worst, int(wrong.max()))
        one += int(np.count_nonzero(wrong <= 1))
        none += int(np.count_nonzero(wrong == 0))
    drawn = rounds * count
    found = limit_of(dataset, spec) if limited else None
    best = None if found is None else found.mean
    return NoisyScore(spec, drawn, seed, total / rounds, worst, one / drawn, none / drawn, best)
