"""The index alone: versions, damage, file systems, other programs, a full disk."""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import TYPE_CHECKING

import pytest

from aegui.core.errors import AeguiError
from aegui.core.library import index
from aegui.core.library.index import (
    SCHEMA,
    BrokenIndex,
    choose_journal,
    in_words,
    is_networked,
    open_index,
)
from aegui.core.library.library import Library
from aegui.core.library.query import Condition, LibraryQuery
from tests.core.library.made import entry, recipe, saved_run

if TYPE_CHECKING:
    from pathlib import Path

VERSION_1 = """
CREATE TABLE entries (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, note TEXT NOT NULL,
    starred INTEGER NOT NULL, created TEXT NOT NULL, parent TEXT NOT NULL, study TEXT NOT NULL,
    setting TEXT NOT NULL, trashed TEXT NOT NULL, shed TEXT NOT NULL, data TEXT NOT NULL,
    samples INTEGER NOT NULL, runs INTEGER NOT NULL, recipe TEXT NOT NULL,
    environment TEXT NOT NULL, bytes INTEGER NOT NULL, missing INTEGER NOT NULL,
    stamp TEXT NOT NULL
);
CREATE TABLE tags (
    entry TEXT NOT NULL REFERENCES entries(id) ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (entry, tag)
) WITHOUT ROWID;
CREATE TABLE figures (
    entry TEXT NOT NULL REFERENCES entries(id) ON DELETE CASCADE, key TEXT NOT NULL,
    count INTEGER NOT NULL, mean REAL NOT NULL, squares REAL NOT NULL, low REAL NOT NULL,
    high REAL NOT NULL, PRIMARY KEY (entry, key)
) WITHOUT ROWID;
CREATE TABLE thumbnails (
    entry TEXT PRIMARY KEY REFERENCES entries(id) ON DELETE CASCADE, png BLOB NOT NULL
);
CREATE INDEX entries_by_study ON entries (study);
CREATE INDEX entries_by_time ON entries (created);
CREATE INDEX tags_by_tag ON tags (tag);
CREATE INDEX figures_by_key ON figures (key, mean);
PRAGMA user_version = 1;
"""


def version_1(path: Path) -> None:
    """Return an index as version 1 wrote it, with one run."""
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    one = json.dumps(recipe("old", loss="mse").model_dump(mode="json"))
    connection.execute(
        "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        ("abc", "run", "Añejo", "nota", 1, "2026-01-01", "", "", "", "", "", "lowercase", 32, 1,
         one, "{}", 10, 0, "stamp"),
    )  # fmt: skip
    connection.execute("INSERT INTO tags VALUES ('abc', 'old')")
    connection.execute("INSERT INTO figures VALUES ('abc', 'wrong', 1, 2.5, 0, 2.5, 2.5)")
    connection.commit()
    connection.close()


def test_an_index_of_version_1_becomes_one_of_today(tmp_path: Path) -> None:
    version_1(tmp_path / "index.sqlite3")
    connection = open_index(tmp_path / "index.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    assert connection.execute("SELECT name, starred, stamp FROM entries").fetchall() == [
        ("Añejo", 1, "stamp")
    ]
    assert connection.execute("SELECT mean FROM figures").fetchall() == [(2.5,)]
    (folded,) = connection.execute("SELECT folded FROM entries").fetchone()
    assert "anejo" in folded
    assert "old" in folded
    settings = dict(connection.execute("SELECT path, value FROM settings"))
    assert settings == {"training.loss": "mse", "training.epochs": 10}
    connection.close()
    # And it has the tables that a new one has.
    fresh = open_index(None)
    migrated = sqlite3.connect(tmp_path / "index.sqlite3")
    names = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name"
    assert fresh.execute(names).fetchall() == migrated.execute(names).fetchall()
    for one in (fresh, migrated):
        one.close()


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.sqlite3"
    version_1(path)

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE tags")
        raise AeguiError("no")

    monkeypatch.setitem(index._MIGRATIONS, 1, fail)
    with pytest.raises(AeguiError, match="no"):
        open_index(path)
    monkeypatch.undo()
    connection = open_index(path)
    assert connection.execute("SELECT tag FROM tags").fetchall() == [("old",)]
    connection.close()


def test_a_library_with_an_index_of_version_1(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        kept = library.keep(saved_run("letters", loss="mse"), tags=("x",))
    (tmp_path / "index.sqlite3").unlink()
    version_1(tmp_path / "index.sqlite3")
    with Library(tmp_path) as library:
        query = LibraryQuery(where=(Condition("training.loss", "=", "mse"),))
        # What is only in the index, and in no file, is not there.
        assert [row.id for row in library.rows(query)] == [kept.id]


def test_an_index_of_a_newer_version_is_refused_and_left(tmp_path: Path) -> None:
    with Library(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / "index.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(AeguiError, match=r"newer version of the program \(index 99"):
        Library(tmp_path)
    connection = sqlite3.connect(tmp_path / "index.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone() == (99,)
    connection.close()


@pytest.mark.parametrize("damage", ["no database", "a hole", "cut"])
def test_a_damaged_index_is_set_aside_and_made_anew(tmp_path: Path, damage: str) -> None:
    with Library(tmp_path) as library:
        for n in range(60):
            library.keep_entry(entry(f"run {n}", note="x" * 400))
        kept = library.rows(columns=("name", "wrong"))
    path = tmp_path / "index.sqlite3"
    whole = path.read_bytes()
    if damage == "no database":
        path.write_bytes(b"this is no database at all, but a text" * 100)
    elif damage == "a hole":
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + b"\xff" * 8192 + whole[middle + 8192 :])
    else:
        path.write_bytes(whole[: len(whole) // 2])
    broken = path.read_bytes()
    with Library(tmp_path) as library:
        assert library.rows(columns=("name", "wrong")) == kept
        assert "was damaged: it is index-damaged-" in library.notes[0]
    (aside,) = tmp_path.glob("index-damaged-*.sqlite3")
    assert aside.read_bytes() == broken
    with Library(tmp_path) as library:
        assert library.notes == []


def test_a_log_is_written_ahead_where_that_works(tmp_path: Path) -> None:
    connection = open_index(tmp_path / "index.sqlite3")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a layer of other systems")
def test_where_a_log_cannot_be_written_ahead_every_change_waits_for_the_disk(
    tmp_path: Path,
) -> None:
    """Uses an SQLite VFS without shared memory, as on some file systems."""
    with Library(tmp_path, vfs="unix-dotfile") as library:
        library.keep_entry(entry("one"))
        assert library._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert library._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert [row.values for row in library.rows(columns=("name",))] == [("one",)]


def test_over_a_network_no_log_is_written_ahead(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None)
    assert choose_journal(connection, networked=False) == "wal"
    assert choose_journal(connection, networked=True) == "delete"
    connection.close()


def test_what_is_on_another_machine(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    home = tmp_path / "home"
    (home / "me").mkdir(parents=True)
    real = home.resolve()
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/home {real} nfs4 rw 0 0\n")
    assert is_networked(home / "me", mounts)
    assert not is_networked(tmp_path, mounts)
    mounts.write_text(f"server:/ {tmp_path.resolve()} nfs4 rw 0 0\n/dev/sdb {real} ext4 rw 0 0\n")
    assert not is_networked(home / "me", mounts)
    assert not is_networked(home, tmp_path / "nothing")


def test_a_library_that_another_program_does_not_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "WAIT_SECONDS", 0.05)
    with Library(tmp_path) as library:
        kept = library.keep_entry(entry("one"))
        other = sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AeguiError, match="locked by another program"):
            library.edit(kept.id, name="two")
        # Nothing is half changed, and reading goes on.
        assert library.entry(kept.id) == kept
        assert library.rows(columns=("name",))[0].values == ("one",)
        other.execute("ROLLBACK")
        other.close()
        library.edit(kept.id, name="two")
        assert library.rows(columns=("name",))[0].values == ("two",)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        kept = library.keep_entry(entry("one"))
        pages = library._connection.execute("PRAGMA page_count").fetchone()[0]
        library._connection.execute(f"PRAGMA max_page_count = {pages}")

        def fill() -> None:
            for n in range(100):
                library.keep_entry(entry(f"run {n}", note="x" * 2_000))

        with pytest.raises(AeguiError, match="no space left"):
            fill()
        assert library.rows(columns=("name",))[-1].id == kept.id
        known = len(library.rows())
    with Library(tmp_path) as library:
        # The one that only the index had no room for is there as well.
        assert len(library.rows()) == known + 1


def test_what_else_goes_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(AeguiError, match="could not be used: no such table"), in_words(tmp_path):
        connection.execute("SELECT * FROM absent")
    connection.close()
    (tmp_path / "folder.sqlite3").mkdir()
    with pytest.raises(AeguiError, match="is read-only"):
        open_index(tmp_path / "folder.sqlite3")
    (tmp_path / "text.sqlite3").write_text("text" * 1_000)
    with pytest.raises(BrokenIndex):
        open_index(tmp_path / "text.sqlite3")
