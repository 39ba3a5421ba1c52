"""Starting the frozen app from wherever it lies, with nothing of this environment to help it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 580.0


def run_frozen(
    program: Path,
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``program`` in a folder from which no source is in reach.

    Args:
        program: The executable file.
        arguments: What follows on its command line.
        folder: Where it runs.
        environment: Its variables beside a bare path; None gives it the home of the tests.
        user: Number of the user it runs as; None: ours.
    """
    bare = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    if environment is None:
        environment = {k: v for k, v in os.environ.items() if k.startswith(("HOME", "XDG_"))}
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env={**bare, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        user=user,
    )
