"""Shaded matrix of figures: a heat map, a confusion matrix, a cross-table."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.columns import fitting_size
from aegui.kit.charts.ink import GAP, LEFT, NAME_PT, RIGHT, wrapped
from aegui.kit.charts.items import ItemShape, area_of
from aegui.kit.theme import blend, contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from aegui.kit.charts.cells import CellIndex
    from aegui.kit.charts.ink import Ink

_NAMES_SHARE = 0.3
_MAX_NAME = 104.0
_SMALL_PT = 6.5
_LETTERS = 0.8
"""Height of stacked names, as a share of the line height."""
_FIGURES = 0.88
"""Likewise for figures, with a margin to the edges of their cells."""


@dataclass(frozen=True)
class CellLimits:
    """Limits of the cell size: width and height of the smallest, preferred and largest cell."""

    least: tuple[int, int]
    good: tuple[int, int]
    most: tuple[int, int]
    is_square: bool = False


@dataclass(frozen=True)
class CellGrid:
    """Layout of the cells; ``left``, ``top`` is the corner of the first one."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    rows: int
    columns: int

    def cell(self, cell: CellIndex) -> QRectF:
        """Return the rectangle of a cell, with a small gap to its neighbours."""
        gap = min(1.0, 0.06 * self.cell_width)
        left, top = self.left + cell[1] * self.cell_width, self.top + cell[0] * self.cell_height
        return QRectF(left, top, self.cell_width - gap, self.cell_height - gap)

    def at(self, x: float, y: float) -> CellIndex | None:
        """Return the cell at a position; None outside the grid."""
        row, column = (y - self.top) // self.cell_height, (x - self.left) // self.cell_width
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (int(row), int(column)) if inside else None

    @property
    def bounds(self) -> QRectF:
        """Return the rectangle of all cells."""
        return QRectF(
            self.left, self.top, self.cell_width * self.columns, self.cell_height * self.rows
        )


@dataclass(frozen=True, eq=False)
class NumberMatrix:
    """Figures in rows and columns."""

    texts: tuple[tuple[str, ...], ...]
    """Text of each cell."""
    shades: NDArray[np.float64]
    """Strength of the colour of each cell, 0 to 1, float64 ``[rows, columns]``; NaN for no shade.
    """
    rows: tuple[str, ...]
    """Names of the rows."""
    columns: tuple[str, ...]
    """Names of the columns. Lines before the last one name a group of columns."""
    x: str
    """What the columns are; empty if the same as the rows."""
    y: str
    """What the rows are."""
    spreads: tuple[tuple[str, ...], ...] = ()
    """Small text below each figure, or empty."""
    foot: tuple[str, tuple[str, ...]] | None = None
    """Name and figures of a last row without shades; or None."""
    bad: NDArray[np.bool_] | None = None
    """Cells in the error colour, bool ``[rows, columns]``; None for none."""
    best: frozenset[CellIndex] = frozenset()
    """Cells that are framed."""
    is_turned: bool = False
    """Whether the names of the columns are rotated upwards."""

    # Geometry

    def margins(self, ink: Ink, width: float = math.inf) -> tuple[float, float, float]:
        """Return the space left of, above and below the cells of a matrix of ``width``."""
        line, name = ink.line(ink.text), ink.line(NAME_PT)
        most = min(_MAX_NAME, _NAMES_SHARE * width)
        heads = [*self.rows, *([self.foot[0]] if self.foot else [])]
        left = name + 2 * GAP + min(most, _widest(ink, heads))
        above = line * max((text.count("\n") + 1 for text in self.columns), default=1)
        if self.is_turned:
            above = min(most, _widest(ink, self.columns)) + GAP
        above += (name if self.x else 0.0) + 1.5 * GAP
        return left, above, 1.2 * line + GAP if self.foot else 0.0

    def grid(self, ink: Ink, rect: QRectF, limits: CellLimits | None = None) -> CellGrid:
        """Return the layout in ``rect``: filling it, or with cells within ``limits``."""
        left, top, foot = self.margins(ink, rect.width())
        rows, columns = len(self.rows), len(self.columns)
        size = np.array(
            [
                (rect.width() - left) / max(1, columns),
                (rect.height() - top - foot) / max(1, rows),
            ]
        )
        if limits is not None:
            size = np.clip(np.floor(size), limits.least, limits.most)
            size = np.full(2, size.min()) if limits.is_square else size
            left, top = math.ceil(left), math.ceil(top)
        cell_width, cell_height = size.tolist()
        return CellGrid(
            rect.left() + left, rect.top() + top, cell_width, cell_height, rows, columns
        )

    # Painting

    def paint(self, ink: Ink, rect: QRectF) -> None:
        """Paint names, cells and figures, filling ``rect``."""
        self.paint_in(ink, rect, self.grid(ink, rect))

    def shapes(self, ink: Ink, rect: QRectF) -> tuple[ItemShape, ...]:
        """Paint the matrix and return the cells, row by row."""
        grid = self.grid(ink, rect)
        self.paint_in(ink, rect, grid)
        cells = itertools.product(range(grid.rows), range(grid.columns))
        return tuple(area_of(item, grid.cell(cell)) for item, cell in enumerate(cells))

    def paint_in(
        self, ink: Ink, rect: QRectF, grid: CellGrid, current: CellIndex | None = None
    ) -> None:
        """Paint the matrix in the layout ``grid``; the names of the cell ``current`` stand out."""
        name, bounds = ink.line(NAME_PT), grid.bounds
        dim = ink.theme.text_dim if ink.is_screen else ink.theme.text
        ink.write(self.x, QRectF(bounds.left(), rect.top(), bounds.width(), name), NAME_PT, dim)
        # The name may be longer than the cells are high, so it starts beside the column names.
        beside = QRectF(rect.left(), rect.top(), name, 2 * (bounds.center().y() - rect.top()))
        ink.write_upwards(self.y, beside, NAME_PT, dim)
        left = rect.left() + name + GAP
        names = QRectF(left, bounds.top(), bounds.left() - GAP - left, grid.cell_height)
        self._paint_rows(ink, grid, names, dim, current)
        self._paint_columns(ink, grid, rect.top() + (name if self.x else 0.0) + GAP, dim, current)
        self._paint_cells(ink, grid)
        if self.foot:
            self._paint_foot(ink, grid, names, *self.foot)

    def _paint_rows(
        self, ink: Ink, grid: CellGrid, first: QRectF, dim: QColor, current: CellIndex | None
    ) -> None:
        size = ink.text
        while size > ink.least and _LETTERS * ink.line(size) > grid.cell_height:
            size -= 0.5
        stride = max(1, math.ceil(_LETTERS * ink.line(size) / grid.cell_height))
        line, metrics = ink.line(size), ink.metrics(size)
        most = max(1, int(grid.cell_height / line))
        middle = Qt.TextElideMode.ElideMiddle
        for row, text in enumerate(self.rows):
            if row % stride:
                continue
            colour = ink.theme.text if current and current[0] == row else dim
            # The names of settings often differ only at their end, which must stay legible.
            lines = wrapped(metrics, text, first.width(), most=most, elide=middle)
            box = first.translated(0.0, row * grid.cell_height - line * (len(lines) - 1) / 2)
            for index, part in enumerate(lines):
                ink.write(part, box.translated(0.0, index * line), size, colour, RIGHT)

    def _paint_columns(
        self, ink: Ink, grid: CellGrid, top: float, dim: QColor, current: CellIndex | None
    ) -> None:
        line, available = ink.line(ink.text), grid.top - GAP / 2 - top
        parts = [_parts(text) for text in self.columns]
        names = [name for _, name in parts]
        size, stride = fitting_size(ink, names, grid.cell_width)
        if self.is_turned:
            size, stride = ink.text, max(1, math.ceil(_LETTERS * line / grid.cell_width))
        for column, name in enumerate(names):
            if column % stride:
                continue
            colour = ink.theme.text if current and current[1] == column else dim
            box = QRectF(grid.left + column * grid.cell_width, top, grid.cell_width, available)
            if self.is_turned:
                ink.write_upwards(name, box, size, colour, LEFT)
                continue
            under = QRectF(box.left(), box.bottom() - line, box.width(), line)
            ink.write(ink.elided(name, size, stride * grid.cell_width), under, size, colour)
        first = 0
        for group, alike in itertools.groupby(shared for shared, _ in parts):
            columns = range(first, first + len(list(alike)))
            first = columns.stop
            colour = ink.theme.text if current and current[1] in columns else dim
            left = grid.left + columns.start * grid.cell_width
            width = len(columns) * grid.cell_width
            for index, part in enumerate(reversed(group), 2):
                above = QRectF(left, top + available - index * line, width, line)
                ink.write(ink.elided(part, ink.text, width - GAP), above, ink.text, colour)

    def _paint_cells(self, ink: Ink, grid: CellGrid) -> None:
        longest = max((text for row in self.texts for text in row), key=len, default="")
        size = ink.text

        def fits(size: float, air: float) -> bool:
            text_height = _FIGURES * ink.line(size)
            return (
                text_height <= grid.cell_height
                and ink.width(longest, size) <= grid.cell_width - air
            )

        while size > ink.least and not fits(size, 2.0):
            size -= 0.5
        is_written = fits(size, 1.0)
        has_spread = bool(self.spreads) and grid.cell_height > ink.line(size) + ink.line(_SMALL_PT)
        ink.painter.setBrush(Qt.BrushStyle.NoBrush)
        for row, texts in enumerate(self.texts):
            for column, text in enumerate(texts):
                cell, box = (row, column), grid.cell((row, column))
                ground = self._ground(ink, cell)
                ink.painter.fillRect(box, ground)
                if cell in self.best:
                    ink.painter.setPen(ink.pen(ink.theme.text_dim))
                    ink.painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))
                if not (is_written and text):
                    continue
                colour, upper = _legible(ink, ground), box
                if has_spread:
                    small = ink.line(_SMALL_PT)
                    upper = box.adjusted(0.0, 0.0, 0.0, -small)
                    under = QRectF(box.left(), box.center().y(), box.width(), box.height() / 2)
                    spread = ink.elided(self.spreads[row][column], _SMALL_PT, grid.cell_width)
                    ink.write(spread, under, _SMALL_PT, colour)
                ink.write(text, upper, size, colour, bold=cell in self.best)

    def _ground(self, ink: Ink, cell: CellIndex) -> QColor:
        shade = float(self.shades[cell])
        if math.isnan(shade):
            return ink.ground
        is_bad = self.bad is not None and self.bad[cell]
        palest, fullest = ink.tint
        share = palest + (fullest - palest) * min(max(shade, 0.0), 1.0)
        return blend(ink.theme.bad if is_bad else ink.theme.accent, ink.ground, share)

    def _paint_foot(
        self, ink: Ink, grid: CellGrid, names: QRectF, name: str, texts: tuple[str, ...]
    ) -> None:
        dim, line = ink.theme.text_dim, 1.2 * ink.line(ink.text)
        bounds = grid.bounds
        top = bounds.bottom() + GAP
        ink.painter.setPen(ink.pen(dim))
        ink.rule(QPointF(names.left(), top - GAP / 2), QPointF(bounds.right(), top - GAP / 2))
        box = QRectF(names.left(), top, names.width(), line)
        ink.write(ink.elided(name, ink.text, names.width()), box, ink.text, dim, RIGHT)
        for column, text in enumerate(texts):
            cell = QRectF(bounds.left() + column * grid.cell_width, top, grid.cell_width, line)
            ink.write(text, cell, ink.text, dim if ink.is_screen else None)


def _parts(name: str) -> tuple[tuple[str, ...], str]:
    """Split the name of a column into the lines that it shares with its neighbours, and the last.

    Columns that follow each other with the same first lines have these once, above all of them.
    """
    *shared, last = name.split("\n")
    return tuple(shared), last


def _widest(ink: Ink, names: list[str] | tuple[str, ...]) -> float:
    return max((ink.width(name, ink.text) for name in names), default=0.0)


def _legible(ink: Ink, ground: QColor) -> QColor:
    choices = (ink.theme.text, ink.theme.panel)
    return max(choices, key=lambda colour: contrast(colour, ground))
