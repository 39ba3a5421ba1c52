"""Text art: glyphs drawn with characters, each below the line that names it."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.readers.arrays import GLYPH_HEIGHT, GLYPH_WIDTH
from aegui.core.data.readers.interpret import RawSet, datasets_of
from aegui.core.data.readers.names import begins_with_code, display_name, parse_name
from aegui.core.data.readers.pixels import is_row, row_of_pixels
from aegui.core.data.readers.source import MAX_NUMBERS
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import GlyphSource

_MAX_SIDE = 1024


# Possessive quantifiers (++) prevent backtracking: a line may be a megabyte long.
_SPACED = re.compile(r"[ \t]*+[01](?:(?:[ \t]++(?:[,;][ \t]*+)?|[,;][ \t]*+)[01])++[ \t,;]*+\Z")
_LONG_NUMBERS = re.compile(r"(?<!\d)(?:\d++[ \t,;]++){5}\d")
_FLAT = frozenset({GLYPH_HEIGHT * GLYPH_WIDTH, GLYPH_HEIGHT * GLYPH_WIDTH + 1})
"""Number of values in a line that is a whole glyph, without or with a label."""
_FEWEST_ROWS = 2


@dataclass
class _Block:
    """Rows drawn one below the other, and the heading above them."""

    line: int
    heading: str
    rows: list[str] = field(default_factory=list)


def is_text_art(source: GlyphSource) -> bool:
    """Return whether the text has any drawn rows."""
    return any(_is_drawn(_compact(line)) for line in source.text.split("\n"))


def is_drawn_in_blocks(text: str) -> bool:
    """Return whether rows of 0 and 1, separated by blanks or commas, are drawings.

    Otherwise each row is a whole glyph: one of 35 numbers is, and one of a square number of them
    that does not stand in groups.
    """
    groups: list[list[int]] = [[]]
    for line in text.split("\n"):
        if _SPACED.match(line):
            groups[-1].append(len(_compact(line)))
        elif _LONG_NUMBERS.search(line):
            return False
        elif groups[-1]:
            groups.append([])
    drawn = [group for group in groups if group]
    widths = {width for group in drawn for width in group}
    if len(widths) != 1 or widths & _FLAT or min(map(len, drawn)) < _FEWEST_ROWS:
        return False
    (width,) = widths
    is_square = math.isqrt(width) ** 2 == width
    return len(drawn) > 1 or not is_square or len(drawn[0]) % width == 0


def read_text_art(source: GlyphSource) -> tuple[tuple[Dataset, ...], list[str]]:
    """Read the one set of glyphs of the file.

    Raises:
        ReadError: The drawings differ in size, or a row in length.
    """
    blocks = _blocks("\n".join(map(_compact, source.text.split("\n"))))
    if not blocks:
        raise source.not_glyphs(tr("no drawn rows in it."))
    _close_up(blocks)
    width = _width(blocks)
    _check_size(blocks, source)
    pixels = [_pixels(block, width, source) for block in blocks]
    titles = [_title(block.heading) for block in blocks]
    notes = []
    if len(blocks) == 1 and not blocks[0].heading and _is_stack(len(pixels[0]), width):
        glyph_rows = GLYPH_HEIGHT if width == GLYPH_WIDTH else width
        pixels = [pixels[0][i : i + glyph_rows] for i in range(0, len(pixels[0]), glyph_rows)]
        titles = [None] * len(pixels)
        notes.append(tr("Cut into {n} glyphs of {rows} rows.", n=len(pixels), rows=glyph_rows))
    for block, drawn in zip(blocks, pixels, strict=False):
        if len(drawn) != len(pixels[0]):
            raise source.refusal(
                tr(
                    "a drawing of {found} rows, the first one has {expected}.",
                    found=len(drawn),
                    expected=len(pixels[0]),
                ),
                block.line,
            )
    images = np.array(pixels, dtype=np.float32)
    return datasets_of([RawSet(source.path.stem, images, titles)], source), notes


def _is_stack(rows: int, width: int) -> bool:
    """Return whether one tall drawing is several glyphs: of 7 rows of 5 pixels, or squares."""
    glyph_rows = GLYPH_HEIGHT if width == GLYPH_WIDTH else width
    return rows > glyph_rows and rows % glyph_rows == 0


def _width(blocks: list[_Block]) -> int:
    """Return the longest row's length; if no blanks are pixels, the most frequent length.

    With the most frequent length a row that is too long is refused, instead of all others.
    """
    lengths = Counter(len(row) for block in blocks for row in block.rows)
    if any(" " in row for block in blocks for row in block.rows):
        return max(lengths)
    return lengths.most_common(1)[0][0]


def _check_size(blocks: list[_Block], source: GlyphSource) -> None:
    numbers = 0
    for block in blocks:
        longest = max(map(len, block.rows))
        numbers += longest * len(block.rows)
        if longest > _MAX_SIDE:
            row = next(i for i, row in enumerate(block.rows) if len(row) > _MAX_SIDE)
            text = tr(
                "a row of {n:,} pixels; at most {most:,} are read.", n=longest, most=_MAX_SIDE
            )
            raise source.refusal(text, block.line + row)
        if len(block.rows) > _MAX_SIDE and not _is_stack(len(block.rows), longest):
            text = tr(
                "a drawing of {n:,} rows; at most {most:,} are read. An empty line "
                "separates two drawings.",
                n=len(block.rows),
                most=_MAX_SIDE,
            )
            raise source.refusal(text, block.line)
        if numbers > MAX_NUMBERS:
            text = tr("more than {n:,} pixels up to here.", n=MAX_NUMBERS)
            raise source.refusal(text, block.line)


def _compact(line: str) -> str:
    """Return a row of 0 and 1 without separators; any other line unchanged."""
    return re.sub(r"[ \t,;]", "", line) if _SPACED.match(line) else line


def _is_drawn(line: str) -> bool:
    return bool(line.strip()) and is_row(line) and not begins_with_code(line)


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    heading = ""
    is_inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if _is_drawn(line) or (is_inside and _continues(blocks[-1], line)):
            if not is_inside:
                blocks.append(_Block(number, heading))
                heading = ""
            blocks[-1].rows.append(line)
            is_inside = True
        else:
            is_inside = False
            if line.strip() and not _is_remark(line):
                heading = line.strip()
    return blocks


def _continues(block: _Block, line: str) -> bool:
    """Return whether a line that is ambiguous alone belongs to the drawing above it.

    Where blanks are pixels, a row may be all blank, or shortened to its first pixel.
    """
    if line.isspace():
        return len(line) == len(block.rows[0])
    return len(line) == 1 and is_row(line * 2) and any(" " in row for row in block.rows)


def _is_remark(line: str) -> bool:
    text = line.strip()
    return len(text) > 1 and text.startswith((";", "//")) and not begins_with_code(text)


def _close_up(blocks: list[_Block]) -> None:
    """Remove the blanks between pixels if every row is spaced as ``0 1 1 0`` is."""
    rows = [row.strip() for block in blocks for row in block.rows]
    if all(len(row) >= 3 and not row[1::2].strip() and " " not in row[::2] for row in rows):
        for block in blocks:
            block.rows = [row.strip()[::2] for row in block.rows]


def _pixels(block: _Block, width: int, source: GlyphSource) -> list[list[int]]:
    rows = []
    for offset, row in enumerate(block.rows):
        # Editors strip blanks at line ends, so short rows are completed if blanks mean "off".
        if len(row) != width and " " not in "".join(block.rows):
            raise source.refusal(
                tr(
                    "a row of {found} pixels, others have {expected}.",
                    found=len(row),
                    expected=width,
                ),
                block.line + offset,
            )
        rows.append(row_of_pixels(row.ljust(width)) or [])
    return rows


def _title(heading: str) -> tuple[str, str] | None:
    if not heading:
        return None
    if len(heading) == 1:
        return heading, display_name(heading)
    if begins_with_code(heading):
        return parse_name(heading)
    return parse_name(heading.lstrip("#*=- ").rstrip(":=*#- ") or heading)
