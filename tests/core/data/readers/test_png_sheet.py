from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from aegui.core.data.load import load_dataset
from aegui.core.data.readers.table import read_glyphs
from aegui.core.errors import ReadError
from aegui.core.latent.sheets import sheet_picture
from tests.core.data.readers.given import BITS, LOWER, is_lower, one, read

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.dataset import Dataset


def sheet(
    images: Dataset, columns: int, gap: int, margin: int, scale: int, ink: int, mode: str = "L"
) -> bytes:
    paper = 255 - ink
    rows = -(-len(images) // columns)
    high = rows * 7 + (rows - 1) * gap + 2 * margin
    wide = columns * 5 + (columns - 1) * gap + 2 * margin
    canvas = np.full((high, wide), paper, np.uint8)
    for i, image in enumerate(images.images[:, 0]):
        top = margin + i // columns * (7 + gap)
        left = margin + i % columns * (5 + gap)
        canvas[top : top + 7, left : left + 5] = np.where(image > 0, ink, paper)
    picture = Image.fromarray(canvas.repeat(scale, axis=0).repeat(scale, axis=1)).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("scale", [1, 3, 10])
@pytest.mark.parametrize(("gap", "margin"), [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("columns", [32, 8, 5])
def test_sheets_by_guess(
    folder: Path, columns: int, gap: int, margin: int, scale: int, ink: int
) -> None:
    mode = "RGBA" if ink else "P"
    data = sheet(LOWER, columns, gap, margin, scale, ink, mode)
    assert is_lower(one(folder, data, "png"), labels=False)


@pytest.mark.parametrize("gap", [1.0, 0.8])
def test_cells_without_an_image_are_no_samples(folder: Path, gap: float) -> None:
    """As ``sheet_image`` writes them: its gaps, and the cells after the last image, are tinted."""
    buffer = io.BytesIO()
    sheet_picture(LOWER.images[:10], columns=4, gap=gap).save(buffer, "PNG")
    read_back = one(folder, buffer.getvalue(), "png")
    np.testing.assert_array_equal(read_back.images, LOWER.images[:10])


def test_dark_cells_between_tinted_lines_are_no_samples(folder: Path) -> None:
    """As in sheets of pixel fonts, whose lines alone are tinted."""
    sheet = np.full((1 + 3 * 8, 1 + 4 * 6), 90, np.uint8)
    for number in range(12):
        row, column = divmod(number, 4)
        cell = sheet[1 + 8 * row : 8 + 8 * row, 1 + 6 * column : 6 + 6 * column]
        cell[:] = 0 if number >= 10 else 255 * LOWER.images[number, 0]
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "PNG")
    read_back = one(folder, buffer.getvalue(), "png")
    np.testing.assert_array_equal(read_back.images, LOWER.images[:10])


def test_sixteen_bits_are_scaled_rather_than_clipped(folder: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.uint16) * 257
    Image.fromarray(levels).save(folder / "noise.png")
    dataset = load_dataset(str(folder / "noise.png"))
    assert len(dataset) == 1, "one picture, not a sheet of white glyphs"
    with Image.open(io.BytesIO(sheet(LOWER, 8, 1, 1, 1, 255))) as eight:
        deep = np.asarray(eight.convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(folder / "sheet.png")
    assert is_lower(load_dataset(str(folder / "sheet.png")), labels=False)


def test_sheet_of_a_given_size(folder: Path) -> None:
    data = np.random.default_rng(0).integers(0, 2, (3 * 6, 4 * 9)).astype(np.uint8) * 255
    buffer = io.BytesIO()
    Image.fromarray(data).save(buffer, "PNG")
    path = folder / "x.png"
    path.write_bytes(buffer.getvalue())
    (dataset,) = read_glyphs(path, size=(6, 9)).datasets
    assert dataset.image_shape == (1, 6, 9)
    with pytest.raises(ReadError, match="no grid"):
        read_glyphs(path, size=(5, 5))


def test_png_bombs_and_broken_ones_are_refused(folder: Path) -> None:
    good = sheet(LOWER, 8, 1, 1, 1, 255)
    bomb = bytearray(good)
    bomb[16:24] = (100_000).to_bytes(4, "big") * 2
    with pytest.raises(ReadError, match="100,000x100,000"):
        read(folder, bytes(bomb))
    start = time.process_time()
    for data in (good[:30], good[:-40], good[:60] + b"xx" + good[62:], good[:8]):
        with pytest.raises(ReadError, match="given: "):
            read(folder, data)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "told",
    ["{", "[]", '{"height": 7}', '{"height": 0, "width": 5, "gap": 1, "margin": 1, "scale": 1, '
     '"channels": 1, "titles": [["a", "a"]]}', '{"height": 7, "width": 5, "gap": 99, "margin": 1, '
     '"scale": 1, "channels": 1, "titles": [["a", "a"]]}'],
)  # fmt: skip
def test_a_false_description_is_not_believed(folder: Path, told: str) -> None:
    info = PngInfo()
    info.add_text("aegui-glyphs", told)
    with Image.open(io.BytesIO(sheet(LOWER, 8, 1, 1, 1, 255))) as image:
        buffer = io.BytesIO()
        image.save(buffer, "PNG", pnginfo=info)
    assert is_lower(one(folder, buffer.getvalue(), "png"), labels=False)


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground(folder: Path, ink: int) -> None:
    rgba = np.full((7, 32 * 5, 4), ink, np.uint8)
    rgba[..., 3] = np.concatenate(list(BITS), axis=1) * 255
    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "PNG")
    assert is_lower(one(folder, buffer.getvalue(), "png"), labels=False)
