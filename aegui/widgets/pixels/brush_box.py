"""The brush for images of many pixels: how broad, and black or white."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from aegui.core.i18n import tr
from aegui.widgets.pixels.editor import LARGEST_BRUSH

BLACK, WHITE = 0.0, 1.0
_BUTTON_PX = 26
_SWATCH_PX = 14


class BrushBox(QWidget):
    """Chooses size and ink of the brush.

    Signals:
        size_chosen(size): Rows and columns painted at a time.
        ink_chosen(value): Level painted with, 0 for black, 1 for white.
    """

    size_chosen = Signal(int)
    ink_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes, self._inks = QButtonGroup(self), QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        title = QLabel(tr("Brush"))
        title.setMinimumWidth(title.sizeHint().width())
        title.setProperty("dim", True)
        layout.addWidget(title)
        for size in range(1, LARGEST_BRUSH + 1):
            tip = tr("Paint {n} x {n} pixels at a time", n=size)
            layout.addWidget(self._choice(self._sizes, str(size), tip, size))
        layout.addStretch(1)
        for tip, number in (
            (tr("Left button paints black, right button white"), 0),
            (tr("Left button paints white, right button black"), 1),
        ):
            button = self._choice(self._inks, "", tip, number)
            button.setIcon(_swatch(number))
            layout.addWidget(button)
        self._sizes.idClicked.connect(self.size_chosen)
        self._inks.idClicked.connect(self._on_inks_id_clicked)
        self.set_state(1, WHITE)

    def _choice(self, group: QButtonGroup, text: str, tip: str, number: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setMinimumWidth(_BUTTON_PX)
        button.setCheckable(True)
        button.setProperty("flat", True)
        group.addButton(button, number)
        return button

    def set_state(self, size: int, ink: float) -> None:
        """Show these as chosen, without a signal."""
        self._sizes.button(size).setChecked(True)
        self._inks.button(int(ink >= 0.5)).setChecked(True)

    def _on_inks_id_clicked(self, number: int) -> None:
        self.ink_chosen.emit(WHITE if number else BLACK)


def _swatch(number: int) -> QIcon:
    """A square of ink."""
    pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
    pixmap.fill(Qt.GlobalColor.white if number else Qt.GlobalColor.black)
    painter = QPainter(pixmap)
    painter.setPen(Qt.GlobalColor.gray)
    painter.drawRect(0, 0, _SWATCH_PX - 1, _SWATCH_PX - 1)
    painter.end()
    return QIcon(pixmap)
