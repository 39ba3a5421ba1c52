"""Focus ring around the widget with keyboard focus, shown only while the keyboard is in use."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QWindow
from PySide6.QtWidgets import QApplication, QScrollArea, QSplitter, QWidget

from aegui.kit.painted import PaintedBase
from aegui.kit.theme import RADIUS, current_theme

RING_PX = 2.0
"""Width of the coloured line."""
_LINING_PX = 1.0
_REACH_PX = 3
_MODIFIERS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
)
"""Keys that begin a shortcut, or mean nothing: the focused widget has not been used yet."""
_FOLLOWED = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show)


class FocusRing(PaintedBase):
    """Two lines around ``holder``: one in the accent colour, one in the panel's background.

    One of the two contrasts with any background. The ring is a sibling of its holder, so that it
    may extend a little beyond it, and is clipped to their common parent.
    """

    def __init__(self, holder: QWidget) -> None:
        parent = holder.parentWidget()
        # A splitter would treat the ring as another pane.
        inside = parent is None or holder.isWindow() or isinstance(parent, QSplitter)
        super().__init__(holder if inside else parent)
        self.holder = holder
        self._is_inside = inside
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder.installEventFilter(self)
        self._follow()
        self.show()
        self.raise_()

    def _follow(self) -> None:
        if not shiboken6.isValid(self.holder):
            self.hide()
            return
        if self._is_inside:
            self.setGeometry(self.holder.rect())
            return
        around = self.holder.geometry()
        around.adjust(-_REACH_PX, -_REACH_PX, _REACH_PX, _REACH_PX)
        parent = self.parentWidget()
        self.setGeometry(around if parent is None else around.intersected(parent.rect()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the holder when it moves, is resized or shown."""
        if watched is self.holder and event.type() in _FOLLOWED:
            self._follow()
        return False

    def paint(self, painter: QPainter) -> None:
        """Paint the accent line outside and the lining inside."""
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for inset, width, colour in (
            (RING_PX + _LINING_PX / 2, _LINING_PX, theme.panel),
            (RING_PX / 2, RING_PX, theme.accent),
        ):
            painter.setPen(QPen(colour, width))
            edge = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(edge, RADIUS, RADIUS)


class KeyboardFocus(QObject):
    """Shows the ring around a widget that gets focus by the keyboard, and scrolls it into view.

    A widget that lost the focus because it was disabled gets it back when it is enabled, if nothing
    was pressed in between but shortcuts: *Train* and the fields beside it are disabled while a
    network trains, and Qt passes the focus on to a neighbour. In a window that is not active it
    gets it too: users do something else during a long training.

    One for the whole program, dialogs included. Nothing is shown while the mouse is used.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._uses_keys = False
        self._ring: FocusRing | None = None
        self._disabled: QWidget | None = None
        self._neighbour: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_application_focus_changed)
        application.focusWindowChanged.connect(self._on_application_focus_window_changed)

    @property
    def ring(self) -> FocusRing | None:
        """Return the current ring, or None."""
        return self._ring if self._ring is not None and shiboken6.isValid(self._ring) else None

    @Slot(QWindow)
    def _on_application_focus_window_changed(self, window: QWindow | None) -> None:
        if window is not None:
            # A filter on the window sees each key and press once, before any widget does.
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note whether the keyboard or the mouse was used last, and return a lost focus."""
        kind = event.type()
        if kind == QEvent.Type.EnabledChange:
            self._give_back(watched)
        elif kind == QEvent.Type.KeyPress:
            self._uses_keys = True
            if isinstance(event, QKeyEvent) and event.key() not in _MODIFIERS:
                self._forget_disabled()
        elif kind == QEvent.Type.MouseButtonPress:
            self._uses_keys = False
            self._forget_disabled()
            self._put(None)
        return False

    def _give_back(self, watched: QObject) -> None:
        widget = self._disabled
        if widget is None or watched is not widget or not widget.isEnabled():
            return
        focused = widget.window().focusWidget()
        is_free = focused is None or focused is self._neighbour
        self._forget_disabled()
        if is_free and widget.isVisible():
            widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_disabled(self, old: QWidget | None, now: QWidget | None) -> None:
        """Remember ``old`` if it lost the focus to ``now`` because it was disabled."""
        if old is None or not shiboken6.isValid(old) or old.isEnabled():
            return
        # If the neighbour is disabled too, the focus moves on: the first one is remembered.
        if self._disabled is None or old is not self._neighbour:
            self._forget_disabled()
            self._disabled = old
            old.installEventFilter(self)
        self._neighbour = now

    def _forget_disabled(self) -> None:
        if self._disabled is not None and shiboken6.isValid(self._disabled):
            self._disabled.removeEventFilter(self)
        self._disabled = self._neighbour = None

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        self._note_disabled(old, now)
        # The state of the mouse buttons is no substitute: if a widget is deleted while a button is
        # down, Qt never sees the release.
        self._put(now if self._uses_keys else None)

    def _put(self, holder: QWidget | None) -> None:
        ring = self.ring
        if ring is not None:
            ring.hide()
            ring.deleteLater()
        self._ring = None
        if holder is not None and holder.windowType() != Qt.WindowType.Popup:
            bring_into_sight(holder)
            self._ring = FocusRing(holder)


def bring_into_sight(widget: QWidget) -> None:
    """Scroll every enclosing scroll area so that ``widget`` is visible."""
    area = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea) and area.widget() is not None:
            area.ensureWidgetVisible(widget, _REACH_PX, _REACH_PX)
        area = area.parentWidget()
