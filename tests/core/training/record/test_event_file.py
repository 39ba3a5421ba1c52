"""Event files, read back by a parser that is independent of the writer."""

from __future__ import annotations

import csv
import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.library.exports import history_csv
from aegui.core.training.record.event_file import crc32c, event_file
from aegui.core.training.record.history import History

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.training.record.history import HistoryView

WALL = 1.8e9


def made() -> HistoryView:
    """Return two runs over four rows, one within an epoch; one row lacks a term."""
    history = History(2, ("kl",))
    for row, epoch in enumerate((0.0, 0.25, 1.0, 300.0)):
        history.append(
            epoch=epoch,
            seconds=0.5 * row,
            learning_rate=0.01,
            loss=[1.0 / (row + 1), 2.0],
            wrong_mean=[np.nan, 3.0],
            wrong_max=[np.nan, 4.0],
            share_at_most_1=[np.nan, 0.5],
            **({} if row == 2 else {"kl": [0.25, np.inf]}),
        )
    return history.view()


def slow_crc(data: bytes) -> int:
    """Return the CRC computed bit by bit from the polynomial, highest bit first."""
    register = 0xFFFFFFFF
    for byte in data:
        for place in range(8):
            bit = (byte >> place) & 1
            carry = (register >> 31) ^ bit
            register = (register << 1) & 0xFFFFFFFF
            if carry:
                register ^= 0x1EDC6F41
    return int(f"{register:032b}"[::-1], 2) ^ 0xFFFFFFFF


def unmasked(check: int) -> int:
    turned = (check - 0xA282EAD8) & 0xFFFFFFFF
    return ((turned >> 17) | (turned << 15)) & 0xFFFFFFFF


def records(data: bytes) -> Iterator[bytes]:
    """Return the messages of the frames after checking their checksums."""
    stream = io.BytesIO(data)
    while head := stream.read(12):
        length, check = struct.unpack("<QI", head)
        assert unmasked(check) == slow_crc(head[:8])
        message = stream.read(length)
        assert unmasked(struct.unpack("<I", stream.read(4))[0]) == slow_crc(message)
        yield message


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Return number and content of each field of a protocol buffer."""
    stream = io.BytesIO(message)

    def varint() -> int:
        found = shift = 0
        while True:
            byte = stream.read(1)[0]
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    while stream.tell() < len(message):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        else:
            yield key >> 3, stream.read({1: 8, 5: 4}.get(kind) or varint())


def scalars(data: bytes) -> dict[str, dict[int, tuple[float, float]]]:
    """Return tag -> step -> wall time and value."""
    found: dict[str, dict[int, tuple[float, float]]] = {}
    first, *rest = records(data)
    assert dict(fields(first))[3] == b"brain.Event:2"
    for record in rest:
        event = dict(fields(record))
        wall, summary = event[1], event[5]
        assert isinstance(wall, bytes)
        assert isinstance(summary, bytes)
        for number, value in fields(summary):
            assert number == 1
            assert isinstance(value, bytes)
            one = dict(fields(value))
            tag, simple = one[1], one[2]
            assert isinstance(tag, bytes)
            assert isinstance(simple, bytes)
            step = event[2]
            assert isinstance(step, int)
            read = struct.unpack("<d", wall)[0], struct.unpack("<f", simple)[0]
            found.setdefault(tag.decode(), {})[step] = read
    return found


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        # RFC 3720, B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_the_check_of_castagnoli(data: bytes, check: int) -> None:
    assert crc32c(data) == check
    assert slow_crc(data) == check


def test_an_event_file_is_read_back() -> None:
    read = scalars(event_file(made(), 0, WALL))
    assert set(read) == {"loss", "learning_rate", "terms/kl"}
    assert {step: value for step, (_, value) in read["loss"].items()} == pytest.approx(
        {0: 1.0, 1: 1 / 3, 300: 0.25}
    )
    assert read["loss"][300][0] == pytest.approx(WALL + 1.5, abs=1e-5)
    assert set(read["terms/kl"]) == {0, 300}
    other = scalars(event_file(made(), 1, WALL))
    assert other["wrong_pixels/mean"][1][1] == pytest.approx(3.0)
    assert other["wrong_pixels/worst"][1][1] == pytest.approx(4.0)
    assert other["terms/kl"][0][1] == np.inf


def test_a_damaged_frame_does_not_pass_the_parser() -> None:
    """Without this the parser above would prove nothing."""
    data = bytearray(event_file(made(), 0, WALL))
    data[-10] ^= 1
    with pytest.raises(AssertionError):
        list(records(bytes(data)))


def test_histories_as_csv() -> None:
    text = history_csv([(("abc", "letters"), made(), 7), (("def", "other"), made(), 0)])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 16
    assert [row["seed"] for row in rows[::4]] == ["7", "8", "0", "1"]
    assert rows[1]["epoch"] == "0.25"
    assert rows[3]["epoch"] == "300"
    assert float(rows[3]["loss"]) == pytest.approx(0.25)
    assert rows[0]["wrong_mean"] == ""
    assert rows[4]["wrong_mean"] == "3"
    assert rows[2]["kl"] == ""
    assert rows[4]["kl"] == "inf"
    assert rows[8]["name"] == "other"
