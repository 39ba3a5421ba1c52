"""Driver of ``startup.py``: starts the program in this process and prints milestones as JSON.

Does the same as ``run_window``, instrumented. Memory of the open window is measured before the
mouse comes near the training controls, which loads torch.
"""

from __future__ import annotations

import json
import os
import sys
import time


def process_age() -> float:
    """Return the seconds since this process was started, if the system reports it; otherwise 0."""
    try:
        with open("/proc/self/stat", encoding="ascii") as file:
            ticks = int(file.read().rsplit(")", 1)[1].split()[19])
        with open("/proc/uptime", encoding="ascii") as file:
            return float(file.read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def memory_mb() -> float:
    """Return the resident memory of this process, shared libraries included; 0 if unknown."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0


RESTED_MS = 2_000
BORN = time.perf_counter() - process_age()


def main() -> None:
    """Start the program, record milestones and print them."""
    from aegui.qt_import import import_qt, without_collection

    with without_collection():
        import_qt()
        from PySide6.QtCore import QEvent, QObject, Qt, QTimer
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        from aegui.app import App
        from aegui.session.map.decode_service import DecodeService

    seen: dict[str, float] = {}

    class Eyes(QObject):
        """Records when the window and the first decoded glyph are painted."""

        def __init__(self, app: App) -> None:
            super().__init__(app)
            self._app = app
            self._moved = False
            self._begun = 0.0
            app.window.installEventFilter(self)
            app.services.of(DecodeService).decoded.connect(self._on_decoded)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "painted_s" not in seen:
                QTimer.singleShot(0, self, self._on_painted)
            return False

        def _on_painted(self) -> None:
            if "painted_s" in seen:
                return
            seen["painted_s"] = time.perf_counter() - BORN
            seen["painted_cpu_s"] = time.process_time()
            canvas = self._app.window.canvas
            place = canvas.rect().center().toPointF()
            self._moved = True
            event = QMouseEvent(
                QEvent.Type.MouseMove,
                place,
                canvas.mapToGlobal(place),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(canvas, event)

        def _on_decoded(self, decoded: object) -> None:
            if self._moved and "decoded_s" not in seen:
                QTimer.singleShot(0, self, self._on_glyph_painted)

        def _on_glyph_painted(self) -> None:
            if "decoded_s" not in seen:
                seen["decoded_s"] = time.perf_counter() - BORN
                QTimer.singleShot(RESTED_MS, self, self._on_rested)

        def _on_rested(self) -> None:
            seen["memory_mb"] = memory_mb()
            self._begun = time.perf_counter()
            self._app.services.runner.warm_up()
            self._on_looked()

        def _on_looked(self) -> None:
            if "aegui.core.training.loop.train" in sys.modules and threads_done():
                seen["torch_s"] = time.perf_counter() - self._begun
                seen["memory_torch_mb"] = memory_mb()
                QApplication.quit()
            else:
                QTimer.singleShot(20, self, self._on_looked)

    def threads_done() -> bool:
        import threading

        return not any("warm" in thread.name for thread in threading.enumerate())

    application = QApplication(sys.argv[:1])
    app = App(application)
    eyes = Eyes(app)
    app.start()
    QTimer.singleShot(20_000, application, application.quit)
    application.exec()
    del eyes
    app.shutdown()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
