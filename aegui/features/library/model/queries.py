"""Read access to the library for the window: a table of entries, and details of single entries.

Reading uses a database connection of its own, so that it never waits for a run being written.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.library.differences import difference
from aegui.core.library.query import LibraryQuery, Search
from aegui.core.library.words import is_figure
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import load_run
from aegui.features.library.model.opened_library import OpenedLibrary
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.library.differences import EntryDifference
    from aegui.core.library.entry import LibraryEntry
    from aegui.core.library.library import DiskUse, Library
    from aegui.core.library.query import LibraryGroup, LibraryRow

KNOWN = ("kind", "starred", "name", "study", "missing")
"""Columns that every row has, whatever columns are shown."""
_CURVES = {"wrong": "wrong_mean", "validation_accuracy": "validation_accuracy"}
"""Figure that two runs are compared by -> column of their histories; others have the loss."""
_FIRST_ROWS = 300
"""Number of rows of the first answer; a second one has all of them."""
_WATCH_MS = 1500


@dataclass(frozen=True)
class LibraryView:
    """A query of the table."""

    text: str = ""
    """The search text, see ``Search``."""
    shown: str = "all"
    """``all``, ``runs``, ``studies``, ``starred`` or ``trash``."""
    study: str = ""
    """Id of the study to show the runs of; empty for no restriction."""
    columns: tuple[str, ...] = ()
    """Keys of the columns."""
    sort: str = "created"
    """The column to sort by."""
    descending: bool = True
    """Whether to sort in descending order."""
    group: str = ""
    """The column to group by; empty for no grouping."""

    @property
    def is_narrow(self) -> bool:
        """Return whether the view is filtered."""
        return bool(self.text.strip() or self.study or self.shown != "all")

    def query(self) -> tuple[LibraryQuery, str]:
        """Return the query, and why a part of the search text is ignored (empty if it is not)."""
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
class QueryResult:
    """The result of a ``LibraryView``."""

    view: LibraryView
    """The view that was asked for."""
    rows: tuple[LibraryRow, ...]
    """Entries, each with the values of ``KNOWN`` and then of the columns; only the first ones if
    there are many and a second answer follows."""
    total: int
    """Number of entries."""
    groups: tuple[LibraryGroup, ...]
    """Groups, in place of rows, if the view is grouped."""
    figures: tuple[str, ...]
    """Keys of the figures of the groups."""
    use: DiskUse
    """Disk use of the library."""
    refused: str = ""
    """Why a part of the search text is ignored."""
    read_only: bool = False
    """Whether the library cannot be changed."""
    notes: tuple[str, ...] = ()
    """Warnings from opening the library."""
    study_name: str = ""
    """Name of the study that the rows belong to."""


@dataclass(frozen=True, eq=False)
class RunCurve:
    """A recorded figure of a run over its epochs."""

    name: str
    """Name of the run."""
    epoch: NDArray[np.float64]
    """Epochs, ``[n]``."""
    values: NDArray[np.float64]
    """Values for K seeds, ``[n, K]``."""


@dataclass(frozen=True, eq=False)
class EntryDetails:
    """Details of the selected entries."""

    entries: tuple[LibraryEntry, ...]
    """One or two entries."""
    pictures: tuple[bytes | None, ...]
    """A PNG of each, or None."""
    parents: tuple[str, ...]
    """Names of their parent entries; empty if there is none."""
    sizes: tuple[int, ...]
    """Sizes of their files in bytes."""
    found: EntryDifference | None = None
    """The difference between two; None for one entry, or if they cannot be compared."""
    reason: str = ""
    """Why they cannot be compared, translated."""
    curves: tuple[RunCurve, ...] = ()
    """Loss, wrong pixels or accuracy of each entry that has a history."""
    curve_key: str = "loss"
    """The figure of the curves: ``loss``, or a value of ``_CURVES``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the entries; equal names are told apart by their creation time."""
        if self.found is not None:
            return self.found.names
        return tuple(entry.name or entry.id for entry in self.entries)


class LibraryQueries(Service):
    """Answers queries of the library in threads; a newer query replaces an older one."""

    answered = Signal(object)
    """Emitted with a ``QueryResult``: the first rows of many, then all of them."""
    known = Signal(object)
    """Emitted with ``EntryDetails``."""
    failed = Signal(object)
    """Emitted with the translated reason when the library cannot be read."""
    changed = Signal()
    """Emitted when another program has changed the library."""

    def __init__(self) -> None:
        super().__init__()
        self._sheets = Derived("aegui-library-table", self)
        self._details = Derived("aegui-library-details", self)
        self._watch = Derived("aegui-library-watch", self, urgent=False)
        self._version = 0
        self._library = OpenedLibrary(self._note_version)
        self._sheets.answered.connect(self.answered)
        self._details.answered.connect(self.known)
        self._watch.answered.connect(self.changed)
        for answers in (self._sheets, self._details, self._watch):
            answers.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setInterval(_WATCH_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def set_active(self, active: bool) -> None:
        """Set whether a visible view needs changes by other programs to be noticed."""
        if active:
            self._timer.start()
        else:
            self._timer.stop()

    def ask(self, view: LibraryView, *, refresh: bool = False) -> None:
        """Query the table; ``answered`` follows. ``refresh`` rescans the folder for files first."""
        self._sheets.derive(
            lambda _report, cancelled: self._found(view, refresh, cancelled), object()
        )

    def describe(self, ids: Sequence[str]) -> None:
        """Query the details of one or two entries; ``known`` follows."""
        requested = tuple(ids)
        self._details.derive(
            lambda _report, cancelled: self._described(requested, cancelled), object()
        )

    def finish(self, seconds: float) -> bool:
        """Wait for the last queries to be answered; return False if that takes longer."""
        return self._sheets.finish(seconds) and self._details.finish(seconds)

    def shutdown(self) -> None:
        """Stop threads and timer for good."""
        self._timer.stop()
        super().shutdown()
        self._library.close()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._watch.ask(self._changed_version, self)

    # In the threads

    def _note_version(self, library: Library) -> None:
        self._version = library.data_version()

    def _changed_version(self) -> int | None:
        """Return the data version after a change by another connection; None if unchanged."""

        def query(library: Library) -> int | None:
            before = self._version
            self._note_version(library)
            return None if self._version == before else self._version

        return self._library.use(query)

    def _found(self, view: LibraryView, refresh: bool, cancelled: IsCancelled) -> Iterator[object]:
        if refresh:
            self._library.use(lambda library: library.refresh())
        limits = (None,) if view.group else (_FIRST_ROWS, None)
        for limit in limits:
            if cancelled():
                return
            sheet = self._library.use(partial(_sheet, view=view, limit=limit))
            yield sheet
            if len(sheet.rows) == sheet.total:
                return

    def _described(self, ids: tuple[str, ...], cancelled: IsCancelled) -> Iterator[object]:
        """Yield the details, then, for two entries, also their curves from the run files."""
        details = self._library.use(lambda library: _details(library, ids))
        yield details
        if len(ids) == 2:
            found = details.found
            curves, key = [], _CURVES.get("" if found is None else found.figure, "loss")
            names = details.names
            paths = self._library.use(lambda library: [library.path(id) for id in ids])
            for path, name in zip(paths, names, strict=True):
                if cancelled():
                    return
                if path.exists():
                    curves += _curves(path, name, key)
            yield replace(details, curves=tuple(curves), curve_key=key)


def _sheet(library: Library, view: LibraryView, limit: int | None) -> QueryResult:
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
    return QueryResult(
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
    values = history.trained_loss if key == "loss" else history.column(key)
    if values is None:
        return []
    return [RunCurve(name, history.epoch, np.asarray(values, np.float64))]
