"""Pointing at a part of the window: raising it, and drawing an outline around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Signal, Slot

from aegui.kit.outline import Outline
from aegui.session.jobs.clock import one_shot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.shell.feature_window import FeatureWindow

_MOVED = (
    QEvent.Type.Resize,
    QEvent.Type.Move,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
)


class Pointer(QObject):
    """An outline that follows its target widget."""

    placed = Signal(object)
    """Emitted with the target's ``QRect`` in the window, or None if it is not visible."""

    def __init__(self, window: FeatureWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._is_pointing = False
        self._target: QWidget | None = None
        self.outline = Outline(window)
        self._placing = one_shot(self, self.place)
        window.installEventFilter(self)

    def point_at(self, key: str) -> None:
        """Show the widget that ``FeatureWindow.landmark`` has for ``key``, and outline it."""
        dock = self._window.docks.get(key)
        if dock is not None:
            dock.show()
            dock.raise_()
        self._watch(self._window.landmark(key))
        self._is_pointing = True
        self.place()
        # Again later: docks are laid out by the event loop.
        self._placing.start()

    @Slot()
    def leave(self) -> None:
        """Remove the outline."""
        self._is_pointing = False
        self._watch(None)
        self.outline.hide()

    def _watch(self, target: QWidget | None) -> None:
        if self._target is not None:
            self._target.removeEventFilter(self)
        self._target = target
        if target is not None:
            target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the outline with its target and the window."""
        if self._is_pointing and event.type() in _MOVED:
            self._placing.start()
        return super().eventFilter(watched, event)

    @Slot()
    def place(self) -> None:
        """Move the outline to the target's current position, and emit ``placed``."""
        if not self._is_pointing:
            return
        target = self._rect_of(self._target)
        self.outline.show_around(target)
        self.placed.emit(target)

    def _rect_of(self, target: QWidget | None) -> QRect | None:
        """Return the rectangle of ``target`` in the window; None if it is not visible there."""
        if target is None or not target.isVisible() or target.window() is not self._window:
            return None
        return QRect(target.mapTo(self._window, QPoint()), target.size())
