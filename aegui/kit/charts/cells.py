"""Base class of a painted table of cells, navigated by mouse or keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from aegui.kit.painted import Painted, fill_and_focus
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

CellIndex = tuple[int, int]
"""Row and column of a cell."""

_KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class CellTable(Painted):
    """Hover, selection, keys, tooltip, speech and focus of a painted table.

    A subclass defines its shape, the rectangles and texts of its cells, and paints itself, calling
    ``_paint_marks`` last.
    """

    cell_activated = Signal(object)
    """Emitted with a ``CellIndex`` when it is clicked, or Enter pressed on it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._current: CellIndex = (0, 0)
        self._hovered: CellIndex | None = None
        self._chosen: CellIndex | None = None
        self.setMouseTracking(True)
        fill_and_focus(self, name)

    @property
    def _shape(self) -> tuple[int, int]:
        """Return the numbers of rows and columns; (0, 0) without cells."""
        raise NotImplementedError

    def words(self, cell: CellIndex) -> str:
        """Return a sentence on a cell."""
        raise NotImplementedError

    def cell_rect(self, cell: CellIndex) -> QRectF:
        """Return the rectangle of a cell."""
        raise NotImplementedError

    def _cell_at(self, position: QPoint) -> CellIndex | None:
        raise NotImplementedError

    def set_chosen(self, cell: CellIndex | None) -> None:
        """Mark the cell whose details are shown elsewhere; None for none."""
        self._chosen = cell
        self.update()

    def _forget_cells(self) -> None:
        """Reset cursor, hover and selection, before the cells are replaced."""
        self._current = (0, 0)
        self._hovered = self._chosen = None

    def _paint_marks(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = [(self._chosen, theme.text, 2), (self._hovered, theme.accent, 1)]
        if self.hasFocus() and self._shape[0]:
            marked.append((self._current, theme.accent, 2))
        for cell, colour, width in marked:
            if cell is not None:
                painter.setPen(QPen(colour, width))
                painter.drawRect(self.cell_rect(cell).adjusted(0, 0, -1, -1))

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover the cell under the pointer."""
        cell = self._cell_at(event.position().toPoint())
        if cell != self._hovered:
            self._hovered = cell
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hover."""
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Activate the clicked cell."""
        cell = self._cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(cell)
            self.cell_activated.emit(cell)

    def tip_at(self, position: QPoint) -> str:
        """Return the sentence on the cell under the pointer."""
        cell = self._cell_at(position)
        return "" if cell is None else self.words(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor with the arrow keys; Enter and Space activate a cell."""
        key = Qt.Key(event.key())
        rows, columns = self._shape
        if key in _KEYS and rows:
            down, across = _KEYS[key]
            row = min(max(0, self._current[0] + down), rows - 1)
            self._go_to((row, min(max(0, self._current[1] + across), columns - 1)))
        elif key in _ENTER and rows:
            self.cell_activated.emit(self._current)
        else:
            super().keyPressEvent(event)

    def speak_quietly(self, text: str) -> None:
        """Set the accessible description without announcing it."""
        describe(self, text, spoken=False)

    def _go_to(self, cell: CellIndex) -> None:
        self._current = cell
        describe(self, self.words(cell))
        self.update()
