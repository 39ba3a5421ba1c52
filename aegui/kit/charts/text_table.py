"""A table of words: a head, rows, and lines that are broken where a column is narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.kit.charts.ink import GAP

if TYPE_CHECKING:
    from aegui.kit.charts.ink import Ink

_LARGEST_PT, _SMALLEST_PT = 10.0, 4.0
_STEP_PT = 0.5
_LEFT = Qt.AlignmentFlag.AlignLeft
_LEAST_SHARE, _MOST_SHARE = 0.06, 0.55


@dataclass(frozen=True)
class TextTable:
    """Words in rows and columns.

    Attributes:
        head: Names of the columns.
        rows: As many texts in each.
        title: Above it, where there are several parts.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint it, in letters as large as all of it fits in ``rect``."""
        size: float = _LARGEST_PT
        while size > _SMALLEST_PT and self._height(ink, rect.width(), size) > rect.height():
            size -= _STEP_PT
        widths = self._widths(ink, rect.width(), size)
        line, top = ink.line(size), rect.top()
        for place, row in enumerate((self.head, *self.rows)):
            cells = [
                _broken(ink, text, width, size) for text, width in zip(row, widths, strict=True)
            ]
            high = max(map(len, cells)) * line
            left = rect.left()
            for words, width in zip(cells, widths, strict=True):
                for at, words_of_line in enumerate(words):
                    box = QRectF(left, top + at * line, width, line)
                    ink.write(words_of_line, box, size, ink.theme.text, _LEFT, bold=place == 0)
                left += width + GAP
            top += high + GAP / 2
            ink.painter.setPen(ink.pen(ink.theme.border))
            y = top - GAP / 4
            ink.rule(QPointF(rect.left(), y), QPointF(rect.right(), y))

    def _height(self, ink: Ink, width: float, size: float) -> float:
        widths = self._widths(ink, width, size)
        return sum(
            max(len(_broken(ink, text, own, size)) for text, own in zip(row, widths, strict=True))
            * ink.line(size)
            + GAP / 2
            for row in (self.head, *self.rows)
        )

    def _widths(self, ink: Ink, width: float, size: float) -> list[float]:
        """The room shared by how long the texts of each column are."""
        metrics = ink.metrics(size, bold=True)
        longest = [
            max(
                metrics.horizontalAdvance(head),
                *(ink.width(row[column], size) for row in self.rows),
            )
            + GAP
            for column, head in enumerate(self.head)
        ]
        room = width - GAP * (len(longest) - 1)
        total = sum(longest)
        if total <= room:
            return longest
        shares = [min(max(one / total, _LEAST_SHARE), _MOST_SHARE) for one in longest]
        return [room * share / sum(shares) for share in shares]


def _broken(ink: Ink, text: str, width: float, size: float) -> list[str]:
    """``text`` in lines of at most ``width``; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and ink.width(longer, size) <= width:
            lines[-1] = longer
            continue
        rest = word
        while len(rest) > 1 and ink.width(rest, size) > width:
            count = next(
                (n for n in range(len(rest) - 1, 1, -1) if ink.width(rest[:n], size) <= width), 1
            )
            lines.append(rest[:count])
            rest = rest[count:]
        lines.append(rest)
    return lines or [""]
