"""Permutation tests of the difference between two settings.

If both settings have the same initial weights in each seed, only the signs of the differences are
permuted (Fisher 1935); otherwise the seeds are reassigned to both. With as many seeds on both sides
the statistic is the difference of the means, else that difference over its standard error, so that
the test also holds if one setting varies more than the other (Janssen 1997). Small tests enumerate
every arrangement, so that their p-value is exact; larger ones draw a fixed random sample of them.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.seeds import RESAMPLING_SEED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MAX_FLIPPED = 18
"""Upper bound for differences of which all signs are enumerated: 2^17 sums, as one sign is
fixed."""
MAX_DEALT = 200_000
"""Upper bound for the assignments that are enumerated: 10 and 10 seeds have 184,756."""
DRAWS = 9_999
"""Number of arrangements drawn if there are more: the smallest p-value is then 1 / 10,000."""
_CHUNK_NUMBERS = 1 << 22
_ROUNDING = 1e-9
"""Tolerance within which two statistics are equal, relative to the largest value."""


@dataclass(frozen=True)
class PermutationTest:
    """The result of a permutation test."""

    p: float
    """Two-sided: the share of arrangements that lie at least as far apart; 1 for no seeds."""
    smallest: float
    """The p-value for the most extreme arrangement of such values."""
    is_exact: bool
    """Whether every arrangement was counted; else ``DRAWS`` were drawn."""


def paired_test(differences: ArrayLike) -> PermutationTest:
    """Test whether the mean of ``differences`` ``[n]``, finite, one for each seed, is not zero.

    Under the null hypothesis the signs of the differences are exchangeable. Zero differences carry
    no information: with k others the smallest p-value is ``2^(1 - k)``.
    """
    values = np.asarray(differences, np.float64).ravel()
    values = values[values != 0.0]
    if not len(values):
        return PermutationTest(1.0, 1.0, is_exact=True)
    values = values / np.abs(values).max()
    smallest = 2.0 ** (1 - len(values))
    observed = abs(float(values.sum())) - _ROUNDING * len(values)
    if len(values) <= MAX_FLIPPED:
        # By symmetry the first sign is fixed.
        sums = values[:1]
        for value in values[1:].tolist():
            sums = np.concatenate([sums + value, sums - value])
        return PermutationTest(float((np.abs(sums) >= observed).mean()), smallest, is_exact=True)
    generator = np.random.default_rng(RESAMPLING_SEED)
    beyond = 0
    for count in _chunks(len(values)):
        signs = generator.integers(0, 2, (count, len(values)), np.int8) * 2 - 1
        beyond += int(np.count_nonzero(np.abs(signs @ values) >= observed))
    return _drawn(beyond)


def unpaired_test(first: ArrayLike, second: ArrayLike) -> PermutationTest:
    """Test whether the means of ``first`` ``[n]`` and ``second`` ``[m]``, finite, differ."""
    groups = (np.asarray(values, np.float64).ravel() for values in (first, second))
    # The distance is that of either side from the other; the smaller one is dealt.
    one, other = sorted(groups, key=len)
    pool = np.concatenate([one, other])
    if not len(one) or not len(other) or np.ptp(pool) == 0.0:
        return PermutationTest(1.0, 1.0, is_exact=True)
    # Centred and scaled, since squares are subtracted below.
    pool = pool - pool.mean()
    pool = pool / np.abs(pool).max()
    statistic = _Distance(pool, len(one))
    head = pool[: len(one)]
    observed = float(statistic(head.sum(keepdims=True), np.square(head).sum(keepdims=True))[0])
    observed = observed * (1.0 - _ROUNDING) - _ROUNDING
    if math.comb(len(pool), len(one)) <= MAX_DEALT:
        if len(one) == len(other):
            # By symmetry the first value stays on its side.
            (sums,) = _all_dealt(pool[np.newaxis, 1:], len(one) - 1)
            found = statistic(pool[0] + sums, None)
        else:
            found = statistic(*_all_dealt(np.stack([pool, np.square(pool)]), len(one)))
        top = found.max() * (1.0 - _ROUNDING) - _ROUNDING
        smallest = float((found >= top).mean())
        return PermutationTest(float((found >= observed).mean()), smallest, is_exact=True)
    generator = np.random.default_rng(RESAMPLING_SEED)
    beyond = 0
    for count in _chunks(len(pool)):
        dealt = generator.permuted(np.broadcast_to(pool, (count, len(pool))), axis=1)[:, : len(one)]
        found = statistic(dealt.sum(axis=1), np.square(dealt).sum(axis=1))
        beyond += int(np.count_nonzero(found >= observed))
    return _drawn(beyond)


def smallest_p(count: int, other: int, *, paired: bool) -> float:
    """Return the smallest p-value of such seed counts if no two figures are equal."""
    if paired:
        return 2.0 ** (1 - min(count, other))
    # With equal counts, exchanging the sides gives the same distance.
    furthest = 2 if count == other else 1
    return min(1.0, furthest / math.comb(count + other, count))


class _Distance:
    """Distance between two groups, from sum and sum of squares of the first one.

    With equal counts it does not depend on the squares.
    """

    def __init__(self, pool: NDArray[np.float64], count: int) -> None:
        self._n, self._m = count, len(pool) - count
        self._total, self._squares = float(pool.sum()), float(np.square(pool).sum())

    def __call__(
        self, sums: NDArray[np.float64], squares: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        n, m = self._n, self._m
        rest = self._total - sums
        apart = np.abs(sums / n - rest / m)
        if n == m or min(n, m) < 2 or squares is None:
            # With equal counts this orders arrangements as Welch's t does.
            return apart
        inner = (squares - sums * sums / n) / (n * (n - 1))
        outer = (self._squares - squares - rest * rest / m) / (m * (m - 1))
        error = np.sqrt(np.maximum(inner + outer, 0.0))
        is_constant = error < 1e-7  # Up to rounding
        t = apart / np.where(is_constant, 1.0, error)
        return np.where(is_constant & (apart > _ROUNDING), np.inf, t)


def _all_dealt(values: NDArray[np.float64], chosen: int) -> NDArray[np.float64]:
    """Return the sums ``[rows, choices]`` of every choice of ``chosen`` columns of ``values``.

    Each sum is one of a choice among the first half of the columns, and one among the others.
    """
    half = values.shape[1] // 2
    rest = values.shape[1] - half
    sums = [
        _sums(values[:, :half], count)[:, :, np.newaxis]
        + _sums(values[:, half:], chosen - count)[:, np.newaxis, :]
        for count in range(max(0, chosen - rest), min(half, chosen) + 1)
    ]
    return np.concatenate([each.reshape(len(values), -1) for each in sums], axis=1)


def _sums(values: NDArray[np.float64], chosen: int) -> NDArray[np.float64]:
    return np.asarray(values[:, _choices(values.shape[1], chosen)].sum(axis=2))


@lru_cache(maxsize=32)
def _choices(count: int, chosen: int) -> NDArray[np.intp]:
    """Return the places ``[choices, chosen]`` of every choice among ``count`` values."""
    places = np.fromiter(chain.from_iterable(combinations(range(count), chosen)), np.intp)
    places = places.reshape(math.comb(count, chosen), chosen)
    places.setflags(write=False)
    return places


def _chunks(width: int) -> list[int]:
    """Split ``DRAWS`` arrangements of ``width`` values into chunks that bound the memory."""
    at_once = max(1, min(DRAWS, _CHUNK_NUMBERS // width))
    full, rest = divmod(DRAWS, at_once)
    return [at_once] * full + [rest] * bool(rest)


def _drawn(beyond: int) -> PermutationTest:
    """Include the observed arrangement, so that p is never 0 (Phipson and Smyth 2010)."""
    return PermutationTest((beyond + 1) / (DRAWS + 1), 1.0 / (DRAWS + 1), is_exact=False)
