"""The frozen app in unusual places: it starts, trains, opens its window and quits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from installer.bundle import APP, PROGRAM
from tests.system.frozen import run_frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PROGRAM.exists(), reason="no frozen app here; make bundle makes one"),
    pytest.mark.skipif(sys.platform != "linux", reason="users and mounts of Linux"),
]

_NOBODY = 65534
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become somebody else"
)


def _works(
    program: Path, folder: Path, environment: dict[str, str], user: int | None = None
) -> str:
    line = ("self-test", "--quick")
    done = run_frozen(program, *line, folder=folder, environment=environment, user=user)
    assert done.returncode == 0, done.stderr
    assert "Everything works." in done.stdout
    return done.stderr


@pytest.fixture
def app_elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Return the app in a folder with spaces and accents in its name."""
    folder = tmp_path / "Año nuevo, niño y canción ☂"
    subprocess.run(["cp", "-al", str(APP), str(folder)], check=True)
    yield folder / PROGRAM.name
    shutil.rmtree(folder)


def test_from_a_path_with_spaces_and_accents(app_elsewhere: Path, tmp_path: Path) -> None:
    _works(app_elsewhere, tmp_path, {"HOME": str(tmp_path)})


@needs_root
def test_from_a_read_only_file_system(tmp_path: Path) -> None:
    place = tmp_path / "mount"
    place.mkdir()
    mounted = subprocess.run(["mount", "--bind", str(APP), str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        assert not os.access(place, os.W_OK)
        _works(place / PROGRAM.name, tmp_path, {"HOME": str(tmp_path)})
    finally:
        subprocess.run(["umount", str(place)], check=True)


@needs_root
def test_as_somebody_without_rights_to_the_app(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for folder in (home, tmp_path, *tmp_path.parents):
        if folder.is_relative_to("/tmp") and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o055)
    os.chown(home, _NOBODY, _NOBODY)
    done = run_frozen(
        PROGRAM, "self-test", "--quick", folder=home, environment={"HOME": str(home)}, user=_NOBODY
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("home", ["/dev/null", "/proc"])
def test_without_a_home_it_says_so_and_works(home: str, tmp_path: Path) -> None:
    there = {"HOME": home}
    line = ("train", "letters-course", "--epochs", "20", "--out", "a.aegui")
    done = run_frozen(PROGRAM, *line, "--keep", folder=tmp_path, environment=there)
    assert done.returncode == 2
    assert "The library in" in done.stderr
    done = run_frozen(PROGRAM, *line, folder=tmp_path, environment=there)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.aegui").exists()
    # The window too, until it is terminated.
    bare = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        [str(PROGRAM), "a.aegui"], cwd=tmp_path, env=bare | there, stderr=subprocess.PIPE, text=True
    ) as window:
        assert window.stderr is not None
        said = window.stderr.readline()
        while said and "Nothing can be saved" not in said:
            said = window.stderr.readline()
        window.terminate()
        assert window.wait(60) == 128 + signal.SIGTERM
    assert home in said
