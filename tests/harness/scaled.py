"""The real window on a screen with more pixels than Qt counts, in a process of its own.

``python -m tests.harness.scaled LANGUAGE THEME`` goes through all arrangements of the window and
prints what is cut, outside, or blurred, as JSON: the ratio of such a screen is that of the process
(``QT_SCALE_FACTOR``).
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.app import App
from aegui.core.i18n import set_language
from aegui.features.map.hints import HINTS
from aegui.paths import models_dir
from aegui.session.hints import hint_key
from aegui.session.settings import Settings
from aegui.window.docks import PERSPECTIVES
from tests.harness.fitting import coarse, misfits

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = (1024, 700)
_PATIENCE_S = 60.0
_WITHOUT_HINTS = {hint_key(key): True for key in (*HINTS, "repair")}


def main() -> int:
    """Print what is wrong in each arrangement."""
    language, theme = sys.argv[1:]
    set_language(language)
    application = QApplication(sys.argv[:1])
    chosen = {"language": language, "theme": theme, "values": _WITHOUT_HINTS}
    app = App(application, Settings.model_validate(chosen))
    window, services = app.window, app.services
    window.resize(*SIZE)
    window.show()
    services.workspace.open(models_dir() / "letters-denoise.aegui", lambda: True)
    _wait(lambda: services.shown.codec is not None)
    found: dict[str, Any] = {"ratio": window.devicePixelRatioF()}
    for perspective in PERSPECTIVES:
        window.set_perspective(perspective)
        window.notifications.close_all()
        before: list[object] = []

        def rests(before: list[object] = before) -> bool:
            docks = window.docks.values()
            before.append([(dock.geometry(), dock.isVisible()) for dock in docks])
            is_still = len(before) > 1 and before[-1] == before[-2]
            return is_still and window._layout.is_settled and not misfits(window)

        _wait(rests)
        wrong = [*misfits(window), *coarse(window)]
        least = window.minimumSizeHint()
        if least.width() > SIZE[0] or least.height() > SIZE[1]:
            wrong.append(f"the window asks for {least.width()} x {least.height()}")
        if (window.width(), window.height()) != SIZE:
            wrong.append(f"the window has grown to {window.width()} x {window.height()}")
        found[perspective] = wrong
    app.shutdown()
    sys.stdout.write(f"{json.dumps(found)}\n")
    return 0


def _wait(condition: Callable[[], bool]) -> None:
    """Handle events until ``condition`` holds, or nobody would wait any longer."""
    patience_ends = time.monotonic() + _PATIENCE_S
    while not condition() and time.monotonic() < patience_ends:
        QTest.qWait(20)


if __name__ == "__main__":
    sys.exit(main())
