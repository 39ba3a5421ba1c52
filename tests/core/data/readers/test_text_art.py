from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.errors import ReadError
from tests.core.data.readers.given import BITS, LOWER, is_lower, one, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("pair", [".#", " #", "_X", "01", "░█", "-*", ".o", " █"])
def test_art_drawn_with_any_characters(folder: Path, pair: str) -> None:
    chosen = [i for i in range(1, 31) if BITS[i].any(axis=1).all()] if pair[0] == " " else range(32)
    text = "".join(
        f"0x{ord(LOWER.labels[i]):x}\n"
        + "\n".join("".join(pair[p] for p in row) for row in BITS[i].tolist())
        + "\n\n"
        for i in chosen
    )
    dataset = one(folder, text, "art")
    assert dataset.labels == tuple(LOWER.labels[i] for i in chosen)
    assert np.array_equal(dataset.images, LOWER.images[list(chosen)])


def test_art_spaced_bare_and_of_any_size(folder: Path) -> None:
    assert one(folder, "a\n0 1 0\n1 0 1\n\nb\n1 1 1\n0 0 0\n", "art").image_shape == (1, 2, 3)
    stack = "\n".join("".join(".#"[p] for p in row) for row in BITS.reshape(-1, 5).tolist())
    assert is_lower(one(folder, stack, "art"), labels=False)
    wide = ".#" * 40
    assert one(folder, "\n".join([wide] * 50), "art").image_shape == (1, 50, 80)


@pytest.mark.parametrize("label", ["#", "0", "x", "-", ";", ".", "1", "/", "{", "(", "["])
def test_art_headed_by_a_sign(folder: Path, label: str) -> None:
    dataset = one(folder, f"{label}\n.#.\n###\n\nz\n#..\n..#\n", "art")
    assert dataset.labels == (label, "z")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n.#.\n###\n\nb\n###\n", "line 6: a drawing of 1 rows"),
        ("a\n.#.\n###\n\nb\n###\n##\n", "line 7: a row of 2 pixels"),
        ("hello\nworld\n", "no glyphs found.*Text art"),
    ],
)
def test_art_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)


@pytest.mark.parametrize("separator", ["", " ", ",", ", ", ";", "\t"])
@pytest.mark.parametrize(("height", "width"), [(7, 5), (8, 8), (6, 4), (12, 9), (16, 16), (5, 7)])
def test_bare_blocks_of_0_and_1_are_glyphs_of_their_size(
    folder: Path, separator: str, height: int, width: int
) -> None:
    bits = np.random.default_rng(height * width).integers(0, 2, (3, height, width))
    blocks = ["\n".join(separator.join(map(str, row)) for row in glyph) for glyph in bits]
    dataset = one(folder, "\n\n".join(blocks), "art")
    np.testing.assert_array_equal(dataset.images[:, 0], bits)


def test_squares_without_an_empty_line_are_cut_apart_and_told(folder: Path) -> None:
    bits = np.random.default_rng(1).integers(0, 2, (3, 8, 8))
    text = "\n".join("".join(map(str, row)) for row in bits.reshape(-1, 8))
    file = read(folder, text)
    np.testing.assert_array_equal(file.datasets[0].images[:, 0], bits)
    assert file.notes == ("Cut into 3 glyphs of 8 rows.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#...#\n.###.\n.####.\n##...\n", "line 3: a row of 6 pixels, others have 5"),
        ("#.#\n" * 1501, "line 1: a drawing of 1,501 rows; at most 1,024"),
        ("#.\n#.\n" + "#." * 600, "line 3: a row of 1,200 pixels; at most 1,024"),
        ("0 1 0\n1 0 1\n\n0 1 0\n1 0\n", "line 5: a row of 2 pixels, others have 3"),
    ],
)
def test_the_row_that_is_wrong_is_the_one_that_is_named(
    folder: Path, text: str, message: str
) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)
