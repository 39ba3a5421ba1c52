"""Arrays as safetensors agree with the library of that name; anything else is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from aegui.core.run_file import tensor_bytes
from aegui.core.run_file.tensor_bytes import packed, unpacked

DRAW = np.random.default_rng(0)
ARRAYS: dict[str, Any] = {
    "bytes": DRAW.integers(0, 256, 5).astype(np.uint8),
    "weights": DRAW.standard_normal((3, 4)).astype(np.float32),
    "halves": DRAW.standard_normal((2, 1, 3)).astype(np.float16),
    "turned": np.arange(12, dtype=np.float64).reshape(3, 4).T,
    "count": np.array(7, np.int64),
    "nothing": np.zeros((0, 2), np.float32),
    "truths": np.array([True, False, True]),
    'ñ "': np.array([-1], np.int32),
}


def joined(arrays: dict[str, Any]) -> bytearray:
    return bytearray(b"".join(packed(arrays)))


def spelt(header: Any, body: bytes = b"") -> bytearray:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return bytearray(len(text).to_bytes(8, "little") + text + body)


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        assert ours[name].dtype == array.dtype
        assert ours[name].shape == array.shape
        np.testing.assert_array_equal(ours[name], array)


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_the_library_reads_what_we_write(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(tensor_bytes, "PIECE_BYTES", piece)
    same(safetensors.numpy.load(bytes(joined(ARRAYS))), ARRAYS)


def test_we_read_what_the_library_writes() -> None:
    plain = {name: np.asarray(array, order="C") for name, array in ARRAYS.items()}
    same(unpacked(bytearray(safetensors.numpy.save(plain))), ARRAYS)
    noted = safetensors.numpy.save(plain, metadata={"made": "elsewhere"})
    same(unpacked(bytearray(noted)), ARRAYS)


def test_what_is_read_is_not_copied_and_cannot_be_written() -> None:
    data = joined(ARRAYS)
    weights = unpacked(data)["weights"]
    assert not weights.flags.writeable
    assert np.shares_memory(weights, np.frombuffer(data, np.uint8))


def test_numbers_at_odd_places_and_truths_of_any_byte_are_read() -> None:
    entry = {"dtype": "F64", "shape": [1], "data_offsets": [3, 11]}
    truth = {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}
    body = b"\x07\x00\x01" + np.array([2.5]).tobytes()
    for pad in range(8):
        read = unpacked(spelt({"x" * (pad + 1): entry, "t": truth}, body))
        assert read["x" * (pad + 1)].tolist() == [2.5]
        assert read["t"].tolist() == [True, False, True]
        assert read["x" * (pad + 1)].flags.aligned


F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "data",
    [
        bytearray(),
        bytearray(b"\x05\x00"),
        bytearray((1 << 62).to_bytes(8, "little") + b"{}"),
        spelt(b"{"),
        spelt(b"\xff\xfe"),
        spelt(b"[" * 100_000),
        spelt([]),
        spelt({"a": 3}),
        spelt({"a": {}}),
        *(
            spelt({"a": F32 | wrong}, bytes(8))
            for wrong in (
                {"dtype": "BF16"},
                {"dtype": ["F32"]},
                {"shape": [3]},
                {"shape": [-2]},
                {"shape": [2.0]},
                {"shape": [True, 2]},
                {"shape": "2"},
                {"shape": [10**30]},
                {"shape": [0, 10**30]},
                {"shape": [1] * 40 + [2]},
                {"data_offsets": [0, 12]},
                {"data_offsets": [8, 0]},
                {"data_offsets": [4, 12]},
                {"data_offsets": [-8, 0]},
                {"data_offsets": [0]},
                {"data_offsets": None},
            )
        ),
    ],
)
def test_anything_else_is_refused(data: bytearray) -> None:
    with pytest.raises(ValueError, match=r"header"):
        unpacked(data)
