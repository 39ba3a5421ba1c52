"""The table of the library and its model, with keyboard operation and editing in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QObject,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QTableView, QWidget

from aegui.core.i18n import localized, tr
from aegui.core.library.words import cell_title, column_help, column_title, is_number, spread_words
from aegui.features.library.model.queries import KNOWN, LibraryView, QueryResult
from aegui.kit.theme import figures_font, for_text
from aegui.widgets.named_table import ROW_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from aegui.core.library.query import LibraryRow

    AnyIndex = QModelIndex | QPersistentModelIndex

STAR, NO_STAR = "\N{BLACK STAR}", "\N{WHITE STAR}"
EDITED = ("name", "tags", "note")
"""Columns that can be edited in place."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_WIDTHS = {"note": 200, "tags": 96, "starred": 30}
_MIN_PX, _MAX_PX = 48, 260
_NAME_PX = 240
"""Least width of the names, which get what the other columns leave, up to the longest name."""
_LEAST_NOTE_PX = 80
_LOOKED_AT = 60
"""Number of rows that column widths are computed from."""


class EntriesModel(QAbstractTableModel):
    """A row for each entry, or for each group if the sheet is grouped."""

    edited = Signal(str, str, str)
    """Emitted with the id of an entry, a column and the new text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet: QueryResult | None = None
        """The displayed sheet."""
        self.columns: tuple[str, ...] = ()
        """Keys of the columns; of a grouped sheet, the first is the column it is grouped by."""

    @property
    def is_grouped(self) -> bool:
        """Return whether the rows are groups."""
        return self.sheet is not None and bool(self.sheet.view.group)

    def set_sheet(self, sheet: QueryResult) -> None:
        """Show ``sheet``."""
        self.beginResetModel()
        self.sheet = sheet
        view = sheet.view
        self.columns = (view.group, "", *sheet.figures) if view.group else view.columns
        self.endResetModel()

    def row(self, index: int) -> LibraryRow | None:
        """Return the entry of a row; None if it is a group."""
        rows = () if self.sheet is None else self.sheet.rows
        return rows[index] if 0 <= index < len(rows) else None

    def known(self, index: int) -> dict[str, Any]:
        """Return the values of ``KNOWN`` of the entry at ``index``, by column."""
        row = self.row(index)
        return {} if row is None else dict(zip(KNOWN, row.values, strict=False))

    def row_of(self, id: str) -> int:
        """Return the row of an entry; -1 if it is not shown."""
        rows = () if self.sheet is None else self.sheet.rows
        return next((index for index, row in enumerate(rows) if row.id == id), -1)

    def value(self, index: AnyIndex) -> Any:
        """Return the raw value of a cell."""
        row = self.row(index.row())
        return None if row is None else row.values[len(KNOWN) + index.column()]

    # QAbstractTableModel

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of entries, or of groups."""
        if self.sheet is None or (parent is not None and parent.isValid()):
            return 0
        return len(self.sheet.groups) if self.is_grouped else len(self.sheet.rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment or tooltip of a cell."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index, column)
        if role == Qt.ItemDataRole.EditRole:
            value = self.value(index)
            return "" if value is None else str(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column(), column)
        if role == Qt.ItemDataRole.ToolTipRole and not self.is_grouped:
            return self._cell_text(index, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == "starred":
            return tr("with a star") if self.value(index) else tr("without a star")
        return None

    def _text(self, index: AnyIndex, column: str) -> str:
        if self.is_grouped:
            return self._group_text(index)
        value = self.value(index)
        if column == "starred":
            return STAR if value else NO_STAR
        if column in EDITED:
            return " ".join(str(value or "").split())
        return cell_title(column, value)

    def _group_text(self, index: AnyIndex) -> str:
        assert self.sheet is not None, "groups are those of a sheet"
        group, at = self.sheet.groups[index.row()], index.column()
        if at == 0:
            return cell_title(self.sheet.view.group, group.value)
        if at == 1:
            return localized(group.entries, ",")
        key = self.columns[at]
        return spread_words(key, group.figures.get(key))

    def _alignment(self, at: int, column: str) -> Qt.AlignmentFlag:
        if column == "starred" and not self.is_grouped:
            return _MIDDLE
        is_right = at > 0 if self.is_grouped else is_number(column)
        return _RIGHT if is_right else _LEFT

    def _cell_text(self, index: AnyIndex, column: str) -> str:
        if column == "starred":
            return tr("Star: click, or press Space")
        if column in EDITED:
            text = str(self.value(index) or "")
            return text or tr("Double-click, or press F2, to edit")
        if self.known(index.row()).get("missing"):
            return tr("Its run file is missing: recipe and figures are still there.")
        return ""

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return title, tooltip or alignment of a column."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            if self.is_grouped and section == 1:
                return tr("Entries")
            return STAR if column == "starred" else column_title(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            if self.is_grouped and section > 1:
                return tr("Mean ± standard deviation over all seeds of the group")
            return column_help(column) if column else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section, column)
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Make name, tags and note editable."""
        flags = super().flags(index)
        if not index.isValid() or self.sheet is None or self.is_grouped:
            return flags
        may = not self.sheet.read_only and self.sheet.view.shown != "trash"
        if may and self.columns[index.column()] in EDITED:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Emit ``edited``; the model itself changes with the next sheet."""
        row = self.row(index.row())
        if role != Qt.ItemDataRole.EditRole or row is None:
            return False
        if str(value) != str(self.value(index) or ""):
            self.edited.emit(row.id, self.columns[index.column()], str(value))
        return True


def with_sort(view: LibraryView, column: str) -> tuple[str, bool]:
    """Return column and direction of the sort order after a click on a header."""
    if view.sort == column:
        return column, not view.descending
    return column, column in {"created", "starred"}


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in a comma-separated text."""
    parts: Sequence[str] = [part.strip().lstrip("#") for part in text.split(",")]
    return tuple(dict.fromkeys(part for part in parts if part))


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
