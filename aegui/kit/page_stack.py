"""Pages of which one is seen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget


class PageStack(QStackedWidget):
    """Needs what the page in sight needs, not what the widest of them does."""

    def minimumSizeHint(self) -> QSize:
        """That of the page in sight."""
        page = self.currentWidget()
        return QSize() if page is None else page.minimumSizeHint()

    def sizeHint(self) -> QSize:
        """That of the page in sight."""
        page = self.currentWidget()
        return QSize() if page is None else page.sizeHint()
