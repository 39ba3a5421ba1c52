"""Export of scalars over epochs as a TensorBoard event file: TFRecord frames of ``Event`` messages.

Encoded by hand, so that neither TensorFlow nor its protocol buffers are needed. A frame is its
length (uint64), the masked CRC-32C of the length, the message, and the masked CRC-32C of the
message (TensorFlow, ``core/lib/io/record_writer.cc``); the messages are those of
``core/util/event.proto`` and ``core/framework/summary.proto``.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from aegui.core.training.record.history import HistoryView

_POLYNOMIAL = 0x82F63B78
"""Castagnoli polynomial, bit-reversed."""
_MASK = 0xA282EAD8
_FIXED64, _BYTES, _FIXED32 = 1, 2, 5
_WALL_TIME, _STEP, _FILE_VERSION, _SUMMARY = 1, 2, 3, 5
_VALUE, _TAG, _SIMPLE_VALUE = 1, 1, 2
_FILE_VERSION_TEXT = b"brain.Event:2"
_EPOCH_TOLERANCE = 1e-6


def scalars_of(history: HistoryView, run: int) -> dict[str, NDArray[np.floating]]:
    """Return the columns of one run by TensorBoard tag; NaN marks missing values."""
    columns: dict[str, NDArray[np.floating]] = {
        "loss": history.loss[:, run],
        "learning_rate": history.learning_rate,
        "wrong_pixels/mean": history.wrong_mean[:, run],
        "wrong_pixels/worst": history.wrong_max[:, run],
        "wrong_pixels/share_at_most_1": history.share_at_most_1[:, run],
    }
    return columns | {f"terms/{key}": column[:, run] for key, column in history.extra.items()}


def event_file(history: HistoryView, run: int, began: float) -> bytes:
    """Return an event file of one run of a history, with one step per whole epoch.

    Args:
        history: The history.
        run: The run in it.
        began: Start of the training, in seconds since 1970; wall times are relative to it.
    """
    columns = scalars_of(history, run)
    rows = [
        row
        for row, epoch in enumerate(history.epoch)
        if abs(epoch - round(epoch)) < _EPOCH_TOLERANCE
    ]
    frames = [_frame(_event(began, 0, _bytes(_FILE_VERSION, _FILE_VERSION_TEXT)))]
    for row in rows:
        values = {tag: float(column[row]) for tag, column in columns.items()}
        known = {tag: value for tag, value in values.items() if not np.isnan(value)}
        wall, step = began + float(history.seconds[row]), round(float(history.epoch[row]))
        frames.append(_frame(_event(wall, step, _bytes(_SUMMARY, b"".join(_values(known))))))
    return b"".join(frames)


def crc32c(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of ``data`` (RFC 3720, B.4)."""
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return tuple(found)


def _frame(message: bytes) -> bytes:
    length = struct.pack("<Q", len(message))
    return b"".join((length, _masked(length), message, _masked(message)))


def _masked(data: bytes) -> bytes:
    """Return the masked CRC: a CRC of data that contain their own CRC would be unreliable."""
    crc = crc32c(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + _MASK) & 0xFFFFFFFF)


def _event(wall: float, step: int, what: bytes) -> bytes:
    head = _key(_WALL_TIME, _FIXED64) + struct.pack("<d", wall)
    return head + _key(_STEP, 0) + _varint(step) + what


def _values(scalars: Mapping[str, float]) -> Iterator[bytes]:
    for tag, value in scalars.items():
        number = _key(_SIMPLE_VALUE, _FIXED32) + struct.pack("<f", value)
        yield _bytes(_VALUE, _bytes(_TAG, tag.encode()) + number)


def _bytes(field: int, content: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(content)) + content


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
