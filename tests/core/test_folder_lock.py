"""One program at a time in a folder: real processes, some of them killed."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core import folder_lock
from aegui.core.errors import AeguiError
from aegui.core.folder_lock import LOCK, FolderLock, _Owner, alone_in
from aegui.core.leftovers import owner_mark
from tests.processes import running, started

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

TAKES = """
import sys
from pathlib import Path
from aegui.core.folder_lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.take()
print("taken", flush=True)
sys.stdin.readline()
lock.release()
"""
RACES = """
import sys
from pathlib import Path
from aegui.core.errors import AeguiError
from aegui.core.folder_lock import FolderLock
sys.stdin.readline()
try:
    FolderLock(Path(sys.argv[1])).take()
except AeguiError:
    print("refused", flush=True)
else:
    print("taken", flush=True)
sys.stdin.readline()
"""


HOLDS = """
import sys
from pathlib import Path
from aegui.core.folder_lock import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_another_program_is_refused_until_the_first_lets_go(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    other = started("-c", TAKES, tmp_path)
    processes.append(other)
    assert said(other) == "taken"
    lock = FolderLock(tmp_path)
    with pytest.raises(AeguiError, match=f"in use by another program .process {other.pid}."):
        lock.take()
    lock.release()  # it is not ours: nothing is taken away from the other
    assert (tmp_path / LOCK).exists()
    go_on(other)
    other.wait()
    lock.take()
    lock.take()
    lock.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_what_a_killed_program_has_left_is_taken_over_by_one(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    killed = started("-c", TAKES, tmp_path)
    processes.append(killed)
    assert said(killed) == "taken"
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert (tmp_path / LOCK).exists()
    several = [started("-c", RACES, tmp_path) for _ in range(3)]
    processes += several
    for one in several:
        go_on(one)
    assert sorted(map(said, several)) == ["refused", "refused", "taken"]
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_the_lock_of_a_living_program_is_put_back_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refused)
    text = json.dumps({"owner": owner_mark(), "process": 1, "machine": "here"})
    (tmp_path / LOCK).write_text(text)
    # Between reading and removing the lock of a killed program another one has taken it over.
    FolderLock(tmp_path)._move_away(_Owner("killed"))
    assert (tmp_path / LOCK).read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9, nor a lock of a folder")
def test_the_lock_of_a_living_program_is_not_moved_even_for_a_moment(tmp_path: Path) -> None:
    """A third program could create its own in that moment."""
    path = tmp_path / LOCK
    path.write_text(json.dumps({"owner": owner_mark(), "process": 1, "machine": "here"}))
    before = path.stat()
    FolderLock(tmp_path)._take_away(_Owner("killed"))
    assert (path.stat().st_ino, path.stat().st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_of_another_machine_a_person_is_told_which_file_to_remove(tmp_path: Path) -> None:
    owner = {"owner": "00000000-1-00000000", "process": 1, "machine": "far-away"}
    (tmp_path / LOCK).write_text(json.dumps(owner))
    with pytest.raises(AeguiError, match=rf"far-away .*remove .*{LOCK}"):
        FolderLock(tmp_path).take()
    (tmp_path / LOCK).unlink()
    FolderLock(tmp_path).take()
    assert json.loads((tmp_path / LOCK).read_text())["owner"] == owner_mark()


def test_a_file_that_says_nothing_is_of_a_program_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("")
    FolderLock(tmp_path).take()
    assert json.loads((tmp_path / LOCK).read_text())["process"] == os.getpid()


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(AeguiError, match="could not be written to"):
        FolderLock(tmp_path / "nowhere").take()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_a_stopped_program_does_not_hold_others_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "_PATIENCE_SECONDS", 0.2)
    with running("-c", HOLDS, tmp_path) as other:
        assert said(other) == "held"
        other.send_signal(signal.SIGSTOP)
        entered = False
        with alone_in(tmp_path):
            entered = True
        assert entered
