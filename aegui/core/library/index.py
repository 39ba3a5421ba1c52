"""The index of the library: an SQLite file, which can be rebuilt from the entries.

A change is first written to the entry's own file and then here, both within one transaction. So
two programs take turns, and a program killed in between leaves an index that is out of date, never
one that contains more than the files.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.core.errors import AeguiError
from aegui.core.folding import folded
from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.library.entry import LibraryEntry, flattened, shown_time, spreads_of
from aegui.core.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SCHEMA = 2
"""Version 1 had whole recipes in place of settings, names for keys, and a case-sensitive search."""
WAIT_SECONDS = 10.0
"""Seconds to wait for another program's transaction."""

_VERSION_1 = """
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
"""
_COPIED = (
    "id, kind, name, note, starred, created, parent, study, setting, trashed, shed, data, samples, "
    "runs, bytes, missing, stamp"
)
_VERSION_2 = f"""
DROP INDEX entries_by_study;
DROP INDEX entries_by_time;
DROP INDEX tags_by_tag;
DROP INDEX figures_by_key;
ALTER TABLE entries RENAME TO old_entries;
ALTER TABLE tags RENAME TO old_tags;
ALTER TABLE figures RENAME TO old_figures;
ALTER TABLE thumbnails RENAME TO old_thumbnails;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
    note TEXT NOT NULL, starred INTEGER NOT NULL, created TEXT NOT NULL, parent TEXT NOT NULL,
    study TEXT NOT NULL, setting TEXT NOT NULL, trashed TEXT NOT NULL, shed TEXT NOT NULL,
    data TEXT NOT NULL, samples INTEGER NOT NULL, runs INTEGER NOT NULL, bytes INTEGER NOT NULL,
    missing INTEGER NOT NULL, stamp TEXT NOT NULL, folded TEXT NOT NULL
);
CREATE TABLE tags (
    entry INTEGER NOT NULL REFERENCES entries(number) ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (entry, tag)
) WITHOUT ROWID;
CREATE TABLE figures (
    entry INTEGER NOT NULL REFERENCES entries(number) ON DELETE CASCADE, key TEXT NOT NULL,
    count INTEGER NOT NULL, mean REAL NOT NULL, squares REAL NOT NULL, low REAL NOT NULL,
    high REAL NOT NULL, PRIMARY KEY (key, entry)
) WITHOUT ROWID;
CREATE TABLE settings (
    entry INTEGER NOT NULL REFERENCES entries(number) ON DELETE CASCADE, path TEXT NOT NULL, value,
    PRIMARY KEY (path, entry)
) WITHOUT ROWID;
CREATE TABLE thumbnails (
    entry INTEGER PRIMARY KEY REFERENCES entries(number) ON DELETE CASCADE, png BLOB NOT NULL
);
CREATE INDEX entries_by_study ON entries (study);
CREATE INDEX tags_by_tag ON tags (tag);
CREATE INDEX figures_by_entry ON figures (entry);
CREATE INDEX settings_by_entry ON settings (entry);
INSERT INTO entries ({_COPIED}, folded) SELECT {_COPIED}, '' FROM old_entries;
INSERT INTO tags SELECT number, tag FROM old_tags JOIN entries ON id = entry;
INSERT INTO figures SELECT number, key, count, mean, squares, low, high
    FROM old_figures JOIN entries ON id = entry;
INSERT INTO thumbnails SELECT number, png FROM old_thumbnails JOIN entries ON id = entry
"""
_DROPPED = ("old_tags", "old_figures", "old_thumbnails", "old_entries")
_RETRY_SECONDS = 0.05
_NETWORKED = ("nfs", "cifs", "smb", "afs", "9p", "fuse.sshfs", "lustre", "gpfs", "beegfs", "ncpfs")
_MOUNTS = Path("/proc/self/mounts")
_SEPARATOR = "\x1f"


class BrokenIndex(AeguiError):
    """The index is damaged: it has to be renamed and rebuilt."""


def open_index(path: Path | None, *, vfs: str = "") -> sqlite3.Connection:
    """Open the index at ``path``, creating or migrating it if necessary; None: in memory.

    Args:
        path: Path of the index.
        vfs: SQLite's virtual file system; empty for its default.

    Raises:
        BrokenIndex: It is damaged.
        AeguiError: It cannot be opened or written, is locked, or has a newer version.
    """
    with in_words(path or Path()):
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                return _connected(path, vfs)
            except sqlite3.OperationalError as error:
                # A change of the journal mode fails at once while another program does the same:
                # SQLite does not wait (https://www.sqlite.org/wal.html,
                # "Sometimes Queries Return").
                name = getattr(error, "sqlite_errorname", "")
                if not name.startswith("SQLITE_BUSY") or time.monotonic() > until:
                    raise
            time.sleep(_RETRY_SECONDS)


def _connected(path: Path | None, vfs: str) -> sqlite3.Connection:
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    else:
        query = f"?vfs={vfs}" if vfs else ""
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}{query}",
            timeout=WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
    try:
        _set_up(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("folded", 1, _folded_value, deterministic=True)
    connection.create_function("shown_time", 1, shown_time)
    if path is not None:
        choose_journal(connection, networked=is_networked(path.parent))
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found is None or found[0] != "ok":
            raise BrokenIndex(str(found))
    if _version(connection) != SCHEMA:
        _migrate(connection, path)


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    with exclusive_transaction(connection):
        version = _version(connection)
        if version > SCHEMA:
            raise AeguiError(
                tr(
                    "The library in {folder} was used by a newer version of the program (index "
                    "{theirs}, this one knows up to {ours}): use that version, or another folder.",
                    folder="" if path is None else path.parent,
                    theirs=version,
                    ours=SCHEMA,
                )
            )
        for step in range(version, SCHEMA):
            _MIGRATIONS[step](connection)
        if version < SCHEMA:
            connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def choose_journal(connection: sqlite3.Connection, *, networked: bool) -> str:
    """Set a write-ahead log if the file system supports it, else a rollback journal; return which.

    Over a network the log would need memory shared by two machines.
    """
    journal_mode = "DELETE" if networked else "WAL"
    mode = str(connection.execute(f"PRAGMA journal_mode = {journal_mode}").fetchone()[0]).lower()
    if mode != "wal" and mode != "delete":
        mode = str(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]).lower()
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")
    return mode


def is_networked(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Return whether ``folder`` is on another machine, as far as the system reports it."""
    if sys.platform == "win32":
        return str(folder.absolute()).startswith("\\\\")
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return False
    real = folder.resolve()
    kind, longest = "", -1
    for line in lines:
        parts = line.split()
        if len(parts) > 2:
            place = Path(parts[1].replace("\\040", " "))
            if real.is_relative_to(place) and len(place.parts) >= longest:
                kind, longest = parts[2], len(place.parts)
    return kind.startswith(_NETWORKED)


@contextlib.contextmanager
def exclusive_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Context manager of an exclusive transaction, rolled back on any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Context manager that turns errors of SQLite into messages.

    Raises:
        BrokenIndex: The file is damaged.
        AeguiError: Any other error.
    """
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        values = {"folder": path.parent}
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            text = tr(
                "The library in {folder} is locked by another program: close that one, then try "
                "again.",
                **values,
            )
        elif name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise BrokenIndex(
                tr("The index of the library in {folder} is damaged.", **values)
            ) from error
        elif name.startswith("SQLITE_FULL"):
            text = tr("The library in {folder} could not be written: no space left.", **values)
        elif name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            text = tr("The library in {folder} is read-only.", **values)
        else:
            text = tr(
                "The library in {folder} could not be used: {reason}.", reason=error, **values
            )
        raise AeguiError(text) from error


def put(
    connection: sqlite3.Connection, entry: LibraryEntry, *, stamp: str, size: int, missing: bool
) -> None:
    """Write ``entry`` to the index.

    Args:
        connection: The index.
        entry: The entry.
        stamp: Stamp of its files, to detect changes.
        size: Size of its files in bytes.
        missing: Whether its file should exist but does not.
    """
    columns = {name: getattr(entry, name) for name in _FIELDS} | {
        "runs": len(entry.seeds),
        "bytes": size,
        "missing": missing,
        "stamp": stamp,
        "folded": _folded_of(entry.model_dump(include=set(_SEARCHED))),
    }
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    connection.execute(
        f"INSERT INTO entries ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}",
        tuple(columns.values()),
    )
    number = connection.execute("SELECT number FROM entries WHERE id = ?", (entry.id,)).fetchone()[
        0
    ]
    for of_entry in ("tags", "figures", "settings", "thumbnails"):
        connection.execute(f"DELETE FROM {of_entry} WHERE entry = ?", (number,))
    connection.executemany(
        "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in entry.tags]
    )
    connection.executemany(
        "INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, key, one.count, one.mean, one.squares, one.low, one.high)
            for key, one in spreads_of(entry).items()
        ],
    )
    _put_settings(connection, number, entry.recipe, entry.environment)


@cache
def default_settings() -> Mapping[str, Any]:
    """Return the default values of a recipe by path, which are not stored."""
    return flattened(Recipe().model_dump(mode="json"))


def stored(value: Any) -> Any:
    """Return a value of a recipe as SQLite compares it: lists as their JSON."""
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value) if isinstance(value, list | tuple | dict) else value


_FIELDS = (
    *("id", "kind", "name", "note", "starred", "created", "parent", "study", "setting"),
    *("trashed", "shed", "data", "samples"),
)
"""Columns that are fields of the entry."""
_SEARCHED = ("id", "name", "note", "tags", "setting", "data", "study")
ENVIRONMENT = "environment"
"""Prefix of the paths of values of the environment."""
_NOT_SETTINGS = {"format", "version", "name", "notes"}


def _folded_value(value: Any) -> str | None:
    """Return a value of a column for a search; NULL contains nothing."""
    return None if value is None else folded(str(value))


def _folded_of(fields: Mapping[str, Any]) -> str:
    words: Iterable[Any] = (fields.get(name) or "" for name in _SEARCHED)
    texts = (" ".join(it) if isinstance(it, list | tuple) else str(it) for it in words)
    return folded(_SEPARATOR.join(texts))


def _put_settings(
    connection: sqlite3.Connection,
    number: int,
    recipe: Mapping[str, Any],
    environment: Mapping[str, Any],
) -> None:
    usual = default_settings()
    found = {
        path: value
        for path, value in flattened(recipe).items()
        if path not in _NOT_SETTINGS and (path not in usual or usual[path] != value)
    }
    found |= flattened(environment, ENVIRONMENT)
    connection.executemany(
        "INSERT INTO settings VALUES (?, ?, ?)",
        [(number, path, stored(value)) for path, value in found.items()],
    )


def _with_settings(connection: sqlite3.Connection) -> None:
    """Migrate to version 2: values of recipes and environments are columns, search folds case."""
    _run(connection, _VERSION_2)
    rows = connection.execute(
        "SELECT number, entries.id, entries.name, entries.note, entries.setting, entries.data, "
        "entries.study, recipe, environment FROM entries JOIN old_entries USING (id)"
    ).fetchall()
    for number, id, name, note, setting, data, study, recipe, environment in rows:
        found = connection.execute("SELECT tag FROM tags WHERE entry = ?", (number,))
        fields = {
            "id": id,
            "name": name,
            "note": note,
            "tags": [tag for (tag,) in found],
            "setting": setting,
            "data": data,
            "study": study,
        }
        connection.execute(
            "UPDATE entries SET folded = ? WHERE number = ?", (_folded_of(fields), number)
        )
        _put_settings(connection, number, from_json(recipe), from_json(environment))
    for table in _DROPPED:
        connection.execute(f"DROP TABLE {table}")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Execute each statement; ``executescript`` would commit the transaction first."""
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)


_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {
    0: lambda connection: _run(connection, _VERSION_1),
    1: _with_settings,
}
"""Version -> function that migrates an index of that version to the next."""
