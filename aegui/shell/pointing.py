"""Pointing at a part of the window: raising it, and drawing an outline around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen

from aegui.kit.painted import PaintedBase
from aegui.kit.theme import current_theme
from aegui.session.jobs.clock import one_shot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.shell.feature_window import FeatureWindow


_PEN_PX = 2.0
_GLOW_PX = 6.0
_GLOW_ALPHA = 0.25
_ROUND_PX = 6.0
_MOVED = (
    QEvent.Type.Resize,
    QEvent.Type.Move,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
)


class Outline(PaintedBase):
    """Painted over the window, around a rectangle of it. Passive."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_around(self, place: QRect | None) -> None:
        """Show the frame around ``place`` of the window; None hides it."""
        self.setVisible(place is not None)
        if place is None:
            return
        reach = round(_GLOW_PX)
        around = place.adjusted(-reach, -reach, reach, reach)
        window = self.parentWidget()
        if window is not None:
            around = around.intersected(window.rect())
        self.setGeometry(around)
        self.raise_()

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = current_theme().accent
        glow = QColor(colour)
        glow.setAlphaF(_GLOW_ALPHA)
        edge = _GLOW_PX / 2
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        for pen in (QPen(glow, _GLOW_PX), QPen(colour, _PEN_PX)):
            painter.setPen(pen)
            painter.drawRoundedRect(box, _ROUND_PX, _ROUND_PX)


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
