"""Drawing in the real window: from a stroke until the answers of three networks are painted."""

from __future__ import annotations

from tests.bench.figures import Figure, at_most
from tests.bench.window import run_driver


def measure() -> list[Figure]:
    """What the pixel lab's list of speeds says of a stroke."""
    told = run_driver("stroke_driver")
    return [
        Figure("stroke to answers painted, three networks: p50", told["p50"], "ms"),
        at_most("stroke to answers painted, three networks: p99", told["p99"], "ms", 16),
        Figure("stroke, work of the window: p99", told["work_p99"], "ms"),
    ]
