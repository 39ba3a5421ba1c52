"""A widget for a matrix of figures: interactive, accessible, exportable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Signal
from PySide6.QtGui import QKeySequence, QPainter

from aegui.kit.charts.cells import CellIndex, CellTable
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.menu import FigureMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.matrix import CellGrid, CellLimits, NumberMatrix


class MatrixTable(CellTable):
    """Shows a ``NumberMatrix`` with a sentence for each cell."""

    copy_requested = Signal()
    """Emitted on Ctrl+C: the table is to be copied."""

    def __init__(
        self,
        name: str,
        limits: CellLimits,
        figure: Callable[[], Figure | None],
    ) -> None:
        """Create an empty table.

        Args:
            name: Accessible name.
            limits: Limits of the cell size.
            figure: Returns the figure for export.
        """
        super().__init__(name)
        self._limits = limits
        self._plot: NumberMatrix | None = None
        self._words: Callable[[CellIndex], str] = lambda _: ""
        self._grid: CellGrid | None = None
        self.figures = FigureMenu(self, figure)

    def set_plot(self, plot: NumberMatrix | None, words: Callable[[CellIndex], str]) -> None:
        """Show ``plot``; ``words`` returns a sentence on a cell."""
        self._plot, self._words = plot, words
        self._arrange()
        rows, columns = self._shape
        if self._current[0] < rows and self._current[1] < columns:
            self.speak_quietly(words(self._current))
        self.updateGeometry()

    def words(self, cell: CellIndex) -> str:
        """Return the sentence on a cell."""
        return self._words(cell)

    # Geometry

    @property
    def _shape(self) -> tuple[int, int]:
        plot = self._plot
        return (0, 0) if plot is None else (len(plot.rows), len(plot.columns))

    def _arrange(self) -> None:
        self._grid = None
        if self._plot is not None:
            self._grid = self._plot.grid(Ink.of(self), self._area(), self._limits)
        self.update()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(0.0, 0.0, -2.0, -2.0)

    def cell_rect(self, cell: CellIndex) -> QRectF:
        """Return the rectangle of a cell."""
        return QRectF() if self._grid is None else self._grid.cell(cell)

    def _cell_at(self, position: QPoint) -> CellIndex | None:
        return None if self._grid is None else self._grid.at(position.x(), position.y())

    def _margins(self) -> tuple[int, int]:
        """Return the space beside, and that above and below the cells."""
        if self._plot is None:
            return 0, 0
        left, top, foot = self._plot.margins(Ink.of(self))
        return math.ceil(left) + 2, math.ceil(top) + math.ceil(foot) + 2

    def _size_for(self, cell_width: int, cell_height: int) -> QSize:
        beside, above = self._margins()
        rows, columns = self._shape
        return QSize(beside + cell_width * max(2, columns), above + cell_height * max(2, rows))

    def width_for(self, height: int) -> int:
        """Return the width that suits ``height`` if cells are squares."""
        beside, above = self._margins()
        return beside + max(0, height - above)

    def sizeHint(self) -> QSize:
        """Return a size at which figures fit the cells."""
        return self._size_for(*self._limits.good)

    def minimumSizeHint(self) -> QSize:
        """Return a size at which cells can still be hit."""
        return self._size_for(*self._limits.least)

    # Events

    def paint(self, painter: QPainter) -> None:
        """Paint names and cells."""
        if self._plot is None or self._grid is None:
            return
        current = self._hovered or (self._current if self.hasFocus() else None)
        self._plot.paint_in(Ink.of(self, painter), self._area(), self._grid, current)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_marks(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the layout."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Update the layout for a new font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Request a copy on Ctrl+C; other keys move between cells."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)
