"""The table of the library, with keyboard operation and editing in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QTableView, QWidget

from aegui.core.i18n import tr
from aegui.features.library.view.models import EntriesModel
from aegui.kit.theme import figures_font, for_text
from aegui.widgets.named_table import ROW_PX

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from aegui.features.library.model.queries import QueryResult

_WIDTHS = {"note": 200, "tags": 96, "starred": 30}
_MIN_PX, _MAX_PX = 48, 260
_NAME_PX = 240
"""Least width of the names, which get what the other columns leave, up to the longest name."""
_LEAST_NOTE_PX = 80
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

    def __init__(self) -> None:
        super().__init__()
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
        self._keeps_widths = False
        """Whether the user has set the width of a column."""
        self._sets_widths = False
        self._late: QueryResult | None = None
        header.sectionResized.connect(self._on_header_section_resized)
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
        """Resize the columns to fit if the set of columns has changed, else only the names."""
        if not self.entries.rowCount():
            return
        if self.entries.columns == self._shown_columns:
            self._fit_names()
            return
        self._shown_columns, self._keeps_widths = self.entries.columns, False
        self._sets_widths = True
        # A stretched last column would put the last figure of a group far from the others.
        self.horizontalHeader().setStretchLastSection(not self.entries.is_grouped)
        for at, column in enumerate(self._shown_columns):
            usual = 0 if self.entries.is_grouped else self._usual(at, column)
            self.setColumnWidth(at, usual or min(_MAX_PX, max(_MIN_PX, self._fitting(at))))
        self._sets_widths = False
        self._fit_names()

    def _usual(self, at: int, column: str) -> int:
        """Return the width in pixels of a column that does not follow from its texts; else 0."""
        is_last = at == len(self.entries.columns) - 1
        # As the last one it is stretched.
        return _LEAST_NOTE_PX if column == "note" and is_last else _WIDTHS.get(column, 0)

    def _fitting(self, at: int) -> int:
        """Return the width in pixels that shows the header and the first rows of a column."""
        return max(self.sizeHintForColumn(at), self.horizontalHeader().sectionSizeHint(at))

    def _fit_names(self) -> None:
        """Widen the names to the longest one, as far as the other columns leave room."""
        columns = self.entries.columns
        if self.entries.is_grouped or self._keeps_widths or "name" not in columns:
            return
        name = columns.index("name")
        room = self.viewport().width()
        for at, column in enumerate(columns):
            if at != name:
                is_stretched = column == "note" and at == len(columns) - 1
                room -= _LEAST_NOTE_PX if is_stretched else self.columnWidth(at)
        self._sets_widths = True
        self.setColumnWidth(name, max(_NAME_PX, min(self._fitting(name), room)))
        self._sets_widths = False

    @Slot(int)
    def _on_header_section_resized(self, at: int) -> None:
        # The last column may be stretched, and is then resized with the window.
        if not self._sets_widths and at < self.entries.columnCount() - 1:
            self._keeps_widths = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if self.entries.rowCount():
            self._fit_names()

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
