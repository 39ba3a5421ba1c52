from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from aegui.core.errors import Cancelled
from aegui.core.verdicts.comparison import (
    LEVEL,
    MAX_SEEDS,
    POWER,
    SeedFigures,
    compare,
    fewest_seeds,
    seeds_needed,
)
from aegui.core.verdicts.ranking import holm, rank

if TYPE_CHECKING:
    from collections.abc import Iterable

SURE = 1e-6
NAN = float("nan")
RELU = (1.9, 1.2, 2.6, 0.4, 1.0, 1.1, 3.0, 2.2, 1.5, 0.7)


def figures(name: str, values: Iterable[float], first: int = 0) -> SeedFigures:
    return SeedFigures(name, dict(enumerate(values, first)))


def test_the_better_one_wins_whichever_comes_first() -> None:
    tanh, relu = figures("tanh", [0.0] * 10), figures("ReLU", RELU)
    found = compare(tanh, relu, same_starts=True)
    assert found.outcome == "first"
    assert found.first_is_better
    assert found.difference == pytest.approx(1.56)
    assert found.p == pytest.approx(2 / 1024)
    assert found.tally.superiority == pytest.approx(1.0)
    assert found.interval is not None
    assert found.interval[0] < 1.56 < found.interval[1]
    turned = compare(relu, tanh, same_starts=True)
    assert turned.outcome == "second"
    assert turned.difference == pytest.approx(-1.56)
    assert turned.tally.superiority == pytest.approx(0.0)


def test_a_high_figure_may_be_the_better_one() -> None:
    low, high = figures("low", [0.1] * 8), figures("high", [0.9 + 0.001 * n for n in range(8)])
    found = compare(low, high, same_starts=True, lower_is_better=False)
    assert found.outcome == "second"
    assert not found.first_is_better
    assert found.tally.superiority == pytest.approx(0.0)


def test_pairs_see_what_the_spread_of_the_seeds_hides() -> None:
    """Seeds differ much, but the paired differences are equal and small."""
    starts = np.random.default_rng(0).normal(10.0, 5.0, 8)
    steps = np.array([0.5, 0.6, 0.4, 0.5, 0.7, 0.5, 0.4, 0.6])
    a, b = figures("a", starts), figures("b", starts + steps)
    assert compare(a, b, same_starts=True).outcome == "first"
    assert compare(a, b, same_starts=False).outcome == "noise"


def test_pairs_are_joined_by_seed_and_not_by_place() -> None:
    a = SeedFigures("a", {3: 3.0, 1: 1.0, 2: 2.0, 4: 4.0, 5: 5.0, 6: 6.0})
    b = SeedFigures("b", {6: 6.5, 5: 5.4, 4: 4.5, 3: 3.3, 2: 2.5, 1: 1.6})
    found = compare(a, b, same_starts=True)
    assert found.outcome == "first"
    assert found.p == pytest.approx(2 / 64)


def test_seeds_of_one_side_only_are_left_out_of_pairs() -> None:
    found = compare(figures("a", [1.0] * 6), figures("b", RELU[:8], first=2), same_starts=True)
    assert found.seeds == (4, 4)
    assert found.means == pytest.approx((1.0, sum(RELU[:4]) / 4))


def test_all_equal() -> None:
    found = compare(figures("a", [1.0] * 6), figures("b", [1.0] * 6), same_starts=True)
    assert found.outcome == "equal"
    assert found.more_seeds is None
    assert found.tally.superiority == pytest.approx(0.5)
    assert compare(figures("a", [1.0] * 6), figures("b", [1.0] * 6), same_starts=False).outcome == (
        "equal"
    )


def test_equal_but_for_rounding() -> None:
    found = compare(figures("a", [0.1 + 0.2] * 6), figures("b", [0.3] * 6), same_starts=True)
    assert found.outcome == "equal"


def test_one_seed_each() -> None:
    found = compare(figures("a", [0.0]), figures("b", [9.0]), same_starts=True)
    assert found.outcome == "few"
    assert found.interval is None
    assert found.more_seeds == fewest_seeds(LEVEL, paired=True) - 1


@pytest.mark.parametrize(("paired", "few"), [(True, 5), (False, 3)])
def test_so_few_that_no_small_p_is_possible(paired: bool, few: int) -> None:
    a, b = figures("a", range(few)), figures("b", range(100, 100 + few))
    found = compare(a, b, same_starts=paired)
    assert found.outcome == "few"
    assert found.smallest >= LEVEL
    assert found.more_seeds == 1
    one_more = compare(
        figures("a", range(few + 1)), figures("b", range(100, 101 + few)), same_starts=paired
    )
    assert one_more.outcome == "first"


def test_other_numbers_of_seeds_are_too_few_only_where_no_small_p_is_possible() -> None:
    """With 2 and 5 seeds, one of 21 arrangements is the most extreme."""
    found = compare(figures("a", [1, 2]), figures("b", [3, 1.5, 4, 5, 6]), same_starts=False)
    assert found.smallest == pytest.approx(1 / 21)
    assert found.outcome == "noise"
    apart = compare(figures("a", [1, 2]), figures("b", [7, 7.5, 8, 9, 10]), same_starts=False)
    assert apart.p == pytest.approx(1 / 21)
    assert apart.outcome == "first"
    fewer = compare(figures("a", [1, 2]), figures("b", [3, 1.5, 4, 5]), same_starts=False)
    assert fewer.outcome == "few"


def test_ties_can_make_too_few_of_enough_seeds() -> None:
    found = compare(
        figures("a", [1.0] * 10), figures("b", [1.0] * 7 + [2.0, 2.0, 3.0]), same_starts=True
    )
    assert found.outcome == "few"
    assert found.smallest == pytest.approx(0.25)


def test_who_wins_only_where_it_did_not_fail_has_not_won() -> None:
    good, bad = [0.1] * 8 + [NAN] * 4, [2.0 + 0.01 * n for n in range(12)]
    found = compare(figures("a", good), figures("b", bad), same_starts=True)
    assert found.p < LEVEL
    assert found.outcome == "failures"
    assert found.seeds == (8, 8)
    # The one that fails more often and is worse: it is beaten.
    turned = compare(
        figures("a", [0.1] * 12), figures("b", [math.inf] * 3 + bad[3:]), same_starts=True
    )
    assert turned.outcome == "first"
    assert turned.second.failed == 3


def test_a_setting_without_a_figure() -> None:
    found = compare(figures("a", [NAN] * 3), figures("b", [2.0] * 3), same_starts=False)
    assert found.outcome == "nothing"
    assert math.isnan(found.means[0])
    assert math.isnan(found.tally.superiority)
    assert compare(SeedFigures("a"), figures("b", [2.0]), same_starts=True).outcome == "nothing"
    apart = compare(figures("a", [1.0, NAN]), figures("b", [NAN, 1.0]), same_starts=True)
    assert apart.outcome == "nothing"


def test_the_seeds_it_promises_settle_it() -> None:
    """With the suggested number of seeds a true difference is found in 8 of 10 cases."""
    effect = 0.7
    needed = seeds_needed(effect, 1.0, paired=True, level=LEVEL)
    assert needed is not None
    generator = np.random.default_rng(1)
    experiments = 400
    found = 0
    for _ in range(experiments):
        a, b = generator.normal(0, 0.5, needed), generator.normal(0, 0.5, needed)
        b = a + generator.normal(effect, 1.0, needed)
        found += compare(figures("a", a), figures("b", b), same_starts=True).outcome == "first"
    assert found >= stats.binom.isf(1 - SURE, experiments, POWER - 0.03)
    assert found <= stats.binom.isf(SURE, experiments, POWER + 0.04)


def test_how_many_seeds_are_needed() -> None:
    # Of Student's t: 34 pairs for half a deviation, 64 of each where they are not paired.
    assert seeds_needed(0.5, 1.0, paired=True, level=LEVEL) == 34
    assert seeds_needed(0.5, 1.0, paired=False, level=LEVEL) == 64
    assert seeds_needed(-0.5, 1.0, paired=True, level=LEVEL) == 34
    assert seeds_needed(0.5, 0.0, paired=True, level=LEVEL) == fewest_seeds(LEVEL, paired=True)
    assert seeds_needed(0.0, 1.0, paired=True, level=LEVEL) is None
    assert seeds_needed(1e-3, 1.0, paired=False, level=LEVEL) is None
    assert seeds_needed(1e9, 1.0, paired=False, level=LEVEL) == fewest_seeds(LEVEL, paired=False)


def test_fewest_seeds() -> None:
    assert fewest_seeds(0.05, paired=True) == 6
    assert fewest_seeds(0.05, paired=False) == 4
    assert fewest_seeds(0.05 / 630, paired=True) == 15
    assert fewest_seeds(1e-300, paired=False) < MAX_SEEDS


def test_more_seeds_allow_for_those_that_fail() -> None:
    generator = np.random.default_rng(4)
    a, b = generator.normal(size=12), generator.normal(0.4, size=12)
    whole = compare(figures("a", a), figures("b", b), same_starts=True)
    b = np.concatenate([b, [NAN] * 12])
    half = compare(figures("a", np.concatenate([a, a])), figures("b", b), same_starts=True)
    assert whole.outcome == half.outcome == "noise"
    assert whole.more_seeds is not None
    assert half.more_seeds == 2 * whole.more_seeds


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_a_ranking_by_the_best() -> None:
    generator = np.random.default_rng(2)
    settings = [
        figures("poor", generator.normal(9.0, 0.5, 12)),
        figures("good", generator.normal(1.0, 0.5, 12)),
        figures("as good", generator.normal(1.1, 0.5, 12)),
        figures("failed", [NAN] * 12),
    ]
    found = rank(settings, same_starts=lambda one, other: True)
    assert not found.is_chosen
    assert found.order[2:] == (0, 3)
    assert found.reference == found.order[0]
    assert found.beaten == (0,)
    assert found.beating == ()
    assert found.peers == (3 - found.reference, 3)
    # All six pairs were looked at.
    assert found.comparisons[0].comparisons == 6
    assert found.comparisons[0].p > found.comparisons[0].test.p
    assert found.comparisons[3].outcome == "nothing"


def test_a_ranking_by_a_baseline_counts_its_own_comparisons_only() -> None:
    generator = np.random.default_rng(2)
    settings = [figures(str(n), generator.normal(3.0 - n, 0.5, 10)) for n in range(4)]
    found = rank(settings, same_starts=lambda one, other: False, against=0)
    assert found.is_chosen
    assert found.reference == 0
    assert found.beating == (3, 2, 1)
    assert found.comparisons[1].comparisons == 3


def test_in_a_large_table_few_seeds_are_said_to_be_too_few() -> None:
    """Eight pairs reach 0.008 alone, but nothing below 0.05 in ten comparisons."""
    settings = [figures(str(n), [n + 0.01 * seed for seed in range(8)]) for n in range(5)]
    found = rank(settings, same_starts=lambda one, other: True)
    assert {one.outcome for one in found.comparisons.values()} == {"few"}
    two = compare(settings[0], settings[1], same_starts=True)
    assert two.outcome == "first"


def test_a_table_of_settings_that_do_not_differ_is_seldom_wrong() -> None:
    """Five equal settings, ten comparisons: a false verdict in at most 5% of tables."""
    generator = np.random.default_rng(8)
    tables, wrong = 150, 0
    for _ in range(tables):
        settings = [figures(str(n), generator.normal(size=10)) for n in range(5)]
        found = rank(settings, same_starts=lambda one, other: True)
        wrong += bool(found.beaten or found.beating)
    assert wrong <= stats.binom.isf(SURE, tables, LEVEL)


def test_a_ranking_can_be_stopped() -> None:
    settings = [figures(str(n), [1.0, 2.0]) for n in range(3)]
    with pytest.raises(Cancelled):
        rank(settings, same_starts=lambda one, other: True, cancelled=lambda: True)


@pytest.mark.parametrize(("count", "against"), [(1, None), (2, 2), (2, -1)])
def test_a_ranking_of_nothing(count: int, against: int | None) -> None:
    settings = [figures(str(n), [1.0]) for n in range(count)]
    with pytest.raises(ValueError, match="nothing to compare"):
        rank(settings, same_starts=lambda one, other: True, against=against)
