"""Panels that are hidden from a class: they are hidden again whenever something shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from PySide6.QtWidgets import QDockWidget


class WithheldDocks(QObject):
    """Keeps some docks hidden, and out of the menu, whatever tries to show them."""

    def __init__(self, docks: Mapping[str, QDockWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._docks = docks
        self.panels: frozenset[str] = frozenset()
        """Keys of the withheld docks."""
        for dock in docks.values():
            dock.installEventFilter(self)

    def set_panels(self, panels: Collection[str]) -> None:
        """Withhold exactly these docks."""
        self.panels = frozenset(panels)
        for key, dock in self._docks.items():
            dock.toggleViewAction().setVisible(key not in self.panels)
        self._discard_widget()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide a withheld dock that is shown."""
        if event.type() == QEvent.Type.Show and any(
            watched is self._docks[key] for key in self.panels
        ):
            # Deferred to the event loop: the dock is being shown at this moment, perhaps with
            # others.
            QTimer.singleShot(0, self, self._discard_widget)
        return super().eventFilter(watched, event)

    @Slot()
    def _discard_widget(self) -> None:
        for key in self.panels:
            self._docks[key].hide()
