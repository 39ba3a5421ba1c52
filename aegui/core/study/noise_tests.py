"""The noises that the networks of a study are tested with, and the figures counted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.cost import multiplications_per_second
from aegui.core.evaluation.run_figures import TESTED_FIGURES, tested_figure
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr
from aegui.core.recipe import CorruptionSpec  # noqa: TC001  # pydantic looks at it
from aegui.core.sampled import sampled
from aegui.core.seeds import NOISE_TESTS_SEED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.network.resolve import ResolvedRecipe

MAX_NOISES = 20
MAX_DRAWS = 10_000_000
DRAWS = 4_000
"""Default number of noisy samples that a network is tested with."""
_CHUNK = 4096
_TRYING_SHARE = 0.2
"""Share of a core's full speed that testing reaches."""


class NoiseTests(BaseModel):
    """Noises that every network is tested with after training.

    Each adds figures, such as ``wrong@flip:0.2`` (``run_figures.tested_figure``). ``draws`` noisy
    samples are drawn of each noise, the same number of each sample, by ``seed``: the same for all
    networks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    noises: Annotated[tuple[CorruptionSpec, ...], Field(min_length=1, max_length=MAX_NOISES)]
    draws: Annotated[int, Field(ge=1, le=MAX_DRAWS)] = DRAWS
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0

    @model_validator(mode="after")
    def _each_once(self) -> NoiseTests:
        keys = [tested_figure("wrong", noise) for noise in self.noises]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(tr("the noise {key} is listed twice", key=twice.partition("@")[2]))
        return self

    @property
    def figures(self) -> tuple[str, ...]:
        """Keys of all figures that a network gets."""
        return tuple(tested_figure(key, noise) for noise in self.noises for key in TESTED_FIGURES)

    @property
    def key(self) -> str:
        """Key of these tests: 16 hexadecimal digits of all their fields."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def tested_of(dataset: Dataset, most: int) -> Dataset:
    """Return the set, or a fixed random subset of ``most`` samples if it is larger."""
    if len(dataset) <= most:
        return dataset
    return dataset.subset(sampled(len(dataset), most, NOISE_TESTS_SEED).tolist())


def trial_seconds(resolved: ResolvedRecipe, tried: NoiseTests | None) -> float:
    """Estimate the seconds that testing one network takes on one core."""
    if tried is None:
        return 0.0
    work = len(tried.noises) * tried.draws * sum(layer.cost for layer in resolved.layers)
    return work / (_TRYING_SHARE * multiplications_per_second())


class NoiseTrial:
    """Tests several networks with the same noisy samples, noise by noise.

    Args:
        codecs: The K networks.
        dataset: The clean samples; if there are more than draws, a subset is used.
        tried: The C noises.

    Attributes:
        wrong: Mean wrong pixels of each of N samples, float64 ``[K, C, N]``.
        at_most_1: Share of the answers with at most 1 wrong pixel, float64 ``[K, C]``.
        exact: Share of those without one, float64 ``[K, C]``.
    """

    def __init__(self, codecs: Sequence[Codec], dataset: Dataset, tried: NoiseTests) -> None:
        self._codecs = codecs
        self._dataset = tested_of(dataset, tried.draws)
        self._tried = tried
        shape = (len(codecs), len(tried.noises))
        self.wrong = np.zeros((*shape, len(self._dataset)))
        self.at_most_1, self.exact = np.zeros(shape), np.zeros(shape)

    def run(self) -> Iterator[float]:
        """Run the tests; yield the share that is done after each batch."""
        from aegui.core.evaluation.noise import noisy_batches

        dataset, count = self._dataset, len(self._dataset)
        rounds = -(-self._tried.draws // count)
        for column, noise in enumerate(self._tried.noises):
            generator = np.random.default_rng([self._tried.seed, column])
            for batch in noisy_batches(dataset, noise, rounds, generator, _CHUNK):
                target = batch.clean > THRESHOLD
                for index, codec in enumerate(self._codecs):
                    answer = codec.reconstruct(batch.noisy) > THRESHOLD
                    wrong = np.count_nonzero(answer != target, axis=1)
                    each = np.bincount(batch.indices, wrong, count) / rounds
                    self.wrong[index, column] += each
                    drawn = rounds * count
                    self.at_most_1[index, column] += np.count_nonzero(wrong <= 1) / drawn
                    self.exact[index, column] += np.count_nonzero(wrong == 0) / drawn
                    yield (column + batch.done) / len(self._tried.noises)

    def figures(self, index: int) -> dict[str, float]:
        """Return the figures of one network by their keys."""
        values: dict[str, NDArray[np.float64]] = {
            "wrong": self.wrong[index].mean(axis=1),
            "at_most_1": self.at_most_1[index],
            "exact": self.exact[index],
        }
        return {
            tested_figure(key, noise): float(values[key][column])
            for column, noise in enumerate(self._tried.noises)
            for key in TESTED_FIGURES
        }
