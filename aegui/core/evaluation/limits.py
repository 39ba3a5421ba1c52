"""The Bayes limit: the best possible average, given the characters and the noise.

Exact if all corrupted images can be enumerated, otherwise estimated by drawing, with its standard
error. Pixels in which all characters agree carry no information, and of pixels lit in the same
characters only the number of lit ones matters: with few characters this makes the enumeration
small even for large images.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.cost import Cost, multiplications_per_second
from aegui.core.data.corruption import corrupted_with
from aegui.core.data.progress import Progress, characters_drawn, in_batches, stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.bayes import expected_wrong, lit_shares
from aegui.core.evaluation.likelihoods import (
    binary_rows,
    block_positions,
    blocks,
    is_known,
    lit_chances,
    log,
    log_ways,
    normal_prior,
)
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.layers import PIECE_COST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import CorruptionSpec

    Shape = tuple[int, int, int]

DEFAULT_DRAWS = 16_000
"""The draws, with seed 0, used everywhere in the program, so that estimates agree."""
MAX_OUTCOMES = 1 << 24
"""Most outcomes times characters to enumerate: about a second."""
_CHUNK = 4096
_MAX_NUMBERS = 1 << 23
"""Most noisy characters times characters compared at a time."""
_NUMBER_SECONDS = 2.5e-7
"""Time for each pixel drawn, whatever it is compared with (measured for 32 to 2,000 glyphs)."""
_MAX_COMPARED = PIECE_COST
"""Most pixels compared between two checks for cancellation ..."""
_BLOCK_COMPARED = 1 << 24
"""... and for a block, which is tried at every position, instead of multiplied."""


@dataclass(frozen=True)
class BayesLimit:
    """Average number of wrong pixels per character of the best possible answer."""

    mean: float
    """The figure."""
    error: float = 0.0
    """Its standard error; 0 if it is exact."""
    draws: int = 0
    """Number of corrupted characters drawn; 0 if it is exact."""

    @property
    def is_exact(self) -> bool:
        """Whether all corrupted images were enumerated."""
        return self.draws == 0


def limit(
    glyphs: ArrayLike,
    spec: CorruptionSpec,
    draws: int = DEFAULT_DRAWS,
    seed: int = 0,
    prior: ArrayLike | None = None,
    image_shape: Shape | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> BayesLimit:
    """Return the limit for ``glyphs`` ``[N, ...]`` under a noise.

    If it has to be estimated, at least ``draws`` corrupted characters are drawn, equally many of
    each glyph and two at least. For each, the *expected* wrong pixels of the best answer are
    counted, not those of that draw: the mean is the same and the variance smaller.

    Args:
        glyphs: The black and white originals.
        spec: The noise.
        draws: Fewest characters to draw if it cannot be exact.
        seed: Seed of the draws.
        prior: Prior weights of the N glyphs; None for a uniform prior.
        image_shape: Channels, height and width; only the noise "block" needs it.
        report: Called with the progress.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: The glyphs have grey pixels, ``prior`` is not N valid weights, or ``draws`` is
            less than 1.
        Cancelled: ``cancelled`` returned True.
    """
    on = binary_rows(glyphs)
    if draws < 1:
        raise AeguiError(tr("The limit needs at least one draw."))
    chances = normal_prior(prior, len(on))
    if spec.kind == "block":
        if image_shape is None:
            raise ValueError("the limit of a block is known only with the images' shape")
        if block_positions(spec.level, image_shape) * len(on) ** 2 <= MAX_OUTCOMES:
            return BayesLimit(_of_blocks(on, spec, chances, image_shape, cancelled))
    switched = lit_chances(spec)
    if switched is not None:
        groups, sizes = _groups(on)
        if math.prod(size + 1 for size in sizes.tolist()) * len(on) <= MAX_OUTCOMES:
            return BayesLimit(_by_counts(groups, sizes, switched, chances, cancelled))
    return _drawn(on, spec, draws, seed, chances, image_shape, report, cancelled)


def limit_of(
    dataset: Dataset,
    spec: CorruptionSpec,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> BayesLimit | None:
    """Return the limit for all samples of a set; None if it is unknown, as for grey pixels.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    if not _has_limit(dataset, spec):
        return None
    shape = dataset.image_shape
    return limit(dataset.flat(), spec, image_shape=shape, report=report, cancelled=cancelled)


def limit_seconds(dataset: Dataset, spec: CorruptionSpec) -> float:
    """Return about how long ``limit_of`` takes; 0 if the limit is unknown."""
    if not _has_limit(dataset, spec):
        return 0.0
    return limit_cost(len(dataset), dataset.pixels, DEFAULT_DRAWS).seconds


def _has_limit(dataset: Dataset, spec: CorruptionSpec) -> bool:
    return dataset.is_binary and is_known(spec.kind)


def limit_cost(glyphs: int, pixels: int, draws: int) -> Cost:
    """Return the cost of the limit for ``glyphs`` if it has to be estimated; it may be exact."""
    rounds = _rounds(draws, glyphs)
    work = 4.0 * rounds * glyphs**2 * pixels
    seconds = work / multiplications_per_second() + _NUMBER_SECONDS * rounds * glyphs * pixels
    memory = 8 * (4 * glyphs * pixels + 3 * _MAX_NUMBERS)
    return Cost(seconds, {"work": memory})


def _rounds(draws: int, glyphs: int) -> int:
    """Return the draws of each glyph: from a single one no standard error could be told."""
    return max(2, -(-draws // max(1, glyphs)))


def _drawn(
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    draws: int,
    seed: int,
    prior: NDArray[np.float64],
    image_shape: Shape | None,
    report: Report | None,
    cancelled: IsCancelled | None,
) -> BayesLimit:
    generator = np.random.default_rng(seed)
    rounds = _rounds(draws, len(on))
    each = max(1, _CHUNK // len(on))
    sums, squares = np.zeros(len(on)), np.zeros(len(on))
    progress = Progress(rounds * len(on), characters_drawn, report, cancelled)
    for start in range(0, rounds, each):
        progress.reached(start * len(on))
        clean = np.tile(on, (min(each, rounds - start), 1))
        noisy = corrupted_with(clean, spec, generator, image_shape)
        wrong = _expected_wrong(noisy, on, spec, prior, image_shape, cancelled)
        wrong = wrong.reshape(-1, len(on))
        sums += wrong.sum(axis=0)
        squares += np.square(wrong).sum(axis=0)
    mean = sums / rounds
    variance = np.maximum(squares / rounds - mean * mean, 0.0) / (rounds - 1)
    error = math.sqrt(float(np.square(prior) @ variance))
    return BayesLimit(float(prior @ mean), error, rounds * len(on))


def _expected_wrong(
    noisy: NDArray[np.floating],
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    prior: NDArray[np.float64],
    image_shape: Shape | None,
    cancelled: IsCancelled | None,
) -> NDArray[np.float64]:
    """Return ``expected_wrong`` of each image, in pieces that fit memory and take no second."""
    compared = _BLOCK_COMPARED if spec.kind == "block" else _MAX_COMPARED
    size = max(1, min(_MAX_NUMBERS, compared // on.shape[1]) // len(on))
    pieces = in_batches(len(noisy), size, cancelled)
    return np.concatenate(
        [expected_wrong(noisy[piece], on, spec, prior, image_shape) for piece in pieces]
    )


def _groups(on: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Group pixels lit in the same characters: return which ``[N, G]``, and their numbers ``[G]``.

    Pixels in which all characters agree are left out: they are never wrong.
    """
    telling = on[:, (on != on[0]).any(axis=0)]
    if not telling.shape[1]:
        return telling, np.zeros(0, np.int64)
    patterns, sizes = np.unique(telling, axis=1, return_counts=True)
    return patterns, sizes.astype(np.int64)


def _by_counts(
    groups: NDArray[np.float64],
    sizes: NDArray[np.int64],
    chances: tuple[float, float],
    prior: NDArray[np.float64],
    cancelled: IsCancelled | None,
) -> float:
    """Return the sum over all possible numbers of lit pixels in each group."""
    ways = [log_ways(size) for size in sizes.tolist()]
    total = 0.0
    for lit in _counts(sizes):
        stop_if(cancelled)
        many = np.zeros(len(lit))
        for combination, column in zip(ways, lit.T, strict=True):
            many += combination[column]
        of_each = _of_counts(lit, groups, sizes, chances)
        weights = np.exp(many[:, np.newaxis] + of_each) * prior
        of_all = weights.sum(axis=1, keepdims=True)
        each = np.divide(weights, of_all, out=np.zeros_like(weights), where=of_all > 0)
        share_on = lit_shares(each, groups)
        wrong = np.minimum(share_on, 1.0 - share_on) @ sizes
        total += float(of_all[:, 0] @ wrong)
    return total


def _counts(sizes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield every combination of counts 0..size, in chunks ``[n, G]``."""
    shape = tuple((sizes + 1).tolist())
    for start in range(0, math.prod(shape), _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, math.prod(shape)))
        if not shape:
            yield np.zeros((1, 0), np.int64)
        else:
            yield np.stack(np.unravel_index(numbers, shape), axis=1)


def _of_counts(
    lit: NDArray[np.int64],
    groups: NDArray[np.float64],
    sizes: NDArray[np.int64],
    chances: tuple[float, float],
) -> NDArray[np.float64]:
    """Return the log-likelihood ``[n, N]`` of ``lit`` ``[n, G]`` pixels in each group."""
    total = np.zeros((len(lit), len(groups)))
    for chance, members in zip(chances, (1.0 - groups, groups), strict=True):
        for seen, of_one in ((lit, log(chance)), (sizes - lit, log(1.0 - chance))):
            count = seen @ members.T
            if math.isinf(of_one):
                total[count > 0] = -math.inf
            else:
                total += count * of_one
    return total


def _of_blocks(
    on: NDArray[np.float64],
    spec: CorruptionSpec,
    prior: NDArray[np.float64],
    image_shape: Shape,
    cancelled: IsCancelled | None,
) -> float:
    """Return the mean over every block in every character."""
    total = 0.0
    for chance, rows, columns in blocks(spec.level, image_shape):
        keep = np.ones(image_shape)
        keep[:, rows, columns] = 0.0
        erased = on * keep.reshape(-1)
        wrong = _expected_wrong(erased, on, spec, prior, image_shape, cancelled)
        total += chance * float(prior @ wrong)
    return total
