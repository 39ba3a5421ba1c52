"""What a file was at one moment, so that it can be told later whether it has become another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import os

FileState = Literal["same", "changed", "gone"]


@dataclass(frozen=True)
class FileMark:
    """A file as it was.

    Attributes:
        size: Bytes.
        stamp: Device, file number and time of the last change: alike as long as nobody writes.
        digest: SHA-256 of the content: tells a file that was only touched, or copied back.
    """

    size: int
    stamp: tuple[int, int, int]
    digest: bytes

    def state(self, path: str | os.PathLike[str]) -> tuple[FileState, FileMark]:
        """What has become of the file at ``path``, and its mark where it is the same still.

        Its content is read only where size and time do not settle it.
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
            # A drive that does not answer at present: nothing is known, and nothing is claimed.
            return "same", self
        return "changed", self


def mark_of(path: str | os.PathLike[str]) -> FileMark | None:
    """The file at ``path`` as it is now; None where it cannot be read."""
    try:
        size, stamp = _stat(path)
        return FileMark(size, stamp, _digest(path))
    except OSError:
        return None


def _stat(path: str | os.PathLike[str]) -> tuple[int, tuple[int, int, int]]:
    found = Path(path).stat()
    return found.st_size, (found.st_dev, found.st_ino, found.st_mtime_ns)


def _digest(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
