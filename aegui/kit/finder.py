"""Command palette: type to search all actions, choose with the arrow keys, run with Enter."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from aegui.core.folding import folded
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, dim
from aegui.kit.marks import search_field
from aegui.kit.theme import SPACING, current_theme, grown_for_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH_PX, _HEIGHT_PX, _ROW_PX = 620, 420, 44
_EDGE_PX = 4
_AWAY_PX = 56
_BEGINS, _WORD, _INSIDE, _IN_DETAIL = 8.0, 4.0, 2.0, 0.5
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Findable:
    """An entry that can be found and run."""

    title: str
    """Its name."""
    detail: str
    """What it does, or where it is; also searched."""
    kind: str
    """Its category, such as the menu it is in."""
    run: Callable[[], object]
    """Runs the action."""
    keys: str = ""
    """Its keyboard shortcut as the system writes it."""
    enabled: bool = True
    """Whether it can be run now."""

    @cached_property
    def folded(self) -> tuple[str, str]:
        """Return the title, and all other text, without accents and in lower case."""
        return folded(self.title), folded(f"{self.kind} {self.detail} {self.keys}")


def found(
    entries: Sequence[Findable], query: str, others: Sequence[Findable] = ()
) -> list[Findable]:
    """Return the ``entries`` that contain every word of ``query``, best first, and all ``others``.

    ``others`` are included in any case, since the search that found them also matched text that is
    not shown.

    A match at the start of the title ranks highest, then at the start of a word, within the title,
    and in the other text. Without a query all entries are returned in their order.
    """
    words = folded(query).split()
    scored = ((_score(entry, words), entry) for entry in entries)
    fitting = [(score, entry) for score, entry in scored if score > 0 or not words]
    fitting += [(max(_IN_DETAIL, _score(entry, words)), entry) for entry in others]
    if words:
        fitting.sort(key=lambda pair: (not pair[1].enabled, -pair[0], len(pair[1].title)))
    return [entry for _, entry in fitting]


def _score(entry: Findable, words: Sequence[str]) -> float:
    title, keywords = entry.folded
    total = 0.0
    for word in words:
        if title.startswith(word):
            total += _BEGINS
        elif f" {word}" in title:
            total += _WORD
        elif word in title:
            total += _INSIDE
        elif word in keywords:
            total += _IN_DETAIL
        else:
            return 0.0
    return total


class _Entries(QAbstractListModel):
    """The search results."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Findable] = []

    def set_entries(self, entries: list[Findable]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (entry.title, entry.kind, entry.keys, entry.detail)))
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsEnabled if self.entries[index.row()].enabled else flags


class _EntryDelegate(QStyledItemDelegate):
    """Paints title and keys in the first line, detail and kind in the second."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:
        lines = 2 * QFontMetrics(option.font).height()
        return QSize(_WIDTH_PX // 2, max(_ROW_PX, lines + 2 * _EDGE_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model, theme = index.model(), current_theme()
        assert isinstance(model, _Entries)
        entry = model.entries[index.row()]
        rect = QRectF(option.rect)
        state, font = option.state, option.font
        painter.save()
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, theme.accent)
        strong = theme.on_accent if chosen else theme.text
        weak = theme.on_accent if chosen else theme.text_dim
        if not entry.enabled:
            strong = weak = theme.text_dim
        box = rect.adjusted(2 * SPACING, _EDGE_PX, -2 * SPACING, -_EDGE_PX)
        upper, lower = QRectF(box), QRectF(box)
        upper.setBottom(box.center().y())
        lower.setTop(box.center().y())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        right = _text(painter, upper, entry.keys, weak, metrics, Qt.AlignmentFlag.AlignRight)
        title = upper.adjusted(0, 0, -right, 0)
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        _text(painter, title, entry.title, strong, QFontMetricsF(bold), Qt.AlignmentFlag.AlignLeft)
        painter.setFont(font)
        right = _text(painter, lower, entry.kind, weak, metrics, Qt.AlignmentFlag.AlignRight)
        rest = lower.adjusted(0, 0, -right, 0)
        _text(painter, rest, entry.detail, weak, metrics, Qt.AlignmentFlag.AlignLeft)
        painter.restore()


def _text(
    painter: QPainter,
    box: QRectF,
    text: str,
    colour: QColor,
    metrics: QFontMetricsF,
    side: Qt.AlignmentFlag,
) -> float:
    """Write ``text`` at one side of ``box``, elided; return its width including a gap."""
    if not text:
        return 0.0
    painter.setPen(colour)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown) + 2 * SPACING


class Finder(QDialog):
    """Dialog over a window with a search field and the matching entries."""

    def __init__(
        self,
        entries: Sequence[Findable],
        title: str,
        parent: QWidget,
        search: Callable[[str], Sequence[Findable]] | None = None,
    ) -> None:
        """``search`` returns further matches for a query, of entries too many to list up front."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._all = tuple(entries)
        self._search = search
        self.line = search_field(title)
        self._model = _Entries(self)
        self.list = QListView()
        self.list.setAccessibleName(tr("What was found"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self._count = dim()
        margins = (SPACING, SPACING, SPACING, SPACING)
        self.setLayout(column(self.line, (self.list, 1), self._count, margins=margins))
        self.line.textChanged.connect(self._on_line_text_changed)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self._on_line_text_changed("")
        self._place(parent)

    @property
    def entries(self) -> list[Findable]:
        """Return the search results."""
        return self._model.entries

    def _place(self, parent: QWidget) -> None:
        window = parent.window()
        width_px = min(grown_for_text(_WIDTH_PX), window.width() - 4 * SPACING)
        height_px = min(grown_for_text(_HEIGHT_PX), window.height() - 2 * _AWAY_PX)
        corner = window.mapToGlobal(window.rect().topLeft())
        self.setGeometry(
            corner.x() + (window.width() - width_px) // 2,
            corner.y() + _AWAY_PX,
            width_px,
            height_px,
        )

    @Slot(str)
    def _on_line_text_changed(self, query: str) -> None:
        others = () if self._search is None else self._search(query)
        entries = found(self._all, query, others)
        self._model.set_entries(entries)
        self._count.setText("" if entries else tr("No matches. Try another word."))
        self._count.setVisible(not entries)
        if entries:
            self.list.setCurrentIndex(self._model.index(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move through the list with the arrow keys while the search field keeps the focus."""
        is_press = watched is self.line and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and self._takes(event):
            return True
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent) -> bool:
        row_px = max(_ROW_PX, self.list.sizeHintForRow(0))
        key, page = event.key(), max(1, self.list.height() // row_px)
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_PageUp: -page,
        }
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
            return True
        step = steps.get(Qt.Key(key))
        if step is None or not self.entries:
            return False
        row = min(len(self.entries) - 1, max(0, self.list.currentIndex().row() + step))
        self.list.setCurrentIndex(self._model.index(row))
        return True

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid() or not self.entries[index.row()].enabled:
            return
        entry = self.entries[index.row()]
        self.accept()
        # The action may open a dialog of its own, so this one is closed first.
        entry.run()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a border against the window behind."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(current_theme().border)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def changeEvent(self, event: QEvent) -> None:
        """Close on a click outside."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            # Deferred: a dialog closed while its window is being hidden leaves the window below
            # blocked by a modal that no longer exists, and that window receives no more clicks.
            QTimer.singleShot(0, self, self._leave)

    @Slot()
    def _leave(self) -> None:
        if self.isVisible() and not self.isActiveWindow():
            self.reject()
