"""The main page of the drawing panel: loading, ghost, brush, and adding to the set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from aegui.core.data.readers.names import LONGEST_LABEL
from aegui.core.i18n import mark, tr
from aegui.features.drawing.view.brush_box import BrushBox
from aegui.kit.choosing import narrow, offer
from aegui.kit.layouts import column, row
from aegui.kit.marks import ElidedButton
from aegui.kit.theme import icon, icon_size

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

GHOSTS = {
    "target": mark("Ghost: target"),
    "nearest": mark("Ghost: nearest sample"),
    "previous": mark("Ghost: before the last step"),
    "none": mark("No ghost"),
}
"""Images that can be shown behind the drawing: key -> label."""


class DrawPage(QWidget):
    """The first page beside the editor."""

    add_requested = Signal(str)
    """With label: add the drawing to the set under that label."""
    ghost_chosen = Signal(str)
    """With key: a key of ``GHOSTS`` was chosen."""
    fit_requested = Signal()
    """Give the drawing the size that the network takes."""

    def __init__(self) -> None:
        super().__init__()
        self.load = ElidedButton()
        self.ghost = QComboBox()
        self.brush = BrushBox()
        self._label = QLineEdit()
        self._add = QPushButton(icon("edit-add"), tr("Add"))
        self._misfit = QLabel()
        self._fit = QPushButton(tr("Fit to the network"))
        offer(self.ghost, ((key, tr(label)) for key, label in GHOSTS.items()))
        self.ghost.setToolTip(tr("An image shown behind the drawing, as a template"))
        self.ghost.setAccessibleName(tr("Ghost behind the drawing"))
        narrow(self.ghost, 8)
        self.ghost.currentIndexChanged.connect(self._on_ghost_current_index_changed)
        self._build_add()
        self._misfit.setWordWrap(True)
        self._misfit.setProperty("state", "warn")
        self._fit.clicked.connect(self.fit_requested)
        self.load.setIconSize(icon_size())
        self.load.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.load.setSizePolicy(self._add.sizePolicy())
        adding = row((self._label, 1), self._add)
        parts = (self.load, self.ghost, self.brush, self._misfit, self._fit, adding, 1)
        self.setLayout(column(*parts, spacing=6))
        self.set_misfit("")

    def _build_add(self) -> None:
        self._label.setMaxLength(LONGEST_LABEL)
        self._label.setPlaceholderText(tr("Label"))
        self._label.setAccessibleName(tr("Label of the new character"))
        self._label.setToolTip(tr("Label of the new character, for example ñ"))
        self._add.setToolTip(tr("Add the drawing to the set, to train on it with the others"))
        self._add.setEnabled(False)
        self._label.textChanged.connect(self._on_label_changed)
        self._label.returnPressed.connect(self._on_add_clicked)
        self._add.clicked.connect(self._on_add_clicked)

    def set_loaded(self, text: str, glyph: QIcon) -> None:
        """Show which sample was loaded."""
        self.load.setText(text)
        self.load.setIcon(glyph)

    def set_misfit(self, reason: str) -> None:
        """Show why the network cannot take the drawing; "" if it can."""
        self._misfit.setText(reason)
        self._misfit.setVisible(bool(reason))
        self._fit.setVisible(bool(reason))

    def set_ghost(self, key: str) -> None:
        """Select the ghost ``key``, a key of ``GHOSTS``."""
        self.ghost.setCurrentIndex(self.ghost.findData(key))

    @property
    def shown_ghost(self) -> str:
        """The selected key of ``GHOSTS``."""
        return str(self.ghost.currentData())

    def _on_ghost_current_index_changed(self) -> None:
        self.ghost_chosen.emit(self.shown_ghost)

    def _on_label_changed(self, text: str) -> None:
        self._add.setEnabled(bool(text))

    def _on_add_clicked(self) -> None:
        if self._label.text():
            self.add_requested.emit(self._label.text())
            self._label.clear()
