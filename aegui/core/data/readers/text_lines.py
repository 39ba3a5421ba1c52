"""Text with one glyph a line: a label, if any, then its 35 pixels (or its 7 rows)."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.decimal_commas import field_delimiter
from aegui.core.data.readers.arrays import images_from
from aegui.core.data.readers.interpret import RawSet, datasets_of
from aegui.core.data.readers.names import title_of
from aegui.core.data.readers.text_art import is_drawn_in_blocks
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

_NUMBER = re.compile(
    r"[-+]?(?:0[xX][0-9A-Fa-f]{1,8}|\d++(?:\.\d*+)?(?:[eE][-+]?\d{1,3})?|\.\d++)\Z"
)
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_FEWEST_VALUES = 6
_LOOKED_AT_LINES = 40


def is_text_lines(source: GlyphSource) -> bool:
    """Return whether most of the first lines end in six or more numbers."""
    lines = [line for line in source.text.split("\n", 4 * _LOOKED_AT_LINES) if line.strip()]
    lines = lines[:_LOOKED_AT_LINES]
    if is_drawn_in_blocks(source.text):
        return False
    good = sum(_trailing_numbers(_fields(line)) >= _FEWEST_VALUES for line in lines)
    return good > 0 and good >= len(lines) / 2


def read_text_lines(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the one set of glyphs of the file.

    Raises:
        ReadError: A line has another number of values than the others, or not only numbers.
    """
    rows = []
    notes = []
    for number, line in enumerate(source.text.split("\n"), 1):
        fields = _fields(line)
        if _trailing_numbers(fields) >= min(_FEWEST_VALUES, len(fields)) and fields:
            rows.append((number, line, fields))
        elif not rows and line.strip():
            notes.append(tr("Line {line} was read as a header.", line=number))
        elif line.strip() and not line.lstrip().startswith(("#", ";", "//")):
            raise source.refusal(tr("expected a label and numbers."), number)
    if not rows:
        raise source.not_glyphs(tr("no line of numbers in it."))
    values = _value_count([fields for _, _, fields in rows])
    titles = []
    numbers = []
    for number, line, fields in rows:
        titles.append(_title(line, fields, values, source, number))
        numbers.append([_number(field, source, number) for field in fields[-values:]])
    images = images_from(np.array(numbers, dtype=np.float64), source, rows[0][0])
    return datasets_of([RawSet(source.path.stem, images, titles)], source), notes


def _fields(line: str) -> list[str]:
    """Split a line at blanks, commas, semicolons, tabs or, where there are many, vertical bars.

    Commas that can only be decimal marks do not separate fields.
    """
    line = line.strip()
    # One or two vertical bars are a label, or part of one.
    bar = "|" if line.count("|") >= _FEWEST_VALUES else ""
    # A delimiter may be the label as well, alone or in quotes.
    first = re.match(rf"""("[^"]+"|'[^']+'|[,;{bar}])(?=[\s,;{bar}])""", line)
    label, rest = ([], line) if first is None else ([first[1]], line[first.end() :])
    sign = field_delimiter(rest)
    if sign is not None and _DECIMAL.search(rest):
        fields = re.split(rf"[\s{sign}]+", _DECIMAL.sub(".", rest))
    else:
        fields = re.split(rf"[\s,;{bar}]+", rest)
    return [*label, *filter(None, fields)]


def _trailing_numbers(fields: list[str]) -> int:
    count = 0
    for field in reversed(fields):
        if not _NUMBER.match(field):
            break
        count += 1
    return count


def _value_count(rows: list[list[str]]) -> int:
    """Return how many of the fields of every line are values; the rest is its label."""
    ((most, _),) = Counter(map(len, rows)).most_common(1)
    has_words = any(len(fields) == most and not _NUMBER.match(fields[0]) for fields in rows)
    # If all fields are numbers, 36 are a digit as label and 35 pixels, 8 a label and 7 rows.
    return most - 1 if has_words or most in (36, 8) else most


def _title(
    line: str, fields: list[str], values: int, source: GlyphSource, number: int
) -> tuple[str, str] | None:
    if len(fields) < values or len(fields) > values + 1:
        raise source.refusal(
            tr("{found} values instead of {expected}.", found=len(fields), expected=values), number
        )
    if len(fields) == values:
        return title_of(" ") if line[:1].isspace() else None
    label = fields[0]
    quoted = len(label) >= 3 and label[0] == label[-1] and label[0] in "\"'"
    return title_of(label[1:-1] if quoted else label)


def _number(field: str, source: GlyphSource, line: int) -> float:
    if not _NUMBER.match(field):
        raise source.refusal(tr("“{found}” is not a number.", found=field[:20]), line)
    number = float(int(field, 16)) if field[:2].lower() == "0x" else float(field)
    if not math.isfinite(number):
        raise source.refusal(tr("“{found}” is too large.", found=field[:30]), line)
    return number
