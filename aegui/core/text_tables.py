"""Tables as text: as CSV, in Markdown, and in columns for a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Lines = Iterable[Sequence[str]]

_QUOTED = re.compile(r'[,"\r\n]|^\s|\s$')
"""What requires a CSV cell to be quoted."""


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
    """Format aligned columns; those after the first ``words`` are right-aligned."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index < words else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
