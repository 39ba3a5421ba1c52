"""Output of the commands: plain lines, tables, and JSON without NaN or infinity."""

from __future__ import annotations

import json
import math
import os
import sys
from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.text_tables import columns_text, printable, stacked_text, text_width

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterable, Sequence
    from typing import TextIO

    from aegui.commands.option import Option

_LAYOUT = "\n\t"
"""Control characters of printed texts; others come from names and are escaped."""


def say(text: str = "") -> None:
    """Print lines for people to the standard output."""
    say_exactly(printable(text, _LAYOUT))


def say_exactly(text: str) -> None:
    """Print a document for programs, such as CSV or code, to the standard output unchanged."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line to the standard error, as a message for people."""
    sys.stderr.write(printable(text, _LAYOUT) + "\n")
    sys.stderr.flush()


def note_lines(titled: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Print lines to the standard error, each preceded by its title."""
    for title, lines in titled:
        for line in lines:
            note(f"{title}: {line}")


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a table for the standard output, see ``columns_text``.

    On a terminal that is too narrow for its columns, cells are below one another.
    """
    lines = list(rows)
    text = columns_text(header, lines, words)
    return text if _fits(text) else stacked_text(header, lines)


def groups_text(
    header: Sequence[str], groups: Iterable[tuple[str, Sequence[Sequence[str]]]], words: int = 1
) -> str:
    """Return a table of groups with their titles, see ``table_text``; empty ones are left out.

    The columns of all groups align.
    """
    filled = [(title, rows) for title, rows in groups if rows]
    text = columns_text(header, [row for _, rows in filled for row in rows], words)
    if _fits(text):
        first, *lines = text.splitlines()
        parts = [first]
        for title, rows in filled:
            parts += ["", title, *lines[: len(rows)]]
            del lines[: len(rows)]
        return "\n".join(parts)
    unnamed = ["", *header[1:]]
    parts = [f"{title}\n{stacked_text(unnamed, rows)}" for title, rows in filled]
    return "\n\n".join([f"{header[0]}:", *parts])


def _fits(text: str) -> bool:
    """Return whether the lines of ``text`` fit the standard output, if that is a terminal."""
    room = terminal_columns(sys.stdout)
    return room is None or max(map(text_width, text.splitlines())) <= room


def terminal_columns(stream: TextIO) -> int | None:
    """Return the width of the terminal that ``stream`` writes to; None if it is no terminal."""
    try:
        # Some terminals without a window report 0.
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def note_unused(
    names: Collection[str], rows: Iterable[Option], options: argparse.Namespace
) -> None:
    """Say which of the options ``names``, without effect in this case, were given.

    Args:
        names: The first name of each of these options.
        rows: The options of the command.
        options: Their values.
    """
    given = [row.names[0] for row in rows if row.names[0] in names and row.is_given(options)]
    if given:
        note(tr("Without effect here: {options}.", options=", ".join(given)))


def say_json(document: object) -> None:
    """Print ``document`` as JSON on one line; NaN and infinity become null."""
    # A captured stream may have no encoding; it takes every character.
    is_ascii = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    say_exactly(json.dumps(_finite(document), ensure_ascii=is_ascii, allow_nan=False))


def shown(label: str, name: str) -> str:
    """Return a printable label: the translated name if it is blank or a control character."""
    if label.isprintable() and label.strip():
        return label
    # Imported here: it needs numpy, which many commands do not.
    from aegui.core.data.emoji_words import translated_name

    return translated_name(name)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
