"""Bar with the count of selected samples and actions for them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from aegui.core.i18n import tr, trn
from aegui.kit.layouts import row
from aegui.kit.marks import flat_button
from aegui.kit.theme import icon_px


class SelectionBar(QFrame):
    """Bar shown while samples are selected.

    Signals:
        shown_requested(): Zoom to the selected samples.
        listed(): List the selected samples with what they have in common.
        cleared(): Clear the selection.
    """

    shown_requested = Signal()
    listed = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._label = QLabel(self)
        flat = partial(flat_button, pixels=icon_px())
        self.zoom = flat(
            "map-zoom-selection", tr("Zoom to the selection (Z)"), name=tr("Zoom to the selection")
        )
        tip = tr("List the selected samples, with actions")
        self.list = flat("list", tip, name=tr("List them"))
        self.clear = flat("close", tr("Clear the selection (Esc)"), name=tr("Clear the selection"))
        parts = (self._label, self.list, self.zoom, self.clear)
        self.setLayout(row(*parts, spacing=2, margins=(8, 2, 2, 2)))
        self.zoom.clicked.connect(self.shown_requested)
        self.list.clicked.connect(self.listed)
        self.clear.clicked.connect(self.cleared)
        self.hide()

    def set_count(self, count: int) -> None:
        """Show ``count`` as the number of selected samples; 0 hides the bar."""
        self._label.setText(trn("{n:,} selected", "{n:,} selected", count))
        self.setVisible(count > 0)
