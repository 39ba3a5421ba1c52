"""What every test runs under, and the fixtures that any test may ask for.

Guards, always on (``tests/harness/``); each fails the guilty test, and no other:

- a warning that is not listed in ``pyproject.toml``;
- a log record from WARNING up that the test neither expected nor cleared;
- a message from Qt (``qt_log_level_fail``), an exception in a slot or a painter (pytest-qt);
- a thread, QThread, running timer or animation, or window that outlives the test;
- more than 120 s.

No test sees the user's own folders or language: each has a home of its own and starts in English.

Fixtures:

- ``expect_log(pattern, level=WARNING)``: a ``with`` block in which a record that matches must be
  logged. A test may also look at ``caplog.records`` itself and then ``caplog.clear()``.
- ``user_home``: the folder under which this test's settings, data and cache would be written.
- ``repository``: the root of the source tree.
- ``qtbot``, ``qapp`` and ``qtlog`` come from pytest-qt.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before anything asks Qt for an application. A real display is only used when asked for by name.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = (
    "pytester",
    "tests.harness.homes",
    "tests.harness.leaks",
    "tests.harness.logs",
)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return Path(__file__).resolve().parent.parent
