"""Text art: glyphs drawn with characters, each below the line that names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.readers.arrays import GLYPH_HEIGHT, GLYPH_WIDTH
from aegui.core.data.readers.interpret import RawSet, datasets_of
from aegui.core.data.readers.names import begins_with_code, display_name, parse_name
from aegui.core.data.readers.pixels import is_row, row_of_pixels
from aegui.core.data.readers.source import MAX_NUMBERS
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.readers.source import Source

_MAX_SIDE = 1024


@dataclass
class _Block:
    """Rows drawn one below the other, and the heading above them."""

    line: int
    heading: str
    rows: list[str] = field(default_factory=list)


def is_text_art(source: Source) -> bool:
    """Whether there are drawn rows in the text."""
    return any(_is_drawn(line) for line in source.text.split("\n"))


def read_text_art(source: Source) -> tuple[tuple[Dataset, ...], list[str]]:
    """The one set of glyphs of the file.

    Raises:
        ReadError: The drawings differ in size, or a row in length.
    """
    blocks = _blocks(source.text)
    if not blocks:
        raise source.not_glyphs(tr("no drawn rows in it."))
    _close_up(blocks)
    width = max(len(row) for block in blocks for row in block.rows)
    height = max(len(block.rows) for block in blocks)
    if max(width, height) > _MAX_SIDE or width * height * len(blocks) > MAX_NUMBERS:
        raise source.refusal(
            tr(
                "{n} drawings of up to {width}x{height}: too large.",
                n=len(blocks),
                width=width,
                height=height,
            )
        )
    pixels = [_pixels(block, width, source) for block in blocks]
    titles = [_title(block.heading) for block in blocks]
    notes = []
    if (
        len(blocks) == 1
        and not blocks[0].heading
        and width == GLYPH_WIDTH
        and _is_stack(len(pixels[0]))
    ):
        pixels = [pixels[0][i : i + GLYPH_HEIGHT] for i in range(0, len(pixels[0]), GLYPH_HEIGHT)]
        titles = [None] * len(pixels)
        notes.append(tr("cut into {n} glyphs of 7 rows.", n=len(pixels)))
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


def _is_stack(rows: int) -> bool:
    return rows > GLYPH_HEIGHT and rows % GLYPH_HEIGHT == 0


def _is_drawn(line: str) -> bool:
    return bool(line.strip()) and is_row(line) and not begins_with_code(line)


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    heading = ""
    is_inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if _is_drawn(line) or (is_inside and _goes_on(blocks[-1], line)):
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


def _goes_on(block: _Block, line: str) -> bool:
    """Whether a line that tells nothing alone belongs to the drawing above it.

    Where blanks are pixels, a row may be all blank, or shortened to its first pixel.
    """
    if line.isspace():
        return len(line) == len(block.rows[0])
    return len(line) == 1 and is_row(line * 2) and any(" " in row for row in block.rows)


def _is_remark(line: str) -> bool:
    text = line.strip()
    return len(text) > 1 and text.startswith((";", "//")) and not begins_with_code(text)


def _close_up(blocks: list[_Block]) -> None:
    """Where every row is spaced as ``0 1 1 0`` is, take the blanks out."""
    rows = [row.strip() for block in blocks for row in block.rows]
    if all(len(row) >= 3 and not row[1::2].strip() and " " not in row[::2] for row in rows):
        for block in blocks:
            block.rows = [row.strip()[::2] for row in block.rows]


def _pixels(block: _Block, width: int, source: Source) -> list[list[int]]:
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
