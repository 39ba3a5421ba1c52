"""Data sets in numpy's files (.npz, .npy): read those of any origin, write the program's own.

Pickled arrays are refused.
"""

from __future__ import annotations

import contextlib
import io
import math
import tokenize
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.byte_images import as_levels
from aegui.core.data.byte_stream import OverpackedError, file_errors, is_overpacked, read_error
from aegui.core.data.dataset import Dataset, numbered
from aegui.core.data.image_axes import channels_first, image_axes
from aegui.core.data.progress import Progress, images_read
from aegui.core.data.reading import Reading
from aegui.core.data.store import MAX_SET_BYTES, PixelStore, files_key
from aegui.core.data.white_level import notes_on_white, white_level
from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report

_NPY, _ZIP = b"\x93NUMPY", b"PK\x03\x04"
_IMAGE_KEYS = ("images", "x_train", "train_images", "x", "X", "data", "arr_0")
_PAIRED_KEYS = {
    "images": "labels",
    "x_train": "y_train",
    "train_images": "train_labels",
    "x": "y",
    "X": "y",
    "data": "target",
    "arr_0": "arr_1",
}
_LABEL_KEYS = (
    "labels",
    "y",
    "target",
    "targets",
    "label",
    "y_train",
    "train_labels",
    "arr_1",
)
"""Where the labels are if the array that is paired with the images is missing."""
_ABOUT = "about"
"""Key of name, source and licence; marks files written by this program."""
_MAX_TEXT_BYTES = 256 << 20
_CHUNK_NUMBERS = 1 << 21
_BYTE_MAX = 255.0
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    SystemError,
)
_BAD_HEADERS = (
    ValueError,
    TypeError,
    SyntaxError,
    tokenize.TokenError,
    RecursionError,
    MemoryError,
)
"""What numpy's header parser raises for invalid headers."""


@dataclass(frozen=True)
class _Member:
    """The header of an array in a file, parsed without reading its data."""

    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def is_array_file(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is a .npy file or a zip of .npy files."""
    if head.startswith(_ZIP):
        length = int.from_bytes(head[26:28], "little")
        return head[30 : 30 + length].endswith(b".npy")
    return head.startswith(_NPY)


def array_file(dataset: Dataset) -> bytes:
    """Return ``dataset`` as .npz: images as bytes where that is lossless, else as float32."""
    levels = as_levels(dataset.images)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        images=dataset.images if levels is None else levels,
        # numpy strips trailing NULs from the texts of a string array, hence a mark after each text.
        labels=np.array([f"{label}|" for label in dataset.labels]),
        names=np.array([f"{name}|" for name in dataset.names]),
        about=np.array([f"{text}|" for text in (dataset.name, dataset.source, dataset.licence)]),
    )
    return buffer.getvalue()


def read_array_file(
    path: Path, report: Report | None = None, cancelled: IsCancelled | None = None
) -> Reading:
    """Read the set in the file ``path``, written by ``array_file`` or by another program.

    Images are ``[N, H, W]``, with 1 or 3 channels before or after height and width, or rows of a
    square image, as bytes or as numbers up to 1, to 16 or less, or to 255.

    Raises:
        ReadError: The file holds no images, or is damaged or pickled.
        Cancelled: ``cancelled`` returned true.
    """
    with file_errors(path):
        try:
            with contextlib.ExitStack() as stack:
                return _read(_Arrays(path, stack), path, report, cancelled)
        except _DAMAGES as error:
            raise read_error(path, tr("the file is damaged ({why})", why=error)) from error


class _Arrays:
    """The arrays of a .npy or .npz file, opened one at a time."""

    def __init__(self, path: Path, stack: contextlib.ExitStack) -> None:
        self.path = path
        self._stack = stack
        with path.open("rb") as file:
            is_single = file.read(len(_NPY)) == _NPY
        self._zip = None if is_single else stack.enter_context(zipfile.ZipFile(path))

    def names(self) -> list[str]:
        if self._zip is None:
            return ["arr_0"]
        return [name[:-4] for name in self._zip.namelist() if name.endswith(".npy")]

    def open(self, key: str) -> tuple[_Member, IO[bytes]]:
        """Return the header of an array, checked against the file's size, and its data stream."""
        file: IO[bytes]
        if self._zip is None:
            file = self._stack.enter_context(self.path.open("rb"))
            size = self.path.stat().st_size
        else:
            info = self._zip.getinfo(f"{key}.npy")
            file = self._stack.enter_context(self._zip.open(info))
            size = info.file_size
            if is_overpacked(size, info.compress_size):
                raise OverpackedError(self.path, size)
        try:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, is_fortran, dtype = read(file)
        except _BAD_HEADERS as error:
            raise read_error(self.path, tr("{key}: no array of numbers", key=key)) from error
        member = _Member(key, shape, dtype)
        if is_fortran and len(shape) > 1 and not dtype.hasobject:
            reason = tr(
                "{key} is stored column by column; save numpy.ascontiguousarray({key}) instead",
                key=key,
            )
            raise read_error(self.path, reason)
        is_odd = any(isinstance(n, bool) or n < 0 for n in shape)
        if dtype.hasobject or is_odd or member.nbytes > min(size, MAX_SET_BYTES):
            reason = (
                tr("{key} is pickled; it is not opened, since unpickling can run code", key=key)
                if dtype.hasobject
                else tr("{key}: its header does not fit what is in it", key=key)
            )
            raise read_error(self.path, reason)
        return member, file

    def read_array(self, key: str) -> NDArray[Any]:
        """Read a small array in full; arrays above ``_MAX_TEXT_BYTES`` are refused."""
        member, file = self.open(key)
        if member.nbytes > _MAX_TEXT_BYTES:
            raise read_error(self.path, tr("{key} is too large", key=key))
        data = file.read(member.nbytes)
        if len(data) < member.nbytes:
            raise EOFError(tr("{key} is cut short", key=key))
        return np.frombuffer(data, member.dtype).reshape(member.shape)


def _read(
    arrays: _Arrays, path: Path, report: Report | None, cancelled: IsCancelled | None
) -> Reading:
    keys = arrays.names()
    key = next((key for key in _IMAGE_KEYS if key in keys), None)
    if key is None:
        listed = ", ".join(keys[:10]) or tr("nothing")
        raise read_error(
            path, tr("no images in it; expected an array “images”, found {keys}", keys=listed)
        )
    images, notes = _read_images(arrays, key, report, cancelled)
    texts = {name: _texts(arrays.read_array(name)) for name in ("names", _ABOUT) if name in keys}
    stem = path.name.rpartition(".")[0] or path.name
    labels = _labels(arrays, key, len(images)) or [stem] * len(images)
    name, source, licence = (texts.get(_ABOUT) or [stem, path.name, ""])[:3]
    dataset = Dataset.over(
        name, images, labels, texts.get("names") or numbered(labels), source=source, licence=licence
    )
    return Reading(dataset, "npz", notes)


def _labels(arrays: _Arrays, images_key: str, count: int) -> list[str] | None:
    """Return the labels of ``count`` images: the paired array, or one usually named and shaped so.

    Raises:
        ReadError: The paired array holds no labels, or too few or many.
    """
    keys = arrays.names()
    paired = _PAIRED_KEYS[images_key]
    if paired in keys:
        labels = _texts(_classes(arrays.read_array(paired), arrays.path))
        if len(labels) != count:
            text = tr("{n:,} images but {got:,} labels", n=count, got=len(labels))
            raise read_error(arrays.path, text)
        return labels
    for key in _LABEL_KEYS:
        if key in keys:
            with contextlib.suppress(ReadError):  # What only has a usual name may be anything
                if _may_be_labels(arrays.open(key)[0], count):
                    values = _classes(arrays.read_array(key), arrays.path)
                    if values.dtype.kind != "f" or _are_whole(values):
                        return _texts(values)
    return None


def _may_be_labels(member: _Member, count: int) -> bool:
    is_of_rows = len(member.shape) in (1, 2) and member.shape[0] == count and member.nbytes > 0
    return is_of_rows and member.dtype.kind in "biufSU"


def _classes(values: NDArray[Any], path: Path) -> NDArray[Any]:
    """Return one label for each image, with one-hot rows converted to class indices."""
    if values.ndim < 2 or math.prod(values.shape[1:]) <= 1:
        return values
    if values.ndim == 2 and values.dtype.kind in "uifb":
        are_places = np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()
        if are_places:
            indices: NDArray[Any] = values.argmax(axis=1)
            return indices
    times = " x ".join(map(str, values.shape))
    raise read_error(path, tr("numbers of shape {shape} are not labels", shape=times))


def _texts(values: NDArray[Any]) -> list[str]:
    """Return labels as text: integral floats without a point, own texts without their end mark.

    NaN among integral floats is a missing label, which becomes an empty text.
    """
    flat = values.reshape(-1)
    if values.dtype.kind == "f" and _are_whole(flat):
        return ["" if math.isnan(value) else str(int(value)) for value in flat.tolist()]
    texts = [
        item.decode("utf-8", errors="replace") if isinstance(item, bytes) else str(item)
        for item in flat.tolist()
    ]
    return [text.removesuffix("|") for text in texts] if values.dtype.kind == "U" else texts


def _are_whole(values: NDArray[Any]) -> bool:
    """Return whether all floats but NaN are integral."""
    there = values[~np.isnan(values)]
    return bool((np.isfinite(there) & (there == np.rint(there))).all())


def _read_images(
    arrays: _Arrays, key: str, report: Report | None, cancelled: IsCancelled | None
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return the images, and notes on their range."""
    member, file = arrays.open(key)
    shape, is_last = _image_shape(member, arrays.path)
    each = math.prod(member.shape[1:])
    at_once = max(1, _CHUNK_NUMBERS // each)
    largest = _largest(member, arrays, key, at_once)
    top = white_level(largest)
    progress = Progress(shape[0], images_read, report, cancelled)
    are_bytes = member.dtype == np.uint8 and top == _BYTE_MAX
    files = files_key([arrays.path], "npz", key)
    with PixelStore(shape, files, are_bytes=are_bytes) as store:
        for chunk in _chunks(member, file, at_once, progress):
            if are_bytes:
                store.append(channels_first(chunk, shape, is_last))
                continue
            with np.errstate(over="ignore", invalid="ignore"):  # NaN is reported below
                values = chunk.astype(np.float32) / np.float32(top)
            if not (float(values.min()) >= 0.0 and float(values.max()) <= 1.0):
                raise read_error(arrays.path, _out_of_range(chunk))
            store.append(channels_first(values, shape, is_last))
        return store.finished(), notes_on_white(largest)


def _out_of_range(values: NDArray[Any]) -> str:
    if not np.isfinite(values).all():
        return tr("pixels must lie between 0 and 1, or 0 and 255; some are infinite or NaN")
    return tr(
        "pixels must lie between 0 and 1, or 0 and 255; these are from {low:g} to {high:g}",
        low=float(values.min()),
        high=float(values.max()),
    )


def _largest(member: _Member, arrays: _Arrays, key: str, at_once: int) -> float:
    """Return the largest pixel; of bytes in the program's own files, the largest possible."""
    if member.dtype == np.uint8 and _ABOUT in arrays.names():
        return _BYTE_MAX
    _, file = arrays.open(key)
    silent = Progress(member.shape[0], images_read, None, None)
    return max(float(chunk.max()) for chunk in _chunks(member, file, at_once, silent))


def _chunks(
    member: _Member, file: IO[bytes], at_once: int, progress: Progress
) -> Iterator[NDArray[Any]]:
    total, each = member.shape[0], math.prod(member.shape[1:]) * member.dtype.itemsize
    for at in range(0, total, at_once):
        count = min(at_once, total - at)
        data = file.read(count * each)
        if len(data) < count * each:
            raise EOFError(
                tr(
                    "{whole:,} of {total:,} images",
                    whole=at + len(data) // each,
                    total=total,
                )
            )
        yield np.frombuffer(data, member.dtype).reshape(count, *member.shape[1:])
        progress.reached(at + count)


def _image_shape(member: _Member, path: Path) -> tuple[tuple[int, int, int, int], bool]:
    """Return ``N, C, H, W``, and whether the channels are the last axis in the file."""
    if member.dtype.kind not in "uifb" or math.prod(member.shape) == 0:
        raise read_error(path, tr("{key}: no array of pixels", key=member.key))
    found = image_axes(member.shape)
    if found is None:
        times = " x ".join(map(str, member.shape))
        text = tr(
            "numbers of shape {shape} are not images: expected images x rows x "
            "columns, with 1 or 3 colours before or after them",
            shape=times,
        )
        raise read_error(path, text)
    return found
