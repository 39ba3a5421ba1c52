"""What all grids and strips of pictures have in common: one keyboard cursor, and a pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from aegui.kit.speech import describe
from aegui.widgets.dragged_samples import drag_samples, is_dragged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    _Base: TypeAlias = QWidget
else:
    # Mixed into ``Painted`` or ``PaintedArea``, which come after it.
    _Base = object

_MARGIN_PX = 4
"""So much is seen beyond the cell that is scrolled to."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Cells(_Base):
    """Cells in rows, each painted by the widget; passive but for what it asks the widget to do.

    A widget says how many there are (``count``), where (``columns``, ``cell_rect``) and what is to
    be said of one (``text_of``), and what happens to one: ``activate`` (a click, Enter), ``toggle``
    (Ctrl and a click), and ``dragged``, the samples that go with it when it is dragged away.
    """

    accessible_role = QAccessible.Role.List

    _current = 0
    _hovered: int | None = None
    _pressed: QPoint | None = None

    def count(self) -> int:
        """The number of cells."""
        raise NotImplementedError

    def columns(self) -> int:
        """Cells side by side."""
        raise NotImplementedError

    def cell_rect(self, place: int) -> QRect | QRectF:
        """Where a cell is painted, in pixels of what the mouse is told of."""
        raise NotImplementedError

    def text_of(self, place: int) -> str:
        """What is to be said of a cell, as a tooltip and by a screen reader."""
        raise NotImplementedError

    def activate(self, place: int) -> None:
        """A cell was clicked, or Enter pressed on it."""

    def toggle(self, place: int) -> None:
        """A cell was clicked with Ctrl."""
        self.activate(place)

    def dragged(self, place: int) -> Sequence[int]:
        """Places in the set of the samples that go with a cell; none: it cannot be dragged."""
        del place
        return ()

    # -- for screen readers ----------------------------------------------------------------------

    def part_count(self) -> int:
        """The cells."""
        return self.count()

    def part_words(self, place: int) -> str:
        """What a cell says."""
        return self.spoken(place)

    def part_rect(self, place: int) -> QRect:
        """Where a cell is painted."""
        return QRectF(self.cell_rect(place)).toAlignedRect()

    def current_part(self) -> int | None:
        """The cell that the cursor is on."""
        return self._current if self.count() else None

    # -- where -----------------------------------------------------------------------------------

    def surface(self) -> QWidget:
        """What is painted on."""
        return self.viewport() if isinstance(self, QAbstractScrollArea) else self

    def place_at(self, position: QPoint) -> int | None:
        """The cell under ``position``; None between cells."""
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
        """What is said of the cell under the pointer."""
        place = self.place_at(position)
        return "" if place is None else self.text_of(place)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Where the cell under the pointer is, to be copied alone."""
        place = self.place_at(position)
        return None if place is None else self.part_rect(place)

    # -- the cursor ------------------------------------------------------------------------------

    def keep_current(self) -> None:
        """Other cells are shown: the cursor stays on one of them, and no pointer is on any."""
        self._current = min(self._current, max(0, self.count() - 1))
        self._hovered = None
        describe(self, self.spoken(self._current) if self.count() else "", spoken=False)
        self.surface().update()

    def go_to(self, place: int) -> None:
        """Put the cursor on a cell, bring it into sight and say what it is."""
        self._current = place
        if isinstance(self, QAbstractScrollArea):
            bar, cell = self.verticalScrollBar(), QRectF(self.cell_rect(place)).toRect()
            beyond = cell.y() + cell.height() - self.viewport().height()
            if cell.y() < 0:
                bar.setValue(bar.value() + cell.y() - _MARGIN_PX)
            elif beyond > 0:
                bar.setValue(bar.value() + beyond + _MARGIN_PX)
        describe(self, self.spoken(place))
        self.surface().update()

    def spoken(self, place: int) -> str:
        """What a screen reader says of a cell."""
        return self.text_of(place)

    def target(self, key: int) -> int | None:
        """The cell that a key of motion leads to; None for any other key."""
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
            seen = self.surface().visibleRegion().boundingRect().height()
            page = columns * max(1, int(seen // down))
            steps |= {
                keys.Key_Up: self._current - columns,
                keys.Key_Down: self._current + columns,
                keys.Key_PageUp: self._current - page,
                keys.Key_PageDown: self._current + page,
            }
        return min(max(0, steps[key]), last) if key in steps and last >= 0 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from cell to cell; Enter activates."""
        target = self.target(event.key())
        if target is not None:
            self.go_to(target)
        elif event.key() in _ENTER and self.count():
            self.activate(self._current)
        else:
            super().keyPressEvent(event)

    # -- the pointer -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the cursor there; moving or letting go says what happens to the cell."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() is Qt.MouseButton.LeftButton:
            self.go_to(place)
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the cell, or point at one."""
        at = event.position().toPoint()
        if self._pressed is not None and is_dragged(self._pressed, at):
            place = self.place_at(self._pressed)
            samples = () if place is None else self.dragged(place)
            if samples:
                self._pressed = None
                drag_samples(self, samples)
                return
        self._hover(self.place_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Activate the cell that was pressed, or toggle it."""
        pressed, self._pressed = self._pressed, None
        place = self.place_at(event.position().toPoint())
        if pressed is None or place is None or place != self.place_at(pressed):
            return
        is_toggled = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        (self.toggle if is_toggled else self.activate)(place)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing any more."""
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.surface().update()
