"""Unsaved work of a workspace: what is kept, and what is brought back."""

from __future__ import annotations

import threading
import zipfile
from typing import TYPE_CHECKING

import pytest

from aegui.core.data.dataset import same_data
from aegui.core.run_file.saved import load_run, save_run
from aegui.session.documents.autosave import remove
from aegui.session.documents.workspace import Workspace
from tests.processes import python
from tests.session.documents.workspaces import Heard, learnt, renamed, saved, saved_as, small
from tests.session.parts import glyphs

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.session.settings import Settings


def crash(workspace: Workspace) -> None:
    """What is left when the program dies: the copy, and no lock."""
    copies = workspace.file.autosave
    copies.flush()
    lock = copies._lock
    if lock is not None:
        lock.unlock()


def test_unsaved_work_is_found_after_a_crash(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    saved_as(workspace, tmp_path / "mine.aegui")
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 77}), "Seed")
    workspace.file.copy()
    assert workspace.file.recoveries() == ()
    crash(workspace)

    second = Workspace(settings, autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert (found.name, found.origin) == ("mine", tmp_path / "mine.aegui")
    assert second.opening.recover(found)
    assert second.recipe.seed == 77
    assert second.run is not None
    assert second.path == tmp_path / "mine.aegui"
    assert second.file.is_modified
    # Still unsaved: another crash must not lose it.
    crash(second)
    third = Workspace(settings, autosave_folder=tmp_path / "autosave")
    assert len(third.file.recoveries()) == 1
    third.close()
    assert saved(second)
    assert not second.file.is_modified
    second.file.autosave.flush()
    assert not list((tmp_path / "autosave").glob("*.aegui"))
    second.close()


def test_unsaved_work_can_be_thrown_away(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    crash(workspace)
    second = Workspace(settings, autosave_folder=tmp_path / "autosave")
    remove(second.file.recoveries()[0].file)
    assert second.file.recoveries() == ()
    second.close()


def test_a_damaged_copy_is_a_notice(workspace: Workspace, heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "autosave").mkdir()
    (tmp_path / "autosave" / "x.aegui").write_bytes(b"half of")
    (found,) = workspace.file.recoveries()
    assert (found.name, found.origin) == ("", None)
    assert workspace.opening.recover(found) is False
    assert heard.names() == ["noticed"]


def test_copies_are_made_only_of_what_has_changed(workspace: Workspace, tmp_path: Path) -> None:
    copies = workspace.file.autosave
    copy = copies.file
    workspace.file.copy()
    copies.flush()
    assert not copy.exists()
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    copies.flush()
    first = copy.stat().st_mtime_ns
    workspace.file.copy()
    copies.flush()
    assert copy.stat().st_mtime_ns == first
    workspace.edit_recipe(renamed(workspace.recipe, "yours"), "Other name")
    workspace.file.copy()
    copies.flush()
    assert load_run(copy).recipe.name == "yours"
    saved_as(workspace, tmp_path / "a.aegui")
    copies.flush()
    assert not copy.exists()


def test_a_clean_end_leaves_nothing_behind(
    qtbot: QtBot, no_model: None, settings: Settings, tmp_path: Path
) -> None:
    workspace = Workspace(settings, autosave_folder=tmp_path / "autosave")
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    workspace.close()
    assert list((tmp_path / "autosave").iterdir()) == []


@pytest.mark.parametrize("ends", [True, False])
def test_a_copy_discarded_before_it_is_written_does_not_stay(
    ends: bool,
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begins, continues = threading.Event(), threading.Event()

    def hold() -> None:
        begins.set()
        assert continues.wait(10)

    # Called as the job's thread begins with a job.
    monkeypatch.setattr("aegui.session.jobs.latest_job._compute_alone", hold)
    copies = workspace.file.autosave
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    assert begins.wait(10)
    if ends:
        threading.Timer(0.2, continues.set).start()
        workspace.close()
    else:
        copies.discard()
        continues.set()
        copies.flush()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_copy_that_cannot_be_written_is_said_once(
    qtbot: QtBot, workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    (tmp_path / "autosave").write_text("a file where a folder should be")
    for name in ("one", "two"):
        workspace.edit_recipe(renamed(workspace.recipe, name), name)
        workspace.file.copy()
        qtbot.wait(20)
    assert heard.names().count("noticed") == 1


def test_a_copy_that_failed_is_made_again_without_another_edit(
    qtbot: QtBot, workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    folder = tmp_path / "autosave"
    for count in (1, 2):
        folder.write_text("a file where a folder should be")
        workspace.edit_recipe(renamed(workspace.recipe, f"{count}"), "Name")
        workspace.file.copy()
        assert heard.names().count("noticed") == count
        folder.unlink()
        with qtbot.waitSignal(workspace.file.copied):
            workspace.file.copy()
        assert list(folder.glob("*.aegui"))
        # What fails from now on is a new trouble, and is told again.
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_nothing_of_torch_is_needed_to_open_and_edit(tmp_path: Path) -> None:
    save = tmp_path / "a.aegui"
    code = f"""
import sys
import threading
from pathlib import Path
from PySide6.QtCore import QCoreApplication
import aegui.session.training.training_runner, aegui.session.map.decode_service
import aegui.features.map.model.plane_service
import aegui.session.pixels.answers, aegui.session.jobs.clock, aegui.session.pixels.drawing
from aegui.session.settings import Settings
from aegui.session.documents.workspace import Workspace
app = QCoreApplication([])
workspace = Workspace(Settings.load(Path({str(tmp_path / "s.json")!r})))
workspace.edit_recipe(workspace.recipe.model_copy(update={{"runs": 2}}), "Runs")
assert workspace.save_as(Path({str(save)!r}))
workspace.file.saving.finish()
assert workspace.open(Path({str(save)!r}))
workspace.close()
sys.exit(3 if "torch" in sys.modules or "PySide6.QtWidgets" in sys.modules else 0)
"""
    python("-c", code)


def test_a_saved_file_with_a_broken_draft_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 3}), "Seed")
    saved_as(workspace, tmp_path / "a.aegui")
    with (
        zipfile.ZipFile(tmp_path / "a.aegui") as whole,
        zipfile.ZipFile(tmp_path / "b.aegui", "w") as part,
    ):
        for name in whole.namelist():
            if name != "draft.json":
                part.writestr(name, whole.read(name))
    heard = Heard(workspace)
    assert workspace.open(tmp_path / "b.aegui") is False
    assert "draft.json" in heard.texts()[0]


def test_run_files_keep_their_draft_exactly(tmp_path: Path, workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    workspace.edits.edit_dataset(glyphs(4), "Own")
    saved_as(workspace, tmp_path / "a.aegui")
    first = load_run(tmp_path / "a.aegui")
    assert first.draft is not None
    assert same_data(first.draft.dataset, glyphs(4))
    save_run(tmp_path / "b.aegui", first)
    assert (tmp_path / "a.aegui").read_bytes() == (tmp_path / "b.aegui").read_bytes()
