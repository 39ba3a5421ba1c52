from __future__ import annotations

import os
import re
import stat
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aegui.core.atomic import check_writable, file_name_part, safe_stem, write_atomically
from aegui.core.errors import AeguiError
from aegui.paths import models_dir, resources_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_writes_and_replaces_leaving_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_names_of_files_are_short_and_plain() -> None:
    assert file_name_part("Autocodificador con Minúsculas, 2 números") == (
        "Autocodificador-con-Minusculas-2-numeros"
    )
    assert file_name_part("Trained with each level of noise, tried with each") == (
        "Trained-with-each-level-of-noise-tried"
    )
    assert file_name_part("x" * 90) == "x" * 40
    assert file_name_part("かな / 한글") == "かな-한글"
    assert file_name_part("../..") == ""


def test_a_stem_is_never_empty_and_of_emojis_alone_not_the_same() -> None:
    assert safe_stem("mi río") == "mi-rio"
    assert safe_stem("\U0001f600") == "network-1f600"
    assert safe_stem("\U0001f388", "run") == "run-1f388"
    assert safe_stem("") == "network"


def test_a_failed_write_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    write_atomically(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AeguiError, match=r"a\.bin could not be written: no space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bin"]


def test_refuses_a_folder_and_a_missing_parent(tmp_path: Path) -> None:
    with pytest.raises(AeguiError, match="folder"):
        write_atomically(tmp_path, b"")
    missing = tmp_path / "nowhere"
    words = re.escape(f"the folder {missing} is not there; make it, or choose another one.")
    with pytest.raises(AeguiError, match=words):
        write_atomically(missing / "a", b"")
    with pytest.raises(AeguiError, match=words):
        check_writable(missing / "a")
    assert not missing.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_never_puts_a_file_in_the_place_of_a_pipe_or_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refusal = "pipe could not be written: there is a device"
    with pytest.raises(AeguiError, match=refusal):
        write_atomically(pipe, b"x")
    with pytest.raises(AeguiError, match=refusal):
        check_writable(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions_are_those_of_the_old_file_or_of_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomically(path, b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    path.chmod(0o640)
    write_atomically(path, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    link = tmp_path / "link"
    real.write_bytes(b"")
    link.symlink_to(real)
    write_atomically(link, b"through")
    assert link.is_symlink()
    assert real.read_bytes() == b"through"


def test_a_protected_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"mine")
    file.chmod(0o444)
    for write in (partial(write_atomically, file, b"other"), partial(check_writable, file)):
        with pytest.raises(AeguiError, match="write-protected"):
            write()
    assert file.read_bytes() == b"mine"


@pytest.mark.parametrize("folder", [models_dir, resources_dir])
def test_nothing_is_written_among_the_files_of_the_program(
    folder: Callable[[], Path], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder())
    for place in (folder() / "new.aegui", link / "new.aegui"):
        for write in (partial(write_atomically, place, b""), partial(check_writable, place)):
            with pytest.raises(AeguiError, match="choose another folder"):
                write()
        assert not place.exists()


def test_a_folder_that_somebody_else_sweeps_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of 10,000 files each write would list all of them."""
    swept: list[Path] = []
    monkeypatch.setattr("aegui.core.atomic.sweep", swept.append)
    write_atomically(tmp_path / "a", b"1", is_swept=True)
    assert swept == []
    write_atomically(tmp_path / "a", b"2")
    assert swept == [tmp_path]
    assert (tmp_path / "a").read_bytes() == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
