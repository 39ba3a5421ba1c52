"""A read-only table of names and figures, with one look throughout the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
)

from aegui.core.i18n import tr
from aegui.kit.theme import figures_font, for_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from PySide6.QtGui import QKeyEvent

ROW_PX = 22
_MIN_REST_PX = 4


class NamedTable(QTableWidget):
    """Names on the left, figures beside them; read-only."""

    row_opened = Signal(int)
    """Emitted with a row that was double-clicked or got Enter."""

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        name: str,
        *,
        words: Collection[int] = (0,),
        picks_rows: bool = False,
        opens: str = "",
    ) -> None:
        """Create an empty table.

        Args:
            columns: Title and tooltip of each column, marked for translation.
            name: Accessible name.
            words: Indices of the text columns; the others hold figures.
            picks_rows: Whether one row is selected rather than cells.
            opens: What opening a row does, for tooltips and the context menu; "" for nothing.
        """
        super().__init__()
        self._opens = opens
        self._opens_words = tr("{action}: double click or Enter", action=opens) if opens else ""
        self.setAccessibleDescription(self._opens_words)
        if picks_rows:
            self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(for_text(ROW_PX))
        self.verticalHeader().setMinimumSectionSize(for_text(ROW_PX))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(_MIN_REST_PX)
        header.setHighlightSections(False)
        # The arrow keys move between cells; Tab leaves the table.
        self.setTabKeyNavigation(False)
        # Not ``activated``, which on some desktops is a single click.
        self.doubleClicked.connect(lambda index: self.row_opened.emit(index.row()))
        self.set_columns(columns, words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current row by Enter."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentRow() >= 0:
            self.row_opened.emit(self.currentRow())
        # Passed on in any case: in a dialog it presses the default button.
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to open the row below the pointer, or for the menu key the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self.currentRow() if by_key else self.rowAt(event.pos().y())
        if not self._opens or row < 0:
            super().contextMenuEvent(event)
            return
        self.setCurrentCell(row, max(0, self.currentColumn()))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        key = QKeySequence(Qt.Key.Key_Enter).toString(QKeySequence.SequenceFormat.NativeText)
        action = menu.addAction(f"{self._opens}\t{key}")
        # The current row stays with what it names when the table is filled in another order.
        action.triggered.connect(lambda: self.row_opened.emit(self.currentRow()))
        at = self.visualRect(self.model().index(row, 0)).bottomLeft() if by_key else event.pos()
        menu.popup(self.viewport().mapToGlobal(at))

    def set_columns(
        self, columns: Sequence[tuple[str, str]], words: Collection[int] = (0,)
    ) -> None:
        """Clear the table and set titles and tooltips of the columns; ``words``: text columns."""
        self._words = words
        self.setRowCount(0)
        # An extra last column takes the remaining width, which would otherwise separate names from
        # their figures.
        self.setColumnCount(len(columns) + 1)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(columns), QHeaderView.ResizeMode.Stretch)
        self.setHorizontalHeaderItem(len(columns), QTableWidgetItem(""))
        for column, (title, help_text) in enumerate(columns):
            item = QTableWidgetItem(tr(title))
            item.setToolTip(tr(help_text) if help_text else "")
            item.setTextAlignment(alignment(column not in words))
            self.setHorizontalHeaderItem(column, item)

    def write_row(
        self, row: int, texts: Iterable[str], tip: str | None = None, *, bold: bool = False
    ) -> list[QTableWidgetItem]:
        """Write ``texts`` into an existing row; tooltips are ``tip``, or the texts if None."""
        font, cells = figures_font(self.font(), bold=bold), []
        for column, text in enumerate(texts):
            item = self.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                item.setTextAlignment(alignment(column not in self._words))
                self.setItem(row, column, item)
            item.setFont(font)
            item.setText(text)
            item.setToolTip(
                "\n".join(filter(None, (text if tip is None else tip, self._opens_words)))
            )
            cells.append(item)
        return cells

    def preferred_width(self) -> int:
        """Return the width in pixels that shows every column, including the vertical scroll bar."""
        header = self.horizontalHeader()
        columns = self.columnCount() - 1
        sections = sum(
            max(header.sectionSizeHint(at), self.sizeHintForColumn(at)) for at in range(columns)
        )
        return sections + self.verticalScrollBar().sizeHint().width() + header.minimumSectionSize()

    def preferred_height(self) -> int:
        """Return the height in pixels that shows every row and any horizontal scroll bar."""
        head = self.horizontalHeader().sizeHint().height()
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        return head + self.verticalHeader().length() + below + 2 * self.frameWidth()


def alignment(is_figure: bool) -> Qt.AlignmentFlag:
    """Return the alignment of a cell: text left, figures right."""
    across = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
    return across | Qt.AlignmentFlag.AlignVCenter
