"""The bytes of a file, decompressed while reading if it is gzipped."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
_GZIP_BITS = 31
_MAX_GZIP_RATIO = 1032
"""Upper bound of deflate's compression ratio."""
SAFE_BYTES = 16 << 20
SAFE_RATIO = 100
"""No set of images compresses this well. Data that unpack to more than ``SAFE_BYTES`` and to more
than this multiple of the packed size are a decompression bomb, and are refused before they fill the
disk."""


class OverpackedError(ReadError):
    """Raised when ``path`` unpacks to ``unpacked`` bytes or more: too many to be images."""

    def __init__(self, path: Path, unpacked: int) -> None:
        super().__init__(
            tr(
                "{file}: it unpacks to {mb:,} MB or more, over {ratio} times its size; images do "
                "not compress that far, so it is refused.",
                file=path,
                mb=unpacked // 1_000_000,
                ratio=SAFE_RATIO,
            )
        )


def is_overpacked(unpacked: int, packed: int) -> bool:
    """Return whether ``unpacked`` bytes out of ``packed`` compressed ones cannot be images."""
    return unpacked > SAFE_BYTES and unpacked > SAFE_RATIO * packed


def read_error(path: Path, reason: str) -> ReadError:
    """Return the error that ``reason``, a clause in words, keeps ``path`` from being read."""
    return ReadError(tr("{file}: {reason}.", file=path, reason=reason))


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system and of zlib into ``ReadError`` with the file's name."""
    try:
        yield
    except zlib.error as error:
        raise read_error(path, tr("its compressed data are damaged; download it again")) from error
    except OSError as error:
        raise ReadError(tr("{file}: {reason}", file=path, reason=system_reason(error))) from error


class ByteStream:
    """Reads the file ``path`` from the beginning; a ``with`` block closes it.

    Unlike ``gzip.open``, it returns everything that can be unpacked from a truncated file.

    Raises:
        OSError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        head = self._file.read(2)
        self._file.seek(0)
        self.size = path.stat().st_size
        """Size of the file itself."""
        self._unpacker = zlib.decompressobj(_GZIP_BITS) if head == GZIP else None
        self.most = self.size * _MAX_GZIP_RATIO if self._unpacker is not None else self.size
        """An upper bound for the number of bytes, known before reading any."""
        self._rest = b""
        self._read_bytes = 0
        self._ended = False

    def __enter__(self) -> ByteStream:
        """Return this stream."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    @property
    def is_packed(self) -> bool:
        """Whether the file is gzipped."""
        return self._unpacker is not None

    @property
    def is_truncated(self) -> bool:
        """Whether the packed data, read to their end, stop within a member."""
        return self._ended and self._unpacker is not None and not self._unpacker.eof

    def tell(self) -> int:
        """Return the position in the file itself, in (packed) bytes, for progress display."""
        return self._file.tell()

    def read(self, count: int) -> bytes:
        """Return the next ``count`` bytes; fewer only at the end of the file.

        Raises:
            OSError: The file cannot be read.
            zlib.error: The packed data are damaged.
            OverpackedError: The data unpack to far more than images of that packed size could.
        """
        if self._unpacker is None:
            return self._file.read(count)
        parts = []
        while count > 0 and not self._ended:
            part = self._unpacked(count)
            parts.append(part)
            count -= len(part)
            self._read_bytes += len(part)
            if is_overpacked(self._read_bytes, self.size):
                raise OverpackedError(self._path, self._read_bytes)
        return b"".join(parts)

    def _unpacked(self, count: int) -> bytes:
        unpacker = self._unpacker
        if unpacker is None:
            return b""
        if unpacker.eof:
            # A gzip file may have several members; whatever follows the last one is padding.
            self._rest = unpacker.unused_data or self._file.read(_PIECE)
            if not self._rest.startswith(GZIP):
                self._ended = True
                return b""
            unpacker = self._unpacker = zlib.decompressobj(_GZIP_BITS)
        packed = unpacker.unconsumed_tail or self._rest or self._file.read(_PIECE)
        self._rest = b""
        part = unpacker.decompress(packed, count)
        if not packed and not part:
            self._ended = True
        return part
