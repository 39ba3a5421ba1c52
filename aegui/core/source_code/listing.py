"""Lines of code, each of which knows the layer that it belongs to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INDENT = "    "
_WIDTH = 88


@dataclass(frozen=True)
class CodeLine:
    """A line, without its end.

    Attributes:
        text: The line.
        layer: Number of the layer that it is about, among all layers of the recipe; None: none.
        section: Key of the part of the code that it belongs to.
    """

    text: str
    layer: int | None = None
    section: str = ""


@dataclass(frozen=True)
class CodeListing:
    """Code that runs.

    Attributes:
        lines: All of it.
        data_file: Name of the file that it reads, which lies beside it.
    """

    lines: tuple[CodeLine, ...]
    data_file: str

    @property
    def text(self) -> str:
        """What is saved and run."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def of_layer(self, layer: int) -> list[int]:
        """Numbers, from 0, of the lines about a layer."""
        return [number for number, line in enumerate(self.lines) if line.layer == layer]

    def sections(self) -> dict[str, str]:
        """The text of each section, in order."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            found.setdefault(line.section, []).append(line.text)
        return {key: "\n".join(lines).strip("\n") + "\n" for key, lines in found.items()}


class CodeWriter:
    """Writes lines, indented as the blocks around them are."""

    def __init__(self) -> None:
        self.lines: list[CodeLine] = []
        self._depth = 0
        self._section = ""

    def section(self, key: str) -> None:
        """What follows belongs to that part of the code."""
        self._section = key

    def line(self, text: str = "", layer: int | None = None, note: str = "") -> None:
        """Add a line; a ``note`` follows it as a comment."""
        text = INDENT * self._depth + text if text else ""
        if note:
            text = f"{text}  # {note}" if text else f"{INDENT * self._depth}# {note}"
        self.lines.append(CodeLine(text, layer, self._section))

    def note(self, words: str) -> None:
        """Add a comment, broken into lines that fit."""
        room = _WIDTH - len(INDENT) * self._depth - 2
        for part in wrapped(words, room):
            self.line(note=part)

    def words(self, text: str) -> None:
        """Add a docstring."""
        text = text.replace("\\", "/").replace('"""', "'''")
        room = _WIDTH - len(INDENT) * self._depth
        first, *rest = text.split("\n\n")
        if not rest and len(first) + 6 <= room:
            self.line(f'"""{first}"""')
            return
        paragraphs = [wrapped(each, room - 3) for each in (first, *rest)]
        self.line(f'"""{paragraphs[0][0]}')
        for line in paragraphs[0][1:]:
            self.line(line)
        for paragraph in paragraphs[1:]:
            self.line()
            for line in paragraph:
                self.line(line)
        self.line('"""')

    def gap(self) -> None:
        """Two empty lines, as between functions; one within a class."""
        for _ in range(1 if self._depth else 2):
            self.line()

    @contextmanager
    def block(self, head: str, layer: int | None = None) -> Iterator[None]:
        """What is written within belongs to ``head``, which ends in a colon."""
        self.line(head, layer)
        self._depth += 1
        yield
        self._depth -= 1

    def listing(self, data_file: str) -> CodeListing:
        """All that was written."""
        return CodeListing(tuple(self.lines), data_file)


def wrapped(words: str, room: int) -> list[str]:
    """``words`` in lines of at most ``room`` characters."""
    import textwrap

    return textwrap.wrap(" ".join(words.split()), max(room, 20)) or [""]
