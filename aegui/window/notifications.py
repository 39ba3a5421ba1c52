"""Non-modal messages inside the window: shown, announced to screen readers, and timed out."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from aegui.core.i18n import mark, retold, tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, row
from aegui.kit.marks import flat_button
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.theme import SPACING, current_theme, grown_for_text, icon_pixmap, icon_px
from aegui.session.jobs.clock import one_shot
from aegui.shell.folders import show_in_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QEnterEvent

    from aegui.kit.theme import Theme
    from aegui.session.messages import Messages
    from aegui.session.notice import About, Level, Notice

MAX_SHOWN = 3
_WIDTH_PX = 400
_LEAST_PX = 240
"""Width below which a message would become a column of words; it may then exceed its area."""
_OFFER_PATIENCE = 5.0
_LONGEST_QUEUE = 50


@dataclass(frozen=True)
class LevelStyle:
    """Appearance of messages of one level; with ``seconds`` 0 they stay until dismissed."""

    icon: str
    token: str
    name: str
    seconds: float


LEVEL_STYLES: dict[Level, LevelStyle] = {
    "info": LevelStyle("notice-info", "accent", mark("Note"), 6.0),
    "warning": LevelStyle("notice-warning", "warn", mark("Warning"), 15.0),
    "error": LevelStyle("notice-error", "bad", mark("Error"), 0.0),
}


def acts_of(
    notice: Notice, *, is_open: bool = True
) -> tuple[tuple[str, Callable[[], object]], ...]:
    """Return label and callback of each button; offers only while the message ``is_open``."""
    acts: list[tuple[str, Callable[[], object]]] = []
    if is_open and notice.offer:
        first = (notice.offer, notice.accept)
        for words, accept in (first, *((it.words, it.accept) for it in notice.more)):
            if accept is not None:
                acts.append((retold(words), accept))
    if notice.level != "error" and notice.file is not None and os.path.exists(notice.file):
        acts.append((tr("Show in folder"), partial(show_in_folder, notice.file)))
    return tuple(acts)


class Toast(QFrame):
    """One message with an icon, its text, and a button to dismiss it."""

    closed = Signal(object)
    """Emitted with this toast when it is dismissed."""
    accepted = Signal(object)
    """Emitted with the ``Notice`` when its offer is accepted."""
    read = Signal(object)
    """Emitted with the ``Notice`` when the user dismisses it or presses one of its buttons."""

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self._style = LEVEL_STYLES[notice.level]
        self._dressed: Theme | None = None
        self.setObjectName("toast")
        self.setAutoFillBackground(True)
        self.setAccessibleName(f"{tr(self._style.name)}: {notice.text}")
        self._sign = QLabel()
        text = QLabel(notice.text)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = flat_button("close", tr("Dismiss this message"))
        close.clicked.connect(self._discard_widget)
        words = column(text, spacing=SPACING)
        if acts_of(notice):
            words.addLayout(self._offers(notice))
        margins = (SPACING + 4, SPACING, SPACING // 2, SPACING)
        layout = row(spacing=SPACING, margins=margins)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)
        self._timer = one_shot(self, self.close_now)
        self._dress()
        self._wait()

    def _offers(self, notice: Notice) -> QHBoxLayout:
        line = row(spacing=SPACING)
        for words, accept in acts_of(notice):
            button = QPushButton(words)
            button.clicked.connect(partial(self._accept, accept))
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _accept(self, accept: Callable[[], object], _checked: bool = False) -> None:
        self._discard_widget()
        if self.notice.offer:
            self.accepted.emit(self.notice)
        accept()

    def _dress(self) -> None:
        theme, token = current_theme(), self._style.token
        if theme is self._dressed:
            # Setting a style sheet changes the palette too, which would trigger this again.
            return
        self._dressed = theme
        self._sign.setPixmap(
            icon_pixmap(self._style.icon, icon_px(), token, self.devicePixelRatioF())
        )
        colour = getattr(theme, token).name()
        self.setStyleSheet(
            f"#toast {{ background: {theme.raised.name()}; border: 1px solid {theme.border.name()};"
            f" border-left: 4px solid {colour}; border-radius: 4px; }}"
        )

    def _wait(self) -> None:
        # Messages with a button stay longer, to leave time for reading.
        offers = self.notice.offer or self.notice.file is not None
        seconds = self._style.seconds * (_OFFER_PATIENCE if offers else 1.0)
        if seconds:
            self._timer.start(int(1000 * seconds))

    @Slot()
    def _discard_widget(self) -> None:
        self.read.emit(self.notice)
        self.close_now()

    @Slot()
    def close_now(self) -> None:
        """Dismiss this message."""
        self._timer.stop()
        self.closed.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stop the timeout while the mouse is over the message."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Restart the timeout."""
        self._wait()

    def changeEvent(self, event: QEvent) -> None:
        """Update the colours after a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            QTimer.singleShot(0, self, self._dress)


class Notifications(QObject):
    """Shows messages inside ``host``, at the lower edge of ``room``.

    At most ``MAX_SHOWN`` at a time. The newest is always among them: it replaces the oldest note,
    or else the oldest error, which returns when there is room again. Dismissed messages are kept in
    ``messages``, which also tracks those that are obsolete.
    """

    def __init__(self, host: QWidget, area: QWidget, messages: Messages) -> None:
        super().__init__(host)
        self._messages = messages
        self._host = host
        self._area = area
        self._toasts: list[Toast] = []
        self._queue: list[Notice] = []
        self._watch = overlay_area_of(area)
        # Arranging a main window raises its central widget above the messages.
        self._watch.changed.connect(self._place)
        self._watch.clear_changed.connect(self._place)

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The visible messages, the oldest first."""
        return tuple(toast.notice for toast in self._toasts)

    @property
    def waiting(self) -> int:
        """Number of messages that wait for room."""
        return len(self._queue)

    @Slot(object)
    def show(self, notice: Notice) -> None:
        """Show ``notice``, unless the same one is visible.

        An offer replaces the same words, whose button would perform the earlier action.
        """
        if notice in self.shown and not notice.offer:
            return
        if notice in self._queue:
            self._queue.remove(notice)
        if notice.about:
            self._put_away_all(notice.replaces)
        if notice.offer:
            self._withdraw_offers()
        self._messages.add(notice)
        if len(self._toasts) >= MAX_SHOWN:
            self._remove_one()
        self._add(notice)

    def _withdraw_offers(self) -> None:
        """Withdraw earlier offers: they refer to a state that no longer exists."""
        self._messages.withdraw(lambda _notice: True)
        self._queue = [notice for notice in self._queue if not notice.offer]
        for toast in tuple(self._toasts):
            if toast.notice.offer:
                self._drop(toast)

    def _remove_one(self) -> None:
        news = [toast for toast in self._toasts if toast.notice.level == "info"]
        # Messages with an offer are kept longer than plain notes.
        without_offer = (toast for toast in news if not toast.notice.offer)
        toast = next(without_offer, (news or self._toasts)[0])
        if toast.notice.level != "info":
            self._queue.append(toast.notice)
            del self._queue[:-_LONGEST_QUEUE]
        self._drop(toast)

    def _add(self, notice: Notice, index: int | None = None) -> None:
        toast = Toast(notice, self._host)
        toast.closed.connect(self._on_toast_closed)
        toast.accepted.connect(self._on_toast_accepted)
        toast.read.connect(self._messages.mark_seen)
        self._toasts.insert(len(self._toasts) if index is None else index, toast)
        toast.show()
        self._place()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(toast, toast.accessibleName()))

    def close_all(self) -> None:
        """Dismiss all messages, including those that wait."""
        self._queue.clear()
        for toast in tuple(self._toasts):
            toast.close_now()

    @Slot()
    def put_news_away(self) -> None:
        """Dismiss plain notes, such as the result of the last training; keep all others."""
        self._queue = [notice for notice in self._queue if notice.level != "info"]
        for toast in tuple(self._toasts):
            if toast.notice.level == "info":
                toast.close_now()

    @Slot()
    def put_past_away(self) -> None:
        """Dismiss messages about a request that another one has superseded."""
        self._put_away_all(lambda notice: notice.passing)

    def settle(self, about: About) -> None:
        """Dismiss messages ``about`` a matter that has been resolved or has changed."""
        self._put_away_all(lambda notice: notice.about == about)

    def _put_away_all(self, is_past: Callable[[Notice], bool]) -> None:
        self._messages.withdraw(is_past)
        self._queue = [notice for notice in self._queue if not is_past(notice)]
        for toast in tuple(self._toasts):
            if is_past(toast.notice):
                toast.close_now()

    @Slot(object)
    def _on_toast_closed(self, toast: Toast) -> None:
        if toast not in self._toasts:
            return
        self._drop(toast)
        if self._queue:
            self._add(self._queue.pop(), index=0)
        self._place()

    @Slot(object)
    def _on_toast_accepted(self, notice: Notice) -> None:
        self._messages.withdraw(lambda other: other is notice)

    def _drop(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        toast.hide()
        toast.deleteLater()
        self._watch.set_occupied(self, bool(self._toasts))

    def _place(self) -> None:
        """Stack the messages upwards from the lower edge, the newest at the bottom."""
        self._watch.set_occupied(self, bool(self._toasts))
        area = self._area
        at = area.mapTo(self._host, QPoint())
        widest = min(max(_WIDTH_PX, grown_for_text(_LEAST_PX)), self._host.width() - 2 * SPACING)
        width = min(widest, max(grown_for_text(_LEAST_PX), area.width() - 2 * SPACING))
        left, bottom = (area.width() - width) // 2, area.height() - 2 * SPACING
        left = min(max(left, SPACING - at.x()), self._host.width() - SPACING - width - at.x())
        for toast in reversed(self._toasts):
            height = toast.heightForWidth(width)
            height = max(height, toast.sizeHint().height() if height < 0 else height)
            preferred = QRect(left, bottom - height, width, height)
            place = self._watch.unobstructed_rect(preferred, upwards=True)
            toast.setGeometry(place.translated(at))
            toast.raise_()
            bottom = place.top() - SPACING
