"""Syntax highlighting for Python: keywords, defined names, strings, numbers and comments."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat

from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QTextDocument

_WORDS = "|".join(keyword.kwlist)
_PARTS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<string>[rfb]{0,2}(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'))"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)"
    r"|(?<=def )(?P<defined>\w+)|(?<=class )(?P<kind>\w+)"
    r"|(?P<number>\b\d+(?:\.\d*)?(?:e[+-]?\d+)?\b)"
)
_QUOTES = '"""'
_WITHIN = 1


class PythonColours(QSyntaxHighlighter):
    """Highlights a document in the colours of the theme; ``rehighlight`` after it changes."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._theme: object = None

    def highlightBlock(self, text: str) -> None:
        """Highlight one line, tracking docstrings over several lines."""
        self._renew()
        start = self._words_end(text)
        if start < 0:
            return
        opened = text.find(_QUOTES, start)
        code = text if opened < 0 else text[:opened]
        for found in _PARTS.finditer(code, start):
            name = next(key for key, part in found.groupdict().items() if part)
            self.setFormat(*_span(found, name), self._formats[name])
        if opened >= 0:
            closed = text.find(_QUOTES, opened + len(_QUOTES))
            stop = len(text) if closed < 0 else closed + len(_QUOTES)
            self.setFormat(opened, stop - opened, self._formats["words"])
            self.setCurrentBlockState(_WITHIN if closed < 0 else 0)

    def _words_end(self, text: str) -> int:
        """Return where code begins in a line after an open docstring; -1 if it continues."""
        self.setCurrentBlockState(0)
        if self.previousBlockState() != _WITHIN:
            return 0
        closed = text.find(_QUOTES)
        stop = len(text) if closed < 0 else closed + len(_QUOTES)
        self.setFormat(0, stop, self._formats["words"])
        if closed < 0:
            self.setCurrentBlockState(_WITHIN)
            return -1
        return stop

    def _renew(self) -> None:
        theme = current_theme()
        if theme is self._theme:
            return
        self._theme = theme
        self._formats = {
            "comment": _format(theme.text_dim, italic=True),
            "words": _format(theme.series[2]),
            "string": _format(theme.series[2]),
            "keyword": _format(theme.accent, bold=True),
            "defined": _format(theme.series[3], bold=True),
            "kind": _format(theme.series[3], bold=True),
            "number": _format(theme.series[1]),
        }


def _span(found: re.Match[str], name: str) -> tuple[int, int]:
    return found.start(name), found.end(name) - found.start(name)


def _format(colour: QColor, *, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    found = QTextCharFormat()
    found.setForeground(colour)
    found.setFontItalic(italic)
    if bold:
        found.setFontWeight(QFont.Weight.DemiBold)
    return found
