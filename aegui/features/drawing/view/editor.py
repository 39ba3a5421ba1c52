"""The pixel editor: mouse and keyboard input for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from aegui.core.i18n import tr
from aegui.features.drawing.view.strokes import StrokeSurface

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QFocusEvent, QHideEvent, QMouseEvent, QWheelEvent

    from aegui.core.pixels.shapes import Cell

_ZOOM_STEP = 1.25
_WHEEL_STEP = 120
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


class PixelEditor(StrokeSurface):
    """A surface to draw on with the mouse and the keyboard."""

    copy_requested = Signal()
    paste_requested = Signal()
    """Ctrl+C and Ctrl+V."""

    def __init__(self) -> None:
        super().__init__()
        self._panned: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAccessibleName(tr("Drawing"))
        self._help = tr(
            "Left button paints, right button erases. By keyboard: arrows move, Space paints, "
            "Delete erases, Shift with arrows draws, Escape cancels."
        )
        self.setWhatsThis(self._help)
        self.set_pixels(self.pixels)

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        position = event.position().toPoint()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned = position
            return
        paints = _PAINTS.get(event.button())
        cell = self._cell_at(position)
        if paints is None or self._stroke is not None or not self._inside(cell):
            return
        self.cell, self.cell_visible = cell, False
        self._begin(paints, cell, event.button())
        self._say()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        position = event.position().toPoint()
        if self._panned is not None:
            self.pan_by(position - self._panned)
            self._panned = position
            return
        cell = self._cell_at(position)
        if self._stroke is not None and isinstance(self._stroke.held, Qt.MouseButton):
            self._extend(cell)
            if self._inside(cell):
                self.cell = cell
        self._hover(cell if self._inside(cell) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned = None
        elif self._release(event.button()):
            self._say()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / _WHEEL_STEP
            self.zoom_by(_ZOOM_STEP**steps, event.position().toPoint())
        elif self.zoom > 1.0:
            self.pan_by(event.pixelDelta() if event.hasPixelDelta() else event.angleDelta() / 4)
        else:
            super().wheelEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        cell = self._cell_at(event.position().toPoint())
        self._hover(cell if self._inside(cell) else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        del event
        self._hover(None)

    def _hover(self, cell: Cell | None) -> None:
        if cell == self._hovered:
            return
        for each in (self._hovered, cell):
            if each is not None:
                self._update_cells(self._brush_box(each))
        self._hovered = cell

    # -- keys ------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:  # noqa: D102
        # While the grid has the focus, its keys override the window's shortcuts.
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
            engaged = self._stroke is not None or self.region is not None
            return engaged or self.cell_visible
        known = key in _KEY_PAINTS or key in _MOVES or key in _JUMPS
        copies = event.matches(QKeySequence.StandardKey.Copy)
        return (known and _is_unmodified(event)) or copies or _pastes(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key = event.key()
        is_unmodified = _is_unmodified(event)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif _pastes(event):
            self.paste_requested.emit()
        elif key == Qt.Key.Key_Escape and self._unwind():
            return
        elif is_unmodified and key in _KEY_PAINTS:
            if not event.isAutoRepeat():
                self._press_ink(key, _KEY_PAINTS[key])
        elif is_unmodified and (key in _MOVES or key in _JUMPS):
            drawing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move(*{**_MOVES, **_JUMPS}[key], drawing=drawing)
        else:
            super().keyPressEvent(event)

    def _press_ink(self, key: int, paints: bool) -> None:
        self._show_cell()
        if self._stroke is not None:
            return
        if self.region is not None and not paints:
            self.region_cleared.emit()
        else:
            self._begin(paints, self.cell, key)

    def _move(self, rows: int, columns: int, *, drawing: bool) -> None:
        self._show_cell()
        if drawing and self._stroke is None:
            self._begin(True, self.cell, Qt.Key.Key_Shift)
        height, width = self.pixels.shape[-2:]
        self.cell = (
            min(max(self.cell[0] + rows, 0), height - 1),
            min(max(self.cell[1] + columns, 0), width - 1),
        )
        if self._stroke is not None and not isinstance(self._stroke.held, Qt.MouseButton):
            self._extend(self.cell)
        self._follow(self.cell)
        self._say()
        self.update()

    def _show_cell(self) -> None:
        self.cell_visible = True
        self.update()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.isAutoRepeat() or not self._release(event.key()):
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        by_key = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        if event.reason() in by_key:
            self.cell_visible = True
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self._finish()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._finish()
        super().hideEvent(event)


def _is_unmodified(event: QKeyEvent) -> bool:
    """Return whether no modifier but Shift is held."""
    allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    return not event.modifiers() & ~allowed


def _pastes(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Paste)
