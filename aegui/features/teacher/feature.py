"""Applies teacher mode to the window: hidden and locked parts, initial state, and exit."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMessageBox

from aegui.core.errors import AeguiError
from aegui.core.i18n import language, said, tr
from aegui.core.recipe.settings import SECTIONS
from aegui.core.suffixes import TEACHER
from aegui.core.system_reason import system_reason
from aegui.features.teacher.view.bar import TeacherBar
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.session.teaching import Teaching
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.recipe import Recipe
    from aegui.core.teacher import TeacherFile
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class TeacherFeature(Feature):
    """Activates and creates teacher files."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._teaching = services.of(Teaching)
        self.bar = TeacherBar(window)
        self.bar.leave.clicked.connect(self.leave)
        window.addToolBarBreak()
        window.addToolBar(self.bar)
        self._teaching.changed.connect(self._show)
        self._teaching.restored.connect(self._on_teaching_restored)
        self._teaching.take_up(services.settings)
        self._show()

    # Active file

    def enter(self, path: Path) -> None:
        """Activate the teacher file at ``path``; the loading of its recipe can be undone."""
        from aegui.core import teacher  # rarely needed, and imports all lesson figures

        services = self._services
        try:
            file = teacher.load_teacher_file(path)
            teacher.check_names(file, self._window.names, path.name)
            lesson = teacher.lesson_path(file, path.parent, path.name)
            recipe = teacher.teacher_recipe(file, path.name)
            before = self._teaching.file
            if before is not None and before.word is not None and not self._may_leave(before):
                return
            with services.workspace.unguarded():
                if recipe is not None and not services.workspace.may_edit(recipe):
                    return
            self._teaching.enter(file)
        except (AeguiError, OSError) as error:
            reason = system_reason(error) if isinstance(error, OSError) else str(error)
            self.noticed.emit(Notice("error", reason, passing=True))
            return
        if recipe is not None:
            text = tr("Teacher file “{name}”", name=path.stem)
            with services.workspace.unguarded():
                services.workspace.edit_recipe(recipe, text, is_whole=True)
        if lesson is not None:
            services.requests.lesson_file.emit(lesson)
        if file.language and file.language != language():
            # Deferred and last: another window replaces this one.
            _later(services, f"language_{file.language}")

    def leave(self) -> None:
        """End teacher mode, after asking for the password of the file if it has one."""
        file = self._teaching.file
        if file is None or not self._may_leave(file):
            return
        services, before = self._services, self._teaching.settings_before
        now = {"theme": services.settings.theme, "language": language()}
        restored = {name: before.get(name) or now[name] for name in now}
        self._teaching.leave()
        for name, value in restored.items():
            if value != now[name]:
                _later(services, f"{name}_{value}")
        # Deferred: another language rebuilds the window, which stores its layout.
        QTimer.singleShot(0, services.requests, self._teaching.restore)
        text = tr("Teacher mode has ended: your settings are restored.")
        self.noticed.emit(Notice("info", text))

    @Slot()
    def _on_teaching_restored(self) -> None:
        if self._window.isVisible():
            self._window.take_layout()

    def _may_leave(self, file: TeacherFile) -> bool:
        """Ask for the password, or for confirmation if there is none."""
        title = tr("Leave teacher mode")
        if file.word is None:
            buttons = QMessageBox.StandardButton
            text = tr("Leave teacher mode? All controls come back.")
            return QMessageBox.question(self._window, title, text) == buttons.Yes
        word, is_ok = QInputDialog.getText(
            self._window, title, tr("Password of the teacher"), QLineEdit.EchoMode.Password
        )
        if is_ok and file.word.fits(word):
            return True
        if is_ok:
            text = tr("Wrong password: teacher mode stays on.")
            self.noticed.emit(Notice("warning", text, passing=True))
        return False

    @Slot()
    def _show(self) -> None:
        file = self._teaching.file
        self.bar.setVisible(file is not None)
        self.set_conditions(teaching=file is not None)
        # It outlives the window.
        self._services.workspace.set_guard(None if file is None else partial(_refusal, file))
        if file is None:
            self._window.withhold((), (), ())
            return
        self._window.withhold(file.hidden.panels, file.hidden.actions, file.locked.actions)
        self.bar.set_words(*_words(file, self._names))

    def _names(self, file: TeacherFile) -> list[str]:
        """Return the displayed names of what is hidden or locked."""
        names, labels = self._window.names, _labels()
        panels = [tr(names.docks[key]) for key in file.hidden.panels if key in names.docks]
        actions = [
            tr(names.actions[key].text).replace("&", "").rstrip("…")
            for key in (*file.hidden.actions, *file.locked.actions)
            if key in names.actions
        ]
        return [*panels, *actions, *(labels.get(path, path) for path in file.locked.fields)]

    # Creating a file

    def make(self) -> None:
        """Show the dialog of a new teacher file, and save it."""
        from aegui.features.teacher.view.dialog import TeacherDialog

        workspace = self._services.workspace
        recipe = None if workspace.draft.is_edited else workspace.recipe
        menus = self._window.menus

        def menu_words(path: str) -> str:
            return menus[path].title().replace("&", "") if path in menus else path

        dialog = TeacherDialog(self._window.names, menu_words, recipe, self._window)
        dialog.accepted.connect(lambda: self._save(dialog.file))
        dialog.open()

    def _save(self, file: TeacherFile) -> None:
        from aegui.core.teacher import save_teacher_file

        patterns = tr("Teacher files ({patterns})", patterns=f"*{TEACHER}")
        name = f"{said(file.title) or tr('class')}{TEACHER}"
        title = tr("Save the teacher file")
        path = choose_save_file(self._window, title, name, patterns, "lessons")
        if path:
            message = tr("The teacher file is saved: {path}", path=path)
            self._services.of(FileWriter).write(
                path,
                lambda: save_teacher_file(path, file),
                Notice("info", message, file=Path(path)),
            )


def _later(services: Services, key: str) -> None:
    """Trigger the action ``key`` from the event loop."""
    requests = services.requests
    QTimer.singleShot(0, requests, lambda: requests.action.emit(key))


def _refusal(file: TeacherFile, before: Recipe, after: Recipe) -> str:
    """Return that ``after`` edits a field that ``file`` locks; "" if it does not."""
    path = file.changed_lock(before, after)
    if not path:
        return ""
    return tr("Teacher mode: “{name}” is locked.", name=_labels().get(path, path))


def _labels() -> dict[str, str]:
    """Return the displayed names of the fields that can be locked, by path."""
    return {
        setting.path: tr(setting.field.label)
        for section in SECTIONS
        for setting in section.settings
    } | {"network": tr("Network")}


def _words(file: TeacherFile, names: Callable[[TeacherFile], list[str]]) -> tuple[str, str]:
    """Return text and tooltip of the bar."""
    title = said(file.title)
    begins = tr("Teacher mode: {title}", title=title) if title else tr("Teacher mode")
    withheld = names(file)
    if not withheld:
        return begins, tr("Nothing is hidden or locked.")
    listed = ", ".join(withheld)
    return tr("{begins} · hidden or locked: {names}", begins=begins, names=listed), listed
