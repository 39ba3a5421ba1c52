"""Atomic writing of files, safe against crashes, full disks and power failures."""

from __future__ import annotations

import contextlib
import functools
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
from aegui.paths import is_shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_NAME = 40
"""Upper bound for the characters of a file name's part that is made of a title."""
_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write_atomically(
    path: str | os.PathLike[str],
    data: bytes,
    *,
    private: bool = False,
    is_swept: bool = False,
) -> os.stat_result:
    """Replace the content of ``path`` by ``data``; readers see the old or the new content.

    Returns the status of the written file, before another program can have replaced it.

    The bytes go to a temporary file in the same folder, are forced to the disk, and take the
    name with one rename. A link is followed, and the permissions of a replaced file are kept;
    a ``private`` one is readable by its owner only. Temporary files of killed programs in the
    folder are removed, unless ``is_swept`` says that the caller does so: scanning a folder of
    10,000 files takes long.

    Raises:
        AeguiError: The file could not be written; the old content is untouched.
    """
    target = Path(os.path.realpath(path))
    with _refusing_in_words(path):
        _refuse_other(target)
        if not is_swept:
            sweep(target.parent)
        return _replace(target, data, private=private)


def check_writable(path: str | os.PathLike[str], suffixes: Iterable[str] | None = None) -> None:
    """Check, before long work, that its result can be written to ``path``.

    Raises:
        AeguiError: Nothing can be written to ``path``, or it ends in none of ``suffixes``.
    """
    if suffixes is not None:
        check_suffix(path, suffixes)
    target = Path(os.path.realpath(path))
    with _refusing_in_words(path):
        _refuse_other(target)
        with tempfile.TemporaryFile(dir=target.parent):
            pass


def check_suffix(path: str | os.PathLike[str], known: Iterable[str]) -> None:
    """Check that ``path`` ends in one of the suffixes ``known``.

    Raises:
        AeguiError: It does not.
    """
    file, known = os.fspath(path), tuple(known)
    if Path(path).suffix.lower() in known:
        return
    if len(known) == 1:
        raise AeguiError(tr("{file}: the suffix must be {suffix}.", file=file, suffix=known[0]))
    raise AeguiError(
        tr("{file}: the suffix must be one of {known}.", file=file, known=", ".join(known))
    )


def create_folder(folder: Path) -> None:
    """Create ``folder`` if it is missing, and check that it is writable, before long work.

    Raises:
        AeguiError: It cannot be created or written to.
    """
    with making_in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


@contextlib.contextmanager
def making_in_words(folder: Path) -> Iterator[None]:
    """Context manager that raises AeguiError for an OSError while ``folder`` is made."""
    try:
        yield
    except OSError as error:
        reason = system_reason(error)
        text = tr("{file} could not be made: {reason}.", file=folder, reason=reason)
        raise AeguiError(text) from None


def private_folder(folder: Path) -> None:
    """Make ``folder`` if it does not exist, accessible to its owner only.

    Raises:
        OSError: The folder cannot be made.
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
    """Return whether the file at ``path`` is write-protected by its mode.

    Access rights are not tested: root may do anything, and a rename needs no right on the file.
    """
    try:
        return not Path(os.path.realpath(path)).stat().st_mode & _ANY_WRITE
    except OSError:
        return False


def refuse_shipped(path: str | os.PathLike[str]) -> None:
    """Refuse to write into the folders of the program itself.

    Raises:
        AeguiError: ``path`` is in one of them.
    """
    if is_shipped(Path(path)):
        raise AeguiError(
            tr(
                "{file} is in a folder of the program itself, where nothing is written: choose "
                "another folder.",
                file=os.fspath(path),
            )
        )


def _refuse_other(target: Path) -> None:
    """Raise if ``target`` is a device, a folder or protected, or its folder does not exist.

    The rename would replace a device such as ``/dev/null``, and ignores write protection.
    """
    refuse_shipped(target)
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


def _replace(target: Path, data: bytes, *, private: bool) -> os.stat_result:
    handle, temporary = tempfile.mkstemp(prefix=temporary_prefix(target.name), dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # Temporary files are made private
            Path(temporary).chmod(_mode(target))
        written = Path(temporary).stat()
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(target.parent)
    return written


def _mode(target: Path) -> int:
    """Return the mode of the existing file, else the default mode of a new file."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    # The umask can only be read by setting it; a private one is the safe temporary value.
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


def stem_of(path: str | os.PathLike[str]) -> str:
    """Return the name of a file without suffix as text that any file can hold.

    Bytes of it that are no text are replaced.
    """
    return os.fsencode(Path(path).stem).decode(errors="replace")


@functools.lru_cache(maxsize=1024)  # asked for with every edit of the draft
def file_name_part(text: str) -> str:
    """Return ``text`` as part of a file name on any system: letters, digits, - and _, or empty.

    Latin letters lose their accents, and what is longer than ``MAX_NAME`` ends with a whole word.
    """
    text_part = "".join(_without_accent(sign) for sign in text)
    name = re.sub(r"-{2,}", "-", re.sub(r"[^\w-]", "-", text_part)).strip("-")
    if len(name) <= MAX_NAME:
        return name
    words = name[: MAX_NAME + 1].rpartition("-")[0]
    return words.strip("-") or name[:MAX_NAME]


def safe_stem(text: str, otherwise: str = "network") -> str:
    """Return ``file_name_part`` of ``text``, never empty.

    If nothing is left of it, as of emojis, it is ``otherwise`` with the code points of ``text``:
    two names that differ do not become one.
    """
    part = file_name_part(text)
    if part or not text:
        return part or otherwise
    return file_name_part("-".join([otherwise, *(f"{ord(sign):x}" for sign in text)]))


def _without_accent(sign: str) -> str:
    first = unicodedata.normalize("NFD", sign)[:1]
    return first if first.isascii() else sign
