"""A matrix of figures, shaded: noise that was learnt against noise that is met, confusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.kit.theme import blend, contrast
from aegui.widgets.figures.bars import fitting_size
from aegui.widgets.figures.ink import GAP, NAME_PT, TICK_PT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.widgets.figures.ink import Ink

_NAMES_SHARE = 0.3
_SMALL_PT = 6.5
_LEAST_PT = 5.0
_RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, eq=False)
class NumberMatrix:
    """Figures in rows and columns.

    Attributes:
        texts: What is written in each cell.
        shades: How dark each is, 0 to 1, float64 ``[rows, columns]``; NaN is left empty.
        rows: Names of the rows.
        columns: Names of the columns.
        x: What the columns are.
        y: What the rows are.
        spreads: Below each figure in small letters, or empty.
        foot: A last row without shades: its name and its figures; or None.
        title: Above it, where there are several parts.
    """

    texts: tuple[tuple[str, ...], ...]
    shades: NDArray[np.float64]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    x: str
    y: str
    spreads: tuple[tuple[str, ...], ...] = ()
    foot: tuple[str, tuple[str, ...]] | None = None
    title: str = ""

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint names, cells and figures."""
        line, name = ink.line(TICK_PT), ink.line(NAME_PT)
        heads = [*self.rows, *([self.foot[0]] if self.foot else [])]
        widest = max((ink.width(text, TICK_PT) for text in heads), default=0.0)
        left = name + GAP + min(widest, _NAMES_SHARE * rect.width()) + GAP
        grid = rect.adjusted(left, name + line + 1.5 * GAP, 0.0, 0.0)
        foot = 1.2 * line + GAP if self.foot else 0.0
        across = grid.width() / max(1, len(self.columns))
        down = (grid.height() - foot) / max(1, len(self.rows))
        box = QRectF(grid.left(), rect.top(), grid.width(), name)
        ink.write(self.x, box, NAME_PT, ink.theme.text)
        beside = QRectF(rect.left(), grid.top(), name, down * len(self.rows))
        ink.write_upwards(self.y, beside, NAME_PT, ink.theme.text)
        self._paint_columns(ink, grid, across, line)
        room = left - name - 2 * GAP
        stride = max(1, -(-int(line) // max(1, int(down))))
        for row, text in enumerate(self.rows):
            if row % stride == 0:
                box = QRectF(rect.left() + name + GAP, grid.top() + row * down, room, down)
                ink.write(ink.elided(text, TICK_PT, room), box, TICK_PT, None, _RIGHT)
        self._paint_cells(ink, grid, across, down)
        if self.foot:
            top = grid.top() + down * len(self.rows) + GAP
            self._paint_foot(ink, QRectF(grid.left(), top, across, foot - GAP), room, *self.foot)

    def _paint_columns(self, ink: Ink, grid: QRectF, across: float, line: float) -> None:
        size, stride = fitting_size(ink, self.columns, across)
        for column, text in enumerate(self.columns):
            if column % stride == 0:
                left = grid.left() + column * across
                box = QRectF(left, grid.top() - line - GAP / 2, across, line)
                ink.write(ink.elided(text, size, stride * across), box, size)

    def _paint_cells(self, ink: Ink, grid: QRectF, across: float, down: float) -> None:
        gap = min(1.0, 0.06 * across)
        longest = max((text for row in self.texts for text in row), key=len, default="")
        size = TICK_PT
        while size > _LEAST_PT and ink.width(longest, size) > across - 2.0:
            size -= 0.5
        written = ink.width(longest, size) <= across - 1.0 and ink.line(size) <= down
        spread = bool(self.spreads) and down > ink.line(size) + ink.line(_SMALL_PT)
        for row, texts in enumerate(self.texts):
            for column, text in enumerate(texts):
                shade = float(self.shades[row, column])
                left, top = grid.left() + column * across, grid.top() + row * down
                box = QRectF(left, top, across - gap, down - gap)
                ground = ink.theme.panel
                if shade == shade:
                    ground = shaded(ink, shade)
                    ink.painter.fillRect(box, ground)
                if not written:
                    continue
                colour = _legible(ink, ground)
                if spread:
                    upper = box.adjusted(0.0, 0.0, 0.0, -ink.line(_SMALL_PT))
                    ink.write(text, upper, size, colour)
                    under = QRectF(box.left(), box.center().y(), box.width(), box.height() / 2)
                    small = self.spreads[row][column]
                    ink.write(ink.elided(small, _SMALL_PT, across), under, _SMALL_PT, colour)
                else:
                    ink.write(text, box, size, colour)

    def _paint_foot(
        self, ink: Ink, first: QRectF, room: float, name: str, texts: tuple[str, ...]
    ) -> None:
        ink.painter.setPen(ink.pen(ink.theme.text_dim))
        right = first.left() + len(texts) * first.width()
        ink.painter.drawLine(
            first.topLeft() - QPointF(room + GAP, GAP / 2), QPointF(right, first.top() - GAP / 2)
        )
        box = QRectF(first.left() - GAP - room, first.top(), room, first.height())
        ink.write(ink.elided(name, TICK_PT, room), box, TICK_PT, None, _RIGHT)
        for column, text in enumerate(texts):
            cell = first.translated(column * first.width(), 0.0)
            ink.write(text, cell, TICK_PT)


def shaded(ink: Ink, shade: float) -> QColor:
    """The ground of a cell: from that of the paper to the accent; it reads the same in grey."""
    share = 0.06 + 0.94 * min(max(shade, 0.0), 1.0)
    return blend(ink.theme.accent, ink.theme.panel, share)


def _legible(ink: Ink, ground: QColor) -> QColor:
    choices = (ink.theme.text, ink.theme.panel)
    return max(choices, key=lambda colour: contrast(colour, ground))
