from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aegui.core.data.builtin import load_builtin
from aegui.core.data.readers import READERS, read_glyphs
from aegui.core.data.readers.names import format_name, parse_name
from aegui.core.data.writers import encode_dataset
from aegui.core.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers import GlyphFile

LOWER = load_builtin("lowercase")
BITS = LOWER.images[:, 0].astype(int)
ROWS = (BITS @ np.array([16, 8, 4, 2, 1])).tolist()
A_ROWS = ROWS[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str | bytes, name: str = "given") -> GlyphFile:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_glyphs(path)


def one(folder: Path, text: str | bytes, reader: str) -> Dataset:
    file = read(folder, text)
    assert file.reader == reader
    (dataset,) = file.datasets
    return dataset


def is_lower(dataset: Dataset, labels: bool = True) -> bool:
    return np.array_equal(dataset.images, LOWER.images) and (
        not labels or dataset.labels == LOWER.labels
    )


def hexed(rows: list[int], brackets: str = "{}") -> str:
    return brackets[0] + ", ".join(f"0x{row:02x}" for row in rows) + brackets[1]


def c_rows(comment: str = "   // 0x{code:x}, {label}") -> str:
    return "\n".join(
        f"   {hexed(rows)},"
        + comment.format(code=ord(label), label=label if label != "\x7f" else "DEL")
        for rows, label in zip(ROWS, LOWER.labels, strict=True)
    )


# --- C headers ---------------------------------------------------------------------------------


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


# --- Python ------------------------------------------------------------------------------------


def python_rows(form: str = "{rows},  # 0x{code:x}, {label}") -> str:
    return "\n".join(
        "    " + form.format(rows=hexed(rows, "[]"), code=ord(label), label=label)
        for rows, label in zip(ROWS, LOWER.labels, strict=True)
    )


@pytest.mark.parametrize(
    "text",
    [
        f"font3 = [\n{python_rows()}\n]\n",
        f"import numpy as np\n\nfont = np.array([\n{python_rows()}\n], dtype=np.uint8)\n",
        f"FONT: list[list[int]] = (\n{python_rows()}\n)",
        f"[\n{python_rows()}\n]",
        f"# é 'quotes' {{braces}} [\nx = np.asarray([\n{python_rows()}\n]).astype(float)",
    ],
)
def test_python_rows_named_by_comments(folder: Path, text: str) -> None:
    assert is_lower(one(folder, text, "python"))


def test_python_bits(folder: Path) -> None:
    flat = BITS.reshape(32, 35)
    assert is_lower(one(folder, f"x = {flat.tolist()}", "python"), labels=False)
    assert is_lower(one(folder, f"x = {(flat * 2 - 1).tolist()}", "python"), labels=False)
    assert is_lower(one(folder, f"x = {BITS.tolist()}", "python"), labels=False)
    nested = f"import numpy as np\nx = np.array({flat.ravel().tolist()}).reshape((-1, 7, 5))"
    assert is_lower(one(folder, nested, "python"), labels=False)


def test_python_dicts(folder: Path) -> None:
    pairs = list(zip(LOWER.labels, ROWS, BITS.tolist(), strict=True))
    rows = {label: row for label, row, _ in pairs}
    assert is_lower(one(folder, f"letters = {rows!r}", "python"))
    assert is_lower(one(folder, f"letters = { {c: b for c, _, b in pairs}!r}", "python"))
    assert is_lower(one(folder, f"x = { {ord(c): r for c, r, _ in pairs}!r}", "python"))
    lists = f"x = {{'Font1': {ROWS[:3]}, 'Font2': {ROWS[3:8]}}}"
    assert [len(dataset) for dataset in read(folder, lists).datasets] == [3, 5]
    arrays = f"d = dict(a=np.array({BITS[1].tolist()}), b=np.array({BITS[2].tolist()}))"
    dataset = one(folder, arrays, "python")
    assert dataset.labels == ("a", "b")
    assert np.array_equal(dataset.images, LOWER.images[1:3])


def test_python_letters_one_by_one_and_their_list(folder: Path) -> None:
    text = "".join(f"{chr(64 + i)} = {BITS[i].tolist()}\n" for i in (1, 2, 3))
    assert one(folder, text, "python").labels == ("A", "B", "C")
    assert one(folder, text + "letters = [C, A, B]", "python").labels == ("C", "A", "B")


def test_python_strings_of_pixels(folder: Path) -> None:
    drawn = {label: ["".join(".#"[p] for p in row) for row in bits.tolist()]
             for label, bits in zip(LOWER.labels, BITS, strict=True)}  # fmt: skip
    assert is_lower(one(folder, f"x = {drawn!r}", "python"))
    joined = {label: "\n".join(rows) for label, rows in drawn.items()}
    assert is_lower(one(folder, f"x = {joined!r}", "python"))


@pytest.mark.parametrize("array", [BITS.reshape(32, 35), BITS, np.array(ROWS), BITS * 2.0 - 1])
def test_printed_numpy(
    folder: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> None:
    with np.printoptions(threshold=10**6):
        assert is_lower(one(folder, str(array), "python"), labels=False)
        reader = "python"
        assert is_lower(one(folder, repr(array), reader), labels=False)


def test_python_is_never_executed(folder: Path) -> None:
    target = folder / "made"
    text = f"x = [open({str(target)!r}, 'w')]\ny = __import__('os').system('touch {target}')\n"
    with pytest.raises(ReadError):
        read(folder, text)
    assert not target.exists()


def test_lists_of_lists_of_the_same_list_are_bounded(folder: Path) -> None:
    text = "a0 = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]\n"
    text += "".join(f"a{i + 1} = [{', '.join([f'a{i}'] * 10)}]\n" for i in range(12))
    with pytest.raises(ReadError, match="more than 2000000 numbers"):
        read(folder, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [\n[1,2,3,4,5,6,7],\n[1,2,3]]", "line 3: item 2 has 3 values.* 7"),
        ("x = [1, 2\ny = = 3", "not valid Python"),
        ("x = " + "[" * 5000, "Python|deep"),
        ("x = ['hello there']", "hello there"),
        ("x = [[3, 300, 3, 2, -5, 6]]", "from -5 to 300"),
        ("x = [[0.5, 1, 0, 0, 1, 0]]", "6 numbers for each glyph"),
        ("x = [[]]", "empty list"),
    ],
)
def test_python_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)


# --- JSON --------------------------------------------------------------------------------------


def test_json_forms(folder: Path) -> None:
    by_label = dict(zip(LOWER.labels, ROWS, strict=True))
    assert is_lower(one(folder, json.dumps(by_label), "json"))
    assert is_lower(one(folder, json.dumps({"name": "x", "glyphs": by_label}), "json"))
    bits = dict(zip(LOWER.labels, BITS.tolist(), strict=True))
    assert is_lower(one(folder, json.dumps(bits), "json"))
    assert is_lower(one(folder, json.dumps(ROWS), "json"), labels=False)
    assert is_lower(one(folder, json.dumps(BITS.reshape(32, 35).tolist()), "json"), labels=False)
    records = [{"char": c, "bits": r} for c, r in zip(LOWER.labels, BITS.tolist(), strict=True)]
    assert is_lower(one(folder, json.dumps(records), "json"))
    words = [[f"0x{row:02x}" for row in rows] for rows in ROWS]
    assert is_lower(one(folder, json.dumps({"font": words}), "json"), labels=False)


def test_json_of_several_sets(folder: Path) -> None:
    file = read(folder, json.dumps({"Font1": ROWS[:4], "Font2": ROWS[4:]}))
    assert [dataset.name for dataset in file.datasets] == ["Font1", "Font2"]
    file = read(folder, json.dumps([ROWS, ROWS, ROWS]))
    assert [len(dataset) for dataset in file.datasets] == [32, 32, 32]


def own(**changes: object) -> str:
    value = json.loads(encode_dataset(LOWER, "json"))
    value.update(changes)
    return json.dumps(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (own(version=2), "newer program"),
        (own(glyphs=3), "“glyphs”"),
        (own(glyphs=[]), "given: "),
        (own(width=4), "4 bits"),
        (own(width="wide"), "as it should be"),
        (own(glyphs=[{"label": "a", "rows": [1, 2]}, {"label": "b", "rows": [1]}]), "given: "),
        (own(glyphs=[{"label": "a", "rows": [1.5]}]), "whole numbers"),
        (own(glyphs=[{"rows": [1, 2]}]), "label"),
        (own(glyphs=[{"label": "a", "pixels": [[2.0]]}]), "between 0 and 1"),
        (own(glyphs=[{"label": "a", "pixels": [[float("nan")]]}]), "between 0 and 1"),
        ('{"a": [1, 2,\n 3', "line 2: not valid JSON"),
        ('{"a": 3}', "no lists"),
        ("[" * 100_000, "JSON|deep|Python"),
        ("[1e400, 3]", "given: "),
        ('[[1, 2, 3, 4, 5, 6, 7], {"a": 3}]', "mapping"),
    ],
)
def test_json_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)


# --- text lines --------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [" ", "\t", ",", ", ", ";"])
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
    assert "line 1" in file.notes[0]


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


# --- text art ----------------------------------------------------------------------------------


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


# --- PNG ---------------------------------------------------------------------------------------


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
    with pytest.raises(ReadError, match="100000x100000"):
        read(folder, bytes(bomb))
    start = time.perf_counter()
    for data in (good[:30], good[:-40], good[:60] + b"xx" + good[62:], good[:8]):
        with pytest.raises(ReadError, match="given: "):
            read(folder, data)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "told",
    ["{", "[]", '{"height": 7}', '{"height": 0, "width": 5, "gap": 1, "margin": 1, "scale": 1, '
     '"channels": 1, "titles": [["a", "a"]]}', '{"height": 7, "width": 5, "gap": 99, "margin": 1, '
     '"scale": 1, "channels": 1, "titles": [["a", "a"]]}'],
)  # fmt: skip
def test_a_false_description_is_not_believed(folder: Path, told: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("aegui-glyphs", told)
    with Image.open(io.BytesIO(sheet(LOWER, 8, 1, 1, 1, 255))) as image:
        buffer = io.BytesIO()
        image.save(buffer, "PNG", pnginfo=info)
    assert is_lower(one(folder, buffer.getvalue(), "png"), labels=False)


# --- all ---------------------------------------------------------------------------------------


def test_files_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(ReadError, match="nowhere"):
        read_glyphs(folder / "nowhere")
    with pytest.raises(ReadError, match="folder"):
        read_glyphs(folder)
    with pytest.raises(ReadError, match="empty"):
        read(folder, " \n")
    with pytest.raises(ReadError, match="larger than 16 MiB"):
        read(folder, b"#" * ((16 << 20) + 1))
    with pytest.raises(ReadError, match="no glyphs found"):
        read(folder, bytes(range(256)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(folder: Path, encoding: str) -> None:
    assert is_lower(one(folder, f"x = [\n{python_rows()}\n]".encode(encoding), "python"))


@settings(deadline=None, max_examples=150)
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
    start = time.perf_counter()
    with pytest.raises(ReadError):
        read(folder, text)
    assert time.perf_counter() - start < 5


@settings(max_examples=500)
@given(st.text(max_size=8), st.text(max_size=100))
def test_names_come_back(label: str, name: str) -> None:
    line = format_name(label, name)
    assert parse_name(line) == (label, name)
    assert "\n" not in line
    assert not line.endswith("\\")


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("0x20,", " ", "space"),
        ("0x20, space", " ", "space"),
        ("0x2c, ,", ",", ","),
        ("0x61,a", "a", "a"),
        ("0x5c, \\", "\\", "\\"),
        ("0x22, \"", '"', '"'),
        ("0x27, '", "'", "'"),
        ("0x7f, DEL", "\x7f", "DEL"),
        ("0x7f", "\x7f", "DEL"),
        ("U+00F1 ñ", "ñ", "ñ"),
        ("'q'", "q", "q"),
        ("space", " ", "space"),
        ("letter q", "letter q", "letter q"),
    ],
)  # fmt: skip
def test_names_as_people_write_them(text: str, label: str, name: str) -> None:
    assert parse_name(text) == (label, name)
