"""Lines of generated code, each with the layer that it belongs to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

INDENT = "    "
_WIDTH = 88


@dataclass(frozen=True)
class CodeLine:
    """One line of code, without its line ending."""

    text: str
    """The line."""
    layer: int | None = None
    """Index of the line's layer among all layers of the recipe; None if it belongs to none."""
    section: str = ""
    """Key of the section of the code that contains the line."""


@dataclass(frozen=True)
class CodeListing:
    """A complete, runnable piece of code."""

    lines: tuple[CodeLine, ...]
    """All lines of the code."""
    data_file: str
    """Name of the data file that the code reads from its own folder."""

    @property
    def text(self) -> str:
        """The code as one string, as it is saved and run."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def of_layer(self, layer: int) -> list[int]:
        """Return the indices, from 0, of the lines that belong to ``layer``."""
        return [number for number, line in enumerate(self.lines) if line.layer == layer]

    def sections(self) -> dict[str, str]:
        """Return the text of each section by its key, in order."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            found.setdefault(line.section, []).append(line.text)
        return {key: "\n".join(lines).strip("\n") + "\n" for key, lines in found.items()}


class CodeWriter:
    """Collects lines of code, indented by the enclosing blocks."""

    def __init__(self) -> None:
        self.lines: list[CodeLine] = []
        self._depth = 0
        self._section = ""

    def section(self, key: str) -> None:
        """Assign the lines that follow to the section ``key``."""
        self._section = key

    def line(self, text: str = "", layer: int | None = None, note: str = "") -> None:
        """Append a line, with ``note`` as a trailing comment."""
        text = INDENT * self._depth + text if text else ""
        if note:
            text = f"{text}  # {note}" if text else f"{INDENT * self._depth}# {note}"
        self.lines.append(CodeLine(text, layer, self._section))

    def note(self, words: str) -> None:
        """Append a comment, wrapped to the line width."""
        width = _WIDTH - len(INDENT) * self._depth - 2
        for part in wrapped(words, width):
            self.line(note=part)

    def words(self, text: str) -> None:
        """Append a docstring, wrapped to the line width."""
        text = text.replace("\\", "/").replace('"""', "'''")
        width = _WIDTH - len(INDENT) * self._depth
        first, *rest = text.split("\n\n")
        if not rest and len(first) + 6 <= width:
            self.line(f'"""{first}"""')
            return
        paragraphs = [wrapped(each, width - 3) for each in (first, *rest)]
        self.line(f'"""{paragraphs[0][0]}')
        for line in paragraphs[0][1:]:
            self.line(line)
        for paragraph in paragraphs[1:]:
            self.line()
            for line in paragraph:
                self.line(line)
        self.line('"""')

    def gap(self) -> None:
        """Append two blank lines at module level, one inside a block."""
        for _ in range(1 if self._depth else 2):
            self.line()

    @contextmanager
    def block(self, head: str, layer: int | None = None) -> Iterator[None]:
        """Append ``head``, which ends in a colon, and indent the lines written inside the block."""
        self.line(head, layer)
        self._depth += 1
        yield
        self._depth -= 1

    def listing(self, data_file: str) -> CodeListing:
        """Return all lines written so far as a listing."""
        return CodeListing(tuple(self.lines), data_file)


def wrapped(words: str, width: int) -> list[str]:
    """Return ``words`` wrapped to lines of at most ``width`` characters (at least 20)."""
    import textwrap

    return textwrap.wrap(" ".join(words.split()), max(width, 20)) or [""]
