"""Adds every training that ends in the window to the library, with its parent entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.library.entry import MAX_NAME, new_id
from aegui.core.run_file.saved import saved_run_of
from aegui.session.documents.naming import run_name
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult
    from aegui.features.library.model.writer import LibraryWriter


class RunKeeper(Service):
    """Adds trainings to the library, tracking which entries the open document's parts come from.

    The parent of a continued or forked training is the entry of the run that it continues; that of
    a new training is the entry that its draft was opened from, if any.
    """

    kept = Signal(object)
    """Emitted with the ``LibraryEntry`` of a training that was added."""

    def __init__(self) -> None:
        super().__init__()
        self._run = ""
        self._draft = ""
        self._waiting: tuple[TrainingResult, ResolvedRecipe, str] | None = None
        self._writer: LibraryWriter | None = None

    def forget(self) -> None:
        """Forget the entries of the document: another one was opened, not from the library."""
        self._run = self._draft = ""

    def comes_from(self, id: str, *, with_run: bool) -> None:
        """Record that the open document came from the entry ``id``, with or without its run."""
        self._draft = id
        self._run = id if with_run else ""

    def take(
        self, writer: LibraryWriter, result: TrainingResult, resolved: ResolvedRecipe, name: str
    ) -> None:
        """Add a training that has ended, once its final figures are available."""
        self.flush()
        if self._writer is not writer:
            self._writer = writer
            writer.ending.connect(self.flush)
        if max((run.epochs for run in result.runs), default=0) == 0:
            return
        self._waiting = result, resolved, name
        if result.measured:
            self.flush()

    def complete(self, result: TrainingResult) -> None:
        """Set the final figures of the pending training, and add it."""
        if self._waiting is not None and self._waiting[0].checkpoint is result.checkpoint:
            self._waiting = result, *self._waiting[1:]
            self.flush()

    @Slot()
    def flush(self) -> None:
        """Add the pending training as it is, without waiting for its remaining figures."""
        writer = self._writer
        if self._waiting is None or writer is None:
            return
        result, resolved, name = self._waiting
        self._waiting = None
        continues = bool(result.stages) and result.stages[-1].kind != "train"
        parent = self._run if continues else self._draft
        # The id is assigned here, as a continued training may end before this one is stored.
        id = new_id()
        self._run = id
        called = run_name(resolved.recipe, name)
        run = saved_run_of(result, resolved)
        writer.keep(run, self.kept.emit, id=id, name=called[:MAX_NAME], parent=parent)

    def leave_out(self) -> None:
        """Record that the last training was not added, so that the run has no entry."""
        self._run = ""
