"""Encoding of protocol buffers, limited to the field types that ONNX files need.

See https://protobuf.dev/programming-guides/encoding: a field is its number and wire type, followed
by a varint, four bytes, or a length and that many bytes.
"""

from __future__ import annotations

import struct

_VARINT, _BYTES, _FOUR = 0, 2, 5
_MAX = 1 << 64


def varint(number: int) -> bytes:
    """Encode an integer in groups of 7 bits, lowest first; negative numbers as 64 bits."""
    number %= _MAX
    found = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def integer(field: int, number: int) -> bytes:
    """Encode a field with an integer."""
    return varint(field << 3 | _VARINT) + varint(number)


def real(field: int, number: float) -> bytes:
    """Encode a field with a single-precision number."""
    return varint(field << 3 | _FOUR) + struct.pack("<f", number)


def part(field: int, content: bytes | str) -> bytes:
    """Encode a field with a string, bytes or a message."""
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | _BYTES) + varint(len(data)) + data
