"""A home that its owner may not enter: commands work, and report what cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rights of Linux")

# Root may enter everything unless it drops the capability.
_WITHOUT_POWER = (
    *("setpriv", "--inh-caps=-dac_override,-dac_read_search"),
    "--bounding-set=-dac_override,-dac_read_search",
)


@pytest.fixture
def closed_home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "closed"
    (folder / "home").mkdir(parents=True)
    folder.chmod(0)
    yield folder / "home"
    folder.chmod(0o700)


def test_commands_work(closed_home: Path, repository: Path, tmp_path: Path) -> None:
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("only root runs here, who may enter")
        before = _WITHOUT_POWER
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("HOME", "XDG_"))}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*before, sys.executable, str(repository / "main.py"), *arguments],
            cwd=tmp_path,
            env={**bare, "HOME": str(closed_home), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    done = run("train", "letters-course", "--epochs", "5", "--out", "a.aegui")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.aegui").exists()
    done = run("runs", "list")
    assert done.returncode == 2
    assert "permission denied" in done.stderr
    assert "Traceback" not in done.stderr
