"""Confidence intervals over seeds: bootstrap for means and differences, exact for shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.seeds import RESAMPLING_SEED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
MIN_SEEDS = 5
"""A bootstrap of fewer seeds would give too narrow an interval."""
_DRAWS = 9_999
_ROUNDING = 1e-12

Interval = tuple[float, float]


def mean_interval(values: ArrayLike) -> Interval | None:
    """Return the BCa bootstrap interval of the mean of ``values`` ``[n]``, finite (Efron 1987).

    None for fewer than ``MIN_SEEDS``; for equal values, that value twice.
    """
    array = np.asarray(values, np.float64).ravel()
    if len(array) < MIN_SEEDS:
        return None
    if _is_constant(array):
        return float(array[0]), float(array[0])
    return _bca((array,), _mean)


def difference_interval(first: ArrayLike, second: ArrayLike) -> Interval | None:
    """Return the BCa interval of ``mean(second) - mean(first)`` for unpaired seeds.

    None for fewer than ``MIN_SEEDS`` on either side.
    """
    one, other = (np.asarray(values, np.float64).ravel() for values in (first, second))
    if min(len(one), len(other)) < MIN_SEEDS:
        return None
    if _is_constant(one) and _is_constant(other):
        difference = float(other[0] - one[0])
        return difference, difference
    return _bca((one, other), _difference)


@dataclass(frozen=True)
class SeedShare:
    """A share of seeds, such as those at the goal."""

    reached: int
    """The seeds counted."""
    seeds: int
    """All seeds."""
    low: float
    """Lower end of the Clopper-Pearson interval."""
    high: float
    """Its upper end."""

    @property
    def share(self) -> float:
        """The share itself; NaN for no seeds."""
        return self.reached / self.seeds if self.seeds else float("nan")


def share_of_seeds(reached: int, seeds: int) -> SeedShare:
    """Return the share ``reached / seeds`` with its exact interval (Clopper and Pearson 1934).

    Raises:
        ValueError: ``reached`` is negative or greater than ``seeds``.
    """
    if not 0 <= reached <= seeds:
        raise ValueError(f"{reached} of {seeds} seeds is no share")
    if not seeds:
        return SeedShare(0, 0, 0.0, 1.0)
    # scipy.stats takes seconds to import, and this is called while the pointer hovers.
    from scipy.special import betaincinv

    tail = (1.0 - CONFIDENCE) / 2
    low = betaincinv(reached, seeds - reached + 1, tail) if reached else 0.0
    high = betaincinv(reached + 1, seeds - reached, 1.0 - tail) if reached < seeds else 1.0
    return SeedShare(reached, seeds, float(low), float(high))


def _is_constant(values: NDArray[np.float64]) -> bool:
    """Return whether all values are equal up to rounding."""
    return bool(np.ptp(values) <= _ROUNDING * np.abs(values).max())


def _mean(values: Any, axis: int = -1) -> Any:
    return np.mean(values, axis=axis)


def _difference(first: Any, second: Any, axis: int = -1) -> Any:
    return np.mean(second, axis=axis) - np.mean(first, axis=axis)


def _bca(groups: tuple[Any, ...], statistic: Any) -> Interval | None:
    """Return the bias-corrected and accelerated bootstrap interval (Efron 1987).

    Same result and draws as ``scipy.stats.bootstrap``, whose import takes seconds.
    """
    from scipy.special import ndtr, ndtri

    draw = np.random.default_rng(RESAMPLING_SEED)
    drawn = [group[draw.integers(0, len(group), (_DRAWS, len(group)))] for group in groups]
    found, seen = statistic(*drawn), statistic(*groups)
    below = ((found < seen).sum() + (found <= seen).sum()) / (2 * len(found))
    with np.errstate(invalid="ignore", divide="ignore"):
        bias = ndtri(below)
        cubes, squares = 0.0, 0.0
        for at, group in enumerate(groups):
            rest = [np.broadcast_to(other, (len(group), len(other))) for other in groups]
            rest[at] = _each_left_out(group)
            without = statistic(*rest)
            pull = (len(group) - 1) * (without.mean() - without)
            cubes += float((pull**3).sum()) / len(group) ** 3
            squares += float((pull**2).sum()) / len(group) ** 2
        acceleration = np.divide(cubes, 6 * squares**1.5)
        edge = ndtri((1.0 - CONFIDENCE) / 2)
        shares = [ndtr(bias + (bias + z) / (1 - acceleration * (bias + z))) for z in (edge, -edge)]
    if not np.isfinite(shares).all():
        return None
    low, high = np.quantile(found, shares)
    return float(low), float(high)


def _each_left_out(group: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows of all values but one, ``[n, n - 1]``."""
    count = len(group)
    return np.broadcast_to(group, (count, count))[~np.eye(count, dtype=bool)].reshape(count, -1)
