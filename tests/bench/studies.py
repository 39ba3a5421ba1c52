"""Studies: runs trained together against a plain loop one by one, and growth with runs."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from aegui.core.study.plan import plan_from
from aegui.core.study.records import Records
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, Processes, StudyControl, Workers
from tests.bench.engine import PlainTorchLoop, course_recipe
from tests.bench.figures import Figure, at_least, at_most

EPOCHS = 5_000
SEEDS = 1_000
ROUNDS = 3
_MICRO = 1e6
_GROWTH_EPOCHS = 1_000


def measure() -> list[Figure]:
    """Measure 36 settings x 5 seeds, 1,000 seeds, and the cost of a run among 10 to 10,000."""
    return [*_against_the_loop(), *_cloud(), *_growth()]


def _plan(axes: list[Any], seeds: int, epochs: int) -> Any:
    values = {"training.epochs": epochs, "training.goals.max_wrong_pixels": None}
    document = {"recipe": "letters-course", "set": values, "axes": axes, "seeds": {"count": seeds}}
    return plan_from({"format": "aegui-study", "version": 1, **document})


def _done(plan: Any, workers: Workers) -> tuple[float, float]:
    """Run a new study and return its wall-clock seconds and CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder))
        records.begin(plan)
        begun, busy = time.perf_counter(), _busy()
        try:
            for _ in Study(plan, Path(), records).run(workers, StudyControl()):
                pass
        finally:
            workers.close()
        return time.perf_counter() - begun, _busy() - busy


def _busy() -> float:
    """Return the CPU seconds of this process and its finished children."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _against_the_loop() -> list[Figure]:
    names = ["torch_default", "xavier_uniform", "he_uniform", "normal", "uniform", "orthogonal"]
    rates = {"first": 5e-4, "last": 0.02, "steps": 6, "log": True}
    axes = [
        {"path": "training.optimizer.learning_rate", "range": rates},
        {"path": "training.initializer.name", "values": names},
    ]
    plan = _plan(axes, 5, EPOCHS)
    loop = PlainTorchLoop(course_recipe())
    loop.run(100)
    plain, clock, busy = [], [], []
    for _ in range(ROUNDS):
        plain.append(loop.run(1_000))
        seconds, processors = _done(plan, Processes(2))
        clock.append(seconds)
        busy.append(processors)
    one_by_one = statistics.median(plain) * EPOCHS * 180
    return [
        Figure("36 settings x 5 seeds by the plain loop, reckoned of its epochs", one_by_one, "s"),
        Figure("the same as a study, two processes from nothing", statistics.median(clock), "s"),
        Figure("processor time of it", statistics.median(busy), "s"),
        at_least(
            "study: times the plain loop one after the other",
            one_by_one / statistics.median(clock),
            "x",
            25,
        ),
    ]


def _cloud() -> list[Figure]:
    seconds, busy = _done(_plan([], SEEDS, EPOCHS), Processes(2))
    return [
        at_most("1,000 seeds x 5,000 epochs, two processes", seconds, "s", 45),
        Figure("processor time of it", busy, "s"),
        Figure("a run and epoch of it", busy / SEEDS / EPOCHS * _MICRO, "us"),
    ]


def _growth() -> list[Figure]:
    """Measure the CPU time of a run, including all that is computed and stored for it."""
    _done(_plan([], 10, 100), InlineWorkers())
    each = {10: statistics.median(_of_a_run(10) for _ in range(ROUNDS))}
    each |= {runs: _of_a_run(runs) for runs in (100, 1_000, 10_000)}
    many = [cost for runs, cost in each.items() if runs >= 100]
    return [
        *(Figure(f"a run and epoch among {runs:,}", cost, "us") for runs, cost in each.items()),
        at_most("cost of a run among 10,000 over that among 10", each[10_000] / each[10], "x", 1.1),
        at_most("dearest over cheapest, among 100 to 10,000", max(many) / min(many), "x", 1.2),
    ]


def _of_a_run(runs: int) -> float:
    """Return the microseconds per epoch and run among ``runs``."""
    return (
        _done(_plan([], runs, _GROWTH_EPOCHS), InlineWorkers())[1] / runs / _GROWTH_EPOCHS * _MICRO
    )
