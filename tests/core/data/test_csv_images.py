from __future__ import annotations

import csv
import gzip
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.byte_stream import ByteStream
from aegui.core.data.csv_images import _READ_BYTES, _lines, read_csv
from aegui.core.data.load import load_dataset, read_source
from aegui.core.errors import Cancelled, ReadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LEVELS = np.random.default_rng(0).integers(0, 256, (30, 784))
LABELS = [str(index % 10) for index in range(30)]
HEADING: list[object] = ["label", *(f"pixel{at}" for at in range(784))]


def text_of(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


def labelled(levels: NDArray[np.int64] = LEVELS) -> list[list[object]]:
    return [[label, *row] for label, row in zip(LABELS, levels.tolist(), strict=False)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_the_layout_of_mnist(tmp_path: Path, delimiter: str, heading: bool, packed: bool) -> None:
    text = text_of([HEADING] * heading + labelled(), delimiter)
    path = tmp_path / ("train.csv.gz" if packed else "train.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    dataset = load_dataset(str(path))
    assert np.array_equal(
        dataset.images, LEVELS.reshape(30, 1, 28, 28).astype(np.float32) / np.float32(255)
    )
    assert dataset.labels == tuple(LABELS)
    assert dataset.names[11] == "1 #12"
    assert read_source(str(path)).kind == "csv"


def test_without_labels_and_with_labels_last(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text(text_of([HEADING[1:], *LEVELS.tolist()]))
    assert load_dataset(str(path)).classes == ("test",)
    scans = np.random.default_rng(0).integers(0, 17, (30, 64))
    scans[:, 0] = 0
    rows = [[*row, label] for label, row in zip(LABELS, scans.tolist(), strict=True)]
    path.write_text(text_of(rows))
    dataset = read_csv(path).dataset
    assert dataset.labels == tuple(LABELS)
    assert dataset.image_shape == (1, 8, 8)


SORTED = np.repeat(range(5), 80)


@pytest.mark.parametrize(
    ("labels", "corner", "place"),
    [
        (SORTED, None, "first"),
        (np.full(400, 3), None, "first"),
        (SORTED, 0, "last"),
        (SORTED, 16, "last"),
    ],
)
def test_labels_without_headings_are_found_by_lines_from_the_whole_file(
    tmp_path: Path, labels: NDArray[np.int64], corner: int | None, place: str
) -> None:
    scans = np.random.default_rng(0).integers(0, 17, (400, 64))
    scans[0, 30:32] = 0, 16
    if corner is not None:
        scans[:, 0] = corner
    columns = (labels[:, np.newaxis], scans) if place == "first" else (scans, labels[:, np.newaxis])
    path = tmp_path / "sorted.csv"
    path.write_text(text_of(np.hstack(columns).tolist()))
    reading = read_source(str(path))
    assert np.array_equal(reading.dataset.images.reshape(400, 64) * np.float32(16), scans)
    assert reading.dataset.labels == tuple(map(str, labels))
    assert reading.notes[0] == f"There are no headings; the {place} column was read as the label."


def test_a_last_column_of_many_different_numbers_is_no_label(tmp_path: Path) -> None:
    scans = np.random.default_rng(0).random((400, 64)).round(4)
    path = tmp_path / "zeros.csv"
    path.write_text(text_of([[0, *row] for row in scans.tolist()]))
    assert read_csv(path).dataset.classes == ("0",)


@pytest.mark.parametrize("codes", [range(32, 127), range(95), [*range(32, 126), 32]])
def test_a_last_column_of_codes_of_characters_is_the_label(
    tmp_path: Path, codes: Sequence[int]
) -> None:
    glyphs = np.random.default_rng(0).integers(0, 2, (95, 64))
    glyphs[:, 0] = 0
    path = tmp_path / "ascii.csv"
    path.write_text(
        text_of([[*row, code] for row, code in zip(glyphs.tolist(), codes, strict=True)])
    )
    dataset = read_csv(path).dataset
    assert dataset.labels == tuple(map(str, codes))
    assert np.array_equal(dataset.images.reshape(95, 64), glyphs)


def test_a_last_pixel_among_the_levels_of_the_others_is_no_label(tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (95, 64))
    levels[50, 30] = 255
    path = tmp_path / "zeros.csv"
    path.write_text(text_of([[0, *row] for row in levels.tolist()]))
    assert read_csv(path).dataset.classes == ("0",)


def test_labels_that_are_words_and_quoted_headings(tmp_path: Path) -> None:
    rows = [["T-shirt/top", *LEVELS[0]], ["Ankle boot", *LEVELS[1]]]
    path = tmp_path / "words.csv"
    path.write_text(text_of([[f'"{title}"' for title in HEADING], *rows]) + "\n\n", "utf-8-sig")
    assert read_csv(path).dataset.labels == ("T-shirt/top", "Ankle boot")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("heading", [True, False])
def test_numbers_with_decimal_commas(tmp_path: Path, delimiter: str, heading: bool) -> None:
    rows: list[list[object]] = [
        [label, *(f"{level / 255:.4f}".replace(".", ",") for level in row)]
        for label, row in zip(LABELS, LEVELS.tolist(), strict=True)
    ]
    path = tmp_path / "excel.csv"
    path.write_text(text_of([HEADING] * heading + rows, delimiter))
    dataset = load_dataset(str(path))
    np.testing.assert_allclose(dataset.images, LEVELS.reshape(30, 1, 28, 28) / 255, atol=1e-4)
    assert dataset.labels == tuple(LABELS)
    lines = path.read_text().splitlines()
    lines[7] = lines[7].replace("0,", "x,")
    path.write_text("\n".join(lines))
    with pytest.raises(
        ReadError, match=r"excel\.csv, line 8: “x\S+” in column \d+ is not a number"
    ):
        load_dataset(str(path))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_decimal_commas_may_come_late(tmp_path: Path, delimiter: str) -> None:
    lit = np.zeros((120, 64))
    lit[:, 0] = 1
    rows: list[list[object]] = [["ab"[at % 2], *map(int, line)] for at, line in enumerate(lit)]
    rows[100][7] = "0,25"
    path = tmp_path / "late.csv"
    path.write_text(text_of(rows, delimiter))
    dataset = load_dataset(str(path))
    assert float(dataset.images.reshape(120, 64)[100, 6]) == 0.25
    assert dataset.classes == ("a", "b")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize("is_last", [True, False])
def test_a_label_in_quotes_may_have_what_parts_fields(
    tmp_path: Path, delimiter: str, heading: bool, is_last: bool
) -> None:
    labels = [f"T-shirt{delimiter} top", f'a "dress"{delimiter}', "boot", "boot", "bag"]
    path = tmp_path / "clothes.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for title, row in zip(["label", *labels], [HEADING[1:], *LEVELS[:5]], strict=True):
            if heading or title != "label":
                writer.writerow([*row, title] if is_last and heading else [title, *row])
    dataset = load_dataset(str(path))
    assert dataset.labels == tuple(labels)
    assert np.array_equal(dataset.images.reshape(5, -1) * np.float32(255), LEVELS[:5])


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("label", [None, "target"])
@pytest.mark.parametrize("is_label_first", [True, False])
@pytest.mark.parametrize("has_index", [True, False])
def test_tables_as_pandas_writes_them(
    tmp_path: Path, first: int, label: str | None, is_label_first: bool, has_index: bool
) -> None:
    scans = np.random.default_rng(0).integers(0, 17, (30, 64))
    rows: list[list[object]] = [list(range(first, 64 + first)), *scans.tolist()]
    if label is not None:
        labels = [[label], *([word] for word in LABELS)]
        pairs = zip(rows, labels, strict=True)
        rows = [[*end, *row] if is_label_first else [*row, *end] for row, end in pairs]
    if has_index:
        rows = [[start, *row] for start, row in zip(["", *range(30)], rows, strict=True)]
    path = tmp_path / "digits.csv"
    path.write_text(text_of(rows))
    dataset = load_dataset(str(path))
    assert np.array_equal(dataset.images.reshape(30, 64) * np.float32(16), scans)
    assert dataset.labels == (("digits",) * 30 if label is None else tuple(LABELS))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:3], lines[3] + ",1", *lines[4:]]))
    columns = 64 + (label is not None) + has_index
    message = f"line 4: {columns + 1} columns; the lines before have {columns}\\."
    with pytest.raises(ReadError, match=message):
        load_dataset(str(path))


def test_numbers_in_quotes(tmp_path: Path) -> None:
    rows = [[f'"{field}"' for field in row] for row in labelled()]
    path = tmp_path / "quoted.csv"
    path.write_text(text_of(rows))
    dataset = read_csv(path).dataset
    assert np.array_equal(dataset.images[:, 0].reshape(30, -1) * np.float32(255), LEVELS)
    assert dataset.labels == tuple(LABELS)


@pytest.mark.parametrize("written", ['"', '""""'])
@pytest.mark.parametrize("times", [1, 2])
def test_a_quote_may_be_the_label(tmp_path: Path, written: str, times: int) -> None:
    labels = ["a", *[written] * times, "b"]
    path = tmp_path / "signs.csv"
    path.write_text(text_of([[label, *LEVELS[at]] for at, label in enumerate(labels)]))
    assert read_csv(path).dataset.labels == ("a", *['"'] * times, "b")


def test_labels_of_windows_keep_their_accents(tmp_path: Path) -> None:
    rows = [["pi\xf1a", *LEVELS[0]], ["caf\xe9", *LEVELS[1]], ["pi\xf1a", *LEVELS[2]]]
    path = tmp_path / "windows.csv"
    path.write_bytes(text_of(rows, ";").encode("cp1252"))
    assert read_csv(path).dataset.classes == ("café", "piña")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (("3.0", "", "10.0"), ("3", "", "10")),
        (("3.0", "nan", "NaN"), ("3", "", "")),
        (("nan", "a", "3.0"), ("nan", "a", "3.0")),
        (("nan", "nan", "nan"), ("nan", "nan", "nan")),
        (("3.000000000000000000e+00", "1e1", "3"), ("3", "10", "3")),
        (("0.5", "1.0", "2.0"), ("0.5", "1.0", "2.0")),
        (("3.0", "a", "b"), ("3.0", "a", "b")),
        (("007", "7", "10"), ("007", "7", "10")),
        (("\N{ARABIC-INDIC DIGIT ONE}", "1", "2"), ("\N{ARABIC-INDIC DIGIT ONE}", "1", "2")),
    ],
)
def test_labels_that_are_numbers_are_whole_where_all_are(
    tmp_path: Path, written: tuple[str, ...], read: tuple[str, ...]
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text_of([[label, *LEVELS[0]] for label in written]))
    dataset = read_csv(path).dataset
    assert dataset.labels == read
    # What is missing leaves the number alone.
    assert dataset.names == tuple(f"{label} #{n}".strip() for n, label in enumerate(read, 1))


def test_colours_follow_one_another_in_each_pixel(tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (3, 10, 10, 3))
    path = tmp_path / "rgb.csv"
    path.write_text(text_of(levels.reshape(3, -1).tolist()))
    images = read_csv(path).dataset.images
    np.testing.assert_allclose(images, levels.transpose(0, 3, 1, 2) / 255, atol=1e-6)


@pytest.mark.parametrize("top", [1.0, 0.25])
def test_pixels_up_to_one(tmp_path: Path, top: float) -> None:
    pixels = (np.random.default_rng(0).random((5, 64)) * top).astype(np.float32)
    path = tmp_path / "unit.csv"
    path.write_text(text_of([[f"{value:.9g}" for value in row] for row in pixels]))
    assert np.array_equal(read_csv(path).dataset.images.reshape(5, 64), pixels)


def test_dark_images_first_do_not_mislead(tmp_path: Path) -> None:
    levels = np.zeros((1500, 64), np.int64)
    levels[1400] = 255
    path = tmp_path / "dark.csv"
    path.write_text(text_of(levels.tolist()))
    images = read_csv(path).dataset.images
    assert images.shape == (1500, 1, 8, 8)
    assert float(images[1400].min()) == 1.0
    assert float(images.sum()) == 64.0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("5,1,2,3", r"train\.csv, line 8: 4 columns; the lines before have 785\."),
        ("5," + ",".join(["x"] * 784), r"train\.csv, line 8: “x” in column 2 is not a number\."),
        ("5," + ",".join(["300"] * 784), r"line 8: pixels must lie between 0 and 255"),
        ("5," + ",".join(["nan"] * 784), r"line 8: pixels must lie between 0 and 255"),
        ("5," + ",".join(["1"] * 783 + [""]), r"line 8: column 785 is empty\."),
        ("", r"line 8: 1 columns"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, line: str, reason: str) -> None:
    lines = text_of([HEADING, *labelled()]).splitlines()
    lines[7] = line
    path = tmp_path / "train.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(ReadError, match=reason):
        load_dataset(str(path))


def test_reading_can_be_stopped_and_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "train.csv.gz"
    packed = gzip.compress(text_of(labelled()).encode())
    path.write_bytes(packed)
    with pytest.raises(Cancelled):
        read_csv(path, cancelled=lambda: True)
    path.write_bytes(packed[:2000] + bytes(100) + packed[2100:])
    with pytest.raises(ReadError, match=r"train\.csv\.gz: its compressed data are damaged"):
        read_csv(path)


def test_rows_of_glyphs_are_left_to_the_readers_of_glyphs(tmp_path: Path) -> None:
    path = tmp_path / "glyphs.csv"
    path.write_text("a,4,4,4,4,4,4,4\nb,1,1,1,1,1,1,1\nc,31,0,0,0,0,0,31\n")
    reading = read_source(str(path))
    assert reading.kind == "lines"
    assert reading.dataset.image_shape == (1, 7, 5)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name,age\nann,6\n", r"f\.csv, line 2: “ann” is not a number\. A line has the pixels"),
        (b"1,2,x,4\n", r"f\.csv, line 1: “x” is not a number"),
        (b"1,2,3\n4,5,6\n", r"f\.csv, line 1: 3 numbers do not make a square image"),
        (b"4,1\n5,2\n", r"f\.csv, line 1: 2 numbers do not make a square image"),
        (b"a,b,c\n", r"f\.csv: a header line, and no image after it\."),
        (b"name;age\n1;2\n", r"f\.csv, line 2: 2 numbers do not make a square image"),
        (bytes(range(256)), r"f\.csv: no images found in it; what can be read: idx file, .*CSV of"),
        (b"\x1f\x8bgarbage", r"f\.csv: its content is damaged"),
    ],
)
def test_what_is_wrong_with_a_table_of_something_else(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message):
        load_dataset(str(path))


def test_labels_that_are_words_may_come_last(tmp_path: Path) -> None:
    path = tmp_path / "last.csv"
    path.write_text(text_of([[*row, "abc"[at % 3]] for at, row in enumerate(LEVELS[:6].tolist())]))
    dataset = load_dataset(str(path))
    assert dataset.labels == tuple("abcabc")
    assert dataset.image_shape == (1, 28, 28)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    rows = [[str(label).replace("3", "ñ"), *row] for label, *row in labelled()]
    path = tmp_path / "unicode.csv"
    path.write_bytes(text_of([HEADING, *rows], "\t").encode(encoding))
    dataset = load_dataset(str(path))
    assert dataset.labels[:5] == ("0", "1", "2", "ñ", "4")
    assert np.array_equal(dataset.images[:, 0] * 255, LEVELS.reshape(30, 28, 28))


@pytest.mark.parametrize("delimiter", [",", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_lines_may_end_with_cr_alone(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = text_of([HEADING, *labelled()], delimiter).replace("\n", "\r") + "\r\r"
    path = tmp_path / "mac.csv"
    path.write_bytes(text.encode(encoding))
    dataset = load_dataset(str(path))
    assert dataset.labels == tuple(LABELS)
    assert np.array_equal(dataset.images * np.float32(255), LEVELS.reshape(30, 1, 28, 28))
    lines = text.split("\r")
    lines[7] = "5" + delimiter + "x"
    path.write_bytes("\r".join(lines).encode(encoding))
    with pytest.raises(ReadError, match=r"mac\.csv, line 8: 2 columns; the lines before have 785"):
        load_dataset(str(path))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_end_may_be_cut_by_what_is_read_at_once(tmp_path: Path, end: str) -> None:
    long = "1," * (_READ_BYTES // 2 - 1) + "1"
    path = tmp_path / "wide.csv"
    path.write_bytes(end.join([long, "1,2", "", "3", ""]).encode())
    with ByteStream(path) as file:
        lines = list(_lines(file, path))
    assert [len(line) for line in lines] == [_READ_BYTES - 1, 3, 0, 1]
    assert lines[1:] == ["1,2", "", "3"]


def test_a_packed_file_that_is_cut_off_between_two_lines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.csv.gz"
    text = text_of(labelled()).encode()
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(text[: text.index(b"\n", len(text) // 2) + 1])
    path.write_bytes(packed + packer.flush(zlib.Z_SYNC_FLUSH))
    with pytest.raises(ReadError, match=r"train\.csv\.gz: its compressed data are cut off"):
        load_dataset(str(path))
