from __future__ import annotations

import ctypes
import gc
import re
import sys
import threading
import types
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt

from aegui.session.jobs.garbage_collector import GarbageCollector, collect_due
from aegui.window.memory import process_bytes
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def automatic() -> Iterator[None]:
    """As Python begins: it collects by itself."""
    gc.collect()
    gc.enable()
    yield
    gc.disable()


def allocate_much() -> None:
    """Enough for a full collection, were it automatic."""
    for _ in range(30):
        [[] for _ in range(10_000)]


def a_cycle_with_an_object(ended_in: list[int]) -> None:
    made = QObject()
    made.destroyed.connect(
        lambda: ended_in.append(threading.get_ident()), Qt.ConnectionType.DirectConnection
    )
    made.itself = made  # type: ignore[attr-defined]


def in_a_thread(work: object) -> None:
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    thread.join()


@pytest.mark.parametrize("ours", [True, False])
def test_an_object_of_qt_ends_in_the_thread_of_the_window(
    ours: bool, automatic: None, qtbot: QtBot
) -> None:
    """The second time without us: the danger is real."""
    garbage = GarbageCollector() if ours else None
    ended_in: list[int] = []
    a_cycle_with_an_object(ended_in)
    in_a_thread(allocate_much)
    if garbage is None:
        assert ended_in
        assert ended_in != [threading.get_ident()]
        return
    assert ended_in == []
    kept = [[] for _ in range(10_000)]  # type: list[list[object]]
    qtbot.waitUntil(lambda: bool(ended_in))
    assert ended_in == [threading.get_ident()]
    assert len(kept) == 10_000
    garbage.shutdown()
    assert gc.isenabled()


def test_what_is_due_is_collected_by_and_by() -> None:
    gc.collect()
    youngest, middle, oldest = gc.get_threshold()
    kept: list[list[object]] = []
    for _ in range((middle + 2) * (oldest + 2)):
        kept.extend([] for _ in range(youngest + 1))
        collect_due()
    assert gc.get_count()[2] <= oldest
    done = gc.get_stats()[2]["collections"]
    collect_due()
    assert gc.get_stats()[2]["collections"] == done, "nothing is due"


def test_what_libraries_bring_is_set_aside_once(automatic: None, qtbot: QtBot) -> None:
    garbage = GarbageCollector()
    for _ in range(2):
        garbage._on_tick()
    before = gc.get_freeze_count()
    assert before > 10_000
    garbage._on_tick()
    assert gc.get_freeze_count() <= before
    names = [f"tests_of_garbage_{number}" for number in range(60)]
    for name in names:
        sys.modules[name] = types.ModuleType(name)
    garbage._on_tick()
    assert gc.get_freeze_count() <= before, "more may be coming"
    garbage._on_tick()
    assert gc.get_freeze_count() > before
    for name in names:
        del sys.modules[name]
    garbage.shutdown()


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries give back by themselves")
def test_what_was_freed_in_between_is_given_back_at_rest(qtbot: QtBot) -> None:
    kept: list[bytes | None] = [bytes(8_000) for _ in range(20_000)]
    # Every eighth stays: what lies between is whole pages that the C library would keep.
    for number in range(len(kept)):
        if number % 8:
            kept[number] = None
    before = process_bytes() or 0
    garbage = GarbageCollector()
    garbage.give_back_at_rest()
    qtbot.waitUntil(lambda: (process_bytes() or 0) < before - 50_000_000, timeout=20_000)
    assert kept.count(None) < len(kept)
    garbage.shutdown()


THREADS_THAT_ALLOCATE = """
import ctypes, sys, threading
from PySide6.QtCore import QCoreApplication
from aegui.session.jobs.garbage_collector import GarbageCollector
application = QCoreApplication([])
garbage = GarbageCollector() if sys.argv[1] == "ours" else None
all_are_there = threading.Barrier(9)
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
def allocate():
    library.malloc(100_000)
    all_are_there.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
all_are_there.wait()
library.fopen.restype = ctypes.c_void_p
report = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, report)
library.fclose(report)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"),
    reason="only glibc has arenas",
)
@pytest.mark.parametrize("ours", [True, False])
def test_threads_share_their_arenas(ours: bool, tmp_path: Path) -> None:
    """The second time without us: eight threads have an arena each."""
    report = tmp_path / "malloc.xml"
    who = "ours" if ours else "nobody's"
    python("-c", THREADS_THAT_ALLOCATE, who, report)
    arenas = len(re.findall("<heap nr=", report.read_text()))
    assert (arenas <= 2) == ours
