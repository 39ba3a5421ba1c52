"""The classes with their colours, and how many samples of each are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import localized, tr, trn
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.class_colours import class_colour
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

MOST_ROWS = 30
"""Of more classes only so many of the largest are shown, and the number of the others."""
_ROW_PX = 22
_SWATCH_PX = 10
_BAR_PX = 3.0


class ClassBars(QWidget):
    """A row for each class; pointing at one shows it alone, a click selects it."""

    hovered = Signal(object)
    """Number of the class under the pointer, or None."""
    clicked = Signal(int)
    """Number of the class that is to be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._totals: NDArray[np.int64] = np.zeros(0, np.int64)
        self._counts: NDArray[np.int64] | None = None
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._current: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Classes"))
        self.figures = offer_painted(self, "classes")
        self.setToolTip(tr("Point at a class to see it alone; click to select it."))

    def sizeHint(self) -> QSize:
        """All rows."""
        more = len(self._rows) < np.count_nonzero(self._totals)
        return QSize(160, _ROW_PX * (len(self._rows) + int(more)))

    def set_classes(self, names: Sequence[str], classes: NDArray[np.int64]) -> None:
        """Samples of ``classes`` ``[n]``, numbers of ``names``."""
        self._names = tuple(names)
        self._totals = np.bincount(classes, minlength=len(names)).astype(np.int64)
        self._counts = None
        self._current = None
        largest = np.argsort(-self._totals, kind="stable")
        shown = largest[self._totals[largest] > 0][:MOST_ROWS]
        self._rows = np.sort(shown)
        self.updateGeometry()
        self._describe()

    def set_selected(self, classes: NDArray[np.int64] | None) -> None:
        """Classes of the samples selected, ``[m]``; None: nothing is selected."""
        if classes is None:
            self._counts = None
        else:
            self._counts = np.bincount(classes, minlength=len(self._names)).astype(np.int64)
        self._describe()

    @property
    def counts(self) -> dict[str, int]:
        """Samples selected by class; all of them where nothing is selected."""
        counts = self._totals if self._counts is None else self._counts
        return {self._names[row]: int(counts[row]) for row in self._rows}

    def _describe(self) -> None:
        listed = ", ".join(
            f"{label_name(name)} {localized(count, ',')}" for name, count in self.counts.items()
        )
        self.setAccessibleDescription(listed)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint swatch, name, number and bar of every row."""
        painter = QPainter(self)
        counts = self._totals if self._counts is None else self._counts
        largest = max(1, int(counts.max(initial=1)))
        for row, number in enumerate(self._rows.tolist()):
            self._paint_row(painter, row, number, int(counts[number]), largest)
        left_out = int(np.count_nonzero(self._totals)) - len(self._rows)
        if left_out:
            painter.setPen(current_theme().text_dim)
            line = QRectF(SPACING, len(self._rows) * _ROW_PX, self.width(), _ROW_PX)
            text = trn("and {n} more class", "and {n} more classes", left_out)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_row(
        self, painter: QPainter, row: int, number: int, count: int, largest: int
    ) -> None:
        theme = current_theme()
        box = QRectF(0, row * _ROW_PX, self.width(), _ROW_PX)
        if number == self._current:
            painter.fillRect(box, blend(theme.accent, theme.panel, 0.14))
        inner = box.adjusted(SPACING / 2, 0, -SPACING / 2, 0)
        colour = class_colour(number, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        top = inner.center().y() - _SWATCH_PX / 2 - 1
        painter.drawEllipse(QRectF(inner.x(), top, _SWATCH_PX, _SWATCH_PX))
        text = inner.adjusted(_SWATCH_PX + SPACING, 0, 0, -_BAR_PX)
        share = text.width() * count / largest
        painter.drawRect(QRectF(text.x(), box.bottom() - _BAR_PX - 1, share, _BAR_PX))
        font = painter.font()
        painter.setFont(figures_font(font))
        figure = localized(count, ",")
        painter.setPen(theme.text if count else theme.text_dim)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text, right, figure)
        metrics = QFontMetricsF(painter.font())
        room = text.width() - metrics.horizontalAdvance(figure) - SPACING
        name = metrics.elidedText(
            label_name(self._names[number]), Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font)

    # Mouse and keys

    def _number_at(self, y: float) -> int | None:
        row = int(y // _ROW_PX)
        return int(self._rows[row]) if 0 <= row < len(self._rows) else None

    def _point_at(self, number: int | None) -> None:
        if number != self._current:
            self._current = number
            self.hovered.emit(number)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a class."""
        self._point_at(self._number_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at none."""
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at none."""
        self._point_at(None)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a class."""
        number = self._number_at(event.position().y())
        if number is not None:
            self.clicked.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down point at classes, Space and Enter select."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and len(self._rows):
            rows = self._rows.tolist()
            row = rows.index(self._current) + step if self._current in rows else 0
            self._point_at(rows[min(max(row, 0), len(rows) - 1)])
        elif self._current is not None and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            self.clicked.emit(self._current)
        else:
            super().keyPressEvent(event)
