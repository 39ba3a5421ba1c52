"""A list of the classes of a set, with check boxes and bars for their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from aegui.core.i18n import localized, tr, trn
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING, blend, current_theme, figures_font, for_text
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QPainter

_Index = QModelIndex | QPersistentModelIndex
_ROW_PX = 24
_MAX_ROWS = 10
_BAR_PX = 3
_COUNT_ROLE = Qt.ItemDataRole.UserRole
_SHARE_ROLE = Qt.ItemDataRole.UserRole + 1


class _Classes(QAbstractListModel):
    """A list model of class, sample count and check state."""

    ticked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self.counts: tuple[int, ...] = ()
        self._most = 0
        self._chosen: set[str] = set()

    def show(self, labels: Sequence[str], counts: Sequence[int]) -> None:
        self.beginResetModel()
        self.labels, self.counts = tuple(labels), tuple(counts)
        self._most = max(counts, default=0)
        self._chosen = set(labels)
        self.endResetModel()

    def choose(self, labels: Iterable[str]) -> None:
        self._chosen = set(labels) & set(self.labels)
        if self.labels:
            last = self.index(len(self.labels) - 1)
            self.dataChanged.emit(self.index(0), last, [Qt.ItemDataRole.CheckStateRole])

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(label for label in self.labels if label in self._chosen)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.labels)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        label, count = self.labels[index.row()], self.counts[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return label_name(label)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if label in self._chosen else Qt.CheckState.Unchecked
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            words = trn("{n:,} sample", "{n:,} samples", count)
            return tr("{label}: {count}", label=label_name(label), count=words)
        if role == _COUNT_ROLE:
            return count
        return count / self._most if role == _SHARE_ROLE else None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self._chosen ^= {self.labels[index.row()]}
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.ticked.emit()
        return True


class _ClassBars(QStyledItemDelegate):
    """Paints the sample count to the right of each class, and a proportional bar below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, max(for_text(_ROW_PX), option.fontMetrics.height() + 2 * _BAR_PX + 2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = current_theme()
        row: QRect = option.rect
        count = localized(index.data(_COUNT_ROLE), ",")
        painter.save()
        painter.setFont(figures_font(option.font))
        width = painter.fontMetrics().horizontalAdvance(count) + SPACING
        ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        painter.setPen(theme.text_dim)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row.adjusted(0, 0, -4, -_BAR_PX), right, count)
        left = row.left() + 26
        length = row.right() - 4 - left
        bar = QRect(left, row.bottom() - _BAR_PX, round(length * index.data(_SHARE_ROLE)), _BAR_PX)
        colour = theme.accent if ticked else theme.border
        painter.fillRect(
            QRect(left, bar.top(), length, _BAR_PX), blend(theme.grid, theme.panel, 0.6)
        )
        painter.fillRect(bar, colour)
        painter.restore()
        option.rect = row.adjusted(0, 0, -width, -_BAR_PX)
        option.state &= ~QStyle.StateFlag.State_Selected
        super().paint(painter, option, index)


class ClassList(QWidget):
    """A list of checkable classes; at least one must be checked."""

    chosen_changed = Signal(object)
    """Tuple of the checked classes in the order of the list."""

    def __init__(self) -> None:
        super().__init__()
        self._model = _Classes(self)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_ClassBars(self.view))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(tr("Classes that take part"))
        self.view.viewport().setAutoFillBackground(False)
        self._words = dim(wrapped_label())
        self.problem = ProblemLabel()
        everything = QPushButton(tr("Take all"))
        everything.setToolTip(tr("Take every class"))
        everything.clicked.connect(self._on_everything_clicked)
        nothing = QPushButton(tr("Take none"))
        nothing.setToolTip(tr("Exclude every class, then tick the ones that you want"))
        nothing.clicked.connect(self._on_nothing_clicked)
        head = row((self._words, 1), everything, nothing)
        self.setLayout(column(head, self.view, self.problem))
        self._model.ticked.connect(self._announce)

    def set_classes(self, labels: Sequence[str], counts: Sequence[int]) -> None:
        """Offer ``labels`` with the number of samples of each; all are checked."""
        if (tuple(labels), tuple(counts)) != (self._model.labels, self._model.counts):
            self._model.show(labels, counts)
            rows = min(_MAX_ROWS, len(self._model.labels))
            self.view.setFixedHeight(rows * max(for_text(_ROW_PX), self.view.sizeHintForRow(0)) + 2)
        self.set_chosen(labels)

    def set_chosen(self, labels: Iterable[str]) -> None:
        """Check exactly ``labels``, without emitting a signal."""
        self._model.choose(labels)
        self._show_words()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The checked classes."""
        return self._model.chosen

    def _show_words(self) -> None:
        chosen, count = len(self.chosen), len(self._model.labels)
        self._words.setText(
            trn("{n:,} class", "{n:,} classes", count)
            if chosen == count
            else tr("{chosen:,} of {count:,} classes", chosen=chosen, count=count)
        )
        self.problem.set_text("" if chosen or not count else tr("Tick at least one class."))

    def _announce(self) -> None:
        self._show_words()
        if self.chosen:
            self.chosen_changed.emit(self.chosen)

    def _on_everything_clicked(self) -> None:
        self._model.choose(self._model.labels)
        self._announce()

    def _on_nothing_clicked(self) -> None:
        self._model.choose(())
        self._announce()
