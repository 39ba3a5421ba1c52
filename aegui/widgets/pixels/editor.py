"""The grid of pixels that is drawn on, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr
from aegui.widgets.glyphs import fitted_rect, glyph_image
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import (
        QEnterEvent,
        QFocusEvent,
        QHideEvent,
        QMouseEvent,
        QPaintEvent,
    )

    Cell = tuple[int, int]

PAINT, ERASE = 1.0, 0.0
_HINT_PX = 22
_LEAST_GRID_PX = 6
_MARGIN_PX = 3
_BUTTON_VALUES = {Qt.MouseButton.LeftButton: PAINT, Qt.MouseButton.RightButton: ERASE}
_KEY_VALUES: dict[int, float] = {
    Qt.Key.Key_Space: PAINT,
    Qt.Key.Key_Return: PAINT,
    Qt.Key.Key_Enter: PAINT,
    Qt.Key.Key_Delete: ERASE,
    Qt.Key.Key_Backspace: ERASE,
}
_MOVES: dict[int, Cell] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_FAR = 1 << 30
_JUMPS: dict[int, Cell] = {
    Qt.Key.Key_Home: (0, -_FAR),
    Qt.Key.Key_End: (0, _FAR),
    Qt.Key.Key_PageUp: (-_FAR, 0),
    Qt.Key.Key_PageDown: (_FAR, 0),
}


@dataclass
class _Stroke:
    """A line being drawn.

    Attributes:
        value: What is painted.
        last: The cell it has come to.
        held: The button or key that ends it when let go.
        before: The pixels as they were when it began.
    """

    value: float
    last: Cell
    held: Qt.MouseButton | int
    before: NDArray[np.float32]


def line_cells(start: Cell, end: Cell) -> Iterator[Cell]:
    """The cells of the straight line from ``start`` to ``end``, both included (Bresenham 1965)."""
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


class PixelEditor(QWidget):
    """Shows ``[H, W]`` grey levels large, and says which pixels the person wishes to change.

    It changes nothing by itself: whoever owns the drawing answers ``pixel_painted`` with
    ``set_pixels``. Every press of a button or key until its release is one stroke.

    Signals:
        stroke_started(): A stroke begins.
        pixel_painted(row, column, value): The pixel shall have ``value``.
        stroke_finished(): The stroke is done; after Escape it has painted back what was there.
        copy_requested(), paste_requested(): Ctrl+C and Ctrl+V.
    """

    stroke_started = Signal()
    pixel_painted = Signal(int, int, float)
    stroke_finished = Signal()
    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: NDArray[np.float32] = np.zeros((7, 5), dtype=np.float32)
        self._ghost: NDArray[np.bool_] | None = None
        self._stroke: _Stroke | None = None
        self._hovered: Cell | None = None
        self._cell: Cell = (0, 0)
        self._cell_visible = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Drawing"))
        self._help = tr(
            "Left button paints, right button erases. By keyboard: arrows move, Space paints, "
            "Delete erases, Shift with arrows draws, Escape takes back."
        )
        self.setWhatsThis(self._help)
        self.set_pixels(self._pixels)

    # -- what is shown ---------------------------------------------------------------------------

    def set_pixels(self, pixels: ArrayLike) -> None:
        """Show ``pixels`` ``[H, W]`` in [0, 1]; another size than before starts afresh."""
        array = np.array(pixels, dtype=np.float32)
        if array.shape != self._pixels.shape:
            self._finish()
            self._ghost = None
            self._hovered = None
            self._cell = (min(self._cell[0], len(array) - 1), min(self._cell[1], len(array[0]) - 1))
            self.updateGeometry()
        self._pixels = array
        # Help only while there is nothing yet: over a drawing it would be in the way.
        self.setToolTip("" if array.any() else self._help)
        self._say()
        self.update()

    def set_ghost(self, ghost: ArrayLike | None) -> None:
        """Show where the clean target ``[H, W]`` has ink that the drawing lacks; None: nowhere."""
        mask = None if ghost is None else np.asarray(ghost) > 0.5
        self._ghost = mask if mask is not None and mask.shape == self._pixels.shape else None
        self.update()

    @property
    def pixels(self) -> NDArray[np.float32]:
        """What is shown, ``[H, W]``."""
        return self._pixels

    @property
    def cell(self) -> Cell:
        """Row and column of the keyboard's cell cursor."""
        return self._cell

    @property
    def cell_visible(self) -> bool:
        """Whether the cell cursor is shown: from the first key until Escape or the mouse."""
        return self._cell_visible

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a cell is painted, in widget pixels."""
        grid = self._grid_rect()
        side = grid.width() // self._pixels.shape[1]
        return QRect(grid.x() + column * side, grid.y() + row * side, side, side)

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._size(_HINT_PX if self._pixels.shape[0] <= 16 else 8)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self._size(10 if self._pixels.shape[0] <= 16 else 4)

    def _size(self, side: int) -> QSize:
        height, width = self._pixels.shape
        return QSize(width * side + 2 * _MARGIN_PX, height * side + 2 * _MARGIN_PX)

    def _grid_rect(self) -> QRect:
        inner = self.rect().adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        height, width = self._pixels.shape
        return fitted_rect(height, width, inner)

    def _cell_at(self, position: QPoint) -> Cell:
        """The cell under ``position``, beyond the edges too."""
        grid = self._grid_rect()
        side = grid.width() // self._pixels.shape[1]
        return (position.y() - grid.y()) // side, (position.x() - grid.x()) // side

    def _inside(self, cell: Cell) -> bool:
        return 0 <= cell[0] < len(self._pixels) and 0 <= cell[1] < len(self._pixels[0])

    def _say(self) -> None:
        row, column = self._cell
        height, width = self._pixels.shape
        describe(
            self,
            tr(
                "Row {row} of {height}, column {column} of {width}: {state}",
                row=row + 1,
                height=height,
                column=column + 1,
                width=width,
                state=_state_word(float(self._pixels[row, column])),
            ),
        )

    # -- strokes ---------------------------------------------------------------------------------

    def _begin(self, value: float, cell: Cell, held: Qt.MouseButton | int) -> None:
        self._stroke = _Stroke(value, cell, held, self._pixels)
        self.stroke_started.emit()
        self._paint(cell)

    def _extend(self, cell: Cell) -> None:
        stroke = self._stroke
        if stroke is None or cell == stroke.last:
            return
        cells = list(line_cells(stroke.last, cell))[1:]
        stroke.last = cell
        for each in cells:
            self._paint(each)

    def _paint(self, cell: Cell) -> None:
        # Looked at afresh: whoever hears pixel_painted may end the stroke.
        stroke = self._stroke
        if stroke is not None and self._inside(cell) and self._pixels[cell] != stroke.value:
            self.pixel_painted.emit(*cell, stroke.value)

    def _finish(self) -> None:
        if self._stroke is not None:
            self._stroke = None
            self.stroke_finished.emit()

    def _release(self, held: Qt.MouseButton | int) -> bool:
        ends = self._stroke is not None and self._stroke.held == held
        if ends:
            self._finish()
        return ends

    def _unwind(self) -> bool:
        """Undo one step of engagement: the stroke, then the cell cursor. Whether there was one."""
        if self._stroke is not None:
            self._paint_back(self._stroke.before)
            return True
        was_visible, self._cell_visible = self._cell_visible, False
        self.update()
        return was_visible

    def _paint_back(self, before: NDArray[np.float32]) -> None:
        for row, column in np.argwhere(self._pixels != before).tolist():
            self.pixel_painted.emit(row, column, float(before[row, column]))
        self._finish()

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        value = _BUTTON_VALUES.get(event.button())
        cell = self._cell_at(event.position().toPoint())
        if value is None or self._stroke is not None or not self._inside(cell):
            return
        self._cell, self._cell_visible = cell, False
        self._begin(value, cell, event.button())
        self._say()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        cell = self._cell_at(event.position().toPoint())
        if self._stroke is not None and isinstance(self._stroke.held, Qt.MouseButton):
            self._extend(cell)
            if self._inside(cell):
                self._cell = cell
        self._hover(cell if self._inside(cell) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._release(event.button()):
            self._say()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        cell = self._cell_at(event.position().toPoint())
        self._hover(cell if self._inside(cell) else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        del event
        self._hover(None)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.update()

    # -- keys ------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:  # noqa: D102
        # The keys of the grid come before the window's shortcuts while the grid has the focus.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self._uses(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def _uses(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            return self._stroke is not None or self._cell_visible
        known = key in _KEY_VALUES or key in _MOVES or key in _JUMPS
        copies = event.matches(QKeySequence.StandardKey.Copy)
        return (known and _is_plain(event)) or copies or _pastes(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key = event.key()
        plain = _is_plain(event)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif _pastes(event):
            self.paste_requested.emit()
        elif key == Qt.Key.Key_Escape and self._unwind():
            return
        elif plain and key in _KEY_VALUES:
            if not event.isAutoRepeat():
                self._press_ink(key)
        elif plain and (key in _MOVES or key in _JUMPS):
            drawing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move(*{**_MOVES, **_JUMPS}[key], drawing=drawing)
        else:
            super().keyPressEvent(event)

    def _press_ink(self, key: int) -> None:
        self._show_cell()
        if self._stroke is None:
            self._begin(_KEY_VALUES[key], self._cell, key)

    def _move(self, rows: int, columns: int, *, drawing: bool) -> None:
        self._show_cell()
        if drawing and self._stroke is None:
            self._begin(PAINT, self._cell, Qt.Key.Key_Shift)
        height, width = self._pixels.shape
        self._cell = (
            min(max(self._cell[0] + rows, 0), height - 1),
            min(max(self._cell[1] + columns, 0), width - 1),
        )
        if self._stroke is not None and not isinstance(self._stroke.held, Qt.MouseButton):
            self._extend(self._cell)
        self._say()
        self.update()

    def _show_cell(self) -> None:
        self._cell_visible = True
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.isAutoRepeat() or not self._release(event.key()):
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        by_key = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        if event.reason() in by_key:
            self._cell_visible = True
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self._finish()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._finish()
        super().hideEvent(event)

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
        grid = self._grid_rect()
        painter.drawImage(grid, glyph_image(self._pixels, theme.pixel_on, theme.pixel_off))
        self._paint_grid(painter, grid)
        if self._ghost is not None:
            self._paint_ghost(painter, self._ghost)
        if self._hovered is not None and not self._cell_visible:
            self._frame(painter, self.cell_rect(*self._hovered), 1)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(grid.adjusted(-2, -2, 2, 2))
            if self._cell_visible:
                self._frame(painter, self.cell_rect(*self._cell), 2)

    def _paint_grid(self, painter: QPainter, grid: QRect) -> None:
        height, width = self._pixels.shape
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
        painter.setPen(QPen(theme.pixel_off, width))
        inset = 2 * width
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))
        painter.setPen(QPen(theme.accent, width))
        painter.drawRect(rect.adjusted(width, width, -width, -width))


def _is_plain(event: QKeyEvent) -> bool:
    """Whether no modifier but Shift is held."""
    allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    return not event.modifiers() & ~allowed


def _pastes(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Paste)


def _state_word(value: float) -> str:
    if value <= 0.0:
        return tr("off")
    if value >= 1.0:
        return tr("on")
    return tr("{percent} % grey", percent=round(100 * value))
