"""Driver of ``soak.py``: uses the real window without pause.

Each lap does everything once and returns to the same state at rest; then it prints the resources
held, as one line of JSON: ``python -m tests.bench.soak_driver [SECONDS [LAPS [brief]]]``. A
``brief`` lap does the same in fewer steps, without measuring the gaps of the event loop.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from aegui.app import App
from aegui.core.recipe import CorruptionSpec, DataSpec, LayerSpec, NetworkSpec, Recipe, TrainingSpec
from aegui.core.study.plan import StudyPlan, save_plan
from aegui.features.builder.training import TrainingFeature
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.features.time.feature import TimeFeature
from aegui.paths import models_dir, user_data_dir
from aegui.session.jobs.garbage_collector import give_back
from aegui.session.settings import Settings
from aegui.window.docks import PERSPECTIVES
from aegui.window.memory import process_bytes
from tests.bench.figures import percentile
from tests.bench.live_window import Probe, spin

WINDOW = (1280, 800)
RECIPE = Recipe(
    name="soak",
    data=DataSpec(source="lowercase"),
    network=NetworkSpec(encoder=(LayerSpec(units=25),)),
    training=TrainingSpec(epochs=400),
    seed=1,
)
ENDLESS = RECIPE.model_copy(update={"training": TrainingSpec(epochs=100_000_000)})
MODELS = ("letters-2d", "letters-denoise", "mnist-vae-2", "fashion-gan")
DIALOGS = ("search_commands", "shortcuts", "guide", "messages", "gallery", "limits", "summary")
PLAN = {
    "name": "soak",
    "recipe": "letters-course",
    "set": {"training.epochs": 60},
    "axes": [{"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.01, 0.02]}],
    "seeds": {"count": 2},
    "goal": {"figure": "worst", "at_most": 1},
}
_LIMIT_S = 240.0
_LOOK_S = 0.25
_LINGER_LIMIT_S = 20.0
_HANDLES = Path("/proc/self/fd")
_TASKS = Path("/proc/self/task")
_POOLED = "Thread (pooled)"


def until(done: object) -> None:
    """Run the event loop until ``done()``.

    Raises:
        TimeoutError: After 240 s.
    """
    limit = time.monotonic() + _LIMIT_S
    while not done():  # type: ignore[operator]
        if time.monotonic() > limit:
            raise TimeoutError(done)
        spin(0.05)


class Person:
    """Simulates a user who tries everything repeatedly."""

    def __init__(self, app: App, *, brief: bool = False) -> None:
        self._app = app
        self._is_brief = brief
        self._share = 0.1 if brief else 1.0
        self._models = MODELS[:1] if brief else MODELS
        self._dialogs = DIALOGS[:3] if brief else DIALOGS

    def _look(self, seconds: float = _LOOK_S) -> None:
        spin(max(0.02, self._share * seconds))

    def lap(self) -> None:
        """Do everything once, and return to rest."""
        for act in (
            self.train_and_hover,
            self.scrub,
            self.draw,
            self.arrange,
            self.open_and_close,
            self.ask_dialogs,
            self.study,
            self.dress_and_speak,
            self.rest,
        ):
            act()

    def _take(self, recipe: Recipe) -> None:
        workspace = self._app.services.workspace
        workspace.new(recipe)
        until(lambda: workspace.resolution.resolved is not None)

    def _stop(self) -> None:
        runner = self._app.services.runner
        runner.stop()
        until(lambda: not runner.is_busy)

    def train_and_hover(self) -> None:
        """Train with the mouse on the map, stop, resume, pause, and train another to the end."""
        runner, window = self._app.services.runner, self._app.window
        window.set_perspective("build")
        self._take(ENDLESS)
        window.feature(TrainingFeature).train()
        until(lambda: runner.pull() is not None)
        self._hover(120)
        self._stop()
        for key in ("continue", "pause", "pause", "slow", "slow"):
            window.actions_table[key].trigger()
            self._look()
        self._stop()
        self._take(RECIPE)
        window.feature(TrainingFeature).train()
        until(lambda: not runner.is_busy)

    def _hover(self, moves: int) -> None:
        canvas = self._app.window.canvas
        for index in range(round(self._share * moves)):
            angle = index / 9
            place = QPointF(
                canvas.width() * (0.5 + 0.3 * math.cos(angle)),
                canvas.height() * (0.5 + 0.3 * math.sin(1.3 * angle)),
            )
            QTest.mouseMove(canvas, place.toPoint())
            spin(0.01)

    def scrub(self) -> None:
        """Scrub through the epochs, forwards and backwards."""
        timeline = self._app.services.shown.timeline
        if timeline is None:
            raise RuntimeError("no epochs were kept")
        epochs = timeline.epochs.tolist()[:: round(8 / self._share)]
        for epoch in epochs + epochs[::-1]:
            self._app.window.feature(TimeFeature).go_to(epoch)
            spin(0.02)
        self._app.window.actions_table["epoch_newest"].trigger()

    def draw(self) -> None:
        """Draw strokes, apply noise, and undo."""
        window, drawing = self._app.window, self._app.services.drawing
        window.set_perspective("draw")
        self._look()
        drawing.clear()
        editor = window.panel(DrawPanel).editor
        for number in range(20):
            place = editor.cell_rect(number % 7, number // 7 % 5).center()
            QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=place)
            spin(0.02)
        for seed in range(5):
            drawing.apply_noise(CorruptionSpec(kind="flip", level=0.1), seed)
            spin(0.02)
        for key in ("undo", "redo", "undo"):
            window.actions_table[key].trigger()
            spin(0.02)

    def arrange(self) -> None:
        """Visit each perspective, and raise, close and reopen its panels."""
        window = self._app.window
        for key in PERSPECTIVES:
            window.set_perspective(key)
            self._look()
            if not self._is_brief:
                self._raise_all()
            first = next(dock for dock in window.docks.values() if not dock.isHidden())
            first.toggleViewAction().trigger()
            spin(0.03)
            first.toggleViewAction().trigger()
            window.reset_layout()
        for dock in window.docks.values():
            dock.show()
        self._raise_all()
        window.reset_layout()

    def _raise_all(self) -> None:
        """Bring each open panel to the front of its place."""
        for dock in self._app.window.docks.values():
            if not dock.isHidden():
                dock.raise_()
                self._look(0.1)

    def open_and_close(self) -> None:
        """Open the shipped models one after the other, with the mouse on the map."""
        window = self._app.window
        window.set_perspective("wander")
        for name in self._models:
            self._app.services.workspace.open(models_dir() / f"{name}.aegui", lambda: True)
            self._look(1.0)
            self._hover(30)
        self._take(RECIPE)

    def ask_dialogs(self) -> None:
        """Open and close every dialog that needs no input."""
        for key in self._dialogs:
            closer = QTimer()
            closer.setInterval(int(1000 * self._share * _LOOK_S))
            closer.timeout.connect(self._close_others)
            closer.start()
            self._app.window.actions_table[key].trigger()
            self._look(2 * _LOOK_S)
            closer.stop()
        self._close_others()

    def _close_others(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and isinstance(widget, QDialog | QMenu):
                widget.close()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def study(self) -> None:
        """Run a study of four runs from start to end."""
        app = self._app
        app.window.actions_table["studies"].trigger()
        runs = app.services.of(StudyRuns)
        folder = user_data_dir() / "soak"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path = folder / "soak.aegui-study"
        save_plan(path, StudyPlan.model_validate(PLAN))
        runs.choose(path)
        until(lambda: runs.sheet is not None and runs.sheet.path == path and bool(runs.sheet.cost))
        runs.start()
        until(lambda: not runs.job.is_busy)

    def dress_and_speak(self) -> None:
        """Change theme and language; the window is rebuilt for each language."""
        acts = [self._dress, self._speak]
        # A new window has few panels, so that its theme changes in a fraction of the time.
        for act in reversed(acts) if self._is_brief else acts:
            act()

    def _dress(self) -> None:
        for theme in ("dark", "light"):
            self._app.use_theme(theme)
            self._look()

    def _speak(self) -> None:
        for code in ("es", "en"):
            self._app.use_language(code)
            self._look(2 * _LOOK_S)

    def rest(self) -> None:
        """Return to a small document, no running jobs, and the first perspective."""
        self._take(RECIPE)
        window = self._app.window
        window.set_perspective("wander")
        window.notifications.close_all()
        self._close_others()
        self._look(3.0)
        # A worker thread for answers lingers for half a second before it ends.
        limit = time.monotonic() + _LINGER_LIMIT_S
        while threading.active_count() > 1 and time.monotonic() < limit:
            spin(0.05)


def objects() -> Counter[str]:
    """Count the QObjects below each window and the application, by class; windows included."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    found: Counter[str] = Counter()
    for root in (application, *QApplication.topLevelWidgets()):
        for each in (root, *root.findChildren(QObject)):
            found[each.metaObject().className()] += 1
    return found


def held() -> dict[str, float]:
    """Return the resources held, after Qt, Python and the C library have freed what they can.

    The C library keeps free memory between blocks in use, by an amount that depends on the timing
    of threads. The program returns it to the system when idle; here that is done explicitly.
    """
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    give_back()
    found = objects()
    told = {
        "rss_mb": (process_bytes() or 0) / 1e6,
        "objects": found.total(),
        "timers": found["QTimer"],
        "windows": len(QApplication.topLevelWidgets()),
        "python_threads": threading.active_count(),
        "python_objects": len(gc.get_objects()) + gc.get_freeze_count(),
    }
    if _HANDLES.is_dir():
        told["handles"] = len(os.listdir(_HANDLES))
        told["threads"] = threads()
    return told


def gaps(probe: Probe) -> dict[str, float]:
    """Return the median and the long gaps of the event loop; nothing if they were not measured."""
    if not probe.gaps:
        return {}
    return {f"gap_p{share}_ms": percentile(probe.gaps, share) for share in (50, 99)}


def threads() -> int:
    """Count the threads of the process, except pooled ones, which Qt ends on its own schedule."""
    count = 0
    for task in _TASKS.iterdir():
        # A thread may end while it is being inspected.
        with contextlib.suppress(OSError):
            count += (task / "comm").read_text().strip() != _POOLED
    return count


def main() -> int:
    """Run laps until the time or the number of laps is reached."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    application = QApplication(sys.argv[:1])
    settings = Settings.model_validate({"language": "en", "theme": "light"})
    settings.unasked_minutes, settings.unasked_memory_share = 1e6, 1.0
    app = App(application, settings)
    app.start()
    app.window.resize(*WINDOW)
    is_brief = "brief" in sys.argv
    spin(2.0)
    person, probe = Person(app, brief=is_brief), Probe(app)
    begun, laps = time.perf_counter(), 0
    while laps < most and time.perf_counter() - begun < seconds:
        probe.gaps = []
        started, worked = time.perf_counter(), time.thread_time()
        if not is_brief:
            # A tenth of the processor time of a lap.
            probe.start()
        person.lap()
        probe.stop()
        laps += 1
        told = {
            "lap": laps,
            "minutes": (time.perf_counter() - begun) / 60,
            "lap_s": time.perf_counter() - started,
            "cpu_s": time.thread_time() - worked,
            **gaps(probe),
            **held(),
        }
        print(json.dumps({key: round(value, 3) for key, value in told.items()}), flush=True)  # noqa: T201
    app.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
