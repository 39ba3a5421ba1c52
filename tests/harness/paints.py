"""What is painted of a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPaintEvent, QRegion

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtWidgets import QWidget


class Paints(QObject):
    """Records the region of every paint event of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.regions: list[QRegion] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.regions.append(event.region())
        return super().eventFilter(watched, event)

    @property
    def whole(self) -> QRegion:
        """The union of ``regions``."""
        whole = QRegion()
        for region in self.regions:
            whole += region
        return whole

    def holds(self, rect: QRect) -> bool:
        """Return whether one of ``regions`` holds all of ``rect``."""
        return any((QRegion(rect) - region).isEmpty() for region in self.regions)
