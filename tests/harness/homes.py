"""A home directory of its own for every test, and English as the language."""

from __future__ import annotations

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest

from aegui.core.i18n import language, set_language

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = count()

_FOLDERS = {
    "user_data_dir": "data",
    "user_config_dir": "config",
    "user_cache_dir": "cache",
    "user_state_dir": "state",
    "user_log_dir": "log",
    "user_documents_dir": "documents",
}


_IN_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2**30


@pytest.fixture(scope="session", autouse=True)
def _homes() -> Iterator[Path]:
    """Create the folder of all homes, which also serves as Qt's run-time directory.

    Fixtures shared by several tests run before any of them, in a separate home.

    Held in memory if possible: settings are written through to disk on every change, which takes 6
    to 15 ms on a slow disk, some hundreds of times.
    """
    with (
        tempfile.TemporaryDirectory(prefix="homes-", dir=_fast_folder()) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        homes = Path(folder)
        runtime = homes / "runtime"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        _live_in(homes / "shared", patch)
        yield homes


def _fast_folder() -> Path | None:
    """Return a folder in memory with enough space; None for the default temporary folder."""
    try:
        room = shutil.disk_usage(_IN_MEMORY).free
    except OSError:
        return None
    return _IN_MEMORY if room >= _ENOUGH_BYTES and os.access(_IN_MEMORY, os.W_OK) else None


@pytest.fixture(autouse=True)
def user_home(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder under which this test's settings, data and cache would be written."""
    home = _homes / str(next(_numbers))
    _live_in(home, monkeypatch)
    return home


def _live_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Create ``home`` and redirect all user folders there."""
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        patch.setenv(name, str(home))
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for function, folder in _FOLDERS.items():
        path = str(home / folder / "aegui")
        # On Windows and macOS the folders do not depend on the environment.
        patch.setattr(platformdirs, function, lambda *_, path=path, **__: path)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Start in English, whatever the last test selected or the system uses."""
    if language() != "en":
        set_language("en")
    yield
    if language() != "en":
        set_language("en")


@pytest.fixture
def spanish() -> None:
    """Speak Spanish until the test ends."""
    set_language("es")


def pytest_configure() -> None:
    """Make number formats and messages of libraries independent of the system."""
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.pop("LANGUAGE", None)
