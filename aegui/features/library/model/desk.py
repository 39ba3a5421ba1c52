"""Background queue of changes to the library; they run in order, and none replaces another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtCore import QObject

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.run_file.saved import SavedRun

    Act = Callable[[Library, Report, IsCancelled], Any]
    Done = Callable[[Any], None]

_MOST_UNDO = 50
_LARGE_BYTES = 32 << 20
"""Size of a timeline above which a compact run file is stored, see ``save_run``."""


@dataclass(frozen=True, eq=False)
class _Undo:
    """The fields of entries before a change, and a description of the change."""

    text: str
    before: Mapping[str, Mapping[str, Any]]


class LibraryDesk(JobQueue):
    """Adds, changes and removes entries of the user's library."""

    changed = Signal()
    """Emitted when the library has changed."""
    failed = Signal(str)
    """Emitted with the translated reason when an action failed."""
    undo_changed = Signal(str)
    """Emitted with the description of what ``undo`` would revert; empty if nothing."""
    ending = Signal()
    """Emitted at the end of the program: pending runs have to be queued now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("aegui-library", parent)
        self._undo: list[_Undo] = []
        self._library: Library | None = None

    @property
    def undo_text(self) -> str:
        """Return a description of what ``undo`` would revert; empty if nothing."""
        return self._undo[-1].text if self._undo else ""

    def do(self, title: str, act: Act, done: Done | None = None) -> None:
        """Run ``act(library, report, cancelled)`` in the thread, then ``done(result)``.

        Emits ``changed`` afterwards, or ``changed`` and ``failed`` with the reason.
        """

        def take(result: Any) -> None:
            if done is not None:
                done(result)
            self.changed.emit()

        self.add(title, partial(self._work, act), take, self._fail)

    # Actions

    def keep(self, run: SavedRun, done: Done, **known: Any) -> None:
        """Add ``run``; ``done`` is called with its entry. ``known`` are fields of the entry."""
        timeline = run.timeline
        compact = timeline is not None and timeline.nbytes > _LARGE_BYTES
        self.do(
            tr("Keeping {name}", name=known.get("name") or run.recipe.name),
            lambda library, _report, cancelled: library.keep(
                run, compact=compact, cancelled=cancelled, **known
            ),
            done,
        )

    def edit(self, ids: Sequence[str], changes: Mapping[str, Any], text: str) -> None:
        """Set the same fields of several entries; undoable."""

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> _Undo:
            before = {}
            for id in ids:
                old = library.edit(id, **changes)
                before[id] = {name: getattr(old, name) for name in changes}
            return _Undo(text, before)

        self.do(text, act, self._remember)

    def trash(self, ids: Sequence[str], text: str) -> None:
        """Move entries to the trash; undoable."""

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> _Undo:
            library.trash(ids)
            return _Undo(text, {id: {"trashed": ""} for id in ids})

        self.do(text, act, self._remember)

    def restore(self, ids: Sequence[str], text: str) -> None:
        """Restore entries, and run files of entries, from the trash."""
        self.edit(ids, {"trashed": "", "shed": ""}, text)

    def keep_best(self, figure: str, *, low: bool, text: str, done: Done) -> None:
        """Move all run files but the best of each study to the trash; undoable.

        ``done`` is called with the number of files.
        """

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> _Undo:
            shed = [
                id
                for study in library.studies()
                for id in library.keep_best(study, figure, low=low)
            ]
            return _Undo(text, {id: {"shed": ""} for id in shed})

        def finish(made: _Undo) -> None:
            if made.before:
                self._remember(made)
            done(len(made.before))

        self.do(text, act, finish)

    def empty_trash(self, done: Done) -> None:
        """Delete what is in the trash for good; ``done`` is called with the bytes freed."""
        self.do(
            tr("Emptying the trash"),
            lambda library, _report, _cancelled: library.empty_trash(),
            done,
        )

    @Slot()
    def undo(self) -> None:
        """Revert the last change."""
        if not self._undo:
            return
        last = self._undo.pop()
        self.undo_changed.emit(self.undo_text)

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> None:
            for id, fields in last.before.items():
                library.edit(id, **fields)

        self.do(last.text, act)

    def _remember(self, made: _Undo) -> None:
        self._undo = [*self._undo, made][-_MOST_UNDO:]
        self.undo_changed.emit(made.text)

    # In the background

    def shutdown(self) -> None:
        """Complete the queued actions and accept no more: the program ends."""
        self.ending.emit()
        super().shutdown()
        self._close()

    def _work(self, act: Act, report: Report, cancelled: IsCancelled) -> Any:
        """Run ``act`` in the worker thread and return its result."""
        from aegui.core.library.index import BrokenIndex

        try:
            return act(self._opened(report), report, cancelled)
        except BrokenIndex:
            # Reopening sets the broken index aside and rebuilds it from the files.
            self._close()
            return act(self._opened(report), report, cancelled)

    def _opened(self, report: Report) -> Library:
        # Imported late: SQLite and recipes are not needed until the library is used.
        from aegui.core.library.library import Library

        if self._library is None:
            self._library = Library(report=report)
        return self._library

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None

    def _fail(self, error: AeguiError) -> None:
        # Parts of the action may have been completed before it failed.
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self.failed.emit(str(error))
