"""What a dock holds: its panel, in as much room as there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

LEAST = QSize(200, 110)
"""Less room than this no panel is given; whatever it shows, it asks for no more."""


class PanelArea(QScrollArea):
    """A panel that scrolls where it has less room than it needs, and so never enlarges the window.

    While its dock lies behind another tab the panel is hidden: to Qt a dock that is covered is a
    visible one, whose fields would be reached with Tab and changed unseen. The panel is made when
    it is first seen, or asked for.
    """

    made = Signal()
    """There is a panel now."""

    def __init__(self, make: Callable[[], QWidget], dock: QDockWidget) -> None:
        super().__init__(dock)
        self._make = make
        self._panel: QWidget | None = None
        self._is_seen = False
        self._is_held = False
        self._waits = False
        self.setProperty("ground", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(dock.windowTitle())
        dock.setWidget(self)
        dock.visibilityChanged.connect(self._on_dock_visibility_changed)

    @property
    def panel(self) -> QWidget:
        """What it holds; it is made now if it has not been yet."""
        if self._panel is None:
            self._panel = self._make()
            # Not resizable in Qt's sense: that gives a panel with a text that wraps all the height
            # that it would like to have, and scrolls where it could do with less.
            self.setWidget(self._panel)
            self._panel.setVisible(self._is_seen)
            self.made.emit()
        return self._panel

    @property
    def first_stop(self) -> QWidget | None:
        """Where the keys begin in it, if its panel has a ``first_stop``; None: at the top."""
        return getattr(self.panel, "first_stop", None)

    @property
    def is_made(self) -> bool:
        """Whether there is a panel yet."""
        return self._panel is not None

    @property
    def is_in_sight(self) -> bool:
        """Whether the panel is there and not covered."""
        return self._panel is not None and not self._panel.isHidden()

    def minimumSizeHint(self) -> QSize:
        """The same whatever is shown: a window must not grow with its content."""
        return LEAST

    def sizeHint(self) -> QSize:
        """As the panel likes it."""
        return LEAST if self._panel is None else self._panel.sizeHint().expandedTo(LEAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the panel in."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the panel in when it needs more or less than before."""
        if watched is self._panel and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Give the panel all the room, but no less than it needs."""
        if self._panel is None:
            return
        room, bar = self.maximumViewportSize(), self.verticalScrollBar().sizeHint().width()
        least = self._panel.minimumSizeHint().expandedTo(self._panel.minimumSize())
        too_wide, too_high = least.width() > room.width(), least.height() > room.height()
        room -= QSize(bar if too_high else 0, bar if too_wide else 0)
        self._panel.resize(room.expandedTo(least))

    def hold(self, held: bool) -> None:
        """Make no panel while docks are ``held`` for being arranged: all of them are seen then."""
        self._is_held = held
        if self._waits and not held:
            self._on_dock_visibility_changed(True)

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        window = self.window()
        focused = window.focusWidget()
        holds_keys = focused is not None and self.isAncestorOf(focused)
        if holds_keys and not visible and isinstance(window, QMainWindow):
            # Else Qt passes the keys on to whatever comes next, such as a button of the menus.
            heir = window.centralWidget()
            if heir is not None:
                heir.setFocus(Qt.FocusReason.OtherFocusReason)
        self._waits = visible and self._panel is None and self._is_held
        if self._waits:
            return
        # Known before the panel is made: whoever joins it asks at once whether it can be seen.
        self._is_seen = visible
        if visible:
            self.panel.setVisible(True)
            # What changed while it was hidden has told nobody how much room it needs.
            self._fit()
        elif self._panel is not None:
            self._panel.setVisible(False)


def is_in_sight(dock: QDockWidget) -> bool:
    """Whether ``dock`` is shown, and lies behind no other tab."""
    area = dock.widget()
    return dock.isVisible() and isinstance(area, PanelArea) and area.is_in_sight
