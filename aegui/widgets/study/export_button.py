"""The button by which lines of a chart are saved, or copied as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton

from aegui.core.i18n import mark, tr
from aegui.widgets.theme import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_EXPORTS = (
    ("curves.csv", mark("Every point as &CSV…")),
    ("png", mark("Chart as &picture…")),
    ("copy", mark("C&opy as table")),
)


class ExportButton(QToolButton):
    """Opens a menu of what can be had."""

    wanted = Signal(str)
    """What, of ``curves.csv``, ``png``, ``copy``."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon("export"))
        self.setProperty("flat", True)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        for key, text in _EXPORTS:
            menu.addAction(tr(text)).setData(key)
        menu.triggered.connect(lambda action: self.wanted.emit(action.data()))
        self.setMenu(menu)
