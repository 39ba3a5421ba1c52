"""With Qt imported, Python's imports work as usual, and Qt can paint with a single thread."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.qt_import import without_collection
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Iterator

_BODY = """
import builtins, linecache, sys
own = builtins.__import__
from aegui.qt_import import import_qt
import_qt()
import aegui.kit.theme
assert "PySide6.QtCore" in sys.modules
assert builtins.__import__ is own
print([name for name in linecache.cache if "aegui" in name])
"""


def test_no_source_is_read() -> None:
    assert python("-c", _BODY).stdout.strip() == "[]"


_PAINTING = """
import os, sys
os.cpu_count = lambda: int(sys.argv[1])
import aegui
from pathlib import Path
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
kind = QImage.Format.Format_RGB32
image, onto = QImage(900, 900, kind), QImage(1000, 1000, kind)
image.fill(1)
painter = QPainter(onto)
painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
painter.drawImage(QRect(0, 0, 1000, 1000), image)
painter.end()
print(sum("pooled" in (task / "comm").read_text() for task in Path("/proc/self/task").iterdir()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_a_picture_is_painted_by_one_thread_where_cores_are_few() -> None:
    counts = []
    for cores in (2, 8):
        environment = {k: v for k, v in os.environ.items() if k != "QT_NO_GUI_THREADPOOL"}
        command = [sys.executable, "-c", _PAINTING, str(cores)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=True, env=environment
        )
        counts.append(int(done.stdout))
    assert counts[0] == 0
    assert counts[1] > 0, "with more cores Qt shares it out, as ever"


@pytest.fixture
def collector() -> Iterator[None]:
    """Restore the state of the collector, which is off in these tests."""
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


@pytest.mark.usefixtures("collector")
def test_imports_without_collections_leave_the_collector_as_it_was() -> None:
    for was_on in (True, False):
        (gc.enable if was_on else gc.disable)()
        with without_collection():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on


@pytest.mark.usefixtures("collector")
def test_no_collection_is_due_after_imports() -> None:
    gc.enable()
    with without_collection():
        made: list[list[int]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    before = gc.get_stats()[0]["collections"]
    assert gc.get_freeze_count() >= len(made)
    assert gc.get_stats()[0]["collections"] == before
