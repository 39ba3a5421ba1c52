"""BDF fonts: the Glyph Bitmap Distribution Format 2.1 of Adobe, which X and font editors write.

Every glyph states its size and its place relative to the baseline. Glyphs of one size and place are
the samples as they are; otherwise each is put into a box that is common to all of them.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.readers.interpret import RawSet, datasets_of
from aegui.core.data.readers.names import LONGEST_LABEL, display_name, parse_name
from aegui.core.data.readers.source import MAX_NUMBERS
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

_MAX_SIDE = 1024
_START = re.compile(r"\s*+STARTFONT\s")
_ASCII = 0x80
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+\Z")
_WHOLE = re.compile(r"[-+]?\d{1,6}\Z")
_UNICODE = frozenset({"-", "iso10646-1", "iso8859-1"})
"""Character sets whose codes are those of Unicode; the first is that of a font without one."""
_CODE_PAGE = re.compile(r"(?:iso8859-\d{1,2}|koi8-[ru])\Z")
_CODE_NAME = re.compile(r"(?:U\+|uni|u|C|char|glyph|0x)?[0-9A-Fa-f]+\Z")
"""Names of glyphs that only repeat the code, as ``U+0061``, ``uni0061`` or ``char97``."""


@dataclass(frozen=True)
class _Box:
    """Pixels: width, height, and offset of the lower left corner from the origin."""

    width: int
    height: int
    left: int
    bottom: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def top(self) -> int:
        return self.bottom + self.height

    def holds(self, other: _Box) -> bool:
        """Return whether ``other`` lies in this box, or has no pixels."""
        return not other.width * other.height or (
            self.left <= other.left
            and self.bottom <= other.bottom
            and self.right >= other.right
            and self.top >= other.top
        )


@dataclass
class _Glyph:
    """One glyph: where it begins, what it is called, and its rows as numbers, the top one first."""

    line: int
    name: str
    code: int = -1
    box: _Box | None = None
    rows: list[int] = field(default_factory=list)


@dataclass
class _Font:
    glyphs: list[_Glyph] = field(default_factory=list)
    box: _Box | None = None
    charset: str = ""
    declared: int | None = None
    overhang: int | None = None
    """First line with pixels on the right of its glyph's box."""


def is_bdf(source: GlyphSource) -> bool:
    """Return whether the text begins as a BDF font does."""
    return _START.match(source.text) is not None


def read_bdf(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the glyphs of the font as one set.

    Raises:
        ReadError: The font is cut off, has no glyphs or is malformed.
    """
    font = _parse(source)
    boxes = [glyph.box for glyph in font.glyphs if glyph.box is not None]
    box = _common_box(boxes, font.box)
    if not box.width * box.height:
        raise source.refusal(tr("none of its glyphs has any pixels."))
    if max(box.width, box.height) > _MAX_SIDE:
        raise source.refusal(
            tr(
                "glyphs of {width}x{height} pixels; at most {n:,} x {n:,} are read.",
                width=box.width,
                height=box.height,
                n=_MAX_SIDE,
            )
        )
    if len(boxes) * box.width * box.height > MAX_NUMBERS:
        raise source.refusal(tr("more than {n:,} pixels.", n=MAX_NUMBERS))
    images = np.zeros((len(boxes), box.height, box.width), np.float32)
    for image, glyph in zip(images, font.glyphs, strict=True):
        _draw(image, glyph, box)
    titles = [_title(glyph, font.charset) for glyph in font.glyphs]
    return datasets_of([RawSet(source.path.stem, images, titles)], source), _notes(font, boxes, box)


def _notes(font: _Font, boxes: Sequence[_Box], box: _Box) -> list[str]:
    notes = []
    if any(own != box for own in boxes):
        notes.append(
            tr(
                "The glyphs differ in size: each is put into a box of {width}x{height} pixels.",
                width=box.width,
                height=box.height,
            )
        )
    if font.declared is not None and font.declared != len(boxes):
        notes.append(
            tr(
                "CHARS says {declared:,}, but the font has {found:,} glyphs.",
                declared=font.declared,
                found=len(boxes),
            )
        )
    if font.overhang is not None:
        notes.append(
            tr(
                "Pixels on the right of a glyph’s own width were left out (line {line}).",
                line=font.overhang,
            )
        )
    return notes


def _parse(source: GlyphSource) -> _Font:
    font = _Font()
    registry = encoding = ""
    is_ended = False
    lines = enumerate(source.text.split("\n"), 1)
    for number, line in lines:
        keyword, rest = _keyword(line)
        if keyword == "STARTCHAR":
            font.glyphs.append(_glyph(_Glyph(number, rest), lines, font, source))
        elif keyword == "FONTBOUNDINGBOX":
            font.box = _box(rest, source, number)
        elif keyword == "SIZE":
            _refuse_grey(rest, source, number)
        elif keyword == "CHARSET_REGISTRY":
            registry = rest.strip('"')
        elif keyword == "CHARSET_ENCODING":
            encoding = rest.strip('"')
        elif keyword == "CHARS":
            (font.declared,) = _whole(rest, 1, "CHARS", source, number)
        elif keyword == "ENDFONT":
            is_ended = True
            break
    font.charset = f"{registry}-{encoding}".lower()
    if not is_ended and len(font.glyphs) < (font.declared or 0):
        raise source.refusal(
            tr(
                "the font is cut off: it has {found:,} of {declared:,} glyphs.",
                found=len(font.glyphs),
                declared=font.declared,
            )
        )
    if not font.glyphs:
        raise source.refusal(tr("a font without glyphs."))
    return font


def _glyph(
    glyph: _Glyph, lines: Iterator[tuple[int, str]], font: _Font, source: GlyphSource
) -> _Glyph:
    """Read the lines of ``glyph`` up to ENDCHAR."""
    is_bitmap = False
    for number, line in lines:
        keyword, rest = _keyword(line)
        if keyword == "ENDCHAR":
            break
        if keyword in {"STARTCHAR", "ENDFONT"}:
            reason = tr("ENDCHAR is missing after the glyph “{name}”.", name=_short(glyph.name))
            raise source.refusal(reason, number)
        if is_bitmap:
            if keyword and keyword != "COMMENT":
                _add_row(keyword, glyph, font, source, number)
        elif keyword == "ENCODING":
            glyph.code = _whole(rest, 1, keyword, source, number)[0]
        elif keyword == "BBX":
            glyph.box = _box(rest, source, number)
        elif keyword == "BITMAP":
            is_bitmap = True
            if glyph.box is None:
                reason = tr("the glyph “{name}” has no BBX.", name=_short(glyph.name))
                raise source.refusal(reason, number)
    else:
        reason = tr("the font is cut off in the glyph “{name}”.", name=_short(glyph.name))
        raise source.refusal(reason, glyph.line)
    height = 0 if glyph.box is None or not glyph.box.width else glyph.box.height
    if glyph.box is None or len(glyph.rows) < height:
        reason = tr(
            "the glyph “{name}” has {found:,} rows instead of {expected:,}.",
            name=_short(glyph.name),
            found=len(glyph.rows),
            expected=height,
        )
        raise source.refusal(reason, glyph.line)
    return glyph


def _keyword(line: str) -> tuple[str, str]:
    """Return the first word of ``line``, and what follows it."""
    words = line.split(None, 1)
    return (words[0] if words else ""), (words[1].strip() if len(words) > 1 else "")


def _add_row(text: str, glyph: _Glyph, font: _Font, source: GlyphSource, number: int) -> None:
    """Append a row, given as hexadecimal digits whose highest bit is the left pixel."""
    box = glyph.box or _Box(0, 0, 0, 0)
    name = _short(glyph.name)
    if not _HEXADECIMAL.match(text):
        reason = tr("“{found}” is no row of hexadecimal digits.", found=_short(text))
        raise source.refusal(reason, number)
    if len(glyph.rows) >= box.height:
        if not int(text, 16):
            return  # Some programs write an empty row for a glyph without pixels
        reason = tr("more than {n:,} rows in the glyph “{name}”.", n=box.height, name=name)
        raise source.refusal(reason, number)
    bits = 4 * len(text)
    if bits < box.width:
        reason = tr(
            "a row of {found} pixels in the glyph “{name}”, which is {expected} wide.",
            found=bits,
            expected=box.width,
            name=name,
        )
        raise source.refusal(reason, number)
    row, over = divmod(int(text, 16), 1 << (bits - box.width))
    if over and font.overhang is None:
        font.overhang = number
    glyph.rows.append(row)


def _box(text: str, source: GlyphSource, number: int) -> _Box:
    width, height, left, bottom = _whole(text, 4, "BBX", source, number)
    if not (0 <= width <= _MAX_SIDE and 0 <= height <= _MAX_SIDE):
        raise source.refusal(
            tr(
                "glyphs of {width}x{height} pixels; at most {n:,} x {n:,} are read.",
                width=width,
                height=height,
                n=_MAX_SIDE,
            ),
            number,
        )
    return _Box(width, height, left, bottom)


def _whole(text: str, count: int, keyword: str, source: GlyphSource, number: int) -> list[int]:
    """Return the first ``count`` whole numbers of ``text``."""
    words = text.split()[:count]
    if len(words) < count or not all(map(_WHOLE.match, words)):
        reason = tr(
            "“{found}” are not the numbers of {keyword}.", found=_short(text), keyword=keyword
        )
        raise source.refusal(reason, number)
    return [int(word) for word in words]


def _refuse_grey(text: str, source: GlyphSource, number: int) -> None:
    words = text.split()
    if len(words) == 4 and words[3] != "1":
        raise source.refusal(tr("a font in grey levels, which is not read."), number)


def _common_box(boxes: Sequence[_Box], stated: _Box | None) -> _Box:
    """Return the box of all glyphs: their own, that of the font, or the smallest around them."""
    if len(set(boxes)) == 1:
        return boxes[0]
    if stated is not None and all(map(stated.holds, boxes)):
        return stated
    drawn = [box for box in boxes if box.width * box.height] or list(boxes)
    left = min(box.left for box in drawn)
    bottom = min(box.bottom for box in drawn)
    width = max(box.right for box in drawn) - left
    return _Box(width, max(box.top for box in drawn) - bottom, left, bottom)


def _draw(image: NDArray[np.float32], glyph: _Glyph, box: _Box) -> None:
    """Draw ``glyph`` into ``image`` ``[H, W]``, whose pixels are those of ``box``."""
    own = glyph.box
    if own is None or not own.width * own.height:
        return
    top, left = box.top - own.top, own.left - box.left
    for at, row in enumerate(glyph.rows):
        pixels = [int(bit) for bit in f"{row:0{own.width}b}"]
        image[top + at, left : left + own.width] = pixels


def _title(glyph: _Glyph, charset: str) -> tuple[str, str] | None:
    """Return label and name: the character of the code, or else the name of the glyph."""
    label = _character(glyph.code, charset)
    name = glyph.name[:LONGEST_LABEL]
    if label is not None:
        is_told = bool(name) and _CODE_NAME.match(name) is None
        return label, name if is_told else display_name(label)
    if not name:
        return (str(glyph.code), str(glyph.code)) if glyph.code >= 0 else None
    return parse_name(name)


def _character(code: int, charset: str) -> str | None:
    """Return the character of a code; None if it has none, or cannot be shown."""
    if not 0 <= code <= 0x10FFFF:
        return None
    character = chr(code)
    if code >= _ASCII and charset not in _UNICODE:
        if _CODE_PAGE.match(charset) is None:
            return None
        try:
            character = bytes([code]).decode(charset)
        except (ValueError, LookupError):
            return None
    return character if character.isprintable() or character == "\x7f" else None


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
