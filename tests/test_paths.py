"""Resources are found in the source tree, a wheel and a frozen app; errors name the place."""

from __future__ import annotations

import shutil
import sys
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from aegui import paths
from aegui.commands.self_test import _temporary_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePath

    from platformdirs.api import PlatformDirsABC


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Clear the answer, which is cached for the life of a process."""
    paths._root.cache_clear()
    yield
    paths._root.cache_clear()


def _ship(folder: Path) -> Path:
    (folder / "resources" / "glyphs").mkdir(parents=True)
    return folder


def test_in_the_source_tree(repository: Path) -> None:
    assert paths.resources_dir() == repository / "resources"
    assert paths.models_dir() == repository / "models"


def test_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "aegui"
    share = _ship(package / "share")
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    assert paths.resources_dir() == share / "resources"


def test_a_frozen_app_uses_its_own_before_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(_ship(tmp_path)), raising=False)
    assert paths.models_dir() == tmp_path / "models"


def test_when_they_are_nowhere_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "__file__", str(_ship(tmp_path) / "a" / "aegui" / "paths.py"))
    shutil.rmtree(tmp_path / "resources")
    with pytest.raises(FileNotFoundError, match="share"):
        paths.resources_dir()


def test_the_user_writes_below_the_user_s_own_folders(user_home: Path) -> None:
    assert paths.user_data_dir().is_relative_to(user_home)
    assert paths.user_config_dir().is_relative_to(user_home)
    assert list(user_home.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "folder"),
    [
        (Unix, PurePosixPath("/own")),
        (MacOS, PurePosixPath("/own")),
        (Windows, PureWindowsPath("C:/own")),
    ],
)
def test_the_self_test_writes_below_its_own_folder(
    system: type[PlatformDirsABC], folder: PurePath
) -> None:
    with _temporary_folders(folder):
        user = system(paths.APP_NAME, appauthor=False)
        for place in (user.user_data_dir, user.user_config_dir, user.user_cache_dir):
            assert type(folder)(place).is_relative_to(folder)
