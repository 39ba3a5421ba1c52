"""How many samples are selected on the map, and what can be done with them there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from aegui.core.i18n import tr, trn
from aegui.features.map.view.controls import flat_button


class SelectionBar(QFrame):
    """Seen only while samples are selected.

    Signals:
        shown_requested(): Show those that are selected as large as they fit.
        listed(): Show them as a list, with what they have in common.
        cleared(): Nothing shall be selected any more.
    """

    shown_requested = Signal()
    listed = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._label = QLabel(self)
        self.zoom = flat_button(
            "map-zoom-selection", tr("Zoom to the selection"), tr("Zoom to the selection (Z)"), self
        )
        self.list = flat_button(
            "list", tr("List them"), tr("List the selected samples, and what can be done"), self
        )
        self.clear = flat_button(
            "close", tr("Clear the selection"), tr("Clear the selection (Esc)"), self
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 2, 2)
        layout.setSpacing(2)
        for part in (self._label, self.list, self.zoom, self.clear):
            layout.addWidget(part)
        self.zoom.clicked.connect(self.shown_requested)
        self.list.clicked.connect(self.listed)
        self.clear.clicked.connect(self.cleared)
        self.hide()

    def set_count(self, count: int) -> None:
        """So many samples are selected."""
        self._label.setText(trn("{n:,} selected", "{n:,} selected", count))
        self.setVisible(count > 0)
