"""Every training that ends in the window is kept, with what it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.library.entry import MAX_NAME, new_id
from aegui.core.run_file.saved import saved_run_of
from aegui.session.documents.naming import run_name
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.features.library.model.desk import LibraryDesk


class RunKeeper(Service):
    """Knows of which entries the open document's run and draft are.

    A training that goes on, or forks, has the entry of the run that it goes on from as its parent;
    one that begins anew has that which its draft was taken from, if it was.
    """

    kept = Signal(object)
    """The ``LibraryEntry`` of a training that has ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self._draft = ""
        self._waiting: tuple[TrainingResult, ResolvedRecipe, str] | None = None
        self._desk: LibraryDesk | None = None

    def forget(self) -> None:
        """Another document is open: it has not come from the library."""
        self._run = self._draft = ""

    def comes_from(self, id: str, *, with_run: bool) -> None:
        """The open document has come from the entry ``id``: its run too, or its draft alone."""
        self._draft = id
        self._run = id if with_run else ""

    def take(
        self, desk: LibraryDesk, result: TrainingResult, resolved: ResolvedRecipe, name: str
    ) -> None:
        """A training has ended: it is kept once its last figures are there."""
        self.flush()
        if self._desk is not desk:
            self._desk = desk
            desk.ending.connect(self.flush)
        if max((run.epochs for run in result.runs), default=0) == 0:
            return
        self._waiting = result, resolved, name
        if result.measured:
            self.flush()

    def complete(self, result: TrainingResult) -> None:
        """The last figures of the training that has just ended are there."""
        if self._waiting is not None and self._waiting[0].checkpoint is result.checkpoint:
            self._waiting = result, *self._waiting[1:]
            self.flush()

    @Slot()
    def flush(self) -> None:
        """Keep what has ended as it is: the rest of its figures will not come."""
        desk = self._desk
        if self._waiting is None or desk is None:
            return
        result, resolved, name = self._waiting
        self._waiting = None
        goes_on = bool(result.stages) and result.stages[-1].kind != "train"
        parent = self._run if goes_on else self._draft
        # Named here: what goes on from it may end before it is on the disk.
        id = new_id()
        self._run = id
        called = run_name(resolved.recipe, name)
        run = saved_run_of(result, resolved)
        desk.keep(run, self.kept.emit, id=id, name=called[:MAX_NAME], parent=parent)

    def leave_out(self) -> None:
        """A training has ended that is not kept."""
        self._run = ""
