"""Fails a test that leaves threads, QThreads, running timers, animations or windows behind.

Qt does not list its timers and threads, so those created from Python are recorded on construction.
Garbage is collected between tests, on the main thread, as in the program (its
``GarbageCollector``), which also freezes long-lived objects.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import (
    QAbstractAnimation,
    QCoreApplication,
    QEvent,
    QObject,
    QParallelAnimationGroup,
    QPropertyAnimation,
    QSequentialAnimationGroup,
    QThread,
    QThreadPool,
    QTimer,
    QVariantAnimation,
)
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

from aegui.session.jobs.garbage_collector import collect_due

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_GRACE_SECONDS = 30.0
"""A thread that was told to end may take this long."""
_MOMENT_SECONDS = 0.1
"""Most end within this time, before it is worth looking for garbage that keeps them alive."""

_WATCHED: tuple[type[QObject], ...] = (
    QTimer,
    QThread,
    QPropertyAnimation,
    QVariantAnimation,
    QParallelAnimationGroup,
    QSequentialAnimationGroup,
)

_made: weakref.WeakSet[QObject] = weakref.WeakSet()
_originals: dict[type[QObject], Any] = {}
_failed = pytest.StashKey[bool]()

_MANY_MODULES = 200
"""So many new modules, such as those of torch, are worth setting aside."""
_set_aside = [0]
"""How many modules there were when it was last done."""


def pytest_configure() -> None:
    """Record every timer, thread and animation from here on; disable automatic collection."""
    gc.disable()
    for kind in _WATCHED:
        _originals[kind] = kind.__init__
        kind.__init__ = _noting(kind.__init__)  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    """Restore the classes and the garbage collector."""
    gc.unfreeze()
    gc.enable()
    for kind, original in _originals.items():
        kind.__init__ = original  # type: ignore[method-assign]
    _originals.clear()


def pytest_collection_finish() -> None:
    """Freeze all tests of a suite and the modules that they import."""
    _set_modules_aside()


def _set_modules_aside() -> None:
    """Exclude objects of many new modules from full collections: 0.3 s each with all tests."""
    modules = len(sys.modules)
    if modules - _set_aside[0] >= _MANY_MODULES:
        # First: garbage would be frozen too and never freed.
        gc.collect()
        gc.freeze()
        _set_aside[0] = modules


def _noting(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: QObject, *args: object, **values: object) -> None:
        original(self, *args, **values)
        _made.add(self)

    return __init__


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record a failure: its traceback keeps everything alive that the test has created."""
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare what is alive after the test and its other fixtures with what was alive before."""
    before = _alive()
    yield
    if not request.node.stash.get(_failed, False):
        # pytest keeps the values of fixtures to the very end, and Qt objects to be deleted later.
        # They would become old garbage, freed only by a full collection, and their timers would be
        # checked before and after every test until then.
        request.node.funcargs.clear()
    _delete_later()
    collect_due()
    if request.node.stash.get(_failed, False):
        return
    left = _left_soon(before, _MOMENT_SECONDS)
    if left:
        # Deferred: a full collection with torch loaded takes as long as many a test.
        gc.collect()
        left = _left_soon(before, _GRACE_SECONDS)
    _set_modules_aside()
    if left:
        pytest.fail("left behind:\n" + "\n".join(left.values()), pytrace=False)


def _delete_later() -> None:
    """Process Qt's pending deletions."""
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _left_soon(before: dict[int, str], seconds: float) -> dict[int, str]:
    """Return what is left once all threads have ended, or after ``seconds``."""
    left = _left(before)
    deadline = time.monotonic() + seconds
    while any(what.startswith("thread") for what in left.values()) and time.monotonic() < deadline:
        time.sleep(0.002)
        left = _left(before)
    return left


def _left(before: dict[int, str]) -> dict[int, str]:
    """Return what is alive and was not before, after processing Qt's pending deletions."""
    _delete_later()
    return {key: what for key, what in _alive().items() if key not in before}


def _alive() -> dict[int, str]:
    """Return address -> description of everything that should not outlive a test."""
    alive = {
        id(thread): f"thread {thread.name}"
        for thread in threading.enumerate()
        # Python's placeholder for a Qt thread stays listed after the thread has ended.
        if not isinstance(thread, threading._DummyThread)
    }
    for thing in list(_made):
        if not Shiboken.isValid(thing):
            # Deleted by Qt; the Python object may wait long for the next collection.
            _made.discard(thing)
        elif words := _activity(thing):
            alive[_address(thing)] = words
    if QThreadPool.globalInstance().activeThreadCount():
        alive[0] = "thread of the global QThreadPool"
    if isinstance(QCoreApplication.instance(), QApplication):
        for widget in QApplication.topLevelWidgets():
            alive[_address(widget)] = f"window {widget!r}"
    return alive


def _activity(thing: QObject) -> str:
    """Return a description of the activity of a watched object; empty if it is idle."""
    # Timers first: a window has hundreds of them.
    if isinstance(thing, QTimer):
        if not thing.isActive():
            return ""
        return f"active timer {thing!r} of {thing.parent()!r}, every {thing.interval()} ms"
    if isinstance(thing, QThread):
        return f"thread {thing!r}" if thing.isRunning() else ""
    if isinstance(thing, QAbstractAnimation):
        is_running = thing.state() is QAbstractAnimation.State.Running
        return f"running animation {thing!r}" if is_running else ""
    return ""


def _address(thing: QObject) -> int:
    return int(Shiboken.getCppPointer(thing)[0])
