"""Arrays as safetensors, written and read piece by piece.

The library of that name copies everything in one go while it holds Python's lock: of a hundred
megabytes a window would feel that. And it allocates what a header speaks of; here the header is
looked at first. The form is that of https://huggingface.co/docs/safetensors (metadata parsing).
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.i18n import tr
from aegui.core.json_text import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

PIECE_BYTES = 1 << 20
MAX_HEADER_BYTES = 1 << 20
MAX_AXES = 8
_HEAD = 8
_ABOUT = "__metadata__"
_KINDS: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def packed(
    tensors: Mapping[str, NDArray[np.generic]], about: Mapping[str, str] | None = None
) -> Iterator[bytes | memoryview]:
    """The bytes of ``tensors``, in pieces; the same arrays give the same bytes.

    Args:
        tensors: The arrays by name.
        about: Texts about them by name, stored as the metadata of the file.
    """
    arrays = {name: _flat(tensor) for name, tensor in tensors.items()}
    # Wide numbers first, so that all of them lie at multiples of their width.
    order = sorted(arrays, key=lambda name: (-tensors[name].dtype.itemsize, name))
    header: dict[str, dict[str, Any]] = {_ABOUT: dict(about)} if about else {}
    start = 0
    for name in order:
        stop = start + arrays[name].nbytes
        header[name] = {
            "dtype": _NAMES[tensors[name].dtype],
            "shape": list(tensors[name].shape),
            "data_offsets": [start, stop],
        }
        start = stop
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _HEAD)
    yield len(text).to_bytes(_HEAD, "little") + text
    for name in order:
        numbers = arrays[name]
        for at in range(0, len(numbers), PIECE_BYTES):
            yield numbers[at : at + PIECE_BYTES].data


def _flat(tensor: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(tensor).reshape(-1).view(np.uint8)


def unpacked(data: bytearray) -> dict[str, NDArray[np.generic]]:
    """The arrays in ``data``, which is not copied: they are views of it, and read-only.

    Raises:
        ValueError: It is nothing of the kind; the message says why.
    """
    header, body = _header(data)
    arrays = {name: _array(body, name, entry) for name, entry in header.items()}
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def _header(data: bytearray) -> tuple[dict[str, Any], memoryview]:
    size = int.from_bytes(data[:_HEAD], "little")
    if len(data) < _HEAD or size > min(MAX_HEADER_BYTES, len(data) - _HEAD):
        raise ValueError(tr("its header is longer than it"))
    try:
        header = from_json(bytes(data[_HEAD : _HEAD + size]))
    except ValueError as error:
        raise ValueError(tr("its header is no JSON")) from error
    if not isinstance(header, dict):
        raise ValueError(tr("its header is no JSON"))
    header.pop(_ABOUT, None)
    return header, memoryview(data)[_HEAD + size :]


def _array(body: memoryview, name: str, entry: Any) -> NDArray[np.generic]:
    wrong = ValueError(tr("what its header says of {name} cannot be right", name=name))
    if not isinstance(entry, dict):
        raise wrong
    kind: Any = entry.get("dtype")
    shape: Any = entry.get("shape")
    places: Any = entry.get("data_offsets")
    dtype = _KINDS.get(kind) if isinstance(kind, str) else None
    if dtype is None or not (_are_counts(shape) and _are_counts(places)):
        raise wrong
    if len(shape) > MAX_AXES or len(places) != 2:
        raise wrong
    start, stop = places
    if not start <= stop <= len(body) or stop - start != math.prod(shape) * dtype.itemsize:
        raise wrong
    part = np.frombuffer(body[start:stop], np.uint8)
    if dtype == np.bool_:
        # A byte may be anything; a truth is 0 or 1.
        truths: NDArray[np.generic] = (part != 0).reshape(shape)
        return truths
    if part.ctypes.data % dtype.itemsize:
        part = part.copy()
    numbers: NDArray[np.generic] = part.view(dtype).reshape(shape)
    return numbers


def _are_counts(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(n) is int and n >= 0 for n in numbers)
