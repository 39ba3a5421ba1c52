"""Nodes, tensors and the model around them, as in https://onnx.ai/onnx/repo-docs/IR.html.

They are encoded as protocol buffers (https://protobuf.dev/programming-guides/encoding): a field is
its number and wire type, followed by a varint, four bytes, or a length and that many bytes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Attribute = int | float | str | Sequence[int] | NDArray[np.generic]


_VARINT, _BYTES, _FOUR = 0, 2, 5
_MAX = 1 << 64
IR_VERSION = 8
OPSET = 17
"""Operator set version in use; onnxruntime has supported it since 2022."""
_FLOAT, _INT64 = 1, 7
_KINDS = {np.dtype(np.float32): _FLOAT, np.dtype(np.int64): _INT64}
_OF_FLOAT, _OF_INT, _OF_TEXT, _OF_TENSOR, _OF_INTS = 1, 2, 3, 4, 7


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


class OnnxGraph:
    """Collects the nodes of one model; every result has a unique name."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._tensors: dict[str, bytes] = {}
        self._count = 0

    def add(self, kind: str, *inputs: str, **attributes: Attribute) -> str:
        """Add an operator with one result and return the result's name."""
        return self.add_with(kind, inputs, 1, **attributes)[0]

    def add_with(
        self, kind: str, inputs: Sequence[str], results: int, **attributes: Attribute
    ) -> list[str]:
        """Add an operator with ``results`` results and return their names; "" omits an input."""
        self._count += 1
        names = [f"{kind.lower()}_{self._count}" + f"_{at}" * bool(at) for at in range(results)]
        node = b"".join(part(1, name) for name in inputs)
        node += b"".join(part(2, name) for name in names)
        node += part(3, names[0]) + part(4, kind)
        for name, value in attributes.items():
            node += part(5, _attribute(name, value))
        self._nodes.append(node)
        return names

    def constant(self, value: NDArray[np.generic] | Sequence[int] | float, name: str = "") -> str:
        """Add an initializer: a number becomes float32, a list of integers int64."""
        if isinstance(value, int | float):
            array: NDArray[np.generic] = np.array(value, np.float32)
        elif isinstance(value, np.ndarray):
            array = value
        else:
            array = np.array(value, np.int64)
        self._count += not name
        name = name or f"constant_{self._count}"
        self._tensors.setdefault(name, _tensor(array, name))
        return name

    def model(
        self,
        inputs: Sequence[tuple[str, Sequence[int]]],
        outputs: Sequence[tuple[str, str, Sequence[int]]],
        *,
        name: str,
        producer: str,
        version: str,
        words: str,
        about: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the encoded model file.

        Args:
            inputs: Name and shape, without the sample axis, of each input.
            outputs: Name, internal result and shape, without the sample axis, of each output.
            name: Name of the graph.
            producer: Name of the producing program.
            version: Version of that program.
            words: Description of the model.
            about: Texts about the model by name, stored as its metadata.
        """
        for output, result, _ in outputs:
            self._nodes.append(
                part(1, result) + part(2, output) + part(3, output) + part(4, "Identity")
            )
        graph = b"".join(part(1, node) for node in self._nodes) + part(2, name)
        graph += b"".join(part(5, tensor) for tensor in self._tensors.values())
        graph += part(10, words)
        graph += b"".join(part(11, _value(output, shape)) for output, shape in inputs)
        graph += b"".join(part(12, _value(output, shape)) for output, _, shape in outputs)
        found = integer(1, IR_VERSION) + part(2, producer) + part(3, version)
        found += part(7, graph) + part(8, part(1, "") + integer(2, OPSET))
        for key, text in (about or {}).items():
            found += part(14, part(1, key) + part(2, text))
        return found


def _attribute(name: str, value: Attribute) -> bytes:
    found = part(1, name)
    if isinstance(value, float):
        return found + real(2, value) + integer(20, _OF_FLOAT)
    if isinstance(value, int):
        return found + integer(3, value) + integer(20, _OF_INT)
    if isinstance(value, str):
        return found + part(4, value) + integer(20, _OF_TEXT)
    if isinstance(value, np.ndarray):
        return found + part(5, _tensor(value, name)) + integer(20, _OF_TENSOR)
    ints = b"".join(integer(8, int(each)) for each in value)
    return found + ints + integer(20, _OF_INTS)


def _tensor(array: NDArray[np.generic], name: str) -> bytes:
    found = b"".join(integer(1, size) for size in array.shape)
    found += integer(2, _KINDS[array.dtype]) + part(8, name)
    return found + part(9, np.ascontiguousarray(array).tobytes())


def _value(name: str, shape: Sequence[int]) -> bytes:
    """Return the description of a float tensor ``[n, *shape]``."""
    axes = part(1, part(2, "n")) + b"".join(part(1, integer(1, size)) for size in shape)
    kind = integer(1, _FLOAT) + part(2, axes)
    return part(1, name) + part(2, part(1, kind))
