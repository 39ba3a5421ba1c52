from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.fonts import write_font
from aegui.core.errors import ReadError
from tests.core.data.readers.given import (
    A_ROWS,
    BITS,
    LOWER,
    ROWS,
    c_rows,
    hexed,
    is_lower,
    one,
    read,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_c_header_of_several_arrays(folder: Path) -> None:
    symbols = load_builtin("symbols")
    rows = (symbols.images[:, 0].astype(int) @ np.array([16, 8, 4, 2, 1])).tolist()
    lines = "\n".join(
        f"{hexed(row)}, // 0x{ord(label):x}, {label}"
        for row, label in zip(rows, symbols.labels, strict=True)
    )
    upper = "\n".join(f"{hexed(A_ROWS)},\t// 0x{code:x}, {chr(code)}" for code in range(0x40, 0x60))
    text = (
        "#pragma once\n/* Fonts: int x[2][7] = { {1}, {2} } is not code */\n"
        f"unsigned char Font1[32][7]={{\n{lines}\n}};\n"
        f"static const uint8_t Font2[32][7] PROGMEM = {{\n{upper}\n}};\n"
        f"int Font3[32][7] =\n{{\n{c_rows()}\n}};\n"
    )
    file = read(folder, text)
    assert file.reader == "c"
    assert [dataset.name for dataset in file.datasets] == ["Font1", "Font2", "Font3"]
    assert [len(dataset) for dataset in file.datasets] == [32, 32, 32]
    assert file.datasets[0].labels == symbols.labels
    assert np.array_equal(file.datasets[0].images, symbols.images)
    assert file.datasets[1].labels == tuple(chr(code) for code in range(0x40, 0x60))
    assert is_lower(file.datasets[2])
    assert file.datasets[2].names[-1] == "DEL"
    assert file.notes == ()


@pytest.mark.parametrize("size", ["", "32"])
def test_fonts_of_displays_are_columns(folder: Path, size: str) -> None:
    columns = np.packbits(BITS.swapaxes(1, 2), axis=2, bitorder="little")[:, :, 0].tolist()
    lines = ",\n".join(
        f"{hexed(glyph)} // {label}" for glyph, label in zip(columns, LOWER.labels, strict=True)
    )
    file = read(folder, f"static const unsigned char font5x7[{size}][5] = {{\n{lines}\n}};\n")
    assert file.notes == ("font5x7: read as columns of 7 rows, with bit 0 on top.",)
    assert np.array_equal(file.datasets[0].images, LOWER.images)


@pytest.mark.parametrize("numbers", ["{0x1f, 2, 3, 4, 5}", "{0x80, 2, 3, 4, 0x7f}"])
def test_other_glyphs_of_five_numbers_are_rows(folder: Path, numbers: str) -> None:
    file = read(folder, f"byte glyphs[][5] = {{ {numbers}, {numbers} }};")
    assert file.datasets[0].image_shape[1] == 5
    assert file.notes == ()


def test_windows_line_ends_and_the_backslash_that_swallows_a_line(folder: Path) -> None:
    text = (
        "int f[3][7] = {\r\n"
        f"{hexed(A_ROWS)}, // 0x5b, [\r\n{hexed(ROWS[2])}, // 0x5c, \\\r\n"
        f"{hexed(ROWS[3])}, // 0x5d, ]\r\n}};\r\n"
    )
    dataset = one(folder, text, "c")
    assert dataset.labels == ("[", "\\", "]")
    assert np.array_equal(dataset.images, LOWER.images[1:4])


@pytest.mark.parametrize(
    "comment",
    [
        " // {label}",
        " /* 0x{code:02X} {label} */",
        " // '{label}'",
        " //U+00{code:02X} {label}",
        " ///< 0x{code:x}: {label}",
    ],
)
def test_names_in_comments_after(folder: Path, comment: str) -> None:
    assert is_lower(one(folder, f"char f[][7] = {{\n{c_rows(comment)}\n}};", "c"))


def test_names_in_comments_before_and_on_the_opening_line(folder: Path) -> None:
    before = "".join(
        f"  // {label}\n  {hexed(rows)},\n"
        for rows, label in zip(ROWS[1:27], LOWER.labels[1:27], strict=True)
    )
    dataset = one(folder, f"int f[26][7] = {{  // rows, top first\n{before}}};", "c")
    assert dataset.labels == LOWER.labels[1:27]
    inline = ", ".join(f"/* {chr(97 + i)} */ {hexed(ROWS[i + 1])}" for i in range(26))
    assert one(folder, f"int f[26][7] = {{ {inline} }};", "c").labels == LOWER.labels[1:27]
    opening = "".join(f"{{ // {chr(97 + i)}\n0x1, 2,\n3,4,5,6,7 }},\n" for i in range(4))
    assert one(folder, f"int f[4][7] = {{\n{opening}}};", "c").labels == tuple("abcd")


def test_c_spellings_of_numbers(folder: Path) -> None:
    text = "byte f[1][7] = {{0x1Fu, 0b00001, B10000, 017, 5L, (uint8_t) 3, 4}};"
    rows = one(folder, text, "c").images[0, 0] @ np.array([16, 8, 4, 2, 1])
    assert rows.tolist() == [31, 1, 16, 15, 5, 3, 4]


def test_c_designators_name_glyphs(folder: Path) -> None:
    text = f"int f[128][7] = {{ ['{{'] = {hexed(A_ROWS)}, [0x62] = {hexed(ROWS[2])} }};"
    file = read(folder, text)
    assert file.datasets[0].labels == ("{", "b")
    assert "declared with 128" in file.notes[0]


def test_c_rows_left_out_are_zero_as_in_c(folder: Path) -> None:
    file = read(folder, "int f[2][7] = {{0},\n{1,2,3,4,5,6,7}};")
    assert not file.datasets[0].images[0].any()
    assert "line 1" in file.notes[0]


def test_custom_characters_one_array_each(folder: Path) -> None:
    text = (
        "byte heart[8] = {B00000,B01010,B11111,B11111,B01110,B00100,B00000,B00000};\n"
        "byte bell[8] = {0x4,0xe,0xe,0xe,0x1f,0x0,0x4,0};\nint pins[3] = {1, 2, 3};"
    )
    file = read(folder, text)
    assert file.datasets[0].labels == ("heart", "bell")
    assert file.datasets[0].image_shape == (1, 8, 5)
    assert "pins" in file.notes[0]


def test_wider_rows_take_bytes(folder: Path) -> None:
    text = "uint8_t f[2][8] = {{0x80,1,2,3,4,5,6,7},{0,0,0,0,0,0,0,0x7e}};"
    dataset = one(folder, text, "c")
    assert dataset.image_shape == (1, 8, 8)
    assert dataset.images[0, 0, 0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("int f[2][7] = {\n{1,2,3,4,5,6,7},\n{1,2,3,4,5,6,7,8}};", 3, "8 values"),
        ("int f[][W] = {\n{1,2,3,4,5,6,7},\n{1,2,3,4,5,6}};", 3, "6 values"),
        ("int f[2][7] = {\n\n{1,2,OOPS,4}};", 3, "OOPS"),
        ("int f[2][7] = {\n{1,2,3,4,5,6,7},\n", 1, "never closed"),
        ("int f[1] = {" + "{" * 50, 1, "too deep"),
    ],
)
def test_c_refusals_name_the_line(folder: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(ReadError, match=rf"bad\.h, line {line}: .*{reason}"):
        read(folder, text, "bad.h")


def test_a_number_too_large_for_its_type_is_refused(folder: Path) -> None:
    rows = f"{{\n{hexed(A_ROWS)},\n{{1, 2, 3, 4, 5, 6, 0x1ff}}\n}};"
    for kind in ("static const unsigned char", "uint8_t", "const PROGMEM byte"):
        with pytest.raises(ReadError, match="line 3: “0x1ff” does not fit in the 8 bits"):
            read(folder, f"int y;\n{kind} f[2][7] = {rows}".replace("int y;\n", "int y; "))
    for kind in ("int", "uint16_t", "unsigned short"):
        assert read(folder, f"uint8_t y; {kind} f[2][7] = {rows}").datasets[0].image_shape[2] == 16


def test_a_type_within_a_macro_of_several_lines_is_not_that_of_the_array(folder: Path) -> None:
    macro = "#define PIXEL(x) \\\n    ((unsigned char)(x))\n"
    rows = f"{{\n{hexed(A_ROWS)},\n{{1, 2, 3, 4, 5, 6, 0x1ff}}\n}};"
    assert len(one(folder, f"{macro}const unsigned font[2][7] = {rows}", "c")) == 2


def test_one_glyph_that_widens_all_others_is_told(folder: Path) -> None:
    rows = [hexed(row) for row in ROWS]
    rows[3] = "{1, 2, 3, 4, 5, 6, 0x2e}"
    file = read(folder, "int f[32][7] = {\n" + ",\n".join(rows) + "};")
    assert file.datasets[0].image_shape == (1, 7, 8)
    (note,) = file.notes
    assert note == (
        "f: all rows are read 8 pixels wide because of 0x2e (line 5); the others fit in 5."
    )


def test_columns_that_contradict_their_comment_are_refused(folder: Path) -> None:
    write_font(folder / "font.h", LOWER)
    text = (folder / "font.h").read_text()
    assert is_lower(read(folder, text).datasets[0])
    for wrong in (
        text.replace("0x20, 0x54", "0x80, 0x54"),
        text.replace("of 5 columns", "of 6 columns"),
    ):
        assert wrong != text
        with pytest.raises(ReadError, match=r"not the bytes of . columns of 7 rows"):
            read(folder, wrong)


def test_a_character_among_the_numbers_is_a_number(folder: Path) -> None:
    text = (
        "char f[2][7] = {\n{'\\0', 2, '\\n', 4, 5, 6, 7}, // 'x'\n['b'] = {1, 2, 3, 4, 5, 6, 'a'}};"
    )
    dataset = read(folder, text).datasets[0]
    weights = 2 ** np.arange(7, -1, -1)
    assert (dataset.images[:, 0] @ weights).astype(int).tolist() == [
        [0, 2, 10, 4, 5, 6, 7],
        [1, 2, 3, 4, 5, 6, 97],
    ]
    assert dataset.labels[1] == "b"


def test_a_dim_glyph_keeps_the_white_of_the_others(folder: Path) -> None:
    bright, dim = np.arange(64) * 4, np.arange(64) % 13
    bright[-1] = 255
    arrays = {"bright": bright, "dim": dim, "flag": dim % 2}
    text = "".join(
        f"unsigned char {name}[64] = {hexed(values.tolist())};\n" for name, values in arrays.items()
    )
    file = read(folder, text)
    expected = np.stack([bright / 255, dim / 255, dim % 2]).astype(np.float32)
    assert np.array_equal(file.datasets[0].images.reshape(3, 64), expected)
    assert file.notes == ()
