"""What the colours on the map mean, and how many samples are on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import QWidget

from aegui.core.i18n import tr
from aegui.kit.painted import paint_card
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme
from aegui.widgets.class_colours import class_colour
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

_LONGEST_PX = 170
_ANY_HEIGHT_PX = 10_000
_CHIP_PX = 10
_ROW_GAP_PX = 3


class ClassLegend(QWidget):
    """A row per class, in columns where there is little height; a click lets one stand out.

    Signals:
        emphasis_requested(object): That class (a number) should stand out; None: all alike.
    """

    accessible_role = QAccessible.Role.List

    emphasis_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._note = ""
        self._emphasis: int | None = None
        self._current = 0
        self._room_px = _ANY_HEIGHT_PX
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Classes"))
        self.setToolTip(tr("Click a class to let it stand out"))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes that are listed."""
        return self._names

    def set_classes(self, names: Sequence[str]) -> None:
        """The names of the classes."""
        self._names = tuple(label_name(name) for name in names)
        self._emphasis = None
        self._current = 0
        self._changed()

    def set_note(self, note: str) -> None:
        """What is said below, such as that only some samples are shown; may be empty."""
        if note != self._note:
            self._note = note
            self._changed()

    def set_emphasis(self, number: int | None) -> None:
        """Show that class ``number`` stands out."""
        self._emphasis = number
        self.update()

    def set_room(self, height: int) -> None:
        """It may be so high; what does not fit beneath goes on in a further column."""
        if height != self._room_px:
            self._room_px = height
            self._changed()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self._names and not self._note

    @property
    def note(self) -> str:
        """What is said below."""
        return self._note

    def _changed(self) -> None:
        self.resize(self.sizeHint())
        describe(self, "; ".join([*self._names, *filter(None, [self._note])]), spoken=False)
        self.update()

    def part_count(self) -> int:
        """The classes."""
        return len(self._names)

    def part_words(self, place: int) -> str:
        """The name of a class."""
        return self._names[place]

    def part_rect(self, place: int) -> QRect:
        """Where a class is painted."""
        return self.row_rect(place)

    def current_part(self) -> int | None:
        """The class that the keys are at."""
        return self._current if self._names else None

    def _row_px(self) -> int:
        return self.fontMetrics().height() + _ROW_GAP_PX

    def sizeHint(self) -> QSize:  # noqa: D102
        rows = self._rows()
        columns = -(-len(self._names) // rows)
        note = self.fontMetrics().horizontalAdvance(self._note)
        width = max(columns * self._column_px(), note + SPACING if note else 0)
        height = (min(rows, len(self._names)) + bool(self._note)) * self._row_px()
        return QSize(width + SPACING, height + SPACING)

    def _rows(self) -> int:
        """Names one beneath the other, in each column as many but for the last."""
        fitting = (self._room_px - SPACING) // self._row_px() - bool(self._note)
        columns = -(-len(self._names) // max(1, fitting))
        return -(-len(self._names) // max(1, columns)) or 1

    def _column_px(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        return SPACING + _CHIP_PX + SPACING + min(_LONGEST_PX, widest)

    def row_rect(self, number: int) -> QRect:
        """Where the row of class ``number`` is painted."""
        rows = self._rows()
        column, row = divmod(number, rows)
        is_only = len(self._names) <= rows
        wide = self.width() if is_only else self._column_px()
        return QRect(column * wide, SPACING // 2 + row * self._row_px(), wide, self._row_px())

    def _note_rect(self) -> QRect:
        rows = min(self._rows(), len(self._names))
        top = SPACING // 2 + rows * self._row_px()
        return QRect(SPACING, top, self.width() - SPACING, self._row_px())

    def _row_at(self, position: QPoint) -> int | None:
        rows = range(len(self._names))
        return next((row for row in rows if self.row_rect(row).contains(position)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        # Not for the map below.
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        row = self._row_at(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._toggle(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if self._names and event.key() in steps:
            self._current = (self._current + steps[event.key()]) % len(self._names)
            describe(self, self._names[self._current])
            self.update()
        elif self._names and event.key() in {
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

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        theme = current_theme()
        painter = QPainter(self)
        paint_card(painter, self)
        for number in range(len(self._names)):
            self._paint_row(painter, number)
        if self._note:
            painter.setPen(theme.text_dim)
            painter.drawText(self._note_rect(), Qt.AlignmentFlag.AlignVCenter, self._note)

    def _paint_row(self, painter: QPainter, number: int) -> None:
        theme, row = current_theme(), self.row_rect(number)
        faded = self._emphasis not in (None, number)
        colour = class_colour(number, theme)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(colour, theme.raised, 0.3) if faded else colour)
        y = row.center().y() - _CHIP_PX / 2 + 1
        painter.drawEllipse(QRectF(row.left() + SPACING, y, _CHIP_PX, _CHIP_PX))
        painter.setPen(theme.text_dim if faded else theme.text)
        text = self.fontMetrics().elidedText(
            self._names[number], Qt.TextElideMode.ElideRight, _LONGEST_PX
        )
        left = SPACING + _CHIP_PX + SPACING
        painter.drawText(row.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus() and number == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5))
            painter.drawRoundedRect(QRectF(row).adjusted(2, 0, -2, 0), 3, 3)
