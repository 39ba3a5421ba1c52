"""Horizontal bars with a name and a figure: shares, probabilities, effects, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, paint_focus
from aegui.kit.speech import describe
from aegui.kit.theme import blend, current_theme, figures_font, for_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent

ROW_PX = 22
GAP_PX = 6
_MAX_NAME_PX, _MIN_NAME_PX = 130, 72
_MIN_PX = 160
_STEPS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_CHOOSING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


@dataclass(frozen=True)
class RowBar:
    """One row."""

    name: str
    """Label of the row."""
    value: float
    """Length of the bar as a share of the room, -1 to 1; negative bars extend to the left."""
    figure: str
    """Text at the end of the row."""
    words: str
    """Description of the row, for screen readers and the tooltip."""
    colour: QColor | None = None
    """Colour of the bar; None for that of the theme."""
    is_strong: bool = True
    """Whether it has its full colour; otherwise it is pale."""


class RowBars(Painted):
    """Paints ``RowBar`` rows; mouse and arrow keys hover them, a click or Enter chooses one.

    Override ``paint_lead`` to paint something before the names.
    """

    accessible_role = QAccessible.Role.Chart

    pointed = Signal(object)
    """With row: the hovered row, or None."""
    chosen = Signal(int)
    """With row: the row was clicked, or Enter or Space pressed on it."""
    lead_px = 0
    """Width of the area before the names."""
    name_share = 0.42
    """Largest share of the width for names."""

    def __init__(self, name: str, file_name: str) -> None:
        """Create without rows; ``name`` is the accessible name, ``file_name`` that of exports."""
        super().__init__()
        self._rows: tuple[RowBar, ...] = ()
        self._note = ""
        self._is_signed = False
        self._current = 0
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.figures = offer_painted(self, file_name, fits=False)

    def set_rows(self, rows: Sequence[RowBar], *, signed: bool = False, note: str = "") -> None:
        """Show ``rows``, with zero in the middle if ``signed``, and ``note`` below them."""
        size, least = self.sizeHint(), self.minimumSizeHint()
        self._rows, self._is_signed, self._note = tuple(rows), signed, note
        self._current = min(self._current, max(0, len(self._rows) - 1))
        if self._pointed is not None and self._pointed >= len(self._rows):
            self._point_at(None)
        describe(self, "; ".join(row.words for row in self._rows), spoken=False)
        if (self.sizeHint(), self.minimumSizeHint()) != (size, least):
            self.updateGeometry()
        self.update()

    def paint_lead(self, painter: QPainter, rect: QRect, row: int) -> None:
        """Paint in ``rect`` before the name of a row; override it."""

    def sizeHint(self) -> QSize:
        """Return the size of all rows."""
        return QSize(260, max(1, len(self._rows) + bool(self._note)) * for_text(ROW_PX))

    def minimumSizeHint(self) -> QSize:
        """Return the narrowest size that shows all rows, with at least the begin of their names."""
        left, name, figure = self._widths()
        least = left + min(name, _MIN_NAME_PX) + 2 + 3 * GAP_PX + figure
        return QSize(max(_MIN_PX, least), self.sizeHint().height())

    def part_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def part_words(self, index: int) -> str:
        """Return the description of a row."""
        return self._rows[index].words

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a row."""
        return self.row_rect(index)

    def current_part(self) -> int | None:
        """Return the row under the keyboard cursor."""
        return self._current if self._rows else None

    # Geometry

    def row_rect(self, row: int) -> QRect:
        """Return the rectangle of a row."""
        return QRect(0, row * for_text(ROW_PX), self.width(), for_text(ROW_PX))

    def _row_at(self, y: float) -> int | None:
        row = int(y // for_text(ROW_PX))
        return row if 0 <= row < len(self._rows) else None

    def _widths(self) -> tuple[int, int, int]:
        """Return the widths before the names, of the longest name and of the longest figure."""
        left = self.lead_px + GAP_PX if self.lead_px else 0
        advance = self.fontMetrics().horizontalAdvance
        name = max((advance(row.name) for row in self._rows), default=0)
        figure = max((advance(row.figure) for row in self._rows), default=0)
        return left, name, figure

    def _columns(self) -> tuple[int, int, int]:
        """Return the x positions at which names, bars and figures begin.

        Where it is narrow, names are cut before figures: these would be read as other numbers.
        """
        left, widest, figure = self._widths()
        end = self.width() - figure - GAP_PX
        most = max(_MIN_NAME_PX, end - left - 2 - 2 * GAP_PX)
        name = min(widest, _MAX_NAME_PX, int(self.name_share * self.width()), most)
        return left, left + name + 2 + GAP_PX, end

    def bar_rect(self, row: int) -> QRect:
        """Return the rectangle of the bar of a row."""
        _, begin, end = self._columns()
        available = max(1, end - begin - GAP_PX)
        value = max(-1.0, min(1.0, self._rows[row].value))
        top = self.row_rect(row).y() + 4
        if not self._is_signed:
            # A non-zero value is always visible, zero never.
            length = max(1, round(available * value)) if value else 0
            return QRect(begin, top, length, for_text(ROW_PX) - 8)
        middle, length = begin + available // 2, round(available / 2 * abs(value))
        left = middle if value >= 0 else middle - length
        return QRect(left, top, max(1, length), for_text(ROW_PX) - 8)

    def tip_at(self, position: QPoint) -> str:
        """Return the description of the row under the pointer."""
        row = self._row_at(position.y())
        return "" if row is None else self._rows[row].words

    # Mouse and keys

    def _point_at(self, row: int | None) -> None:
        if row != self._pointed:
            self._pointed = row
            self.pointed.emit(row)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover the row under the pointer."""
        self._point_at(self._row_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hover."""
        self._point_at(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the clicked row."""
        row = self._row_at(event.position().y())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = row
            self.chosen.emit(row)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with Up and Down, choose with Enter and Space."""
        if self._rows and event.key() in _STEPS:
            row = self._current + _STEPS[event.key()]
            self._current = min(max(row, 0), len(self._rows) - 1)
            self._point_at(self._current)
            self.speak(self._rows[self._current].words)
        elif self._rows and event.key() in _CHOOSING:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Announce the current row; it is hovered only once an arrow key is pressed."""
        super().focusInEvent(event)
        if self._rows:
            self.speak(self._rows[self._current].words)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Clear the hover."""
        self._point_at(None)
        super().focusOutEvent(event)

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Paint the rows and the keyboard cursor."""
        painter.setFont(figures_font(self.font()))
        theme = current_theme()
        _, begin, end = self._columns()
        for row in range(len(self._rows)):
            self._paint_row(painter, row)
        if self._is_signed and self._rows:
            middle = begin + (end - begin - GAP_PX) // 2
            painter.setPen(QPen(theme.border, 1))
            painter.drawLine(middle, 0, middle, len(self._rows) * for_text(ROW_PX))
        if self._note:
            painter.setPen(theme.text_dim)
            below = self.row_rect(len(self._rows)).adjusted(GAP_PX, 0, 0, 0)
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, self._note)
        if self._rows:
            paint_focus(painter, self, self.row_rect(self._current).adjusted(1, 1, -2, -2), 2)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        theme, bar, rect = current_theme(), self._rows[row], self.row_rect(row)
        left, begin, end = self._columns()
        if row == self._pointed:
            painter.fillRect(rect, blend(theme.accent, theme.panel, 0.14))
        if self.lead_px:
            lead = QRect(0, rect.y() + 1, self.lead_px, for_text(ROW_PX) - 2)
            self.paint_lead(painter, lead, row)
        colour = theme.accent if bar.colour is None else bar.colour
        painter.fillRect(
            self.bar_rect(row), colour if bar.is_strong else blend(colour, theme.panel, 0.6)
        )
        painter.setPen(theme.text)
        place = QRect(left, rect.y(), begin - left - GAP_PX, rect.height())
        metrics = painter.fontMetrics()
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(
            QRect(end, rect.y(), self.width() - end - 1, rect.height()),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            bar.figure,
        )
