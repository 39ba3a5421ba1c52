"""Pairs of characters that noise makes hard to tell apart, and those that a network confuses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.corruption import corrupted_with
from aegui.core.data.progress import Progress, characters_drawn, stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import chances_of
from aegui.core.evaluation.likelihoods import (
    binary_rows,
    blocks,
    lit_chances,
    log,
    log_likelihoods,
    log_ways,
    normal_prior,
)
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec

MAX_COMPARED = 500
"""Most characters that are compared pair by pair."""
_CHUNK = 4096
_GAUSSIAN_DRAWS = 20_000
_CLEARLY = 3.0
"""Standard errors above the best possible at which a network counts as confusing a pair."""
_NOTHING = 1e-12
_MATTERS = 0.005
"""Smallest excess over the best possible that is reported."""


@dataclass(frozen=True)
class Pair:
    """Two characters that noise may make indistinguishable."""

    first: int
    """Index of one in the set."""
    second: int
    """Index of the other."""
    distance: int
    """Number of pixels in which they differ."""
    chance: float
    """Bayes error of deciding between the two; 0.5 is guessing."""


@dataclass(frozen=True)
class MixedPair:
    """Two characters that are confused."""

    first: int
    """Index of one in the set."""
    second: int
    """Index of the other."""
    distance: int
    """Number of pixels in which they differ."""
    model: float
    """Share of the draws of either that the network takes for the other."""
    best: float
    """The same share for the most probable character."""
    is_mixed: bool
    """Whether the network confuses them clearly more often than is unavoidable."""


@dataclass(frozen=True, eq=False)
class Confusions:
    """How corrupted characters are recognised."""

    draws: int
    """Draws of each character."""
    distances: NDArray[np.int64]
    """Number of pixels in which two characters differ, int64 ``[N, N]``."""
    model: NDArray[np.float64]
    """Share of the draws of each character (row) whose answer is nearest to each (column), float64
    ``[N, N]``; ties are split."""
    best: NDArray[np.float64]
    """The same shares for the most probable character."""

    def pairs(self, most: int = 20) -> tuple[MixedPair, ...]:
        """Return the pairs that the network confuses most often, worst first."""
        first, second = np.triu_indices(len(self.model), 1)
        model, best = (
            (shares[first, second] + shares[second, first]) / 2
            for shares in (self.model, self.best)
        )
        order = np.lexsort((-best, -model))[:most]
        return tuple(
            MixedPair(
                int(first[at]),
                int(second[at]),
                int(self.distances[first[at], second[at]]),
                float(model[at]),
                float(best[at]),
                self._is_clear(float(model[at]), float(best[at])),
            )
            for at in order
            if model[at] > 0.0 or best[at] > 0.0
        )

    def _is_clear(self, model: float, best: float) -> bool:
        # Two shares of 2 * draws each.
        error = math.sqrt((model * (1 - model) + best * (1 - best)) / (2 * self.draws))
        return model - best > max(_CLEARLY * error, _MATTERS)


def confusable_pairs(
    dataset: Dataset,
    spec: CorruptionSpec,
    most: int = 20,
    cancelled: IsCancelled | None = None,
) -> tuple[Pair, ...]:
    """Return the pairs of characters that are hardest to tell apart under a noise, hardest first.

    Exact, except for Gaussian noise, whose error rates are estimated by drawing.

    Raises:
        AeguiError: The set has grey pixels, or is too large to compare all pairs.
        Cancelled: ``cancelled`` returned True.
    """
    on = _rows(dataset)
    first, second = np.triu_indices(len(on), 1)
    if spec.kind == "block":
        chances = _chances_of_blocks(on, spec, dataset.image_shape, first, second, cancelled)
    else:
        # The error depends only on the numbers of pixels lit in one character but not in the other.
        only = (on @ (1.0 - on).T).astype(np.int64)
        one, other = only[first, second], only[second, first]
        chances = _chances_of_counts(one, other, spec)
    distance = _distances(on)[first, second]
    order = np.lexsort((distance, -chances))[:most]
    return tuple(
        Pair(int(first[at]), int(second[at]), int(distance[at]), float(chances[at])) for at in order
    )


def confusions(
    codec: Codec,
    dataset: Dataset,
    spec: CorruptionSpec,
    draws: int = 16_000,
    seed: int = 0,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Confusions:
    """Measure how a network and the best decision recognise corrupted characters.

    Raises:
        AeguiError: The set has grey pixels, or is too large to compare all pairs.
        Cancelled: ``cancelled`` returned True.
    """
    on = _rows(dataset)
    count = len(on)
    rounds = max(1, -(-draws // count))
    each = max(1, _CHUNK // count)
    generator = np.random.default_rng(seed)
    prior = normal_prior(None, count)
    model, best = np.zeros((count, count)), np.zeros((count, count))
    progress = Progress(rounds * count, characters_drawn, report, cancelled)
    for start in range(0, rounds, each):
        progress.reached(start * count)
        clean = np.tile(dataset.flat(), (min(each, rounds - start), 1))
        noisy = corrupted_with(clean, spec, generator, dataset.image_shape)
        answers = (codec.reconstruct(noisy) > THRESHOLD).astype(np.float64)
        away = answers @ (1.0 - 2.0 * on.T) + on.sum(axis=1)
        chances, _ = chances_of(noisy, on, spec, prior, dataset.image_shape)
        model += _first_choices(-away).reshape(-1, count, count).sum(axis=0)
        best += _first_choices(chances).reshape(-1, count, count).sum(axis=0)
    return Confusions(rounds, _distances(on), model / rounds, best / rounds)


def why_too_many(dataset: Dataset) -> str:
    """Return why the characters are too many to compare pair by pair; empty if they are not."""
    if len(dataset) <= MAX_COMPARED:
        return ""
    return tr(
        "{name} has {count:,} characters; at most {most:,} are compared pair by pair. "
        "Choose fewer of them.",
        name=dataset.name,
        count=len(dataset),
        most=MAX_COMPARED,
    )


def _rows(dataset: Dataset) -> NDArray[np.float64]:
    if reason := why_too_many(dataset):
        raise AeguiError(reason)
    return binary_rows(dataset.flat())


def _distances(on: NDArray[np.float64]) -> NDArray[np.int64]:
    only = on @ (1.0 - on).T
    return (only + only.T).astype(np.int64)


def _first_choices(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 at the maximum of each row; tied maxima share it equally."""
    top = scores >= scores.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(top / top.sum(axis=1, keepdims=True), np.float64)


def _chances_of_counts(
    one: NDArray[np.int64], other: NDArray[np.int64], spec: CorruptionSpec
) -> NDArray[np.float64]:
    switched = lit_chances(spec)
    if switched is None:
        by_distance = _gaussian_chances(int((one + other).max(initial=0)), spec)
        return np.asarray(by_distance[one + other], np.float64)
    known: dict[tuple[int, int], float] = {}
    found = np.empty(len(one))
    for at, counts in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        if counts not in known:
            known[counts] = _chance(*counts, *switched)
        found[at] = known[counts]
    return found


def _chance(one: int, other: int, if_off: float, if_on: float) -> float:
    """Return the Bayes error of two classes: half the overlap of their distributions."""
    # The Bhattacharyya bound (1943) skips pairs whose error is negligible.
    each = math.sqrt(if_on * if_off) + math.sqrt((1.0 - if_on) * (1.0 - if_off))
    if 0.5 * each ** (one + other) < _NOTHING:
        return 0.0
    if math.isclose(if_on, 1.0 - if_off):
        # If both flips are equally probable, only the number of agreeing pixels counts.
        one, other = one + other, 0
    lit_one = np.multiply.outer(_binomial(one, if_on), _binomial(other, if_off))
    lit_other = np.multiply.outer(_binomial(one, if_off), _binomial(other, if_on))
    return 0.5 * float(np.minimum(lit_one, lit_other).sum())


def _binomial(count: int, chance: float) -> NDArray[np.float64]:
    lit = np.arange(count + 1)
    if not 0.0 < chance < 1.0:
        return np.asarray(lit == round(count * chance), np.float64)
    logs = log_ways(count) + lit * log(chance) + (count - lit) * log(1.0 - chance)
    return np.asarray(np.exp(logs), np.float64)


def _gaussian_chances(most: int, spec: CorruptionSpec) -> NDArray[np.float64]:
    """Return the same for 0 to ``most`` differing pixels with clipped normal noise, by drawing."""
    generator = np.random.default_rng(0)
    ends = np.array([[0.0], [1.0]])
    doubt = np.zeros(_GAUSSIAN_DRAWS)
    chances = np.zeros(most + 1)
    chances[0] = 0.5
    for distance in range(1, most + 1):
        # Log-likelihood ratio of one more pixel that is off in the true character.
        seen = np.clip(spec.level * generator.standard_normal((_GAUSSIAN_DRAWS, 1)), 0.0, 1.0)
        likelihoods = log_likelihoods(seen, ends, spec)
        doubt += likelihoods[:, 0] - likelihoods[:, 1]
        chances[distance] = (doubt < 0.0).mean() + 0.5 * (doubt == 0.0).mean()
        if chances[distance] == 0.0:
            break  # and smaller still for more
    return chances


def _chances_of_blocks(
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    image_shape: tuple[int, int, int],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    cancelled: IsCancelled | None,
) -> NDArray[np.float64]:
    """Return half the probability that both become the same, summed over all results of a block."""
    # Compared by 64-bit hashes, whose collisions are negligible.
    seen: list[dict[int, float]] = [{} for _ in on]
    for chance, rows, columns in blocks(spec.level, image_shape):
        stop_if(cancelled)
        keep = np.ones(image_shape, bool)
        keep[:, rows, columns] = False
        packed = np.packbits((on > 0.5) & keep.reshape(-1), axis=1)
        for chances, row in zip(seen, packed, strict=True):
            key = hash(row.tobytes())
            chances[key] = chances.get(key, 0.0) + chance
    overlaps = []
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        stop_if(cancelled)
        both = seen[one].keys() & seen[other].keys()
        overlaps.append(sum(min(seen[one][key], seen[other][key]) for key in both))
    return 0.5 * np.array(overlaps, np.float64)
