"""Output of the commands: plain lines, tables, and JSON that every reader accepts."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def say(text: str = "") -> None:
    """A line on the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A line on the standard error: for people, never for pipes."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def note_lines(titled: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Lines on the standard error, each behind the title that it stands under."""
    for title, lines in titled:
        for line in lines:
            note(f"{title}: {line}")


def say_json(document: object) -> None:
    """``document`` on one line; NaN and infinity, which JSON does not know, become null."""
    # What text is caught in instead of a terminal has no encoding, and takes every letter.
    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    say(json.dumps(_finite(document), ensure_ascii=plain, allow_nan=False))


def shown(label: str, name: str) -> str:
    """A label as it can be seen: the name where it is a space or a control character."""
    return label if label.isprintable() and label.strip() else name


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
