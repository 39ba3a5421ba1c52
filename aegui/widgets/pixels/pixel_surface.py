"""The pixels of a drawing as they are seen: squares, grid, ghost, and the frame of the brush."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.session.looks import GLYPHS
from aegui.widgets.glyphs import fitted_rect, picture, picture_rect
from aegui.widgets.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

Cell = tuple[int, int]
"""Row and column."""

LARGE = 16
"""Images of more rows or columns are drawn with a brush rather than pixel by pixel."""
_HINT_PX = 22
_LEAST_PX = 10
_LEAST_GRID_PX = 6
_MARGIN_PX = 3
_LARGE_SHARE = 0.7


def brush_cells(cell: Cell, size: int) -> list[Cell]:
    """The cells that a square brush of ``size`` pixels covers at ``cell``."""
    row, column = cell[0] - (size - 1) // 2, cell[1] - (size - 1) // 2
    return [(row + down, column + across) for down in range(size) for across in range(size)]


class PixelSurface(QWidget):
    """Paints an image large, each pixel a square wherever there is room for that."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: NDArray[np.float32] = np.zeros((7, 5), dtype=np.float32)
        self._ghost: NDArray[np.bool_] | None = None
        self._hovered: Cell | None = None
        self._cell: Cell = (0, 0)
        self._cell_visible = False
        self._look = GLYPHS
        self._brush = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _shape(self) -> tuple[int, int]:
        height, width = self._pixels.shape[-2:]
        return height, width

    def _inside(self, cell: Cell) -> bool:
        height, width = self._shape()
        return 0 <= cell[0] < height and 0 <= cell[1] < width

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a cell is painted, in widget pixels."""
        grid = self._grid_rect()
        height, width = self._shape()
        left, right = (grid.width() * at // width for at in (column, column + 1))
        top, bottom = (grid.height() * at // height for at in (row, row + 1))
        return QRect(grid.x() + left, grid.y() + top, right - left, bottom - top)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(_HINT_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(_LEAST_PX)

    def _size(self, side: int) -> QSize:
        """Room for pixels of ``side``; for an image of many pixels as much as for one of few."""
        height, width = self._shape()
        if max(height, width) > LARGE:
            share = _LARGE_SHARE * side * LARGE / max(height, width)
            return QSize(round(width * share), round(height * share))
        return QSize(width * side + 2 * _MARGIN_PX, height * side + 2 * _MARGIN_PX)

    def _grid_rect(self) -> QRect:
        inner = self.rect().adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        height, width = self._shape()
        # Pixels that are to be drawn on are squares wherever there is room for that.
        if height <= inner.height() and width <= inner.width():
            return fitted_rect(height, width, inner)
        return picture_rect(height, width, inner)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
        grid = self._grid_rect()
        too_large = grid.width() < self._shape()[1]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, too_large)
        painter.drawImage(grid, picture(self._pixels, self._look))
        self._paint_grid(painter, grid)
        if self._ghost is not None:
            self._paint_ghost(painter, self._ghost)
        if self._hovered is not None and not self._cell_visible:
            self._frame(painter, self._brush_rect(self._hovered), 1)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(grid.adjusted(-2, -2, 2, 2))
            if self._cell_visible:
                self._frame(painter, self._brush_rect(self._cell), 2)

    def _brush_rect(self, cell: Cell) -> QRect:
        """What is painted at ``cell``, as far as it is inside."""
        cells = [each for each in brush_cells(cell, self._brush) if self._inside(each)]
        return self.cell_rect(*cells[0]).united(self.cell_rect(*cells[-1]))

    def _paint_grid(self, painter: QPainter, grid: QRect) -> None:
        height, width = self._shape()
        side = grid.width() // width
        painter.setPen(QPen(current_theme().border, 1))
        if side >= _LEAST_GRID_PX:
            for column in range(1, width):
                x = grid.x() + column * side
                painter.drawLine(x, grid.top(), x, grid.bottom())
            for row in range(1, height):
                y = grid.y() + row * side
                painter.drawLine(grid.left(), y, grid.right(), y)
        painter.drawRect(grid.adjusted(-1, -1, 0, 0))

    def _paint_ghost(self, painter: QPainter, ghost: NDArray[np.bool_]) -> None:
        """A dot in the middle of every dark pixel that is lit in the clean target."""
        theme = current_theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.pixel_off, 1))
        painter.setBrush(theme.accent)
        for row, column in np.argwhere(ghost & (self._pixels <= 0.5)).tolist():
            rect = self.cell_rect(row, column)
            radius = max(2.0, rect.width() / 7)
            painter.drawEllipse(rect.toRectF().center(), radius, radius)
        painter.restore()

    def _frame(self, painter: QPainter, rect: QRect, width: int) -> None:
        """A frame that is seen on dark and on lit pixels: accent with a rim of the dark colour."""
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if rect.width() < _LEAST_GRID_PX:
            # Too small for a frame inside: around it.
            painter.setPen(QPen(theme.accent, 1))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            return
        painter.setPen(QPen(theme.pixel_off, width))
        inset = 2 * width
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
        painter.setPen(QPen(theme.accent, width))
        painter.drawRect(rect.adjusted(width, width, -width, -width))
