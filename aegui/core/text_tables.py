"""Tables as text: as CSV, in Markdown, and in columns for a terminal."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Lines = Iterable[Sequence[str]]


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated values with a line feed behind each line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def markdown_text(header: Sequence[str], rows: Lines, words: int = 1) -> str:
    """A table in Markdown; columns behind the first ``words`` are numbers, to the right."""
    rule = ["---" if place < words else "--:" for place in range(len(header))]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in (header, rule, *rows)
    )


def columns_text(header: Sequence[str], rows: Lines, words: int = 1) -> str:
    """Columns as wide as they need be; those behind the first ``words`` are to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
