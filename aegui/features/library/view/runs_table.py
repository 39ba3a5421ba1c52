"""The table of the library, with keyboard operation and editing in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QTableView, QWidget

from aegui.core.i18n import tr
from aegui.features.library.view.models import EntriesModel
from aegui.kit.theme import figures_font, for_text
from aegui.widgets.named_table import ROW_PX

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent

    from aegui.features.library.model.queries import QueryResult

_WIDTHS = {"name": 160, "note": 200, "tags": 96, "starred": 30, "data": 84}
_MIN_PX, _MAX_PX = 48, 260
_LOOKED_AT = 60
"""Number of rows that column widths are computed from."""


class RunsTable(QTableView):
    """Passive view of a ``QueryResult``; the selection is preserved when the sheet changes."""

    chosen_changed = Signal()
    """Emitted when the selection has changed."""
    opened = Signal()
    """Emitted on Enter or a double click."""
    star_toggled = Signal(object)
    """Emitted with the ids of the entries to star or unstar."""
    undo_requested = Signal()
    """Emitted on Ctrl+Z."""
    trash_requested = Signal()
    """Emitted on Delete."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = EntriesModel(self)
        self.setModel(self.entries)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAccessibleName(tr("Runs and studies that were kept"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        # Arrow keys move between the cells; Tab leaves the table.
        self.setTabKeyNavigation(False)
        self.setFont(figures_font(self.font()))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(for_text(ROW_PX))
        self.verticalHeader().setMinimumSectionSize(for_text(ROW_PX))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setStretchLastSection(True)
        header.setResizeContentsPrecision(_LOOKED_AT)
        self._shown_columns: tuple[str, ...] = ()
        self._is_showing = False
        self._late: QueryResult | None = None
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.doubleClicked.connect(self._on_double_clicked)
        self.clicked.connect(self._on_clicked)

    # Display

    def set_sheet(self, sheet: QueryResult) -> None:
        """Show ``sheet``, and select the previously selected entries that are still there."""
        if self.state() == QAbstractItemView.State.EditingState:
            # A reset of the model would discard the open editor.
            self._late = sheet
            return
        self._late = None
        chosen, current = self.chosen(), self._current()
        self._is_showing = True
        scrolled = self.verticalScrollBar().value()
        self.entries.set_sheet(sheet)
        self._show_widths()
        self._choose(chosen, current)
        self.verticalScrollBar().setValue(scrolled)
        self._show_order(sheet)
        self._is_showing = False
        if self.chosen() != chosen:
            self.chosen_changed.emit()

    def chosen(self) -> list[str]:
        """Return the ids of the selected entries, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = map(self.entries.row, places)
        return [row.id for row in rows if row is not None]

    def chosen_rows(self) -> list[int]:
        """Return the selected rows, which may be groups."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def choose(self, ids: list[str]) -> None:
        """Select entries, and scroll to the last of them."""
        self._choose(ids, (ids[-1] if ids else "", 0))
        self.scrollTo(self.currentIndex())

    def _current(self) -> tuple[str, int]:
        index = self.currentIndex()
        row = self.entries.row(index.row()) if index.isValid() else None
        return ("" if row is None else row.id), max(0, index.column())

    def _choose(self, ids: list[str], current: tuple[str, int]) -> None:
        model = self.selectionModel()
        rows = {id: self.entries.row_of(id) for id in {*ids, current[0]} if id}
        last = max(0, self.entries.columnCount() - 1)
        at = rows.get(current[0], -1)
        if at >= 0:
            index = self.entries.index(at, min(current[1], last))
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        selection = QItemSelection()
        for id in ids:
            if rows[id] >= 0:
                line = rows[id]
                selection.select(self.entries.index(line, 0), self.entries.index(line, last))
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _show_widths(self) -> None:
        """Resize the columns to fit if the set of columns has changed."""
        if self.entries.columns == self._shown_columns or not self.entries.rowCount():
            return
        self._shown_columns = self.entries.columns
        # A stretched last column would put the last figure of a group far from the others.
        self.horizontalHeader().setStretchLastSection(not self.entries.is_grouped)
        for at, column in enumerate(self._shown_columns):
            usual = 0 if self.entries.is_grouped else _WIDTHS.get(column, 0)
            fitting = max(self.sizeHintForColumn(at), self.horizontalHeader().sectionSizeHint(at))
            self.setColumnWidth(at, usual or min(_MAX_PX, max(_MIN_PX, fitting)))

    def _show_order(self, sheet: QueryResult) -> None:
        order = (
            Qt.SortOrder.DescendingOrder if sheet.view.descending else Qt.SortOrder.AscendingOrder
        )
        columns = () if sheet.view.group else self.entries.columns
        at = columns.index(sheet.view.sort) if sheet.view.sort in columns else -1
        self.horizontalHeader().setSortIndicator(at, order)

    # Interaction

    def _on_selection_changed(self, *_: object) -> None:
        if not self._is_showing:
            self.chosen_changed.emit()

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if not self.entries.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.opened.emit()

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._is_star(index):
            row = self.entries.row(index.row())
            if row is not None:
                self.star_toggled.emit([row.id])

    def _is_star(self, index: QModelIndex) -> bool:
        columns = self.entries.columns
        return (
            index.isValid() and not self.entries.is_grouped and columns[index.column()] == "starred"
        )

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Show the sheet that arrived while a cell was being edited."""
        super().closeEditor(editor, hint)
        if self._late is not None:
            self.set_sheet(self._late)

    def event(self, event: QEvent) -> bool:
        """Accept Ctrl+Z while the table has keyboard focus, before the builder receives it."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_undo(event):  # type: ignore[arg-type]
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _is_undo(event: QKeyEvent) -> bool:
        return event.matches(QKeySequence.StandardKey.Undo)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space toggles the star, Delete moves to the trash, Ctrl+C copies."""
        key, is_unmodified = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit()
        elif key == Qt.Key.Key_Space and is_unmodified and not self.entries.is_grouped:
            if ids := self.chosen():
                self.star_toggled.emit(ids)
        elif key == Qt.Key.Key_Delete:
            self.trash_requested.emit()
        elif self._is_undo(event):
            self.undo_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)

    def copied(self) -> str:
        """Return the selected rows as tab-separated text with a header row."""
        model = self.entries
        columns = range(model.columnCount())
        head = [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in columns]
        lines = [
            [str(model.data(model.index(index, at))) for at in columns]
            for index in self.chosen_rows()
        ]
        return "\n".join("\t".join(cells) for cells in (head, *lines))
