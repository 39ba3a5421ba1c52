from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import ReadError
from tests.core.data.readers.given import BITS, LOWER, ROWS, is_lower, one, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("separator", [" ", "\t", ",", ", ", ";", "|"])
@pytest.mark.parametrize("low", [0, -1])
def test_lines_of_label_and_bits(folder: Path, separator: str, low: int) -> None:
    flat = np.where(BITS.reshape(32, 35), 1, low).tolist()
    lines = [
        separator.join([label if label != "\x7f" else "DEL", *map(str, bits)])
        for label, bits in zip(LOWER.labels, flat, strict=True)
    ]
    assert is_lower(one(folder, "\n".join(lines), "lines"))
    bare = [separator.join(map(str, bits)) for bits in flat]
    assert is_lower(one(folder, "\n".join(bare), "lines"), labels=False)


@pytest.mark.parametrize("separator", [";", "; ", "\t", "|"])
def test_decimal_commas_part_nothing(folder: Path, separator: str) -> None:
    levels = np.random.default_rng(0).random((5, 35))
    lines = [
        separator.join([label, *(f"{level:.3f}".replace(".", ",") for level in row)])
        for label, row in zip(",;|ab", levels, strict=True)
    ]
    dataset = one(folder, "\n".join(lines), "lines")
    assert dataset.image_shape == (1, 7, 5)
    assert dataset.labels == tuple(",;|ab")
    np.testing.assert_allclose(dataset.images.reshape(5, 35), levels, atol=1e-3)


def test_lines_with_any_label(folder: Path) -> None:
    symbols = load_builtin("symbols")
    flat = symbols.images.reshape(32, 35).astype(int).tolist()
    lines = [" ".join([c, *map(str, bits)]) for c, bits in zip(symbols.labels, flat, strict=True)]
    dataset = one(folder, "\n".join(lines), "lines")
    assert dataset.labels == symbols.labels
    assert np.array_equal(dataset.images, symbols.images)


def test_lines_with_a_heading_and_hex_rows(folder: Path) -> None:
    lines = [
        f"{c} {' '.join(f'0x{r:02x}' for r in row)}" for c, row in zip("ab", ROWS[1:3], strict=True)
    ]
    file = read(folder, "label r0 r1 r2 r3 r4 r5 r6\n" + "\n".join(lines) + "\n")
    assert file.reader == "lines"
    assert file.datasets[0].labels == ("a", "b")
    assert np.array_equal(file.datasets[0].images, LOWER.images[1:3])
    assert file.notes == ("Line 1 was read as a header.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a " + "0 " * 35 + "\nb " + "0 " * 34, "line 2: 35 values instead of 35|line 2"),
        ("a " + "0 " * 35 + "\nb " + "0 " * 30 + "x 0 0 0 0", "line 2"),
        ("a " + "0 " * 35 + "\nsome words", "line 2: expected a label"),
        ("a " + "0 " * 34, "34 numbers"),
    ],
)
def test_lines_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)
