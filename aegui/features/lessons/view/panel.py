"""The lessons panel: the list of lessons, or a step of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.features.lessons.view.step_page import StepPage
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, current_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.lessons.lesson import LessonCard


_ROW = Qt.ItemDataRole.UserRole
_TICK_PX = 22
_EDGE = SPACING
_GAP_PX = 2.0


@dataclass(frozen=True)
class LessonRow:
    """A lesson in the list."""

    card: LessonCard
    """The lesson."""
    reached: int
    """Number of its steps that are done."""

    @property
    def is_finished(self) -> bool:
        """Whether all steps are done."""
        return self.reached >= len(self.card.steps)

    @property
    def state(self) -> str:
        """The duration, or the progress, as text."""
        if self.is_finished:
            return tr("finished")
        if self.reached:
            return tr("{n} of {all} steps", n=self.reached, all=len(self.card.steps))
        return tr("{n} min", n=self.card.minutes)


class LessonList(QWidget):
    """The list of lessons; passive but for its signals."""

    chosen = Signal(object)
    """Open the lesson file at this ``Path``."""

    def __init__(self) -> None:
        super().__init__()
        self._about = wrapped_label(
            tr("Experiments on the real window: say what you expect, do it, look, and check.")
        )
        dim(self._about)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Lessons"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self.list.itemActivated.connect(self._on_list_item_activated)
        self.list.itemClicked.connect(self._on_list_item_activated)
        self._done = dim()
        self.open = QPushButton(tr("Open a file…"))
        edge = (SPACING, SPACING, SPACING, SPACING)
        foot = row(self._done, 1, self.open, spacing=SPACING)
        self.setLayout(column(self._about, (self.list, 1), foot, spacing=SPACING, margins=edge))

    def set_rows(self, rows: Sequence[LessonRow]) -> None:
        """Show ``rows``, keeping the current row."""
        at = self.list.currentRow()
        self.list.clear()
        for one in rows:
            item = QListWidgetItem(self.list)
            item.setData(_ROW, one)
            words = (one.card.title, one.card.about, one.state)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(words))
            item.setToolTip(one.card.about)
        self.list.setCurrentRow(max(0, at))
        finished = sum(one.is_finished for one in rows)
        self._done.setText(tr("{n} of {all} finished", n=finished, all=len(rows)))

    @Slot(QListWidgetItem)
    def _on_list_item_activated(self, item: QListWidgetItem) -> None:
        # Some styles activate an item by the click that has opened the lesson already.
        if self.isVisible():
            self.chosen.emit(item.data(_ROW).card.path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the rows for the new width."""
        super().resizeEvent(event)
        self.list.scheduleDelayedItemsLayout()


class _RowDelegate(QStyledItemDelegate):
    """Paints a check mark or circle, title and description, and the state below them."""

    def _about_rect(self, option: QStyleOptionViewItem, about: str, width: float) -> QRectF:
        area = QRectF(0, 0, max(40.0, width - _TICK_PX - 2 * _EDGE), 1000)
        flags = int(Qt.TextFlag.TextWordWrap)
        return QFontMetricsF(option.font).boundingRect(area, flags, about)

    def _title_height(self, option: QStyleOptionViewItem, title: str, width: float) -> float:
        area = QRectF(0, 0, max(40.0, width - _TICK_PX - 2 * _EDGE), 1000)
        metrics = QFontMetricsF(_bold(option.font))
        return metrics.boundingRect(area, int(Qt.TextFlag.TextWordWrap), title).height()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListWidget) else option.rect.width()
        one: LessonRow = index.data(_ROW)
        height = self._title_height(option, one.card.title, width)
        height += self._about_rect(option, one.card.about, width).height()
        height += QFontMetricsF(option.font).height() + 2 * _GAP_PX
        return QSize(width, round(height) + 2 * _EDGE)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        one: LessonRow = index.data(_ROW)
        theme, rect = current_theme(), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        has_keys = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if (is_chosen and has_keys) or is_over:
            painter.fillRect(rect, theme.grid)
        strong, weak = theme.text, theme.text_dim
        box = rect.adjusted(_EDGE + _TICK_PX, _EDGE, -_EDGE, -_EDGE)
        painter.setFont(_bold(option.font))
        painter.setPen(theme.good if one.is_finished else weak)
        mark = QRectF(rect.left() + _EDGE, box.top(), _TICK_PX, QFontMetricsF(option.font).height())
        painter.drawText(mark, Qt.AlignmentFlag.AlignLeft, "✓" if one.is_finished else "○")
        painter.setPen(strong)
        flags = int(Qt.TextFlag.TextWordWrap)
        painter.drawText(box, flags, one.card.title)
        box.setTop(box.top() + self._title_height(option, one.card.title, rect.width()) + _GAP_PX)
        painter.setFont(option.font)
        painter.setPen(weak)
        painter.drawText(box, flags, one.card.about)
        about_height = self._about_rect(option, one.card.about, rect.width()).height()
        box.setTop(box.top() + about_height + _GAP_PX)
        painter.setPen(theme.good if one.is_finished else theme.accent)
        painter.drawText(box, flags, one.state)
        painter.restore()


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


class LessonsPanel(QStackedWidget):
    """Two pages, list and step; passive."""

    def __init__(self) -> None:
        super().__init__()
        self.list = LessonList()
        self.page = StepPage()
        self.addWidget(self.list)
        self.addWidget(self.page)

    def show_list(self) -> None:
        """Show all lessons."""
        self.setCurrentWidget(self.list)

    def show_page(self) -> None:
        """Show the step."""
        self.setCurrentWidget(self.page)
