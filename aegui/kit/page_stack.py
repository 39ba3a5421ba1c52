"""A stacked widget sized by its current page."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget


class PageStack(QStackedWidget):
    """Requests the size of the current page, not of the largest one."""

    def minimumSizeHint(self) -> QSize:
        """Return that of the current page."""
        page = self.currentWidget()
        return QSize() if page is None else page.minimumSizeHint()

    def sizeHint(self) -> QSize:
        """Return that of the current page."""
        page = self.currentWidget()
        return QSize() if page is None else page.sizeHint()
