"""Decompression bombs are refused before memory is allocated for their content."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.byte_stream import SAFE_BYTES, SAFE_RATIO, ByteStream, OverpackedError
from aegui.core.data.load import load_dataset
from aegui.core.data.readers.source import MAX_TEXT_CHARACTERS
from aegui.core.data.store import cache_folder
from aegui.core.errors import AeguiError, ReadError

if TYPE_CHECKING:
    from pathlib import Path


def packed(path: Path, head: bytes, unit: bytes, times: int) -> Path:
    """Write ``head`` and ``times`` repetitions of ``unit`` to ``path``, compressed with gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        file.write(packer.compress(head))
        for _ in range(times):
            file.write(packer.compress(unit))
        file.write(packer.flush())
    return path


def idx_header(*shape: int) -> bytes:
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


def test_an_idx_that_promises_gigabytes_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    head = idx_header(400_000, 28, 28)
    path = packed(tmp_path / "x-idx3-ubyte.gz", head, bytes(1 << 20), 299)
    with pytest.raises(OverpackedError, match=r"x-idx3-ubyte\.gz: it unpacks to 313 MB or more"):
        load_dataset(str(path))
    assert list(cache_folder().iterdir()) == []


@pytest.mark.parametrize(
    "unit", [b"0," * 2**19, b"\n" * 2**20, (b",".join([b"0"] * 785) + b"\n") * 640]
)
def test_a_csv_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, unit: bytes) -> None:
    path = packed(tmp_path / "x.csv.gz", b"", unit, 100_000_000 // len(unit))
    with pytest.raises(ReadError, match=r"x\.csv\.gz.*(unpacks to|longer than 4 MB)"):
        load_dataset(str(path))
    assert list(cache_folder().iterdir()) == []


def test_an_npz_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, images=np.zeros((40_000, 28, 28), np.uint8))
    with pytest.raises(OverpackedError, match=r"x\.npz: it unpacks to 31 MB or more"):
        load_dataset(str(path))


def test_what_packs_well_is_read_as_long_as_it_is_small(tmp_path: Path) -> None:
    path = tmp_path / "x-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_header(20, 28, 28) + bytes(20 * 28 * 28)))
    assert len(load_dataset(str(path))) == 20
    whole = packed(tmp_path / "zeros.gz", b"", bytes(1 << 20), (SAFE_BYTES >> 20) - 1)
    assert whole.stat().st_size * SAFE_RATIO < SAFE_BYTES
    with ByteStream(whole) as file:
        assert len(file.read(2 * SAFE_BYTES)) == SAFE_BYTES - (1 << 20)


TEXTS = {
    "art.txt": "#..#.\n" * (MAX_TEXT_CHARACTERS // 6 + 1),
    "lines.txt": "a 0 1 1 0\n" * (MAX_TEXT_CHARACTERS // 10 + 1),
    "x.h": "int x[] = {" + "1," * (MAX_TEXT_CHARACTERS // 2) + "};",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_far_longer_than_glyphs_is_refused_for_its_length(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXTS[name])
    with pytest.raises(ReadError, match="more than 4 MB of text; large sets are read from"):
        load_dataset(str(tmp_path / name))


def test_a_line_of_csv_longer_than_any_image_is_refused_by_its_number(tmp_path: Path) -> None:
    row = ",".join(["0"] * 784)
    (tmp_path / "x.csv").write_text(row + "\n" + "1," * 3_000_000)
    with pytest.raises(ReadError, match=r"x\.csv, line 2: longer than 4 MB"):
        load_dataset(str(tmp_path / "x.csv"))


@pytest.mark.parametrize(
    ("name", "most", "text"),
    [
        ("x.h", 500_000, "int x[] = {%s};"),
        ("x.json", 500_000, "[%s0]"),
        ("x.py", 200_000, "x = [%s]"),
    ],
)
def test_lists_of_more_numbers_than_can_be_taken_apart_are_refused(
    tmp_path: Path, name: str, most: int, text: str
) -> None:
    (tmp_path / name).write_text(text % ("1," * (most + 1)))
    with pytest.raises(AeguiError, match=f"more than {most:,} numbers in lists"):
        load_dataset(str(tmp_path / name))


BIG = "1" * 6000


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.h", "int const F[2][7] =\n{{1e400,0,0,0,0,0,0},{0,0,0,0,0,0,0}};", "line 2: “1e400”"),
        ("x.h", "int F[1][7] = {{-1e400,0,0,0,0,0,0}};", "line 1: “-1e400”"),
        ("x.h", f"int F[1][7] = {{{{{BIG},0,0,0,0,0,0}}}};", "line 1: “11111"),
        ("x.h", f"int F[1][7] = {{{{0x{'f' * 6000},0,0,0,0,0,0}}}};", "32 pixels"),
        ("x.json", "[[1e400,0,0,0,0,0,0],[0,0,0,0,0,0,0]]", "“inf”"),
        ("x.json", '{"a": [Infinity,0,0,0,0,0,0], "b": [0,0,0,0,0,0,0]}', "“inf”"),
        ("x.json", "[[NaN,0,0,0,0,0,0],[0,0,0,0,0,0,0]]", "“nan”"),
        ("x.json", f"[[{BIG},0,0,0,0,0,0],[0,0,0,0,0,0,0]]", "thousands of digits"),
        ("x.py", "x = [[1,0,0,0,0,0,0],\n [1e400,0,0,0,0,0,0]]", "line 2: “1e400,0"),
        ("x.py", f"x = [[{BIG},0,0,0,0,0,0]]", "line 1: there is a number with thousands"),
        ("x.txt", "\n".join(["a 1e999 " + " ".join(["0"] * 34)] * 3), "line 1: “1e999”"),
        ("x.csv", "\n".join(["1e400," + ",".join(["0"] * 63)] * 3), "line 1: pixels must lie"),
    ],
)
def test_numbers_beyond_all_measure_are_refused_by_name_and_place(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ReadError) as caught:
        load_dataset(str(tmp_path / name))
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


def test_doubles_beyond_single_precision_are_refused_without_a_warning(tmp_path: Path) -> None:
    values = np.full(16, -1e308, ">f8").tobytes()
    (tmp_path / "double-huge").write_bytes(struct.pack(">HBBIII", 0, 0x0E, 3, 1, 4, 4) + values)
    with pytest.raises(ReadError, match="some pixels are infinite or NaN"):
        load_dataset(str(tmp_path / "double-huge"))
    np.save(tmp_path / "huge.npy", np.full((3, 8, 8), 1e300))
    with pytest.raises(ReadError, match=r"1e300"):
        load_dataset(str(tmp_path / "huge.npy"))
