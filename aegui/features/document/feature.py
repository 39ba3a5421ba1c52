"""Connects the document to file dialogs, the window title and recent files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt, QTimer, Slot
from PySide6.QtWidgets import QProgressDialog

from aegui.core.atomic import is_protected
from aegui.core.i18n import tr
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.paths import documents_dir, log_file
from aegui.session.documents.autosave import remove
from aegui.session.documents.document import OPENED_BY
from aegui.session.file_writer import FileWriter
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.derived import PATIENCE_MS
from aegui.session.jobs.service import Service
from aegui.session.notice import Notice, Offer
from aegui.shell import dialogs
from aegui.shell.cost_guard import continue_training
from aegui.shell.feature import Feature
from aegui.shell.folders import show_folder, show_in_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction

    from aegui.core.course_configs import CourseReading
    from aegui.core.run_file.saved import SavedRun
    from aegui.session.documents.autosave import Recovery
    from aegui.session.documents.opening import KeptDocument
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

_STOP_MS = 5000


class CloseGuard(Service):
    """Asks in the current window once a file has been read.

    The window may be another one than that in which the file was chosen: a change of language or
    text size rebuilds it.
    """

    asks: Callable[[], bool] | None = None
    """Callback of the newest window that returns whether the document may be closed."""

    def may_leave(self) -> bool:
        """Return the answer of the current window; False without a window."""
        return self.asks is not None and self.asks()


class DocumentFeature(Feature):
    """Opens, saves, recovers and leaves documents."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._recent = recent = window.menus["file/recent"]
        self._announces_saved = False
        self._leaving = services.of(CloseGuard)
        self._leaving.asks = self.may_leave
        workspace = services.workspace
        workspace.file.title_changed.connect(self._show_title)
        workspace.file.saved.connect(self._on_file_saved)
        workspace.file.changed_on_disk.connect(self._on_file_changed_on_disk)
        workspace.file.recent_changed.connect(self._show_recent)
        workspace.recipe_imported.connect(self._on_workspace_recipe_imported)
        recent.triggered.connect(self._on_recent_triggered)
        self._show_title(workspace.name, workspace.file.is_modified)
        self._show_recent(workspace.file.recent)

    # Opening

    def new(self) -> None:
        """Open a new, untrained document."""
        if self.may_leave():
            self._services.workspace.new(Recipe())

    def open(self) -> None:
        """Ask for a file and open it."""
        path = dialogs.files.choose_open_file(self._window, self._folder())
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> bool:
        """Open ``path``, asking about unsaved work first if the file can be opened."""
        request = OPENED_BY.get(path.suffix.lower())
        if request is not None:
            getattr(self._services.requests, request).emit(path)
            return True
        return self._services.workspace.open(path, self._leaving.may_leave)

    def show_run(self, run: SavedRun, name: str) -> None:
        """Open a run trained elsewhere, asking about unsaved work first."""
        self._services.workspace.opening.show(run, name, self._leaving.may_leave)

    def open_entry(self, entry: KeptDocument) -> None:
        """Open a document of the library, asking about unsaved work first."""
        self._services.workspace.opening.open_entry(entry, self._leaving.may_leave)

    def take_files(self, files: Sequence[Path]) -> bool:
        """Open the first of ``files``."""
        self.open_path(files[0])
        return True

    # Saving

    def save(self) -> bool:
        """Save, asking for a path if there is none; return False if it is not being saved."""
        return self._save(_nothing)

    def _save(self, first: Callable[[], None]) -> bool:
        """Save; ``first`` is called once all questions are answered, before saving."""
        workspace = self._services.workspace
        if workspace.path is None:
            return self._save_as(first)
        if is_protected(workspace.path):
            return dialogs.questions.ask_protected(self._window, workspace.name) and self._save_as(
                first
            )
        if workspace.file.state() != "changed":
            return self._replace(first)
        answer = dialogs.questions.ask_conflict(self._window, workspace.name)
        if answer == "reload":
            self.reload()
        elif answer == "save_as":
            return self._save_as(first)
        if answer != "overwrite":
            return False
        first()
        return workspace.save(overwrite=True)

    def _replace(self, first: Callable[[], None]) -> bool:
        """Save to the file of the document, asking first if it holds another network."""
        workspace = self._services.workspace
        replaced = workspace.file.replaced_content
        if replaced:
            answer = dialogs.questions.ask_replacing(self._window, workspace.name, replaced)
            if answer == "save_as":
                return self._save_as(first)
            if answer == "cancel":
                return False
        first()
        return workspace.save()

    def reload(self) -> None:
        """Reload the file from disk, asking first if changes would be lost."""
        workspace, runner = self._services.workspace, self._services.runner
        if not (workspace.file.is_modified or runner.is_busy) or dialogs.questions.ask_reload(
            self._window, workspace.name
        ):
            workspace.reload()

    @Slot(str)
    def _on_file_changed_on_disk(self, state: str) -> None:
        workspace = self._services.workspace
        if state == "gone":
            text = tr(
                "The file of “{name}” is missing: it was moved or deleted. The open document is "
                "not saved anywhere now.",
                name=workspace.name,
            )
            elsewhere = Offer(tr("Save as…"), self.save_as)
            again = partial(workspace.save, overwrite=True)
            notice = Notice(
                "warning", text, tr("Save it again"), again, more=(elsewhere,), about="saving"
            )
        else:
            others = (
                Offer(tr("Save as…"), self.save_as),
                Offer(tr("Overwrite"), partial(workspace.save, overwrite=True)),
            )
            text = dialogs.questions.changed_words(workspace.name)
            notice = Notice("warning", text, tr("Reload"), self.reload, more=others, about="saving")
        self.noticed.emit(notice)

    def save_as(self) -> bool:
        """Ask for a path and save; return False if it is not being saved."""
        return self._save_as(_nothing)

    def _save_as(self, first: Callable[[], None]) -> bool:
        workspace = self._services.workspace
        suggestion = str(workspace.path or Path(self._folder()) / f"{workspace.name}.aegui")
        patterns = tr("Runs ({patterns})", patterns="*.aegui")
        path = dialogs.files.choose_save_file(
            self._window, tr("Save"), suggestion, patterns, "runs"
        )
        self._announces_saved = bool(path)
        if not path:
            return False
        first()
        return workspace.save_as(path)

    @Slot(object)
    def _on_file_saved(self, path: Path) -> None:
        announces, self._announces_saved = self._announces_saved, False
        if self._services.runner.is_busy:
            text = tr("Saved, without the training under way: save again when it has ended.")
            self.noticed.emit(Notice("info", text, file=path))
        elif announces:
            # Saving again to the same path needs no message.
            text = tr("The document is saved: {path}", path=path)
            self.noticed.emit(Notice("info", text, file=path))

    def export_recipe(self) -> None:
        """Ask for a path and save the recipe alone."""
        workspace = self._services.workspace
        suggestion = str(Path(self._folder()) / f"{workspace.name}.json")
        patterns = tr("Recipes ({patterns})", patterns="*.json")
        title = tr("Save the recipe")
        path = dialogs.files.choose_save_file(self._window, title, suggestion, patterns, "recipes")
        if path:
            recipe, message = workspace.recipe, tr("The recipe is saved: {path}", path=path)
            self._services.of(FileWriter).write(
                path,
                lambda: save_recipe(path, recipe),
                Notice("info", message, about="recipe file", file=Path(path)),
            )

    def _folder(self) -> str:
        path = self._services.workspace.path
        recent = self._services.workspace.file.recent
        known = path if path is not None else next(iter(recent), None)
        return str(known.parent if known is not None else documents_dir())

    # CloseGuard

    def may_leave(self) -> bool:
        """Ask about unsaved work; return False to stay. CloseGuard ends a running training."""
        runner, workspace = self._services.runner, self._services.workspace
        self._await_saving()
        if not workspace.file.is_modified and not runner.is_busy:
            return True
        answer = dialogs.questions.ask_leaving(
            self._window, workspace.name, training=runner.is_busy
        )
        if answer == "cancel":
            return False
        if answer == "discard":
            runner.abandon()
            return True
        # Cancelling the file dialog stays in the document and does not stop the training.
        if not self._save(self._finish_training):
            return False
        self._await_saving()
        return not workspace.file.is_modified

    def _await_saving(self) -> None:
        """Block until the document is saved, saving has failed, or it was cancelled."""
        saving = self._services.workspace.file.saving
        if not saving.is_busy:
            return
        loop, patience = QEventLoop(), QTimer()
        saving.busy_changed.connect(loop.quit)
        patience.setSingleShot(True)
        patience.timeout.connect(loop.quit)
        patience.start(PATIENCE_MS)
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        patience.stop()
        if saving.is_busy:
            dialog = QProgressDialog(tr("Saving…"), tr("Ca&ncel"), 0, 0, self._window)
            dialog.setWindowModality(Qt.WindowModality.WindowModal)
            dialog.setMinimumDuration(0)
            dialog.canceled.connect(saving.cancel_all)
            dialog.show()
            loop.exec()
            dialog.hide()
            dialog.deleteLater()
        saving.busy_changed.disconnect(loop.quit)

    def _finish_training(self) -> None:
        """Stop the training and adopt its result, so that it is saved."""
        runner = self._services.runner
        if not runner.is_busy:
            return
        loop = QEventLoop()

        def quit_loop(*_: object) -> None:
            loop.quit()

        runner.finished.connect(quit_loop)
        runner.failed.connect(quit_loop)
        limit = one_shot(loop, loop.quit)
        limit.start(_STOP_MS)
        runner.stop()
        if runner.is_busy:
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        limit.stop()
        runner.finished.disconnect(quit_loop)
        runner.failed.disconnect(quit_loop)

    def offer_recoveries(self) -> None:
        """Ask about recovered work of a crashed process, newest first."""
        workspace = self._services.workspace
        for recovery in workspace.file.recoveries():
            if self._offer(recovery):
                return

    def _offer(self, recovery: Recovery) -> bool:
        answer = dialogs.questions.ask_recovery(self._window, recovery)
        if answer == "delete":
            remove(recovery.file)
            return False
        if answer == "later":
            return True
        then = self._go_on if answer == "go_on" else None
        return self._services.workspace.opening.recover(recovery, self._leaving.may_leave, then)

    def _go_on(self) -> None:
        """Continue the training of the recovered run."""
        further = self._services.workspace.unfinished()
        if further is None:
            text = tr(
                "This training cannot be continued: its network and data can be used as they are."
            )
            self.noticed.emit(Notice("warning", text, passing=True))
            return
        continue_training(self._services, further, self._window)

    # Display

    @Slot(str, bool)
    def _show_title(self, name: str, modified: bool) -> None:
        self._window.setWindowTitle(f"{name}[*] – aegui")
        self._window.setWindowModified(modified)

    @Slot(object)
    def _show_recent(self, paths: tuple[Path, ...]) -> None:
        self._recent.clear()
        for number, path in enumerate(paths, start=1):
            name = path.name.replace("&", "&&")
            action = self._recent.addAction(f"&{number}  {name}" if number < 10 else name)
            action.setData(str(path))
            action.setToolTip(str(path))
            action.setStatusTip(str(path))
        self._recent.addSeparator()
        clear = self._recent.addAction(tr("&Forget these"))
        clear.setData("")
        self._recent.setEnabled(bool(paths))

    @Slot(object)
    def _on_recent_triggered(self, action: QAction) -> None:
        path = action.data()
        if path:
            self.open_path(Path(path))
        else:
            self._services.workspace.file.clear_recent()

    @Slot(object)
    def _on_workspace_recipe_imported(self, reading: CourseReading) -> None:
        if reading.understood or reading.assumed or reading.ignored or reading.needs:
            dialogs.questions.show_import(self._window, reading)

    def open_log_folder(self) -> None:
        """Show the log in the desktop's file manager, in the folder that also has the library."""
        log = log_file()
        if log.exists():
            show_in_folder(log)
        else:
            show_folder(log.parent)


def _nothing() -> None:
    pass
