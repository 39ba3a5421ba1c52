"""Process start to the first painted window and the first live decode, and memory in use."""

from __future__ import annotations

import statistics

from tests.bench.figures import Figure, at_most
from tests.bench.window import run_driver

ROUNDS = 5


def measure() -> list[Figure]:
    """Measure item 6 of the list of figures: the median of several starts after a cold one."""
    told = [run_driver("first_window") for _ in range(ROUNDS + 1)][1:]
    painted = statistics.median(start["painted_s"] for start in told)
    worked = statistics.median(start["painted_cpu_s"] for start in told)
    decoded = statistics.median(start["decoded_s"] for start in told)
    ready = statistics.median(start["torch_s"] for start in told)
    memory = statistics.median(start["memory_mb"] for start in told)
    memory_torch = statistics.median(start["memory_torch_mb"] for start in told)
    return [
        at_most("process start to first painted window", painted, "s", 1.0),
        Figure("processor time until then", worked, "s"),
        at_most("process start to first live decode", decoded, "s", 2.5),
        at_most("memory of the open window", memory, "MB", 300),
        Figure("mouse near what trains to torch ready to train", ready, "s"),
        Figure("memory with torch", memory_torch, "MB"),
    ]
