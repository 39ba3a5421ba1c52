"""Background queue of changes to the library; they run in order, and none replaces another."""

from __future__ import annotations

from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.library.model.opened_library import OpenedLibrary
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.library.library import Library
    from aegui.core.run_file.saved import SavedRun

    Act = Callable[[Library, Report, IsCancelled], Any]
    Done = Callable[[Any], None]

_MAX_UNDO = 50
_LARGE_BYTES = 32 << 20
"""Size of a timeline above which a compact run file is stored, see ``save_run``."""


@dataclass(frozen=True, eq=False)
class UndoStep:
    """The fields of entries before a change, and a description of the change."""

    text: str
    before: dict[str, Mapping[str, Any]] = field(default_factory=dict)


class LibraryWriter(JobQueue):
    """Adds, changes and removes entries of the user's library."""

    changed = Signal()
    failed = Signal(object)
    """Emitted with the translated reason when an action failed."""
    undo_changed = Signal(str)
    """Emitted with the description of what ``undo`` would revert; empty if nothing."""
    ending = Signal()
    """Emitted at the end of the program: pending runs have to be queued now."""

    def __init__(self) -> None:
        super().__init__("aegui-library")
        self._undo: list[UndoStep] = []
        self._library = OpenedLibrary()

    @property
    def undo_text(self) -> str:
        """Return a description of what ``undo`` would revert; empty if nothing."""
        return self._undo[-1].text if self._undo else ""

    def do(
        self,
        title: str,
        act: Act,
        done: Done | None = None,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Run ``act(library, report, cancelled)`` in the thread, then ``done(result)``.

        Emits ``changed`` afterwards, or, after ``failed()``, ``changed`` and ``failed`` with the
        reason.
        """

        def take(result: Any) -> None:
            if done is not None:
                done(result)
            self.changed.emit()

        def refuse(error: AeguiError) -> None:
            if failed is not None:
                failed()
            # Parts of the action may have been completed before it failed.
            self.changed.emit()
            if not isinstance(error, Cancelled):
                self.failed.emit(str(error))

        self.add(title, partial(self._work, act), take, refuse)

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

    def edit(
        self,
        ids: Sequence[str],
        changes: Mapping[str, Any],
        text: str,
        done: Callable[[UndoStep], None] | None = None,
    ) -> None:
        """Set the same fields of several entries; undoable. ``done`` is called with the step."""

        def act(library: Library, step: UndoStep) -> None:
            for id in ids:
                old = library.edit(id, **changes)
                step.before.setdefault(id, {name: getattr(old, name) for name in changes})

        self._change(text, act, done)

    def trash(self, ids: Sequence[str], text: str, done: Callable[[UndoStep], None]) -> None:
        """Move entries to the trash; undoable. ``done`` is called with the step."""
        from aegui.core.library.entry import now

        self.edit(ids, {"trashed": now()}, text, done)

    def restore(self, ids: Sequence[str], text: str) -> None:
        """Restore entries, and run files of entries, from the trash."""
        self.edit(ids, {"trashed": "", "shed": ""}, text)

    def keep_best(
        self, figure: str, *, low: bool, text: str, done: Callable[[UndoStep], None]
    ) -> None:
        """Move all run files but the best of each study to the trash; undoable.

        ``done`` is called with the step.
        """

        def act(library: Library, step: UndoStep) -> None:
            for study in library.studies():
                for id in library.keep_best(study, figure, low=low):
                    step.before[id] = {"shed": ""}

        self._change(text, act, done)

    def _change(
        self,
        text: str,
        act: Callable[[Library, UndoStep], None],
        done: Callable[[UndoStep], None] | None,
    ) -> None:
        """Run ``act``, which adds to a step what it changes, so that it is undoable as far as done.

        ``act`` may be repeated, see ``_work``.
        """
        step = UndoStep(text)

        def finish(_result: None) -> None:
            self._remember(step)
            if done is not None:
                done(step)

        self.do(
            text,
            lambda library, _report, _cancelled: act(library, step),
            finish,
            partial(self._remember, step),
        )

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
        if self._undo:
            self.undo_step(self._undo[-1])

    def undo_step(self, step: UndoStep) -> None:
        """Revert one change, if it has not been reverted; it stays undoable if that fails."""
        if step not in self._undo:
            return
        self._undo.remove(step)
        self.undo_changed.emit(self.undo_text)

        def act(library: Library, _report: Report, _cancelled: IsCancelled) -> None:
            from aegui.core.library.files import BESIDE

            for id, fields in step.before.items():
                # An entry that has been deleted since would fail every repetition.
                if library.path(id, BESIDE).exists():
                    library.edit(id, **fields)

        self.do(step.text, act, failed=partial(self._remember, step))

    def _remember(self, step: UndoStep) -> None:
        if step.before:
            self._undo = [*self._undo, step][-_MAX_UNDO:]
            self.undo_changed.emit(step.text)

    # In the background

    def shutdown(self) -> None:
        """Complete the queued actions and accept no more: the program ends."""
        self.ending.emit()
        super().shutdown()
        self._library.close()

    def _work(self, act: Act, report: Report, cancelled: IsCancelled) -> Any:
        """Run ``act`` in the worker thread and return its result."""
        return self._library.use(lambda library: act(library, report, cancelled), report)
