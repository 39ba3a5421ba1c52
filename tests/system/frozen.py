"""Running the frozen app in any folder, isolated from this environment."""

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
    """Run ``program`` in a folder from which the sources are out of reach.

    Args:
        program: The executable file.
        arguments: Command-line arguments.
        folder: Working directory.
        environment: Variables beside a bare path; None to use the home of the tests.
        user: Numeric id of the user to run as; None for the current one.
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
