"""Drawing in the real window: latency from a stroke to the painted answers of three networks."""

from __future__ import annotations

from tests.bench.figures import Figure, at_most
from tests.bench.window import run_driver


def measure() -> list[Figure]:
    """Measure the figures of the pixel lab's list of speeds about a stroke."""
    told = run_driver("stroke_driver")
    return [
        Figure("stroke to answers painted, three networks: p50", told["p50"], "ms"),
        at_most("stroke to answers painted, three networks: p99", told["p99"], "ms", 16),
        Figure("stroke, work of the window: p99", told["work_p99"], "ms"),
    ]
