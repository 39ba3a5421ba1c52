"""Pixels as source code, and back: hex rows, binary, a C array, JSON.

A row of a binary image is one number whose highest bit is the left pixel: bit 4 (0x10) of a glyph
of five columns. A grey image is written pixel by pixel, in levels 0..255, one in colour as RRGGBB,
and in C also a binary one of rows of more than 64 bits. The reader also accepts binary images of a
0 or 1 for every pixel, and rows as B01110 (Arduino).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.i18n import mark, tr
from aegui.core.json_text import TooDeepError, from_json
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from aegui.core.pixels.transforms import Pixels

CodeForm = Literal["hex", "binary", "c", "json"]

CODE_FORMS: Mapping[CodeForm, str] = {
    "hex": mark("Hex rows"),
    "binary": mark("Binary"),
    "c": mark("C array"),
    "json": mark("JSON"),
}
"""The forms with their names."""

_LONGEST = 400_000
"""Fixed number of characters of any code; for an image ..."""
_LONGEST_ROUND, _LONGEST_PIXEL = 20_000, 40
"""... this many around it, and per pixel."""
_MAX_ERRORS = 200
"""Most errors that are reported."""
_BITS = {"grey": 8, "colour": 24}
_TOKEN = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|[\s,{}\[\]\"';]+|[#\w]+|.", re.DOTALL)
_ARDUINO = re.compile("b[01]+")
_WORD = re.compile(r"[#\w]+")
_ROWS = re.compile(r"\"rows\"\s*:\s*\[")


@dataclass(frozen=True)
class CodeError:
    """An error with its position: from character ``start`` of the text to before ``end``."""

    start: int
    end: int
    message: str


@dataclass(frozen=True, eq=False)
class CodeReading:
    """Result of reading code."""

    pixels: NDArray[np.float32] | None
    """float32 ``[H, W]`` or ``[3, H, W]`` in 0..1; None if there are errors."""
    errors: tuple[CodeError, ...] = ()
    """Errors in the order of the text."""


@dataclass(frozen=True)
class _Number:
    start: int
    end: int
    value: int


class _Refused(Exception):
    """Raised with an error after which reading cannot continue."""

    def __init__(self, start: int, end: int, message: str) -> None:
        super().__init__(message)
        self.error = CodeError(start, end, message)


def levels_of(pixels: NDArray[np.float32], kind: Pixels) -> NDArray[np.int64]:
    """Return the numbers of ``pixels``: 0 or 1, 0..255, or 0xRRGGBB, int64 ``[H, W]``."""
    if kind == "binary":
        return (pixels > 0.5).astype(np.int64)
    levels: NDArray[np.int64] = np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.int64)
    if kind == "grey":
        return levels
    packed: NDArray[np.int64] = levels[0] << 16 | levels[1] << 8 | levels[2]
    return packed


def code_of(pixels: NDArray[np.float32], kind: Pixels, form: CodeForm) -> str:
    """Return ``pixels`` (``[H, W]``, in colour ``[3, H, W]``) as text of ``form``."""
    levels = levels_of(pixels, kind)
    return _WRITERS[form](levels.tolist(), kind)


def _packed(row: list[int]) -> int:
    return int("".join(map(str, row)), 2)


def _digits(width: int) -> int:
    return max(2, -(-width // 4))


def _hex(rows: list[list[int]], kind: Pixels) -> str:
    if kind == "binary":
        digits = _digits(len(rows[0]))
        return "\n".join(f"0x{_packed(row):0{digits}x}" for row in rows)
    digits = _BITS[kind] // 4
    return "\n".join(" ".join(f"{level:0{digits}x}" for level in row) for row in rows)


def _binary(rows: list[list[int]], kind: Pixels) -> str:
    if kind == "binary":
        return "\n".join("".join(map(str, row)) for row in rows)
    return "\n".join(" ".join(f"{level:0{_BITS[kind]}b}" for level in row) for row in rows)


def _c(rows: list[list[int]], kind: Pixels) -> str:
    height, width = len(rows), len(rows[0])
    if kind == "binary" and width <= 64:
        bits = next(size for size in (8, 16, 32, 64) if width <= size)
        digits = _digits(width)
        lines = [f"    0x{_packed(row):0{digits}x}," for row in rows]
        return "\n".join([f"static const uint{bits}_t glyph[{height}] = {{", *lines, "};"])
    written = "0x{:06x}" if kind == "colour" else "{}"
    lines = [f"    {{{', '.join(map(written.format, row))}}}," for row in rows]
    bits = 32 if kind == "colour" else 8
    return "\n".join([f"static const uint{bits}_t image[{height}][{width}] = {{", *lines, "};"])


def _json(rows: list[list[int]], kind: Pixels) -> str:
    head = {"width": len(rows[0]), "height": len(rows), "pixels": kind}
    values: list[object]
    if kind == "binary":
        values = [_packed(row) for row in rows]
    elif kind == "grey":
        values = list(rows)
    else:
        values = [[f"#{level:06x}" for level in row] for row in rows]
    members = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    body = ",\n".join(f"    {json.dumps(value)}" for value in values)
    return "{\n" + ",\n".join([*members, f'  "rows": [\n{body}\n  ]']) + "\n}"


_WRITERS = {"hex": _hex, "binary": _binary, "c": _c, "json": _json}


def read_code(
    text: str, form: CodeForm, height: int, width: int, kind: Pixels = "binary"
) -> CodeReading:
    """Read ``text`` of ``form`` as an image of that size and kind; return it, or the errors."""
    try:
        start, end = _region(text, form, height * width)
    except _Refused as refused:
        return CodeReading(None, (refused.error,))
    numbers: list[_Number] = []
    errors: list[CodeError] = []
    for each in _read_numbers(text, start, end, form, width if kind == "binary" else _BITS[kind]):
        (numbers if isinstance(each, _Number) else errors).append(each)  # type: ignore[arg-type]
        if len(errors) == _MAX_ERRORS:
            break
    if kind == "binary" and not errors and _is_pixel_by_pixel(numbers, height * width):
        values = np.array([each.value for each in numbers], np.float32)
        return CodeReading(values.reshape(height, width))
    if form == "binary" and kind == "binary":
        errors += _wrong_lengths(text, numbers, width)
    if not errors:
        errors += _wrong_count(numbers, end, height if kind == "binary" else height * width, kind)
    if errors:
        return CodeReading(None, tuple(sorted(errors, key=lambda error: error.start)))
    return CodeReading(_image([each.value for each in numbers], height, width, kind))


def read_any_code(text: str, height: int, width: int, kind: Pixels) -> NDArray[np.float32] | None:
    """Read ``text`` in any form as an image; return None if it is none of that size."""
    forms: tuple[CodeForm, ...] = ("json", "c", "binary", "hex")
    readings = (read_code(text, form, height, width, kind).pixels for form in forms)
    return next((pixels for pixels in readings if pixels is not None), None)


def _is_pixel_by_pixel(numbers: list[_Number], pixels: int) -> bool:
    return len(numbers) == pixels and all(each.value <= 1 for each in numbers)


def _region(text: str, form: CodeForm, pixels: int) -> tuple[int, int]:
    """Return the range of the text with the numbers."""
    if len(text) > min(_LONGEST, _LONGEST_ROUND + _LONGEST_PIXEL * pixels):
        raise _Refused(0, 1, tr("This is too long for one image."))
    if form == "json":
        return _json_region(text)
    if form == "c":
        first, last = text.find("{"), text.rfind("}")
        if first < 0:
            raise _Refused(0, len(text), tr("The list has to stand in braces { … }."))
        if last < first:
            raise _Refused(len(text) - 1, len(text), tr("The closing brace } is missing."))
        return first, last
    return 0, len(text)


def _json_region(text: str) -> tuple[int, int]:
    try:
        content = from_json(text)
    except TooDeepError:
        raise _Refused(0, 1, tr("This is nested too deeply.")) from None
    except ValueError as error:
        at = min(getattr(error, "pos", 0), max(0, len(text) - 1))
        raise _Refused(at, at + 1, tr("From here on it is not JSON.")) from None
    if isinstance(content, list):
        return 0, len(text)
    found = _ROWS.search(text)
    if found is None:
        raise _Refused(0, len(text), tr("There is no list “rows”."))
    depth, at = 1, found.end()
    while depth:
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        at += 1
    return found.end(), at - 1


def _read_numbers(
    text: str, start: int, end: int, form: CodeForm, bits: int
) -> Iterator[_Number | CodeError]:
    for found in _TOKEN.finditer(text, start, end):
        word = found.group()
        if not _WORD.fullmatch(word):
            if word.startswith("/*") and (len(word) < 4 or not word.endswith("*/")):
                yield CodeError(*found.span(), tr("This comment has no end."))
            if len(word) == 1 and not re.match(r"[\s,{}\[\]\"';]", word):
                yield CodeError(*found.span(), tr("“{sign}” does not belong here.", sign=word))
            continue
        value = _value(word, form)
        if value is None:
            yield CodeError(*found.span(), _no_number(word, form))
        elif value >= 1 << bits:
            words = tr("{number} is too large: at most {n} bits fit.", number=word, n=bits)
            yield CodeError(*found.span(), words)
        else:
            yield _Number(*found.span(), value)


def _value(word: str, form: CodeForm) -> int | None:
    base = {"hex": 16, "binary": 2}.get(form, 10)
    digits = word.lower()
    if form != "hex" and _ARDUINO.fullmatch(digits):
        return int(digits[1:], 2)
    for prefix, its_base in (("0x", 16), ("#", 16), ("0b", 2)):
        # In hex rows 0b1 is also a number without prefix: only a non-hex character decides.
        if digits.startswith(prefix) and not (prefix == "0b" and form == "hex"):
            digits, base = digits.removeprefix(prefix), its_base
            break
    if not digits or "_" in digits or not digits.isascii():
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None


def _no_number(word: str, form: CodeForm) -> str:
    if form == "hex":
        return tr("“{text}” is not a hexadecimal number.", text=word)
    if form == "binary":
        return tr("“{text}” is not made of 0 and 1.", text=word)
    return tr("“{text}” is not a number.", text=word)


def _wrong_lengths(text: str, numbers: list[_Number], width: int) -> Iterator[CodeError]:
    """Report rows of 0 and 1 of the wrong length: which pixel is meant would be a guess."""
    for each in numbers:
        count = len(text[each.start : each.end].lower().removeprefix("0b").removeprefix("b"))
        if count != width:
            words = tr("This row has {n} digits, the image {width} columns.", n=count, width=width)
            yield CodeError(each.start, each.end, words)


def _wrong_count(
    numbers: list[_Number], end: int, expected: int, kind: Pixels
) -> Iterator[CodeError]:
    count = len(numbers)
    if count == expected:
        return
    message = (
        tr("The image has {wanted} rows, here are {n}.", wanted=expected, n=count)
        if kind == "binary"
        else tr("The image has {wanted} pixels, here are {n}.", wanted=expected, n=count)
    )
    if count > expected:
        yield CodeError(numbers[expected].start, numbers[-1].end, message)
    else:
        first = numbers[-1].start if numbers else 0
        yield CodeError(first, numbers[-1].end if numbers else max(1, end), message)


def _image(values: list[int], height: int, width: int, kind: Pixels) -> NDArray[np.float32]:
    if kind == "binary":
        rows = [[value >> (width - 1 - column) & 1 for column in range(width)] for value in values]
        return np.array(rows, np.float32)
    levels = np.array(values, np.int64).reshape(height, width)
    if kind == "grey":
        return (levels / 255.0).astype(np.float32)
    return np.stack([levels >> bits & 255 for bits in (16, 8, 0)]).astype(np.float32) / 255.0
