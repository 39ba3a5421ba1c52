"""Comparison of several settings: p-values adjusted for multiple comparisons, and the best.

Comparing twenty settings finds one of them "better" by chance alone. Holm's procedure keeps the
probability of a single false verdict in the whole table below the level (Holm 1979).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from aegui.core.data.progress import stop_if
from aegui.core.light_dataclass import dataclass
from aegui.core.verdicts.comparison import Comparison, PairOfSettings, SeedFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.data.progress import IsCancelled


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted by Holm's procedure."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    raised = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, (len(p_values) - rank) * p_values[index])
        raised[index] = min(1.0, highest)
    return raised


@dataclass(frozen=True)
class SeedRanking:
    """Several settings, each compared with one of them."""

    settings: tuple[SeedFigures, ...]
    """All of them, in the order given."""
    reference: int
    """Index of the one that all are compared with: chosen beforehand, or the best."""
    is_chosen: bool
    """Whether it was chosen beforehand."""
    comparisons: dict[int, Comparison]
    """Index of each other setting -> its comparison, with the reference first."""
    order: tuple[int, ...]
    """Indices by their means, the best first; those without a figure last."""

    @property
    def beaten(self) -> tuple[int, ...]:
        """Indices of the settings that the reference beats, in ``order``."""
        return self._with("first")

    @property
    def beating(self) -> tuple[int, ...]:
        """Indices of the settings that beat the reference; empty if that is the best."""
        return self._with("second")

    @property
    def peers(self) -> tuple[int, ...]:
        """Indices of the settings that are neither significantly worse nor better."""
        decided = {*self.beaten, *self.beating}
        return tuple(index for index in self.order if index in self.comparisons.keys() - decided)

    def _with(self, outcome: str) -> tuple[int, ...]:
        found = self.comparisons
        return tuple(p for p in self.order if p in found and found[p].outcome == outcome)


def rank(
    settings: Sequence[SeedFigures],
    *,
    same_starts: Callable[[int, int], bool],
    lower_is_better: bool = True,
    against: int | None = None,
    cancelled: IsCancelled | None = None,
) -> SeedRanking:
    """Compare ``settings`` with one of them, with p-values adjusted for all comparisons.

    Args:
        settings: At least two.
        same_starts: Whether two settings, by index, have the same initial weights in each seed.
        lower_is_better: Whether the smaller figure wins.
        against: Index of the one to compare with, if it was chosen before the figures were known,
            such as a baseline: n - 1 comparisons. None: the one with the best mean; as any of them
            might have been that, all n (n - 1) / 2 pairs count.
        cancelled: Polled now and then; True stops the work.

    Raises:
        ValueError: There are fewer than two settings, or ``against`` is out of range.
        Cancelled: ``cancelled`` returned true.
    """
    count = len(settings)
    if count < 2 or (against is not None and not 0 <= against < count):
        raise ValueError(f"there is nothing to compare: {count} settings, against {against}")
    order = _order(settings, lower_is_better=lower_is_better)
    reference = order[0] if against is None else against
    others = [index for index in range(count) if index != reference]
    places = [(reference, index) for index in others]
    if against is None:
        rest = [it for it in combinations(range(count), 2) if reference not in it]
        places += rest
    pairs = []
    for one, other in places:
        stop_if(cancelled)
        pairs.append(
            PairOfSettings(
                settings[one],
                settings[other],
                paired=same_starts(one, other),
                lower_is_better=lower_is_better,
            )
        )
    raised = holm([pair.test.p for pair in pairs])
    smallest = holm([pair.test.smallest for pair in pairs])
    comparisons = {
        index: pairs[at].judged(raised[at], smallest[at], len(pairs))
        for at, index in enumerate(others)
    }
    return SeedRanking(tuple(settings), reference, against is not None, comparisons, order)


def _order(settings: Sequence[SeedFigures], *, lower_is_better: bool) -> tuple[int, ...]:
    means = [one.mean if lower_is_better else -one.mean for one in settings]
    # Ties are broken by fewer failures, then by the given order.
    keys = [
        (math.inf if math.isnan(mean) else mean, one.failed)
        for mean, one in zip(means, settings, strict=True)
    ]
    return tuple(sorted(range(len(settings)), key=keys.__getitem__))
