from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.file_kinds import kind_of
from aegui.core.data.fonts import bdf, write_font
from aegui.core.data.load import load_dataset
from aegui.core.errors import ReadError
from tests.core.data.readers.given import one, read

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "STARTFONT 2.1\nFONT -x\nSIZE 7 75 75\nFONTBOUNDINGBOX 5 7 0 -1\nCHARS 2\n"
DOT = "STARTCHAR period\nENCODING 46\nDWIDTH 6 0\nBBX 2 2 1 0\nBITMAP\nC0\nC0\nENDCHAR\n"
BLANK = "STARTCHAR space\nENCODING 32\nDWIDTH 6 0\nBBX 0 0 0 0\nBITMAP\nENDCHAR\n"
END = "ENDFONT\n"


@pytest.mark.parametrize("name", ["lowercase", "letters"])
def test_a_font_of_the_program_comes_back(name: str, folder: Path) -> None:
    dataset = load_builtin(name)
    order = sorted(range(len(dataset)), key=lambda place: dataset.labels[place])
    found = one(folder, bdf(dataset), "bdf")
    assert found.labels == tuple(dataset.labels[place] for place in order)
    assert found.names == tuple(dataset.names[place] for place in order)
    np.testing.assert_array_equal(found.images, dataset.images[order])


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 64, 64), (2, 10, 3), (4, 8, 35)])
def test_glyphs_of_any_size_and_label_come_back(shape: tuple[int, ...], folder: Path) -> None:
    images = np.random.default_rng(0).integers(0, 2, shape).astype(np.float32)
    images[:, 0, 0] = 1.0
    labels = ["word", "b", "b", "😀"][: len(images)]
    write_font(folder / "font.bdf", Dataset.from_images("some", images, labels))
    assert kind_of(folder / "font.bdf") is None
    found = load_dataset(str(folder / "font.bdf"))
    assert sorted(found.labels) == sorted(labels)
    assert sorted(map(np.ndarray.tobytes, found.images)) == sorted(map(np.ndarray.tobytes, images))


def test_glyphs_of_different_sizes_are_put_into_the_box_of_the_font(folder: Path) -> None:
    file = read(folder, HEAD + BLANK + DOT + END)
    (found,) = file.datasets
    assert found.labels == (" ", ".")
    assert found.names == ("space", "period")
    assert found.image_shape == (1, 7, 5)
    assert not found.images[0].any()
    # The baseline is one row above the lower border, and the dot stands on it.
    assert np.argwhere(found.images[1, 0]).tolist() == [[4, 1], [4, 2], [5, 1], [5, 2]]
    assert "box of 5x7 pixels" in file.notes[0]


def test_a_glyph_outside_the_box_of_the_font_enlarges_it(folder: Path) -> None:
    file = read(folder, HEAD + DOT + DOT.replace("2 2 1 0", "2 2 6 0") + END)
    assert file.datasets[0].image_shape == (1, 2, 7)


def test_codes_of_other_character_sets(folder: Path) -> None:
    properties = 'CHARSET_REGISTRY "{}"\nCHARSET_ENCODING "{}"\n'
    euro = DOT.replace("46", "164").replace("period", "currency")
    control = DOT.replace("46", "7").replace("period", "box7")
    for registry, encoding, labels in (
        ("ISO8859", "15", ("€", "box7")),
        ("ISO10646", "1", ("¤", "box7")),
        ("Dingbats", "FontSpecific", ("currency", "box7")),
    ):
        text = HEAD + properties.format(registry, encoding) + euro + control + END
        assert one(folder, text, "bdf").labels == labels


def test_what_is_odd_is_told(folder: Path) -> None:
    file = read(folder, HEAD.replace("CHARS 2", "CHARS 3") + DOT + DOT.replace("C0", "F0") + END)
    declared, overhang = file.notes
    assert "CHARS says 3, but the font has 2 glyphs" in declared
    assert "left out (line 19)" in overhang
    assert file.datasets[0].image_shape == (1, 2, 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + END, "a font without glyphs"),
        (HEAD + DOT, "cut off: it has 1 of 2 glyphs"),
        (HEAD + BLANK + DOT[:60], "line 12: the font is cut off in the glyph “period”"),
        (HEAD + DOT.replace("ENDCHAR\n", "") + END, "line 13: ENDCHAR is missing"),
        (HEAD + DOT.replace("BBX 2 2 1 0\n", "") + END, "line 9: the glyph “period” has no BBX"),
        (HEAD + DOT.replace("C0\nC0", "C0") + END, "line 6: the glyph “period” has 1 rows"),
        (HEAD + DOT.replace("C0\nC0", "C0\nC0\nC0") + END, "line 13: more than 2 rows"),
        (HEAD + DOT.replace("C0\nC0", "C0\nxy") + END, "line 12: “xy” is no row"),
        (HEAD + DOT.replace("2 2 1 0", "12 2 1 0") + END, "line 11: a row of 8 pixels"),
        (HEAD + DOT.replace("2 2 1 0", "2 x 1 0") + END, "line 9: “2 x 1 0” are not the numbers"),
        (HEAD + DOT.replace("2 2 1 0", "2 2 1") + END, "are not the numbers of BBX"),
        (HEAD + DOT.replace("2 2 1 0", "99999 99999 1 0") + END, "99999x99999 pixels; at most"),
        (HEAD + DOT + DOT.replace("2 2 1 0", "2 2 99999 0") + END, "at most 1,024 x 1,024"),
        (HEAD + DOT.replace("46", "1e9") + END, "“1e9” are not the numbers of ENCODING"),
        (HEAD.replace("75 75", "75 75 4") + DOT + END, "line 3: a font in grey levels"),
        (HEAD + BLANK + END, "none of its glyphs has any pixels"),
    ],
)
def test_bad_fonts_are_refused_with_file_line_and_reason(
    text: str, reason: str, folder: Path
) -> None:
    with pytest.raises(ReadError, match="given") as refused:
        read(folder, text)
    assert reason in str(refused.value)


def test_a_small_file_takes_no_large_memory(folder: Path) -> None:
    far = DOT.replace("2 2 1 0", "2 2 1000 1000")
    with pytest.raises(ReadError, match="more than 2,000,000 pixels"):
        read(folder, HEAD + DOT + far + far + END)
