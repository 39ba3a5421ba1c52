"""Teacher mode: the active teacher file, and the settings as they were before it."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Signal

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.json_text import from_json
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.teacher import TeacherFile
    from aegui.session.settings import Settings

_MAX_BYTES = 8_000_000
_OPEN = "lessons.open"
_LESSONS = "lessons."
"""Prefix of the setting values of lesson progress, which teacher mode leaves alone."""
_log = logging.getLogger(__name__)


class Teaching(Service):
    """Holds the active teacher file, across restarts of the program.

    The previous settings are stored with it, and are restored when teacher mode ends.
    """

    changed = Signal()
    """Emitted when a teacher file was activated or teacher mode has ended."""
    restored = Signal()
    """Emitted when the previous settings have been restored."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings | None = None
        self.settings_before: dict[str, Any] = {}
        """The settings before teacher mode, by field name; empty if it is inactive."""
        self.file: TeacherFile | None = None
        """The active teacher file; None if there is none."""

    def take_up(self, settings: Settings) -> None:
        """Resume teacher mode from the last run of the program; later calls do nothing."""
        if self._settings is not None:
            return
        self._settings = settings
        with contextlib.suppress(OSError):
            if self._place.is_file():
                self._read(self._place.read_bytes()[:_MAX_BYTES])
        if self.file is not None:
            self.changed.emit()

    @property
    def _place(self) -> Path:
        assert self._settings is not None
        return self._settings.path.with_name("teacher.json")

    def _read(self, content: bytes) -> None:
        from aegui.core.teacher import FORM  # it imports lessons and all their figures

        try:
            document = from_json(content)
            if isinstance(document, dict) and isinstance(document.get("before"), dict):
                self.file = FORM.read(document.get("file"))
                self.settings_before = document["before"]
        except (AeguiError, ValueError) as error:
            _log.info("what was kept of teacher mode is of no use: %s", error)

    def enter(self, file: TeacherFile) -> None:
        """Activate ``file``. If another one is active, the settings before that one stay stored.

        Raises:
            AeguiError: The file cannot be stored.
            OSError: Likewise.
        """
        from aegui.core.teacher import teacher_json

        settings = self._settings
        assert settings is not None
        before = self.settings_before if self.file is not None else settings.model_dump(mode="json")
        content = {"file": from_json(teacher_json(file)), "before": before}
        private_folder(self._place.parent)
        write_atomically(self._place, json.dumps(content).encode(), private=True)
        self.settings_before, self.file = before, file
        self.changed.emit()

    def leave(self) -> None:
        """End teacher mode; call ``restore`` once theme and language are those of before."""
        with contextlib.suppress(OSError):
            self._place.unlink(missing_ok=True)
        self.file = None
        self.changed.emit()

    def restore(self) -> None:
        """Restore the previous settings, except for lesson progress."""
        settings = self._settings
        assert settings is not None
        lessons = {key: value for key, value in settings.values.items() if key.startswith(_LESSONS)}
        with contextlib.suppress(ValidationError):
            before = type(settings).model_validate(self.settings_before)
            for name in type(settings).model_fields:
                setattr(settings, name, getattr(before, name))
            # Which lesson is open is not part of the progress.
            lessons.pop(_OPEN, None)
            settings.keep(lessons)
        self.settings_before = {}
        self.restored.emit()
