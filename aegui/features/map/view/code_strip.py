"""The strip beside the map for codes of more than two numbers: sliders and starting codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.features.map.view.code_sliders import CodeSliders
from aegui.kit.layouts import column, heading, row
from aegui.kit.theme import SPACING, icon, icon_size

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QWheelEvent

STRIP_PX = 280


class CodeStrip(QFrame):
    """Sliders for the numbers that the map does not show, and buttons for three starting codes.

    Signals:
        base_edited(object): The edited code, float32 ``[d]``.
        mean_requested(): Use the mean of the codes.
        zero_requested(): Use the zero code.
        random_requested(): Use a randomly drawn code.
        sheet_requested(): Show the latent traversals.
    """

    base_edited = Signal(object)
    mean_requested = Signal()
    zero_requested = Signal()
    random_requested = Signal()
    sheet_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.sliders = CodeSliders()
        self.sliders.code_edited.connect(self.base_edited)
        title = heading(tr("Code"))
        self.mean = self._button(tr("Mean"), tr("The mean of the codes of the samples"))
        self.zero = self._button(tr("0"), tr("All numbers 0"))
        self.random = self._button(tr("Random"), "")
        self.random.setIcon(icon("edit-again"))
        self.random.setIconSize(icon_size())
        self.random.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.sheet = self._button("", tr("The effect of each number alone, as a sheet"))
        self.sheet.setIcon(icon("reconstructions"))
        self.sheet.setIconSize(icon_size())
        self.sheet.setAccessibleName(tr("Every number of the code"))
        self.sheet.clicked.connect(self.sheet_requested)
        self.mean.clicked.connect(self.mean_requested)
        self.zero.clicked.connect(self.zero_requested)
        self.random.clicked.connect(self.random_requested)
        buttons = (self.mean, self.zero, self.random, self.sheet)
        header = row((title, 1), *buttons, spacing=2, margins=(SPACING, 4, 4, 0))
        self.setLayout(column(header, (self.sliders, 1), spacing=2, margins=(2, 2, 2, 4)))
        self.set_prior(False)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setProperty("flat", True)
        return button

    def set_prior(self, has_prior: bool) -> None:
        """Set the tooltip of the random button according to what codes are drawn from."""
        self.random.setToolTip(
            tr("Draw a code from the normal prior")
            if has_prior
            else tr("Draw a random code near those of the samples")
        )

    # Accept mouse events beside the sliders, so that the map below does not handle them.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        event.accept()
