"""Messages of protocol buffers as bytes: the few kinds of fields that ONNX files are made of.

See https://protobuf.dev/programming-guides/encoding: a field is its number and wire type, and then
a varint, four bytes, or a length and so many bytes.
"""

from __future__ import annotations

import struct

_VARINT, _BYTES, _FOUR = 0, 2, 5
_MOST = 1 << 64


def varint(number: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first; negative ones as 64 bits."""
    number %= _MOST
    found = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def whole(field: int, number: int) -> bytes:
    """A field with a whole number."""
    return varint(field << 3 | _VARINT) + varint(number)


def real(field: int, number: float) -> bytes:
    """A field with a number of single precision."""
    return varint(field << 3 | _FOUR) + struct.pack("<f", number)


def part(field: int, content: bytes | str) -> bytes:
    """A field with a text, bytes or a message."""
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | _BYTES) + varint(len(data)) + data
