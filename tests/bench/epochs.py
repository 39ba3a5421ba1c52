"""Scrubbing through the epochs of a training: latency, and the cost of recording them."""

from __future__ import annotations

import time

from aegui.core.data.builtin import load_builtin
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.core.training.record.timeline import BUDGET_BYTES
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.window import run_driver

_EPOCHS = 4000
_ROUNDS = 7


def measure() -> list[Figure]:
    """Measure item 4 of the list of speeds of the map."""
    told = run_driver("time_driver")
    return [
        Figure("epochs kept of a training of letters", told["epochs"], ""),
        Figure("memory for them", told["memory_mb"], "MB"),
        Figure("file with them", told["file_mb"], "MB"),
        Figure("any epoch: until points and cursor are painted, p50", told["painted_p50_ms"], "ms"),
        at_most(
            "any epoch: until points and cursor are painted, p99", told["painted_p99_ms"], "ms", 33
        ),
        Figure("any epoch: until the whole plane is painted, p50", told["plane_p50_ms"], "ms"),
        Figure("any epoch: until the whole plane is painted, p99", told["plane_p99_ms"], "ms"),
        Figure("any epoch: processor time of the window", told["cpu_p50_ms"], "ms"),
        at_least("rate of training kept while epochs are", _kept_rate(), "x", 0.97),
    ]


def _kept_rate() -> float:
    """Return the training rate with recorded epochs over that without, alternating."""
    recipe = Recipe(training=TrainingSpec(epochs=_EPOCHS, device="cpu"))
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    if resolved is None:
        raise RuntimeError("the letters do not resolve")
    _seconds(resolved, 0)
    rounds = [(_seconds(resolved, 0), _seconds(resolved, BUDGET_BYTES)) for _ in range(_ROUNDS)]
    without, kept = (min(seconds) for seconds in zip(*rounds, strict=True))
    return float(without / kept)


def _seconds(resolved: ResolvedRecipe, budget: int) -> float:
    started = time.thread_time()
    for _ in train(resolved, Control(timeline_bytes=budget)):
        pass
    return time.thread_time() - started
