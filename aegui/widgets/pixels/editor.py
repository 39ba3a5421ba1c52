"""The grid of pixels that is drawn on, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from aegui.core.i18n import tr
from aegui.widgets.pixels.pixel_surface import LARGE, Cell, PixelSurface, brush_cells
from aegui.widgets.pixels.speech import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import (
        QEnterEvent,
        QFocusEvent,
        QHideEvent,
        QMouseEvent,
    )
    from PySide6.QtWidgets import QWidget

    from aegui.session.looks import Look


PAINT, ERASE = 1.0, 0.0
LARGEST_BRUSH = 3
_PAINTS = {Qt.MouseButton.LeftButton: True, Qt.MouseButton.RightButton: False}
_KEY_PAINTS: dict[int, bool] = {
    Qt.Key.Key_Space: True,
    Qt.Key.Key_Return: True,
    Qt.Key.Key_Enter: True,
    Qt.Key.Key_Delete: False,
    Qt.Key.Key_Backspace: False,
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


class PixelEditor(PixelSurface):
    """Shows an image large, and says which pixels the person wishes to change.

    It changes nothing by itself: whoever owns the drawing answers ``pixel_painted`` and
    ``cells_painted`` with ``set_pixels``. Every press of a button or key until its release is one
    stroke.

    Signals:
        stroke_started(): A stroke begins.
        pixel_painted(row, column, value): The pixel shall have ``value``.
        cells_painted(object, value): So shall all of those, a list of rows and columns: a broad
            brush.
        stroke_finished(): The stroke is done; after Escape it has painted back what was there.
        stroke_abandoned(): What was painted with a broad brush since the start shall not count.
        copy_requested(), paste_requested(): Ctrl+C and Ctrl+V.
    """

    stroke_started = Signal()
    pixel_painted = Signal(int, int, float)
    stroke_finished = Signal()
    cells_painted = Signal(object, float)
    stroke_abandoned = Signal()
    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stroke: _Stroke | None = None
        self._ink = PAINT
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAccessibleName(tr("Drawing"))
        self._help = tr(
            "Left button paints, right button erases. By keyboard: arrows move, Space paints, "
            "Delete erases, Shift with arrows draws, Escape takes back."
        )
        self.setWhatsThis(self._help)
        self.set_pixels(self._pixels)

    # -- what is shown ---------------------------------------------------------------------------

    def set_pixels(self, pixels: ArrayLike) -> None:
        """Show ``pixels`` ``[H, W]`` or ``[C, H, W]`` in [0, 1]; another size starts afresh."""
        array = np.array(pixels, dtype=np.float32)
        if array.shape != self._pixels.shape:
            self._finish()
            self._ghost = None
            self._hovered = None
            height, width = array.shape[-2:]
            self._cell = (min(self._cell[0], height - 1), min(self._cell[1], width - 1))
            self._pixels = array
            self.updateGeometry()
        self._pixels = array
        # Help only while there is nothing yet: over a drawing it would be in the way.
        self.setToolTip("" if array.any() else self._help)
        self._say()
        self.update()

    def set_ghost(self, ghost: ArrayLike | None) -> None:
        """Show where the clean target ``[H, W]`` has ink that the drawing lacks; None: nowhere."""
        known = ghost is not None and self._look.glyphs
        mask = np.asarray(ghost) > 0.5 if known else None
        self._ghost = mask if mask is not None and mask.shape == self._pixels.shape else None
        self.update()

    def set_look(self, look: Look) -> None:
        """How the image is seen; ink is the opposite of its ground."""
        self._look = look
        self._ink = PAINT if look.ground < 0.5 else ERASE
        self.update()

    def set_brush(self, size: int) -> None:
        """Paint ``size`` x ``size`` pixels at a time."""
        self._brush = max(1, min(LARGEST_BRUSH, size))
        self.update()

    def set_ink(self, value: float) -> None:
        """Paint with ``value``, erase with its opposite."""
        self._ink = value

    @property
    def ink(self) -> float:
        """What is painted with."""
        return self._ink

    @property
    def brush(self) -> int:
        """Rows and columns that are painted at a time."""
        return self._brush

    @property
    def pixels(self) -> NDArray[np.float32]:
        """What is shown, ``[H, W]`` or ``[C, H, W]``."""
        return self._pixels

    def _value(self, paints: bool) -> float:
        return self._ink if paints else 1.0 - self._ink

    @property
    def cell(self) -> Cell:
        """Row and column of the keyboard's cell cursor."""
        return self._cell

    @property
    def cell_visible(self) -> bool:
        """Whether the cell cursor is shown: from the first key until Escape or the mouse."""
        return self._cell_visible

    def _cell_at(self, position: QPoint) -> Cell:
        """The cell under ``position``, beyond the edges too."""
        grid = self._grid_rect()
        height, width = self._shape()
        row = (position.y() - grid.y()) * height // max(1, grid.height())
        return row, (position.x() - grid.x()) * width // max(1, grid.width())

    def _say(self) -> None:
        row, column = self._cell
        height, width = self._shape()
        describe(
            self,
            tr(
                "Row {row} of {height}, column {column} of {width}: {state}",
                row=row + 1,
                height=height,
                column=column + 1,
                width=width,
                state=_state_word(float(self._pixels[..., row, column].mean())),
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
        if self._is_broad():
            self.cells_painted.emit(self._covered(cells), stroke.value)
            return
        for each in cells:
            self._paint(each)

    def _is_broad(self) -> bool:
        """Whether many pixels change at a time; then they are told together."""
        return self._brush > 1 or max(self._shape()) > LARGE

    def _covered(self, cells: list[Cell]) -> list[Cell]:
        covered = {each for cell in cells for each in brush_cells(cell, self._brush)}
        return [each for each in covered if self._inside(each)]

    def _paint(self, cell: Cell) -> None:
        # Looked at afresh: whoever hears pixel_painted may end the stroke.
        stroke = self._stroke
        if stroke is None:
            return
        if self._is_broad():
            self.cells_painted.emit(self._covered([cell]), stroke.value)
        elif self._inside(cell) and (self._pixels[(..., *cell)] != stroke.value).any():
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
        if self._is_broad() or before.ndim > 2:
            self.stroke_abandoned.emit()
        else:
            for row, column in np.argwhere(self._pixels != before).tolist():
                self.pixel_painted.emit(row, column, float(before[row, column]))
        self._finish()

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        paints = _PAINTS.get(event.button())
        cell = self._cell_at(event.position().toPoint())
        if paints is None or self._stroke is not None or not self._inside(cell):
            return
        self._cell, self._cell_visible = cell, False
        self._begin(self._value(paints), cell, event.button())
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
        known = key in _KEY_PAINTS or key in _MOVES or key in _JUMPS
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
        elif plain and key in _KEY_PAINTS:
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
            self._begin(self._value(_KEY_PAINTS[key]), self._cell, key)

    def _move(self, rows: int, columns: int, *, drawing: bool) -> None:
        self._show_cell()
        if drawing and self._stroke is None:
            self._begin(self._ink, self._cell, Qt.Key.Key_Shift)
        height, width = self._shape()
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
