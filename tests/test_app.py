"""The program as a whole: it starts, shows its window before loading torch, and exits cleanly."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.harness.forked import Forked, Start

    Started = Callable[..., AbstractContextManager[Forked | subprocess.Popen[str]]]

_PROGRAM = """
import sys
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QTimer
import aegui.app as program

start = program.App.start

def start_and_close(self, path=None, **options):
    start(self, path, **options)
    print("torch" in sys.modules, self.window.isVisible())
    QTimer.singleShot(300, self.window, lambda: look_and_close(self.window))

def look_and_close(window):
    print("torch" in sys.modules)
    window.close()

program.App.start = start_and_close
code = program.run_window()
print("ended", code)
"""


def test_window_before_torch_and_a_clean_end(user_home: Path) -> None:
    log = user_home / "data" / "aegui" / "aegui.log"
    log.parent.mkdir(parents=True)
    log.write_text("what it did before\n" * 40_000)
    done = python("-c", _PROGRAM)
    assert done.stdout.split("\n")[:3] == ["False True", "False", "ended 0"]
    assert "Traceback" not in done.stderr
    assert (user_home / "config" / "aegui" / "settings.json").is_file()
    # A long log is rotated, and only one old log is kept.
    assert log.with_name("aegui.log.1").read_text().startswith("what it did before")
    assert "what it did before" not in log.read_text()


def test_a_home_that_keeps_nothing_is_told_and_the_window_goes_on() -> None:
    nowhere = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), "/dev/null")
    done = python("-c", _PROGRAM, **nowhere)
    assert done.stdout.split()[-2:] == ["ended", "0"]
    assert "Nothing can be saved in /dev/null" in done.stderr


_TRAINING = """
import sys
from aegui.qt_import import import_qt
import_qt()
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtGui import QSessionManager
import aegui.app as program
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.session.documents import keeping

# "1e6": no copy is made until something asks for one, however slow the machine.
keeping.CHECKPOINT_SECONDS = float(sys.argv[1])
keeping._LOOK_MS = int(1000 * keeping.CHECKPOINT_SECONDS)
start = program.App.start

def start_and_train(self, path=None, **options):
    start(self, path, **options)
    workspace, runner = self.services.workspace, self.services.runner
    workspace.new(Recipe(training=TrainingSpec(epochs=50_000_000, device="cpu")))
    runner.start(workspace.resolution.resolved)

    def look():
        pulled = runner.pull()
        if pulled is not None and pulled.epoch > 0:
            print("training", flush=True)
            timer.stop()
            end = sys.argv[2:]
            if end == ["session"]:
                # As Qt tells of a session manager's question. No manager can be made here: another
                # object stands for it, of which nothing is asked.
                standing = shiboken6.getCppPointer(self.window)[0]
                manager = shiboken6.wrapInstance(standing, QSessionManager)
                self._application.commitDataRequest.emit(manager)
                print("asked", flush=True)
            elif end == ["screen"]:
                # What Qt does where the connection with the screen breaks.
                self._application.exit(1)

    timer = QTimer(self.window)
    timer.timeout.connect(look)
    timer.start(20)

program.App.start = start_and_train
sys.exit(program.run_window())
"""

_RECOVERING = """
import sys
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
import aegui.app as program

start = program.App.start

def start_and_look(self, path=None, **options):
    # Nobody is asked whether so long a training may go on.
    self.services.settings.unasked_minutes = 1e6
    start(self, path, **options)
    runner = self.services.runner

    def look():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            print(box.informativeText().replace(chr(10), " "), flush=True)
            box.defaultButton().click()
        pulled = runner.pull()
        if pulled is not None:
            print("goes on at", pulled.epoch, "of", pulled.epochs, flush=True)
            timer.stop()
            runner.abandon()
            self.application_exit()

    timer = QTimer(self.window)
    timer.timeout.connect(look)
    timer.start(20)

program.App.start = start_and_look
program.App.application_exit = lambda self: self._application.exit(0)
sys.exit(program.run_window())
"""

WAIT_SECONDS = 240


@pytest.fixture
def started(start_program: Start) -> Started:
    """Return a context manager that starts a program, and kills it at its end."""

    @contextmanager
    def start(
        program: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> Iterator[Forked | subprocess.Popen[str]]:
        offscreen = {"QT_QPA_PLATFORM": "offscreen", "LANGUAGE": "en"}
        process = start_program(
            program, *arguments, environment=os.environ | offscreen | (environment or {})
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    return start


def copies(home: Path) -> list[dict[str, Any]]:
    """Return the training notes of the backup copies."""
    folder = home / "data" / "aegui" / "autosave"
    notes = [
        json.loads(file.with_suffix(".json").read_bytes())
        for file in folder.glob("*.aegui")
        if not file.name.startswith(".") and file.with_suffix(".json").exists()
    ]
    return [note["training"] for note in notes if "training" in note]


def recovered_at(started: Started) -> int:
    """Return the epoch at which a second program resumes."""
    with started(_RECOVERING) as process:
        output, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, errors
    told, continues = output.splitlines()
    assert "A training was running" in told
    assert "of 50,000,000 epochs" in told
    return int(continues.split()[3])


def test_a_training_in_a_killed_window_goes_on_in_the_next(
    started: Started, user_home: Path
) -> None:
    with started(_TRAINING, "0.01") as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while not copies(user_home):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)
    (training,) = copies(user_home)
    assert training["planned"] == 50_000_000
    assert recovered_at(started) >= training["epochs"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_window_told_to_end_keeps_its_training(
    started: Started, name: str, user_home: Path
) -> None:
    number = getattr(signal, name)
    with started(_TRAINING, "1e6") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "training\n"
        assert not copies(user_home)
        process.send_signal(number)
        _, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    (training,) = copies(user_home)
    assert training["epochs"] > 0
    if name == "SIGTERM":
        assert recovered_at(started) >= training["epochs"]


def test_the_end_of_the_desktop_session_leaves_the_training_on_the_disk(
    started: Started, user_home: Path
) -> None:
    with started(_TRAINING, "1e6", "session") as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["training\n", "asked\n"]
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)
    (training,) = copies(user_home)
    assert recovered_at(started) >= training["epochs"]


def test_a_program_that_nobody_closed_keeps_its_training(started: Started, user_home: Path) -> None:
    with started(_TRAINING, "1e6", "screen") as process:
        _, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 1
    assert "Traceback" not in errors
    (training,) = copies(user_home)
    assert recovered_at(started) >= training["epochs"] > 0


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no screen to take away")
def test_the_training_outlives_its_screen(started: Started, user_home: Path) -> None:
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as screen:
        assert screen.stdout is not None
        there = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{screen.stdout.readline().strip()}"}
        try:
            with started(_TRAINING, "1e6", environment=there) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "training\n"
                assert not copies(user_home)
                screen.kill()
                process.communicate(timeout=WAIT_SECONDS)
        finally:
            screen.kill()
    (training,) = copies(user_home)
    assert training["epochs"] > 0


_CRASHING = """
import ctypes, sys
from aegui.qt_import import import_qt
import_qt()
from PySide6.QtCore import QTimer
import aegui.app as program

start = program.App.start

def start_and_look(self, path=None, **options):
    start(self, path, **options)
    if sys.argv[1] == "crash":
        QTimer.singleShot(200, self.window, lambda: ctypes.string_at(0))
    else:
        QTimer.singleShot(200, self.window, tell)

def tell():
    from PySide6.QtWidgets import QApplication
    from aegui.window.main_window import MainWindow
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    print([(it.text, it.offer) for it in window.notifications.shown], flush=True)
    window.close()

program.App.start = start_and_look
sys.exit(program.run_window())
"""


def test_a_fault_of_compiled_code_leaves_where_it_was_and_is_told(
    started: Started, user_home: Path
) -> None:
    with started(_CRASHING, "crash") as process:
        process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode != 0
    file = user_home / "data" / "aegui" / "aegui-crash.log"
    text = file.read_text()
    assert "string_at" in text
    with started(_CRASHING, "look") as process:
        output, errors = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0, errors
    assert "crashed last time" in output
    assert "Report a problem" in output
    assert file.read_text() == ""
    assert file.with_name(f"{file.name}.1").read_text() == text
