"""Flow layout: small widgets in a row that wraps."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem


class FlowLayout(QHBoxLayout):
    """Widgets from left to right at their preferred width, wrapped into lines.

    With ``last_at_right`` the last one is right-aligned in its line; with ``in_columns`` each has
    the width of the widest, so that lines form columns. Qt's own layout keeps the items, since
    Python wrappers of layout items may be invalidated while in use.
    """

    def __init__(
        self, spacing: int, *, last_at_right: bool = False, in_columns: bool = False
    ) -> None:
        super().__init__()
        self._last_at_right = last_at_right
        self._in_columns = in_columns
        self._width_px: int | None = None  # Qt resets the geometry during size queries
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def expandingDirections(self) -> Qt.Orientation:
        """Return no direction: the layout takes no surplus space."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return True: a narrower layout is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at ``width``."""
        margins = self.contentsMargins()
        inner = width - margins.left() - margins.right()
        lines = self._place(QRect(0, 0, inner, 0), move=False)
        return lines + margins.top() + margins.bottom()

    def setGeometry(self, area: QRect) -> None:
        """Place the widgets in lines, instead of as ``QHBoxLayout`` does."""
        before = self.minimumSize()
        QLayout.setGeometry(self, area)
        self._width_px = area.width()
        self._place(area.marginsRemoved(self.contentsMargins()), move=True)
        if self.minimumSize() != before:
            self.update()  # the parent must learn that the number of lines changed

    def sizeHint(self) -> QSize:
        """Return the size of all widgets in one line."""
        hints = self._hints(self._shown())
        width = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        height = max((hint.height() for hint in hints), default=0)
        return QSize(width, height).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Return the width of the widest widget, and the height of the current lines."""
        hints = [item.minimumSize() for item in self._shown()]
        width = max((hint.width() for hint in hints), default=0)
        height = max((hint.height() for hint in hints), default=0)
        least = QSize(width, height).grownBy(self.contentsMargins())
        if self._width_px is None:
            return least
        return least.expandedTo(QSize(0, self.heightForWidth(self._width_px)))

    def _shown(self) -> list[QLayoutItem]:
        items = (self.itemAt(index) for index in range(self.count()))
        return [item for item in items if item is not None and not item.isEmpty()]

    def _hints(self, shown: list[QLayoutItem]) -> list[QSize]:
        hints = [item.sizeHint() for item in shown]
        if self._in_columns:
            widest = max((hint.width() for hint in hints), default=0)
            hints = [QSize(widest, hint.height()) for hint in hints]
        return hints

    def _place(self, area: QRect, *, move: bool) -> int:
        """Lay out the lines, moving the widgets if ``move``; return their total height."""
        x, y, line = area.left(), area.top(), 0
        shown = self._shown()
        placed: list[tuple[QLayoutItem, QRect]] = []
        for item, hint in zip(shown, self._hints(shown), strict=True):
            if x > area.left() and x + hint.width() > area.left() + area.width():
                self._settle(placed, line)
                x, y, line = area.left(), y + line + self.spacing(), 0
            if self._last_at_right and item is shown[-1]:
                x = max(x, area.left() + area.width() - hint.width())
            if move:
                placed.append((item, QRect(QPoint(x, y), hint)))
            x += hint.width() + self.spacing()
            line = max(line, hint.height())
        self._settle(placed, line)
        return y + line - area.top()

    def _settle(self, placed: list[tuple[QLayoutItem, QRect]], line: int) -> None:
        """Centre the widgets of a finished line of height ``line`` vertically."""
        for item, rect in placed:
            item.setGeometry(rect.translated(0, (line - rect.height()) // 2))
        placed.clear()
