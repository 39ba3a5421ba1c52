"""The samples of the set in a grid: selected, opened, and reordered by dragging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter

from aegui.kit.theme import current_theme
from aegui.widgets.dragged_samples import drag_samples, is_dragged
from aegui.widgets.glyph_grid import CELL_PX, GlyphGrid

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
    )

_MARK_PX = 3
_EDGE_PX = 10
"""Within this distance from the edge of the visible area, a drag scrolls."""
_ALT = Qt.KeyboardModifier.AltModifier


class SetGallery(GlyphGrid):
    """A grid of samples: a click selects one, a double click or Enter opens it.

    Dragging a sample moves it within the set; dragging it out of the gallery carries it to views
    that accept samples, or back into the gallery.
    """

    moved = Signal(int, int)
    """With index, place: the sample at ``index`` is to be moved to ``place``."""
    chosen = Signal(int)
    """With index: the current sample has changed."""
    edge_neared = Signal(int, int)
    """With x, y: a drag is at the edge of the visible area: scroll to this point."""
    delete_requested = Signal(int)
    duplicate_requested = Signal(int)
    rename_requested = Signal(int)
    """With index: requested by key."""

    def __init__(self) -> None:
        super().__init__(checkable=False)
        self._gap: int | None = None
        self._is_locked = False
        self._is_known = True
        self.setAcceptDrops(True)

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        self._is_locked = locked

    def set_known(self, known: bool) -> None:
        """Set whether other views show this set, so that its samples can be dragged there."""
        self._is_known = known

    def _changed(self) -> None:
        super()._changed()
        self.chosen.emit(self.current)

    # -- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mousePressEvent(event)
        position = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self.index_at(position) is not None:
            self._pressed = position

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseMoveEvent(event)
        position = event.position().toPoint()
        begun = self._pressed is not None and is_dragged(self._pressed, position)
        if not begun and self._gap is None:
            return
        if self._is_known and not self.visibleRegion().boundingRect().contains(position):
            self._drag_out()
        elif not self._is_locked:
            self._show_gap(position)

    def _drag_out(self) -> None:
        """Start a drag-and-drop operation with the current sample."""
        self._pressed = None
        self._set_gap(None)
        drag_samples(self, [self.current])

    def _show_gap(self, position: QPoint) -> None:
        self._set_gap(self._gap_at(position))
        visible = self.visibleRegion().boundingRect()
        for edge, direction in ((visible.top(), -1), (visible.bottom(), 1)):
            if abs(position.y() - edge) < _EDGE_PX:
                self.edge_neared.emit(position.x(), edge + direction * CELL_PX // 2)

    def _set_gap(self, gap: int | None) -> None:
        self._gap = gap
        self.update()

    def _gap_at(self, position: QPoint) -> int:
        """Return the gap between samples nearest to ``position``; 0 is before the first."""
        columns = self.columns()
        row = max(0, position.y() // CELL_PX)
        column = min(max(round(position.x() / CELL_PX), 0), columns)
        return min(row * columns + column, len(self._labels))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        gap, self._pressed = self._gap, None
        self._set_gap(None)
        if gap is not None and event.button() == Qt.MouseButton.LeftButton:
            self._move_to(gap)

    def _move_to(self, gap: int) -> None:
        target = gap - 1 if gap > self.current else gap
        if target != self.current:
            self.moved.emit(self.current, target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(index)

    # -- what was dragged out and comes back -----------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: D102
        if event.source() is self and not self._is_locked:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: D102
        self._show_gap(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: D102
        del event
        self._set_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        gap = self._gap_at(event.position().toPoint())
        self._set_gap(None)
        event.acceptProposedAction()
        self._move_to(gap)

    # -- keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        signals = {
            Qt.Key.Key_Delete: self.delete_requested,
            Qt.Key.Key_Backspace: self.delete_requested,
            Qt.Key.Key_Insert: self.duplicate_requested,
            Qt.Key.Key_F2: self.rename_requested,
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._gap is not None:
            self._pressed = None
            self._set_gap(None)
        elif self._labels and event.modifiers() & _ALT and self.target(key) is not None:
            self._shift(key)
        elif self._labels and key in signals:
            if not self._is_locked:
                signals[key].emit(self.current)
        else:
            super().keyPressEvent(event)

    def _shift(self, key: int) -> None:
        place = self.target(key)
        if place is not None and place != self.current and not self._is_locked:
            self.moved.emit(self.current, place)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        painter = QPainter(self)
        theme = current_theme()
        if self._labels:
            # The current sample, which the buttons act on, is marked without focus too.
            painter.setPen(theme.accent)
            painter.drawRect(self.cell_rect(self.current).adjusted(1, 1, -2, -2))
        if self._gap is not None:
            painter.fillRect(self._gap_rect(self._gap), theme.accent)

    def _gap_rect(self, gap: int) -> QRect:
        if gap and gap % self.columns() == 0:
            cell = self.cell_rect(gap - 1)
            return QRect(cell.right() - _MARK_PX + 1, cell.y(), _MARK_PX, cell.height())
        cell = self.cell_rect(gap)
        return QRect(max(0, cell.x() - 1), cell.y(), _MARK_PX, cell.height())
