"""The open document: the draft that is edited, the run that is shown, and where both are saved."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.published import NotDownloaded
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.record.stages import Lineage
from aegui.session.data.data_edits import DataEdits, DownloadNeed
from aegui.session.documents.annotations import Annotations
from aegui.session.documents.document import continuation_of, first_document, to_save
from aegui.session.documents.document_file import DocumentFile
from aegui.session.documents.draft import reverted
from aegui.session.documents.edit_command import EditCommand
from aegui.session.documents.opening import Opening
from aegui.session.documents.undo_history import UndoHistory
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.notice import About, Level, Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.errors import AeguiError
    from aegui.core.latent.codec import Codec
    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.documents.autosave import Underway
    from aegui.session.documents.document import Continuation, Opened
    from aegui.session.documents.draft import DraftState
    from aegui.session.settings import Settings

_log = logging.getLogger(__name__)


class Workspace(QObject):
    """The document and everything that may be done to it.

    The draft (``recipe`` and ``dataset``) is what the person edits, each edit undoable. The run is
    what was learnt, with the recipe and the data that it was learnt from; edits of the draft leave
    it alone until another training has ended. Both are saved in one file.

    Data that take a while are read in the background (``loading``); until they are there the
    document stays as it is, and so it does if that is cancelled or fails. How it is saved, copied
    and called is a matter of its ``file``, what edits its data of ``edits``, and how another one
    comes in its place of ``opening``.

    Nothing here raises what a person could have caused: a refusal is one ``noticed`` signal, and
    leaves everything as it was.
    """

    recipe_changed = Signal(object)
    """The draft's ``Resolution``."""
    dataset_changed = Signal(object)
    """The draft's ``Dataset``."""
    data_taken = Signal(object, object)
    """An edit, no undo or redo, has brought other samples: the ``DraftState`` before and after."""
    run_changed = Signal(object)
    """The ``SavedRun``, or None where nothing has been learnt yet."""
    document_changed = Signal(object)
    """Another document is open: this workspace. Comes after those of its parts."""
    recipe_imported = Signal(object)
    """A ``CourseReading``: a foreign configuration was opened, this is what was made of it."""
    noticed = Signal(object)
    """A ``Notice``."""
    download_needed = Signal(object)
    """A ``DownloadNeed``: what was asked for needs data from the network."""

    def __init__(
        self, settings: Settings, parent: QObject | None = None, autosave_folder: Path | None = None
    ) -> None:
        """Open the shipped model, or an untrained default recipe where there is none."""
        super().__init__(parent)
        self._undo_history = UndoHistory(self)
        self.loading = ProgressJob("aegui-data", self)
        self.annotations = Annotations(self._undo_history, self)
        self.annotations.edited.connect(self._on_annotations_edited)
        self._agreed: set[str] = set()
        self._guard: Callable[[Recipe, Recipe], str] = _anything
        self.edits = DataEdits(self, self.loading)
        self.file = DocumentFile(self, settings, autosave_folder, self)
        self.file.noticed.connect(self.noticed)
        self.opening = Opening(self, self.loading, self.file, self.edits)
        self._training: tuple[SavedRun, Underway] | None = None
        self.draft: DraftState
        """The draft as a whole."""
        self.resolution: Resolution
        """The draft's shapes and problems, and, without problems, what training takes."""
        self.run: SavedRun | None
        """What was learnt, with its own recipe and data; None before any training."""
        self._take(first_document())
        self._undo_history.cleanChanged.connect(self._on_undo_history_clean_changed)

    @property
    def undo_stack(self) -> UndoHistory:
        """The edits of the draft that can be undone."""
        return self._undo_history

    @property
    def recipe(self) -> Recipe:
        """The draft's recipe."""
        return self.draft.recipe

    @property
    def dataset(self) -> Dataset:
        """The draft's data, cut to its characters."""
        return self.draft.dataset

    @property
    def pool(self) -> Dataset:
        """All the samples that the draft's characters are chosen from."""
        return self.draft.pool

    @property
    def path(self) -> Path | None:
        """Where the document is saved; None where it has no file yet."""
        return self.file.path

    @property
    def name(self) -> str:
        """What the document is called."""
        return self.file.name

    @property
    def stem(self) -> str:
        """What files made of the document are called."""
        return self.file.stem

    def codec(self, run: int | None = None) -> Codec | None:
        """Encoder and decoder of one run (None: the best) of the population; None without any."""
        if self.run is None:
            return None
        return self.run.codec(self.run.best_run if run is None else run)

    def continuation(self) -> Continuation | None:
        """What training on from the run takes; None where run and draft do not fit together."""
        resolved = self.resolution.resolved
        if self.run is None or resolved is None:
            return None
        return continuation_of(self.run, resolved)

    def lineage(self) -> Lineage:
        """What a training that continues the run takes over of its history."""
        return Lineage(() if self.run is None else self.run.stages, self.recipe)

    def revert_to(self, recipe: Recipe, dataset: Dataset) -> None:
        """Make what was trained the draft again, undoably."""
        self.push(reverted(self.draft, recipe, dataset), tr("Revert to what was trained"))

    def edit_recipe(self, recipe: Recipe, text: str) -> None:
        """Make ``recipe`` the draft's; ``text`` names the edit in the undo history.

        Edits of the same ``text`` in quick succession are one step of undo. Another source or
        choice of samples is read first; if that fails, the old recipe is announced again.
        """
        if recipe == self.recipe:
            return
        refusal = self._guard(self.recipe, recipe)
        if refusal:
            self.say("warning", refusal, passing=True)
            self.announce_recipe()
        else:
            self.edits.edit(recipe, text)

    def set_guard(self, guard: Callable[[Recipe, Recipe], str]) -> None:
        """Ask ``guard`` before each edit of the recipe: it says why not, or ""."""
        self._guard = guard

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Within it edits of the recipe are not asked about: those of a lesson."""
        guard, self._guard = self._guard, _anything
        try:
            yield
        finally:
            self._guard = guard

    def adopt_result(self, result: TrainingResult, resolved: ResolvedRecipe | None = None) -> None:
        """Make what a training has learnt the document's run.

        Args:
            result: What it has learnt.
            resolved: What was trained; None: the draft as it is now.
        """
        resolved = resolved if resolved is not None else self.resolution.resolved
        if resolved is None:
            raise ValueError("a result without the recipe that it is of")
        self._training = None
        self.run = saved_run_of(result, resolved)
        self.file.mark_unsaved()
        self.file.touch()
        self.file.copy()
        self.file.announce()
        self.run_changed.emit(self.run)

    def complete_result(self, result: TrainingResult, resolved: ResolvedRecipe) -> bool:
        """Take ``result`` over with all its figures; False if another run has taken its place."""
        if self.run is None or self.run.checkpoint is not result.checkpoint:
            return False
        self.adopt_result(result, resolved)
        return True

    def keep_training(
        self, result: TrainingResult, resolved: ResolvedRecipe, underway: Underway
    ) -> None:
        """Copy what the training under way has learnt so far, against a crash."""
        self._training = saved_run_of(result, resolved), underway
        self.file.touch()
        self.file.copy()

    def forget_training(self) -> None:
        """No training is under way any more; what it has left is the document's, or unwanted."""
        self._training = None

    @property
    def underway(self) -> Underway | None:
        """How far the training under way had come when it was copied."""
        return None if self._training is None else self._training[1]

    def unfinished(self) -> Continuation | None:
        """What going on with the document's run takes, as it was; None where it cannot."""
        run = self.run
        if run is None or run.checkpoint is None:
            return None
        resolved = resolve(run.recipe, run.dataset).resolved
        return None if resolved is None else continuation_of(run, resolved)

    def new(self, recipe: Recipe) -> bool:
        """Begin an untrained document with ``recipe``; False, with a notice, if that fails."""
        return self.opening.new(recipe)

    def open(self, path: str | Path, may_leave: Callable[[], bool] | None = None) -> bool:
        """Open a run, a recipe or a course configuration, or take a file as the draft's data.

        False, with a notice, if that fails; then nothing has changed. True does not yet mean that
        what takes a while to be read has come.

        Args:
            path: The file.
            may_leave: Asked, once the file has been read, before another document takes the place
                of this one; False: it stays. A file of data is an edit: nothing is left.
        """
        return self.opening.open(Path(path).absolute(), may_leave)

    def save(self, *, overwrite: bool = False) -> bool:
        """Save to the document's file; False if it has none, or nothing can be written there.

        What another program has written there meanwhile stays, and is reported, unless it is to be
        overwritten.
        """
        if self.path is None:
            return False
        if not overwrite and self.file.state() == "changed":
            self.file.changed_on_disk.emit("changed")
            return False
        return self.save_as(self.path)

    def reload(self) -> bool:
        """Open the document's file again, without what was not saved."""
        return self.path is not None and self.open(self.path)

    def save_as(self, path: str | Path) -> bool:
        """Save to ``path`` (with ``.aegui`` added if need be), the document's file from then on.

        It is written in the background; ``saved`` follows, or a notice. False, with a notice,
        where it is clear already that nothing can be written there.
        """
        return self.file.save_as(Path(path).absolute())

    def close(self, *, keep: bool = False) -> None:
        """The program ends and the person has decided about unsaved work: remove the copy.

        To ``keep`` it, for the next start, is for when nobody could be asked.
        """
        self.loading.shutdown()
        self.file.shutdown(keep=keep)

    def push(self, draft: DraftState, text: str) -> None:
        """Make ``draft`` the present one, undoably."""
        before = self.draft
        self._undo_history.push_edit(EditCommand(self._show_draft, before, draft, text))
        if draft.dataset is not before.dataset:
            self.data_taken.emit(before, draft)

    def refuse(self, error: AeguiError, retry: Callable[[], object] | None = None) -> None:
        """Say why what was asked for cannot be; ``retry`` asks for it again after a download."""
        if isinstance(error, NotDownloaded) and retry is not None:
            self.download_needed.emit(DownloadNeed(error.key, retry))
        else:
            self.say("error", str(error), passing=True)

    @property
    def known_data(self) -> Dataset | None:
        """What the run was learnt from: it need not be in memory twice."""
        return None if self.run is None else self.run.dataset

    def may_read(self, source: str) -> bool:
        """Whether the person has said, since the program began, that ``source`` is to be read."""
        return source in self._agreed

    def agree(self, source: str) -> None:
        """The person wants ``source`` to be read."""
        self._agreed.add(source)

    def ask_to_read(self, source: str, text: str, then: Callable[[], object]) -> None:
        """Offer to read ``source``, which a file has named, not the person; then do ``then``."""

        def accept() -> None:
            self.agree(source)
            then()

        self.noticed.emit(Notice("info", text, tr("Read it"), accept))

    def offer(self, text: str, words: str, accept: Callable[[], object]) -> None:
        """Tell the person, with a button of these ``words`` that does ``accept``."""
        self.noticed.emit(Notice("info", text, words, accept, passing=True))

    def announce_recipe(self) -> None:
        """Say again what the draft is."""
        self.recipe_changed.emit(self.resolution)

    def _show_draft(self, draft: DraftState) -> None:
        """Make ``draft`` the present one: the only way in for edits, undo and redo."""
        old, self.draft = self.draft, draft
        self.resolution = resolve(draft.recipe, draft.dataset)
        self.file.touch()
        if draft.dataset is not old.dataset:
            self.dataset_changed.emit(draft.dataset)
        self.recipe_changed.emit(self.resolution)
        self.file.announce()

    def content(self) -> SavedRun:
        """What a file of the document holds."""
        return self._to_save(self.run)

    def content_under_way(self) -> SavedRun:
        """What a copy against a crash holds: with the training under way."""
        if self._training is None:
            return self.content()
        return self._to_save(self._training[0])

    def _to_save(self, run: SavedRun | None) -> SavedRun:
        kept = self.annotations
        return to_save(self.draft, run, kept.places, kept.concepts, kept.challenge, kept.drawing)

    @Slot()
    def _on_annotations_edited(self) -> None:
        self.file.touch()
        self.file.announce()

    @Slot(bool)
    def _on_undo_history_clean_changed(self, _clean: bool) -> None:
        self.file.announce()

    def _take(self, opened: Opened) -> None:
        self.draft = opened.draft
        self.run = opened.run
        self._training = None
        self.annotations.take(opened.places, opened.concepts, opened.challenge, opened.drawing)
        self.resolution = opened.resolution
        self.file.begin(opened.path, opened.name, opened.mark)

    def swap(self, opened: Opened) -> None:
        """Show another document; whatever could fail has been done before."""
        self.loading.cancel()
        self._take(opened)
        self._undo_history.clear()
        self.dataset_changed.emit(self.dataset)
        self.recipe_changed.emit(self.resolution)
        self.run_changed.emit(self.run)
        self.annotations.announce()
        self.document_changed.emit(self)
        self.file.announce()
        reading = opened.reading
        if reading is not None and (reading.understood or reading.assumed or reading.ignored):
            self.recipe_imported.emit(reading)
        if reading is not None and reading.needs:
            self.say("warning", tr("It needs {needs}.", needs="; ".join(reading.needs)))
        if opened.note and not opened.unread:
            self.say("info", opened.note, about="document")

    def say(self, level: Level, text: str, *, passing: bool = False, about: About = "") -> None:
        """Tell the person; see ``Notice``."""
        _log.info("%s: %s", level, text)
        self.noticed.emit(Notice(level, text, passing=passing, about=about))


def _anything(_before: Recipe, _after: Recipe) -> str:
    """No edit is refused."""
    return ""
