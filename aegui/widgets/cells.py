"""Behaviour shared by all grids and strips of images: keyboard cursor, hovering and dragging."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from aegui.kit.accessible import surface_of
from aegui.kit.speech import describe
from aegui.widgets.dragged_samples import drag_samples, is_dragged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    _Base: TypeAlias = QWidget
else:
    # A mixin: ``Painted`` or ``PaintedArea`` comes after this class in the bases.
    _Base = object

_MARGIN_PX = 4
"""Margin shown beyond a cell that is scrolled into view."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Cells(_Base):
    """Mixin for a widget that paints cells in rows.

    The widget implements ``count``, ``columns``, ``cell_rect`` and ``text_of``, and handles
    ``activate`` (a click, Enter), ``toggle`` (Ctrl and a click) and ``dragged``, which returns the
    samples to drag along with a cell.
    """

    accessible_role = QAccessible.Role.List

    _current = 0
    _hovered: int | None = None
    _pressed: QPoint | None = None

    def count(self) -> int:
        """Return the number of cells."""
        raise NotImplementedError

    def columns(self) -> int:
        """Return the number of columns."""
        raise NotImplementedError

    def cell_rect(self, index: int) -> QRect | QRectF:
        """Return the rectangle of a cell, in the coordinates of ``surface``."""
        raise NotImplementedError

    def text_of(self, index: int) -> str:
        """Return the text of a cell for the tooltip and for screen readers."""
        raise NotImplementedError

    def activate(self, index: int) -> None:
        """Called when a cell is clicked or Enter is pressed on it."""

    def toggle(self, index: int) -> None:
        """Called when a cell is clicked with Ctrl held down."""
        self.activate(index)

    def dragged(self, index: int) -> Sequence[int]:
        """Return the indices in the set of the samples of a cell; empty if it cannot be dragged."""
        del index
        return ()

    # -- for screen readers ----------------------------------------------------------------------

    def part_count(self) -> int:
        """Return the number of cells."""
        return self.count()

    def part_words(self, index: int) -> str:
        """Return the spoken text of a cell."""
        return self.spoken(index)

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a cell."""
        return QRectF(self.cell_rect(index)).toAlignedRect()

    def current_part(self) -> int | None:
        """Return the index of the cell under the keyboard cursor; None without cells."""
        return self._current if self.count() else None

    # -- where -----------------------------------------------------------------------------------

    def index_at(self, position: QPoint) -> int | None:
        """Return the index of the cell under ``position``; None between cells."""
        if not self.count():
            return None
        first = QRectF(self.cell_rect(0)).topLeft()
        across = QRectF(self.cell_rect(1)).x() - first.x() if self.columns() > 1 else 0.0
        down = QRectF(self.cell_rect(self.columns())).y() - first.y()
        column = int((position.x() - first.x()) // across) if across else 0
        row = int((position.y() - first.y()) // down) if down else 0
        place = row * self.columns() + column
        inside = 0 <= column < self.columns() and 0 <= place < self.count()
        at = QPointF(position)
        return place if inside and QRectF(self.cell_rect(place)).contains(at) else None

    def tip_at(self, position: QPoint) -> str:
        """Return the tooltip of the cell under the pointer; empty between cells."""
        index = self.index_at(position)
        return "" if index is None else self.text_of(index)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the cell under the pointer, to be copied as an image."""
        index = self.index_at(position)
        return None if index is None else self.part_rect(index)

    # -- the cursor ------------------------------------------------------------------------------

    def keep_current(self) -> None:
        """Adapt to changed cells: clamp the cursor, clear the hover, update the description."""
        self._current = min(self._current, max(0, self.count() - 1))
        self._hovered = None
        describe(self, self.spoken(self._current) if self.count() else "", spoken=False)
        surface_of(self).update()

    def go_to(self, index: int) -> None:
        """Move the keyboard cursor to a cell, scroll it into view and announce it."""
        self._current = index
        if isinstance(self, QAbstractScrollArea):
            bar, cell = self.verticalScrollBar(), QRectF(self.cell_rect(index)).toRect()
            beyond = cell.y() + cell.height() - self.viewport().height()
            if cell.y() < 0:
                bar.setValue(bar.value() + cell.y() - _MARGIN_PX)
            elif beyond > 0:
                bar.setValue(bar.value() + beyond + _MARGIN_PX)
        describe(self, self.spoken(index))
        surface_of(self).update()

    def spoken(self, index: int) -> str:
        """Return what a screen reader says of a cell."""
        return self.text_of(index)

    def target(self, key: int) -> int | None:
        """Return the index of the cell that a navigation key leads to; None for any other key."""
        columns, last = self.columns(), self.count() - 1
        keys = Qt.Key
        steps: dict[int, int] = {
            keys.Key_Left: self._current - 1,
            keys.Key_Right: self._current + 1,
            keys.Key_Home: 0,
            keys.Key_End: last,
        }
        if last >= columns:
            down = QRectF(self.cell_rect(columns)).y() - QRectF(self.cell_rect(0)).y()
            visible = surface_of(self).visibleRegion().boundingRect().height()
            page = columns * max(1, int(visible // down))
            steps |= {
                keys.Key_Up: self._current - columns,
                keys.Key_Down: self._current + columns,
                keys.Key_PageUp: self._current - page,
                keys.Key_PageDown: self._current + page,
            }
        return min(max(0, steps[key]), last) if key in steps and last >= 0 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor with the navigation keys; Enter activates the current cell."""
        target = self.target(event.key())
        if target is not None:
            self.go_to(target)
        elif event.key() in _ENTER and self.count():
            self.activate(self._current)
        else:
            super().keyPressEvent(event)

    # -- the pointer -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the cursor to the pressed cell; it is activated on release or dragged on moving."""
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() is Qt.MouseButton.LeftButton:
            self.go_to(index)
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Start dragging the pressed cell, or update the hovered one."""
        at = event.position().toPoint()
        if self._pressed is not None and is_dragged(self._pressed, at):
            index = self.index_at(self._pressed)
            samples = () if index is None else self.dragged(index)
            if samples:
                self._pressed = None
                drag_samples(self, samples)
                return
        self._hover(self.index_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Activate the pressed cell, or toggle it with Ctrl."""
        pressed, self._pressed = self._pressed, None
        index = self.index_at(event.position().toPoint())
        if pressed is None or index is None or index != self.index_at(pressed):
            return
        is_toggled = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        (self.toggle if is_toggled else self.activate)(index)

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hovered cell."""
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            surface_of(self).update()
