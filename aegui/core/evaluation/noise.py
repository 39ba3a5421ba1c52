"""How well a network repairs noise: wrong pixels over many draws, beside the Bayes limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.wrong_pixels import wrong_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

_CHUNK_SAMPLES = 8192


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
    codec: Codec, dataset: Dataset, spec: CorruptionSpec, draws: int, seed: int
) -> NoisyScore:
    """Draw at least ``draws`` corrupted samples, as many of each, and count wrong pixels."""
    rows = dataset.flat()
    count = len(rows)
    rounds = -(-draws // count)
    each = max(1, _CHUNK_SAMPLES // count)
    generator = np.random.default_rng(seed)
    total, worst, one, none = np.zeros(count), 0, 0, 0
    for start in range(0, rounds, each):
        clean = np.tile(rows, (min(each, rounds - start), 1))
        noisy = corrupted_with(clean, spec, generator, dataset.image_shape)
        wrong = wrong_pixels(clean, codec.reconstruct(noisy))
        total += wrong.reshape(-1, count).sum(axis=0)
        worst = max(worst, int(wrong.max()))
        one += int(np.count_nonzero(wrong <= 1))
        none += int(np.count_nonzero(wrong == 0))
    drawn = rounds * count
    best = None
    if dataset.is_binary:
        best = limit(rows, spec, draws, seed, image_shape=dataset.image_shape).mean
    return NoisyScore(spec, drawn, seed, total / rounds, worst, one / drawn, none / drawn, best)
