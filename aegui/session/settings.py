"""Persistent settings of the user: a small, versioned JSON file."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import stat
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from aegui.core.atomic import private_folder, write_atomically
from aegui.core.cost import DEFAULT_MEMORY_SHARE, DEFAULT_MINUTES, MAX_MINUTES, Budget
from aegui.core.errors import AeguiError
from aegui.core.fields import fitting
from aegui.core.i18n import LANGUAGES, tr
from aegui.core.json_text import from_json
from aegui.core.recipe import CorruptionSpec
from aegui.paths import is_shipped, user_config_dir
from aegui.session.comfort import Comfort
from aegui.session.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from _typeshed import DataclassInstance

FileKind = Literal[
    "runs",
    "recipes",
    "data",
    "images",
    "figures",
    "films",
    "tables",
    "studies",
    "events",
    "texts",
    "certificates",
    "lessons",
]
"""Kinds of files; the file dialogs remember the last folder of each kind."""
VERSION: Literal[1] = 1
MAX_RECENT = 10
_MAX_BYTES = 4_000_000
_FOLDERS = "folders."
"""Prefix of the keys in ``values`` that hold the last folder of each kind of file."""
_WRITING = f"{_FOLDERS}writing"
"""Key in ``values`` of the folder of the last written document."""
_MAX_CHOSEN = 32
_Trace = tuple[int, int] | None
"""Inode and modification time, which change when a file is rewritten; None if it is unreadable."""
_log = logging.getLogger(__name__)
_Form = TypeVar("_Form", bound="DataclassInstance")


class Settings(BaseModel):
    """The user's settings; assignments are validated, ``save`` writes them.

    A missing file gives the defaults. So does a broken one, which is renamed to
    ``settings.json.broken``, and ``notice`` reports it. Single invalid values are replaced by their
    defaults; the others are kept.
    """

    model_config = ConfigDict(validate_assignment=True, extra="ignore", validate_default=True)

    version: Literal[1] = VERSION
    language: str | None = None
    """A key of ``LANGUAGES``; None follows the system."""
    theme: Literal["system", "light", "dark", "contrast"] = "system"
    comfort: Comfort = Comfort()
    """Text size, motion and speech."""
    recent_files: tuple[Path, ...] = ()
    window_states: dict[str, str] = {}
    """Base64 of the states that Qt saved (geometry, docks), by name."""
    perspective: str = ""
    noise: CorruptionSpec = CorruptionSpec(kind="salt_pepper", level=0.1)
    """The noise last applied to a drawing."""
    noise_seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    slow_epochs_per_second: Annotated[float, Field(gt=0.0, le=1000.0)] = 4.0
    unasked_minutes: Annotated[float, Field(ge=1.0, le=MAX_MINUTES)] = DEFAULT_MINUTES
    """Longest expected duration of a computation that starts without a question or ``--yes``."""
    unasked_memory_share: Annotated[float, Field(gt=0.0, le=1.0)] = DEFAULT_MEMORY_SHARE
    """Largest share of the free memory that such a computation may need."""
    values: dict[str, bool | int | float | str] = {}
    """Small choices of single panels, by ``panel.name``."""

    _on_edit: Callable[[], object] | None = PrivateAttr(default=None)
    _path: Path = PrivateAttr(default_factory=lambda: default_path())
    _notice: Notice | None = PrivateAttr(default=None)
    _chosen: list[tuple[FileKind, Path, _Trace]] = PrivateAttr(default=[])
    """Paths chosen in dialogs that have not been read or written yet, with their state when
    chosen."""

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """Read the settings at ``path`` (None: the user's own); never raises."""
        path = path if path is not None else default_path()
        settings, notice = cls(), None
        try:
            with path.open("rb") as file:
                settings, notice = _parsed(file.read(_MAX_BYTES), path)
        except FileNotFoundError:
            _log.info("no settings at %s yet: the defaults count", path)
        except (OSError, ValueError) as error:
            notice = _broken(path, error)
        settings._path = path
        settings._notice = notice
        return settings

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a field, and report that if its value is another one: see ``report_edits``."""
        before = getattr(self, name, None)
        super().__setattr__(name, value)
        is_field = name in type(self).model_fields
        if is_field and self._on_edit is not None and getattr(self, name) != before:
            self._on_edit()

    def report_edits(self, on_edit: Callable[[], object] | None) -> None:
        """Call ``on_edit`` after every change of a field; None ends that."""
        self._on_edit = on_edit

    def keep(self, values: Mapping[str, bool | int | float | str]) -> None:
        """Set ``values``, leaving those under other names unchanged."""
        self.values = {**self.values, **values}

    def choice(self, name: str, choices: Collection[str], usual: str) -> str:
        """Return which of ``choices`` is stored under ``name``; ``usual`` if none is."""
        stored = self.values.get(name)
        return stored if isinstance(stored, str) and stored in choices else usual

    def keep_form(
        self, prefix: str, form: DataclassInstance, without: Collection[str] = ()
    ) -> None:
        """Store the fields of a dataclass under ``prefix`` and their names, except ``without``."""
        names = (field.name for field in fields(form) if field.name not in without)
        self.keep({f"{prefix}{name}": _as_setting(getattr(form, name)) for name in names})

    def form(self, prefix: str, usual: _Form) -> _Form:
        """Return ``usual`` with the values that ``keep_form`` has stored, ignoring invalid ones."""
        hints = get_type_hints(type(usual), include_extras=True)
        found = {
            name: fitting(hint, self.values.get(f"{prefix}{name}")) for name, hint in hints.items()
        }
        return replace(usual, **{name: it for name, it in found.items() if it not in (None, "")})

    def folder(self, kind: FileKind) -> Path | None:
        """Return the last folder used for files of ``kind``; None if unset or no longer there."""
        self._check_chosen()
        stored = self.values.get(f"{_FOLDERS}{kind}")
        folder = Path(stored) if isinstance(stored, str) and stored else None
        return folder if folder is not None and os.path.isdir(folder) else None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the last folders of all kinds and of the last document, as far as they exist."""
        self._check_chosen()
        stored = (value for key, value in self.values.items() if key.startswith(_FOLDERS))
        found = (Path(value) for value in stored if isinstance(value, str) and value)
        return tuple(filter(os.path.isdir, found))

    def keep_folder(self, kind: FileKind, folder: Path) -> None:
        """Let the next dialog for files of ``kind`` open in ``folder``.

        Folders of the program's own, such as that of the examples, are ignored: users save nothing
        there.
        """
        if not is_shipped(folder):
            self.keep({f"{_FOLDERS}{kind}": str(folder.absolute())})

    def choose_to_read(self, kind: FileKind, path: Path) -> None:
        """Record that a file of ``kind``, or a folder of such files, is to be read at ``path``.

        Its folder becomes the last folder of ``kind`` once ``path`` turns out to be readable.
        """
        self._chosen.append((kind, path, None))

    def choose_to_write(self, kind: FileKind, path: Path) -> None:
        """Record that a file of ``kind`` is to be written to ``path``.

        Its folder becomes the last folder of ``kind`` once the file exists or has been rewritten.
        """
        self._chosen.append((kind, path, _trace_of(path)))

    def note_writing(self, folder: Path) -> None:
        """Record the folder that a document is being written into; no dialog starts there."""
        self.keep({_WRITING: str(folder.absolute())})

    def _check_chosen(self) -> None:
        waiting = []
        for kind, path, before in self._chosen:
            now = _trace_of(path)
            if now is None or now == before:
                waiting.append((kind, path, before))
            else:
                self.keep_folder(kind, path.parent)
        self._chosen = waiting[-_MAX_CHOSEN:]

    @property
    def budget(self) -> Budget:
        """Return the limits above which a computation needs confirmation."""
        return Budget(self.unasked_minutes, self.unasked_memory_share)

    @property
    def path(self) -> Path:
        """Return the path that ``save`` writes to."""
        return self._path

    @property
    def notice(self) -> Notice | None:
        """Return what went wrong when the file was read; None if nothing did."""
        return self._notice

    def save(self) -> Notice | None:
        """Write the settings atomically, and return a notice if that failed, else None."""
        self._check_chosen()
        text = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)
        try:
            private_folder(self._path.parent)
            write_atomically(self._path, text.encode(), private=True)
        except (OSError, AeguiError) as error:
            _log.info("settings not saved: %s", error)
            return Notice("warning", tr("The settings were not saved. {reason}", reason=error))
        return None

    def window_state(self, name: str) -> bytes | None:
        """Return the bytes that ``set_window_state`` stored under ``name``; None if absent."""
        text = self.window_states.get(name)
        if text is None:
            return None
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return None

    def set_window_state(self, name: str, state: bytes | None) -> None:
        """Store ``state`` under ``name``; None removes it."""
        states = {key: value for key, value in self.window_states.items() if key != name}
        if state is not None:
            states[name] = base64.b64encode(state).decode("ascii")
        self.window_states = states

    def add_recent(self, path: Path) -> None:
        """Move ``path`` to the head of the recent files."""
        path = Path(path).absolute()
        others = tuple(other for other in self.recent_files if other != path)
        self.recent_files = (path, *others)[:MAX_RECENT]

    def remove_recent(self, path: Path) -> None:
        """Remove ``path`` from the recent files."""
        path = Path(path).absolute()
        self.recent_files = tuple(other for other in self.recent_files if other != path)


def default_path() -> Path:
    """Return the path of the settings file of the current user."""
    return user_config_dir() / "settings.json"


def _trace_of(path: Path) -> _Trace:
    """Return the trace of a readable folder or non-empty file, else None.

    Virtual files, such as those of ``/proc``, count as empty, as their size is 0.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(found.st_mode) and found.st_size > 0
    if not (is_file or stat.S_ISDIR(found.st_mode)) or not os.access(path, os.R_OK):
        return None
    return found.st_ino, found.st_mtime_ns


def _as_setting(value: Any) -> bool | int | float | str:
    """Return a field value as one setting: tuples joined by spaces, None as an empty string."""
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else value


def _parsed(data: bytes, path: Path) -> tuple[Settings, Notice | None]:
    """Parse the settings in ``data``, dropping invalid values.

    Raises:
        ValueError: ``data`` is no JSON object of this version of the settings.
    """
    content = from_json(data)
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ValueError("not settings of this version")
    if content.get("language") not in [None, *LANGUAGES]:
        content["language"] = None
    try:
        return Settings.model_validate(content), None
    except ValidationError as error:
        wrong = sorted({str(entry["loc"][0]) for entry in error.errors()})
    _log.info("settings at %s: no use for %s", path, ", ".join(wrong))
    valid = {key: value for key, value in content.items() if key not in wrong}
    return Settings.model_validate(valid), Notice(
        "warning",
        tr(
            "Some settings could not be read and were reset: {names}",
            names=", ".join(wrong),
        ),
    )


def _broken(path: Path, error: Exception) -> Notice:
    _log.info("settings at %s are of no use: %s", path, error)
    try:
        path.replace(path.with_name(path.name + ".broken"))
    except OSError as failure:
        _log.info("they could not be put aside: %s", failure)
    return Notice(
        "warning", tr("The settings in {path} could not be read: the defaults are used.", path=path)
    )
