"""Storage for pixels while a set is read: in memory, or for large sets in a mapped file."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from aegui.core.data.byte_images import WHITE, ByteImages, memory_of
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.leftovers import temporary_prefix
from aegui.core.system_reason import system_reason
from aegui.paths import user_cache_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

LIVE_BYTES = 100_000 * 28 * 28 * 4
"""Sets with more bytes as float32 stay in a memory-mapped file; smaller ones are read whole."""
MAX_CACHE_BYTES = 8 << 30
"""Upper bound for the cached images; beyond it the least recently used ones are deleted."""
MAX_SET_BYTES = 64 << 30
_SPARE_BYTES = 1 << 30
"""Disk space that cached images leave free for other programs."""
_FLOAT_BYTES = 4
_CHUNK_IMAGES = 4096
_MIN_MB = 100_000
"""Below this many bytes, one decimal of a megabyte would be 0.0."""


def files_key(files: Iterable[Path], *more: str) -> str:
    """Return a hash of the paths, times and sizes of ``files`` and of the strings ``more``."""
    digest = hashlib.sha256()
    for path in files:
        status = path.stat()
        text = f"{path.resolve()}\0{status.st_mtime_ns}\0{status.st_size}\n"
        digest.update(text.encode("utf-8", "surrogateescape"))
    digest.update("\0".join(more).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:40]


def cache_folder() -> Path:
    """Return the folder of cached images, creating it if needed."""
    folder = user_cache_dir() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def stored(key: str, shape: tuple[int, int, int, int]) -> NDArray[np.float32] | None:
    """Return the pixels that a ``PixelStore`` has saved under ``key``, mapped; None if missing.

    Args:
        key: The key under which they were saved.
        shape: Number of images at most, channels, height and width.
    """
    if math.prod(shape) * _FLOAT_BYTES <= LIVE_BYTES:
        return None
    path = _path(key)
    try:
        images = _mapped(path)
        os.utime(path)
    except (OSError, ValueError, EOFError):
        return None
    is_right = images.dtype == np.float32 and images.shape[1:] == shape[1:]
    return images if is_right and 0 < len(images) <= shape[0] else None


def _mapped(path: Path) -> NDArray[np.float32]:
    images: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return ByteImages.over(images) if images.dtype == np.uint8 else images


class PixelStore:
    """Collects images chunk by chunk; a ``with`` block that fails leaves no file behind.

    Args:
        shape: Number of images (at most), channels, height and width.
        key: Name of the file, if the images need one.
        are_bytes: Whether the images are levels 0..255. They are stored as bytes, a quarter of
            the size, and converted to float32 when read.

    Raises:
        AeguiError: The disk has no room for them.
    """

    def __init__(
        self, shape: tuple[int, int, int, int], key: str, *, are_bytes: bool = False
    ) -> None:
        self._shape = shape
        self._dtype: np.dtype[Any] = np.dtype(np.uint8 if are_bytes else np.float32)
        self._key = key
        self._count = 0
        self._file: BinaryIO | None = None
        if math.prod(shape) * _FLOAT_BYTES <= LIVE_BYTES:
            self._live = np.empty(shape, np.float32)
            return
        self._live = np.empty((0, *shape[1:]), np.float32)
        with _in_words(self._needed):
            _check_space(self._needed)
            handle, self._temporary = tempfile.mkstemp(
                prefix=temporary_prefix("making"), dir=cache_folder()
            )
            self._file = os.fdopen(handle, "w+b")
            self._write_header(shape[0])

    def __enter__(self) -> PixelStore:
        """Return this store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the temporary file, unless the store is finished."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                Path(self._temporary).unlink()

    @property
    def _needed(self) -> int:
        """Size of the whole file in bytes."""
        return math.prod(self._shape) * self._dtype.itemsize

    def append(self, images: ArrayLike) -> None:
        """Append ``images`` ``[k, C, H, W]``, in [0, 1] or levels.

        Raises:
            AeguiError: The disk is full.
        """
        chunk = np.asarray(images, self._dtype).reshape(-1, *self._shape[1:])
        if self._file is None:
            numbers = self._live[self._count : self._count + len(chunk)]
            numbers[...] = chunk
            if self._dtype == np.uint8:
                numbers /= WHITE
        else:
            with _in_words(self._needed):
                self._file.write(np.ascontiguousarray(chunk).data)
        self._count += len(chunk)

    def finished(self) -> NDArray[np.float32]:
        """Return all images that were appended, read-only.

        Raises:
            AeguiError: The disk is full.
        """
        if self._file is None:
            images = self._live[: self._count]
            images.setflags(write=False)
            return images
        with _in_words(self._needed):
            self._write_header(self._count)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            try:
                Path(self._temporary).replace(_path(self._key))
            except PermissionError:
                # Windows refuses to replace a mapped file; the existing one has the same content.
                Path(self._temporary).unlink()
        prune_cache(keep=self._key)
        return _mapped(_path(self._key))

    def _write_header(self, count: int) -> None:
        # numpy pads the header so that the first axis can grow or shrink.
        if self._file is not None:
            self._file.seek(0)
            header = {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (count, *self._shape[1:]),
            }
            np.lib.format.write_array_header_1_0(self._file, header)


def gathered(images: NDArray[np.float32], chosen: Sequence[int]) -> NDArray[np.float32]:
    """Return the images at the indices ``chosen``: in memory, or if large in a mapped file.

    Raises:
        AeguiError: The disk has no room for them.
    """
    shape = (len(chosen), *images.shape[1:])
    if math.prod(shape) * _FLOAT_BYTES <= LIVE_BYTES:
        return images[list(chosen)]
    indices = np.array(chosen, np.int64)
    held = memory_of(images)
    parts = (held[part] for part in np.array_split(indices, -(-len(indices) // _CHUNK_IMAGES)))
    are_bytes = held.dtype == np.uint8
    return _stored_parts(shape, content_key(images, indices.tobytes()), parts, are_bytes=are_bytes)


def put_together(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Concatenate the images of ``first`` and ``second``, in a mapped file if large.

    Raises:
        AeguiError: The disk has no room for them.
    """
    shape = (len(first) + len(second), *first.shape[1:])
    if math.prod(shape) * _FLOAT_BYTES <= LIVE_BYTES:
        return np.concatenate([first, second])
    both = memory_of(first), memory_of(second)
    are_bytes = all(held.dtype == np.uint8 for held in both)
    parts = (
        images[at : at + _CHUNK_IMAGES]
        for images in (both if are_bytes else (first, second))
        for at in range(0, len(images), _CHUNK_IMAGES)
    )
    key = content_key(first, content_key(second).encode())
    return _stored_parts(shape, key, parts, are_bytes=are_bytes)


def _stored_parts(
    shape: tuple[int, ...], key: str, parts: Iterable[NDArray[Any]], *, are_bytes: bool
) -> NDArray[np.float32]:
    count, channels, height, width = shape
    store_shape = (count, channels, height, width)
    there = stored(key, store_shape)
    if there is not None:
        return there
    with PixelStore(store_shape, key, are_bytes=are_bytes) as store:
        for part in parts:
            store.append(part)
        return store.finished()


def content_key(images: NDArray[np.float32], more: bytes = b"") -> str:
    """Return a hash of the images ``[n, ...]`` and of the bytes ``more``."""
    digest = hashlib.sha256(f"{images.shape}".encode() + more)
    held = memory_of(images)
    for at in range(0, len(held), _CHUNK_IMAGES):
        digest.update(np.ascontiguousarray(held[at : at + _CHUNK_IMAGES]).data)
    return digest.hexdigest()[:40]


def prune_cache(keep: str, most_bytes: int = MAX_CACHE_BYTES) -> None:
    """Delete the least recently used cached images until the rest fits into ``most_bytes``."""
    found = []
    for path in cache_folder().iterdir():
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found, key=lambda item: item[0]):
        if total <= most_bytes:
            return
        if not path.name.startswith(keep):
            with contextlib.suppress(OSError):  # Windows refuses if in use
                path.unlink()
                total -= size


def disk_full(folder: Path, needed: int) -> AeguiError:
    """Return an error that says how much space is needed and free on the disk of ``folder``."""
    return AeguiError(
        tr(
            "The disk of {folder} is full: {needed} are needed, {free} are free. "
            "Make room and try again.",
            folder=folder,
            needed=megabytes(needed),
            free=megabytes(shutil.disk_usage(folder).free),
        )
    )


def megabytes(count: int) -> str:
    """Format a size as ``12.3 MB``, or ``45 KB`` below a tenth of a megabyte."""
    if 0 < count < _MIN_MB:
        return tr("{n:,} KB", n=max(1, round(count / 1e3)))
    return tr("{n:,.1f} MB", n=count / 1e6)


@contextlib.contextmanager
def _in_words(needed: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(user_cache_dir(), needed) from error
        raise AeguiError(
            tr(
                "The prepared images could not be kept in {folder}: {reason}.",
                folder=user_cache_dir(),
                reason=system_reason(error),
            )
        ) from error


def _check_space(needed: int) -> None:
    if needed > MAX_SET_BYTES:
        raise AeguiError(
            tr(
                "The set is too large: {size}; at most {limit} are read.",
                size=megabytes(needed),
                limit=megabytes(MAX_SET_BYTES),
            )
        )
    if shutil.disk_usage(cache_folder()).free < needed + _SPARE_BYTES:
        raise disk_full(cache_folder(), needed + _SPARE_BYTES)


def _path(key: str) -> Path:
    return cache_folder() / f"{key}.npy"
