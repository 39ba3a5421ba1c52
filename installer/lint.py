"""All checks that need no running program: ``python -m installer.lint [NAME ...]``.

They run in parallel; the output of failed checks is printed, of others only the time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
SCRIPTS = Path(sysconfig.get_path("scripts"))

CHECKS: dict[str, list[str]] = {
    # The slowest check starts first; the others run beside it.
    "types": [PYTHON, "-m", "mypy", "--num-workers", str(min(4, os.cpu_count() or 1))],
    "style": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "layers": [str(SCRIPTS / "lint-imports"), "--no-cache"],
    "spelling": [str(SCRIPTS / "typos")],
    "idioms": [PYTHON, "-m", "tests.style.idioms"],
    "translations": [PYTHON, "-m", "installer.translations", "check"],
}
BROKEN_OFF = 2
"""Exit status of mypy after an internal failure."""
AGAIN: dict[str, list[str]] = {
    # Its processes give up on one another after a few seconds, which is too short on a busy
    # machine.
    "types": [PYTHON, "-m", "mypy"],
}
"""Command that replaces a check after such a failure."""


def main(arguments: list[str]) -> int:
    """Run all checks, or those named; return 1 if any fails, 2 for an unknown name."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        print(f"no check called {unknown[0]}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        verdicts = {name: pool.submit(_check, name) for name in arguments or CHECKS}
        failed = [name for name, verdict in verdicts.items() if not _tell(name, *verdict.result())]
    print(f"failed: {', '.join(failed)}" if failed else "All checks pass.")
    return 1 if failed else 0


def _check(name: str) -> tuple[bool, float, str]:
    """Run a check; return whether it passes, its duration in seconds, and its output."""
    started = time.perf_counter()
    done = _run(CHECKS[name])
    if done.returncode == BROKEN_OFF and name in AGAIN:
        done = _run(AGAIN[name])
    seconds = time.perf_counter() - started
    return done.returncode == 0, seconds, done.stdout.decode(errors="replace")


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _tell(name: str, passes: bool, seconds: float, said: str) -> bool:
    """Print the result of a check, and return whether it passes."""
    print(f"{'ok  ' if passes else 'FAIL'} {name:14}{seconds:5.1f} s", flush=True)
    if not passes:
        print(said, flush=True)
    return passes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
