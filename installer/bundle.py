"""Freeze the program into ``dist/aegui/`` and prove that it works: ``python -m installer.bundle``.

PyInstaller works for some minutes; then the largest libraries lose their symbols, and the frozen
program tests itself: it trains, saves, opens its window and quits.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
APP = DIST / "aegui"
PROGRAM = APP / ("aegui.exe" if os.name == "nt" else "aegui")

STRIPPED = ("libtorch_cpu.so*", "libtorch_python.so*", "libc10.so*", "libpython3*.so*")
"""Not all libraries: the symbols of those that were patched on their way here must stay."""

SELF_TEST_SECONDS = 180.0


def main() -> int:
    """Freeze, strip and test; 0 when the frozen program works."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(DIST), "--workpath", str(ROOT / "build" / "pyinstaller")]
    spec = str(ROOT / "installer" / "aegui.spec")
    print("Freezing; this takes some minutes.", flush=True)
    status = subprocess.run([*command, *folders, spec]).returncode
    if status != 0:
        return status
    strip()
    try:
        status = self_test().returncode
    except subprocess.TimeoutExpired:
        print(f"The frozen program hangs: no end after {SELF_TEST_SECONDS:.0f} s.")
        return 1
    if status == 0:
        size = sum(path.lstat().st_size for path in APP.rglob("*"))
        print(f"{PROGRAM}: {size / 1e6:.0f} MB in its folder.")
    return status


def strip() -> None:
    """Take the symbols out of the largest libraries, where there is a tool for it."""
    tool = shutil.which("strip")
    if tool is None or sys.platform != "linux":
        return
    for pattern in STRIPPED:
        for path in APP.rglob(pattern):
            if not path.is_symlink():
                subprocess.run([tool, "--strip-unneeded", str(path)], check=True)


def self_test() -> subprocess.CompletedProcess[bytes]:
    """Let the frozen program try everything once, with no screen.

    Raises:
        subprocess.TimeoutExpired: It hangs.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    # Nothing of this environment may help it.
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH"):
        environment.pop(name, None)
    return subprocess.run([str(PROGRAM), "self-test"], env=environment, timeout=SELF_TEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
