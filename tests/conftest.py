"""Guards that apply to every test, and the fixtures available to all.

Guards, always on (``tests/harness/``); each fails the offending test only:

- a warning that is not listed in ``pyproject.toml``;
- a log record from WARNING up that the test neither expected nor cleared;
- a message from Qt (``qt_log_level_fail``), an exception in a slot or a painter (pytest-qt);
- a thread, QThread, running timer or animation, or window that outlives the test;
- a duration of more than 300 s.

No test sees the user's own folders or language: each has its own home directory and starts in
English, with the mouse in the corner of the screen.

Fixtures:

- ``expect_log(pattern, level=WARNING)``: a context manager in which a matching record must be
  logged. A test may also inspect ``caplog.records`` itself and then call ``caplog.clear()``.
- ``user_home``: the folder under which this test's settings, data and cache would be written.
- ``spanish``: the language of the test.
- ``handled_signals``: processes started by the test receive SIGHUP and SIGINT.
- ``start_program(text, *arguments, environment=...)``: a program in a process of its own, which has
  imported Qt, the window and torch already.
- ``processes``: a list of processes to which a test adds those that are killed at its end.
- ``repository``: the root of the source tree.
- ``qtbot``, ``qapp`` and ``qtlog`` come from pytest-qt.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytestqt.qtbot import QtBot

from aegui.qt_import import import_qt

# Before any other import of Qt, which would otherwise read the source of every torch module.
import_qt()

from aegui.session.jobs.latest_job import LatestJob  # noqa: E402
from aegui.session.training import training_runner  # noqa: E402

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.harness.forked import Forked

# Before a QApplication is created. A real display is used only if requested by name. The offscreen
# platform's default screen of 800 x 800 is too small for the windows under test. The path is
# relative because Qt splits the setting at colons, and a Windows path has one after the drive.
_SCREEN = os.path.relpath(Path(__file__).resolve().parent / "harness" / "screen.json")
if os.environ.setdefault("QT_QPA_PLATFORM", "offscreen") == "offscreen":
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={_SCREEN}"

# Before torch is loaded: spinning worker threads would take the cores from other test processes,
# which slows some of them tenfold.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# The tests start hundreds of processes, each of which would compile the program again without
# cached bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Waits normally end within milliseconds; the 5 s of pytest-qt are too few on a busy machine, and
# a hanging test is ended by the 300 s limit.
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals):
    _wait.__kwdefaults__["timeout"] = 60_000  # type: ignore[index]

# Likewise threads are not given up after the 3 s that a user would wait on exit.
for _end in (LatestJob.wait, LatestJob.shutdown):
    _end.__defaults__ = (60.0,)
training_runner.SHUTDOWN_SECONDS = 60.0

# Likewise for examples of hypothesis; each run tries the same ones.
hypothesis_settings.register_profile(
    "aegui", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("aegui")

pytest_plugins = (
    "pytester",
    "tests.harness.forked",
    "tests.harness.homes",
    "tests.harness.leaks",
    "tests.harness.logs",
    "tests.harness.mouse",
)


@pytest.fixture
def handled_signals() -> Iterator[None]:
    """Let child processes receive SIGHUP and SIGINT, even where nohup or ``&`` has them ignored."""
    numbers = [getattr(signal, name) for name in ("SIGHUP", "SIGINT") if hasattr(signal, name)]
    # A handler is reset to the default by exec, whereas an ignored signal stays ignored.
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def processes() -> Iterator[list[Forked | subprocess.Popen[str]]]:
    """Return a list for the processes that a test starts; they are killed at its end."""
    begun: list[Forked | subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the source tree."""
    return Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order files for parallel runs: those with slow tests first, then by number of tests.

    A file of half a minute left to the end would keep one process busy and the others idle.
    """
    if not hasattr(config, "workerinput"):
        return
    counts = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: (item.path not in slow, -counts[item.path]))
