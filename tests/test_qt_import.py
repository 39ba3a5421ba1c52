"""With Qt imported, Python still imports by itself, and keeps no sources."""

from __future__ import annotations

import subprocess
import sys

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
    done = subprocess.run(
        [sys.executable, "-c", _BODY], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
