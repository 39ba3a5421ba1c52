"""The open document: the draft that is edited, the run that is shown, and where both are saved."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QUndoStack

from aegui.core.data.download import NotDownloaded
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe_file import save_recipe
from aegui.core.run_file import SUFFIX, SavedRun, save_run
from aegui.session.autosave import Autosave, Recovery, remove
from aegui.session.data_edits import DataEdits, DownloadNeed
from aegui.session.data_view import source_words
from aegui.session.document import (
    Opened,
    continuation_of,
    first_document,
    is_data,
    is_quick_run,
    open_recipe,
    open_run,
    read_recipe,
    saved_run_of,
    stamp_of,
    to_save,
)
from aegui.session.draft import DraftState, fresh_draft, is_quick_source, same_data
from aegui.session.edit_command import EditCommand
from aegui.session.keepsakes import Keepsakes
from aegui.session.notice import Level, Notice
from aegui.session.progress_job import ProgressJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.training.result import TrainingResult
    from aegui.session.document import Continuation
    from aegui.session.settings import Settings

AUTOSAVE_MS = 30_000
_UNDO_LIMIT = 1000
_log = logging.getLogger(__name__)


class Workspace(QObject):
    """The document and everything that may be done to it.

    The draft (``recipe`` and ``dataset``) is what the person edits, each edit undoable. The run is
    what was learnt, with the recipe and the data that it was learnt from; edits of the draft leave
    it alone until another training has ended. Both are saved in one file.

    Data that take a while are read in the background (``loading``); until they are there the
    document stays as it is, and so it does if that is cancelled or fails.

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
    title_changed = Signal(str, bool)
    """Name of the document, and whether there is anything unsaved in it."""
    recent_changed = Signal(object)
    """Tuple of paths, newest first."""
    recipe_imported = Signal(object)
    """A ``CourseReading``: a foreign configuration was opened, this is what was made of it."""
    noticed = Signal(object)
    """A ``Notice``."""
    download_needed = Signal(object)
    """A ``DownloadNeed``: what was wished needs data from the network."""

    def __init__(
        self, settings: Settings, parent: QObject | None = None, autosave_folder: Path | None = None
    ) -> None:
        """Open the shipped model, or an untrained default recipe where there is none."""
        super().__init__(parent)
        self._settings = settings
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_UNDO_LIMIT)
        self.loading = ProgressJob("aegui-data", self)
        self.keepsakes = Keepsakes(self)
        self.keepsakes.edited.connect(self._on_keepsakes_edited)
        self._edits = DataEdits(self, self.loading)
        self._autosave = Autosave(self, autosave_folder)
        self._autosave.failed.connect(self._on_autosave_failed)
        self._autosave_failed = False
        self._changes = 0
        self._autosaved_changes = 0
        self._unsaved = False
        self._draft: DraftState
        self._resolution: Resolution
        self._run: SavedRun | None
        self._path: Path | None
        self._name: str
        self._take(first_document())
        self._title = (self.name, False)
        self.undo_stack.cleanChanged.connect(self._on_undo_stack_clean_changed)
        self._timer = QTimer(self)
        self._timer.setInterval(AUTOSAVE_MS)
        self._timer.timeout.connect(self.autosave)

    @property
    def recipe(self) -> Recipe:
        """The draft's recipe."""
        return self._draft.recipe

    @property
    def dataset(self) -> Dataset:
        """The draft's data, cut to its characters."""
        return self._draft.dataset

    @property
    def pool(self) -> Dataset:
        """All the samples that the draft's characters are chosen from."""
        return self._draft.pool

    @property
    def draft(self) -> DraftState:
        """The draft as a whole."""
        return self._draft

    @property
    def resolution(self) -> Resolution:
        """The draft's shapes and problems, and, without problems, what training takes."""
        return self._resolution

    @property
    def run(self) -> SavedRun | None:
        """What was learnt, with its own recipe and data; None before any training."""
        return self._run

    @property
    def path(self) -> Path | None:
        """Where the document is saved; None where it has no file yet."""
        return self._path

    @property
    def name(self) -> str:
        """What the document is called."""
        if self._path is not None:
            return self._path.stem
        return self._name or tr("Untitled")

    @property
    def is_modified(self) -> bool:
        """Whether there is anything unsaved."""
        return self._unsaved or not self.undo_stack.isClean()

    @property
    def is_draft_trained(self) -> bool:
        """Whether the run is one of the draft as it is now."""
        run = self._run
        return (
            run is not None
            and run.recipe == self.recipe
            and same_data(run.dataset, self._draft.dataset)
        )

    @property
    def recent_files(self) -> tuple[Path, ...]:
        """Files opened or saved last, newest first."""
        return self._settings.recent_files

    def codec(self, run: int | None = None) -> Codec | None:
        """Encoder and decoder of one run (None: the best) of the population; None without any."""
        if self._run is None:
            return None
        return self._run.codec(self._run.best_run if run is None else run)

    def continuation(self) -> Continuation | None:
        """What training on from the run takes; None where run and draft do not fit together."""
        resolved = self._resolution.resolved
        if self._run is None or resolved is None:
            return None
        return continuation_of(self._run, resolved)

    def edit_recipe(self, recipe: Recipe, text: str) -> None:
        """Make ``recipe`` the draft's; ``text`` names the edit in the undo history.

        Edits of the same ``text`` in quick succession are one step of undo. Another source or
        choice of samples is read first; if that fails, the old recipe is announced again.
        """
        if recipe != self.recipe:
            self._edits.edit(recipe, text)

    def edit_dataset(self, dataset: Dataset, text: str) -> None:
        """Make ``dataset`` the draft's data, all of it; it is saved within the document."""
        self._edits.edit_dataset(dataset, text)

    def add_sample(self, image: ArrayLike, label: str) -> None:
        """Add ``image`` (``[H, W]`` or ``[C, H, W]``) to the draft's data under ``label``."""
        self._edits.add_sample(image, label)

    def add_file(self, path: str | Path) -> bool:
        """Join the samples of a file to the draft's data; False, with a notice, on failure."""
        return self._edits.add_file(Path(path))

    def adopt_result(self, result: TrainingResult, resolved: ResolvedRecipe | None = None) -> None:
        """Make what a training has learnt the document's run.

        Args:
            result: What it has learnt.
            resolved: What was trained; None: the draft as it is now.
        """
        resolved = resolved if resolved is not None else self._resolution.resolved
        if resolved is None:
            raise ValueError("a result without the recipe that it is of")
        self._run = saved_run_of(result, resolved)
        self._unsaved = True
        self._touch()
        self._announce_title()
        self.run_changed.emit(self._run)
        if result.message:
            self.say("warning", result.message)

    def new(self, recipe: Recipe) -> bool:
        """Begin an untrained document with ``recipe``; False, with a notice, if that fails."""
        return self.loading.do(
            tr("Reading {name}", name=source_words(recipe.data.source)),
            partial(fresh_draft, recipe),
            lambda draft: self._swap(Opened(draft, name=tr(recipe.name))),
            lambda error: self.refuse(error, partial(self.new, recipe)),
            quick=is_quick_source(recipe.data.source),
        )

    def open(self, path: str | Path, may_leave: Callable[[], bool] | None = None) -> bool:
        """Open a run, a recipe or a course configuration, or take a file as the draft's data.

        False, with a notice, if that fails; then nothing has changed. True does not yet mean that
        what takes a while to be read has come.

        Args:
            path: The file.
            may_leave: Asked, once the file has been read, before another document takes the place
                of this one; False: it stays. A file of data is an edit: nothing is left.
        """
        path = Path(path).absolute()
        try:
            if is_data(path):
                return self._edits.take_file(
                    path, partial(self._remember, path), partial(self._refuse_file, path)
                )
            return self._open_document(path, may_leave)
        except AeguiError as error:
            self._refuse_file(path, error)
            return False

    def _open_document(self, path: Path, may_leave: Callable[[], bool] | None) -> bool:
        stamp = stamp_of(path)
        if path.suffix.lower() == SUFFIX:
            work, quick = (lambda _report, _cancelled: open_run(path)), is_quick_run(path)
        else:
            reading = read_recipe(path)
            work = partial(open_recipe, path, reading)
            quick = is_quick_source(reading.recipe.data.source)
        kept = True

        def take(opened: Opened) -> None:
            nonlocal kept
            if may_leave is not None and not may_leave():
                kept = False
            elif stamp_of(path) != stamp:
                # This document has just been saved to that very file.
                kept = self._open_document(path, None)
            else:
                self._swap(opened)
                self._remember(path)

        def refuse(error: AeguiError) -> None:
            self._refuse_file(path, error, partial(self.open, path, may_leave))

        title = tr("Opening {name}", name=path.name)
        return self.loading.do(title, work, take, refuse, quick=quick) and kept

    def save(self) -> bool:
        """Save to the document's file; False if it has none, or, with a notice, if that fails."""
        return self._path is not None and self.save_as(self._path)

    def save_as(self, path: str | Path) -> bool:
        """Save to ``path`` (with ``.aegui`` added if need be), the document's file from now on."""
        path = Path(path).absolute()
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        try:
            save_run(path, self._to_save())
        except AeguiError as error:
            self.say("error", str(error))
            return False
        self._path = path
        self._unsaved = False
        self.undo_stack.setClean()
        self._forget_copy()
        self._remember(path)
        self._announce_title()
        return True

    def export_recipe(self, path: str | Path) -> bool:
        """Write the draft's recipe alone to ``path``, as JSON; False, with a notice, on failure."""
        try:
            save_recipe(path, self.recipe)
        except AeguiError as error:
            self.say("error", str(error))
            return False
        return True

    def clear_recent(self) -> None:
        """Forget the recent files."""
        self._settings.recent_files = ()
        self._store_recent()

    @Slot()
    def autosave(self) -> None:
        """Copy unsaved work that has changed since the last copy; called every 30 s."""
        if self.is_modified and self._changes != self._autosaved_changes:
            self._autosaved_changes = self._changes
            self._autosave.write(self._to_save(), self._path, self.name)

    def recoveries(self) -> tuple[Recovery, ...]:
        """Unsaved work that a crashed program has left, newest first."""
        return self._autosave.found()

    def recover(self, recovery: Recovery) -> bool:
        """Open the unsaved work ``recovery``; False, with a notice, if it cannot be read."""
        try:
            opened = open_run(recovery.file)
        except AeguiError as error:
            self.say("error", str(error))
            return False
        name = recovery.name or opened.draft.recipe.name
        self._swap(replace(opened, path=recovery.origin, name=name))
        self._autosave.take_over(recovery)
        self._unsaved = True
        self._announce_title()
        return True

    def discard_recovery(self, recovery: Recovery) -> None:
        """Remove the unsaved work ``recovery`` for good."""
        remove(recovery.file)

    def close(self) -> None:
        """The program ends and the person has decided about unsaved work: remove the copy."""
        self.loading.shutdown()
        self._timer.stop()
        self._autosave.shutdown()

    def push(self, draft: DraftState, text: str) -> None:
        """Make ``draft`` the present one, undoably."""
        before = self._draft
        self.undo_stack.push(EditCommand(self._show_draft, before, draft, text))
        if draft.dataset is not before.dataset:
            self.data_taken.emit(before, draft)

    def refuse(self, error: AeguiError, retry: Callable[[], object] | None = None) -> None:
        """Say why what was wished cannot be; ``retry`` wishes it again after a download."""
        if isinstance(error, NotDownloaded) and retry is not None:
            self.download_needed.emit(DownloadNeed(error.key, retry))
        else:
            self.say("error", str(error), passing=True)

    def _refuse_file(
        self, path: Path, error: AeguiError, retry: Callable[[], object] | None = None
    ) -> None:
        if not path.exists():
            self._remember(path, forget=True)
        self.refuse(error, retry)

    def announce_recipe(self) -> None:
        """Say again what the draft is."""
        self.recipe_changed.emit(self._resolution)

    def _show_draft(self, draft: DraftState) -> None:
        """Make ``draft`` the present one: the only way in for edits, undo and redo."""
        old, self._draft = self._draft, draft
        self._resolution = resolve(draft.recipe, draft.dataset)
        self._touch()
        if draft.dataset is not old.dataset:
            self.dataset_changed.emit(draft.dataset)
        self.recipe_changed.emit(self._resolution)

    def _to_save(self) -> SavedRun:
        kept = self.keepsakes
        return to_save(self._draft, self._run, kept.places, kept.concepts)

    @Slot()
    def _on_keepsakes_edited(self) -> None:
        # Pins alone are not worth a question where the document has never been saved: whoever
        # clicks about on the shipped model may leave without a word.
        if self._path is not None or self.keepsakes.concepts:
            self._unsaved = True
        self._touch()
        self._announce_title()

    def _take(self, opened: Opened) -> None:
        self._draft = opened.draft
        self._run = opened.run
        self.keepsakes.take(opened.places, opened.concepts)
        self._path = opened.path
        self._name = opened.name
        self._resolution = resolve(opened.draft.recipe, opened.draft.dataset)

    def _swap(self, opened: Opened) -> None:
        """Show another document; whatever could fail has been done before."""
        self.loading.cancel()
        self._forget_copy()
        self._unsaved = False
        self._take(opened)
        self.undo_stack.clear()
        self.dataset_changed.emit(self.dataset)
        self.recipe_changed.emit(self._resolution)
        self.run_changed.emit(self._run)
        self.keepsakes.announce()
        self.document_changed.emit(self)
        self._announce_title()
        reading = opened.reading
        if reading is not None and (reading.understood or reading.assumed or reading.ignored):
            self.recipe_imported.emit(reading)
        if reading is not None and reading.needs:
            self.say("warning", tr("It needs {needs}.", needs="; ".join(reading.needs)))
        if opened.note:
            self.say("info", opened.note)

    def _touch(self) -> None:
        self._changes += 1
        if not self._timer.isActive():
            self._timer.start()

    def _forget_copy(self) -> None:
        self._timer.stop()
        self._autosave.discard()
        self._autosaved_changes = self._changes

    def _announce_title(self) -> None:
        title = (self.name, self.is_modified)
        if title != self._title:
            self._title = title
            self.title_changed.emit(*title)

    def say(self, level: Level, text: str, *, passing: bool = False) -> None:
        """Tell the person."""
        _log.info("%s: %s", level, text)
        self.noticed.emit(Notice(level, text, passing=passing))

    def _remember(self, path: Path, *, forget: bool = False) -> None:
        if forget:
            self._settings.remove_recent(path)
        else:
            self._settings.add_recent(path)
        self._store_recent()

    def _store_recent(self) -> None:
        notice = self._settings.save()
        if notice is not None:
            self.noticed.emit(notice)
        self.recent_changed.emit(self._settings.recent_files)

    @Slot(bool)
    def _on_undo_stack_clean_changed(self, clean: bool) -> None:
        self._announce_title()

    @Slot(str)
    def _on_autosave_failed(self, reason: str) -> None:
        # Once is enough: it would say the same every half minute.
        if not self._autosave_failed:
            self._autosave_failed = True
            self.say("warning", tr("Unsaved work could not be backed up. {why}", why=reason))
