"""Writing a file so that a crash, a full disk or a pulled plug never leaves half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_atomically(path: str | os.PathLike[str], data: bytes | memoryview) -> None:
    """Make ``path`` hold exactly ``data``: whoever reads it sees the old content or the new one.

    The bytes go to a temporary file in the same folder, are forced to the disk, and take the
    name with one rename. A link is followed, and the permissions of a replaced file are kept.

    Raises:
        AeguiError: The file could not be written; what was there before is untouched.
    """
    target = Path(os.path.realpath(path))
    with _refusing_in_words(path):
        _refuse_other(target)
        _replace(target, data)


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


def _refuse_other(target: Path) -> None:
    """Refuse what is there and no file: the rename would put one in the place of ``/dev/null``."""
    if target.is_dir():
        raise IsADirectoryError(0, tr("there is a folder of that name"))
    if target.exists() and not target.is_file():
        raise OSError(0, tr("there is a device of that name, not a file"))


def _replace(target: Path, data: bytes | memoryview) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
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
