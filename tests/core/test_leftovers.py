"""Temporary files of killed programs are deleted; those of running ones and other machines stay."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core import leftovers
from aegui.core.atomic import write_atomically
from aegui.core.leftovers import sweep, sweep_all, temporary_prefix

if TYPE_CHECKING:
    from pathlib import Path

_HALF = """
import sys, tempfile, time
from pathlib import Path
from aegui.core.leftovers import temporary_prefix
made, name = tempfile.mkstemp(prefix=temporary_prefix("a b.aegui"), dir=sys.argv[1])
Path(name).write_bytes(bytes(1000))
Path(tempfile.mkdtemp(prefix=temporary_prefix("set"), dir=sys.argv[1]), "x").write_bytes(bytes(24))
print("made", flush=True)
time.sleep(1000)
"""


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def test_what_a_killed_program_has_left_is_swept_once_it_is_dead(
    tmp_path: Path, repository: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HALF, str(tmp_path)], cwd=repository, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"made\n"
            assert sweep(tmp_path) == 0
            write_atomically(tmp_path / "b.aegui", b"beside it")
            assert len(hidden(tmp_path)) == 2
        finally:
            process.kill()
    write_atomically(tmp_path / "b.aegui", b"beside it")
    assert hidden(tmp_path) == []
    assert (tmp_path / "b.aegui").read_bytes() == b"beside it"


def test_bytes_are_counted_and_folders_may_be_missing(tmp_path: Path) -> None:
    name = temporary_prefix("x").replace(f"-{os.getpid()}-", "-999999999-")
    (tmp_path / f"{name}abc").write_bytes(bytes(70))
    assert sweep_all([tmp_path, tmp_path / "none", tmp_path]) == 70
    assert sweep(tmp_path / "none") == 0


def test_a_number_given_to_another_process_is_told_apart(tmp_path: Path) -> None:
    if leftovers._start_of(os.getpid()) == leftovers._UNKNOWN:
        pytest.skip("the system does not tell when a process began")
    name = temporary_prefix("x").replace(leftovers._start_of(os.getpid()), "12345678")
    (tmp_path / f"{name}abc").write_bytes(b"x")
    assert sweep(tmp_path) == 1


def test_files_of_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".hidden", "x.aegui", ".x.aegui.abc", ".x.aegui-zz-1-2-3"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / f"{temporary_prefix('mine')}abc").write_bytes(b"x")
    dead = temporary_prefix("x").replace(f"-{os.getpid()}-", "-999999999-")
    monkeypatch.setattr(leftovers, "_machine", lambda: "01234567")
    (tmp_path / f"{dead}abc").write_bytes(b"of another machine that shares the folder")
    before = set(tmp_path.iterdir())
    assert sweep(tmp_path) == 0
    assert set(tmp_path.iterdir()) == before
