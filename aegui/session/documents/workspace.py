"""The open document: the edited draft, the displayed run, and the file of both."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.data.published import NotDownloaded
from aegui.core.i18n import joined, retold, tr
from aegui.core.network.resolve import resolve
from aegui.core.recipe.settings import is_live_edit
from aegui.core.run_file.challenge import KeptChallenge
from aegui.core.run_file.saved import saved_run_of
from aegui.core.training.record.stages import Lineage
from aegui.session.data.data_edits import DataEdits, DownloadNeed
from aegui.session.documents.annotations import Annotations
from aegui.session.documents.document import continuation_of, first_document, to_save
from aegui.session.documents.document_file import DocumentFile
from aegui.session.documents.draft import reverted, same_samples
from aegui.session.documents.edit_command import EditCommand
from aegui.session.documents.opening import Opening
from aegui.session.documents.undo_history import UndoHistory
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.notice import About, Level, Notice
from aegui.session.told_command import retell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aegui.core.data.dataset import Dataset
    from aegui.core.errors import AeguiError
    from aegui.core.latent.codec import Codec
    from aegui.core.network.resolve import Resolution, ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.setup_line.goal import LineGoal
    from aegui.core.training.record.result import TrainingResult
    from aegui.session.documents.autosave import TrainingProgress
    from aegui.session.documents.document import Continuation, Opened
    from aegui.session.documents.draft import DraftState
    from aegui.session.settings import Settings

_log = logging.getLogger(__name__)


class Workspace(QObject):
    """The open document and all operations on it.

    The draft (``recipe`` and ``dataset``) is what the user edits; each edit is undoable. The run is
    the result of a training, with the recipe and the data that it was trained with; edits of the
    draft do not change it. Both are saved in one file.

    Data that are slow to read are read in the background (``loading``); until then, and if that is
    cancelled or fails, the document does not change. ``file`` saves, copies and names the document,
    ``edits`` changes its data, and ``opening`` replaces it by another one.

    No method raises an error that a user could cause: a refusal is reported by one ``noticed``
    signal and changes nothing.
    """

    recipe_changed = Signal(object)
    """Emitted with the draft's ``Resolution``."""
    recipe_settled = Signal(object)
    """Emitted with the same in a turn of the event loop of its own, once for several edits in one:
    for what need not be painted together with the edit."""
    dataset_changed = Signal(object)
    """Emitted with the draft's ``Dataset``."""
    data_taken = Signal(object, object)
    """Emitted with the ``DraftState`` before and after an edit of the samples, not for undo or
    redo."""
    run_changed = Signal(object)
    """Emitted with the ``SavedRun``, or None if nothing has been trained yet."""
    document_changed = Signal(object)
    """Emitted with this workspace after another document was opened, after the signals of its
    parts."""
    recipe_imported = Signal(object)
    """Emitted with the ``CourseReading`` after a foreign configuration was opened."""
    noticed = Signal(object)
    """Emitted with a ``Notice``."""
    download_needed = Signal(object)
    """Emitted with a ``DownloadNeed`` if a request needs data from the network."""

    def __init__(
        self,
        settings: Settings,
        autosave_folder: Path | None = None,
        first: Opened | None = None,
    ) -> None:
        """Open ``first``; None: the shipped model, or a default recipe if it is missing."""
        super().__init__()
        self.undo_stack = UndoHistory(self)
        """The undo history of the document."""
        self.loading = ProgressJob("aegui-data", self)
        self.annotations = Annotations(self.undo_stack, self)
        self.annotations.edited.connect(self._on_annotations_edited)
        self._agreed: set[str] = set()
        self._guard: Callable[[Recipe, Recipe], str] | None = None
        self._is_training: Callable[[], bool] = bool
        self._settling = one_shot(self, self._on_settling_timeout)
        self.edits = DataEdits(self, self.loading)
        self.file = DocumentFile(self, settings, autosave_folder, self)
        self.file.noticed.connect(self.noticed)
        self.opening = Opening(self, self.loading, self.file, self.edits)
        self._training: tuple[SavedRun, TrainingProgress] | None = None
        self.draft: DraftState
        """The draft as a whole."""
        self.resolution: Resolution
        """The draft's shapes and problems, and, if it has none, what training needs."""
        self.run: SavedRun | None
        """The result of a training, with its own recipe and data; None before the first."""
        self._take(first_document() if first is None else first)
        self.undo_stack.cleanChanged.connect(self._on_undo_history_clean_changed)

    @property
    def recipe(self) -> Recipe:
        """Return the draft's recipe."""
        return self.draft.recipe

    @property
    def dataset(self) -> Dataset:
        """Return the samples of the draft that are in use."""
        return self.draft.dataset

    @property
    def pool(self) -> Dataset:
        """Return all samples that the draft's are chosen from."""
        return self.draft.pool

    @property
    def path(self) -> Path | None:
        """Return the path of the document; None if it has no file yet."""
        return self.file.path

    @property
    def name(self) -> str:
        """Return the name of the document."""
        return self.file.name

    @property
    def stem(self) -> str:
        """Return a stem for files made from the document."""
        return self.file.stem

    def codec(self, run: int | None = None) -> Codec | None:
        """Return encoder and decoder of ``run`` (None: the best run); None before any training."""
        if self.run is None:
            return None
        return self.run.codec(self.run.best_run if run is None else run)

    def continuation(self) -> Continuation | None:
        """Return what continuing the run needs; None if run and draft do not match."""
        resolved = self.resolution.resolved
        if self.run is None or resolved is None:
            return None
        return continuation_of(self.run, resolved)

    def lineage(self) -> Lineage:
        """Return what a training that continues the run takes over of its history."""
        return Lineage(() if self.run is None else self.run.stages, self.recipe)

    def revert_to(self, recipe: Recipe, dataset: Dataset) -> None:
        """Replace the draft by what was trained; undoable."""
        self.push(reverted(self.draft, recipe, dataset), tr("Revert to what was trained"))

    def edit_recipe(
        self,
        recipe: Recipe,
        text: str,
        done: Callable[[], object] = lambda: None,
        *,
        again: bool = False,
        is_whole: bool = False,
    ) -> bool:
        """Make ``recipe`` the draft's; ``text`` names the edit in the undo history.

        Edits with the same ``text`` in quick succession are merged into one undo step. Another
        source or choice of samples is read first; if that fails, the old recipe is announced again.
        ``done`` is called after the edit, unless it is refused, fails or is cancelled.
        With ``again`` the samples are read even if their source is the same. A recipe that
        ``is_whole`` was made for its data: its training is not adapted to their number. Returns
        False if the edit is refused: a training cannot follow it, or a field is locked.
        """
        if recipe == self.recipe and not again:
            return True
        if not self.may_edit(recipe, again=again):
            return False
        now = self.recipe.data
        if not again and (recipe.data is now or same_samples(recipe.data, now)):
            self.push(replace(self.draft, recipe=recipe), text)
            done()
        else:
            self.edits.edit(recipe, text, done, again=again, is_whole=is_whole)
        return True

    def set_up(
        self,
        recipe: Recipe,
        goal: LineGoal | None,
        text: str,
        done: Callable[[], object] = lambda: None,
    ) -> bool:
        """Make ``recipe`` the draft's and ``goal`` its challenge, in one step of undo.

        Without a goal there is no challenge. The rest is as for ``edit_recipe``.
        """
        challenge = None if goal is None else KeptChallenge(goal)
        if recipe == self.recipe:
            self.annotations.set_challenge(challenge, text)
            done()
            return True

        def on_edited() -> None:
            # An edit made while data were read is merged into the recipe.
            if self.recipe == recipe:
                self.annotations.set_challenge(challenge, text, self.draft)
            done()

        return self.edit_recipe(recipe, text, on_edited, is_whole=True)

    def may_edit(self, recipe: Recipe, *, again: bool = False) -> bool:
        """Return whether ``recipe`` may become the draft's; say why if it may not."""
        if self._is_training() and (again or not is_live_edit(self.recipe, recipe)):
            self._refuse_edit(
                "info",
                tr(
                    "A training is running, and follows only changes of noise and learning rate. "
                    "Stop it to change more."
                ),
            )
            return False
        refusal = "" if self._guard is None else self._guard(self.recipe, recipe)
        if refusal:
            self._refuse_edit("warning", refusal)
        return not refusal

    def retell(self) -> None:
        """Translate the draft's problems and the names of its edits into the current language."""
        problems = self.resolution.problems
        told = tuple(replace(one, message=retold(one.message)) for one in problems)
        self.resolution = replace(self.resolution, problems=told)
        retell(self.undo_stack)

    def set_training(self, is_training: Callable[[], bool]) -> None:
        """Set a callback that tells whether a training runs: only live edits are possible then."""
        self._is_training = is_training

    def may_edit_data(self) -> bool:
        """Return whether the data may be edited; if a training runs, say that they may not."""
        if self._is_training():
            self._refuse_edit("info", tr("Data can be changed when the training has ended."))
            return False
        return True

    def _refuse_edit(self, level: Level, why: str) -> None:
        self.say(level, why, passing=True, about="busy" if level == "info" else "")
        # The widget that sent the edit is told what counts.
        self.announce_recipe()

    def set_guard(self, guard: Callable[[Recipe, Recipe], str] | None) -> None:
        """Set a callback for edits of the recipe, which returns why an edit is refused, or ""."""
        self._guard = guard

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Suspend the guard, for edits by a lesson."""
        guard, self._guard = self._guard, None
        try:
            yield
        finally:
            self._guard = guard

    def adopt_result(self, result: TrainingResult, resolved: ResolvedRecipe | None = None) -> None:
        """Make the result of a training the document's run.

        Args:
            result: The result.
            resolved: What was trained; None for the current draft.
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
        """Replace the run by ``result`` with all figures; False if the run is another one."""
        if self.run is None or self.run.checkpoint is not result.checkpoint:
            return False
        self.adopt_result(result, resolved)
        return True

    def keep_training(
        self, result: TrainingResult, resolved: ResolvedRecipe, underway: TrainingProgress
    ) -> None:
        """Include the state of the running training in the recovery copy."""
        self._training = saved_run_of(result, resolved), underway
        self.file.touch()
        self.file.copy()

    def forget_training(self) -> None:
        """Forget the running training: it has ended, and its result was adopted or is unwanted."""
        self._training = None

    @property
    def underway(self) -> TrainingProgress | None:
        """Return the progress of the running training at its last copy."""
        return None if self._training is None else self._training[1]

    def unfinished(self) -> Continuation | None:
        """Return what continuing the run under its own recipe needs; None if impossible."""
        run = self.run
        if run is None or run.checkpoint is None:
            return None
        resolved = resolve(run.recipe, run.dataset).resolved
        return None if resolved is None else continuation_of(run, resolved)

    def new(self, recipe: Recipe) -> bool:
        """Begin an untrained document with ``recipe``; False, with a notice, if that fails."""
        return self.opening.new(recipe)

    def open(self, path: str | Path, may_leave: Callable[[], bool] | None = None) -> bool:
        """Open a run, a recipe or a course configuration, or use a file as the draft's data.

        Returns False, with a notice, if that fails; then nothing has changed. True does not mean
        that a file that is slow to read has been read already.

        Args:
            path: The file.
            may_leave: Called when the file has been read, before the open document is replaced; if
                it returns False, the document stays. Not called for a file of data, which is an
                edit.
        """
        return self.opening.open(Path(path).absolute(), may_leave)

    def save(self, *, overwrite: bool = False) -> bool:
        """Save to the document's file; return False if it has none or cannot be written.

        If another program has written to the file, that is reported instead, unless ``overwrite``.
        """
        if self.path is None:
            return False
        if not overwrite and self.file.state() == "changed":
            self.file.changed_on_disk.emit("changed")
            return False
        return self.save_as(self.path)

    def reload(self) -> bool:
        """Open the document's file again, discarding unsaved changes."""
        return self.path is not None and self.open(self.path)

    def save_as(self, path: str | Path) -> bool:
        """Save to ``path`` (adding ``.aegui`` if missing), which becomes the document's file.

        The file is written in the background; ``saved`` follows, or a notice. Returns False, with a
        notice, if it is certain already that nothing can be written there.
        """
        return self.file.save_as(Path(path).absolute())

    def close(self, *, keep: bool = False) -> None:
        """Shut down after the user has decided about unsaved work, and remove the recovery copy.

        ``keep`` keeps the copy for the next start, for when the user could not be asked.
        """
        self._settling.stop()
        self.loading.shutdown()
        self.file.shutdown(keep=keep)

    def push(self, draft: DraftState, text: str) -> None:
        """Make ``draft`` the current one; undoable."""
        before = self.draft
        self.undo_stack.push_edit(EditCommand(self._show_draft, before, draft, text))
        if draft.dataset is not before.dataset:
            self.data_taken.emit(before, draft)

    def refuse(self, error: AeguiError, retry: Callable[[], object] | None = None) -> None:
        """Report why a request failed; ``retry`` repeats it after a download."""
        if isinstance(error, NotDownloaded) and retry is not None:
            self.download_needed.emit(DownloadNeed(error.key, retry))
        else:
            self.say("error", str(error), passing=True)

    @property
    def known_data(self) -> Dataset | None:
        """Return the data of the run, to be shared instead of a second copy in memory."""
        return None if self.run is None else self.run.dataset

    def may_read(self, source: str) -> bool:
        """Return whether the user has agreed to reading ``source`` since the program started."""
        return source in self._agreed

    def agree(self, source: str) -> None:
        """Record that the user agrees to reading ``source``."""
        self._agreed.add(source)

    def ask_to_read(self, source: str, text: str, then: Callable[[], object]) -> None:
        """Offer to read ``source``, which a file names and not the user; then call ``then``."""

        def accept() -> None:
            self.agree(source)
            then()

        self.noticed.emit(Notice("info", text, tr("Read it"), accept))

    def offer(self, text: str, words: str, accept: Callable[[], object]) -> None:
        """Show a message with a button ``words`` that calls ``accept``."""
        self.noticed.emit(Notice("info", text, words, accept, passing=True))

    def announce_recipe(self) -> None:
        """Emit the current recipe again."""
        self.recipe_changed.emit(self.resolution)
        self._settling.start()

    @Slot()
    def _on_settling_timeout(self) -> None:
        self.recipe_settled.emit(self.resolution)
        self.file.announce()

    def _show_draft(self, draft: DraftState) -> None:
        """Make ``draft`` the current one; all edits, undo and redo use this method."""
        old, self.draft = self.draft, draft
        self.resolution = resolve(draft.recipe, draft.dataset)
        self.file.touch()
        if draft.dataset is not old.dataset:
            self.dataset_changed.emit(draft.dataset)
        self.announce_recipe()

    def content(self) -> SavedRun:
        """Return the content of the document's file."""
        return self._to_save(self.run)

    def content_with_progress(self) -> SavedRun:
        """Return the content of a recovery copy, including the running training."""
        if self._training is None:
            return self.content()
        return self._to_save(self._training[0])

    def _to_save(self, run: SavedRun | None) -> SavedRun:
        annotations = self.annotations
        return to_save(
            self.draft,
            run,
            annotations.pins,
            annotations.concepts,
            annotations.challenge,
            annotations.drawing,
        )

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
        self.annotations.take(opened.pins, opened.concepts, opened.challenge, opened.drawing)
        self.resolution = opened.resolution
        self.file.begin(opened.path, opened.name, opened.mark)

    def swap(self, opened: Opened) -> None:
        """Replace the document; everything that could fail has been done before."""
        self.loading.cancel()
        self._take(opened)
        self.undo_stack.clear()
        self.dataset_changed.emit(self.dataset)
        self.announce_recipe()
        self.run_changed.emit(self.run)
        self.annotations.announce()
        self.document_changed.emit(self)
        self.file.announce()
        reading = opened.reading
        if reading is not None and (reading.understood or reading.assumed or reading.ignored):
            self.recipe_imported.emit(reading)
        if reading is not None and reading.needs:
            self.say("warning", tr("It needs {needs}.", needs=joined("; ", reading.needs)))
        if opened.note and not opened.unread:
            self.say("info", opened.note, about="document")

    def say(self, level: Level, text: str, *, passing: bool = False, about: About = "") -> None:
        """Show a message; see ``Notice``."""
        _log.info("%s: %s", level, text)
        self.noticed.emit(Notice(level, text, passing=passing, about=about))
