"""The most frequent size and colours of image files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from aegui.core.data.majority_format import majority_format
from aegui.core.errors import Cancelled
from aegui.core.recipe import ImageSpec

if TYPE_CHECKING:
    from pathlib import Path


def made(folder: Path, name: str, size: tuple[int, int], colour: object, mode: str = "RGB") -> Path:
    path = folder / name
    Image.new(mode, size, colour).save(path)  # type: ignore[arg-type]
    return path


def test_small_files_keep_their_size_and_mode(tmp_path: Path) -> None:
    grey = [made(tmp_path, f"{n}.png", (28, 20), 40 * n, "L") for n in range(4)]
    found = majority_format(grey)
    assert found is not None
    assert (found.width, found.height, found.channels, found.others) == (28, 20, 1, 0)
    assert found.proposed() == ImageSpec(width=28, height=20, channels=1)
    assert found.words() == "The files are 28 × 20 in grey."
    # Grey as colours is grey all the same; one with a colour is not.
    as_rgb = made(tmp_path, "rgb.jpg", (28, 20), (90, 90, 90))
    assert majority_format([*grey, as_rgb]).channels == 1  # type: ignore[union-attr]
    red = made(tmp_path, "red.png", (28, 20), "red")
    assert majority_format([*grey, red]).channels == 3  # type: ignore[union-attr]


def test_large_files_are_proposed_smaller_and_in_proportion(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: what is stored lies on its side
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, exif=exif)
    found = majority_format(
        [
            path,
            made(tmp_path, "b.png", (300, 400), "blue"),
            made(tmp_path, "c.png", (10, 10), "blue"),
        ]
    )
    assert found is not None
    assert (found.width, found.height, found.others) == (300, 400, 1)
    assert found.proposed() == ImageSpec(width=48, height=64)
    assert "several sizes, most of them 300 × 400 in colour" in found.words()
    tiny = majority_format([made(tmp_path, "t.png", (5, 7), "blue")])
    assert tiny is not None
    assert (tiny.proposed().width, tiny.proposed().height) == (5, 7)


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"nothing")
    assert majority_format([tmp_path / "broken.png"]) is None
    with pytest.raises(Cancelled):
        majority_format([tmp_path / "broken.png"], lambda: True)
