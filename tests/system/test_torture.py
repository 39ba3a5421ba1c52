"""A few kills of the real program; ``make torture`` does 300 of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")


@pytest.mark.slow
def test_what_a_killed_program_leaves_is_whole_offered_again_and_cleared_away(
    repository: Path,
) -> None:
    scenarios = ("train and save", "edit", "command")
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.torture", "--kills", "3", "--only", *scenarios],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"| {scenario} | 1 | 0 |" in done.stdout for scenario in scenarios)
