"""Comparison of two settings over several seeds: which is better, by how much, how surely.

A verdict depends only on the p-value of a permutation test. Failed runs are always taken into
account: a setting does not win if it fails more often.
"""

from __future__ import annotations

import math
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from aegui.core.light_dataclass import dataclass
from aegui.core.verdicts.intervals import Interval, difference_interval, mean_interval
from aegui.core.verdicts.permutation import paired_test, smallest_p, unpaired_test

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aegui.core.verdicts.permutation import PermutationTest

POWER = 0.8
"""Probability of a verdict if the observed difference is real."""
MAX_SEEDS = 1_000
"""Upper bound for the number of seeds; a smaller difference is not pursued."""
LEVEL = 0.05
"""Significance level: a p-value below it means more than seed noise."""

Outcome = Literal["first", "second", "noise", "equal", "few", "failures", "nothing"]
"""Outcome of a comparison. ``first`` and ``second``: it beats the other. ``noise``: no difference
beyond seed noise. ``equal``: all figures are the same. ``few``: these seeds allow no p-value below
the level. ``failures``: there is a difference, but the better one has failed more often.
``nothing``: a setting has no figure at all."""


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


@dataclass(frozen=True)
class SeedFigures:
    """One figure of a setting over its seeds."""

    name: str
    """Name of the setting."""
    values: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Seed -> figure; NaN or infinity where the run has failed."""

    @property
    def known(self) -> dict[int, float]:
        """Figures by seed, without failed runs."""
        return {seed: float(it) for seed, it in self.values.items() if math.isfinite(it)}

    @property
    def failed(self) -> int:
        """Number of seeds whose run has failed."""
        return len(self.values) - len(self.known)

    @property
    def mean(self) -> float:
        """Mean of the known figures; NaN if there are none."""
        known = self.known
        return math.fsum(known.values()) / len(known) if known else math.nan


class Tally(NamedTuple):
    """Number of pairs of seeds in which the first setting did better, equally well, or worse."""

    wins: int
    ties: int
    losses: int

    @property
    def superiority(self) -> float:
        """Probability that the first does better, ties half; NaN without pairs."""
        pairs = sum(self)
        return (self.wins + 0.5 * self.ties) / pairs if pairs else math.nan


@dataclass(frozen=True)
class Comparison:
    """The result of comparing two settings."""

    first: SeedFigures
    """One of them, with its seeds."""
    second: SeedFigures
    """The other one."""
    lower_is_better: bool
    """Whether the smaller figure wins."""
    paired: bool
    """Whether seeds were compared one by one, both with the same initial weights."""
    means: tuple[float, float]
    """Mean of each over the seeds that were compared; NaN where there were none."""
    seeds: tuple[int, int]
    """Seeds of each that were compared; with pairs twice the same number."""
    interval: Interval | None
    """95% interval of ``difference``; None if there are too few seeds for one."""
    test: PermutationTest
    """The permutation test."""
    p: float
    """Its p-value, adjusted if this is one of several comparisons (Holm)."""
    smallest: float
    """The smallest p-value that these seeds allow, adjusted likewise."""
    comparisons: int
    """Number of comparisons that this is one of."""
    tally: Tally
    """In how many pairs ``first`` did better than ``second``: pairs of the same seed if they are
    paired, else all pairs of a seed of one and a seed of the other."""
    outcome: Outcome
    """The outcome."""
    more_seeds: int | None
    """Approximate number of further seeds of each that would decide it, if the observed difference
    is real; None if it is decided or 1,000 would not do."""

    @property
    def difference(self) -> float:
        """Mean of the second minus mean of the first."""
        return self.means[1] - self.means[0]

    @property
    def first_is_better(self) -> bool:
        """Whether the mean of the first is better or equal."""
        return self.difference >= 0.0 if self.lower_is_better else self.difference <= 0.0


def compare(
    first: SeedFigures,
    second: SeedFigures,
    *,
    same_starts: bool,
    lower_is_better: bool = True,
) -> Comparison:
    """Compare two settings by one figure.

    Args:
        first: One of them.
        second: The other.
        same_starts: Whether both have the same initial weights in each seed: then seeds that both
            have are compared one by one, and others are left out.
        lower_is_better: Whether the smaller figure wins.
    """
    pair = PairOfSettings(first, second, paired=same_starts, lower_is_better=lower_is_better)
    return pair.judged()


class PairOfSettings:
    """Two settings, tested once, and judged alone or as one of several comparisons.

    Args:
        first: One of them.
        second: The other.
        paired: Whether seeds are compared one by one.
        lower_is_better: Whether the smaller figure wins.
    """

    def __init__(
        self, first: SeedFigures, second: SeedFigures, *, paired: bool, lower_is_better: bool
    ) -> None:
        self._first, self._second = first, second
        self._paired, self._lower = paired, lower_is_better
        one, other = first.known, second.known
        if paired:
            both = sorted(one.keys() & other.keys())
            one, other = ({seed: it[seed] for seed in both} for it in (one, other))
        self._a = np.array(list(one.values()), np.float64)
        self._b = np.array(list(other.values()), np.float64)
        self.test = self._tested()
        """The permutation test of their figures."""

    def judged(
        self, p: float | None = None, smallest: float | None = None, of: int = 1
    ) -> Comparison:
        """Return the comparison with its outcome.

        Args:
            p: The p-value adjusted for several comparisons; None: that of the test.
            smallest: The smallest possible p-value, adjusted likewise; None: that of the test.
            of: Number of comparisons.
        """
        p = self.test.p if p is None else p
        smallest = self.test.smallest if smallest is None else smallest
        outcome = self._outcome(p, smallest)
        means = (_mean(self._a), _mean(self._b))
        return Comparison(
            self._first,
            self._second,
            self._lower,
            self._paired,
            means,
            (len(self._a), len(self._b)),
            self._interval(),
            self.test,
            p,
            smallest,
            of,
            self._tally(),
            outcome,
            self._more_seeds(LEVEL / of) if outcome in {"noise", "few"} else None,
        )

    def _tested(self) -> PermutationTest:
        if self._paired:
            return paired_test(_rounded(self._a, self._b))
        return unpaired_test(self._a, self._b)

    def _interval(self) -> Interval | None:
        if self._paired:
            return mean_interval(self._b - self._a)
        return difference_interval(self._a, self._b)

    def _tally(self) -> Tally:
        a, b = (self._a, self._b) if self._paired else (self._a[:, None], self._b[None, :])
        signs = np.sign(_rounded(a, b)) * (1.0 if self._lower else -1.0)
        return Tally(*(int((signs == sign).sum()) for sign in (1.0, 0.0, -1.0)))

    def _outcome(self, p: float, smallest: float) -> Outcome:
        if not len(self._a) or not len(self._b):
            return "nothing"
        apart = _mean(self._b) - _mean(self._a)
        if p < LEVEL:
            first_wins = apart > 0.0 if self._lower else apart < 0.0
            winner, loser = (
                (self._first, self._second) if first_wins else (self._second, self._first)
            )
            if _failing(winner) > _failing(loser):
                return "failures"
            return "first" if first_wins else "second"
        if self._is_equal():
            return "equal"
        possible = max(smallest, smallest_p(len(self._a), len(self._b), paired=self._paired))
        return "few" if possible >= LEVEL else "noise"

    def _is_equal(self) -> bool:
        """Return whether there is more than one seed each and all figures are equal."""
        if min(len(self._a), len(self._b)) < 2:
            return False
        if self._paired:
            return not np.any(_rounded(self._a, self._b))
        return bool(np.ptp(np.concatenate([self._a, self._b])) == 0.0)

    def _more_seeds(self, level: float) -> int | None:
        """Return the number of seeds to add, allowing for the observed failure rate."""
        a, b = self._a, self._b
        have = min(len(a), len(b))
        difference = _mean(b) - _mean(a)
        fewest = fewest_seeds(level, paired=self._paired)
        needed: int | None = fewest
        if have >= 2 and (difference or have >= fewest):
            spread = _spread(b - a) if self._paired else math.hypot(_spread(a), _spread(b)) / _ROOT
            needed = seeds_needed(difference, spread, paired=self._paired, level=level)
        if needed is None:
            return None
        fails = max(_failing(self._first), _failing(self._second))
        return max(1, math.ceil((needed - have) / (1.0 - fails)))


_ROOT = math.sqrt(2.0)
_ROUNDING = 1e-12


def _rounded(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the differences of pairs, with rounding errors set to zero."""
    apart = b - a
    return np.where(np.abs(apart) <= _ROUNDING * np.maximum(np.abs(a), np.abs(b)), 0.0, apart)


def _mean(values: NDArray[np.float64]) -> float:
    return math.fsum(values.tolist()) / len(values) if len(values) else math.nan


def _spread(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1))


def _failing(figures: SeedFigures) -> float:
    """Return the share of the seeds that have failed."""
    return figures.failed / len(figures.values) if figures.values else 0.0
