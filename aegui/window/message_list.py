"""The bell in the menu bar, and the message list that opens below it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QPoint, QPointF, QRect, Qt, QTime, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, heading, held, hint, row, scrolled
from aegui.kit.marks import flat_button, wrapped_label
from aegui.kit.theme import SPACING, current_theme, icon_pixmap, icon_px
from aegui.window.notifications import LEVEL_STYLES, acts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.session.messages import Message, Messages
    from aegui.session.notice import Level

_WIDTH_PX, _HEIGHT_PX = 460, 520
_DOT_PX = 4.0
_DROP_PX = 3
"""Offset by which text is lower than the buttons beside it."""
_GRAVITY: dict[Level, int] = {"info": 0, "warning": 1, "error": 2}


class Bell(QToolButton):
    """A button that opens the list; a dot marks unread messages."""

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self._messages = messages
        messages.changed.connect(self._on_messages_changed)
        self._on_messages_changed()

    @property
    def level(self) -> Level | None:
        """Highest level among the unread messages; None if all are read."""
        levels = (one.notice.level for one in self._messages.unread)
        return max(levels, key=_GRAVITY.__getitem__, default=None)

    @Slot()
    def _on_messages_changed(self) -> None:
        unread = len(self._messages.unread)
        words = trn("{n} message is new", "{n} messages are new", unread) if unread else ""
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon, with a dot in the colour of the highest level."""
        super().paintEvent(event)
        level = self.level
        if level is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(current_theme(), LEVEL_STYLES[level].token))
        middle = QRect(self.rect()).center()
        away = icon_px() / 2 - _DOT_PX / 2
        painter.drawEllipse(QPointF(middle.x() + away, middle.y() - away), _DOT_PX, _DOT_PX)


class MessageRow(QFrame):
    """One message: time, text, and buttons for its actions."""

    acted = Signal(object)
    """Emitted with the ``Message`` when one of its buttons was pressed."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        notice = message.notice
        style = LEVEL_STYLES[notice.level]
        self.message = message
        when = QLocale().toString(
            QTime(message.at.hour, message.at.minute, message.at.second),
            QLocale.FormatType.ShortFormat,
        )
        self.setAccessibleName(f"{when}, {tr(style.name)}: {notice.words}")
        sign = QLabel()
        sign.setPixmap(icon_pixmap(style.icon, icon_px(), style.token, self.devicePixelRatioF()))
        text = wrapped_label(notice.words)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = flat_button("edit-copy", tr("Copy this message"))
        self.copy.clicked.connect(self._on_copy_clicked)
        self.acts: list[QPushButton] = []
        flow = FlowLayout(SPACING // 2)
        for words, act in acts_of(notice, is_open=message.is_open):
            button = QPushButton(words)
            button.clicked.connect(partial(self._do, act))
            flow.addWidget(button)
            self.acts.append(button)
        text_column = column(text, margins=(0, _DROP_PX, 0, 0))
        if self.acts:
            text_column.addLayout(flow)
        text_column.addStretch(1)
        time = dim(when)
        for label in (sign, time):
            label.setContentsMargins(0, _DROP_PX, 0, 0)
        top = Qt.AlignmentFlag.AlignTop
        line = row(spacing=SPACING, margins=(SPACING, SPACING, SPACING // 2, SPACING))
        line.addWidget(sign, 0, top)
        line.addLayout(text_column, 1)
        line.addWidget(time, 0, top)
        line.addWidget(self.copy, 0, top)
        self.setLayout(line)

    def _do(self, act: Callable[[], object], _checked: bool = False) -> None:
        self.acted.emit(self.message)
        act()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a separator above the message."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(current_theme().border)
        painter.drawLine(0, 0, self.width(), 0)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.message.notice.words)


class MessageList(QFrame):
    """A popup with all messages, the newest first; a click beside it or Escape closes it."""

    def __init__(self, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("messages")
        self.setWindowTitle(tr("Messages"))
        self.setAccessibleName(tr("Messages"))
        self._messages = messages
        self.rows: list[MessageRow] = []
        title = heading(tr("Messages"))
        self.copy = QPushButton(tr("Copy all"))
        self.copy.clicked.connect(self._on_copy_clicked)
        self.clear = QPushButton(tr("Clear"))
        self.clear.setToolTip(tr("Forget all messages"))
        self.clear.clicked.connect(messages.clear)
        self._head = row(
            title, 1, self.copy, self.clear, margins=(SPACING, SPACING, SPACING, SPACING // 2)
        )
        self._scroll = scrolled(QWidget(), takes_focus=True)
        self.setLayout(column(self._head, (self._scroll, 1), margins=(1, 1, 1, 1)))
        messages.mark_read()
        messages.changed.connect(self._fill)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        messages = self._messages.kept
        self.rows = [MessageRow(message) for message in reversed(messages)]
        for each in self.rows:
            each.acted.connect(self._on_row_acted)
        rows = column(*self.rows, spacing=0)
        if not messages:
            nothing = hint(tr("No messages yet."))
            nothing.setContentsMargins(SPACING, 4 * SPACING, SPACING, 4 * SPACING)
            rows.addWidget(nothing)
        rows.addStretch(1)
        holder = held(rows)
        # Otherwise the area keeps the height of texts wrapped to their minimum width.
        holder.setMinimumHeight(1)
        self._scroll.setWidget(holder)
        self.copy.setEnabled(bool(messages))
        self.clear.setEnabled(bool(messages))

    def open_below(self, bell: QWidget) -> None:
        """Show the list with its upper right corner below ``bell``, inside the window."""
        window = bell.window()
        width = min(_WIDTH_PX, window.width() - 2 * SPACING)
        self.setFixedWidth(width)
        holder = self._scroll.widget()
        assert holder is not None
        rows = holder.layout()
        assert rows is not None
        needed = rows.totalHeightForWidth(width - 2) + self._head.sizeHint().height() + 4
        height = min(_HEIGHT_PX, window.height() - 2 * bell.height(), needed)
        place = bell.mapToGlobal(QPoint(bell.width(), bell.height() + 2))
        left = max(place.x() - width, window.mapToGlobal(QPoint(SPACING, 0)).x())
        self.setGeometry(left, place.y(), width, height)
        self.show()
        first = self.rows[0] if self.rows else None
        heir: QWidget = self if first is None else next(iter(first.acts), first.copy)
        heir.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot(object)
    def _on_row_acted(self, message: Message) -> None:
        """Close the list and withdraw the message's actions, which run only once."""
        self._messages.changed.disconnect(self._fill)
        self.close()
        self._messages.withdraw(lambda notice: notice is message.notice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the list on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a border around the list."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(current_theme().border)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    @Slot()
    def _on_copy_clicked(self) -> None:
        lines = (f"{one.at:%H:%M:%S}  {one.notice.words}" for one in self._messages.kept)
        QGuiApplication.clipboard().setText("\n".join(lines))
