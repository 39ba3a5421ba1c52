"""A popup list of the steps of a drawing; a click undoes or redoes up to that step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import column
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE_PX = (220, 280)


class HistoryList(QFrame):
    """A popup with the steps, the newest at the bottom."""

    step_chosen = Signal(int)
    """With step: the drawing is to be restored as it was after that many steps."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._owner = parent
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.items = QListWidget()
        self.items.setAccessibleName(tr("Steps of the drawing"))
        self.items.setFrameShape(QFrame.Shape.NoFrame)
        self.items.itemClicked.connect(self._on_items_item_clicked)
        self.items.itemActivated.connect(self._on_items_item_clicked)
        self.setLayout(column(self.items, margins=(4, 4, 4, 4)))

    def show_at(self, corner: QPoint, steps: Sequence[str], current: int) -> None:
        """Show the steps at ``corner`` of the screen; the first ``current`` of them are done."""
        self.items.clear()
        self.items.addItem(QListWidgetItem(tr("As it began")))
        for number, text in enumerate(steps, 1):
            item = QListWidgetItem(f"{number}. {text}")
            if number > current:
                item.setForeground(current_theme().text_dim)
                item.setToolTip(tr("Taken back"))
            self.items.addItem(item)
        self.items.setCurrentRow(current)
        self.resize(*_SIZE_PX)
        screen = self._owner.screen().availableGeometry()
        self.move(
            max(screen.left(), min(corner.x(), screen.right() - self.width())),
            max(screen.top(), min(corner.y(), screen.bottom() - self.height())),
        )
        self.show()
        self.items.setFocus(Qt.FocusReason.PopupFocusReason)
        self.items.scrollToItem(self.items.item(current))

    def _on_items_item_clicked(self, item: QListWidgetItem) -> None:
        # Some styles activate an item by the click that is reported already.
        if self.isVisible():
            self.hide()
            self.step_chosen.emit(self.items.row(item))
