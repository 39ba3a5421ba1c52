"""Menu button to compare another network with the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton

from aegui.core.i18n import tr
from aegui.kit.choosing import menu_below
from aegui.kit.theme import icon

if TYPE_CHECKING:
    from collections.abc import Sequence


class OtherMenu(QToolButton):
    """Tool button whose menu is filled by the owner, with ``set_choices``, each time it opens."""

    chosen = Signal(str)
    """With key: a network was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("flat", True)
        self.setIcon(icon("edit-add"))
        self.setText(tr("Another network"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        help_text = tr(
            "Compare with another network: another seed, a copy of this epoch, or another file"
        )
        self.setToolTip(help_text)
        self.setAccessibleName(help_text)
        menu = menu_below(self)
        menu.triggered.connect(lambda action: self.chosen.emit(action.data()))

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Fill the menu with ``choices``, pairs of key and name."""
        self.menu().clear()
        for key, text in choices:
            self.menu().addAction(text).setData(key)
