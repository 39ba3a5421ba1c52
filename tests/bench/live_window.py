"""Driver of ``window.py``: runs the real window and prints measurements as JSON.

``python -m tests.bench.live_window [letters|conv|vae|population]``
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from aegui.app import App
from aegui.core.data.builtin import load_builtin
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.session.map.decode_service import DecodeService
from tests.bench import models
from tests.bench.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.network.resolve import ResolvedRecipe

CASES: dict[str, Callable[[], ResolvedRecipe]] = {
    "conv": lambda: models.bound(models.noise(4096, 1, 28), models.CONV, 128),
    "vae": lambda: models.bound(models.noise(1024, 3, 64), models.dense_vae((256, 128), 16), 128),
    "population": lambda: models.bound(
        load_builtin("lowercase"), models.dense_vae((25, 10), 2), None, models.POPULATION
    ),
}
ROUNDS = 4
SECONDS = 3.0
MOVES = 600
WINDOW = (1920, 1080)
_PATIENCE_S = 60.0
_STEPS = 2_000


class Paints(QObject):
    """Notes when each paint event of one widget has ended, its transfer to the screen included."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        """Number of paint events."""
        self.ends: list[float] = []
        """When each of them ended, in seconds of ``time.perf_counter``."""
        widget.installEventFilter(self)
        window = widget.window()
        (window.findChild(_Transfers) or _Transfers(window)).ended.connect(self._on_ended)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False

    def _on_ended(self, at: float) -> None:
        self.ends += [at] * (self.count - len(self.ends))


class _Transfers(QObject):
    """Tells when a window has been painted and transferred to the screen.

    It delivers the request to update itself: a posted event would come only after all timers that
    have expired in the meantime.
    """

    ended = Signal(float)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest:
            return False
        watched.event(event)
        self.ended.emit(time.perf_counter())
        return True


class Probe(QObject):
    """Records the time between two iterations of the event loop, in ms, with a timer of 1 ms."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start(1)

    def stop(self) -> None:
        self._timer.stop()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now


def spin(seconds: float) -> None:
    """Run a nested event loop for ``seconds``."""
    # Not application.quit, which would close the window first.
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop, loop.quit)
    loop.exec()


def resolved_case(app: App, case: str) -> ResolvedRecipe:
    """Load the case into the window and wait until it resolves."""
    workspace = app.services.workspace
    if case == "letters":
        workspace.edit_recipe(Recipe(training=TrainingSpec(epochs=100_000_000)), "letters")
    else:
        bound = CASES[case]()
        workspace.edits.edit_dataset(bound.dataset, case)
        data = workspace.recipe.data
        workspace.edit_recipe(bound.recipe.model_copy(update={"data": data}), case)
    spin(1.0)
    resolved = workspace.resolution.resolved
    if resolved is None:
        raise RuntimeError(f"{case} does not resolve")
    return resolved


def headless_rate(resolved: ResolvedRecipe) -> float:
    """Return epochs per second of the same training in a thread, while the window is idle."""
    rate = 0.0

    def body() -> None:
        nonlocal rate
        from aegui.core.training.loop.control import Control
        from aegui.core.training.loop.train import train

        steps = train(resolved, Control(spare_cores=1))
        training = next(steps)
        while training.seconds < 0.3:
            next(steps)
        first, started = training.position, time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            next(steps)
        rate = (training.position - first) / (time.perf_counter() - started)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    return rate


def start(app: App, resolved: ResolvedRecipe) -> None:
    """Start training in the window, wait for the first results and let it settle."""
    app.services.runner.start(resolved)
    begun = time.perf_counter()
    while app.services.runner.pull() is None:
        # On a busy machine a large network takes seconds to start.
        if time.perf_counter() - begun > _PATIENCE_S:
            raise RuntimeError("nothing is being trained")
        spin(0.05)
    spin(1.0)


def stop(app: App) -> None:
    """Stop the training and wait until the window has noticed."""
    app.services.runner.stop()
    while app.services.runner.is_busy:
        spin(0.05)
    spin(0.3)


def epochs_done(app: App) -> float:
    """Return the number of epochs trained so far."""
    pulled = app.services.runner.pull()
    if pulled is None:
        raise RuntimeError("nothing is being trained")
    return pulled.position


def live_rate(app: App) -> float:
    """Return epochs per second while the window shows everything."""
    first, started = epochs_done(app), time.perf_counter()
    spin(SECONDS)
    return (epochs_done(app) - first) / (time.perf_counter() - started)


class Moves(NamedTuple):
    """Latencies of mouse moves, in milliseconds."""

    map: list[float]
    """Until what is decoded there is painted beside the pointer."""
    panel: list[float]
    """Until it is painted, large, in the cursor's panel, which follows."""
    step_ns: list[float]
    """Speed of this core after each move, see ``step_ns``."""


def step_ns() -> float:
    """Return the CPU time of a step of an interpreted loop, in nanoseconds.

    A virtual core may be half as fast while another machine uses its physical core: no load shows
    that, and latencies are as much longer.
    """
    begun, total = time.thread_time(), 0
    for number in range(_STEPS):
        total += number * number
    return 1e9 * (time.thread_time() - begun) / _STEPS


def moves(app: App) -> Moves:
    """Move the mouse over the map repeatedly and measure latencies."""
    canvas = app.window.canvas
    on_map, in_panel = Paints(canvas), Paints(app.window.panel(CursorPanel).pictures)
    decoded = 0

    def note() -> None:
        """Note how many paints there were when the place of this move was first decoded.

        A training repeats it with newer weights, perhaps in the turn in which it has been painted.
        """
        nonlocal decoded
        decoded = min(decoded, on_map.count)

    service = app.services.of(DecodeService)
    service.decoded.connect(note)
    told = Moves([], [], [])
    for index in range(MOVES):
        angle = index / 25
        place = QPointF(
            canvas.width() * (0.5 + 0.3 * math.cos(angle)),
            canvas.height() * (0.5 + 0.3 * math.sin(1.3 * angle)),
        )
        panel, decoded, started = in_panel.count, sys.maxsize, time.perf_counter()
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            QPointF(canvas.mapToGlobal(QPoint(0, 0))) + place,
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)
        until_map = until_panel = None
        while (until_map is None or until_panel is None) and time.perf_counter() - started < 1.0:
            QApplication.processEvents()
            if until_map is None and len(on_map.ends) > decoded:
                until_map = 1000 * (on_map.ends[decoded] - started)
            if until_panel is None and len(in_panel.ends) > panel:
                until_panel = 1000 * (in_panel.ends[panel] - started)
        told.map.append(1000.0 if until_map is None else until_map)
        told.panel.append(1000.0 if until_panel is None else until_panel)
        told.step_ns.append(step_ns())
        spin(0.012)
    service.decoded.disconnect(note)
    return told


def main() -> None:
    """Measure and print."""
    application = QApplication(sys.argv[:1])
    app = App(application)
    app.start()
    app.window.resize(*WINDOW)
    spin(2.5)
    resolved = resolved_case(app, sys.argv[1] if len(sys.argv) > 1 else "letters")
    probe, paints = Probe(app), Paints(app.window.canvas)
    headless, live, painted = [], [], []
    for _ in range(ROUNDS):
        headless.append(headless_rate(resolved))
        start(app, resolved)
        count, started = paints.count, time.perf_counter()
        live.append(live_rate(app))
        painted.append((paints.count - count) / (time.perf_counter() - started))
        # Gaps are recorded separately: the probe's thousand calls a second slow the training down.
        probe.start()
        spin(SECONDS)
        probe.stop()
        stop(app)
    start(app, resolved)
    times = moves(app)
    stop(app)
    rested = moves(app)
    ratios = [a / b for a, b in zip(live, headless, strict=True)]
    sys.stdout.write(
        json.dumps(
            {
                "headless": statistics.median(headless),
                "live": statistics.median(live),
                "kept": statistics.median(ratios),
                "gap_p99_ms": percentile(probe.gaps, 99),
                "gap_max_ms": max(probe.gaps),
                "paints": statistics.median(painted),
                "move_p50_ms": percentile(times.map, 50),
                "move_p99_ms": percentile(times.map, 99),
                "panel_p50_ms": percentile(times.panel, 50),
                "panel_p99_ms": percentile(times.panel, 99),
                "rest_move_p50_ms": percentile(rested.map, 50),
                "rest_move_p99_ms": percentile(rested.map, 99),
                "rest_panel_p50_ms": percentile(rested.panel, 50),
                "rest_panel_p99_ms": percentile(rested.panel, 99),
                "rest_step_p10_ns": percentile(rested.step_ns, 10),
                "rest_step_p90_ns": percentile(rested.step_ns, 90),
            }
        )
        + "\n"
    )
    app.shutdown()


if __name__ == "__main__":
    main()
