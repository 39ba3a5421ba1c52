"""The program as a whole: it starts, shows its window before torch, and ends as it should."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
import aegui.app as program

start = program.App.start

def start_and_close(self, path=None):
    start(self, path)
    print("torch" in sys.modules, self.window.isVisible())
    QTimer.singleShot(300, self.window, self.window.close)

program.App.start = start_and_close
code = program.run_window()
print("ended", code)
"""


def test_window_before_torch_and_a_clean_end(repository: Path, user_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=repository,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["False True", "ended 0"]
    assert "Traceback" not in done.stderr
    assert (user_home / "config" / "aegui" / "settings.json").is_file()
    assert (user_home / "data" / "aegui" / "aegui.log").is_file()


def test_importing_the_window_imports_no_torch(repository: Path) -> None:
    code = "import sys, aegui.app; sys.exit('torch' in sys.modules or 'pyqtgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, timeout=60, check=False)
    assert done.returncode == 0
