"""Saving in the background: in order, cancelled, failing, and while the document is edited on."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.recipe import DataSpec
from aegui.core.run_file import saved as run_file
from aegui.core.run_file.saved import SavedRun, load_run
from aegui.session.documents import document_file
from aegui.session.documents.document_file import Saving
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.session.parts import glyphs, recipe

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from pytestqt.qtbot import QtBot

    from aegui.core.file_mark import FileMark
    from aegui.core.recipe import Recipe


class Gate:
    """Holds every writing back until it is opened, and notes in which thread they were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = threading.Event()
        self.threads: list[threading.Thread] = []
        self.full_disk = False
        original = run_file.save_run

        def held(*args: Any, **options: Any) -> tuple[bytes, os.stat_result]:
            self.threads.append(threading.current_thread())
            self.opened.wait(10)
            if self.full_disk:
                raise AeguiError("The disk is full.")
            return original(*args, **options)

        monkeypatch.setattr(document_file, "save_run", held)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def saving(qtbot: QtBot) -> Iterator[Saving]:
    made = Saving()
    yield made
    made.shutdown()


@pytest.fixture
def workspace(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(
        "aegui.session.documents.document.shipped_model", lambda: tmp_path / "no.aegui"
    )
    settings = Settings.load(tmp_path / "settings.json")
    made = Workspace(settings, autosave_folder=tmp_path / "autosave")
    made.new(recipe().model_copy(update={"data": DataSpec(source="lowercase", chars="abc")}))
    yield made
    made.close()


def document(seed: int = 0) -> SavedRun:
    return SavedRun(recipe().model_copy(update={"seed": seed}), glyphs())


def seeded(workspace: Workspace, seed: int) -> Recipe:
    return workspace.recipe.model_copy(update={"seed": seed})


def test_files_are_written_one_after_another_in_another_thread(
    saving: Saving, gate: Gate, tmp_path: Path
) -> None:
    told: list[object] = []

    def tell(name: str, _mark: FileMark | None) -> None:
        told.append(name)

    for name in "abc":
        path = tmp_path / f"{name}.aegui"
        done = partial(tell, name)
        assert saving.write(path, document(ord(name)), done, told.append)
    assert saving.is_busy
    assert told == []
    gate.opened.set()
    saving.finish()
    assert told == ["a", "b", "c"]
    assert not saving.is_busy
    assert [load_run(tmp_path / f"{n}.aegui").recipe.seed for n in "abc"] == [97, 98, 99]
    assert threading.main_thread() not in gate.threads


def test_a_folder_that_is_not_there_is_told_at_once(saving: Saving, tmp_path: Path) -> None:
    failures: list[AeguiError] = []
    path = tmp_path / "no" / "a.aegui"
    assert not saving.write(path, document(), lambda _mark: None, failures.append)
    assert str(path) in str(failures[0])
    assert not saving.is_busy


def test_a_failure_does_not_keep_the_next_from_being_written(
    saving: Saving, gate: Gate, tmp_path: Path
) -> None:
    gate.full_disk = True
    told: list[object] = []
    saving.write(tmp_path / "a.aegui", document(), lambda _mark: told.append("a"), told.append)
    gate.opened.set()
    saving.finish()
    gate.full_disk = False
    saving.write(tmp_path / "b.aegui", document(), lambda _mark: told.append("b"), told.append)
    saving.finish()
    assert [str(it) for it in told] == ["The disk is full.", "b"]
    assert not (tmp_path / "a.aegui").exists()


def test_what_is_given_up_leaves_the_old_file(saving: Saving, gate: Gate, tmp_path: Path) -> None:
    path, told = tmp_path / "a.aegui", list[object]()
    gate.opened.set()
    saving.write(path, document(1), lambda _mark: told.append("done"), told.append)
    saving.finish()
    gate.opened.clear()
    saving.write(path, document(2), lambda _mark: told.append("done"), told.append)
    saving.write(path, document(3), lambda _mark: told.append("done"), told.append)
    saving.cancel_all()
    gate.opened.set()
    saving.finish()
    assert not saving.is_busy
    assert told[0] == "done"
    assert [type(it) for it in told[1:]] == [Cancelled, Cancelled]
    saving.write(tmp_path / "b.aegui", document(), lambda _mark: told.append("done"), told.append)
    saving.finish()
    assert load_run(path).recipe.seed == 1


def test_the_end_of_the_program_waits_for_what_is_written(
    qtbot: QtBot, gate: Gate, tmp_path: Path
) -> None:
    saving = Saving()
    saving.write(tmp_path / "a.aegui", document(5), lambda _mark: None, lambda _error: None)
    threading.Timer(0.05, gate.opened.set).start()
    saving.shutdown()
    assert load_run(tmp_path / "a.aegui").recipe.seed == 5


# The document


def test_a_document_is_unsaved_until_it_is_on_the_disk(
    workspace: Workspace, gate: Gate, tmp_path: Path
) -> None:
    workspace.edit_recipe(seeded(workspace, 4), "Seed")
    titles: list[tuple[str, bool]] = []
    saved: list[Path] = []
    workspace.file.title_changed.connect(lambda *title: titles.append(title))
    workspace.file.saved.connect(saved.append)
    assert workspace.save_as(tmp_path / "a.aegui")
    assert workspace.file.is_modified
    assert workspace.name == "Autoencoder on Lower case, 2 numbers"
    assert (saved, titles) == ([], [])
    gate.opened.set()
    workspace.file.saving.finish()
    assert (workspace.file.is_modified, workspace.path) == (False, tmp_path / "a.aegui")
    assert saved == [tmp_path / "a.aegui"]
    assert titles == [("a", False)]


def test_what_is_edited_meanwhile_stays_unsaved(
    workspace: Workspace, gate: Gate, tmp_path: Path
) -> None:
    workspace.edit_recipe(seeded(workspace, 4), "Seed")
    workspace.save_as(tmp_path / "a.aegui")
    workspace.edit_recipe(seeded(workspace, 5), "Seed")
    workspace.file.copy()
    gate.opened.set()
    workspace.file.saving.finish()
    assert workspace.file.is_modified
    copies = workspace.file.autosave
    copies.flush()
    # The copy against a crash is of the newer state: it must not go.
    assert load_run(copies.file).recipe.seed == 5
    assert load_run(tmp_path / "a.aegui").recipe.seed == 4
    workspace.undo_stack.undo()
    assert workspace.recipe.seed == 4
    assert not workspace.file.is_modified


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_a_saving_that_comes_to_nothing_leaves_everything_unsaved(
    workspace: Workspace, gate: Gate, tmp_path: Path, how: str
) -> None:
    workspace.edit_recipe(seeded(workspace, 4), "Seed")
    notices: list[Any] = []
    workspace.noticed.connect(notices.append)
    gate.full_disk = how == "failed"
    workspace.save_as(tmp_path / "a.aegui")
    if how == "cancelled":
        workspace.file.saving.cancel_all()
    gate.opened.set()
    workspace.file.saving.finish()
    assert workspace.file.is_modified
    assert workspace.path is None
    assert [it.text for it in notices] == (["The disk is full."] if gate.full_disk else [])


def test_another_document_does_not_take_the_name_of_the_one_being_saved(
    workspace: Workspace, gate: Gate, tmp_path: Path
) -> None:
    workspace.save_as(tmp_path / "old.aegui")
    workspace.new(recipe())
    gate.opened.set()
    workspace.file.saving.finish()
    assert (workspace.path, workspace.file.is_modified) == (None, False)
    assert (tmp_path / "old.aegui").is_file()
    assert workspace.file.recent[0] == tmp_path / "old.aegui"


def test_what_is_on_the_disk_before_it_is_given_up_is_saved(
    saving: Saving, gate: Gate, tmp_path: Path
) -> None:
    told: list[object] = []
    gate.opened.set()
    saving.write(tmp_path / "a.aegui", document(7), lambda _mark: told.append("a"), told.append)
    saving.write(tmp_path / "b.aegui", document(8), lambda _mark: told.append("b"), told.append)
    # Its thread has ended; this one has not heard of it yet.
    for thread in threading.enumerate():
        if thread.name == "aegui-save":
            thread.join(10.0)
    saving.cancel_all()
    saving.finish()
    assert [type(it) for it in told] == [Cancelled, str]
    assert told[1] == "a"
    assert load_run(tmp_path / "a.aegui").recipe.seed == 7
    assert not (tmp_path / "b.aegui").exists()
    assert not saving.is_busy
