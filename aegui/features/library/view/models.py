"""Qt item model of the library table; cell texts are made on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal

from aegui.core.i18n import localized, tr
from aegui.core.library.words import (
    cell_title,
    column_help,
    column_title,
    is_number,
    spread_words,
)
from aegui.features.library.model.queries import KNOWN, LibraryView, QueryResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from aegui.core.library.query import LibraryRow

    AnyIndex = QModelIndex | QPersistentModelIndex

STAR, NO_STAR = "\N{BLACK STAR}", "\N{WHITE STAR}"
EDITED = ("name", "tags", "note")
"""Columns that can be edited in place."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter


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
