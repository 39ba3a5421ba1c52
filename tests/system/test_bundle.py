"""The frozen app, where one has been made: it starts, trains, saves, opens its window and quits."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from aegui import __version__
from installer.bundle import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM.exists(), reason="no frozen app here; make bundle makes one"),
]


def _aegui(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the frozen app in a folder from which no source is in reach."""
    bare = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    kept = {key: value for key, value in os.environ.items() if key.startswith(("HOME", "XDG_"))}
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=folder,
        env=bare | kept,
        capture_output=True,
        text=True,
        timeout=110,
    )


def test_it_starts(tmp_path: Path) -> None:
    done = _aegui("--version", folder=tmp_path)
    assert (done.returncode, done.stdout.split()[-1]) == (0, __version__)


def test_it_trains_saves_opens_its_window_and_quits(tmp_path: Path) -> None:
    done = _aegui("self-test", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Everything works." in done.stdout


def test_it_trains_a_shipped_recipe_and_evaluates_what_it_saved(tmp_path: Path) -> None:
    done = _aegui(
        *("train", "letters-course", "--epochs", "40", "--out", "a.aegui", "--json"),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["runs"][0]["epochs"] == 40
    done = _aegui("evaluate", "a.aegui", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
