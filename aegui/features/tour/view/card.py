"""The card of the tour: what to try, beside what it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, heading, row
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDE_PX = 300
_AWAY_PX = 14
_SHARES = (0.5, 0.25, 0.0)
"""Beside a panel it may lie so far down it, from its top."""


class TourCard(QFrame):
    """Title, a few lines, and buttons; it lies on the window and keeps nobody from working.

    Signals:
        next_requested(), back_requested(): The step after this one, or before it.
        left(): Not now.
    """

    next_requested = Signal()
    back_requested = Signal()
    left = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("card", True)
        self.setFixedWidth(_WIDE_PX)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.title = heading()
        self.count = dim()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.done = dim(tr("✓ Done"))
        kept = self.done.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.done.setSizePolicy(kept)
        self.leave = QPushButton(tr("Not now"))
        self.leave.setToolTip(tr("Help > Tour goes on here"))
        self.back = QPushButton(tr("Back"))
        self.next = QPushButton(tr("Next"))
        self.next.setDefault(True)
        self.leave.clicked.connect(self.left)
        self.back.clicked.connect(self.back_requested)
        self.next.clicked.connect(self.next_requested)
        edge = SPACING + SPACING // 2
        self.setLayout(
            column(
                row(self.title, 1, self.done, self.count, spacing=SPACING),
                self.text,
                row(self.leave, 1, self.back, self.next),
                spacing=SPACING,
                margins=(edge, SPACING, edge, SPACING),
            )
        )
        self.hide()

    def set_step(self, place: int, steps: int, title: str, text: str) -> None:
        """Show step ``place``, from 0, of so many, and have it said."""
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(tr("{n} of {all}", n=place + 1, all=steps))
        self.done.hide()
        self.back.setEnabled(place > 0)
        self.next.setText(tr("Next") if place + 1 < steps else tr("Finish"))
        said = tr("Tour, step {n} of {all}: {title}", n=place + 1, all=steps, title=title)
        self.setAccessibleName(said)
        self.setAccessibleDescription(text)
        self.show()
        event = QAccessibleAnnouncementEvent(self, f"{said}. {text}")
        QAccessible.updateAccessibility(event)

    def put_beside(
        self, target: QRect | None, figures: Sequence[QRect] = (), *, within: bool = False
    ) -> None:
        """Lie beside ``target`` of the window, not over it; where there is no room, in its corner.

        Args:
            target: None: in the lower right corner of the window.
            figures: What stands in the window, of which as little as possible is covered.
            within: It lies in the corner of ``target`` rather than over any of ``figures``.
        """
        window = self.parentWidget()
        if window is None:
            return
        layout = self.layout()
        assert layout is not None
        high = max(layout.totalHeightForWidth(_WIDE_PX), layout.minimumSize().height())
        self.resize(_WIDE_PX, high)
        inner = window.rect().adjusted(SPACING, SPACING, -SPACING, -SPACING)
        self.move(_beside(target, self.rect(), inner, figures, within=within))
        self.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _beside(
    target: QRect | None, card: QRect, inner: QRect, figures: Sequence[QRect], *, within: bool
) -> QPoint:
    """Where the upper left corner of ``card`` goes within ``inner``.

    Of the places beside ``target`` it is the first that covers least of ``figures``; ``within`` it,
    in its corner, where none of them is free.
    """
    corner = inner.bottomRight() - card.bottomRight()
    if target is None:
        return corner
    kept = (
        QPoint(
            min(max(place.x(), inner.left()), corner.x()),
            min(max(place.y(), inner.top()), corner.y()),
        )
        for place in _places(target, card)
    )
    places = [place for place in kept if not card.translated(place).intersects(target)]
    covered = [_covered(card.translated(place), figures) for place in places]
    if places and (min(covered) == 0 or not within):
        return places[covered.index(min(covered))]
    inside = target.bottomRight() - card.bottomRight() - QPoint(_AWAY_PX, 3 * _AWAY_PX)
    return QPoint(max(inside.x(), inner.left()), max(inside.y(), inner.top()))


def _places(target: QRect, card: QRect) -> list[QPoint]:
    """Places around ``target``, those that are best for reading first."""
    right, left = target.right() + _AWAY_PX, target.left() - _AWAY_PX - card.width()
    under, over = target.bottom() + _AWAY_PX, target.top() - _AWAY_PX - card.height()
    # What is to be looked at mostly stands in the upper part of a panel.
    last = target.bottom() - card.height() - 2 * _AWAY_PX
    downs = [last, *(target.top() + round(share * (last - target.top())) for share in _SHARES)]
    across = target.center().x() - card.center().x()
    end = target.right() - card.width() - _AWAY_PX
    beside = [QPoint(x, y) for x in (right, left) for y in downs]
    below = [QPoint(x, y) for y in (under, over) for x in (across, end, target.left() + _AWAY_PX)]
    # A bar goes on to its sides, and so may what it tells of.
    return below + beside if target.height() < card.height() else beside + below


def _covered(card: QRect, figures: Sequence[QRect]) -> int:
    """Pixels of ``figures`` below ``card``."""
    shared = (card.intersected(figure) for figure in figures)
    return sum(one.width() * one.height() for one in shared if not one.isEmpty())
