"""Every test has a home of its own and starts in English."""

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
    """The folder of all homes; also Qt's run-time folder, without which it complains.

    What several tests share is made before any of them, in a home that is nobody's own either.

    In memory where that can be had: settings are written through to the disk at every change, which
    takes 6 to 15 ms of a slow one, some hundreds of times.
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
    """A folder in memory with room; None: where temporary files are."""
    try:
        room = shutil.disk_usage(_IN_MEMORY).free
    except OSError:
        return None
    return _IN_MEMORY if room >= _ENOUGH_BYTES and os.access(_IN_MEMORY, os.W_OK) else None


@pytest.fixture(autouse=True)
def user_home(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder under which this test's settings, data and cache would be written."""
    home = _homes / str(next(_numbers))
    _live_in(home, monkeypatch)
    return home


def _live_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Make ``home``, and have everything that is kept written there."""
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        patch.setenv(name, str(home))
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for function, folder in _FOLDERS.items():
        path = str(home / folder / "aegui")
        # On Windows and macOS the folders do not come from the environment.
        patch.setattr(platformdirs, function, lambda *_, path=path, **__: path)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Start in English whatever the last test chose, or the machine speaks."""
    if language() != "en":
        set_language("en")
    yield
    if language() != "en":
        set_language("en")


def pytest_configure() -> None:
    """Numbers and messages of libraries do not depend on the machine either."""
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.pop("LANGUAGE", None)
