"""What the window shows of the library: a table as it was asked for, and what is known of entries.

Looking goes through a connection of its own: it never waits for a run that is being written.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.library.differences import difference
from aegui.core.library.index import BrokenIndex
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery, Search
from aegui.core.library.words import is_figure
from aegui.core.run_file.saved import load_run
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.library.differences import EntryDifference
    from aegui.core.library.entry import LibraryEntry
    from aegui.core.library.library import DiskUse
    from aegui.core.library.query import LibraryGroup, LibraryRow

KNOWN = ("kind", "starred", "name", "study", "missing")
"""Of every row, whatever columns are shown."""
_FIRST_ROWS = 300
"""So many are there at once; the others follow."""
_WATCH_MS = 1500


@dataclass(frozen=True)
class LibraryView:
    """What is asked for.

    Attributes:
        text: What is searched for, see ``Search``.
        shown: ``all``, ``runs``, ``studies``, ``starred`` or ``trash``.
        study: Only the runs of this study; empty: of any and none.
        columns: What is told of each.
        sort: The column by which they are sorted.
        descending: From high to low.
        group: The column by which they are grouped; empty: they are not.
    """

    text: str = ""
    shown: str = "all"
    study: str = ""
    columns: tuple[str, ...] = ()
    sort: str = "created"
    descending: bool = True
    group: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether not everything is asked for."""
        return bool(self.text.strip() or self.study or self.shown != "all")

    def query(self) -> tuple[LibraryQuery, str]:
        """As the library takes it, and why a part of what was typed is not counted."""
        search = Search.read(self.text)
        return (
            LibraryQuery(
                text=search.words,
                tags=search.tags,
                starred=True if self.shown == "starred" else None,
                kind={"runs": "run", "studies": "study"}.get(self.shown, ""),
                study=self.study or None,
                where=search.where,
                sort=self.sort,
                descending=self.descending,
                trashed=self.shown == "trash",
            ),
            search.refused,
        )


@dataclass(frozen=True, eq=False)
class LibrarySheet:
    """What was found.

    Attributes:
        view: What was asked for.
        rows: Entries, each with the values of ``KNOWN`` and then of the columns; the first of them
            where they are many and the others are still to come.
        total: How many there are.
        groups: In place of rows, where they are grouped.
        figures: Keys of the figures of groups.
        use: What the library takes on the disk.
        refused: Why a part of what was typed is not counted.
        read_only: Whether nothing can be changed.
        notes: What a person should know of the opening.
        study_name: What the study is called that the runs are of.
    """

    view: LibraryView
    rows: tuple[LibraryRow, ...]
    total: int
    groups: tuple[LibraryGroup, ...]
    figures: tuple[str, ...]
    use: DiskUse
    refused: str = ""
    read_only: bool = False
    notes: tuple[str, ...] = ()
    study_name: str = ""


@dataclass(frozen=True, eq=False)
class RunCurve:
    """A recorded figure of a run over its epochs.

    Attributes:
        name: Of the run.
        epoch: ``[n]``.
        values: ``[n, K]`` of K seeds.
    """

    name: str
    epoch: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EntryDetails:
    """What is known of the entries that are chosen.

    Attributes:
        entries: One or two of them.
        pictures: A PNG of each, or None.
        parents: The names of those they come from; empty where there is none.
        sizes: Bytes of their files.
        found: What lies between two; None for one, and where they cannot be compared.
        reason: Why they cannot, in words.
        curves: The loss, or wrong pixels, of each that has a history.
        curve_key: Which of them: ``loss`` or ``wrong_mean``.
    """

    entries: tuple[LibraryEntry, ...]
    pictures: tuple[bytes | None, ...]
    parents: tuple[str, ...]
    sizes: tuple[int, ...]
    found: EntryDifference | None = None
    reason: str = ""
    curves: tuple[RunCurve, ...] = ()
    curve_key: str = "loss"

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called; two of one name are told apart by when they were made."""
        if self.found is not None:
            return self.found.names
        return tuple(entry.name or entry.id for entry in self.entries)


class LibraryLooks(Service):
    """Answers what is asked about the library, the newest question first."""

    answered = Signal(object)
    """A ``LibrarySheet``; of many rows the first of them come before all."""
    known = Signal(object)
    """``EntryDetails``."""
    failed = Signal(str)
    """Why the library cannot be looked at, in words."""
    changed = Signal()
    """Another program has changed it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheets = Derived("aegui-library-table", self)
        self._details = Derived("aegui-library-details", self)
        self._watch = Derived("aegui-library-watch", self, urgent=False)
        self._lock = threading.Lock()
        self._library: Library | None = None
        self._version = 0
        self._sheets.answered.connect(self.answered)
        self._details.answered.connect(self.known)
        self._watch.answered.connect(self._on_watch_answered)
        for answers in (self._sheets, self._details, self._watch):
            answers.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setInterval(_WATCH_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def set_active(self, active: bool) -> None:
        """Whether anybody looks: then what other programs change is noticed."""
        if active:
            self._timer.start()
        else:
            self._timer.stop()

    def ask(self, view: LibraryView, *, refresh: bool = False) -> None:
        """Look; ``answered`` follows. ``refresh``: at the files of the folder too."""
        self._sheets.derive(
            lambda _report, given_up: self._found(view, refresh, given_up), object()
        )

    def describe(self, ids: Sequence[str]) -> None:
        """Say what is known of one entry, or of two and what lies between; ``known`` follows."""
        wanted = tuple(ids)
        self._details.derive(lambda _report, given_up: self._described(wanted, given_up), object())

    def finish(self, seconds: float) -> bool:
        """Wait, here, until what was asked for last is answered; False if that takes longer."""
        return self._sheets.finish(seconds) and self._details.finish(seconds)

    def shutdown(self) -> None:
        """Stop threads and timer for good."""
        self._timer.stop()
        super().shutdown()
        if self._library is not None:
            self._library.close()
            self._library = None

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._watch.ask(self._changed_version, self)

    @Slot(object)
    def _on_watch_answered(self, _version: object) -> None:
        self.changed.emit()

    # In the threads

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Library]:
        """The library, for one thread at a time."""
        with self._lock:
            if self._library is None:
                self._library = Library()
                self._version = self._library.data_version()
            try:
                yield self._library
            except BrokenIndex:
                # Opened anew it is set aside and made again from the files.
                self._library.close()
                self._library = None
                raise

    def _again(self, look: Callable[[Library], object]) -> object:
        try:
            with self._opened() as library:
                return look(library)
        except BrokenIndex:
            with self._opened() as library:
                return look(library)

    def _changed_version(self) -> int | None:
        """The number of the change by another connection; None: there was none."""
        with self._opened() as library:
            version = library.data_version()
        if version == self._version:
            return None
        self._version = version
        return version

    def _found(self, view: LibraryView, refresh: bool, given_up: IsCancelled) -> Iterator[object]:
        if refresh:
            self._again(lambda library: library.refresh())
        limits = (None,) if view.group else (_FIRST_ROWS, None)
        for limit in limits:
            if given_up():
                return
            sheet = self._again(partial(_sheet, view=view, limit=limit))
            yield sheet
            if isinstance(sheet, LibrarySheet) and len(sheet.rows) == sheet.total:
                return

    def _described(self, ids: tuple[str, ...], given_up: IsCancelled) -> Iterator[object]:
        """What is known at once, and then the curves of two, which have to be read."""
        details = self._again(lambda library: _details(library, ids))
        yield details
        if len(ids) == 2 and isinstance(details, EntryDetails):
            found = details.found
            is_wrong = found is not None and found.figure == "wrong"
            curves, key = [], "wrong_mean" if is_wrong else "loss"
            names = details.names
            with self._opened() as library:
                paths = [library.path(id) for id in ids]
            for path, name in zip(paths, names, strict=True):
                if given_up():
                    return
                if path.exists():
                    curves += _curves(path, name, key)
            yield replace(details, curves=tuple(curves), curve_key=key)


def _sheet(library: Library, view: LibraryView, limit: int | None) -> LibrarySheet:
    query, refused = view.query()
    figures = tuple(column for column in view.columns if is_figure(column))
    rows: tuple[LibraryRow, ...] = ()
    groups: tuple[LibraryGroup, ...] = ()
    if view.group:
        groups = tuple(library.groups(query, view.group, figures))
        total = sum(group.entries for group in groups)
    else:
        columns = (*KNOWN, *view.columns)
        rows = tuple(library.rows(replace(query, limit=limit), columns))
        total = len(rows) if limit is None or len(rows) < limit else library.count(query)
    name = ""
    if view.study:
        with contextlib.suppress(AeguiError):
            name = library.entry(view.study).name
    return LibrarySheet(
        view,
        rows,
        total,
        groups,
        figures,
        library.disk_use(),
        refused,
        library.read_only,
        tuple(library.notes),
        name,
    )


def _details(library: Library, ids: tuple[str, ...]) -> EntryDetails:
    entries = tuple(library.entry(id) for id in ids)
    found, reason = None, ""
    if len(ids) == 2:
        try:
            found = difference(library, *ids, by_time=True)
        except AeguiError as error:
            reason = str(error)
    return EntryDetails(
        entries,
        tuple(library.thumbnail(id) for id in ids),
        tuple(_name_of(library, entry.parent) for entry in entries),
        tuple(library.size(id) for id in ids),
        found,
        reason,
    )


def _name_of(library: Library, id: str) -> str:
    if not id:
        return ""
    try:
        return library.entry(id).name or id
    except AeguiError:
        return id


def _curves(path: Path, name: str, key: str) -> list[RunCurve]:
    try:
        history = load_run(path).history
    except AeguiError:
        return []
    if history is None or not len(history):
        return []
    values = np.asarray(getattr(history, key), np.float64)
    return [RunCurve(name, history.epoch, values)]
