"""Checks of lessons are data: figures against bounds with times and plus, never code."""

from __future__ import annotations

import math

import pytest

from aegui.core.lessons.checks import all_hold, checked
from aegui.core.lessons.lesson import Check, LessonStep, OtherFigure


def step(*checks: Check) -> LessonStep:
    return LessonStep(key="now", title="Now", text="t", check=checks)


@pytest.mark.parametrize(
    ("relation", "below", "same", "above"),
    [
        ("at_most", True, True, False),
        ("at_least", False, True, True),
        ("less_than", True, False, False),
        ("more_than", False, False, True),
    ],
)
def test_each_relation(relation: str, below: bool, same: bool, above: bool) -> None:
    check = Check.model_validate({"figure": "worst", relation: 2})
    for value, expected in ((1.0, below), (2.0, same), (3.0, above)):
        results = checked(step(check), {"now": {"worst": value}})
        assert all_hold(results) is expected


def test_what_is_not_known_does_not_hold() -> None:
    check = Check(figure="worst", at_most=1)
    (result,) = checked(step(check), {})
    assert not result.is_known
    assert not result.holds
    (nan,) = checked(step(check), {"now": {"worst": math.nan}})
    assert not nan.holds


def test_steps_are_compared() -> None:
    check = Check(figure="loss", less_than=OtherFigure(of="before", times=0.5, plus=0.1))
    for value, expected in ((0.5, True), (0.7, False)):
        remembered = {"now": {"loss": value}, "before": {"loss": 1.0}}
        (result,) = checked(step(check), remembered)
        assert result.holds is expected
        assert result.bound == pytest.approx(0.6)


def test_figures_of_one_step_are_compared() -> None:
    check = Check(figure="mse", at_most=OtherFigure(figure="pca_error", times=1.1))
    (result,) = checked(step(check), {"now": {"mse": 0.11, "pca_error": 0.101}})
    assert result.holds


def test_it_is_told_in_words() -> None:
    titles = {"now": "Now", "before": "Before"}
    check = Check(figure="worst", at_most=OtherFigure(of="before", plus=1))
    remembered = {"now": {"worst": 2.0}, "before": {"worst": 3.0}}
    (result,) = checked(step(check), remembered)
    assert result.words(titles) == "Worst sample: 2 (at most 4, from “Before”)"
    (plain,) = checked(step(Check(figure="exact", at_least=0.5)), {"now": {"exact": 0.75}})
    assert plain.words(titles) == "Exact: 75.0% (at least 50.0%)"
