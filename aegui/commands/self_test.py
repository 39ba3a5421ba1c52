"""``aegui self-test``: everything once, for a frozen app or a fresh installation."""

from __future__ import annotations

import faulthandler
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.words import say
from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.run_file.saved import SavedRun, load_run, save_run

if TYPE_CHECKING:
    import argparse

    from PySide6.QtCore import QCoreApplication

    from aegui.core.data.dataset import Dataset

_TIMEOUT_SECONDS = 110
_WINDOW_SECONDS = 60
_EPOCHS = 300
_MAP_STEPS = 20
_COLOURS_OF_A_WINDOW = 8
"""A window that has painted itself shows more colours than this."""


def self_test_command(options: argparse.Namespace) -> int:
    """Train, decode, save, reload, open the window, paint and quit; raises at what fails."""
    # A hang must end too: the stacks of all threads are printed, and the process exits. A frozen
    # app without a terminal has no standard error.
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(_TIMEOUT_SECONDS, exit=True, file=sys.__stderr__)
    try:
        with tempfile.TemporaryDirectory(prefix="aegui-", ignore_cleanup_errors=True) as folder:
            path = _check_core(Path(folder))
            if not options.no_window:
                _check_window(Path(folder), path)
    finally:
        faulthandler.cancel_dump_traceback_later()
    say(tr("Everything works."))
    return 0


def _check_core(folder: Path) -> Path:
    """Train really, save and reload; the path of the saved run."""
    from aegui.core.training.train import train

    recipe = Recipe(training=TrainingSpec(epochs=_EPOCHS))
    resolved = resolve(recipe, load_builtin("lowercase")).resolved
    if resolved is None:
        raise AeguiError(tr("The default recipe cannot be trained."))
    *_, training = train(resolved)
    result = training.result()
    first, last = float(result.history.loss[0, 0]), float(result.history.loss[-1, 0])
    if not last < first:
        raise AeguiError(tr("Training does not learn: loss {a} to {b}.", a=first, b=last))
    say(tr("Trained {n} epochs: loss {a:.3f} to {b:.3f}.", n=_EPOCHS, a=first, b=last))
    path = folder / "self-test.aegui"
    run = SavedRun(
        recipe,
        resolved.dataset,
        result.snapshot,
        result.history,
        result.runs,
        result.checkpoint,
        result.engine,
        result.device,
    )
    save_run(path, run)
    decoded, again = run.codec().decode([0.5, -0.5]), load_run(path).codec().decode([0.5, -0.5])
    if not np.array_equal(decoded, again):
        raise AeguiError(tr("A saved run decodes otherwise than the one that was trained."))
    say(tr("Saved, reloaded and decoded."))
    _check_maps(resolved.dataset)
    return path


def _check_maps(dataset: Dataset) -> None:
    """Make a map with the libraries that only maps need."""
    from aegui.core.latent.projections import ProjectionOptions, project

    found = project("tsne", dataset.flat(), ProjectionOptions(iterations=_MAP_STEPS))
    if not found.places.any():
        raise AeguiError(tr("t-SNE does not part the samples."))
    say(tr("Made a map with t-SNE."))


def _check_window(folder: Path, path: Path) -> None:
    """Open the window on ``path`` without a screen, look at what it paints, and quit."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ[name] = str(folder)  # the person's own settings are none of our business
    from aegui.qt_import import import_qt

    import_qt()
    from aegui.app import run_window

    watcher = _Watcher()
    watcher.start()
    code = run_window(path)
    watcher.join(_WINDOW_SECONDS)
    if code or watcher.colours <= _COLOURS_OF_A_WINDOW:
        raise AeguiError(tr("The window did not paint itself (exit code {code}).", code=code))
    say(tr("The window opened, painted itself and closed."))


class _Watcher(threading.Thread):
    """Waits for the application that another thread is starting, and asks it to paint and quit."""

    def __init__(self) -> None:
        super().__init__(name="self-test", daemon=True)
        self.colours = 0

    def run(self) -> None:
        """Wait for a visible window, then hand over to the GUI thread."""
        from PySide6.QtCore import QCoreApplication

        until = time.monotonic() + _WINDOW_SECONDS
        while time.monotonic() < until:
            application = QCoreApplication.instance()
            if application is not None:
                self._look(application, until)
                return
            time.sleep(0.05)

    def _look(self, application: QCoreApplication, until: float) -> None:
        from PySide6.QtCore import QMetaObject, QObject, Qt, Slot
        from PySide6.QtWidgets import QApplication

        watcher = self

        class Visitor(QObject):
            """Lives in the GUI thread, where alone widgets may be touched."""

            done = False

            @Slot()
            def visit(self) -> None:
                windows = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
                for window in windows:
                    image = window.grab().toImage()
                    step = max(1, image.width() // 100)
                    watcher.colours = len(
                        {
                            image.pixel(x, y)
                            for x in range(0, image.width(), step)
                            for y in range(0, image.height(), step)
                        }
                    )
                    if watcher.colours > _COLOURS_OF_A_WINDOW:
                        Visitor.done = True
                        QApplication.closeAllWindows()
                        QApplication.quit()
                        return

        visitor = Visitor()
        visitor.moveToThread(application.thread())
        while time.monotonic() < until and not Visitor.done:
            QMetaObject.invokeMethod(visitor, "visit", Qt.ConnectionType.QueuedConnection)
            time.sleep(0.5)
        if not Visitor.done:
            QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)
