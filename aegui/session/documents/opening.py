"""Opening of documents: new ones, files, runs of the library, and recovery copies."""

from __future__ import annotations

import os
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError, ReadError
from aegui.core.file_mark import mark_of
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import SUFFIX, is_light
from aegui.session.data.data_view import source_words
from aegui.session.documents.autosave import set_aside
from aegui.session.documents.document import (
    Opened,
    is_data,
    open_recipe,
    open_run,
    read_recipe,
    stamp_of,
)
from aegui.session.documents.draft import document_draft, fresh_draft, is_quick_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.data.data_edits import DataEdits
    from aegui.session.documents.autosave import Recovery
    from aegui.session.documents.document_file import DocumentFile
    from aegui.session.documents.workspace import Workspace
    from aegui.session.jobs.progress_job import ProgressJob

    MayLeave = Callable[[], bool] | None
    Reader = Callable[[Report, IsCancelled], Opened]


@dataclass(frozen=True, eq=False)
class KeptDocument:
    """A run or a recipe to open as a new document, whose first save asks for a file."""

    name: str
    """Name of the document."""
    path: Path | None = None
    """The run file to read; None if there is only a recipe."""
    recipe: Recipe | None = None
    """The recipe, if there is no run file."""
    untrained: bool = False
    """Use only recipe and data of the run file."""
    then: Callable[[], object] = field(default=lambda: None)
    """Called when the document is open."""


class Opening:
    """Reads documents, in the background if that is slow; the open one stays until then.

    Failures are reported by notices of the workspace. ``may_leave`` is called when everything has
    been read, before the open document is replaced; if it returns False, the document stays.
    """

    def __init__(
        self, host: Workspace, loading: ProgressJob, file: DocumentFile, edits: DataEdits
    ) -> None:
        self._host = host
        self._loading = loading
        self._file = file
        self._edits = edits

    def new(self, recipe: Recipe) -> bool:
        """Begin an untrained document with ``recipe``; return False if that failed immediately."""
        return self._loading.do(
            tr("Reading {name}", name=source_words(recipe.data.source)),
            _resolving(lambda *how: Opened(fresh_draft(recipe, *how), name=tr(recipe.name))),
            self._host.swap,
            lambda error: self._host.refuse(error, partial(self.new, recipe)),
            quick=is_quick_source(recipe.data.source),
        )

    def show(self, run: SavedRun, name: str, may_leave: MayLeave = None) -> bool:
        """Open a run from elsewhere as a document without a file; False if that fails at once."""
        return self._read(
            name,
            lambda *_how: Opened(document_draft(run.recipe, run.dataset), run, name=name),
            may_leave,
            self._host.swap,
            quick=True,
        )

    def open(self, path: Path, may_leave: MayLeave) -> bool:
        """Open a document, or use a file as the draft's data; False if that fails at once."""
        try:
            if is_data(path):
                return self._edits.take_file(
                    path, partial(self._file.remember, path), partial(self._refuse, path)
                )
            return self.open_document(path, may_leave)
        except AeguiError as error:
            self._refuse(path, error)
            return False

    def open_document(self, path: Path, may_leave: MayLeave) -> bool:
        """Open a run, a recipe or a course configuration.

        Raises:
            AeguiError: It is certain already that the file is none of these.
        """
        stamp = stamp_of(path)
        if path.suffix.lower() == SUFFIX:
            work, quick = _run_reader(path, self._host.may_read), is_light(path)
        else:
            reading = read_recipe(path)
            work = partial(open_recipe, path, reading)
            quick = is_quick_source(reading.recipe.data.source)
        again = partial(self.open, path, may_leave)

        def take(opened: Opened) -> bool:
            if stamp_of(path) != stamp:
                # The file was saved by this program while it was being read: read it again.
                return self.open_document(path, None)
            self._host.swap(opened)
            self._file.remember(path)
            self._offer_unread(opened, again)
            return True

        def refuse(error: AeguiError) -> None:
            self._refuse(path, error, again)

        return self._read(path.name, work, may_leave, take, refuse, quick=quick)

    def open_entry(self, entry: KeptDocument, may_leave: MayLeave = None) -> bool:
        """Open a library entry as a document without a file; False if that fails at once."""
        work, quick = _entry_reader(entry, self._host.may_read)

        def take(opened: Opened) -> None:
            self._host.swap(opened)
            entry.then()
            self._offer_unread(opened, partial(self.open_entry, entry, may_leave))

        return self._read(entry.name, work, may_leave, take, quick=quick)

    def recover(
        self,
        recovery: Recovery,
        may_leave: MayLeave = None,
        then: Callable[[], object] | None = None,
    ) -> bool:
        """Open the unsaved work ``recovery``, then call ``then``; False if that fails at once."""
        file = recovery.file

        def take(opened: Opened) -> None:
            name = recovery.name or opened.draft.recipe.name
            # The current state of the original file counts as the one that the copy was made from.
            mark = None if recovery.origin is None else mark_of(recovery.origin)
            self._host.swap(replace(opened, path=recovery.origin, name=name, mark=mark))
            self._file.take_over(recovery)
            if then is not None:
                then()

        def refuse(error: AeguiError) -> None:
            if isinstance(error, ReadError):
                error = AeguiError(
                    tr(
                        "The unsaved work of “{name}” is damaged and was moved to {file}: {reason}",
                        name=recovery.name or tr("Untitled"),
                        file=set_aside(recovery),
                        reason=error,
                    )
                )
            self._host.refuse(error)

        # The user has already agreed to reading the sources of the recovered document.
        read, name = _run_reader(file, lambda _source: True), recovery.name or file.name
        return self._read(name, read, may_leave, take, refuse, quick=is_light(file))

    def _read(
        self,
        name: str,
        read: Reader,
        may_leave: MayLeave,
        take: Callable[[Opened], bool | None],
        refuse: Callable[[AeguiError], None] | None = None,
        *,
        quick: bool,
    ) -> bool:
        """Read a document and ``take`` it, unless the open one must stay.

        Return False if it was not taken at once; a ``take`` that can fail returns False then.
        """
        is_swapped = True

        def swap(opened: Opened) -> None:
            nonlocal is_swapped
            is_swapped = (may_leave is None or may_leave()) and take(opened) is not False

        title = tr("Opening {name}", name=name)
        refuse = refuse or self._host.refuse
        return self._loading.do(title, _resolving(read), swap, refuse, quick=quick) and is_swapped

    def _offer_unread(self, opened: Opened, again: Callable[[], object]) -> None:
        """Offer to read samples that the file names, and to open it ``again`` with them."""
        if opened.unread:
            self._host.ask_to_read(opened.unread, opened.note, again)

    def _refuse(
        self, path: Path, error: AeguiError, retry: Callable[[], object] | None = None
    ) -> None:
        if not os.path.exists(path):
            self._file.forget(path)
        self._host.refuse(error, retry)


def _run_reader(path: Path, may_read: Callable[[str], bool]) -> Reader:
    return lambda report, cancelled: open_run(path, may_read, report, cancelled)


def _entry_reader(entry: KeptDocument, may_read: Callable[[str], bool]) -> tuple[Reader, bool]:
    """Return a function that reads ``entry``, and whether it is quick."""
    path, recipe = entry.path, entry.recipe
    if path is None:
        if recipe is None:
            raise ValueError("neither a run file nor a recipe")

        def fresh(report: Report, cancelled: IsCancelled) -> Opened:
            return Opened(fresh_draft(recipe, report, cancelled), name=entry.name)

        return fresh, is_quick_source(recipe.data.source)

    def read(report: Report, cancelled: IsCancelled) -> Opened:
        opened = open_run(path, may_read, report, cancelled)
        run = opened.run
        if entry.untrained:
            return Opened(
                opened.draft if run is None else document_draft(run.recipe, run.dataset),
                name=entry.name,
                note=opened.note,
                unread=opened.unread,
            )
        return replace(opened, path=None, name=entry.name, mark=None)

    return read, is_light(path)


def _resolving(read: Reader) -> Reader:
    """Wrap ``read`` to also compute the draft's shapes and problems in the same thread."""

    def work(report: Report, cancelled: IsCancelled) -> Opened:
        opened = read(report, cancelled)
        _ = opened.resolution
        return opened

    return work
