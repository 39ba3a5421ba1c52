"""Where the open document is kept: its file, the copy against a crash, and what is unsaved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from aegui.core.atomic import plain_name
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.run_file.saved import SUFFIX
from aegui.core.training.loop.pace import CHECKPOINT_SHARE
from aegui.session.documents.autosave import Autosave
from aegui.session.documents.document import stamp_of
from aegui.session.documents.naming import content_name, content_stem
from aegui.session.documents.saving import Saving

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.file_mark import FileMark, FileState
    from aegui.session.documents.autosave import Recovery
    from aegui.session.documents.workspace import Workspace
    from aegui.session.settings import Settings

AUTOSAVE_MS = 5_000
"""So often unsaved work is copied; what takes long to copy is copied more seldom."""
_LAST_SECONDS = 60.0
"""How long the end of the program waits for a copy that is to be found at the next start."""


class DocumentFile(QObject):
    """Saves the document, copies unsaved work every few seconds, and knows what is unsaved.

    A document that is being written counts as unsaved until it is on the disk. Edits made
    meanwhile stay unsaved after that.
    """

    title_changed = Signal(str, bool)
    """Name of the document, and whether there is anything unsaved in it."""
    saved = Signal(object)
    """The document is in the file of that path now."""
    recent_changed = Signal(object)
    """Tuple of paths, newest first."""
    noticed = Signal(object)
    """A ``Notice``."""
    changed_on_disk = Signal(str)
    """The file is not what was read or saved last: ``changed`` or ``gone``."""
    copied = Signal(float)
    """Unsaved work was copied; the seconds that this took."""

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
        self._autosave = self.copies = Autosave(self, autosave_folder)
        self._autosave.failed.connect(self._on_autosave_failed)
        self._autosave.written.connect(self._on_autosave_written)
        self._autosave_failed = False
        self.path: Path | None = None
        """Where the document is saved; None where it has no file yet."""
        self._mark: FileMark | None = None
        self._told: tuple[str, int] | None = None
        self._name = self._began_as = ""
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
        """What the document is called: as its file, as it came in, or by what it holds now."""
        if self.path is not None:
            return self.path.stem
        return self._given or content_name(self._host.recipe)

    @property
    def stem(self) -> str:
        """What files made of the document are called: short, and plain on any system."""
        given = self._given if self.path is None else self.path.stem
        return plain_name(given) or content_stem(self._host.recipe)

    @property
    def _given(self) -> str:
        """What it came in as, while it still holds that; else empty."""
        return self._name if content_stem(self._host.recipe) == self._began_as else ""

    @property
    def is_modified(self) -> bool:
        """Whether there is anything that is not on the disk."""
        return self._being_written > 0 or self._is_edited

    @property
    def _is_edited(self) -> bool:
        host = self._host
        return self._is_unsaved or host.undo_stack.has_edits() or host.annotations.is_edited

    @property
    def recent(self) -> tuple[Path, ...]:
        """Files opened or saved last, newest first."""
        return self._settings.recent_files

    @property
    def used_folders(self) -> tuple[Path, ...]:
        """Where files were opened or written last."""
        return (*(path.parent for path in self.recent), *self._settings.folders)

    # Another document, and changes of it

    def begin(self, path: Path | None, name: str, mark: FileMark | None = None) -> None:
        """Another document is open, with nothing unsaved in it; ``mark`` is what was read."""
        self._forget_copy()
        self.path, self._name = path, name
        self._began_as = content_stem(self._host.recipe)
        self._mark, self._told = mark, None
        self._document += 1
        self._being_written = 0
        self._is_unsaved = False
        if self._title is None:
            # Nobody has seen another one yet.
            self._title = (self.name, False)

    def touch(self) -> None:
        """There is something new to be copied."""
        self._changes += 1
        if not self._timer.isActive():
            self._timer.start()

    def mark_unsaved(self) -> None:
        """Something has changed that the undo history does not know of."""
        self._is_unsaved = True

    def announce(self) -> None:
        """Tell the title, where it is another one."""
        title = (self.name, self.is_modified)
        if title != self._title:
            self._title = title
            self.title_changed.emit(*title)

    # Files

    def state(self) -> FileState:
        """What has become of the file since it was read or saved."""
        if self.path is None or self._mark is None or self.saving.is_busy:
            return "same"
        state, self._mark = self._mark.state(self.path)
        return state

    def look(self) -> None:
        """Tell, once, if another program has changed or taken the file."""
        state = self.state()
        told = None if state == "same" or self.path is None else (state, stamp_of(self.path))
        if told == self._told:
            return
        self._told = told
        if state == "gone":
            # What is open is nowhere else now.
            self._is_unsaved = True
            self.touch()
            self.announce()
        if state != "same":
            self.changed_on_disk.emit(state)

    def save_as(self, path: Path) -> bool:
        """Save to ``path`` (with ``.aegui`` added if need be), the document's file from then on.

        It is packed and written in the background; ``saved`` follows. False, with a notice, where
        it is clear already that nothing can be written there.
        """
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        if path.parent not in self._settings.folders:
            # Before it is written: should the program be killed meanwhile, the next one clears up.
            self._settings.note_writing(path.parent)
            self._settings.save()
        document, changes = self._document, self._changes
        was_edited, self._is_unsaved = self._is_edited, False
        self._being_written += 1
        self._host.undo_stack.setClean()
        self._host.annotations.set_clean()

        def done(mark: FileMark | None) -> None:
            if document == self._document:
                self._being_written -= 1
                self.path = path
                self._mark, self._told = mark, None
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
        """Copy unsaved work that has changed since the last copy; called every few seconds."""
        underway = self._host.underway
        is_unsaved = self.is_modified or underway is not None
        if is_unsaved and self._changes != self._copied_changes:
            self._copied_changes = self._changes
            content = self._host.content_under_way()
            self._autosave.write(content, self.path, self.name, underway)

    @property
    def is_copying(self) -> bool:
        """Whether a copy is being written."""
        return self._autosave.is_busy

    def recoveries(self) -> tuple[Recovery, ...]:
        """Unsaved work that a crashed program has left, newest first."""
        return self._autosave.found()

    def take_over(self, recovery: Recovery) -> None:
        """The document is the unsaved work ``recovery``, and still unsaved."""
        self._autosave.take_over(recovery)
        self._is_unsaved = True
        self.announce()

    def shutdown(self, *, keep: bool = False) -> None:
        """Write what is to be written, and remove the copy: the end of the program.

        To ``keep`` it is for when nobody could be asked what to do with unsaved work.
        """
        self._timer.stop()
        self.saving.shutdown()
        if keep:
            self.copy()
            self._autosave.leave(_LAST_SECONDS)
        else:
            self._autosave.shutdown()

    def remember(self, path: Path) -> None:
        """Put ``path`` in front of the recent files."""
        self._settings.add_recent(path)
        if path.suffix.lower() == SUFFIX:
            self._settings.keep_folder("runs", path.parent)
        self._store_recent()

    def forget(self, path: Path) -> None:
        """Take ``path`` from the recent files: it is gone."""
        self._settings.remove_recent(path)
        self._store_recent()

    def clear_recent(self) -> None:
        """Forget the recent files."""
        self._settings.recent_files = ()
        self._store_recent()

    def _store_recent(self) -> None:
        notice = self._settings.save()
        if notice is not None:
            self.noticed.emit(notice)
        self.recent_changed.emit(self._settings.recent_files)

    def _forget_copy(self) -> None:
        self._timer.stop()
        self._autosave.discard()
        self._copied_changes = self._changes

    @Slot(float)
    def _on_autosave_written(self, seconds: float) -> None:
        wait = round(1000 * seconds / CHECKPOINT_SHARE)
        self._timer.setInterval(max(AUTOSAVE_MS, wait))
        self.copied.emit(seconds)

    @Slot(str)
    def _on_autosave_failed(self, reason: str) -> None:
        # Once is enough: it would say the same with every copy.
        if not self._autosave_failed:
            self._autosave_failed = True
            text = tr("Unsaved work could not be backed up. {why}", why=reason)
            self._host.say("warning", text, about="saving")
