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
