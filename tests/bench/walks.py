"""Code paths of four edits: Python calls, and files of the package that they pass through.

Counted by ``sys.setprofile`` in the real window on a shipped model, up to the next iteration of the
event loop; each edit is done once before, so that one-time work is not counted.
``python -m tests.bench.walks [--detail]`` counts in this process; ``--detail`` lists the files of
each walk with their calls.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import aegui
from aegui.app import App
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.paths import models_dir
from aegui.widgets.form.fields import NumberField
from tests.bench.figures import Figure, at_most
from tests.bench.live_window import WINDOW, spin
from tests.bench.window import run_driver

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from aegui.widgets.form.rows import SettingRow

GOALS = {
    "rate edited": (400, 25),
    "mouse moved over the map": (300, 25),
    "pixel drawn": (350, 30),
    "noise level edited": (400, 30),
}
"""Most calls and files of each walk."""
_MODEL = "letters-denoise.aegui"
_PACKAGE = str(Path(aegui.__file__).parent)
_SETTLE_S = 1.0


def measure() -> list[Figure]:
    """Measure calls and files of each walk."""
    told = run_driver("walks")
    figures = []
    for name, (calls, files) in GOALS.items():
        figures.append(at_most(f"{name}: Python calls", told[f"{name}: calls"], "", calls))
        figures.append(at_most(f"{name}: files", told[f"{name}: files"], "", files))
    return figures


def calls_of(walk: Callable[[], object]) -> Counter[tuple[str, str]]:
    """Return how often ``walk`` calls each function of the package, by file and name."""
    calls: Counter[tuple[str, str]] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_PACKAGE):
            file = frame.f_code.co_filename.removeprefix(_PACKAGE).lstrip("/\\")
            calls[file, frame.f_code.co_qualname] += 1

    sys.setprofile(note)
    try:
        walk()
    finally:
        sys.setprofile(None)
    return calls


def _walks(app: App) -> dict[str, tuple[str, Callable[[], object]]]:
    """Return the perspective and the action of each walk, by name."""
    window = app.window
    editor, canvas = window.panel(DrawPanel).editor, window.canvas
    level = window.panel(DrawPanel).noise.findChildren(NumberField)[0]
    steps = iter(range(1, 100))

    @cache
    def rate_row() -> SettingRow:
        return window.panel(TrainingPanel).rows["training.optimizer.learning_rate"]

    def edit_rate() -> None:
        row = rate_row()
        row.edited.emit(app.services.workspace.recipe.training.optimizer.learning_rate * 1.5)

    def move_mouse() -> None:
        place = QPointF(canvas.width() * 0.5 + 4 * next(steps), canvas.height() * 0.47)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            canvas.mapToGlobal(place),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)

    def draw_pixel() -> None:
        row, column = np.argwhere(app.services.drawing.pixels == 0.0)[0].tolist()
        place = editor.cell_rect(row, column).center()
        QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=place)
        # What follows the pixel belongs to another event and is not counted.
        sys.setprofile(None)
        QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=place)

    def edit_noise() -> None:
        level.setValue(level.value() + 0.2)

    return {
        "rate edited": ("build", edit_rate),
        "mouse moved over the map": ("build", move_mouse),
        "pixel drawn": ("draw", draw_pixel),
        "noise level edited": ("draw", edit_noise),
    }


def main() -> None:
    """Run the walks and print the figures as JSON."""
    application = QApplication(sys.argv[:1])
    app = App(application)
    app.start()
    app.window.resize(*WINDOW)
    app.window.show()
    app.services.workspace.open(models_dir() / _MODEL)
    app.window.panel(TrainingPanel).set_open_sections(["optimizer"])
    figures = {}
    for name, (perspective, walk) in _walks(app).items():
        app.window.set_perspective(perspective)
        app.window.docks["training" if perspective == "build" else "draw"].raise_()
        spin(_SETTLE_S)
        walk()
        spin(_SETTLE_S)
        calls = calls_of(walk)
        spin(_SETTLE_S)
        by_file: Counter[str] = Counter()
        for (file, _), count in calls.items():
            by_file[file] += count
        figures[f"{name}: calls"] = calls.total()
        figures[f"{name}: files"] = len(by_file)
        if "--detail" in sys.argv:
            _print_detail(name, calls, by_file)
    sys.stdout.write(json.dumps(figures) + "\n")
    app.shutdown()


def _print_detail(name: str, calls: Counter[tuple[str, str]], by_file: Counter[str]) -> None:
    sys.stdout.write(f"\n{name}: {calls.total()} calls, {len(by_file)} files\n")
    for file, count in by_file.most_common():
        functions = Counter({call: times for (of, call), times in calls.items() if of == file})
        told = ", ".join(f"{call} {times}" for call, times in functions.most_common(12))
        sys.stdout.write(f"  {count:5} {file}: {told}\n")


if __name__ == "__main__":
    main()
