"""``aegui self-test``: use every part once, to check a frozen app or a fresh installation.

It trains, calls every command and every exporter (``self_test_lines.py``), opens the window, shows
every panel and triggers the menu entries (``window/walk.py``). The modules it imports are those
that a frozen app must contain.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.self_test_lines import CLASS, CLASSIFIER, COURSE, LINES, PLAN
from aegui.commands.words import say
from aegui.core.data.builtin import load_builtin
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.run_file.saved import load_run, save_run, saved_run_of
from aegui.core.suffixes import TEACHER
from aegui.paths import models_dir

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import PurePath

    from PySide6.QtCore import QCoreApplication

    from aegui.core.data.dataset import Dataset

_TIMEOUT_SECONDS = 590
_WINDOW_SECONDS = 300
_EPOCHS = 300
_MAP_STEPS = 20
_FOLDERS = (
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    "WIN_PD_OVERRIDE_LOCAL_APPDATA",
)
"""Variables by which platformdirs finds the user's folders, the last on Windows."""
_COLOURS_OF_A_WINDOW = 8
"""A painted window has more colours than this."""


def self_test_command(options: argparse.Namespace) -> int:
    """Train, save, reload, run commands, open the window and quit; raise at the first failure."""
    # A hang must end too: the stacks of all threads are printed, and the process exits. A frozen
    # app without a terminal has no standard error.
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(_TIMEOUT_SECONDS, exit=True, file=sys.__stderr__)
    try:
        with tempfile.TemporaryDirectory(prefix="aegui-", ignore_cleanup_errors=True) as folder:
            path = _check_core(Path(folder))
            if not options.quick:
                with _temporary_folders(Path(folder)):
                    _check_commands(Path(folder))
            if not options.no_window:
                with _temporary_folders(Path(folder)):
                    _check_window(Path(folder), path, quick=options.quick)
    finally:
        faulthandler.cancel_dump_traceback_later()
    if options.modules:
        Path(options.modules).write_text("\n".join(sorted(sys.modules)) + "\n", encoding="utf-8")
    say(tr("Everything works."))
    return 0


def _check_core(folder: Path) -> Path:
    """Train a network, save and reload it; return the path of the saved run."""
    from aegui.core.training.engines.native.library import status as machine_status
    from aegui.core.training.loop.train import train

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
    say(machine_status())
    path = folder / "self-test.aegui"
    run = saved_run_of(result, resolved)
    save_run(path, run)
    decoded, again = run.codec().decode([0.5, -0.5]), load_run(path).codec().decode([0.5, -0.5])
    if not np.array_equal(decoded, again):
        raise AeguiError(tr("A saved run decodes differently from the one that was trained."))
    say(tr("Saved, reloaded and decoded."))
    _check_maps(resolved.dataset)
    return path


def _check_maps(dataset: Dataset) -> None:
    """Compute a map with the libraries that only maps need."""
    from aegui.core.latent.projections import ProjectionOptions, project

    found = project("tsne", dataset.flat(), ProjectionOptions(iterations=_MAP_STEPS))
    if not found.coordinates.any():
        raise AeguiError(tr("t-SNE does not separate the samples."))
    say(tr("Made a map with t-SNE."))


def _check_commands(folder: Path) -> None:
    """Call every command, as if typed, on files in ``folder``."""
    from aegui.commands.table import COMMANDS

    _write_files(folder)
    for name, words in LINES:
        line = [word.format(f=folder, m=models_dir()) for word in words.split()]
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                status = COMMANDS[name].call(line)
        except (Exception, SystemExit) as error:
            text = tr("The command {line} failed: {error}", line=f"{name} {words}", error=error)
            raise AeguiError(text) from error
        if status:
            text = tr("The command {line} failed: {error}", line=f"{name} {words}", error=status)
            raise AeguiError(f"{text} {said.getvalue()[-500:]}")
    say(tr("Called {n} commands in {lines} lines.", n=len(COMMANDS), lines=len(LINES)))


def _write_files(folder: Path) -> None:
    """Write the files that the lines read: plan, configurations, and images in several formats."""
    from PIL import Image

    (folder / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    (folder / "classifier.json").write_text(json.dumps(CLASSIFIER), encoding="utf-8")
    (folder / "course.yaml").write_text(COURSE, encoding="utf-8")
    (folder / f"class{TEACHER}").write_text(json.dumps(CLASS), encoding="utf-8")
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=np.uint8)
    np.savez(folder / "array.npz", images=pixels, labels=np.arange(6) % 2)
    rows = [",".join(map(str, (index % 2, *image.ravel()))) for index, image in enumerate(pixels)]
    (folder / "table.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for index, image in enumerate(pixels):
        kind = ("png", "jpg", "webp", "bmp", "gif", "tiff")[index]
        home = folder / "pictures" / "ab"[index % 2]
        home.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(home / f"{index}.{kind}")


@contextlib.contextmanager
def _temporary_folders(folder: PurePath) -> Iterator[None]:
    """Use ``folder`` for settings and library, so that those of the user stay untouched."""
    before = {name: os.environ.get(name) for name in _FOLDERS}
    os.environ.update(dict.fromkeys(_FOLDERS, str(folder)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _check_window(folder: Path, path: Path, *, quick: bool) -> None:
    """Open the window on ``path`` without a display, walk through it, and quit."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from aegui.qt_import import import_qt

    import_qt()
    from PySide6.QtCore import QCoreApplication

    from aegui.app import run_window

    painter = QCoreApplication.instance()
    if painter is not None:
        painter.shutdown()  # the commands' application has no widgets
    watcher = _Watcher(None if quick else folder)
    watcher.start()
    code = run_window(path)
    watcher.join(_WINDOW_SECONDS)
    if watcher.trouble:
        raise AeguiError(tr("The window failed: {error}", error=watcher.trouble))
    if code or watcher.colours <= _COLOURS_OF_A_WINDOW:
        raise AeguiError(tr("The window did not paint itself (exit code {code}).", code=code))
    if watcher.walked:
        say(tr("Saw the panels and went through the menus: {n} entries.", n=watcher.walked))
    say(tr("The window opened, painted itself and closed."))


class _Watcher(threading.Thread):
    """A thread that waits for the application to start, and asks it to paint and quit."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` is for the files of panels and menus; None leaves these out of the walk."""
        super().__init__(name="self-test", daemon=True)
        self.folder = folder
        self.colours = 0
        self.walked = 0
        self.trouble = ""

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
        from PySide6.QtWidgets import QApplication, QWidget

        from aegui.window.main_window import MainWindow
        from aegui.window.walk import walk

        watcher = self

        class Visitor(QObject):
            """An object of the GUI thread, the only one that may use widgets."""

            begun = False
            done = False

            @Slot()
            def visit(self) -> None:
                if Visitor.begun:
                    # Called again while the walk processes events.
                    return
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
                        Visitor.begun = True
                        self.go_through(window)
                        Visitor.done = True
                        QApplication.exit(0)
                        return

            def go_through(self, window: QWidget) -> None:
                if watcher.folder is None or not isinstance(window, MainWindow):
                    return
                try:
                    watcher.walked = walk(window, watcher.folder)
                except Exception as error:
                    watcher.trouble = f"{type(error).__name__}: {error}"

        visitor = Visitor()
        visitor.moveToThread(application.thread())
        while time.monotonic() < until and not Visitor.done:
            QMetaObject.invokeMethod(visitor, "visit", Qt.ConnectionType.QueuedConnection)
            time.sleep(0.5)
        if not Visitor.done:
            QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)
