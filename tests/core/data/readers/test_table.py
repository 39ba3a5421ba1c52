from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.data.readers.table import READERS, read_glyphs
from aegui.core.errors import ReadError
from tests.core.data.readers.given import is_lower, one, python_rows, read

if TYPE_CHECKING:
    from pathlib import Path


def test_files_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(ReadError, match="nowhere"):
        read_glyphs(folder / "nowhere")
    with pytest.raises(ReadError, match="folder"):
        read_glyphs(folder)
    with pytest.raises(ReadError, match="empty"):
        read(folder, " \n")
    with pytest.raises(ReadError, match="larger than 16 MB"):
        read(folder, b"#" * ((16 << 20) + 1))
    with pytest.raises(ReadError, match="no glyphs found"):
        read(folder, bytes(range(256)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(folder: Path, encoding: str) -> None:
    assert is_lower(one(folder, f"x = [\n{python_rows()}\n]".encode(encoding), "python"))


@settings(max_examples=150)
@given(
    data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)),
    which=st.integers(0, 5),
)
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, which: int
) -> None:
    prefix = [
        b"",
        b"x = [",
        b"int f[2][7] = {",
        b"[[1,2,",
        b"\x89PNG\r\n\x1a\n",
        b"a 1 0 1 0 1 0 1",
    ]
    path = tmp_path_factory.mktemp("any") / "f"
    path.write_bytes(prefix[which] + data)
    try:
        file = read_glyphs(path)
    except ReadError:
        return
    assert file.reader in READERS
    assert all(len(dataset) for dataset in file.datasets)


@pytest.mark.parametrize(
    "text",
    [
        "x[1][1][1] " * 100_000,
        "= " * 500_000,
        "/*" * 500_000,
        "x = [" + "1," * 300_000,
        "int f[2][7] = {" + "{1,2,3,4,5,6,7}," * 50_000,
        "a" * 1_000_000,
        "[" * 1_000_000,
        "#" * 3_000_000,
        " " * 1_000_000 + "x",
        "0 1 " * 300_000,
        "x = (\n" * 100_000,
    ],
)
def test_hostile_texts_take_no_long_time(folder: Path, text: str) -> None:
    start = time.process_time()
    with pytest.raises(ReadError):
        read(folder, text)
    assert time.process_time() - start < 5
