"""Full disks, vanishing folders, clock jumps: clear messages, and the last valid state."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.run_file.saved import load_run
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.processes import python
from tests.session.parts import glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

_FULL = """
import resource, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.session.parts import glyphs

application = QCoreApplication([])
folder = Path(sys.argv[1])
workspace = Workspace(Settings.load(), autosave_folder=folder / "autosave")
said = []
workspace.noticed.connect(lambda notice: said.append(notice.text))

def wait(signal):
    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(60_000, loop.quit)
    loop.exec()

def save():
    workspace.save_as(folder / "mine.aegui")
    while workspace.file.saving.is_busy:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

settings = Settings.load(folder / "settings.json")
settings.set_window_state("main", bytes(3000))
assert settings.save() is None
chosen = (folder / "settings.json").read_bytes()
workspace.edits.edit_dataset(glyphs(4), "four")
save()
before = (folder / "mine.aegui").read_bytes()
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
# Writing fails as on a disk without room: some bytes fit, then none.
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, most))
workspace.edits.edit_dataset(glyphs(5), "five")
save()
assert workspace.file.is_modified
workspace.file.copy()
wait(workspace.file.copied)
workspace.edits.edit_dataset(glyphs(6), "six")
workspace.file.copy()
wait(workspace.file.copied)
assert (folder / "mine.aegui").read_bytes() == before
settings.set_window_state("main", bytes(6000))
said.append(settings.save().text)
assert (folder / "settings.json").read_bytes() == chosen
left = [path.name for path in folder.rglob("*") if ".aegui-" in path.name]
assert not left, left
print(said)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
save()
assert not workspace.file.is_modified
assert (folder / "mine.aegui").read_bytes() != before
assert settings.save() is None
assert (folder / "settings.json").read_bytes() != chosen
workspace.close()
"""


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    yield made
    made.close()


@pytest.fixture
def said(workspace: Workspace) -> list[str]:
    heard: list[str] = []
    workspace.noticed.connect(lambda notice: heard.append(notice.text))
    return heard


@pytest.mark.skipif(sys.platform != "linux", reason="limits of files as Linux has them")
def test_a_full_disk_is_told_and_what_was_saved_stays(tmp_path: Path) -> None:
    done = python("-c", _FULL, tmp_path)
    assert "mine.aegui could not be written: " in done.stdout
    # Once, however often it fails.
    assert done.stdout.count("Unsaved work could not be backed up.") == 1
    assert "The settings were not saved. " in done.stdout
    assert "Errno" not in done.stdout
    assert len(load_run(tmp_path / "mine.aegui").dataset) > 0


def test_of_two_windows_on_one_document_none_writes_over_the_other(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "mine.aegui"
    workspace.edits.edit_dataset(glyphs(4), "four")
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(path)
    other = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    with qtbot.waitSignal(other.document_changed):
        other.open(path, lambda: True)
    other.edits.edit_dataset(glyphs(6), "six")
    with qtbot.waitSignal(other.file.saved):
        other.save()
    theirs = path.read_bytes()
    # With changes of its own, this window reports the conflict and overwrites nothing.
    workspace.edits.edit_dataset(glyphs(5), "five")
    with qtbot.waitSignal(workspace.file.changed_on_disk, check_params_cb="changed".__eq__):
        workspace.file.check()
    assert not workspace.save()
    assert path.read_bytes() == theirs
    for one in (workspace, other):
        one.edits.edit_dataset(glyphs(7), "seven")
        with qtbot.waitSignal(one.file.copied):
            one.file.copy()
    assert len(list((tmp_path / "autosave").glob("*.aegui"))) == 2
    other.close()


def test_a_folder_that_vanishes_is_told_and_saving_elsewhere_works(
    qtbot: QtBot, workspace: Workspace, said: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    workspace.edits.edit_dataset(glyphs(4), "four")
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(folder / "mine.aegui")
    shutil.rmtree(folder)
    workspace.edits.edit_dataset(glyphs(5), "five")
    assert not workspace.save_as(folder / "mine.aegui")
    assert workspace.file.is_modified
    reason = f"the folder {folder} is not there; make it, or choose another one."
    assert said[-1].endswith(f"mine.aegui could not be written: {reason}")
    with qtbot.waitSignal(workspace.file.saved):
        workspace.save_as(tmp_path / "other.aegui")
    assert not workspace.file.is_modified


@pytest.mark.skipif(sys.platform != "linux", reason="a file system that takes no files")
def test_where_nothing_can_be_written_that_is_said_at_once(
    workspace: Workspace, said: list[str]
) -> None:
    workspace.edits.edit_dataset(glyphs(4), "four")
    from pathlib import Path

    assert not workspace.save_as(Path("/sys/mine.aegui"))
    assert "/sys/mine.aegui could not be written: " in said[-1]
    assert "Errno" not in said[-1]
    assert workspace.file.is_modified


@pytest.mark.parametrize("seconds", [0.0, 4e9, 1e11, 1e12])
def test_a_clock_that_jumps_hides_no_unsaved_work(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path, seconds: float
) -> None:
    workspace.edits.edit_dataset(glyphs(5), "five")
    with qtbot.waitSignal(workspace.file.copied):
        workspace.file.copy()
    (copy,) = (tmp_path / "autosave").glob("*.aegui")
    lock = workspace.file.autosave._lock
    assert lock is not None
    lock.unlock()
    os.utime(copy, (seconds, seconds))
    second = Workspace(Settings(), autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert found.held is not None
    assert found.held.samples == 5
    assert second.opening.recover(found)
    qtbot.waitUntil(lambda: len(second.dataset) == 5)
    second.close()


def test_a_copy_that_vanishes_while_it_is_looked_for_is_not_there(
    workspace: Workspace, said: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "autosave"
    folder.mkdir()
    os.symlink(folder / "gone", folder / "x.aegui")
    assert workspace.file.recoveries() == ()
    assert not said


def test_settings_index_and_copies_of_noise_open_all_the_same(
    qtbot: QtBot, user_home: Path, tmp_path: Path
) -> None:
    noise = b"\0\xff{" * 500
    folder = tmp_path / "autosave"
    for path in (user_home / "config" / "aegui" / "settings.json", folder / "x.aegui"):
        path.parent.mkdir(parents=True)
        path.write_bytes(noise)
    (folder / "x.json").write_bytes(noise)
    settings = Settings.load()
    assert settings.notice is not None
    made = Workspace(settings, autosave_folder=folder)
    heard: list[str] = []
    made.noticed.connect(lambda notice: heard.append(notice.text))
    (found,) = made.file.recoveries()
    assert found.picture() == b""
    assert not made.opening.recover(found)
    assert "damaged and was moved" in heard[0]
    assert made.resolution.resolved is not None
    made.close()
