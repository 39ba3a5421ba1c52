"""Images of few levels, in every form of numbers: what is white in them is not 255."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.load import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.reading import Reading

FORMS = ("csv", "npy", "npz", "idx.gz", "json", "by name.json", "records.json", "c")


def read(folder: Path, form: str, most: int) -> tuple[np.ndarray, Reading]:
    """Return 20 images of levels up to ``most``, and what is read of their file."""
    levels = np.random.default_rng(0).integers(0, most, (20, 8, 8), endpoint=True)
    levels[3, 4, 4] = most
    path = folder / f"x.{'h' if form == 'c' else form}"
    rows = levels.reshape(20, 64).tolist()
    if form == "csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    elif form == "npy":
        np.save(path, levels.astype(np.float64))
    elif form == "npz":
        np.savez(path, images=levels.astype(np.uint8))
    elif form == "idx.gz":
        head = bytes((0, 0, 8, 3)) + np.array(levels.shape, ">u4").tobytes()
        path.write_bytes(gzip.compress(head + levels.astype(np.uint8).tobytes()))
    elif form == "json":
        path.write_text(json.dumps(rows))
    elif form == "by name.json":
        path.write_text(json.dumps({f"n{at}": row for at, row in enumerate(rows)}))
    elif form == "records.json":
        path.write_text(json.dumps([{"name": "n", "pixels": row} for row in rows]))
    else:
        body = ",\n".join("{" + ",".join(map(str, row)) + "}" for row in rows)
        path.write_text(f"const int digits[20][64] = {{\n{body}\n}};\n")
    return levels, read_source(str(path))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("most", "white"), [(16, 16), (15, 15), (9, 15), (2, 2)])
def test_few_levels_are_scaled_to_white_with_a_note(
    tmp_path: Path, form: str, most: int, white: int
) -> None:
    levels, reading = read(tmp_path, form, most)
    expected = levels.astype(np.float32) / np.float32(white)
    assert np.array_equal(reading.dataset.images[:, 0], expected)
    assert reading.notes == (f"The largest pixel is {most}; read as 0 to {white}.",)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("most", "is_noted"), [(17, True), (63, True), (64, False), (1, False)])
def test_dark_images_are_noted(tmp_path: Path, form: str, most: int, is_noted: bool) -> None:
    levels, reading = read(tmp_path, form, most)
    expected = levels.astype(np.float32) / np.float32(1 if most == 1 else 255)
    assert np.array_equal(reading.dataset.images[:, 0], expected)
    note = f"The largest pixel is {most}; read as 0 to 255, the images are nearly black."
    assert reading.notes == (note,) * is_noted
