"""Every test has a home of its own and starts in English."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import platformdirs
import pytest

from aegui.core.i18n import language, set_language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_numbers = count()

_FOLDERS = {
    "user_data_dir": "data",
    "user_config_dir": "config",
    "user_cache_dir": "cache",
    "user_state_dir": "state",
    "user_log_dir": "log",
    "user_documents_dir": "documents",
}


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all homes; also Qt's run-time folder, without which it complains."""
    homes = tmp_path_factory.mktemp("homes")
    runtime = homes / "runtime"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield homes


@pytest.fixture(autouse=True)
def user_home(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder under which this test's settings, data and cache would be written."""
    home = _homes / str(next(_numbers))
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for function, folder in _FOLDERS.items():
        path = str(home / folder / "aegui")
        # On Windows and macOS the folders do not come from the environment.
        monkeypatch.setattr(platformdirs, function, lambda *_, path=path, **__: path)
    return home


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
