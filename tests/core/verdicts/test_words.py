from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aegui.core.evaluation.run_figures import RUN_FIGURES, run_figure
from aegui.core.verdicts.comparison import SeedFigures, compare
from aegui.core.verdicts.ranking import rank
from aegui.core.verdicts.words import (
    p_words,
    ranking_lines,
    tally_words,
    verdict_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = float("nan")
WRONG = RUN_FIGURES["wrong"]
RELU = (1.9, 1.2, 2.6, 3.4, 1.0, 1.1, 3.0, 2.2, 1.5, 1.1)


def figures(name: str, values: Sequence[float]) -> SeedFigures:
    return SeedFigures(name, dict(enumerate(values)))


def said(a: Sequence[float], b: Sequence[float], *, paired: bool = True) -> str:
    found = compare(figures("tanh", a), figures("ReLU", b), same_starts=paired)
    return verdict_words(found, WRONG)


def course_verdict(*, turned: bool = False) -> str:
    """Return a verdict with a fixed interval: bootstraps differ between versions of scipy."""
    tanh, relu = figures("tanh", [0.0] * 10), figures("ReLU", RELU)
    if turned:
        found = replace(compare(relu, tanh, same_starts=True), interval=(-2.6, -1.2))
    else:
        found = replace(compare(tanh, relu, same_starts=True), interval=(1.2, 2.6))
    return verdict_words(found, WRONG)


def test_who_beats_whom_by_how_much_and_how_sure_that_is() -> None:
    wanted = (
        "tanh beats ReLU: 0.0 against 1.9 wrong pixels, difference 1.9 [1.2, 2.6], 10 seeds, "
        "p = 0.002."
    )
    assert course_verdict() == wanted
    assert course_verdict(turned=True) == wanted


@pytest.mark.usefixtures("spanish")
def test_the_same_in_spanish_with_its_marks() -> None:
    assert course_verdict() == (
        "tanh supera a ReLU: 0,0 contra 1,9 píxeles errados, diferencia 1,9 [1,2; 2,6], "
        "10 semillas, p = 0,002."
    )


def test_no_difference_and_how_many_seeds_would_settle_it() -> None:
    text = said([1.0, 1.4, 0.8, 1.2, 1.1, 0.9, 1.3], [1.3, 1.2, 1.0, 1.5, 1.2, 0.9, 1.2])
    assert text.startswith("No difference between tanh and ReLU beyond seed noise: 1.10 against ")
    assert "more seeds would settle it" in text
    alike = said([1.0, 2.0, 1.0, 2.0, 1.0, 2.0], [2.0, 1.0, 2.0, 1.0, 2.0, 1.0])
    assert alike.endswith("If there is a difference, it is too small for 1,000 seeds to show.")


def test_a_setting_that_failed() -> None:
    nothing = [NAN] * 3
    assert said(nothing, [2.0] * 3) == "No verdict: tanh failed in all of its 3 seeds."
    assert said([], [2.0]) == "No verdict: tanh has no seeds yet."
    assert said([1.0, NAN], [NAN, 1.0]) == (
        "No verdict: tanh and ReLU have no seed in common in which neither failed."
    )


def test_seeds_that_failed_are_told() -> None:
    text = said([0.1] * 12, [NAN] * 3 + [2.0 + 0.01 * n for n in range(9)])
    assert text.startswith("tanh beats ReLU: ")
    assert text.endswith("ReLU failed in 3 of 12 seeds, which are left out.")
    text = said([0.1] * 8 + [NAN] * 4, [2.0 + 0.01 * n for n in range(12)])
    assert text.startswith("No verdict: where it did not fail, tanh is better than ReLU (")
    assert "tanh failed in 4 of 12 seeds" in text


def test_seeds_that_only_one_has_are_told() -> None:
    assert said([0.0] * 10, RELU[:8]).endswith("Only seeds that both have are compared.")
    assert "Only seeds" not in said([0.0] * 10, RELU[:8], paired=False)


def test_too_few_seeds() -> None:
    assert said([1.0], [2.0]) == (
        "Too few seeds for a verdict on tanh and ReLU: 1.00 against 2.00 wrong pixels, difference "
        "1.00, 1 seed. A single seed says nothing about seed noise. It takes at least 6 seeds of "
        "each."
    )
    text = said([1.0, 2.0, 3.0], [2.0, 4.0, 5.0])
    assert "no p below 0.05 is possible: 0.25 at best. About 3 more seeds" in text
    ties = said([1.0] * 10, [1.0] * 8 + [2.0, 0.0])
    assert "0.5 at best" in ties


def test_all_the_same() -> None:
    assert said([1.0] * 6, [1.0] * 6) == (
        "tanh and ReLU are the same in all 6 seeds: 1.00 wrong pixels."
    )


def test_shares_are_told_in_percent_and_points() -> None:
    a = figures("tanh", [0.9 + 0.001 * n for n in range(8)])
    b = figures("ReLU", [0.8 + 0.002 * n for n in range(8)])
    found = compare(a, b, same_starts=True, lower_is_better=False)
    found = replace(found, interval=(-0.0981, -0.0948))
    text = verdict_words(found, RUN_FIGURES["exact"])
    assert text.startswith("tanh beats ReLU: 90.35% against 80.70% of the samples without a ")
    assert "difference 9.65 points [9.48, 9.81]" in text


def test_small_numbers_keep_their_digits() -> None:
    a = figures("tanh", [1e-6 * (9.0 + 0.01 * n) for n in range(8)])
    b = figures("ReLU", [1e-6 * (9.5 + 0.02 * n) for n in range(8)])
    text = verdict_words(compare(a, b, same_starts=True), RUN_FIGURES["loss"])
    assert "9.035e-6 against 9.570e-6 loss" in text


def test_a_figure_that_is_neither_good_nor_bad_is_beaten_by_nobody() -> None:
    a, b = figures("tanh", range(8)), figures("ReLU", range(20, 28))
    text = verdict_words(compare(a, b, same_starts=True), run_figure("active_units"))
    assert text.startswith("tanh is lower than ReLU: ")


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.00195, "p = 0.002"),
        (0.0313, "p = 0.031"),
        (0.04996, "p < 0.05"),
        (0.0501, "p = 0.05"),
        (0.21, "p = 0.21"),
        (1.0, "p = 1"),
        (1e-4, "p < 0.001"),
    ],
)
def test_p(p: float, text: str) -> None:
    assert p_words(p, 0.05) == text


def test_p_of_several_comparisons_says_so() -> None:
    assert p_words(0.012, 0.05, 6) == "p = 0.012 for 6 comparisons"


def test_how_often_one_does_better() -> None:
    a, b = figures("tanh", [1.0, 2.0, 3.0, 4.0]), figures("ReLU", [0.5, 2.5, 3.5, 4.5])
    paired = compare(a, b, same_starts=True)
    assert tally_words(paired) == (
        "From the same start tanh did better than ReLU in 3 of 4 seeds, equally well in 0 "
        "and worse in 1."
    )
    turned = compare(b, a, same_starts=False)
    assert tally_words(turned) == (
        "A seed of tanh did better than one of ReLU in 9 of 16 pairs of them, equally well in 0 "
        "and worse in 7."
    )
    # The last bits of a sum are no difference.
    even = compare(
        figures("tanh", [0.1 + 0.2, 2.0, 3.0]), figures("ReLU", [0.3, 2.5, 3.5]), same_starts=True
    )
    assert even.tally == (2, 1, 0)
    assert tally_words(even) == (
        "From the same start tanh did better than ReLU in 2 of 3 seeds, equally well in 1 "
        "and worse in 0."
    )
    assert tally_words(compare(a, a, same_starts=True)) == ""
    lone = figures("tanh", [1.0]), figures("ReLU", [0.5])
    assert {tally_words(compare(*lone, same_starts=same)) for same in (True, False)} == {""}
    assert tally_words(compare(a, SeedFigures("none"), same_starts=True)) == ""


def test_a_ranking_says_which_it_has_too_few_seeds_for() -> None:
    settings = [
        figures("good", [1.0, 1.01, 1.02, 1.03, 1.04]),
        figures("poor", [9.0, 9.1, 9.2, 9.3, 9.5]),
        figures("worse", [19.0, 19.1, 19.2, 19.3, 19.5]),
    ]
    lines = ranking_lines(rank(settings, same_starts=lambda one, other: True), WRONG)
    assert lines[0] == "There are too few seeds to tell good from poor and worse."
    assert lines[1].startswith("Too few seeds for a verdict on good and poor")


def test_a_ranking_in_lines() -> None:
    settings = [
        figures("poor", [9.0 + 0.1 * n for n in range(12)]),
        figures("good", [1.0 + 0.1 * n for n in range(12)]),
        figures("fair", [1.3, 0.9, 1.5, 1.0, 1.6, 1.3, 1.9, 1.5, 1.6, 2.1, 1.7, 2.5]),
    ]
    lines = ranking_lines(rank(settings, same_starts=lambda one, other: True), WRONG)
    assert lines[:2] == ("good beats poor.", "good does not differ significantly from fair.")
    assert lines[2].startswith("No difference between good and fair")
    assert lines[3].endswith("p = 0.001 for 3 comparisons.")
    alone = ranking_lines(rank(settings[:2], same_starts=lambda one, other: True), WRONG)
    assert alone[0] == "good beats all others."
    given = rank(settings, same_starts=lambda one, other: True, against=0)
    assert ranking_lines(given, WRONG)[0] == "poor is beaten by good and fair."


def test_a_ranking_of_many_names_the_first_and_counts_the_others() -> None:
    ramp = [0.1 * n for n in range(12)]
    settings = [figures("best", ramp)]
    settings += [figures(f"s{at}", [9.0 + at + one for one in ramp]) for at in range(9)]
    settings.append(figures("like", [one + 0.01 * (-1) ** n for n, one in enumerate(ramp)]))
    lines = ranking_lines(rank(settings, same_starts=lambda one, other: True), WRONG)
    first = next(line for line in lines if line.startswith(("best beats", "like beats")))
    assert first.count(", ") == 3
    assert first.endswith("and 5 more.")
