"""With Qt imported, Python's imports work as usual, and Qt can paint with a single thread."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from aegui.qt_import import without_collection
from tests.processes import python

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


def test_imports_without_collections_leave_the_collector_as_it_was() -> None:
    try:
        for was_on in (True, False):
            (gc.enable if was_on else gc.disable)()
            with without_collection():
                assert not gc.isenabled()
            assert gc.isenabled() is was_on
    finally:
        gc.enable()
