"""What every test runs under, and the fixtures that any test may ask for.

Guards, always on (``tests/harness/``); each fails the guilty test, and no other:

- a warning that is not listed in ``pyproject.toml``;
- a log record from WARNING up that the test neither expected nor cleared;
- a message from Qt (``qt_log_level_fail``), an exception in a slot or a painter (pytest-qt);
- a thread, QThread, running timer or animation, or window that outlives the test;
- more than 300 s.

No test sees the user's own folders or language: each has a home of its own and starts in English,
with the mouse in the corner of the screen.

Fixtures:

- ``expect_log(pattern, level=WARNING)``: a ``with`` block in which a record that matches must be
  logged. A test may also look at ``caplog.records`` itself and then ``caplog.clear()``.
- ``user_home``: the folder under which this test's settings, data and cache would be written.
- ``heard_signals``: processes that the test starts hear SIGHUP and SIGINT.
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

# Before anything imports Qt, which else reads the source of each of the modules of torch.
import_qt()

from aegui.session.jobs.latest_job import LatestJob  # noqa: E402
from aegui.session.training import training_runner  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before anything asks Qt for an application. A real display is only used when asked for by name.
# The screen that is none has room for the windows of the tests: its own 800 x 800 has not. Its
# path is relative, because Qt splits the setting at colons and Windows puts one after the drive.
_SCREEN = os.path.relpath(Path(__file__).resolve().parent / "harness" / "screen.json")
if os.environ.setdefault("QT_QPA_PLATFORM", "offscreen") == "offscreen":
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={_SCREEN}"

# Before anything loads torch: threads that wait for work would keep the cores from the other
# processes of the tests, and some take ten times as long beside such.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Hundreds of processes are started here: each would compile the program anew, this one all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What is waited for comes in milliseconds; the 5 s of pytest-qt are too few where a busy machine
# takes the processor away, and a test that hangs ends by its own 300 s.
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals):
    _wait.__kwdefaults__["timeout"] = 60_000  # type: ignore[index]

# Nor are threads given up after the 3 s that a person would wait at the end.
for _end in (LatestJob.wait, LatestJob.shutdown):
    _end.__defaults__ = (60.0,)
training_runner.SHUTDOWN_SECONDS = 60.0

# Nor has an example of hypothesis to be quick; and each run tries the same ones.
hypothesis_settings.register_profile(
    "aegui", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("aegui")

pytest_plugins = (
    "pytester",
    "tests.harness.homes",
    "tests.harness.leaks",
    "tests.harness.logs",
    "tests.harness.mouse",
)


@pytest.fixture
def heard_signals() -> Iterator[None]:
    """Children hear SIGHUP and SIGINT, also where nohup or a shell's ``&`` has them ignored."""
    numbers = [getattr(signal, name) for name in ("SIGHUP", "SIGINT") if hasattr(signal, name)]
    # A handler is no more after exec, while what is ignored stays so.
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the files, those with slow tests come first, then large ones.

    Left to the end, a file of half a minute would keep one process at work and the others idle.
    """
    if not hasattr(config, "workerinput"):
        return
    counts = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: (item.path not in slow, -counts[item.path]))
