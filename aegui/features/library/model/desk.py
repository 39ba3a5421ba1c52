"""Acts on the library in the background, one after another; none replaces another."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.session.jobs.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.run_file.saved import SavedRun

    Act = Callable[[Library, Report, IsCancelled], Any]
    Done = Callable[[Any], None]

_LAST_SECONDS = 60.0
"""How long the end of the program waits for what is still to be kept."""
_MOST_UNDO = 50
_LARGE_BYTES = 32 << 20
"""Of a training that has kept so much of its epochs a small file is kept."""


@dataclass(frozen=True, eq=False)
class _DeskOrder:
    title: str
    act: Act
    done: Done
    given_up: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, eq=False)
class _Undo:
    """What fields of entries were before a change, and what that was, in words."""

    text: str
    before: Mapping[str, Mapping[str, Any]]


class LibraryDesk(QObject):
    """Keeps, changes and removes what is in the library of the person."""

    changed = Signal()
    """Something in the library is another now."""
    failed = Signal(str)
    """Why something could not be done, in words."""
    undo_changed = Signal(str)
    """What ``undo`` would take back, in words; empty: nothing."""
    progressed = Signal(object)
    """A ``JobProgress``, where it takes a while."""
    busy_changed = Signal(bool)
    """Whether something is being done."""
    ending = Signal()
    """The program ends: what is still to be kept is to be asked for now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = ProgressJob("aegui-library", self)
        self._job.progressed.connect(self.progressed)
        self._orders: deque[_DeskOrder] = deque()
        self._undo: list[_Undo] = []
        self._library: Library | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is being done, or waits for that."""
        return bool(self._orders)

    @property
    def undo_text(self) -> str:
        """What ``undo`` would take back, in words; empty: nothing."""
        return self._undo[-1].text if self._undo else ""

    def do(self, title: str, act: Act, done: Done | None = None) -> None:
        """Do ``act(library, report, cancelled)`` in the thread, then ``done(result)``.

        ``changed`` follows, or ``failed`` with the reason.
        """
        self._orders.append(_DeskOrder(title, act, done or (lambda _result: None)))
        if len(self._orders) == 1:
            self.busy_changed.emit(True)
            self._begin()

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

    @Slot()
    def cancel(self) -> None:
        """Give up what is being done; what was done of it stays."""
        if self._orders:
            self._orders[0].given_up.set()

    def finish(self) -> bool:
        """Wait, here, until everything is done; False if that takes too long."""
        while self._orders:
            if not self._job.is_busy:
                # At the end of the program all background work is given up at once; this is not.
                self._begin()
            if not self._job.finish(_LAST_SECONDS):
                return False
        return True

    def shutdown(self) -> None:
        """Do what is to be done, and take no more: the end of the program."""
        self.ending.emit()
        self.finish()
        self._job.shutdown()
        self._close()

    def _begin(self) -> None:
        order = self._orders[0]
        self._job.start(
            order.title,
            lambda report, cancelled: self._work(order, report, cancelled),
            self._take,
            self._fail,
        )

    def _work(self, order: _DeskOrder, report: Report, cancelled: IsCancelled) -> tuple[bool, Any]:
        """In the thread: whether it was done, and what came of it."""
        from aegui.core.library.index import BrokenIndex

        def is_given_up() -> bool:
            return cancelled() or order.given_up.is_set()

        try:
            try:
                return True, order.act(self._opened(report), report, is_given_up)
            except BrokenIndex:
                # Opened anew, it is set aside and made again from the files.
                self._close()
                return True, order.act(self._opened(report), report, is_given_up)
        except Cancelled:
            return False, None

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

    def _take(self, answer: tuple[bool, Any]) -> None:
        was_done, result = answer
        done = self._end().done
        if was_done:
            done(result)
        self.changed.emit()

    def _fail(self, error: AeguiError) -> None:
        self._end()
        # What was done before it failed is there.
        self.changed.emit()
        self.failed.emit(str(error))

    def _end(self) -> _DeskOrder:
        """Go on with the next; the one that has ended."""
        order = self._orders.popleft()
        if self._orders:
            self._begin()
        else:
            self.busy_changed.emit(False)
        return order
