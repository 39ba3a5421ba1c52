"""Zip files of JSON and safetensors members: written reproducibly, read defensively."""

from __future__ import annotations

import io
import json
import math
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.run_file.tensor_bytes import packed, unpacked
from aegui.core.system_reason import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.progress import ReportShare

MAX_MEMBERS = 100
MAX_INFLATED_BYTES = 256 << 20
"""Largest size of a compressed member; larger ones are stored uncompressed."""

_DENSE = (".png", "timeline.safetensors")
"""Members that hardly compress: pictures, and weights in half precision."""
_CHUNK_BYTES = 1 << 20
_SMALL_BYTES = 1 << 20
_PROBES = 64
_PROBE_BYTES = 4096
_ZIP64_BYTES = 1 << 31
_WORTH_SHARE = 0.85
"""Largest compressed share of a large member for which compression is worth its time."""
_DATE = (1980, 1, 1, 0, 0, 0)
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)


def refused(file: str, member: str, reason: str) -> ReadError:
    """Return the error for ``member`` of ``file``; ``reason`` has no full stop."""
    return ReadError(tr("{file}, {member}: {reason}.", file=file, member=member, reason=reason))


def no_run(file: str) -> ReadError:
    """Return the error for a ``file`` that is no saved run."""
    return ReadError(tr("{file} is not a run of this program, or it is damaged.", file=file))


def stated(document: object) -> str:
    """Return ``document`` as JSON text, identical for identical content.

    NaN and infinity are written as Python does: the losses of a diverged run contain them.
    """
    return json.dumps(document, indent=1, ensure_ascii=True, sort_keys=True) + "\n"


def pack(members: Mapping[str, bytes | Mapping[str, NDArray[np.generic]]]) -> bytes:
    """Return a zip of ``members``: bytes unchanged, arrays as safetensors."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            pieces = [content] if isinstance(content, bytes) else list(packed(content))
            size = sum(map(len, pieces))
            info = zipfile.ZipInfo(name, _DATE)
            # Otherwise the same content would give another file on Windows.
            info.create_system = 3
            info.external_attr = 0o644 << 16
            is_small = size <= MAX_INFLATED_BYTES and not name.endswith(_DENSE)
            pays = is_small and _shrinks(pieces, size)
            info.compress_type = zipfile.ZIP_DEFLATED if pays else zipfile.ZIP_STORED
            # Piece by piece: copying holds the GIL.
            with archive.open(info, "w", force_zip64=size >= _ZIP64_BYTES) as file:
                for piece in pieces:
                    file.write(piece)
    # Without a copy. Python 3.13 reports an error if a view and its buffer are garbage collected
    # together, so no view is kept.
    return buffer.getvalue()


def _shrinks(pieces: Sequence[bytes | memoryview], size: int) -> bool:
    """Return whether compression pays: for large weights it takes seconds and saves nothing.

    Estimated from the beginnings of pieces at fixed positions.
    """
    if size <= _SMALL_BYTES:
        return True
    step = max(1, len(pieces) // _PROBES)
    probe = b"".join(piece[: size // _PROBES][:_PROBE_BYTES] for piece in pieces[1::step])
    return len(zlib.compress(probe)) < _WORTH_SHARE * len(probe)


class Archive:
    """A zip file open for reading; every failure is a ``ReadError`` that names file and member."""

    def __init__(self, path: str | os.PathLike[str], report: ReportShare | None = None) -> None:
        """Open the file at ``path``; ``report`` gets the share of its bytes that were read."""
        self.name = os.fspath(path)
        self._report = report
        self._done = 0
        try:
            status = Path(path).stat()
            self._size = status.st_size
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                # Reading some devices never ends.
                raise OSError(0, tr("this is a device or a pipe, not a file"))
            # Folders of some file systems have a size of 0 too.
            if self._size == 0 and stat.S_ISREG(status.st_mode):
                reason = tr("the file is empty.")
                raise ReadError(tr("{file}: {reason}", file=self.name, reason=reason))
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise no_run(self.name) from None
        except _DAMAGES as error:
            raise unreadable(path, error) from None
        names = self._zip.namelist()
        if len(names) > MAX_MEMBERS or len(set(names)) < len(names):
            self._zip.close()
            raise ReadError(
                tr("{file}: it contains too many parts, or one of them twice.", file=self.name)
            )

    def __enter__(self) -> Archive:
        """The archive itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._zip.close()

    def __contains__(self, member: str) -> bool:
        """Return whether there is such a member."""
        return member in self._zip.namelist()

    @property
    def inflated_bytes(self) -> int:
        """Return the total uncompressed size that the members declare."""
        return sum(info.file_size for info in self._zip.infolist())

    def read(self, member: str, most: int | None = None) -> bytearray:
        """Return the content of ``member``, of at most ``most`` bytes.

        Raises:
            Cancelled: The report asked to stop.
            ReadError: It is missing, damaged, or larger than allowed.
        """
        try:
            info = self._zip.getinfo(member)
        except KeyError:
            raise refused(self.name, member, tr("it is missing")) from None
        self._check_size(info, most)
        try:
            return self._inflated(info)
        except (zipfile.BadZipFile, zlib.error):
            # Their messages are English.
            reason = tr("it is damaged: its bytes are not those that were written")
            raise refused(self.name, member, reason) from None
        except _DAMAGES as error:
            raise refused(self.name, member, tr("it is damaged: {e}", e=error)) from None

    def _check_size(self, info: zipfile.ZipInfo, most: int | None) -> None:
        if info.header_offset + info.compress_size > self._size:
            raise refused(self.name, info.filename, tr("the file ends before it does"))
        if info.compress_type == zipfile.ZIP_STORED:
            limit = info.compress_size
        elif info.compress_type == zipfile.ZIP_DEFLATED:
            limit = MAX_INFLATED_BYTES
        else:
            raise refused(self.name, info.filename, tr("it is compressed in an unknown way"))
        if info.file_size > (limit if most is None else min(limit, most)):
            raise refused(
                self.name,
                info.filename,
                tr("{n:,} bytes are more than it may have", n=info.file_size),
            )

    def _inflated(self, info: zipfile.ZipInfo) -> bytearray:
        # In pieces: a single read inflates everything, whatever size the header declares.
        data, done = bytearray(info.file_size), 0
        with self._zip.open(info) as file:
            while piece := file.read(_CHUNK_BYTES):
                data[done : done + len(piece)] = piece
                done += len(piece)
                self._note_read(len(piece))
        if done != info.file_size:
            raise EOFError(tr("it is cut short"))
        return data

    def _note_read(self, size: int) -> None:
        self._done += size
        if self._report is not None:
            self._report(min(1.0, self._done / max(1, self.inflated_bytes)))


def to_tensors(
    archive: Archive,
    member: str,
    expected: Mapping[str, tuple[type[np.generic], tuple[int | None, ...]]] | None = None,
    most: int | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Return the read-only arrays of a safetensors member.

    Args:
        archive: The archive to read from.
        member: Name of the member.
        expected: Exactly these names, each with type and shape (None: any length); None accepts
            any content.
        most: Most bytes of a member of any content.

    Raises:
        ReadError: The member is missing or damaged, or has other content.
    """
    data = archive.read(member, most if expected is None else _most_bytes(expected))
    try:
        tensors = unpacked(data)
    except (ValueError, MemoryError) as error:
        raise refused(archive.name, member, tr("it is damaged: {e}", e=error)) from None
    for name, type_and_shape in (expected or {}).items():
        _check_tensor(archive, member, name, tensors.get(name), *type_and_shape)
    if expected is not None and (extra := sorted(tensors.keys() - expected.keys())):
        raise refused(archive.name, member, tr("there should be no {name} in it", name=extra[0]))
    return tensors


def _check_tensor(
    archive: Archive,
    member: str,
    name: str,
    tensor: NDArray[np.generic] | None,
    dtype: type[np.generic],
    shape: tuple[int | None, ...],
) -> None:
    if tensor is None:
        raise refused(archive.name, member, tr("{name} is missing from it", name=name))
    fits = len(tensor.shape) == len(shape) and all(
        size in {None, length} for size, length in zip(shape, tensor.shape, strict=True)
    )
    if tensor.dtype != dtype or not fits:
        raise refused(
            archive.name,
            member,
            tr(
                "{name} is {type} {got}, but the recipe and the data want {wanted_type} {wanted}",
                name=name,
                type=tensor.dtype,
                got=_shape_words(tensor.shape),
                wanted_type=np.dtype(dtype),
                wanted=_shape_words(shape),
            ),
        )


def _shape_words(shape: tuple[int | None, ...]) -> str:
    return "x".join("N" if length is None else str(length) for length in shape)


def _most_bytes(
    expected: Mapping[str, tuple[type[np.generic], tuple[int | None, ...]]],
) -> int | None:
    """Return the total size of these arrays, with room for the header; None if unknown."""
    total = 0
    for dtype, shape in expected.values():
        known = [length for length in shape if length is not None]
        if len(known) < len(shape):
            return None
        total += math.prod(known) * np.dtype(dtype).itemsize
    return total + 200 * len(expected) + 1024
