"""Rows with a glyph, a name, a bar and a figure: chances, votes, and what numbers of a code do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted
from aegui.kit.speech import describe
from aegui.kit.theme import blend, current_theme
from aegui.session.data.looks import GLYPHS, Look
from aegui.widgets.glyphs import GlyphCache, draw_glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

_ROW_PX = 22
_GLYPH_PX = 20
_GAP_PX = 6
_NAME_SHARE = 0.3
_MOST_NAME_PX = 130


@dataclass(frozen=True)
class Bar:
    """One row.

    Attributes:
        name: What it is of.
        value: Length of the bar as a share of the room, -1 to 1; below 0 it goes to the left.
        figure: What is written at its end.
        words: The whole row for those who hear it, and as a tooltip.
        index: Place of the sample whose image stands before it, or None.
        is_strong: Whether it takes the colour of the theme; else it is pale.
    """

    name: str
    value: float
    figure: str
    words: str
    index: int | None = None
    is_strong: bool = True


class BarList(Painted):
    """Paints ``Bar`` rows; they are gone through by the arrows, and their samples opened.

    Signals:
        activated(index): A row with a sample was clicked, or Enter pressed on it.
    """

    activated = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._current = 0
        self._is_signed = False
        self._glyphs = GlyphCache()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.figures = offer_painted(self, "bars", fits=False)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def set_samples(self, images: ArrayLike, look: Look = GLYPHS) -> None:
        """The images ``[N, H, W]`` or ``[N, C, H, W]`` that the indices speak of, not copied."""
        self._glyphs.set_images(images, look)
        self.update()

    def set_bars(self, bars: Sequence[Bar], *, signed: bool = False) -> None:
        """Show ``bars``; ``signed``: they begin in the middle, and go both ways."""
        known = len(self._bars)
        self._bars, self._is_signed = tuple(bars), signed
        self._current = min(self._current, max(0, len(self._bars) - 1))
        describe(self, "; ".join(bar.words for bar in self._bars), spoken=False)
        if len(self._bars) != known:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(260, max(1, len(self._bars)) * _ROW_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(160, max(1, len(self._bars)) * _ROW_PX)

    def row_rect(self, row: int) -> QRect:
        """Where a row is painted."""
        return QRect(0, row * _ROW_PX, self.width(), _ROW_PX)

    def _row_at(self, position: QPoint) -> int | None:
        rows = range(len(self._bars))
        return next((row for row in rows if self.row_rect(row).contains(position)), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        row = self._row_at(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = row
            self._activate()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        steps: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if self._bars and event.key() in steps:
            row = self._current + steps[event.key()]
            self._current = min(max(row, 0), len(self._bars) - 1)
            describe(self, self._bars[self._current].words)
            self.update()
        elif self._bars and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._activate()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        if self._bars:
            describe(self, self._bars[self._current].words)

    def _activate(self) -> None:
        index = self._bars[self._current].index
        self.update()
        if index is not None:
            self.activated.emit(index)

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        row = self._row_at(position)
        return "" if row is None else self._bars[row].words

    # -- painting --------------------------------------------------------------------------------

    def _columns(self) -> tuple[int, int, int]:
        """Where names begin, where bars begin, and where figures begin."""
        has_glyphs = any(bar.index is not None for bar in self._bars)
        left = _GLYPH_PX + _GAP_PX if has_glyphs else 0
        advance = self.fontMetrics().horizontalAdvance
        wide = max((advance(bar.name) for bar in self._bars), default=0)
        name = min(wide, _MOST_NAME_PX, int(_NAME_SHARE * self.width()))
        figure = max((advance(bar.figure) for bar in self._bars), default=0)
        return left, left + name + 2 + _GAP_PX, self.width() - figure - _GAP_PX

    def bar_rect(self, row: int) -> QRect:
        """Where the bar of a row is painted."""
        _, begin, end = self._columns()
        room = max(1, end - begin - _GAP_PX)
        value = max(-1.0, min(1.0, self._bars[row].value))
        top = self.row_rect(row).y() + 4
        if not self._is_signed:
            return QRect(begin, top, max(1, round(room * value)), _ROW_PX - 8)
        middle, length = begin + room // 2, round(room / 2 * abs(value))
        left = middle if value >= 0 else middle - length
        return QRect(left, top, max(1, length), _ROW_PX - 8)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        painter = QPainter(self)
        theme = current_theme()
        left, begin, end = self._columns()
        for row, bar in enumerate(self._bars):
            rect = self.row_rect(row)
            if bar.index is not None and bar.index < len(self._glyphs):
                box = QRect(0, rect.y() + 1, _GLYPH_PX, _GLYPH_PX)
                image = self._glyphs.image(bar.index, theme.pixel_on, theme.pixel_off)
                draw_glyph(painter, box, image)
            colour = theme.accent if bar.is_strong else blend(theme.accent, theme.panel, 0.6)
            painter.fillRect(self.bar_rect(row), colour)
            painter.setPen(theme.text)
            place = QRect(left, rect.y(), begin - left - _GAP_PX, rect.height())
            name = self.fontMetrics().elidedText(
                bar.name, Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(
                QRect(end, rect.y(), self.width() - end - 1, rect.height()),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                bar.figure,
            )
        if self._is_signed and self._bars:
            middle = begin + (end - begin - _GAP_PX) // 2
            painter.setPen(QPen(theme.border, 1))
            painter.drawLine(middle, 0, middle, len(self._bars) * _ROW_PX)
        if self.hasFocus() and self._bars:
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRect(self.row_rect(self._current).adjusted(1, 1, -2, -2))
