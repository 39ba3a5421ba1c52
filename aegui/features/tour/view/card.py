"""The card of the tour, placed beside its target."""

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

_WIDTH_PX = 300
_AWAY_PX = 14
_SHARES = (0.5, 0.25, 0.0)
"""Vertical positions to try beside a panel, as shares from its top (0) to its bottom (1)."""


class TourCard(QFrame):
    """Card with title, text and buttons, which lies on the window without blocking it."""

    left = Signal()
    """Emitted to close the tour."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("card", True)
        self.setFixedWidth(_WIDTH_PX)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.title = heading()
        self.count = dim()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.done = dim(tr("✓ Done"))
        policy = self.done.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.done.setSizePolicy(policy)
        self.leave = QPushButton(tr("Not now"))
        self.leave.setToolTip(tr("Help > Tour goes on here"))
        self.back = QPushButton(tr("Back"))
        self.next = QPushButton(tr("Next"))
        self.next.setDefault(True)
        self.leave.clicked.connect(self.left)
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

    def set_step(self, index: int, steps: int, title: str, text: str) -> None:
        """Show the step with index ``index`` of ``steps``, and announce it to screen readers."""
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(tr("{n} of {all}", n=index + 1, all=steps))
        self.done.hide()
        self.back.setEnabled(index > 0)
        self.next.setText(tr("Next") if index + 1 < steps else tr("Finish"))
        said = tr("Tour, step {n} of {all}: {title}", n=index + 1, all=steps, title=title)
        self.setAccessibleName(said)
        self.setAccessibleDescription(text)
        self.show()
        event = QAccessibleAnnouncementEvent(self, f"{said}. {text}")
        QAccessible.updateAccessibility(event)

    def put_beside(
        self, target: QRect | None, figures: Sequence[QRect] = (), *, within: bool = False
    ) -> None:
        """Place the card beside ``target`` without covering it; if there is no room, in its corner.

        Args:
            target: Rectangle in the window; None for the lower right corner of the window.
            figures: Rectangles of content, of which as little as possible is covered.
            within: Prefer the corner of ``target`` to covering any of ``figures``.
        """
        window = self.parentWidget()
        if window is None:
            return
        layout = self.layout()
        assert layout is not None
        height = max(layout.totalHeightForWidth(_WIDTH_PX), layout.minimumSize().height())
        self.resize(_WIDTH_PX, height)
        inner = window.rect().adjusted(SPACING, SPACING, -SPACING, -SPACING)
        self.move(_beside(target, self.rect(), inner, figures, within=within))
        self.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the tour on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _beside(
    target: QRect | None, card: QRect, inner: QRect, figures: Sequence[QRect], *, within: bool
) -> QPoint:
    """Return the position of the upper left corner of ``card`` within ``inner``.

    Among the positions beside ``target`` it is the first that covers least of ``figures``; if none
    is free and ``within`` is true, it is the corner of ``target``.
    """
    corner = inner.bottomRight() - card.bottomRight()
    if target is None:
        return corner
    corners = (
        QPoint(
            min(max(place.x(), inner.left()), corner.x()),
            min(max(place.y(), inner.top()), corner.y()),
        )
        for place in _places(target, card)
    )
    places = [place for place in corners if not card.translated(place).intersects(target)]
    covered = [_covered(card.translated(place), figures) for place in places]
    if places and (min(covered) == 0 or not within):
        return places[covered.index(min(covered))]
    inside = target.bottomRight() - card.bottomRight() - QPoint(_AWAY_PX, 3 * _AWAY_PX)
    return QPoint(max(inside.x(), inner.left()), max(inside.y(), inner.top()))


def _places(target: QRect, card: QRect) -> list[QPoint]:
    """Return candidate positions around ``target``, the most readable first."""
    right, left = target.right() + _AWAY_PX, target.left() - _AWAY_PX - card.width()
    under, over = target.bottom() + _AWAY_PX, target.top() - _AWAY_PX - card.height()
    # The content of interest is mostly in the upper part of a panel.
    last = target.bottom() - card.height() - 2 * _AWAY_PX
    downs = [last, *(target.top() + round(share * (last - target.top())) for share in _SHARES)]
    across = target.center().x() - card.center().x()
    end = target.right() - card.width() - _AWAY_PX
    beside = [QPoint(x, y) for x in (right, left) for y in downs]
    below = [QPoint(x, y) for y in (under, over) for x in (across, end, target.left() + _AWAY_PX)]
    # The target is a horizontal bar: keep its sides free, as it may continue there.
    return below + beside if target.height() < card.height() else beside + below


def _covered(card: QRect, figures: Sequence[QRect]) -> int:
    """Return the area of ``figures`` in pixels that ``card`` covers."""
    shared = (card.intersected(figure) for figure in figures)
    return sum(one.width() * one.height() for one in shared if not one.isEmpty())
