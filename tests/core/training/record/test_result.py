"""The figures of a run."""

from __future__ import annotations

from aegui.core.training.record.result import RunResult


def a_result(*wrong: int) -> RunResult:
    return RunResult(1, 10, 0.5, 0.2, 0.1, 9, wrong, {"at_most_1": 4, "exact": None})


def test_shares_and_means_come_from_the_wrong_pixels() -> None:
    result = a_result(0, 1, 3, 0)
    assert (result.wrong_mean, result.wrong_max) == (1.0, 3)
    assert (result.share_at_most_1, result.share_exact) == (0.75, 0.5)


def test_a_run_that_was_not_measured_has_nothing_wrong() -> None:
    result = a_result()
    assert (result.wrong_mean, result.wrong_max, result.share_exact) == (0.0, 0, 1.0)
