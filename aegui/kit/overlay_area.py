"""Overlays on a widget that follow when it is resized, moved or raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ZOrderChange)
_CLEAR_CHANGES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
_CLEAR = "keptClear"


class OverlayArea(QObject):
    """Filters the events of a widget once on behalf of all overlays on it."""

    changed = Signal()
    """Emitted when size, position, stacking order or ``is_occupied`` of the host changes."""
    clear_changed = Signal()
    """Emitted when a widget kept clear is shown, hidden, moved or resized."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._takers: set[QObject] = set()
        self._host = host
        host.installEventFilter(self)

    @property
    def is_occupied(self) -> bool:
        """Return whether the lower edge is occupied, so that less urgent overlays give way."""
        return bool(self._takers)

    def set_occupied(self, taker: QObject, occupied: bool) -> None:
        """Set whether ``taker`` occupies the lower edge."""
        before = self.is_occupied
        if occupied:
            self._takers.add(taker)
        else:
            self._takers.discard(taker)
        if self.is_occupied != before:
            self.changed.emit()

    def keep_clear(self, widgets: Iterable[QWidget]) -> None:
        """Keep temporary overlays from covering ``widgets``, children of the host."""
        for widget in widgets:
            widget.setProperty(_CLEAR, True)
            widget.installEventFilter(self)

    def unobstructed_rect(self, preferred: QRect, *, upwards: bool) -> QRect:
        """Return the rectangle nearest to ``preferred`` that covers no widget kept clear.

        Both are in the host's coordinates. If the host is too small for that, the rectangle stays
        inside and may cover such a widget.
        """
        place, direct = QRect(preferred), Qt.FindChildOption.FindDirectChildrenOnly
        children = self._host.findChildren(QWidget, options=direct)
        obstacles = [one.geometry() for one in children if one.property(_CLEAR) and one.isVisible()]
        for other in sorted(obstacles, key=QRect.top, reverse=upwards):
            if not other.intersects(place):
                continue
            moved = QRect(place)
            if upwards:
                moved.moveBottom(other.top() - SPACING)
            else:
                moved.moveTop(other.bottom() + SPACING)
            if moved.top() >= 0 and moved.bottom() < self._host.height():
                place = moved
        return place

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Emit the signal for the change."""
        if watched is not self._host:
            # A widget hidden together with its host, as on exit, needs no reaction.
            if event.type() in _CLEAR_CHANGES and self._host.isVisible():
                self.clear_changed.emit()
        elif event.type() in _CHANGES:
            self.changed.emit()
        return False


def overlay_area_of(host: QWidget) -> OverlayArea:
    """Return the watcher of ``host``, created on first use."""
    known = host.findChild(OverlayArea, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return known if isinstance(known, OverlayArea) else OverlayArea(host)
