"""The short form of ``make soak``: a few laps leak nothing."""

from __future__ import annotations

import pytest

from tests.bench.soak import run_laps


@pytest.mark.slow
def test_a_lap_leaves_nothing_behind() -> None:
    laps = run_laps(seconds=1e6, most=3, brief=True)
    # The first lap creates long-lived objects: threads of numerical libraries, panels, caches.
    _, second, third = laps
    for key in ("objects", "timers", "windows", "threads", "handles"):
        if key in third:
            assert third[key] <= second[key], key
