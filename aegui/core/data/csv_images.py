"""Images as rows of comma-separated numbers, the usual form of MNIST as CSV."""

from __future__ import annotations

import codecs
import math
import re
import zlib
from itertools import islice, repeat
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.byte_stream import GZIP, ByteStream, file_errors, read_error
from aegui.core.data.dataset import Dataset, numbered
from aegui.core.data.decimal_commas import field_delimiter, with_points
from aegui.core.data.progress import Progress, images_read, stop_if
from aegui.core.data.reading import Reading
from aegui.core.data.store import PixelStore, files_key
from aegui.core.data.white_level import notes_on_white, white_level
from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report

_DELIMITERS = ",;\t|"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Beginnings of what spreadsheets call Unicode text."""
_FEWEST_PIXELS = 64
"""Rows with fewer numbers are glyphs, which other readers handle better."""
_MAX_SIDE = 1024
_MAX_LINE = 4 << 20
_HEAD_BYTES = 2 << 20
"""Upper bound for what is unpacked of a packed file to recognise it."""
_READ_BYTES = 4 << 20
_CHUNK_LINES = 1000
_LONGEST_WORD = 40
_LOOKED_AT_LINES = 50
_LOOKED_AT_FIELDS = 5000
_BYTE_MAX = 255.0
_LARGEST_LABEL = 1e9
_LABEL_NAMES = frozenset({"label", "class", "target", "y", "digit", "etiqueta"})
_DIGITS = r"[-+]?+(?:\d++(?:[.,]\d*+)?+|[.,]\d++)(?:[eE][-+]?+\d++)?+"
_NUMBER = re.compile(_DIGITS + r"\Z", re.ASCII)


def _line_pattern(sign: str, digits: str, space: str) -> re.Pattern[str]:
    field = rf'{space}*+"*+{digits}"*+{space}*+'
    return re.compile(rf"{field}(?:{re.escape(sign)}{field})*+\Z", re.ASCII)


_NUMBERS = {
    ",": _line_pattern(",", _DIGITS.replace(",", ""), r"\s"),
    ";": _line_pattern(";", _DIGITS, r"\s"),
    "\t": _line_pattern("\t", _DIGITS, " "),
    "|": _line_pattern("|", _DIGITS, r"\s"),
}
"""Pattern of a line of numbers alone, by delimiter; fields may be quoted."""
_QUOTED_ENDS = {
    sign: re.compile(
        rf'\A"(?:[^"]|"")*+"(?={re.escape(sign)})|(?<={re.escape(sign)})"(?:[^"]|"")*+"\Z'
    )
    for sign in _DELIMITERS
}
"""Pattern of the first and the last field of a line where they are quoted, by delimiter."""
_INNER_SIGN = "\x1f"
"""Replacement for a delimiter inside a quoted label."""
_MISSING = frozenset({"", "nan"})
_INDEX_NAMES = frozenset({"", "id", "index", "unnamed: 0"})
"""Headings of a column that counts the lines; pandas writes one first."""
_REAL_MARKS = frozenset(".,eE")


@dataclass(frozen=True)
class _ColumnLayout:
    """How to parse the lines: the position of the label, and the shape of the image."""

    delimiter: str
    columns: int
    label: int | None
    shape: tuple[int, int, int]
    has_heading: bool
    has_index: bool
    """Whether an extra first column counts the lines."""


class _AboveWhiteError(Exception):
    """Raised when a pixel is above what was assumed to be white."""

    def __init__(self, largest: float) -> None:
        super().__init__()
        self.largest = largest


def is_csv(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` holds images as rows of numbers."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD_BYTES)
        except zlib.error:
            return False
    encoding = "utf-16" if head.startswith(_UTF_16) else "utf-8-sig"
    text = head.decode(encoding, errors="replace")
    return "\0" not in text and _layout(_complete_lines(text)) is not None


def read_csv(
    path: Path, report: Report | None = None, cancelled: IsCancelled | None = None
) -> Reading:
    """Read the images in the CSV file ``path``, gzipped or not.

    A line is an image: its label, if any, first or last, and its pixels row by row, 0..255, 0..1 or
    of few levels; three times a square number of values are red, green and blue of each pixel. A
    line of headings may come first. Fields may be quoted, and a quoted label may contain the
    delimiter; with semicolons, tabs or vertical bars as delimiters, numbers may have decimal
    commas. A first column that counts the lines is skipped if the headings say so. Text is UTF-8,
    UTF-16 with its mark, or else Windows-1252; lines end with LF, CRLF or, as old spreadsheets of
    the Mac write, CR.

    Raises:
        ReadError: A line has another number of columns or a field that is no number; the message
            names the line.
        Cancelled: ``cancelled`` returned true.
    """
    with file_errors(path):
        with ByteStream(path) as file:
            lines = _lines(file, path, cancelled)
            first = list(islice(lines, _LOOKED_AT_LINES))
            spread, others = _spread_lines(lines)
        layout = _layout(first, spread)
        if layout is None:
            raise ReadError(tr("{file}: no images as rows of numbers.", file=path))
        total = max(1, len(first) + others - layout.has_heading)
        labels, images, notes = _read(path, layout, total, report, cancelled)
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    words = _integer_labels(labels) if layout.label is not None else [name] * len(images)
    dataset = Dataset.over(name, images, words, numbered(words), source=path.name)
    return Reading(dataset, "csv", (*_notes_on_label(layout), *notes))


def csv_trouble(path: Path) -> ReadError | None:
    """Return why the CSV file ``path`` holds no images, if its lines show it."""
    try:
        with ByteStream(path) as file:
            first = list(islice(_lines(file, path), _LOOKED_AT_LINES))
    except (OSError, zlib.error):
        return None
    if not first or "\0" in "".join(first):
        return None
    delimiter = _delimiter(first)
    first = [_without_inner_delimiters(line, delimiter) for line in first]
    has_heading = _is_heading(_fields(first[0], delimiter, _LOOKED_AT_FIELDS))
    if has_heading and len(first) == 1:
        return ReadError(tr("{file}: a header line, and no image after it.", file=path))
    line = first[has_heading]
    columns = line.count(delimiter) + 1
    words = _fields(line, delimiter, _LOOKED_AT_FIELDS)
    inner = words[1:-1] if columns == len(words) else words[1:]
    wrong = [word for word in inner or words if not _is_number(word)]
    reason = (
        tr("“{word}” is not a number", word=wrong[0][:_LONGEST_WORD])
        if wrong
        else tr("{n:,} numbers do not make a square image, with or without a label", n=columns)
    )
    text = tr(
        "{reason}. A line has the pixels of one image as numbers; a label may come first or last",
        reason=reason,
    )
    return _at(path, 1 + has_heading, text)


def _spread_lines(lines: Iterator[str]) -> tuple[list[str], int]:
    """Return up to 100 lines at equal distances, and the number of all ``lines``."""
    spread: list[str] = []
    stride, count = 1, 0
    for line in lines:
        if count % stride == 0:
            spread.append(line)
        if len(spread) > 2 * _LOOKED_AT_LINES:
            del spread[1::2]
            stride *= 2
        count += 1
    return spread, count


def _complete_lines(text: str) -> list[str]:
    """Return the first lines of ``text``, without the last of many, which may be truncated."""
    lines = text.splitlines()[: _LOOKED_AT_LINES + 1]
    return lines[:-1] if len(lines) > 2 else lines


def _layout(first: list[str], spread: Sequence[str] = ()) -> _ColumnLayout | None:
    """Return how to parse a file with these first lines; None if it is no CSV of images.

    ``spread`` are lines from the rest of the file: it may be sorted by class.
    """
    if not first:
        return None
    delimiter = _delimiter(first)
    columns = _without_inner_delimiters(first[0], delimiter).count(delimiter) + 1
    if not any(_shape(columns - others) for others in range(3)):
        return None  # Checked before the fields, possibly very many, are split
    first = [_without_inner_delimiters(line, delimiter) for line in first]
    titles = _fields(first[0], delimiter, _LOOKED_AT_FIELDS)
    has_heading = _is_heading(titles)
    has_index = has_heading and titles[0].lower() in _INDEX_NAMES
    if has_index:
        first = [_without_index(line, delimiter) for line in first]
        columns -= 1
    lines = first[has_heading:]
    if not lines or lines[0].count(delimiter) + 1 != columns:
        return None
    if has_heading:
        likely = _named_columns(first[0], delimiter)
    else:
        more = [_without_inner_delimiters(line, delimiter) for line in spread]
        likely = _likely_columns([*lines, *more], delimiter)
    for index in likely:
        shape = _shape(columns - (index is not None))
        if shape is not None and _is_of_numbers(lines[0], delimiter, index):
            return _ColumnLayout(delimiter, columns, index, shape, has_heading, has_index)
    return None


def _delimiter(first: list[str]) -> str:
    """Return the delimiter of the fields in the first lines."""
    signs = set(map(field_delimiter, first)) - {None}
    if len(signs) == 1 and (sign := signs.pop()):
        return sign
    return max(_DELIMITERS, key=first[0].count)


def _without_inner_delimiters(line: str, delimiter: str) -> str:
    """Return ``line`` with every ``delimiter`` inside a quoted label replaced."""
    if '"' not in line:
        return line
    return _QUOTED_ENDS[delimiter].sub(lambda field: field[0].replace(delimiter, _INNER_SIGN), line)


def _without_index(line: str, delimiter: str) -> str:
    return line.partition(delimiter)[2]


def _is_heading(titles: list[str]) -> bool:
    """Return whether these fields are headings: words, or consecutive column numbers."""
    if 2 * sum(map(_is_number, titles)) < len(titles):
        return True
    inner = titles[1:-1]
    # After the columns of pandas' index and the label, all titles may be numbers.
    return any(
        len(part) > 1 and part == [str(at + n) for n in range(len(part))]
        for part in (inner, inner[1:])
        for at in range(3)
    )


def _fields(line: str, delimiter: str, most: int = -1) -> list[str]:
    """Return the fields of ``line``, or the first ``most`` of them, without quotes."""
    fields = line.split(delimiter, most)
    return [field.strip().strip('"') for field in fields[: most if most > 0 else None]]


def _named_columns(heading: str, delimiter: str) -> list[int | None]:
    """Return the label's possible columns by the headings: first, last, or None for no label."""
    last = heading.count(delimiter)
    titles = {0: heading.partition(delimiter)[0], last: heading.rpartition(delimiter)[2]}
    named = [at for at, title in titles.items() if title.strip(' "').lower() in _LABEL_NAMES]
    return [*named, None, 0, last]


def _likely_columns(lines: list[str], delimiter: str) -> list[int | None]:
    """Return the candidate columns of the label where there are no headings.

    A corner pixel is often black, or white, in all lines; a label seldom has as many values as
    there are lines.
    """
    last = lines[0].count(delimiter)
    firsts = {line.partition(delimiter)[0].strip(' "') for line in lines}
    lasts = {line.rpartition(delimiter)[2].strip(' "') for line in lines}
    if len(firsts) == 1 < len(lasts):
        pixels = _inner_numbers(lines[0], delimiter)
        corner = firsts.pop()
        is_pixel = _is_number(corner) and _value(corner) in (min(pixels), max(pixels))
        if is_pixel and (
            len(lines) <= _LOOKED_AT_LINES
            or 2 * len(lasts) <= len(lines)
            or _are_codes(lasts, lines, delimiter)
        ):
            return [last, 0, None]
    # Without a first label, a last one that is no number is a label too.
    return [0, None, last]


def _inner_numbers(line: str, delimiter: str) -> list[float]:
    """Return the numbers of ``line`` but the first and the last field; 0 if there are none."""
    inner = _fields(line, delimiter, _LOOKED_AT_FIELDS)[1:-1]
    return [_value(field) for field in inner if _is_number(field)] or [0.0]


def _are_codes(lasts: set[str], lines: list[str], delimiter: str) -> bool:
    """Return whether the values ``lasts`` of the last column are codes of characters, not pixels.

    Codes all differ, or some lie above the largest pixel.
    """
    codes = [_value(field) for field in lasts if field.isdecimal()]
    if len(codes) == len(lines):
        return True
    largest = max(max(_inner_numbers(line, delimiter)) for line in lines)
    return max(codes, default=0.0) > largest


def _value(field: str) -> float:
    return float(with_points(field))


def _notes_on_label(layout: _ColumnLayout) -> tuple[str, ...]:
    """Return a note on the column of the label, if no heading names it."""
    if layout.has_heading or layout.label is None:
        return ()
    if layout.label == 0:
        return (tr("There are no headings; the first column was read as the label."),)
    return (tr("There are no headings; the last column was read as the label."),)


def _shape(pixels: int) -> tuple[int, int, int] | None:
    if pixels < _FEWEST_PIXELS:
        return None
    for channels in (1, 3):
        side = math.isqrt(pixels // channels)
        if channels * side * side == pixels and side <= _MAX_SIDE:
            return channels, side, side
    return None


def _is_number(field: str) -> bool:
    return _NUMBER.match(field) is not None


def _is_of_numbers(line: str, delimiter: str, label: int | None) -> bool:
    """Return whether all fields of ``line`` but ``label`` (first or last) are numbers."""
    if label is not None:
        line = line.partition(delimiter)[2] if label == 0 else line.rpartition(delimiter)[0]
    return _NUMBERS[delimiter].match(line) is not None


def _read(
    path: Path,
    layout: _ColumnLayout,
    total: int,
    report: Report | None,
    cancelled: IsCancelled | None,
) -> tuple[list[str], NDArray[np.float32], tuple[str, ...]]:
    """Return labels, pixels in [0, 1] of ``total`` images, and notes on their range."""
    top = 1.0
    while True:
        progress = Progress(total, images_read, report, cancelled)
        try:
            return _read_scaled(path, layout, top, progress)
        except _AboveWhiteError as error:
            top = white_level(error.largest)


def _read_scaled(
    path: Path, layout: _ColumnLayout, top: float, progress: Progress
) -> tuple[list[str], NDArray[np.float32], tuple[str, ...]]:
    labels: list[str] = []
    done, largest = 0, 0.0
    store = PixelStore((progress.total, *layout.shape), files_key([path], "csv"))
    with ByteStream(path) as file, store:
        for number, rows in _chunks(_lines(file, path), layout):
            _check_columns(rows, number, layout, path)
            values = _values(rows, number, layout, path)
            is_good = ((values >= 0.0) & (values <= _BYTE_MAX)).all(axis=1)  # False for NaN
            if not is_good.all():
                text = tr("pixels must lie between 0 and 255")
                raise _at(path, number + int(is_good.argmin()), text)
            largest = max(largest, float(values.max()))
            if largest > top:
                raise _AboveWhiteError(largest)
            if layout.label is not None:
                labels += [_label(row, layout) for row in rows]
            store.append(_images(values / np.float32(top), layout))
            done += len(rows)
            progress.reached(done)
        return labels, store.finished(), notes_on_white(largest)


def _images(values: NDArray[np.float32], layout: _ColumnLayout) -> NDArray[np.float32]:
    channels, height, width = layout.shape
    if channels == 1:
        return values.reshape(-1, 1, height, width)
    return values.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)


def _values(rows: list[str], number: int, layout: _ColumnLayout, path: Path) -> NDArray[np.float32]:
    columns = [at for at in range(layout.columns) if at != layout.label]
    try:
        # Quotes around numbers carry no meaning, and the label column may be a number too.
        unquoted = (row.replace('"', "") for row in rows)
        return np.loadtxt(
            unquoted if layout.delimiter == "," else map(with_points, unquoted),
            np.float32,
            comments=None,
            delimiter=layout.delimiter,
            usecols=columns,
            ndmin=2,
        )
    except ValueError as error:
        index, reason = _bad_field(rows, layout)
        raise _at(path, number + index, reason) from error


def _bad_field(rows: list[str], layout: _ColumnLayout) -> tuple[int, str]:
    """Return the index of the first of ``rows`` with a field that is no number, and the reason."""
    for at, row in enumerate(rows):
        if _is_of_numbers(row, layout.delimiter, layout.label):
            continue
        for column, field in enumerate(_fields(row, layout.delimiter)):
            if column == layout.label or _is_number(field):
                continue
            place = column + 1 + layout.has_index
            if not field:
                return at, tr("column {n:,} is empty", n=place)
            word = field[:_LONGEST_WORD]
            return at, tr("“{word}” in column {n:,} is not a number", word=word, n=place)
    return 0, tr("expected numbers")


def _check_columns(rows: list[str], number: int, layout: _ColumnLayout, path: Path) -> None:
    for at, row in enumerate(rows):
        found = row.count(layout.delimiter) + 1
        if found != layout.columns:
            raise _at(
                path,
                number + at,
                tr(
                    "{found:,} columns; the lines before have {n:,}",
                    found=found + layout.has_index,
                    n=layout.columns + layout.has_index,
                ),
            )


def _label(row: str, layout: _ColumnLayout) -> str:
    first, last = row.partition(layout.delimiter)[0], row.rpartition(layout.delimiter)[2]
    label = (first if layout.label == 0 else last).strip()
    # Inside quotes a quote is doubled; a lone quote is the label itself.
    if len(label) > 1 and label[0] == label[-1] == '"':
        return label[1:-1].replace('""', '"').replace(_INNER_SIGN, layout.delimiter)
    return label


def _integer_labels(labels: list[str]) -> list[str]:
    """Return labels such as ``5.0`` and ``5.000000e+00`` as ``5``, if all labels are integers.

    Missing labels, which make some programs write floats, become empty; ``007`` is kept as written.
    """
    different = {label for label in labels if label.lower() not in _MISSING}
    if not different or not all(map(_is_number, different)):
        return labels
    integers = {}
    for label in different:
        value = float(with_points(label))
        if not value.is_integer() or abs(value) >= _LARGEST_LABEL:
            return labels
        integers[label] = str(int(value)) if _REAL_MARKS & set(label) else label
    return [integers.get(label, "") for label in labels]


def _chunks(lines: Iterator[str], layout: _ColumnLayout) -> Iterator[tuple[int, list[str]]]:
    """Yield chunks of up to 1,000 lines with the number (from 1) of their first line.

    Blank lines at the end are left out; one in the middle is refused for its number of columns.
    """
    number = 0
    rows: list[str] = []
    for line in lines:
        number += 1
        if layout.has_heading and number == 1:
            continue
        row = _without_inner_delimiters(line, layout.delimiter)
        rows.append(_without_index(row, layout.delimiter) if layout.has_index else row)
        if len(rows) == _CHUNK_LINES:
            yield number - len(rows) + 1, rows
            rows = []
    if rows:
        yield number - len(rows) + 1, rows


def _lines(file: ByteStream, path: Path, cancelled: IsCancelled | None = None) -> Iterator[str]:
    """Yield the lines without line ends; blank lines at the end are left out."""
    rest = b""
    number = blank = 0
    # In a file with any LF, a CR is the first half of CRLF.
    has_cr_ends: bool | None = None
    decoder: codecs.IncrementalDecoder | None = None
    while True:
        data = file.read(_READ_BYTES)
        is_end = not data
        if is_end and file.is_truncated:
            raise read_error(path, tr("its compressed data are cut off; download it again"))
        if data.startswith(_UTF_16) and not number and not rest:
            decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        if decoder is not None:
            data = decoder.decode(data, final=is_end).encode()
        if has_cr_ends is None and b"\n" in data:
            has_cr_ends = False
        elif has_cr_ends is None and b"\r" in (rest + data)[:-1]:
            # What follows a CR in the last place is not known yet.
            has_cr_ends = True
        if has_cr_ends:
            rest, data = (part.replace(b"\r", b"\n") for part in (rest, data))
        if data and not rest and not data.strip(b"\r\n"):
            blank += data.count(b"\n")  # Too slow in the loop below if the file has only these
            stop_if(cancelled)
            continue
        parts = (rest + data).split(b"\n")
        rest = b"" if is_end else parts.pop()
        if len(rest) > _MAX_LINE:
            text = tr("longer than {mb} MB, the limit for a line", mb=_MAX_LINE >> 20)
            raise _at(path, number + blank + len(parts) + 1, text)
        stop_if(cancelled)
        for part in parts:
            line = _text(part).strip("\r\ufeff ")
            if line:
                yield from repeat("", blank)
                number += blank + 1
                blank = 0
                yield line
            else:
                blank += 1
        if is_end:
            return


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _at(path: Path, line: int, reason: str) -> ReadError:
    return ReadError(tr("{file}, line {line}: {reason}.", file=path, line=line, reason=reason))
