"""Several programs on one library, some of them killed: real processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from aegui.core.library.library import Library
from tests.core.library.made import entry
from tests.processes import started

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

KEEPS = """
import sys
from pathlib import Path
from aegui.core.library.library import Library
from tests.core.library.made import saved_run
with Library(Path(sys.argv[1])) as library:
    print("open", flush=True)
    n = 0
    while n < int(sys.argv[3]):
        kept = library.keep(saved_run(f"{sys.argv[2]} {n}"), tags=("kept",))
        library.edit(kept.id, note="said", starred=True)
        print(kept.id, flush=True)
        n += 1
"""
TAGS = """
import sys
from pathlib import Path
from aegui.core.library.library import Library
with Library(Path(sys.argv[1])) as library:
    for n in range(30):
        library.tag(sys.argv[2], add=(f"{sys.argv[3]}{n}",))
"""
FULL = """
import resource, signal, sys
from pathlib import Path
from aegui.core.errors import AeguiError
from aegui.core.library.library import Library
from tests.core.library.made import saved_run
with Library(Path(sys.argv[1])) as library:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
    try:
        library.keep(saved_run("too large"))
    except AeguiError as error:
        print(error)
"""


def ended(process: subprocess.Popen[str]) -> str:
    said, error = process.communicate(timeout=100)
    assert process.returncode == 0, error
    return said


def test_two_programs_at_once_lose_nothing(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    """Both create the library, keep runs in it, and change entries."""
    processes += [started("-c", KEEPS, tmp_path, name, 15) for name in ("one", "other")]
    said = [line for process in processes for line in ended(process).split("\n") if line]
    ids = {line for line in said if line != "open"}
    assert len(ids) == 30
    with Library(tmp_path) as library:
        rows = library.rows(columns=("note", "starred", "tags"))
        assert {row.id for row in rows} == ids
        assert {row.values for row in rows} == {("said", 1, "kept")}
        assert library.notes == []
        assert not library.refresh()


def test_changes_of_one_entry_by_two_programs_all_count(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    with Library(tmp_path) as library:
        kept = library.keep_entry(entry("shared"))
        processes += [started("-c", TAGS, tmp_path, kept.id, name) for name in "ab"]
        for process in processes:
            ended(process)
        wanted = {f"{name}{n}" for name in "ab" for n in range(30)}
        assert set(library.entry(kept.id).tags) == wanted
        assert set(library.tags()) == wanted


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("moment", range(6))
def test_what_was_kept_outlives_a_kill(
    tmp_path: Path, processes: list[subprocess.Popen[str]], moment: int
) -> None:
    """Killed at any moment: everything reported as kept is complete, with its note."""
    process = started("-c", KEEPS, tmp_path, "run", 10_000)
    processes.append(process)
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(3 + moment)][1:]
    # A different stretch of the next keeping each time.
    time.sleep(0.004 * moment)
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    # What is behind the last end of a line was cut off while it was written.
    told += [line for line in rest.split("\n")[:-1] if line]
    with Library(tmp_path) as library:
        rows = {row.id: row.values for row in library.rows(columns=("note", "starred", "tags"))}
        for id in told:
            assert rows[id] == ("said", 1, "kept")
            assert library.load(id).results
        # At most the one that it was at when it was killed has not got its note yet.
        assert len(rows) - len(told) in {0, 1}
        assert library.notes == []
        left = library.keep(library.load(told[0]), name="goes on")
        assert library.find("goes on") == left.id
    # What the killed program has left half written does not stay.
    assert not list((tmp_path / "runs").glob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of files")
def test_a_run_that_does_not_fit_leaves_nothing(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    with Library(tmp_path) as library:
        library.keep_entry(entry("before"))
    processes.append(started("-c", FULL, tmp_path))
    said = ended(processes[0])
    assert "could not be written" in said
    assert said.count("\n") == 1
    with Library(tmp_path) as library:
        assert [row.values for row in library.rows(columns=("name",))] == [("before",)]
    assert not list((tmp_path / "runs").glob("*.aegui"))
