"""The number of seeds required to decide a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.verdicts.permutation import smallest_p

if TYPE_CHECKING:
    from collections.abc import Callable

POWER = 0.8
"""Probability of a verdict if the observed difference is real."""
MAX_SEEDS = 1_000
"""Upper bound for the number of seeds; a smaller difference is not pursued."""


def seeds_needed(difference: float, spread: float, *, paired: bool, level: float) -> int | None:
    """Return the seeds of each setting that find a difference with probability ``POWER``.

    Computed for Student's t, which permutation tests approximate (Lehmann 2006, 15.2). The
    estimates are taken as exact, so with about ten seeds the result is a rough guess.

    Args:
        difference: Difference of the means.
        spread: Standard deviation of the differences of pairs; unpaired, of a single seed.
        paired: Whether seeds are compared one by one.
        level: The significance level, in (0, 1).

    Returns:
        None if ``MAX_SEEDS`` are not enough.
    """
    least = fewest_seeds(level, paired=paired)
    if difference == 0.0:
        return None
    if spread == 0.0:
        return least

    def power(seeds: int) -> float:
        return _power(abs(difference) / spread, seeds, paired=paired, level=level)

    if least > MAX_SEEDS or power(MAX_SEEDS) < POWER:
        return None
    return _first(least, MAX_SEEDS, lambda seeds: power(seeds) >= POWER)


def fewest_seeds(level: float, *, paired: bool) -> int:
    """Return the fewest seeds of each setting that allow a p-value below ``level``, in (0, 1)."""
    # The level is divided by the number of comparisons, which is far below 2^1000.
    return _first(1, 1_000, lambda seeds: smallest_p(seeds, seeds, paired=paired) < level)


def _power(effect: float, seeds: int, *, paired: bool, level: float) -> float:
    """Return the power of the two-sided t test for ``effect`` standard deviations."""
    from scipy.special import nctdtr, stdtrit  # Importing scipy.stats takes seconds

    freedom = seeds - 1 if paired else 2 * seeds - 2
    if freedom < 1:
        return 0.0
    shift = effect * math.sqrt(seeds if paired else seeds / 2.0)
    edge = -float(stdtrit(freedom, level / 2.0))
    found = 1.0 - float(nctdtr(freedom, shift, edge))
    # scipy returns NaN far in the tail, where the power is 1.
    return found if math.isfinite(found) else 1.0


def _first(low: int, high: int, is_enough: Callable[[int], bool]) -> int:
    """Bisect for the smallest number in ``low``..``high`` that is enough; ``high`` must be."""
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return low
