"""Cells that a stroke covers: lines, rectangles, brushes, fills, and their mirror images.

A cell is a row and a column; cells may lie outside of the image, where painting skips them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

Cell = tuple[int, int]
"""Row and column."""


class PixelBox(NamedTuple):
    """A rectangle of cells: its first row and column, and those after its last."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def around(cls, a: Cell, b: Cell) -> PixelBox:
        """Return the smallest box that contains both cells."""
        (top, bottom), (left, right) = sorted((a[0], b[0])), sorted((a[1], b[1]))
        return cls(top, left, bottom + 1, right + 1)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left

    def holds(self, cell: Cell) -> bool:
        """Return whether ``cell`` is inside."""
        return self.top <= cell[0] < self.bottom and self.left <= cell[1] < self.right

    def corner_across(self, cell: Cell) -> Cell | None:
        """Return the corner opposite to ``cell``; None if that is no corner."""
        rows = {self.top: self.bottom - 1, self.bottom - 1: self.top}
        columns = {self.left: self.right - 1, self.right - 1: self.left}
        if cell[0] not in rows or cell[1] not in columns:
            return None
        return rows[cell[0]], columns[cell[1]]

    def moved(self, rows: int, columns: int) -> PixelBox:
        """Return the box moved down by ``rows`` and right by ``columns``."""
        return PixelBox(
            self.top + rows, self.left + columns, self.bottom + rows, self.right + columns
        )

    def within(self, height: int, width: int) -> PixelBox | None:
        """Return the part inside an image of that size; None if there is none."""
        box = PixelBox(
            max(0, self.top), max(0, self.left), min(height, self.bottom), min(width, self.right)
        )
        return box if box.height > 0 and box.width > 0 else None


def line_cells(start: Cell, end: Cell) -> Iterator[Cell]:
    """Return the cells of the line from ``start`` to ``end``, inclusive (Bresenham 1965)."""
    (row, column), (end_row, end_column) = start, end
    rows, columns = abs(end_row - row), abs(end_column - column)
    step_row = 1 if end_row > row else -1
    step_column = 1 if end_column > column else -1
    error = columns - rows
    while True:
        yield row, column
        if (row, column) == (end_row, end_column):
            return
        doubled = 2 * error
        if doubled > -rows:
            error -= rows
            column += step_column
        if doubled < columns:
            error += columns
            row += step_row


def outline_cells(a: Cell, b: Cell) -> list[Cell]:
    """Return the edge of the rectangle with the opposite corners ``a`` and ``b``."""
    box = PixelBox.around(a, b)
    rows, columns = range(box.top, box.bottom), range(box.left, box.right)
    edge = {(row, column) for row in (box.top, box.bottom - 1) for column in columns}
    edge |= {(row, column) for column in (box.left, box.right - 1) for row in rows}
    return sorted(edge)


def area_cells(a: Cell, b: Cell) -> list[Cell]:
    """Return all cells of the rectangle with the opposite corners ``a`` and ``b``."""
    box = PixelBox.around(a, b)
    return [(r, c) for r in range(box.top, box.bottom) for c in range(box.left, box.right)]


def box_of(mask: NDArray[np.bool_]) -> PixelBox | None:
    """Return the bounding box of ``mask`` ``[H, W]``; None if it is all False."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    return PixelBox(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def brush_cells(cell: Cell, size: int) -> list[Cell]:
    """Return the cells that a square brush of ``size`` pixels covers at ``cell``."""
    row, column = cell[0] - (size - 1) // 2, cell[1] - (size - 1) // 2
    return [(row + down, column + across) for down in range(size) for across in range(size)]


def filled_cells(pixels: NDArray[np.floating], cell: Cell) -> list[Cell]:
    """Return the connected area of one colour around ``cell``, by 4-connectivity.

    Args:
        pixels: ``[H, W]`` or ``[C, H, W]``.
        cell: First cell of the fill, inside the image.
    """
    colour = pixels[(..., *cell)]
    same = pixels == (colour if pixels.ndim == 2 else colour[:, np.newaxis, np.newaxis])
    mask = same if pixels.ndim == 2 else same.all(axis=0)
    # With a border of closed cells in a flat array, neighbours are at fixed offsets.
    stride = mask.shape[1] + 2
    left = np.pad(mask, 1).ravel().tolist()
    waiting = [(cell[0] + 1) * stride + cell[1] + 1]
    found = []
    left[waiting[0]] = False
    while waiting:
        at = waiting.pop()
        found.append((at // stride - 1, at % stride - 1))
        for near in (at - stride, at + stride, at - 1, at + 1):
            if left[near]:
                left[near] = False
                waiting.append(near)
    return sorted(found)


def mirrored(
    cells: Iterable[Cell], shape: tuple[int, int], *, across: bool, down: bool
) -> list[Cell]:
    """Return ``cells`` with their mirror images, each once.

    Args:
        cells: The cells.
        shape: Height and width of the image. Of an odd number of columns the middle one is the
            axis, its own mirror image: of five columns the third.
        across: Mirror left and right.
        down: Mirror top and bottom.
    """
    height, width = shape
    every = dict.fromkeys(cells)
    if across:
        every |= dict.fromkeys((row, width - 1 - column) for row, column in tuple(every))
    if down:
        every |= dict.fromkeys((height - 1 - row, column) for row, column in tuple(every))
    return list(every)
