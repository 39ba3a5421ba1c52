"""A table of text: a header and rows, with cells wrapped in narrow columns."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import GAP, LEFT

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.kit.charts.ink import Ink

_LARGEST_PT, _UNWRAPPED_PT, _SMALLEST_PT = 10.0, 7.5, 4.0
_STEP_PT = 0.5
_BETWEEN = 2 * GAP
_HAIR = 0.01


@dataclass(frozen=True)
class TextTable:
    """Text in rows and columns."""

    head: tuple[str, ...]
    """Names of the columns."""
    rows: tuple[tuple[str, ...], ...]
    """The rows, with one text per column."""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint the table in the largest font that fits ``rect``, splitting words only if needed.

        A slightly smaller font is preferred to wrapped cells.
        """
        size = self._unwrapped_size(ink, rect)
        while size > _SMALLEST_PT and not self._fits(ink, rect, size):
            size -= _STEP_PT
        widths = self._widths(ink, rect.width(), size)
        line, top = ink.line(size), rect.top()
        for index, cells in enumerate(self._cells(ink, widths, size)):
            row_height = max(map(len, cells)) * line
            left = rect.left()
            for words, width in zip(cells, widths, strict=True):
                for at, words_of_line in enumerate(words):
                    box = QRectF(left, top + at * line, width, line)
                    ink.write(words_of_line, box, size, ink.theme.text, LEFT, bold=index == 0)
                left += width + _BETWEEN
            top += row_height + GAP / 2
            ink.painter.setPen(ink.pen(ink.theme.border))
            y = top - GAP / 4
            ink.rule(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _unwrapped_size(self, ink: Ink, rect: QRectF) -> float:
        """Return the largest size at which no row wraps, unless that is too small."""
        available = rect.width() - _BETWEEN * (len(self.head) - 1)
        size = _LARGEST_PT
        while size >= _UNWRAPPED_PT:
            if sum(self._longest(ink, size, unwrapped=True, is_head_unwrapped=False)) <= available:
                return size
            size -= _STEP_PT
        return _LARGEST_PT

    def _cells(self, ink: Ink, widths: list[float], size: float) -> list[list[list[str]]]:
        """Return the lines of every cell, row by row."""
        return [
            [
                _broken(partial(_advance, ink, size, index == 0), text, width)
                for text, width in zip(row, widths, strict=True)
            ]
            for index, row in enumerate((self.head, *self.rows))
        ]

    def _fits(self, ink: Ink, rect: QRectF, size: float) -> bool:
        available = rect.width() - _BETWEEN * (len(self.head) - 1)
        if sum(self._longest(ink, size, unwrapped=False)) > available:
            return False
        cells = self._cells(ink, self._widths(ink, rect.width(), size), size)
        line = ink.line(size)
        return sum(max(map(len, row)) * line + GAP / 2 for row in cells) <= rect.height()

    def _longest(
        self, ink: Ink, size: float, *, unwrapped: bool, is_head_unwrapped: bool = True
    ) -> list[float]:
        """Return the longest text, or word unless ``unwrapped``, per column; a header may wrap."""
        return [
            max(
                _advance(ink, size, index == 0, part)
                for index, row in enumerate((self.head, *self.rows))
                for part in (
                    [row[column]]
                    if unwrapped and (index or is_head_unwrapped)
                    else row[column].split() or [""]
                )
            )
            for column in range(len(self.head))
        ]

    def _widths(self, ink: Ink, width: float, size: float) -> list[float]:
        """Return column widths: that of the longest word, and a share of the rest by its texts."""
        available = width - _BETWEEN * (len(self.head) - 1)
        texts = self._longest(ink, size, unwrapped=True)
        if sum(texts) <= available:
            return texts
        words = self._longest(ink, size, unwrapped=True, is_head_unwrapped=False)
        if sum(words) > available:
            words = self._longest(ink, size, unwrapped=False)
        if sum(words) >= available:
            return [available * one / sum(words) for one in words]
        more = [text - word for text, word in zip(texts, words, strict=True)]
        share = (available - sum(words)) / sum(more)
        return [word + one * share for word, one in zip(words, more, strict=True)]


def _advance(ink: Ink, size: float, bold: bool, text: str) -> float:
    return ink.metrics(size, bold=bold).horizontalAdvance(text)


def _broken(advance: Callable[[str], float], text: str, width: float) -> list[str]:
    """Wrap ``text`` to lines of at most ``width``; longer words are split."""
    # Tolerance for rounding: a column is exactly as wide as its longest text.
    width += _HAIR
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and advance(longer) <= width:
            lines[-1] = longer
            continue
        rest = word
        while len(rest) > 1 and advance(rest) > width:
            count = next((n for n in range(len(rest) - 1, 1, -1) if advance(rest[:n]) <= width), 1)
            lines.append(rest[:count])
            rest = rest[count:]
        lines.append(rest)
    return lines or [""]
