"""Dialog for the size of text, motion and speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton

from aegui.core.i18n import tr
from aegui.kit.layouts import buttons_of, column
from aegui.kit.theme import SPACING
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.session.comfort import Comfort

_TITLE_PX = 240
"""Width of icon, name of the program and buttons beside the title of a window."""


class ComfortDialog(QDialog):
    """Asks for a ``Comfort``: ``form.value`` once it is accepted."""

    def __init__(self, comfort: Comfort, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Text, motion and speech"))
        self.form = Form(comfort)
        take = QPushButton(tr("&Use these"))
        take.setDefault(True)
        buttons = buttons_of(self, take=take, leave=tr("&Cancel"))
        # Wide enough for the title beside the buttons of the title bar.
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.windowTitle()) + _TITLE_PX)
        self.setLayout(column(self.form, buttons, spacing=SPACING, margins=(2 * SPACING,) * 4))
