"""Legend of the classes on the map, with the number of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen

from aegui.core.colours import CLASS_MARKS, MAX_LOOKS
from aegui.core.i18n import tr, trn
from aegui.kit.painted import PaintedBase, paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme
from aegui.widgets.colours import class_colour, paint_mark
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QWidget

_LONGEST_PX = 170
_ANY_PX = 10_000
_CHIP_PX = 10
_ROW_GAP_PX = 3
_MARK_CELL_PX = 18
_MARKS_ACROSS = 8
_MIN_MARKS_PX = 420
_FEW = 4
_MAX_COVERED = 0.04
"""Maximum share of the map covered by a list of all names."""


class ClassLegend(PaintedBase):
    """A row per class, in columns if there is little height; a click emphasises a class.

    If the rows would cover much of the map, the legend is compact: the marks of all classes below
    the name of the hovered one; on a very small map only that name. It expands while the pointer
    or the keyboard focus is on it.
    """

    accessible_role = QAccessible.Role.List

    emphasis_requested = Signal(object)
    """Emphasise that class (a number); None emphasises none."""
    size_changed = Signal()
    """The size of the legend has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        """Names of the listed classes."""
        self.note = ""
        """Text below the classes."""
        self._emphasis: int | None = None
        self._current = 0
        self._pointed: int | None = None
        self._size_limit = QSize(_ANY_PX, _ANY_PX)
        self._is_compact = self._is_entered = self._is_open = False
        self._has_marks = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Classes"))
        self.setToolTip(tr("Click a class to highlight it"))

    def set_classes(self, names: Sequence[str]) -> None:
        """Set the names of the classes."""
        self.names = tuple(label_name(name) for name in names)
        self._emphasis = self._pointed = None
        self._current = 0
        self._changed()

    def set_note(self, note: str) -> None:
        """Set the note below the classes, such as the count of samples shown; may be empty."""
        if note != self.note:
            self.note = note
            self._changed()

    def set_emphasis(self, number: int | None) -> None:
        """Show class ``number`` as emphasised; None for no class."""
        self._emphasis = number
        self.update()

    def set_pointed(self, number: int | None) -> None:
        """Set the class of the hovered sample; None if no sample is hovered."""
        if number != self._pointed:
            self._pointed = number
            self.update()

    def set_size_limit(self, size: QSize) -> None:
        """Set the size of the map; rows that do not fit continue in further columns."""
        if size != self._size_limit:
            self._size_limit = size
            self._changed()

    @property
    def is_compact(self) -> bool:
        """Whether only the marks and one name are shown."""
        return self._is_compact and not self._is_open

    @property
    def is_expanded(self) -> bool:
        """Whether all names are shown for a moment, for the pointer or the keyboard focus."""
        return self._is_compact and self._is_open

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.names and not self.note

    def _changed(self) -> None:
        list_size = self._list_size()
        covers = (
            list_size.width()
            * list_size.height()
            / max(1, self._size_limit.width() * self._size_limit.height())
        )
        self._is_compact = len(self.names) > _FEW and covers > _MAX_COVERED
        self._has_marks = self._size_limit.width() >= _MIN_MARKS_PX
        self.resize(self.sizeHint())
        describe(self, "; ".join([*self.names, *filter(None, [self.note])]), spoken=False)
        self.update()

    def part_count(self) -> int:
        """Return how many classes there are."""
        return len(self.names)

    def part_words(self, index: int) -> str:
        """Return the name of a class."""
        return self.names[index]

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of a class."""
        return self.row_rect(index)

    def current_part(self) -> int | None:
        """Return the index of the class under the keyboard cursor."""
        return self._current if self.names else None

    def _row_px(self) -> int:
        return self.fontMetrics().height() + _ROW_GAP_PX

    def sizeHint(self) -> QSize:  # noqa: D102
        return self._compact_size() if self.is_compact else self._list_size()

    def _list_size(self) -> QSize:
        rows = self._rows()
        columns = -(-len(self.names) // rows)
        note = self.fontMetrics().horizontalAdvance(self.note)
        width = max(columns * self._column_px(), note + SPACING if note else 0)
        height = (min(rows, len(self.names)) + bool(self.note)) * self._row_px()
        return QSize(width + SPACING, height + SPACING)

    def _compact_size(self) -> QSize:
        columns = min(_MARKS_ACROSS, len(self.names))
        rows = -(-len(self.names) // columns) if self._has_marks else 0
        # Wide enough for every name, so that the size does not change under the pointer.
        words = max(
            self._column_px() - SPACING, self.fontMetrics().horizontalAdvance(self._count_words())
        )
        note = self.fontMetrics().horizontalAdvance(self.note)
        marks = columns * _MARK_CELL_PX if self._has_marks else 0
        width = max(marks, words, note) + 2 * SPACING
        lines = 1 + bool(self.note)
        return QSize(width, lines * self._row_px() + rows * _MARK_CELL_PX + SPACING)

    def _count_words(self) -> str:
        return trn("{n} class", "{n} classes", len(self.names))

    def _rows(self) -> int:
        """Return the rows per column, balanced between the columns."""
        fitting = (self._size_limit.height() - SPACING) // self._row_px() - bool(self.note)
        columns = -(-len(self.names) // max(1, fitting))
        return -(-len(self.names) // max(1, columns)) or 1

    def _column_px(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        return SPACING + _CHIP_PX + SPACING + min(_LONGEST_PX, widest)

    def row_rect(self, number: int) -> QRect:
        """Return the rectangle of the row of class ``number``, or of its mark; may be empty."""
        if self.is_compact and not self._has_marks:
            return QRect()
        if self.is_compact:
            across = min(_MARKS_ACROSS, len(self.names))
            row, column = divmod(number, across)
            top = SPACING // 2 + self._row_px() + row * _MARK_CELL_PX
            left = SPACING + column * _MARK_CELL_PX
            return QRect(left, top, _MARK_CELL_PX, _MARK_CELL_PX)
        rows = self._rows()
        column, row = divmod(number, rows)
        is_only = len(self.names) <= rows
        row_width = self.width() if is_only else self._column_px()
        return QRect(
            column * row_width, SPACING // 2 + row * self._row_px(), row_width, self._row_px()
        )

    def _note_rect(self) -> QRect:
        top = self.height() - SPACING // 2 - self._row_px()
        return QRect(SPACING, top, self.width() - SPACING, self._row_px())

    def _row_at(self, position: QPoint) -> int | None:
        rows = range(len(self.names))
        return next((row for row in rows if self.row_rect(row).contains(position)), None)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        super().enterEvent(event)
        self._is_entered = True
        self._open()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self._is_entered = False
        self._open()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        self._open()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusOutEvent(event)
        self._open()

    def _open(self) -> None:
        """Expand while the pointer or the keyboard focus is on the legend."""
        is_open = self._is_entered or self.hasFocus()
        if is_open != self._is_open:
            self._is_open = is_open
            self.resize(self.sizeHint())
            self.update()
            if self._is_compact:
                self.size_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        # Keep the event from the map below.
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        row = self._row_at(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._toggle(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if self.names and event.key() in steps:
            self._current = (self._current + steps[event.key()]) % len(self.names)
            describe(self, self.names[self._current])
            self.update()
        elif self.names and event.key() in {
            Qt.Key.Key_Space,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        }:
            self._toggle(self._current)
        else:
            super().keyPressEvent(event)

    def _toggle(self, row: int) -> None:
        self._current = row
        self.emphasis_requested.emit(None if row == self._emphasis else row)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        paint_card(painter, self)
        if self.is_compact:
            self._paint_compact(painter)
        else:
            for number in range(len(self.names)):
                self._paint_row(painter, number)
        if self.note:
            painter.setPen(theme.text_dim)
            painter.drawText(self._note_rect(), Qt.AlignmentFlag.AlignVCenter, self.note)

    def _paint_compact(self, painter: QPainter) -> None:
        """Paint the name of the hovered or emphasised class above the marks of all classes."""
        theme = current_theme()
        named_class = self._pointed if self._pointed is not None else self._emphasis
        line = QRect(SPACING, SPACING // 2, self.width() - 2 * SPACING, self._row_px())
        if named_class is None:
            painter.setPen(theme.text_dim)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self._count_words())
        else:
            self._paint_mark(painter, named_class, line.left(), line.center().y() + 1)
            painter.setPen(theme.text)
            rest = line.adjusted(_CHIP_PX + SPACING, 0, 0, 0)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._elided(named_class))
        for number in range(len(self.names) if self._has_marks else 0):
            spot = self.row_rect(number)
            at = spot.center().x() - _CHIP_PX // 2 + 1
            self._paint_mark(painter, number, at, spot.center().y() + 1)
            if number == named_class:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.text, 1.0))
                painter.drawRoundedRect(QRectF(spot).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _elided(self, number: int) -> str:
        mode = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.names[number], mode, _LONGEST_PX)

    def _paint_mark(self, painter: QPainter, number: int, left: int, middle: int) -> None:
        theme, colour = current_theme(), class_colour(number)
        faded = self._emphasis not in (None, number)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(colour, theme.raised, 0.3) if faded else colour)
        centre = QPointF(left + _CHIP_PX / 2, middle)
        paint_mark(painter, centre, 0.45 * _CHIP_PX, CLASS_MARKS[number % MAX_LOOKS])

    def _paint_row(self, painter: QPainter, number: int) -> None:
        theme, row = current_theme(), self.row_rect(number)
        faded = self._emphasis not in (None, number)
        self._paint_mark(painter, number, row.left() + SPACING, row.center().y() + 1)
        painter.setPen(theme.text_dim if faded else theme.text)
        left = SPACING + _CHIP_PX + SPACING
        text = self._elided(number)
        painter.drawText(row.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus() and number == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(QRectF(row).adjusted(2, 0, -2, 0), 3, 3)
