"""Driver of ``epochs.py``: scrubs through the epochs of a training in the real window.

Prints measurements as JSON: ``python -m tests.bench.time_driver``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from aegui.app import App
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.run_file.saved import save_run
from aegui.features.builder.training import TrainingFeature
from aegui.features.map.model.plane_service import PlaneService
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.time.feature import TimeFeature
from tests.bench.figures import percentile
from tests.bench.live_window import WINDOW, Paints, spin

if TYPE_CHECKING:
    from aegui.features.map.model.plane_tiles import Plane

EPOCHS = 3000
ROUNDS = 2
_MAX_S = 2.0


class Scrub:
    """Shows one epoch after the other, and records latencies."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._map = Paints(app.window.canvas)
        self._pictures = Paints(app.window.panel(CursorPanel).pictures)
        self._plane_epoch = -1
        app.services.of(PlaneService).decoded.connect(self._on_plane_decoded)
        self.call_ms: list[float] = []
        self.painted_ms: list[float] = []
        self.plane_ms: list[float] = []
        self.cpu_ms: list[float] = []

    def _on_plane_decoded(self, plane: Plane) -> None:
        if plane.complete:
            self._plane_epoch = plane.epoch

    def show(self, epoch: float) -> None:
        """Show ``epoch`` and record the time until points, cursor and whole plane are painted."""
        maps, pictures = self._map.count, self._pictures.count
        begun, cpu = time.perf_counter(), time.thread_time()
        self._app.window.feature(TimeFeature).go_to(epoch)
        self.call_ms.append(1000 * (time.perf_counter() - begun))
        painted = 0.0
        while time.perf_counter() - begun < _MAX_S:
            QApplication.processEvents()
            if not painted and self._map.count > maps and self._pictures.count > pictures:
                painted = time.perf_counter() - begun
            if painted and self._plane_epoch == int(epoch):
                break
        QApplication.processEvents()
        self.cpu_ms.append(1000 * (time.thread_time() - cpu))
        self.painted_ms.append(1000 * painted)
        self.plane_ms.append(1000 * (time.perf_counter() - begun))
        spin(0.02)


def trained(app: App) -> None:
    """Train the letters in the window to the end."""
    workspace, runner = app.services.workspace, app.services.runner
    workspace.edit_recipe(Recipe(training=TrainingSpec(epochs=EPOCHS)), "letters")
    spin(1.0)
    app.window.feature(TrainingFeature).train()
    while runner.is_busy:
        spin(0.1)
    spin(1.0)


def main() -> None:
    """Measure and print."""
    application = QApplication(sys.argv[:1])
    app = App(application)
    app.start()
    app.window.resize(*WINDOW)
    spin(2.5)
    trained(app)
    timeline, run = app.services.shown.timeline, app.services.workspace.run
    if timeline is None or run is None:
        raise RuntimeError("no epochs were kept")
    scrub = Scrub(app)
    # Without the last epoch, which is already shown when a round ends.
    epochs = timeline.epochs[:-1].tolist()
    for epoch in (epochs + epochs[::-1]) * ROUNDS:
        scrub.show(epoch)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.aegui"
        save_run(path, run)
        file_mb = path.stat().st_size / 1e6
    told = {
        "epochs": float(len(timeline)),
        "memory_mb": timeline.nbytes / 1e6,
        "file_mb": file_mb,
        "call_p99_ms": percentile(scrub.call_ms, 99),
        "painted_p50_ms": percentile(scrub.painted_ms, 50),
        "painted_p99_ms": percentile(scrub.painted_ms, 99),
        "plane_p50_ms": percentile(scrub.plane_ms, 50),
        "plane_p99_ms": percentile(scrub.plane_ms, 99),
        "cpu_p50_ms": percentile(scrub.cpu_ms, 50),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    app.shutdown()


if __name__ == "__main__":
    main()
