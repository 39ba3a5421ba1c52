"""Driver of ``study_window.py``: a study of 180 runs in the real window, with each page visible.

Prints measurements as JSON: ``python -m tests.bench.study_driver``.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from aegui.app import App
from aegui.core.study.plan import StudyPlan, save_plan
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.studies.view.panel import StudiesPanel
from aegui.paths import user_data_dir
from tests.bench.figures import percentile
from tests.bench.live_window import WINDOW, Probe, spin

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.features.studies.model.study_runs import StudySheet

PAGES = ("overview", "phase")
IDLE_S = 4.0
_LIMIT_S = 400.0
PLAN = {
    "name": "180 runs",
    "recipe": "letters-course",
    "set": {"training.epochs": 4000},
    "axes": [
        {
            "label": "rate",
            "path": "training.optimizer.learning_rate",
            "range": {"first": 0.001, "last": 0.03, "steps": 6, "log": True},
        },
        {
            "label": "width",
            "path": "network.encoder.0.units",
            "range": {"first": 15, "last": 30, "steps": 6, "whole": True},
        },
    ],
    "seeds": {"count": 5},
    "goal": {"figure": "worst", "at_most": 1},
}


def until(done: Callable[[], bool]) -> None:
    """Run the event loop until ``done()``."""
    limit = time.monotonic() + _LIMIT_S
    while not done():
        if time.monotonic() > limit:
            raise TimeoutError
        spin(0.1)


def known(sheet: StudySheet | None) -> bool:
    """Return whether the study can be started."""
    return sheet is not None and sheet.cost is not None


def measure(app: App, page: str) -> dict[str, float]:
    """Return event-loop gaps with ``page`` visible: at rest, and while all runs are trained."""
    runs, panel = app.services.of(StudyRuns), app.window.panel(StudiesPanel)
    panel.pages.show_page(page)
    path = user_data_dir() / f"{page}.aegui-study"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_plan(path, StudyPlan.model_validate(PLAN))
    runs.choose(path)
    until(lambda: known(runs.sheet) and runs.sheet is not None and runs.sheet.path == path)
    probe = Probe(app.window)
    probe.start()
    spin(IDLE_S)
    probe.stop()
    idle, probe.gaps = probe.gaps, []
    begun = time.perf_counter()
    runs.start()
    probe.start()
    until(lambda: not runs.job.is_busy)
    probe.stop()
    return {
        f"{page}_idle_p99_ms": percentile(idle, 99),
        f"{page}_p50_ms": percentile(probe.gaps, 50),
        f"{page}_p99_ms": percentile(probe.gaps, 99),
        f"{page}_max_ms": max(probe.gaps),
        f"{page}_seconds": time.perf_counter() - begun,
    }


def main() -> int:
    """Measure and print."""
    app = App(QApplication(sys.argv[:1]))
    app.services.settings.unasked_minutes = 1e6
    app.window.resize(*WINDOW)
    app.window.show()
    app.window.actions_table["studies"].trigger()
    spin(2.0)
    found: dict[str, float] = {}
    for page in sys.argv[1:] or PAGES:
        found |= measure(app, page)
    app.shutdown()
    print(json.dumps(found))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
