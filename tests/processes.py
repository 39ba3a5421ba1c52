"""Python in processes of its own, in the root of the source tree and without a screen."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 290
"""Below the limit of a test, which would not tell what was printed."""


def python(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, which must be without an error."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=_environment(environment),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def started(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start Python with pipes to it and from it."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=_environment(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(*arguments: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start Python as ``started`` does; it is killed at the end if it still runs."""
    with started(*arguments, **environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _environment(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LANGUAGE": "en", **more}
