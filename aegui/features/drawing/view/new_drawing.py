"""Asks for the size of a new drawing, and for what its pixels can be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.core.pixels.transforms import LARGEST, SMALLEST, Pixels
from aegui.kit.layouts import column, dim

KINDS: dict[Pixels, str] = {
    "binary": mark("Black and white"),
    "grey": mark("Grey levels"),
    "colour": mark("Colour"),
}
_MARGIN_PX = 12


class NewDrawingDialog(QDialog):
    """Chooses a size between 5x7 and 64x64 and a kind of pixels.

    Signals:
        chosen(height, width, kind, keeps): A drawing like this is wanted; ``keeps``: with the
            middle of the one that there is.
    """

    chosen = Signal(int, int, str, bool)

    def __init__(
        self, shape: tuple[int, int], kind: Pixels, natural: tuple[int, int], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New drawing"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._natural = natural
        self.width_box = self._side(SMALLEST[1], LARGEST[1], shape[1], tr("Columns"))
        self.height_box = self._side(SMALLEST[0], LARGEST[0], shape[0], tr("Rows"))
        self.kind_box = QComboBox()
        for key, label in KINDS.items():
            self.kind_box.addItem(tr(label), key)
        self.kind_box.setCurrentIndex(self.kind_box.findData(kind))
        self.keeps = QCheckBox(tr("Keep the middle of the drawing"))
        self._note = dim()
        self._note.setWordWrap(True)
        self._lay_out()
        self._show_note()

    def _side(self, least: int, most: int, value: int, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(least, most)
        box.setValue(value)
        box.setAccessibleName(name)
        box.valueChanged.connect(self._show_note)
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(tr("Columns"), self.width_box)
        form.addRow(tr("Rows"), self.height_box)
        form.addRow(tr("Pixels"), self.kind_box)
        height, width = self._natural
        text = tr("As the network: {width} × {height}", width=width, height=height)
        natural = QPushButton(text)
        natural.clicked.connect(self._on_natural_clicked)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.setLayout(
            column(
                form,
                natural,
                self.keeps,
                self._note,
                buttons,
                margins=(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX),
            )
        )

    def _on_natural_clicked(self) -> None:
        self.height_box.setValue(self._natural[0])
        self.width_box.setValue(self._natural[1])

    def _show_note(self) -> None:
        fits = (self.height_box.value(), self.width_box.value()) == self._natural
        self._note.setText("" if fits else tr("The network cannot answer a drawing of this size."))

    def accept(self) -> None:
        """Say what was chosen."""
        self.chosen.emit(
            self.height_box.value(),
            self.width_box.value(),
            self.kind_box.currentData(),
            self.keeps.isChecked(),
        )
        super().accept()
