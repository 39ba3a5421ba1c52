"""A list view of images with captions that reflows with the width: selectable and accessible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QFrame, QListView

from aegui.widgets.glyphs import glyph_pixmap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QImage

DETAIL_ROLE = Qt.ItemDataRole.UserRole + 1
"""Role of the data that a delegate paints beside an image: ``PictureRows.detail``."""
_AROUND_PX = QSize(4, 4)


class PictureRows:
    """Data of a ``PictureList``: one row per image, rendered when it becomes visible."""

    def __len__(self) -> int:
        """Return the number of images."""
        raise NotImplementedError

    def picture(self, row: int, size: QSize) -> QImage:
        """Return the image of a row, which will be fitted into ``size`` (device pixels)."""
        raise NotImplementedError

    def caption(self, row: int) -> str:
        """Return the caption below the image."""
        raise NotImplementedError

    def sentence(self, row: int) -> str:
        """Return the text for the tooltip and for screen readers."""
        raise NotImplementedError

    def detail(self, row: int) -> object:
        """Return data that a custom delegate paints beside the image."""
        del row
        return None


class _Model(QAbstractListModel):
    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._rows: PictureRows | None = None

    def set_rows(self, rows: PictureRows | None) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        is_inner = parent is not None and parent.isValid()
        return 0 if is_inner or self._rows is None else len(self._rows)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        roles, rows, row = Qt.ItemDataRole, self._rows, index.row()
        if rows is None or not index.isValid():
            return None
        if role == roles.DecorationRole:
            ratio = self._view.devicePixelRatioF()
            size = self._view.iconSize()
            return glyph_pixmap(rows.picture(row, size * ratio), size, device_ratio=ratio)
        if role == roles.DisplayRole:
            return rows.caption(row)
        if role == DETAIL_ROLE:
            return rows.detail(row)
        if role in {roles.ToolTipRole, roles.AccessibleTextRole}:
            return rows.sentence(row)
        if role == roles.SizeHintRole:
            # One size for all: otherwise the first caption's size would elide the others.
            return self._view.gridSize() - _AROUND_PX
        if role == roles.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        return None


class PictureList(QListView):
    """Shows ``PictureRows``."""

    row_activated = Signal(int)
    """A row was double-clicked, or Enter pressed on it."""
    selection_moved = Signal()
    """The selection has changed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._model = _Model(self)
        self.setModel(self._model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setAccessibleName(name)
        self.activated.connect(lambda index: self.row_activated.emit(index.row()))
        self.selectionModel().selectionChanged.connect(self.selection_moved)

    def set_sizes(self, picture_px: int | QSize, cell_px: QSize) -> None:
        """Set the size (or the side) of the images and that of a cell with its caption."""
        side = QSize(picture_px, picture_px) if isinstance(picture_px, int) else picture_px
        self.setIconSize(side)
        self.setGridSize(cell_px)

    def set_rows(self, rows: PictureRows | None) -> None:
        """Show ``rows``, None for nothing; clears the selection."""
        at = self.verticalScrollBar().value()
        with QSignalBlocker(self):
            self._model.set_rows(rows)
        self.verticalScrollBar().setValue(at)
        self.selection_moved.emit()

    def captions(self) -> list[str]:
        """Return the captions of all images."""
        return [self._model.data(self._model.index(row)) for row in range(self.count())]

    def count(self) -> int:
        """Return the number of images."""
        return self._model.rowCount()

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image at ``position`` of the viewport; None without one."""
        index = self.indexAt(position)
        return self.visualRect(index) if index.isValid() else None

    def chosen(self) -> tuple[int, ...]:
        """Return the selected rows in ascending order."""
        return tuple(sorted(index.row() for index in self.selectedIndexes()))

    def choose(self, rows: Iterable[int]) -> None:
        """Select exactly ``rows``."""
        self.clearSelection()
        for row in rows:
            index = self._model.index(row)
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
