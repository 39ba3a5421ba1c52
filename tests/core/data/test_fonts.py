"""Export of glyphs as column headers for displays and as BDF, which PIL reads back."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL.BdfFontFile import BdfFontFile

from aegui.cli import main
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.fonts import bdf, column_header, write_font
from aegui.core.data.load import load_dataset
from aegui.core.data.readers.table import read_glyphs
from aegui.core.errors import AeguiError

if TYPE_CHECKING:
    from pathlib import Path


def columns(text: str) -> list[list[int]]:
    body = text[text.index("= {") :].split("};")[0]
    return [
        [int(number, 16) for number in re.findall(r"0x([0-9a-f]+)", found)]
        for found in re.findall(r"\{((?:0x[0-9a-f]+(?:, )?)+)\}", body)
    ]


def test_columns_have_the_top_row_in_their_lowest_bit() -> None:
    dataset = load_builtin("lowercase")
    text = column_header(dataset).decode()
    made = columns(text)
    order = sorted(range(len(dataset)), key=lambda place: dataset.labels[place])
    assert len(made) == len(dataset)
    for place, own in zip(order, made, strict=True):
        image = dataset.images[place, 0]
        rows = np.array([[byte >> row & 1 for byte in own] for row in range(7)])
        np.testing.assert_array_equal(rows, image)
    assert "_WIDTH 5" in text
    assert "_HEIGHT 7" in text
    assert f"0x{ord(dataset.labels[order[0]]):04x}, " in text


def test_tall_glyphs_have_several_bytes_a_column() -> None:
    image = np.zeros((1, 10, 3), np.float32)
    image[0, 0, 0] = image[0, 9, 0] = image[0, 8, 2] = 1.0
    (made,) = columns(column_header(Dataset.from_images("tall", image, ["A"])).decode())
    assert made == [0x01, 0x02, 0x00, 0x00, 0x00, 0x01]


def test_another_reader_finds_the_same_glyphs_in_bdf() -> None:
    dataset = load_builtin("lowercase")
    font = BdfFontFile(io.BytesIO(bdf(dataset)))
    for label, image in zip(dataset.labels, dataset.images, strict=True):
        glyph = font.glyph[ord(label)]
        assert glyph is not None
        (advance, _), _, _, picture = glyph
        assert advance == 6
        np.testing.assert_array_equal(np.array(picture, np.float32), image[0])


def test_what_is_no_character_has_no_code() -> None:
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    text = bdf(Dataset.from_images("odd", images, ["b", "word", "a", "b"])).decode()
    assert re.findall(r"ENCODING (-?\d+)", text) == ["97", "98", "-1", "-1"]


@pytest.mark.parametrize("name", ["lowercase", "uppercase", "symbols", "letters"])
def test_the_header_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    dataset = load_builtin(name)
    write_font(tmp_path / "font.h", dataset)
    (found,) = read_glyphs(tmp_path / "font.h").datasets
    order = sorted(range(len(dataset)), key=lambda place: dataset.labels[place])
    assert found.name == name
    assert found.labels == tuple(dataset.labels[place] for place in order)
    assert found.names == tuple(dataset.names[place] for place in order)
    np.testing.assert_array_equal(found.images, dataset.images[order])
    assert main(["convert", str(tmp_path / "font.h"), str(tmp_path / "font.json")]) == 0
    np.testing.assert_array_equal(load_dataset(str(tmp_path / "font.json")).images, found.images)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 5), (3, 64, 64), (2, 10, 3), (35, 8, 35)])
def test_glyphs_of_any_size_are_read_back(shape: tuple[int, ...], tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 2, shape).astype(np.float32)
    labels = [f"w{place:02}" for place in range(shape[0])]
    write_font(tmp_path / "font.h", Dataset.from_images("some", images, labels))
    (found,) = read_glyphs(tmp_path / "font.h").datasets
    assert list(found.labels) == labels
    np.testing.assert_array_equal(found.images[:, 0], images)


def test_what_is_no_font_is_refused(tmp_path: Path) -> None:
    grey = Dataset.from_images("grey", np.full((1, 3, 3), 0.5, np.float32))
    with pytest.raises(AeguiError, match="black and white"):
        write_font(tmp_path / "x.bdf", grey)
    with pytest.raises(AeguiError, match="suffix"):
        write_font(tmp_path / "x.ttf", load_builtin("lowercase"))
