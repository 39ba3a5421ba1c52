"""The real window at a device pixel ratio above 1, in a process of its own.

``visit`` goes through all perspectives and dialogs of a window, and sends the clipped, misplaced or
blurred widgets. The device pixel ratio is set for the process (``QT_SCALE_FACTOR``), before it
creates its QApplication: it may be the fork of one that has imported this module and ``IMPORTED``.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from aegui.qt_import import import_qt

import_qt()

from PySide6.QtCore import QSize, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QMenu  # noqa: E402

from aegui.app import App  # noqa: E402
from aegui.core.i18n import set_language  # noqa: E402
from aegui.features.map.hints import HINTS  # noqa: E402
from aegui.paths import models_dir  # noqa: E402
from aegui.session.hints import hint_key  # noqa: E402
from aegui.session.settings import Settings  # noqa: E402
from aegui.window.docks import PERSPECTIVES  # noqa: E402
from tests.harness.fitting import coarse, misfits  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection

    from aegui.window.main_window import MainWindow

IMPORTED = ("torch", "openTSNE")
"""Modules that the window imports later, half of the processor time of a visit."""

DIALOGS = (
    *("guide", "shortcuts", "gallery", "gallery_data", "limits", "summary", "about", "parity"),
    *("choose_characters", "export_map", "export_grid", "history", "comfort", "report_problem"),
)
"""Actions that open a dialog."""
_FRAME = QSize(8, 40)
"""Of a window, which this platform has none of."""
_LOOKS_MS = 200
_MAX_LOOKS = 50
"""What a dialog is still being filled with, and laid out for, is no fault of it."""
_PATIENCE_S = 60.0
_WITHOUT_HINTS = {hint_key(key): True for key in (*HINTS, "repair")}


class Case(NamedTuple):
    """A window to visit: scale of the screen, language, theme, scale of the text, size."""

    scale: float
    language: str
    theme: str
    text: float
    size: tuple[int, int]


def visit(case: Case, environment: Mapping[str, str], found: Connection) -> None:
    """Send the device pixel ratio, and the problems of each perspective and dialog by key."""
    os.environ.update(environment)
    with found:
        found.send(_visited(case))


def _visited(case: Case) -> dict[str, Any]:
    _, language, theme, text, size = case
    set_language(language)
    application = QApplication(sys.argv[:1])
    comfort = {"text_size": text}
    chosen = {"language": language, "theme": theme, "comfort": comfort, "values": _WITHOUT_HINTS}
    app = App(application, Settings.model_validate(chosen))
    window, services = app.window, app.services
    window.resize(*size)
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
        if least.width() > size[0] or least.height() > size[1]:
            wrong.append(f"the window asks for {least.width()} x {least.height()}")
        if (window.width(), window.height()) != size:
            wrong.append(f"the window has grown to {window.width()} x {window.height()}")
        found[perspective] = wrong
    for key in DIALOGS:
        found[key] = _wrong_in_dialog(window, key)
    app.shutdown()
    return found


def _wrong_in_dialog(window: MainWindow, key: str) -> list[str]:
    """Open the dialog of an action, return its problems, and close it."""
    found: list[list[str]] = []
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        # A timer also fires within the event loop of a modal dialog.
        for dialog in QApplication.topLevelWidgets():
            if dialog.isVisible() and dialog is not window and not isinstance(dialog, QMenu):
                room, size = dialog.screen().availableSize() - _FRAME, dialog.size()
                wrong = [*misfits(dialog), *coarse(dialog)]
                if size.boundedTo(room) != size:
                    wrong.append(f"{size.toTuple()} where there is room for {room.toTuple()}")
                if not wrong or looks >= _MAX_LOOKS:
                    found.append(wrong)
                    dialog.close()

    looking = QTimer()
    looking.setInterval(_LOOKS_MS)
    looking.timeout.connect(look)
    looking.start()
    window.actions_table[key].trigger()
    _wait(lambda: bool(found))
    looking.stop()
    return [each for wrong in found for each in wrong] if found else ["it did not open"]


def _wait(condition: Callable[[], bool]) -> None:
    """Process events until ``condition`` holds or the time limit has passed."""
    patience_ends = time.monotonic() + _PATIENCE_S
    while not condition() and time.monotonic() < patience_ends:
        QTest.qWait(20)
