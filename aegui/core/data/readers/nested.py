"""Nested values parsed from a file, with their positions, and the comments beside them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aegui.core.data.readers.names import parse_name
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclasses.dataclass(eq=False, slots=True)
class Nested:
    """A list of values, or with ``keys`` a mapping, at ``start``..``end`` of the text.

    If the file states it, ``row_width`` is the number of pixels in a row that is given as a number,
    and ``columns`` are the columns and rows of glyphs that are stored as columns of bytes.
    """

    items: list[Nested | float | str] = dataclasses.field(default_factory=list)
    keys: list[str] | None = None
    start: int = 0
    end: int = 0
    line: int | None = None
    title: tuple[str, str] | None = None
    row_width: int | None = None
    columns: tuple[int, int] | None = None
    size: int = 0

    def add(self, item: Nested | float | str) -> None:
        """Append ``item``; ``size`` counts the numbers and strings inside, at any depth."""
        self.items.append(item)
        self.size += item.size if isinstance(item, Nested) else 1


@dataclass(frozen=True)
class Comment:
    """A comment between ``start`` and ``end`` of the text."""

    start: int
    end: int
    text: str


def give_titles(parent: Nested, comments: Sequence[Comment], text: str) -> None:
    """Name the lists inside ``parent`` after the comments beside them.

    Comments stand after a glyph, before it, or on the line that opens it; the convention that
    yields the most names is used for all.
    """
    glyphs = [item for item in parent.items if isinstance(item, Nested)]
    inside = [c for c in comments if parent.start <= c.start <= _line_end(text, parent.end)]
    if not glyphs or not inside:
        return
    following = [*(glyph.start for glyph in glyphs[1:]), len(text)]
    after = [
        (glyph.end, min(_line_end(text, glyph.end), limit))
        for glyph, limit in zip(glyphs, following, strict=True)
    ]
    opening = [(glyph.start, min(glyph.end, _line_end(text, glyph.start))) for glyph in glyphs]
    ways = (
        _first_within(after, inside),
        _leading(parent, glyphs, inside, text),
        _first_within(opening, inside),
    )
    best = max(ways, key=len)
    for index, comment in best.items():
        if glyphs[index].title is None and comment.text.strip():
            glyphs[index].title = parse_name(comment.text)


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _first_within(
    spans: Iterable[tuple[int, int]], comments: Sequence[Comment]
) -> dict[int, Comment]:
    """Return the first comment that begins in each of the ascending ``spans``, by their indices."""
    found = {}
    at = 0
    for index, (begin, end) in enumerate(spans):
        while at < len(comments) and comments[at].start < begin:
            at += 1
        if at < len(comments) and comments[at].start < end:
            found[index] = comments[at]
    return found


def _leading(
    parent: Nested, glyphs: list[Nested], comments: list[Comment], text: str
) -> dict[int, Comment]:
    found = {}
    at = 0
    previous = parent.start
    for index, glyph in enumerate(glyphs):
        line_end = _line_end(text, previous)
        while at < len(comments) and comments[at].end <= glyph.start:
            # A comment after something on the same line belongs to that, unless the glyph is there
            # too.
            is_on_own_line = comments[at].start > line_end or glyph.start < line_end
            if comments[at].start >= previous and is_on_own_line:
                found[index] = comments[at]
            at += 1
        previous = glyph.end
    return found
