"""The file of the open document, its recovery copy, and whether it is modified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from aegui.core.atomic import check_writable, file_name_part
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.file_mark import mark_written
from aegui.core.i18n import tr
from aegui.core.run_file.saved import SUFFIX, save_run
from aegui.core.training.loop.pace import CHECKPOINT_SHARE
from aegui.session.documents.autosave import Autosave
from aegui.session.documents.document import stamp_of
from aegui.session.documents.naming import content_name, content_stem, is_other_content
from aegui.session.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.file_mark import FileMark, FileState
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.documents.autosave import Recovery
    from aegui.session.documents.workspace import Workspace
    from aegui.session.settings import Settings


AUTOSAVE_MS = 5_000
"""Minimum interval of recovery copies; it grows with the time that a copy takes."""
_NOTHING_COPIED = -1
"""A number of changes that no document has: there is no recovery copy of its present state."""
_LAST_SECONDS = 60.0
"""How long shutdown waits for a recovery copy that the next start needs."""


class Saving(JobQueue):
    """Writes run files in the order of the requests."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("aegui-save", parent)

    def write(
        self,
        path: Path,
        run: SavedRun,
        done: Callable[[FileMark], None],
        failed: Callable[[AeguiError], None],
    ) -> bool:
        """Queue ``run`` to be written to ``path``; then call either ``done`` or ``failed``.

        Returns False if it has failed already because nothing can be written there.
        """
        try:
            check_writable(path)
        except AeguiError as error:
            failed(error)
            return False

        def work(_report: Report, cancelled: IsCancelled) -> FileMark:
            return mark_written(*save_run(path, run, cancelled=cancelled))

        self.add(tr("Saving {name}", name=path.name), work, done, failed)
        return True


class DocumentFile(QObject):
    """Saves the document, makes recovery copies every few seconds, and tracks modifications.

    A document that is being written counts as modified until it is on the disk. Edits made in the
    meantime leave it modified.
    """

    title_changed = Signal(str, bool)
    """Emitted with the name of the document, and whether it is modified."""
    saved = Signal(object)
    """Emitted with the path when the document was saved."""
    recent_changed = Signal(object)
    """Emitted with the tuple of recent paths, newest first."""
    noticed = Signal(object)
    """Emitted with a ``Notice``."""
    changed_on_disk = Signal(str)
    """Emitted with ``changed`` or ``gone`` when another program has changed or removed the file."""
    copied = Signal(float)
    """Emitted with the duration in seconds when a recovery copy was made."""

    def __init__(
        self,
        host: Workspace,
        settings: Settings,
        autosave_folder: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.saving = Saving(self)
        self._host = host
        self._settings = settings
        self.autosave = Autosave(self, autosave_folder)
        """The recovery copy of the document."""
        self.autosave.failed.connect(self._on_autosave_failed)
        self.autosave.written.connect(self._on_autosave_written)
        self._autosave_failed = False
        self.path: Path | None = None
        """Path of the document; None if it has no file yet."""
        self._mark: FileMark | None = None
        self._reported: tuple[str, int] | None = None
        self._name = self._began_as = ""
        self._stored: Recipe
        """The recipe that the file of the document was read or written with."""
        self._document = 0
        self._changes = 0
        self._copied_changes = 0
        self._is_unsaved = False
        self._being_written = 0
        self._title: tuple[str, bool] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(AUTOSAVE_MS)
        self._timer.timeout.connect(self.copy)

    @property
    def name(self) -> str:
        """Return the name of the document: of its file, as it was opened, or by its content."""
        if self.path is not None:
            return self.path.stem
        return self._given_name or content_name(self._host.recipe)

    @property
    def stem(self) -> str:
        """Return a short stem for files made from the document, valid on any system."""
        name = self._given_name if self.path is None else self.path.stem
        return file_name_part(name) or content_stem(self._host.recipe)

    @property
    def _given_name(self) -> str:
        """Return the original name while the content still matches it; otherwise ""."""
        return self._name if content_stem(self._host.recipe) == self._began_as else ""

    @property
    def replaced_content(self) -> str:
        """Return what the file holds if saving would replace it by other data or another kind.

        Empty if there is no file, or if it holds an earlier state of the same work.
        """
        if self.path is None or not is_other_content(self._stored, self._host.recipe):
            return ""
        return content_name(self._stored)

    @property
    def is_modified(self) -> bool:
        """Return whether anything is not on the disk."""
        return self._being_written > 0 or self._is_edited

    @property
    def _is_edited(self) -> bool:
        host = self._host
        return self._is_unsaved or host.undo_stack.has_edits() or host.annotations.is_edited

    @property
    def recent(self) -> tuple[Path, ...]:
        """Return the files that were opened or saved last, newest first."""
        return self._settings.recent_files

    @property
    def used_folders(self) -> tuple[Path, ...]:
        """Return the folders that files were opened from or written to last."""
        return (*(path.parent for path in self.recent), *self._settings.folders)

    # Document and changes

    def begin(self, path: Path | None, name: str, mark: FileMark | None = None) -> None:
        """Start with another, unmodified document; ``mark`` is the state of its file as read."""
        self._forget_copy()
        self.path, self._name = path, name
        self._began_as = content_stem(self._host.recipe)
        self._stored = self._host.recipe
        self._mark, self._reported = mark, None
        self._document += 1
        self._being_written = 0
        self._is_unsaved = False
        if self._title is None:
            # The first document is not announced: the window is built with its title.
            self._title = (self.name, False)

    def touch(self) -> None:
        """Record a change for the next recovery copy."""
        self._changes += 1
        if not self._timer.isActive():
            self._timer.start()

    def mark_unsaved(self) -> None:
        """Mark the document as modified by a change that is not in the undo history."""
        self._is_unsaved = True

    def announce(self) -> None:
        """Emit the title if it has changed."""
        title = (self.name, self.is_modified)
        if title != self._title:
            self._title = title
            self.title_changed.emit(*title)

    # Files

    def state(self) -> FileState:
        """Return whether the file has changed or is gone since it was read or saved."""
        if self.path is None or self._mark is None or self.saving.is_busy:
            return "same"
        state, self._mark = self._mark.state(self.path)
        return state

    def check(self) -> None:
        """Emit ``changed_on_disk`` once if another program has changed or removed the file."""
        state = self.state()
        reported = None if state == "same" or self.path is None else (state, stamp_of(self.path))
        if reported == self._reported:
            return
        self._reported = reported
        if state == "gone":
            # The open document now exists only in memory.
            self._is_unsaved = True
            self.touch()
            self.announce()
        if state != "same":
            self.changed_on_disk.emit(state)

    def save_as(self, path: Path) -> bool:
        """Save to ``path`` (adding ``.aegui`` if missing), which becomes the document's file.

        The file is packed and written in the background; ``saved`` follows. Returns False, with a
        notice, if it is certain already that nothing can be written there.
        """
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        if path.parent not in self._settings.folders:
            # Stored before writing: if the program is killed, the next start cleans up there.
            self._settings.note_writing(path.parent)
            self._settings.save()
        document, changes, recipe = self._document, self._changes, self._host.recipe
        was_edited, self._is_unsaved = self._is_edited, False
        self._being_written += 1
        self._host.undo_stack.setClean()
        self._host.annotations.set_clean()

        def done(mark: FileMark) -> None:
            if document == self._document:
                self._being_written -= 1
                self.path, self._stored = path, recipe
                self._mark, self._reported = mark, None
                if changes == self._changes and self._host.underway is None:
                    self._forget_copy()
            self.remember(path)
            self.announce()
            self.saved.emit(path)

        def failed(error: AeguiError) -> None:
            if document == self._document:
                self._being_written -= 1
                self._is_unsaved = self._is_unsaved or was_edited
            if not isinstance(error, Cancelled):
                self._host.say("error", str(error), about="saving")
            self.announce()

        return self.saving.write(path, self._host.content(), done, failed)

    @Slot()
    def copy(self) -> None:
        """Make a recovery copy if unsaved work has changed since the last one."""
        underway = self._host.underway
        is_unsaved = self.is_modified or underway is not None
        if is_unsaved and self._changes != self._copied_changes:
            self._copied_changes = self._changes
            content = self._host.content_with_progress()
            self.autosave.write(content, self.path, self.name, underway)

    @property
    def is_copying(self) -> bool:
        """Return whether a recovery copy is being written."""
        return self.autosave.is_busy

    def recoveries(self) -> tuple[Recovery, ...]:
        """Return the unsaved work of crashed instances, newest first."""
        return self.autosave.found()

    def take_over(self, recovery: Recovery) -> None:
        """Continue with the unsaved work ``recovery``, which stays modified."""
        self.autosave.take_over(recovery)
        self._is_unsaved = True
        self.announce()

    def shutdown(self, *, keep: bool = False) -> None:
        """Complete pending writes and remove the recovery copy: the program ends.

        ``keep`` makes and keeps the copy, for when the user could not be asked about unsaved work.
        """
        self._timer.stop()
        self.saving.shutdown()
        if keep:
            self.copy()
            self.autosave.leave(_LAST_SECONDS)
        else:
            self.autosave.shutdown()

    def remember(self, path: Path) -> None:
        """Move ``path`` to the head of the recent files."""
        self._settings.add_recent(path)
        if path.suffix.lower() == SUFFIX:
            self._settings.keep_folder("runs", path.parent)
        self._store_recent()

    def forget(self, path: Path) -> None:
        """Remove ``path`` from the recent files."""
        self._settings.remove_recent(path)
        self._store_recent()

    def clear_recent(self) -> None:
        """Clear the recent files."""
        self._settings.recent_files = ()
        self._store_recent()

    def _store_recent(self) -> None:
        notice = self._settings.save()
        if notice is not None:
            self.noticed.emit(notice)
        self.recent_changed.emit(self._settings.recent_files)

    def _forget_copy(self) -> None:
        self._timer.stop()
        self.autosave.discard()
        self._copied_changes = self._changes

    @Slot(float, bool)
    def _on_autosave_written(self, seconds: float, succeeded: bool) -> None:
        if succeeded:
            self._autosave_failed = False
        wait = round(1000 * seconds / CHECKPOINT_SHARE)
        self._timer.setInterval(max(AUTOSAVE_MS, wait))
        self.copied.emit(seconds)

    @Slot(object)
    def _on_autosave_failed(self, reason: str) -> None:
        # The next attempt need not wait for another edit: the disk may have room again by then.
        self._copied_changes = _NOTHING_COPIED
        # Reported once only: until then every further copy fails for the same reason.
        if not self._autosave_failed:
            self._autosave_failed = True
            text = tr("Unsaved work could not be backed up. {why}", why=reason)
            self._host.say("warning", text, about="saving")
