"""Tables as text: as CSV, in Markdown, and in columns for a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Lines = Iterable[Sequence[str]]

MISSING = "–"
"""Cell of a table for people without a value."""
_QUOTED = re.compile(r'[,"\r\n]|^\s|\s$')
"""What requires a CSV cell to be quoted."""
_JOINERS = "\u200c\u200d"
"""Format characters within words and emojis, which do no harm."""
_BREAKS = "\u2028\u2029"
"""Separators of lines and paragraphs, which are no control characters."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format comma-separated values with a line feed after each line; None is an empty cell."""
    return "".join([",".join(map(_cell, row)) + "\n" for row in (header, *rows)])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def markdown_text(header: Sequence[str], rows: Lines, words: int = 1) -> str:
    """Format a table in Markdown; columns after the first ``words`` are right-aligned."""
    rule = ["---" if index < words else "--:" for index in range(len(header))]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in (header, rule, *rows)
    )


def columns_text(header: Sequence[str], rows: Lines, words: int = 1) -> str:
    """Format aligned columns; those after the first ``words`` are right-aligned.

    Cells are in one line each, as from ``printable``.
    """
    lines = [[printable(cell) for cell in line] for line in (header, *rows)]
    widths = [max(map(text_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - text_width(cell))
            if index < words
            else " " * (width - text_width(cell)) + cell
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def stacked_text(header: Sequence[str], rows: Lines) -> str:
    """Format a table for a narrow terminal: the cells of each row below one another.

    A row begins with its first cell; each other one follows the name of its column.
    """
    lines = [f"{printable(header[0])}:"] if header[0] else []
    for row in rows:
        first, *others = map(printable, row)
        lines.append(first)
        named = zip(map(printable, header[1:]), others, strict=True)
        lines += [f"  {name}: {cell}" for name, cell in named if cell]
    return "\n".join(lines)


def printable(text: str, allowed: str = "") -> str:
    r"""Return ``text`` with an escape such as ``\u200f`` for every control and format character.

    A name may contain anything: such characters would break lines, turn the direction of the text
    after them, or command the terminal.

    Args:
        text: The text.
        allowed: Characters that stay nevertheless, such as the line feeds of a text of many lines.
    """
    if text.isprintable():
        return text
    return "".join(
        one
        if one in allowed or one in _JOINERS or (category(one)[0] != "C" and one not in _BREAKS)
        else one.encode("unicode_escape").decode()
        for one in text
    )


def text_width(text: str) -> int:
    """Return the columns that ``text`` takes in a terminal: two for each wide character."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if one in _JOINERS or category(one) in ("Mn", "Me")
        else 1 + (east_asian_width(one) in "FW")
        for one in text
    )
