"""Writing a file so that a crash, a full disk or a pulled plug never leaves half of one."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.leftovers import sweep, temporary_prefix
from aegui.core.system_reason import system_reason
from aegui.paths import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NAME = 40
"""So many letters a part of a file's name has, as it is made of a title."""
_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write_atomically(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    private: bool = False,
    is_swept: bool = False,
) -> None:
    """Make ``path`` hold exactly ``data``: whoever reads it sees the old content or the new one.

    The bytes go to a temporary file in the same folder, are forced to the disk, and take the
    name with one rename. A link is followed, and the permissions of a replaced file are kept;
    a ``private`` one can be read by nobody else. What killed programs have left in the folder is
    removed, unless somebody sees to that already: of a folder of 10,000 files it takes long.

    Raises:
        AeguiError: The file could not be written; what was there before is untouched.
    """
    target = Path(os.path.realpath(path))
    with _refusing_in_words(path):
        _refuse_other(target)
        if not is_swept:
            sweep(target.parent)
        _replace(target, data, private=private)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out before long work, not after it, that its result cannot be written to ``path``.

    Raises:
        AeguiError: It cannot.
    """
    target = Path(os.path.realpath(path))
    with _refusing_in_words(path):
        _refuse_other(target)
        with tempfile.TemporaryFile(dir=target.parent):
            pass


def private_folder(folder: Path) -> None:
    """See to it that ``folder`` exists, and that nobody else can look into it.

    Raises:
        OSError: It cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)


@contextlib.contextmanager
def _refusing_in_words(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AeguiError(
            tr(
                "{file} could not be written: {reason}.",
                file=os.fspath(path),
                reason=system_reason(error),
            )
        ) from error


def is_protected(path: str | os.PathLike[str]) -> bool:
    """Whether somebody has forbidden to write to the file at ``path``.

    Its mode is looked at, not the rights of who asks: root may do all, and a rename needs none.
    """
    try:
        return not Path(os.path.realpath(path)).stat().st_mode & _ANY_WRITE
    except OSError:
        return False


def refuse_own(path: str | os.PathLike[str]) -> None:
    """Refuse to write among what ships with the program.

    Raises:
        AeguiError: ``path`` lies there.
    """
    if is_own(Path(path)):
        raise AeguiError(
            tr(
                "{file} is in a folder of the program itself, where nothing is written: choose "
                "another folder.",
                file=os.fspath(path),
            )
        )


def _refuse_other(target: Path) -> None:
    """Refuse what is there and no file: the rename would put one in the place of ``/dev/null``.

    And what is protected: the rename would not ask.
    """
    refuse_own(target)
    if not target.parent.exists():
        raise FileNotFoundError(
            0,
            tr(
                "the folder {folder} is not there; make it, or choose another one",
                folder=target.parent,
            ),
        )
    if is_protected(target):
        raise PermissionError(0, tr("it is write-protected"))
    if target.is_dir():
        raise IsADirectoryError(0, tr("there is a folder of that name"))
    if target.exists() and not target.is_file():
        raise OSError(0, tr("there is a device of that name, not a file"))


def _replace(target: Path, data: bytes, *, private: bool) -> None:
    handle, temporary = tempfile.mkstemp(prefix=temporary_prefix(target.name), dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # which it was made as
            Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """The permissions of the file to be replaced, else those that a new file gets."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    # The mask can only be read by setting it; a private one is the safe thing to set meanwhile.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Force the rename itself to the disk, where the system can (Windows cannot open folders)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def plain_name(text: str, most: int = MOST_NAME) -> str:
    """``text`` as a part of a file's name on any system: letters, digits, - and _; may be empty.

    Latin letters lose their accents, and what is longer than ``most`` ends with a whole word.
    """
    bare = "".join(_without_accent(sign) for sign in text)
    name = re.sub(r"-{2,}", "-", re.sub(r"[^\w-]", "-", bare)).strip("-")
    if len(name) <= most:
        return name
    whole = name[: most + 1].rpartition("-")[0]
    return whole.strip("-") or name[:most]


def _without_accent(sign: str) -> str:
    first = unicodedata.normalize("NFD", sign)[:1]
    return first if first.isascii() else sign
