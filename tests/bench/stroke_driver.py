"""Driver of ``stroke.py``: draws in the real window; prints JSON.

``python -m tests.bench.stroke_driver``
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.app import App
from aegui.core.run_file.saved import load_run
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.paths import models_dir
from aegui.session.map.others import Other, Others
from tests.bench.figures import percentile
from tests.bench.live_window import WINDOW, Paints, spin

STROKES = 420
ROWS = 4
_MAX_S = 2.0


def main() -> None:
    """Draw, and print the latencies of the answers."""
    application = QApplication(sys.argv[:1])
    app = App(application)
    app.start()
    window, services = app.window, app.services
    window.resize(*WINDOW)
    window.show()
    services.workspace.open(models_dir() / "letters-denoise.aegui")
    window.set_perspective("draw")
    spin(1.0)
    for name in ("letters-2d", "letters-denoise"):
        codec = load_run(models_dir() / f"{name}.aegui").codec(0)
        services.of(Others).add(Other(name, name, codec, False))
    spin(1.0)
    rows = window.panel(AnswerPanel).answers.rows
    if len(rows) != ROWS:
        raise RuntimeError("not all networks answer")
    # On a blank drawing every click changes a pixel: all are lit, then all erased, and so on.
    services.drawing.clear()
    spin(0.2)
    paints = [Paints(row.pictures) for row in rows]
    times, work = [], []
    for number in range(STROKES):
        before = [paint.count for paint in paints]
        begun, worked = time.perf_counter(), time.thread_time()
        editor = window.panel(DrawPanel).editor
        place = editor.cell_rect(number % 7, number // 7 % 5).center()
        button = Qt.MouseButton.RightButton if number % 70 >= 35 else Qt.MouseButton.LeftButton
        QTest.mouseClick(editor, button, pos=place)
        while any(paint.count == seen for paint, seen in zip(paints, before, strict=True)):
            QApplication.processEvents()
            if time.perf_counter() - begun > _MAX_S:
                break
        times.append(1000 * (time.perf_counter() - begun))
        work.append(1000 * (time.thread_time() - worked))
        spin(0.02)
    figures = {
        "p50": percentile(times, 50),
        "p99": percentile(times, 99),
        "work_p99": percentile(work, 99),
        "answers": len(rows),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    app.shutdown()


if __name__ == "__main__":
    main()
