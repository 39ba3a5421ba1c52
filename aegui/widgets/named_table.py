"""A table of names and their figures: one look for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.kit.theme import for_text

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_PX = 22
_LEAST_REST_PX = 4


class NamedTable(QTableWidget):
    """Names at the left, figures beside them; nothing in it can be edited."""

    def __init__(
        self, columns: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None
    ) -> None:
        """Make it empty.

        Args:
            columns: Title and explanation of each, marked for translation.
            name: What it is, for screen readers.
            parent: As for every widget.
        """
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(for_text(ROW_PX))
        self.verticalHeader().setMinimumSectionSize(for_text(ROW_PX))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(_LEAST_REST_PX)
        header.setHighlightSections(False)
        # Arrows go from cell to cell, Tab to what comes after the table.
        self.setTabKeyNavigation(False)
        self.set_columns(columns)

    def set_columns(self, columns: Sequence[tuple[str, str]]) -> None:
        """Make it empty, with these columns: title and explanation of each."""
        self.setRowCount(0)
        # One more than there are figures: it takes the rest of the width, or names would be far
        # from their figures.
        self.setColumnCount(len(columns) + 1)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(columns), QHeaderView.ResizeMode.Stretch)
        self.setHorizontalHeaderItem(len(columns), QTableWidgetItem(""))
        for column, (title, help_text) in enumerate(columns):
            item = QTableWidgetItem(tr(title))
            item.setToolTip(tr(help_text) if help_text else "")
            item.setTextAlignment(alignment(column))
            self.setHorizontalHeaderItem(column, item)

    def wanted_width(self) -> int:
        """Pixels that show every column, beside the bar that scrolls down."""
        header = self.horizontalHeader()
        columns = self.columnCount() - 1
        sections = sum(
            max(header.sectionSizeHint(at), self.sizeHintForColumn(at)) for at in range(columns)
        )
        return sections + self.verticalScrollBar().sizeHint().width() + header.minimumSectionSize()


def alignment(column: int) -> Qt.AlignmentFlag:
    """Names to the left, figures to the right."""
    across = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return across | Qt.AlignmentFlag.AlignVCenter
