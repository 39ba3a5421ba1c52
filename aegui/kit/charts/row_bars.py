"""Rows with a name, a bar and a figure, one below the other: shares, chances, effects, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import blend, current_theme, figures_font, for_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

ROW_PX = 22
GAP_PX = 6
_MOST_NAME_PX = 130
_STEPS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_CHOOSING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


@dataclass(frozen=True)
class RowBar:
    """One row.

    Attributes:
        name: What it is of.
        value: Length of the bar as a share of the room, -1 to 1; below 0 it goes to the left.
        figure: What is written at its end.
        words: The whole row for those who hear it, and as a tooltip.
        colour: Of the bar; None: that of the theme.
        is_strong: Whether it has its full colour; else it is pale.
    """

    name: str
    value: float
    figure: str
    words: str
    colour: QColor | None = None
    is_strong: bool = True


class RowBars(Painted):
    """Paints ``RowBar`` rows; mouse and arrows point at them, a click or Enter chooses one.

    Override ``paint_lead`` for what stands before the names.

    Signals:
        pointed(row): At this row, or None: at none any more.
        chosen(row): It was clicked, or Enter or Space pressed on it.
    """

    accessible_role = QAccessible.Role.Chart

    pointed = Signal(object)
    chosen = Signal(int)
    lead_px = 0
    """Width of what stands before the names."""
    name_share = 0.42
    """Names take no more of the width."""

    def __init__(self, name: str, file_name: str, parent: QWidget | None = None) -> None:
        """Show none yet; ``name`` is what they are, ``file_name`` that of the saved picture."""
        super().__init__(parent)
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
        """Show ``rows``; ``signed``: they begin in the middle. ``note`` stands below them."""
        size = self.sizeHint()
        self._rows, self._is_signed, self._note = tuple(rows), signed, note
        self._current = min(self._current, max(0, len(self._rows) - 1))
        if self._pointed is not None and self._pointed >= len(self._rows):
            self._point_at(None)
        describe(self, "; ".join(row.words for row in self._rows), spoken=False)
        if self.sizeHint() != size:
            self.updateGeometry()
        self.update()

    def paint_lead(self, painter: QPainter, rect: QRect, row: int) -> None:
        """Paint what stands before the name of a row; override it."""

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(260, max(1, len(self._rows) + bool(self._note)) * for_text(ROW_PX))

    def minimumSizeHint(self) -> QSize:
        """All rows, narrow."""
        return QSize(160, self.sizeHint().height())

    def part_count(self) -> int:
        """The rows."""
        return len(self._rows)

    def part_words(self, place: int) -> str:
        """What a row says."""
        return self._rows[place].words

    def part_rect(self, place: int) -> QRect:
        """Where a row is painted."""
        return self.row_rect(place)

    def current_part(self) -> int | None:
        """The row that the keys are at."""
        return self._current if self._rows else None

    # Geometry

    def row_rect(self, row: int) -> QRect:
        """Where a row is painted."""
        return QRect(0, row * for_text(ROW_PX), self.width(), for_text(ROW_PX))

    def _row_at(self, y: float) -> int | None:
        row = int(y // for_text(ROW_PX))
        return row if 0 <= row < len(self._rows) else None

    def _columns(self) -> tuple[int, int, int]:
        """Where names begin, where bars begin, and where figures begin."""
        left = self.lead_px + GAP_PX if self.lead_px else 0
        advance = self.fontMetrics().horizontalAdvance
        wide = max((advance(row.name) for row in self._rows), default=0)
        name = min(wide, _MOST_NAME_PX, int(self.name_share * self.width()))
        figure = max((advance(row.figure) for row in self._rows), default=0)
        return left, left + name + 2 + GAP_PX, self.width() - figure - GAP_PX

    def bar_rect(self, row: int) -> QRect:
        """Where the bar of a row is painted."""
        _, begin, end = self._columns()
        room = max(1, end - begin - GAP_PX)
        value = max(-1.0, min(1.0, self._rows[row].value))
        top = self.row_rect(row).y() + 4
        if not self._is_signed:
            # What is there is seen, what is not is not.
            length = max(1, round(room * value)) if value else 0
            return QRect(begin, top, length, for_text(ROW_PX) - 8)
        middle, length = begin + room // 2, round(room / 2 * abs(value))
        left = middle if value >= 0 else middle - length
        return QRect(left, top, max(1, length), for_text(ROW_PX) - 8)

    def tip_at(self, position: QPoint) -> str:
        """What a row says."""
        row = self._row_at(position.y())
        return "" if row is None else self._rows[row].words

    # Mouse and keys

    def _point_at(self, row: int | None) -> None:
        if row != self._pointed:
            self._pointed = row
            self.pointed.emit(row)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a row."""
        self._point_at(self._row_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at none."""
        self._point_at(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose a row."""
        row = self._row_at(event.position().y())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = row
            self.chosen.emit(row)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down point at rows, Enter and Space choose."""
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
        """Say which row the keys are at; only an arrow points at one."""
        super().focusInEvent(event)
        if self._rows:
            self.speak(self._rows[self._current].words)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at none."""
        self._point_at(None)
        super().focusOutEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and where the keys are."""
        del event
        painter = QPainter(self)
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
        if self.hasFocus() and self._rows:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.row_rect(self._current).adjusted(1, 1, -2, -2))

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
