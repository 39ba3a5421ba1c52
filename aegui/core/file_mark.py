"""A fingerprint of a file, to detect later whether it has changed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    import os

FileState = Literal["same", "changed", "gone"]


@dataclass(frozen=True)
class FileMark:
    """The fingerprint of a file."""

    size: int
    """Size in bytes."""
    stamp: tuple[int, int, int]
    """Device, file number and modification time: unchanged while nobody writes."""
    digest: bytes
    """SHA-256 of the content: recognises a file that was only touched, or copied back."""

    def state(self, path: str | os.PathLike[str]) -> tuple[FileState, FileMark]:
        """Return the state of the file at ``path``, and its mark, updated if it was only touched.

        The content is only read if size and time do not decide.
        """
        try:
            size, stamp = _stat(path)
            if (size, stamp) == (self.size, self.stamp):
                return "same", self
            if size == self.size and _digest(path) == self.digest:
                return "same", replace(self, stamp=stamp)
        except FileNotFoundError:
            return "gone", self
        except OSError:
            # A drive that does not respond gives no evidence of a change.
            return "same", self
        return "changed", self


def mark_of(path: str | os.PathLike[str]) -> FileMark | None:
    """Return the fingerprint of the file at ``path``; None if it cannot be read."""
    try:
        size, stamp = _stat(path)
        return FileMark(size, stamp, _digest(path))
    except OSError:
        return None


def mark_written(content: bytes, found: os.stat_result) -> FileMark:
    """Return the fingerprint of a file with ``content`` and status ``found``, without reading."""
    size, stamp = _size_and_stamp(found)
    return FileMark(size, stamp, hashlib.sha256(content).digest())


def _stat(path: str | os.PathLike[str]) -> tuple[int, tuple[int, int, int]]:
    return _size_and_stamp(Path(path).stat())


def _size_and_stamp(found: os.stat_result) -> tuple[int, tuple[int, int, int]]:
    return found.st_size, (found.st_dev, found.st_ino, found.st_mtime_ns)


def _digest(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
