"""The bar that shows that teacher mode is active, and what is hidden or locked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QToolBar, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import row
from aegui.kit.marks import ElidedLabel
from aegui.kit.theme import SPACING


class TeacherBar(QToolBar):
    """Passive toolbar."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("Teacher mode"), parent)
        self.setObjectName("teacherbar")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        strip = QFrame()
        strip.setProperty("strip", True)
        strip.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.words = ElidedLabel()
        self.leave = QPushButton(tr("Leave…"))
        margins = (SPACING, SPACING // 2, SPACING, SPACING // 2)
        strip.setLayout(row((self.words, 1), self.leave, spacing=SPACING, margins=margins))
        self.addWidget(strip)

    def set_words(self, text: str, details: str) -> None:
        """Set text and tooltip."""
        self.words.setText(text)
        self.words.setToolTip(details)
        self.words.setAccessibleName(text)
        self.words.setAccessibleDescription(details)
