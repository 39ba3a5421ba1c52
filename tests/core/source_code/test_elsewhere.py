"""The check in a process of its own: verdict, end, time limit."""

from __future__ import annotations

import multiprocessing

import pytest

from aegui.core.errors import Cancelled
from aegui.core.source_code.elsewhere import check_elsewhere
from tests.core.source_code.cases import DENSE, subject


def test_another_process_says_the_same() -> None:
    shares: list[float] = []
    verdict = check_elsewhere(subject(**DENSE["variational"]), "numpy", shares.append)
    assert verdict.state == "same"
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert verdict.gradient is not None
    assert len(verdict.code) == 10
    assert not multiprocessing.active_children()


def test_it_is_given_up_at_once_and_leaves_no_process() -> None:
    with pytest.raises(Cancelled):
        check_elsewhere(subject(), "torch", cancelled=lambda: True)
    assert not multiprocessing.active_children()


def test_what_takes_too_long_cannot_be_compared() -> None:
    verdict = check_elsewhere(subject(), "torch", seconds=0.0)
    assert verdict.state == "incomparable"
    assert "seconds" in verdict.reason
    assert not multiprocessing.active_children()
