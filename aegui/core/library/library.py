"""The library: all kept runs and studies, with their names, notes and tags.

A folder of files is the source of truth: for each entry its run file ``ID.aegui`` and beside it
``ID.json`` with name, note, tags, recipe and figures. The index makes them searchable. Several
programs may use one library at once, and any of them may be killed at any moment without losing
what was kept.

A ``Library`` is used by one thread at a time; concurrent threads open their own.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from aegui.core.data.progress import Progress
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr, trn
from aegui.core.library.entry import (
    LibraryEntry,
    NewerEntry,
    environment,
    legend_entry_of,
    now,
    read_entry,
    spreads_of,
    write_entry,
)
from aegui.core.library.files import (
    BESIDE,
    STUDY,
    LibraryFiles,
    identity,
    set_aside,
    stamp_text,
    unlinked,
)
from aegui.core.library.index import BrokenIndex, exclusive_transaction, in_words, open_index, put
from aegui.core.library.query import Condition, LibraryQuery, count_of, groups_of, rows_of
from aegui.core.library_messages import document_reason
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.file import recipe_from
from aegui.core.run_file.archive import Archive
from aegui.core.run_file.saved import SUFFIX, THUMBNAIL, load_run, save_run
from aegui.paths import library_dir

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.files import Stamp
    from aegui.core.library.query import LibraryGroup, LibraryRow
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.data import MayRead
    from aegui.core.run_file.saved import SavedRun

INDEX = "index.sqlite3"
_BATCH = 500
_MAX_THUMBNAIL = 8 << 20


@dataclass(frozen=True)
class DiskUse:
    """Disk use of the library."""

    size: int
    """Bytes of all entries, including those in the trash."""
    trash: int
    """Bytes that emptying the trash would free."""
    limit: int
    """Size limit in bytes that the user has set."""

    @property
    def is_over(self) -> bool:
        """Whether it exceeds its limit."""
        return self.size > self.limit


class Library:
    """An open library.

    Args:
        folder: Its folder, created if missing; None for the one in the user's data folder.
        read_only: Never write to it; implied if the folder cannot be written.
        report: Called with the progress if the index has to be rebuilt.
        cancelled: Polled for cancellation of that.
        vfs: SQLite's virtual file system; empty for its default.

    Raises:
        AeguiError: It cannot be used: locked, no folder, or of a newer version.
        Cancelled: ``cancelled`` returned True.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        read_only: bool = False,
        report: Report | None = None,
        cancelled: IsCancelled | None = None,
        vfs: str = "",
    ) -> None:
        self.folder = library_dir() if folder is None else folder
        """Its folder."""
        self.notes: list[str] = []
        """Messages about its opening, such as that the index was damaged."""
        self._files = LibraryFiles(self.folder)
        self._index = self.folder / INDEX
        self.read_only = read_only or not self._files.create_folder()
        """Whether nothing can be changed in it."""
        self._connection = self._opened(vfs)
        try:
            self.refresh(report, cancelled)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Library:
        """The library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the library."""
        self._connection.close()

    # What is in it

    def rows(
        self, query: LibraryQuery | None = None, columns: Sequence[str] = ()
    ) -> list[LibraryRow]:
        """Return the entries that match ``query``, with the values of ``columns``.

        Raises:
            AeguiError: A column is unknown, or the index cannot be read.
        """
        with in_words(self._index):
            return rows_of(self._connection, query or LibraryQuery(), columns)

    def groups(
        self, query: LibraryQuery, by: str, figures: Sequence[str] = ("wrong", "loss")
    ) -> list[LibraryGroup]:
        """Return the same entries, grouped by the values of the column ``by``.

        Raises:
            AeguiError: A column is unknown, or the index cannot be read.
        """
        with in_words(self._index):
            return groups_of(self._connection, query, by, figures)

    def count(self, query: LibraryQuery) -> int:
        """Return the number of entries that match ``query``, ignoring its limit.

        Raises:
            AeguiError: A column is unknown, or the index cannot be read.
        """
        with in_words(self._index):
            return count_of(self._connection, query)

    def data_version(self) -> int:
        """Return a number that changes when another program changes the index."""
        with in_words(self._index):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def tags(self) -> dict[str, int]:
        """Return every tag with its number of entries, the most frequent first."""
        with in_words(self._index):
            found = self._connection.execute(
                "SELECT tag, count(*) FROM tags JOIN entries ON entries.number = tags.entry "
                "WHERE trashed = '' GROUP BY tag ORDER BY 2 DESC, tag"
            )
            return {str(tag): int(count) for tag, count in found}

    def find(self, name: str) -> str:
        """Return the id of the entry ``name``: an id, its beginning, or the name of one entry.

        Raises:
            AeguiError: There is none, or there are several.
        """
        with in_words(self._index):
            for sql, value in (
                ("SELECT id FROM entries WHERE id = ?", name),
                ("SELECT id FROM entries WHERE substr(id, 1, length(?1)) = ?1 LIMIT 6", name),
                ("SELECT id FROM entries WHERE name = ? AND trashed = '' LIMIT 6", name),
            ):
                found = [id for (id,) in self._connection.execute(sql, (value,))] if name else []
                if len(found) == 1:
                    return str(found[0])
                if found:
                    raise AeguiError(
                        tr(
                            "{name} is not clear: it may be {ids}. Give more of the id.",
                            name=name,
                            ids=", ".join(found[:5]) + (", …" if len(found) > 5 else ""),
                        )
                    )
        raise AeguiError(
            tr(
                'There is no {name} in the library: "aegui runs list" shows what there is.',
                name=name or '""',
            )
        )

    def entry(self, id: str) -> LibraryEntry:
        """Return an entry.

        Raises:
            AeguiError: There is none, or its files are missing.
        """
        if self.path(id, BESIDE).exists():
            return read_entry(self.path(id, BESIDE))
        if self.path(id).exists():
            return self._adopted(id)
        raise AeguiError(
            tr("{id} is no longer in the library in {folder}.", id=id, folder=self.folder)
        )

    def path(self, id: str, suffix: str = SUFFIX) -> Path:
        """Return the path of an entry's file with ``suffix``, by default its run file."""
        return self._files.path(id, suffix)

    def load(self, id: str, may_read: MayRead | None = None) -> SavedRun:
        """Return the whole run of an entry.

        Raises:
            AeguiError: It has no file, or that cannot be read.
        """
        path = self.path(id)
        if not path.exists():
            entry = self.entry(id)
            if entry.has_file:
                raise ReadError(
                    tr(
                        "The run file of {name} is missing: {file}. Its recipe and figures are "
                        "still there.",
                        name=entry.name or id,
                        file=path,
                    )
                )
            raise ReadError(
                tr(
                    "Only recipe and figures of {name} were kept: train the recipe again to see "
                    "its network.",
                    name=entry.name or id,
                )
            )
        return load_run(path, may_read)

    def same(self, run: SavedRun) -> str:
        """Return the id of the entry of the same training, not in the trash; empty without one.

        Its recipe, samples and figures are those of ``run``, the seconds that it took included.

        Raises:
            AeguiError: The index or an entry cannot be read.
        """
        wanted = _checked(legend_entry_of, run)
        means = {key: one.mean for key, one in spreads_of(wanted).items()}
        known = {"data": wanted.data, "samples": wanted.samples, "runs": len(wanted.seeds), **means}
        where = tuple(Condition(column, "=", value) for column, value in known.items())
        for row in self.rows(LibraryQuery(kind="run", where=where)):
            found = self.entry(row.id)
            if (found.recipe, found.seeds) == (wanted.recipe, wanted.seeds):
                return row.id
        return ""

    def recipe(self, id: str) -> Recipe:
        """Return the recipe of an entry.

        Raises:
            AeguiError: It has none.
        """
        return recipe_from(self.entry(id).recipe, where=id)

    def size(self, id: str) -> int:
        """Return the disk use of an entry's files in bytes."""
        return sum(size for size, _ in self._files.stamp(id).values())

    def thumbnail(self, id: str) -> bytes | None:
        """Return a PNG with reconstructions of some samples; None if there is no file."""
        with in_words(self._index):
            found = self._connection.execute(
                "SELECT png FROM thumbnails JOIN entries ON number = entry WHERE id = ?", (id,)
            ).fetchone()
        if found is not None:
            return bytes(found[0])
        try:
            with Archive(self.path(id)) as archive:
                picture = bytes(archive.read(THUMBNAIL, _MAX_THUMBNAIL))
        except ReadError:
            return None
        if not self.read_only:
            with contextlib.suppress(AeguiError):  # it can be read again
                self._remember(id, picture)
        return picture

    # What is put into it

    def keep(
        self,
        run: SavedRun,
        *,
        compact: bool = False,
        cancelled: IsCancelled | None = None,
        **known: Any,
    ) -> LibraryEntry:
        """Add a run with its file.

        Args:
            run: The run.
            compact: Write a small file, see ``save_run``.
            cancelled: Polled before the file is written.
            known: Fields of ``LibraryEntry``: name, note, tags, parent, study, setting ...

        Raises:
            AeguiError: It could not be written.
            Cancelled: ``cancelled`` returned True.
        """
        self._check_writable()
        known_entry = {"environment": environment(run.engine, run.device)} | known
        entry = _checked(legend_entry_of, run, **known_entry)
        save_run(self.path(entry.id), run, compact=compact, is_swept=True, cancelled=cancelled)
        return self._added(entry)

    def keep_entry(self, entry: LibraryEntry) -> LibraryEntry:
        """Add a study, or the figures of a run, without a run file.

        Raises:
            AeguiError: It could not be written.
        """
        self._check_writable()
        return self._added(entry.model_copy(update={"has_file": self.path(entry.id).exists()}))

    # What a person says of it

    def edit(self, id: str, **changes: Any) -> LibraryEntry:
        """Change fields of an entry, and return its previous state for undo.

        Raises:
            AeguiError: There is no such entry, a value is not valid, or it cannot be written.
        """
        return self._edited(id, lambda entry: changes)

    def tag(self, id: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> LibraryEntry:
        """Add and remove tags, and return the previous state of the entry.

        Raises:
            AeguiError: As with ``edit``.
        """
        added, removed = tuple(add), set(remove)

        def change(entry: LibraryEntry) -> Mapping[str, Any]:
            tags = dict.fromkeys((*entry.tags, *added))
            return {"tags": tuple(tag for tag in tags if tag not in removed)}

        return self._edited(id, change)

    def trash(self, ids: Iterable[str]) -> None:
        """Move entries to the trash: they are no longer listed, and nothing is removed yet.

        Raises:
            AeguiError: There is no such entry, or it cannot be written.
        """
        moment = now()
        for id in ids:
            self.edit(id, trashed=moment)

    def restore(self, ids: Iterable[str]) -> None:
        """Restore entries, and the files of shed ones, from the trash.

        Raises:
            AeguiError: There is no such entry, or it cannot be written.
        """
        for id in ids:
            self.edit(id, trashed="", shed="")

    def empty_trash(self, ids: Iterable[str] | None = None) -> int:
        """Delete the contents of the trash, or only ``ids`` of them; return the bytes freed.

        Raises:
            AeguiError: A file cannot be removed.
        """
        self._check_writable()
        only = None if ids is None else set(ids)
        with in_words(self._index):
            found = self._connection.execute(
                "SELECT id, trashed FROM entries WHERE trashed <> '' OR shed <> ''"
            ).fetchall()
        freed = 0
        for id, trashed in found:
            if only is None or id in only:
                freed += self._removed(id) if trashed else self._shed_for_good(id)
        return freed

    def keep_best(self, study: str, figure: str, count: int = 1, *, low: bool = True) -> list[str]:
        """Move the files of all but the best runs of a study to the trash; their figures stay.

        Runs with a star keep their files too. Entries with several seeds are compared by means.

        Args:
            study: The study.
            figure: Key of the figure to compare.
            count: Number of runs, of those that have a file, that keep it.
            low: Whether lower is better.

        Returns:
            The entries whose files were moved to the trash.

        Raises:
            AeguiError: They cannot be written.
        """
        query = LibraryQuery(study=study, kind="run", sort=figure, descending=not low)
        rows = self.rows(query, ("starred", figure))
        with_files = [
            row for row in rows if self.path(row.id).exists() and not self.entry(row.id).shed
        ]
        if all(row.values[1] is None for row in with_files):
            return []  # Without values there is no best.
        moment = now()
        shed = [row.id for row in with_files[count:] if not row.values[0]]
        for id in shed:
            self.edit(id, shed=moment)
        return shed

    def studies(self) -> list[str]:
        """Return the ids of all studies that have runs."""
        with in_words(self._index):
            found = self._connection.execute(
                "SELECT DISTINCT study FROM entries WHERE study <> '' AND trashed = '' ORDER BY 1"
            )
            return [str(study) for (study,) in found]

    def disk_use(self) -> DiskUse:
        """Return the disk use and the limit."""
        with in_words(self._index):
            size, trash = self._connection.execute(
                "SELECT total(bytes), total(CASE WHEN trashed <> '' OR shed <> '' THEN bytes END) "
                "FROM entries"
            ).fetchone()
        return DiskUse(int(size), int(trash), self._files.limit())

    def set_limit(self, size: int) -> None:
        """Set the size limit in bytes.

        Raises:
            AeguiError: It is too small, or cannot be written.
        """
        self._check_writable()
        self._files.set_limit(size)

    # Keeping index and files together

    def refresh(self, report: Report | None = None, cancelled: IsCancelled | None = None) -> bool:
        """Update the index with changes that other programs or users have made in the folder.

        Returns:
            Whether there were any.

        Raises:
            AeguiError: The index cannot be written.
            Cancelled: ``cancelled`` returned True.
        """
        files = self._files.all()
        with in_words(self._index):
            known = dict(self._connection.execute("SELECT id, stamp FROM entries").fetchall())
        changed = [id for id, stamp in files.items() if known.get(id) != stamp_text(stamp)]
        gone = [id for id in known if id not in files]
        progress = Progress(len(changed), _read_words, report, cancelled)
        for at in range(0, len(changed), _BATCH):
            some = changed[at : at + _BATCH]
            read = []
            for index, id in enumerate(some, at):
                progress.reached(index)
                read += self._read(id, files[id])
            with self._exclusive():
                for entry, stamp in read:
                    # Other programs update the index themselves.
                    if self._files.stamp(entry.id) == stamp:
                        self._put(entry, stamp)
        if gone:
            with self._exclusive():
                for id in gone:
                    # Another program may have added it between the two checks.
                    if not self._files.stamp(id):
                        self._connection.execute("DELETE FROM entries WHERE id = ?", (id,))
        if changed:
            progress.reached(len(changed))
        return bool(changed or gone)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _opened(self, vfs: str) -> sqlite3.Connection:
        if self.read_only:
            # For a read-only folder the index is kept in memory while the library is open.
            return open_index(None)
        before = identity(self._index)
        try:
            return open_index(self._index, vfs=vfs)
        except BrokenIndex:
            aside = set_aside(self._index, before)
            if aside:
                self._note(
                    tr(
                        "The index of the library was damaged: it is {file} now, and "
                        "was rebuilt from the runs themselves.",
                        file=aside,
                    )
                )
            return open_index(self._index, vfs=vfs)

    def _read(self, id: str, stamp: Stamp) -> list[tuple[LibraryEntry, Stamp]]:
        """Read the entry of these files; None if they cannot be read, which is noted."""
        try:
            if BESIDE not in stamp:
                return [self._adopt(id)] if SUFFIX in stamp else []
            return [(read_entry(self.path(id, BESIDE)), stamp)]
        except NewerEntry as error:
            self._note(str(error))
        except AeguiError as error:
            if BESIDE in stamp and SUFFIX in stamp and not self.read_only:
                return self._mended(id, error)
            self._note(str(error))
        return []

    def _mended(self, id: str, error: AeguiError) -> list[tuple[LibraryEntry, Stamp]]:
        """Rebuild an entry whose run file is intact but whose metadata are damaged."""
        damaged = self.path(id, BESIDE)
        if not damaged.exists():
            return []
        aside = damaged.with_name(f"{damaged.name}.damaged")
        try:
            damaged.replace(aside)
            found = self._adopt(id)
        except (OSError, AeguiError) as why:
            self._note(str(why))
            return []
        self._note(tr("{error} It is {file} now.", error=error, file=aside.name))
        return [found]

    def _adopt(self, id: str) -> tuple[LibraryEntry, Stamp]:
        """Create an entry for a run file without metadata: copied, or its writer was killed."""
        entry = self._adopted(id)
        if not self.read_only:
            with self._exclusive():
                beside = self.path(id, BESIDE)
                if beside.exists():  # its writer has finished meanwhile
                    entry = read_entry(beside)
                else:
                    write_entry(beside, entry)
        return entry, self._files.stamp(id)

    def _adopted(self, id: str) -> LibraryEntry:
        return _checked(legend_entry_of, load_run(self.path(id)), id=id)

    def _added(self, entry: LibraryEntry) -> LibraryEntry:
        with self._exclusive():
            self._write(entry)
        return entry

    def _edited(self, id: str, change: Callable[[LibraryEntry], Mapping[str, Any]]) -> LibraryEntry:
        """Read, change and write within one transaction, so that changes of other programs stay."""
        self._check_writable()
        with self._exclusive():
            before = self.entry(id)
            values = {name: getattr(before, name) for name in LibraryEntry.model_fields}
            self._write(_checked(LibraryEntry, **(values | dict(change(before)))))
        return before

    def _write(self, entry: LibraryEntry) -> None:
        """Write first its file, then the index."""
        write_entry(self.path(entry.id, BESIDE), entry)
        self._put(entry, self._files.stamp(entry.id))

    def _put(self, entry: LibraryEntry, stamp: Stamp) -> None:
        size = sum(size for size, _ in stamp.values())
        missing = entry.has_file and SUFFIX not in stamp
        put(self._connection, entry, stamp=stamp_text(stamp), size=size, missing=missing)

    def _removed(self, id: str) -> int:
        """Delete all files of an entry, the metadata last: it may be killed meanwhile."""
        freed = 0
        with self._exclusive():
            for suffix in (SUFFIX, STUDY, BESIDE):
                freed += unlinked(self.path(id, suffix))
            self._connection.execute("DELETE FROM entries WHERE id = ?", (id,))
        return freed

    def _shed_for_good(self, id: str) -> int:
        with self._exclusive():
            freed = unlinked(self.path(id))
            entry = self.entry(id).model_copy(update={"has_file": False, "shed": ""})
            self._write(entry)
        return freed

    def _remember(self, id: str, picture: bytes) -> None:
        with self._exclusive():
            self._connection.execute(
                "INSERT OR REPLACE INTO thumbnails SELECT number, ? FROM entries WHERE id = ?",
                (picture, id),
            )

    def _check_writable(self) -> None:
        if self.read_only:
            raise AeguiError(tr("The library in {folder} is read-only.", folder=self.folder))

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with in_words(self._index), exclusive_transaction(self._connection):
            yield


def _checked(make: Callable[..., LibraryEntry], *arguments: Any, **known: Any) -> LibraryEntry:
    """Return the result of ``make``; turn validation errors into messages.

    Raises:
        AeguiError: A field is not valid.
    """
    try:
        return make(*arguments, **known)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        location = ".".join(map(str, problem["loc"]))
        raise AeguiError(
            tr("{field} is not valid: {reason}.", field=location, reason=document_reason(problem))
        ) from None


def _read_words(done: int, total: int) -> str:
    return trn("{done:,} of {n:,} entry read", "{done:,} of {n:,} entries read", total, done=done)
