"""A walk through the whole window for ``aegui self-test``: every panel, every menu entry.

Dialogs are answered at once: a file dialog gets a path in a folder of the test, all others are
rejected.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QWidget

from aegui.features.table import FEATURES
from aegui.shell.feature import class_at
from aegui.window.docks import PERSPECTIVES

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.window.main_window import MainWindow

_ANSWER_MS = 50
_LOOK_MS = 150
"""Time for each panel and each menu entry to process events."""
_WRITING_SECONDS = 60.0
"""Timeout for writing a file."""
_LEFT_OUT = ("quit", "log_folder", "full_screen", "film_", "language_")
"""Entries that end the walk, open other programs, or take minutes; a command writes a film."""
_THEMES = "theme_"
"""What the keys of the entries for themes begin with."""


def walk(window: MainWindow, folder: Path) -> int:
    """Go through ``window``; return the number of menu entries that were triggered.

    Args:
        window: A visible window with a trained run.
        folder: Folder for exported files.

    Raises:
        LookupError: A feature was not created, or a file was not written.
    """
    answers = _Answers(folder)
    keys = [spec.key for spec in window.actions_table.specs]
    # Before the panels: every widget that there is gets its style anew.
    chosen = _trigger(window, [key for key in keys if key.startswith(_THEMES)], answers)
    for perspective in PERSPECTIVES:
        window.set_perspective(perspective)
        _render(window)
    for dock in window.docks.values():
        dock.show()
        dock.raise_()
        _render(dock)
    for row in FEATURES:
        window.feature(class_at(row.class_path))
    left_out = (*_LEFT_OUT, _THEMES)
    chosen += _trigger(window, [key for key in keys if not key.startswith(left_out)], answers)
    answers.stop()
    return chosen


def _trigger(window: MainWindow, keys: list[str], answers: _Answers) -> int:
    """Trigger the enabled ones of some menu entries; return how many these are."""
    chosen = 0
    for key in keys:
        action = window.actions_table[key]
        if not action.isEnabled():
            continue
        answers.name = key
        action.trigger()
        chosen += 1
        _render(window)
        answers.wait(window)
        for other in QApplication.topLevelWidgets():
            if other is not window and other.isVisible() and other.isWindow():
                other.grab()
                other.close()
    return chosen


def _render(widget: QWidget) -> None:
    """Process events for a moment, and render ``widget``."""
    loop = QEventLoop()
    QTimer.singleShot(_LOOK_MS, loop.quit)
    loop.exec()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    widget.grab()


class _Answers:
    """Answers every dialog of the program while the walk waits."""

    def __init__(self, folder: Path) -> None:
        self.name = ""
        self.written: list[Path] = []
        self._folder = folder
        self._timer = QTimer()
        self._timer.timeout.connect(self._answer)
        self._timer.start(_ANSWER_MS)

    def stop(self) -> None:
        """Stop answering."""
        self._timer.stop()

    def wait(self, window: MainWindow) -> None:
        """Wait until all files are written: the next action could interrupt the writer.

        Raises:
            LookupError: A file was not written.
        """
        until = time.monotonic() + _WRITING_SECONDS
        while not all(path.exists() for path in self.written):
            if time.monotonic() > until:
                raise LookupError(", ".join(str(path) for path in self.written))
            _render(window)
        self.written.clear()

    def _answer(self) -> None:
        asking = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if isinstance(asking, QFileDialog):
            self._name(asking)
        elif isinstance(asking, QDialog):
            asking.reject()
        elif isinstance(asking, QMenu):
            asking.close()

    def _name(self, dialog: QFileDialog) -> None:
        if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptOpen:
            dialog.reject()
            return
        suffix = dialog.selectedNameFilter().partition("*")[2].partition(" ")[0].rstrip(")")
        path = self._folder / f"menu-{self.name}{suffix or '.png'}"
        # Not ``selectFile``, which leaves a name alone that the user might be typing.
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        edit.setText(str(path))
        self.written.append(path)
        dialog.done(QDialog.DialogCode.Accepted)
