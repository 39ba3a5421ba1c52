"""Limits of cost, and messages for what exceeds them."""

from __future__ import annotations

import pytest

from aegui.core.cost import (
    Budget,
    Cost,
    cost_words,
    excess,
    free_memory,
    memory_lines,
    memory_words,
    multiplications_per_second,
    time_words,
)

GIGABYTE = 1 << 30


def test_nothing_is_said_of_what_is_within_the_budget() -> None:
    cost = Cost(3_000.0, {"weights": GIGABYTE})
    assert excess(cost, Budget(60, 0.5), free=4 * GIGABYTE) == ""


def test_time_and_memory_beyond_the_budget_are_named() -> None:
    cost = Cost(5 * 86_400.0, {"weights": 7 * GIGABYTE})
    told = excess(cost, Budget(60, 0.5), free=8 * GIGABYTE)
    assert "7.0 GB" in told
    assert "8.0 GB" in told
    assert "5 days" in told


def test_what_is_in_memory_already_is_not_needed_again() -> None:
    cost = Cost(1.0, {"data": 3 * GIGABYTE, "weights": 1 << 20}, held=3 * GIGABYTE)
    assert excess(cost, Budget(60, 0.5), free=GIGABYTE) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "1 s"),
        (40, "40 s"),
        (130, "2 min"),
        (3_600, "1 h"),
        (5_400, "1.5 h"),
        (36_000, "10 h"),
        (3 * 86_400, "3 days"),
        (1e12, "years"),
        (float("inf"), "years"),
    ],
)
def test_times_are_told_as_one_speaks_of_them(seconds: float, words: str) -> None:
    assert time_words(seconds) == words


def test_memory_in_words() -> None:
    assert memory_words(10) == "1 MB"
    assert memory_words(140 << 20) == "140 MB"
    assert memory_words(7 * GIGABYTE) == "7.0 GB"
    cost = Cost(120.0, {"data": 40 << 20, "weights": 100 << 20, "timeline": 10})
    assert cost_words(cost) == "~2 min, 140 MB"
    assert [line.partition(":")[0] for line in memory_lines(cost)] == ["100 MB", "40 MB"]


def test_the_machine_is_known() -> None:
    free = free_memory()
    assert free is None or free > 0
    assert multiplications_per_second() > 1e6
