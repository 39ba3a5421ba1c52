"""The content of a dock: a panel that scrolls if it has too little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

MIN = QSize(200, 110)
"""Minimum size of a panel's area; it does not depend on the content."""


class PanelArea(QScrollArea):
    """A scroll area for a panel, so that the panel never enlarges the window.

    While its dock is behind another tab the panel is hidden: Qt treats a covered dock as visible,
    so Tab would reach its fields, and they could be changed unseen. The panel is created when it is
    first visible, or requested.
    """

    created = Signal()
    """Emitted when the panel has been created."""

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
        """The panel, created on first access."""
        if self._panel is None:
            self._panel = self._make()
            # Not ``widgetResizable``: that would give a panel with wrapping text its preferred
            # height, and scroll although less would do.
            self.setWidget(self._panel)
            self._panel.setVisible(self._is_seen)
            self.created.emit()
        return self._panel

    @property
    def first_stop(self) -> QWidget | None:
        """Widget that gets the focus first: ``first_stop`` of the panel; None: the topmost."""
        return getattr(self.panel, "first_stop", None)

    @property
    def is_created(self) -> bool:
        """Whether the panel has been created."""
        return self._panel is not None

    @property
    def is_in_sight(self) -> bool:
        """Whether the panel is created and not covered."""
        return self._panel is not None and not self._panel.isHidden()

    def minimumSizeHint(self) -> QSize:
        """Return a constant size: a window must not grow with its content."""
        return MIN

    def sizeHint(self) -> QSize:
        """Return the size that the panel prefers."""
        return MIN if self._panel is None else self._panel.sizeHint().expandedTo(MIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Resize the panel with the area."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resize the panel when its size hints change."""
        if watched is self._panel and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Resize the panel to the viewport, but to no less than its minimum."""
        if self._panel is None:
            return
        available, bar = self.maximumViewportSize(), self.verticalScrollBar().sizeHint().width()
        least = self._panel.minimumSizeHint().expandedTo(self._panel.minimumSize())
        too_wide, too_high = least.width() > available.width(), least.height() > available.height()
        available -= QSize(bar if too_high else 0, bar if too_wide else 0)
        self._panel.resize(available.expandedTo(least))

    @property
    def lacking_height(self) -> int:
        """By how many pixels the panel is higher than the area; negative for spare ones."""
        if self._panel is None:
            return 0
        least = self._panel.minimumSizeHint().expandedTo(self._panel.minimumSize()).expandedTo(MIN)
        return least.height() - self.maximumViewportSize().height()

    def hold(self, held: bool) -> None:
        """Create no panel while ``held``: arranging makes every dock visible for a moment."""
        self._is_held = held
        if self._waits and not held:
            self._on_dock_visibility_changed(True)

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        window = self.window()
        focused = window.focusWidget()
        holds_keys = focused is not None and self.isAncestorOf(focused)
        if holds_keys and not visible and isinstance(window, QMainWindow):
            # Otherwise Qt moves the focus to the next widget, such as a button of the menu bar.
            heir = window.centralWidget()
            if heir is not None:
                heir.setFocus(Qt.FocusReason.OtherFocusReason)
        self._waits = visible and self._panel is None and self._is_held
        if self._waits:
            return
        # Set before the panel is created: code that connects to it checks its visibility at once.
        self._is_seen = visible
        if visible:
            self.panel.setVisible(True)
            # Layout requests are not delivered while the panel is hidden.
            self._fit()
        elif self._panel is not None:
            self._panel.setVisible(False)


def is_in_sight(dock: QDockWidget) -> bool:
    """Return whether ``dock`` is visible and not behind another tab."""
    area = dock.widget()
    return dock.isVisible() and isinstance(area, PanelArea) and area.is_in_sight
