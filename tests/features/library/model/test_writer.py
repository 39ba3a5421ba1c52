"""Library operations on their thread: in order, undone, refused in words, never lost."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

import pytest

from aegui.core.errors import Cancelled
from aegui.core.library.index import BrokenIndex
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.features.library.model.writer import LibraryWriter, UndoStep
from aegui.paths import library_dir
from aegui.session.jobs.derived import Derived
from tests.core.library.made import entry, saved_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LibraryWriter]:
    made = LibraryWriter()
    yield made
    made.shutdown()


def settled(qtbot: QtBot, desk: LibraryWriter) -> None:
    qtbot.waitUntil(lambda: not desk.is_busy)


def names(*, trashed: bool = False) -> list[str]:
    with Library() as library:
        query = LibraryQuery(trashed=trashed, sort="name", descending=False)
        return [row.values[0] for row in library.rows(query, ("name",))]


def test_what_is_asked_for_in_a_row_is_all_done(qtbot: QtBot, desk: LibraryWriter) -> None:
    kept: list[str] = []
    for n in range(5):
        desk.keep(saved_run(f"run {n}"), lambda made: kept.append(made.name), tags=("x",))
    settled(qtbot, desk)
    assert kept == [f"run {n}" for n in range(5)]
    assert names() == kept


def test_what_is_given_up_with_all_work_at_the_end_is_kept_all_the_same(
    desk: LibraryWriter,
) -> None:
    kept: list[object] = []
    desk.keep(saved_run(), kept.append)
    desk.do("second", lambda *_: "done", kept.append)
    for derived in desk.findChildren(Derived):
        derived.forget()
    assert desk.finish()
    assert len(kept) == 2
    assert kept[1] == "done"


def test_the_end_of_the_program_waits_for_what_is_to_be_kept(desk: LibraryWriter) -> None:
    for n in range(3):
        desk.keep(saved_run(f"run {n}"), lambda made: None)
    desk.shutdown()
    assert names() == ["run 0", "run 1", "run 2"]


def test_changes_are_undone_one_after_another(qtbot: QtBot, desk: LibraryWriter) -> None:
    with Library() as library:
        ids = [library.keep_entry(entry(name, tags=("old",))).id for name in ("a", "b")]
    desk.edit(ids, {"starred": True}, "Stars")
    desk.edit(ids[:1], {"tags": ("new",), "note": "said"}, "Words")
    desk.trash(ids, "Trash", lambda step: None)
    settled(qtbot, desk)
    assert names() == []
    assert desk.undo_text == "Trash"
    # Changes of other fields by another program are kept.
    with Library() as library:
        library.edit(ids[0], name="renamed")
    for left in ("Words", "Stars", ""):
        desk.undo()
        assert desk.undo_text == left
    settled(qtbot, desk)
    with Library() as library:
        first, second = map(library.entry, ids)
    assert (first.name, first.tags, first.note, first.starred) == ("renamed", ("old",), "", False)
    assert (second.starred, second.trashed) == (False, "")
    desk.undo()
    assert not desk.is_busy


def test_one_step_is_undone_whatever_came_after_it(qtbot: QtBot, desk: LibraryWriter) -> None:
    with Library() as library:
        id = library.keep_entry(entry("a")).id
    steps: list[UndoStep] = []
    desk.trash([id], "Trash", steps.append)
    assert not steps, "not before it is done"
    desk.edit([id], {"starred": True}, "Star")
    settled(qtbot, desk)
    for _ in range(2):
        desk.undo_step(steps[0])
        assert desk.undo_text == "Star", "the second time it has no effect"
    settled(qtbot, desk)
    with Library() as library:
        assert (library.entry(id).trashed, library.entry(id).starred) == ("", True)


def test_what_a_failed_change_has_done_is_undone(qtbot: QtBot, desk: LibraryWriter) -> None:
    with Library() as library:
        id = library.keep_entry(entry("a")).id
    desk.edit([id, "nothere"], {"starred": True}, "Stars")
    settled(qtbot, desk)
    assert desk.undo_text == "Stars"
    desk.undo()
    settled(qtbot, desk)
    with Library() as library:
        assert not library.entry(id).starred


def test_an_undo_that_fails_can_be_repeated(
    qtbot: QtBot, desk: LibraryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aegui.core.library.index.WAIT_SECONDS", 0.05)
    with Library() as library:
        id = library.keep_entry(entry("a")).id
    desk.edit([id], {"starred": True}, "Star")
    settled(qtbot, desk)
    other = sqlite3.connect(library_dir() / "index.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.undo()
    settled(qtbot, desk)
    other.execute("ROLLBACK")
    other.close()
    assert desk.undo_text == "Star"
    desk.undo()
    settled(qtbot, desk)
    with Library() as library:
        assert not library.entry(id).starred


def test_undo_leaves_out_entries_that_have_been_deleted(qtbot: QtBot, desk: LibraryWriter) -> None:
    with Library() as library:
        ids = [library.keep_entry(entry(name)).id for name in ("a", "b")]
    reasons: list[str] = []
    desk.failed.connect(reasons.append)
    desk.edit(ids, {"starred": True}, "Stars")
    desk.trash(ids[:1], "Trash", lambda step: None)
    desk.empty_trash(lambda freed: None)
    settled(qtbot, desk)
    for left in ("Stars", ""):
        desk.undo()
        assert desk.undo_text == left
    settled(qtbot, desk)
    assert reasons == []
    with Library() as library:
        assert not library.entry(ids[1]).starred


def test_only_the_best_of_each_study_and_back(qtbot: QtBot, desk: LibraryWriter) -> None:
    with Library() as library:
        ids = [
            library.keep(saved_run(str(n), wrong=((n, n, n, n),)), study="s").id for n in range(3)
        ]
    steps: list[UndoStep] = []
    desk.keep_best("wrong", low=True, text="Best", done=steps.append)
    settled(qtbot, desk)
    assert [sorted(step.before) for step in steps] == [sorted(ids[1:])]
    # Their entries remain, and are in the trash too, which holds their files.
    assert names() == ["0", "1", "2"]
    assert names(trashed=True) == ["1", "2"]
    desk.undo()
    settled(qtbot, desk)
    assert names(trashed=True) == []
    desk.keep_best("wrong", low=True, text="Best", done=steps.append)
    freed: list[int] = []
    desk.empty_trash(freed.append)
    settled(qtbot, desk)
    assert freed[0] > 0
    with Library() as library:
        assert [library.path(id).exists() for id in ids] == [True, False, False]


def test_a_refusal_is_told_and_what_comes_after_it_is_done(
    qtbot: QtBot, desk: LibraryWriter
) -> None:
    reasons: list[str] = []
    desk.failed.connect(reasons.append)
    desk.edit(["nothere"], {"name": "x"}, "Name")
    desk.keep(saved_run("after"), lambda made: None)
    settled(qtbot, desk)
    assert len(reasons) == 1
    assert "nothere is no longer in the library" in reasons[0]
    assert desk.undo_text == ""
    assert names() == ["after"]


def test_a_locked_library_is_one_message_and_nothing_is_lost(
    qtbot: QtBot, desk: LibraryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aegui.core.library.index.WAIT_SECONDS", 0.05)
    with Library() as library:
        library.keep_entry(entry("before"))
    reasons: list[str] = []
    desk.failed.connect(reasons.append)
    other = sqlite3.connect(library_dir() / "index.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.keep(saved_run("kept"), lambda made: None)
    settled(qtbot, desk)
    other.execute("ROLLBACK")
    other.close()
    assert len(reasons) == 1
    assert "is locked by another program" in reasons[0]
    # The run file was on disk before the index was used: the next refresh finds it.
    assert names() == ["before", "kept"]


def test_an_index_that_breaks_while_it_is_open_is_opened_anew(
    qtbot: QtBot, desk: LibraryWriter
) -> None:
    """SQLite reports damage only on access: then the operation is repeated."""
    desk.keep(saved_run("first"), lambda made: None)
    seen: list[object] = []

    def act(library: Library, _report: object, _cancelled: object) -> None:
        seen.append(library)
        if len(seen) == 1:
            library.close()
            (library_dir() / "index.sqlite3").write_bytes(b"no database at all" * 500)
            raise BrokenIndex("damaged")
        library.keep_entry(entry("second"))

    desk.do("breaks", act)
    settled(qtbot, desk)
    assert len(seen) == 2
    assert seen[0] is not seen[1]
    assert names() == ["first", "second"]
    assert list(library_dir().glob("index-damaged-*"))


def test_what_is_given_up_leaves_the_rest_to_be_done(qtbot: QtBot, desk: LibraryWriter) -> None:
    done: list[str] = []

    def endless(library: object, report: object, cancelled: object) -> None:
        desk_is_asked.append(1)
        while not cancelled():  # type: ignore[operator]
            pass
        raise Cancelled

    desk_is_asked: list[int] = []
    desk.do("endless", endless, lambda _none: done.append("endless"))
    desk.keep(saved_run("after"), lambda made: done.append(made.name))
    qtbot.waitUntil(lambda: bool(desk_is_asked))
    desk.cancel()
    settled(qtbot, desk)
    assert done == ["after"]


def test_a_full_disk_is_one_message_and_nothing_is_half_kept(
    qtbot: QtBot, desk: LibraryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keep(saved_run("before"), lambda made: None)
    settled(qtbot, desk)
    files = sorted((library_dir() / "runs").iterdir())

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    reasons: list[str] = []
    kept: list[object] = []
    desk.failed.connect(reasons.append)
    with monkeypatch.context() as patch:
        patch.setattr("aegui.core.atomic.os.fsync", full)
        desk.keep(saved_run("too large"), kept.append)
        settled(qtbot, desk)
    assert len(reasons) == 1
    assert "could not be written" in reasons[0]
    assert kept == []
    assert sorted((library_dir() / "runs").iterdir()) == files
    # With free space it works again.
    desk.keep(saved_run("after"), lambda made: None)
    settled(qtbot, desk)
    assert names() == ["after", "before"]
