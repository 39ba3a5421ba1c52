"""The idx files of MNIST and similar sets: images and labels as plain numbers, often gzipped.

Source: http://yann.lecun.com/exdb/mnist (two zero bytes, the type, the number of axes, the axes as
big-endian 32-bit numbers, the values).
"""

from __future__ import annotations

import contextlib
import gzip
import math
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.byte_images import ByteImages, as_levels, memory_of
from aegui.core.data.byte_stream import (
    GZIP,
    ByteStream,
    OverpackedError,
    file_errors,
    is_overpacked,
    read_error,
)
from aegui.core.data.dataset import Dataset, numbered
from aegui.core.data.image_axes import channels_first, image_axes
from aegui.core.data.progress import Progress, images_read
from aegui.core.data.reading import Reading
from aegui.core.data.store import MAX_SET_BYTES, PixelStore, files_key, stored
from aegui.core.data.white_level import notes_on_white, white_level
from aegui.core.errors import AeguiError, ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report


_BYTES, _FLOATS = 0x08, 0x0D
_TYPES = {_BYTES: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", _FLOATS: ">f4", 0x0E: ">f8"}
_IMAGE_TYPES = frozenset({_BYTES, _FLOATS, 0x0E})
_CHUNK_NUMBERS = 1 << 21
_MAX_LABELS = 100_000_000
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class _Header:
    """The header of an idx file: type code and shape."""

    kind: int
    shape: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        return np.dtype(_TYPES[self.kind])

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def is_idx(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is an idx file, gzipped or not."""
    if head.startswith(GZIP):
        with contextlib.suppress(zlib.error):
            head = zlib.decompressobj(wbits=31).decompress(head, 4)
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= 4


def read_idx(
    path: Path, report: Report | None = None, cancelled: IsCancelled | None = None
) -> Reading:
    """Read the images in the idx file ``path``, with the labels in the file beside it.

    Without labels all images have one label, the name of the file.

    Args:
        path: ``[N, H, W]`` bytes or floating-point numbers, with or without an axis of 1 or 3
            channels after the first or as the last one.
        report: Called with the number of images read.
        cancelled: Polled now and then; reading stops when it returns true.

    Returns:
        Labels are the numbers as text; names are the label and the number of the image, from 1.

    Raises:
        ReadError: The file is no idx file, is truncated, or its number of labels differs.
        Cancelled: ``cancelled`` returned true.
    """
    labels_path = labels_beside(path)
    labels = None if labels_path is None else read_idx_labels(labels_path)
    images, largest = _read_images(path, report, cancelled)
    if labels is not None and labels_path is not None and len(labels) != len(images):
        raise ReadError(
            tr(
                "{file} has {images:,} images, but {labels_file} has {labels:,} labels.",
                file=path,
                images=len(images),
                labels_file=labels_path,
                labels=len(labels),
            )
        )
    stem = path.name.removesuffix(".gz").removesuffix(".idx")
    words = [stem] * len(images) if labels is None else list(map(str, labels.tolist()))
    dataset = Dataset.over(stem, images, words, numbered(words), source=path.name)
    return Reading(dataset, "idx", notes_on_white(largest))


def read_idx_images(
    path: Path, report: Report | None = None, cancelled: IsCancelled | None = None
) -> NDArray[np.float32]:
    """Read the pixels in the idx file ``path``, float32 ``[N, C, H, W]`` in [0, 1], read-only.

    They are divided by what is white: 255, unless none is above 16.

    Raises:
        ReadError: The file holds no images, or is truncated.
        Cancelled: ``cancelled`` returned true.
    """
    return _read_images(path, report, cancelled)[0]


def _read_images(
    path: Path, report: Report | None, cancelled: IsCancelled | None
) -> tuple[NDArray[np.float32], float]:
    """Return the images in [0, 1], and the largest number in the file."""
    with file_errors(path), ByteStream(path) as file:
        header = _read_header(file, path)
        shape, is_last = _image_shape(header, path)
        key = files_key([path], "idx")
        images = stored(key, shape)
        if images is not None:
            return _as_unit(images, header, path)
        with PixelStore(shape, key, are_bytes=header.kind == _BYTES) as store:
            progress = Progress(shape[0], images_read, report, cancelled)
            for chunk in _chunks(file, header, path, progress):
                store.append(channels_first(chunk, shape, is_last))
            return _as_unit(store.finished(), header, path)


def read_idx_labels(path: Path) -> NDArray[np.int64]:
    """Read the integers in the idx file ``path``, int64 ``[N]``.

    Raises:
        ReadError: The file holds no labels, or is truncated.
    """
    with file_errors(path), ByteStream(path) as file:
        header = _read_header(file, path)
        if len(header.shape) != 1 or header.dtype.kind == "f" or header.shape[0] > _MAX_LABELS:
            shape = _times(header.shape)
            raise read_error(path, tr("numbers of shape {shape} are not labels", shape=shape))
        data = file.read(header.nbytes)
        if len(data) < header.nbytes:
            complete = len(data) // header.dtype.itemsize
            raise read_error(
                path,
                tr(
                    "it is truncated, with {whole:,} of {total:,} labels; download it again",
                    whole=complete,
                    total=header.shape[0],
                ),
            )
        return np.frombuffer(data, header.dtype).astype(np.int64)


def labels_beside(path: Path) -> Path | None:
    """Return the existing file of labels that belongs to the images at ``path``, or None."""
    expected = labels_path_for(path)
    unpacked = expected.with_name(expected.name.removesuffix(".gz"))
    packed = unpacked.with_name(unpacked.name + ".gz")
    for candidate in (expected, unpacked, packed):
        if candidate.name != path.name and candidate.is_file():
            return candidate
    return None


def labels_path_for(path: Path) -> Path:
    """Return where to write the labels of the images at ``path`` so that readers find them."""
    stem, is_packed = path.name.removesuffix(".gz"), path.name.endswith(".gz")
    if "images" in stem:
        stem = stem.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    else:
        stem = f"{stem.removesuffix('.idx')}.labels.idx"
    return path.with_name(stem + ".gz" * is_packed)


def idx_images(dataset: Dataset, packed: bool = False) -> bytes:
    """Return the file of the images: bytes where that is lossless, else float32.

    Grey images are ``[N, H, W]``, coloured ones ``[N, H, W, C]``.
    """
    levels = as_levels(dataset.images)
    if levels is not None and levels.any() and white_level(float(levels.max())) < 255.0:
        # Bytes this small would be read as images of few levels.
        levels = None
    values = dataset.images if levels is None else levels
    values = values[:, 0] if dataset.image_shape[0] == 1 else values.transpose(0, 2, 3, 1)
    return _file(_FLOATS if levels is None else _BYTES, values, packed)


def idx_labels(dataset: Dataset, packed: bool = False) -> bytes:
    """Return the file of the labels.

    Raises:
        AeguiError: A label is no integer from 0 to 255, the range that the format holds.
    """
    if not all(
        label.isascii() and label.isdigit() and int(label) < 256 for label in dataset.classes
    ):
        raise AeguiError(
            tr(
                "idx files hold labels that are numbers from 0 to 255; {name} has others. "
                "Save it as .npz or as a folder of images.",
                name=dataset.name,
            )
        )
    return _file(_BYTES, np.array(list(map(int, dataset.labels)), np.uint8), packed)


def _file(kind: int, values: NDArray[np.generic], packed: bool) -> bytes:
    head = struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape)
    data = head + values.astype(_TYPES[kind]).tobytes()
    return gzip.compress(data, _GZIP_LEVEL, mtime=0) if packed else data


def _read_header(file: ByteStream, path: Path) -> _Header:
    """Read the header and check it against the file's size before anything is allocated."""
    head = file.read(4)
    if not is_idx(head):
        raise read_error(path, tr("this is not an idx file"))
    axes = file.read(4 * head[3])
    if len(axes) < 4 * head[3]:
        raise read_error(path, tr("the file ends within its header"))
    header = _Header(head[2], tuple(map(int, np.frombuffer(axes, ">u4"))))
    if header.nbytes == 0:
        raise read_error(path, tr("it is empty (shape {shape})", shape=_times(header.shape)))
    if header.nbytes > min(file.most, MAX_SET_BYTES) and (
        file.most > file.size or header.nbytes > MAX_SET_BYTES
    ):
        raise read_error(
            path,
            tr(
                "its header promises {shape} numbers, which a file of {size:,} bytes cannot hold",
                shape=_times(header.shape),
                size=file.size,
            ),
        )
    if file.is_packed and is_overpacked(header.nbytes, file.size):
        raise OverpackedError(path, header.nbytes)
    if header.nbytes > file.most and len(header.shape) > 1:
        each = header.nbytes // header.shape[0]
        raise _cut_short(path, max(0, file.size - 4 - len(axes)) // each, header.shape[0])
    return header


def _image_shape(header: _Header, path: Path) -> tuple[tuple[int, int, int, int], bool]:
    """Return ``N, C, H, W``, and whether the channels are the last axis in the file."""
    if len(header.shape) == 1:
        raise read_error(path, tr("it holds labels, not images"))
    found = image_axes(header.shape)
    if found is None:
        shape = _times(header.shape)
        raise read_error(path, tr("numbers of shape {shape} are not images", shape=shape))
    if header.kind not in _IMAGE_TYPES:
        raise read_error(path, tr("its pixels are signed numbers; bytes are expected"))
    return found


def _chunks(
    file: ByteStream, header: _Header, path: Path, progress: Progress
) -> Iterator[NDArray[Any]]:
    """Yield the images as stored in the file: bytes, or converted to float32."""
    total, each = header.shape[0], math.prod(header.shape[1:])
    at_once = max(1, _CHUNK_NUMBERS // each)
    done = 0
    progress.reached(0)
    while done < total:
        count = min(at_once, total - done)
        data = file.read(count * each * header.dtype.itemsize)
        complete = len(data) // (each * header.dtype.itemsize)
        if complete < count:
            raise _cut_short(path, done + complete, total)
        values = np.frombuffer(data, header.dtype).reshape(count, *header.shape[1:])
        with np.errstate(over="ignore", invalid="ignore"):  # _as_unit reports these
            yield values if header.kind == _BYTES else values.astype(np.float32)
        done += count
        progress.reached(done)


def _as_unit(
    images: NDArray[np.float32], header: _Header, path: Path
) -> tuple[NDArray[np.float32], float]:
    """Return ``images`` in [0, 1], and the largest number in the file.

    Bytes are given as level / 255, floating-point numbers as in the file.
    """
    low, largest = float(images.min()), float(images.max())
    if header.kind == _BYTES:
        largest = round(255.0 * largest)
        images = _of_levels(images, white_level(largest))
    elif low >= 0.0 and largest <= 255.0:
        white = white_level(largest)
        images = images if white == 1.0 else images / np.float32(white)
    else:
        if not np.isfinite(images).all():
            raise read_error(path, tr("some pixels are infinite or NaN"))
        raise read_error(
            path, tr("pixels from {low:g} to {high:g}; 0 to 1 is expected", low=low, high=largest)
        )
    images.setflags(write=False)
    return images, largest


def _of_levels(images: NDArray[np.float32], white: float) -> NDArray[np.float32]:
    """Scale images of level / 255 to level / ``white``."""
    held = memory_of(images)
    if white == 255.0:
        return images
    if white == 1.0 and held.dtype == np.uint8:
        return ByteImages.over(held * np.uint8(255))
    scaled: NDArray[np.float32] = np.rint(images * np.float32(255.0)) / np.float32(white)
    return scaled


def _cut_short(path: Path, complete: int, total: int) -> ReadError:
    return read_error(
        path,
        tr(
            "it is truncated, with {whole:,} of {total:,} images; download it again",
            whole=complete,
            total=total,
        ),
    )


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
