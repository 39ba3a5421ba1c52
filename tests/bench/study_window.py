"""A study of 180 runs with the window open: event-loop gaps with each page visible."""

from __future__ import annotations

from tests.bench.figures import Figure, at_most
from tests.bench.study_driver import PAGES
from tests.bench.window import run_driver


def measure() -> list[Figure]:
    """Measure section 8 of the studies: the window stays responsive while a study runs."""
    told = run_driver("study_driver")
    figures = []
    for page in PAGES:
        figures += [
            Figure(
                f"{page}: event-loop gap before the study, p99", told[f"{page}_idle_p99_ms"], "ms"
            ),
            at_most(
                f"{page}: event-loop gap while 180 runs are done, p99",
                told[f"{page}_p99_ms"],
                "ms",
                17,
            ),
            Figure(f"{page}: event-loop gap, worst", told[f"{page}_max_ms"], "ms"),
            Figure(f"{page}: the study itself", told[f"{page}_seconds"], "s"),
        ]
    return figures
