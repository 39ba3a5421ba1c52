"""Acts on the library in the background, one after another; none replaces another."""

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
"""Of a training that has kept so much of its epochs a small file is kept."""


@dataclass(frozen=True, eq=False)
class _Undo:
    """What fields of entries were before a change, and what that was, in words."""

    text: str
    before: Mapping[str, Mapping[str, Any]]


class LibraryDesk(JobQueue):
    """Keeps, changes and removes what is in the library of the person."""

    changed = Signal()
    """Something in the library is another now."""
    failed = Signal(str)
    """Why something could not be done, in words."""
    undo_changed = Signal(str)
    """What ``undo`` would take back, in words; empty: nothing."""
    ending = Signal()
    """The program ends: what is still to be kept is to be asked for now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("aegui-library", parent)
        self._undo: list[_Undo] = []
        self._library: Library | None = None

    @property
    def undo_text(self) -> str:
        """What ``undo`` would take back, in words; empty: nothing."""
        return self._undo[-1].text if self._undo else ""

    def do(self, title: str, act: Act, done: Done | None = None) -> None:
        """Do ``act(library, report, cancelled)`` in the thread, then ``done(result)``.

        ``changed`` follows, or ``failed`` with the reason.
        """

        def take(result: Any) -> None:
            if done is not None:
                done(result)
            self.changed.emit()

        self.add(title, partial(self._work, act), take, self._fail)

    # What a person says

    def keep(self, run: SavedRun, done: Done, **known: Any) -> None:
        """Keep ``run``; ``done`` gets its entry. ``known`` are fields of that."""
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
        """Change the same fields of several entries, so that it can be undone."""

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> _Undo:
            before = {}
            for id in ids:
                old = library.edit(id, **changes)
                before[id] = {name: getattr(old, name) for name in changes}
            return _Undo(text, before)

        self.do(text, act, self._remember)

    def trash(self, ids: Sequence[str], text: str) -> None:
        """Put entries into the trash, so that it can be undone."""

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> _Undo:
            library.trash(ids)
            return _Undo(text, {id: {"trashed": ""} for id in ids})

        self.do(text, act, self._remember)

    def restore(self, ids: Sequence[str], text: str) -> None:
        """Take entries, and files of entries, out of the trash."""
        self.edit(ids, {"trashed": "", "shed": ""}, text)

    def keep_best(self, figure: str, *, low: bool, text: str, done: Done) -> None:
        """Put the files of all but the best of each study into the trash; ``done`` gets how many.

        It can be undone.
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
        """Remove for good what is in the trash; ``done`` gets the bytes that this frees."""
        self.do(
            tr("Emptying the trash"),
            lambda library, _report, _cancelled: library.empty_trash(),
            done,
        )

    @Slot()
    def undo(self) -> None:
        """Take back the last change."""
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
        """Do what is to be done, and take no more: the end of the program."""
        self.ending.emit()
        super().shutdown()
        self._close()

    def _work(self, act: Act, report: Report, cancelled: IsCancelled) -> Any:
        """In the thread: what comes of it."""
        from aegui.core.library.index import BrokenIndex

        try:
            return act(self._opened(report), report, cancelled)
        except BrokenIndex:
            # Opened anew, it is set aside and made again from the files.
            self._close()
            return act(self._opened(report), report, cancelled)

    def _opened(self, report: Report) -> Library:
        # SQLite and what knows recipes are not loaded before something is kept or looked for.
        from aegui.core.library.library import Library

        if self._library is None:
            self._library = Library(report=report)
        return self._library

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None

    def _fail(self, error: AeguiError) -> None:
        # What was done before it failed is there.
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self.failed.emit(str(error))
