"""The confusion of a classifier as a map of numbers: true classes down, answers across."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from aegui.core.i18n import tr, trn
from aegui.widgets.glyphs import label_name, label_sign
from aegui.widgets.theme import SPACING, blend, current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

Cell = tuple[int, int]
"""Places of the true class and of the answer."""

_LEAST_CELL_PX = 9
_GOOD_CELL_PX = 26
_MOST_CELL_PX = 44
_MOST_LABEL_PX = 104
_FULL = 0.62
"""How much of its colour the fullest cell is given: text on it stays readable."""
_KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionView(QWidget):
    """Passive, but for one cell that is pointed at by mouse or keys.

    Right answers are tinted in the accent, mistakes in the colour of errors: by their share of the
    row, and mistakes more strongly, or one in a hundred could not be seen.
    """

    cell_activated = Signal(object)
    """A ``Cell`` was clicked, or Enter pressed on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._current: Cell = (0, 0)
        self._hovered: Cell | None = None
        self._chosen: Cell | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Confusion matrix"))

    # What is shown

    def set_counts(self, labels: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Show ``counts`` ``[classes, classes]``, rows being the true classes."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._current = (0, 0)
            self._hovered = self._chosen = None
            self.updateGeometry()
        self._counts = counts
        self._describe()
        self.update()

    def set_chosen(self, cell: Cell | None) -> None:
        """Mark the cell whose samples are shown elsewhere."""
        self._chosen = cell
        self.update()

    def words(self, cell: Cell) -> str:
        """What a cell says, in a sentence."""
        row, column = cell
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        true, taken = (label_name(self._labels[place]) for place in cell)
        share = tr("{share:.1%} of this class", share=count / total if total else 0.0)
        samples = trn("{n:,} sample", "{n:,} samples", count)
        if row == column:
            return tr("{true} recognised: {n} ({share})", true=true, n=samples, share=share)
        return tr(
            "{true} taken for {taken}: {n} ({share})",
            true=true,
            taken=taken,
            n=samples,
            share=share,
        )

    def _describe(self) -> None:
        known = len(self._labels) > max(self._current)
        self.setAccessibleDescription(self.words(self._current) if known else "")

    # Geometry

    def _margin(self) -> float:
        """Room for the labels, at the left and on top."""
        metrics = QFontMetricsF(self.font())
        names = [self._name(index) for index in range(len(self._labels))]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest, _MOST_LABEL_PX) + SPACING

    def _name(self, index: int) -> str:
        label = self._labels[index]
        return label_sign(label) if len(label) <= 1 else label_name(label)

    def _origin(self) -> tuple[float, float]:
        """The upper left corner of the first cell."""
        line = QFontMetricsF(self.font()).height()
        left = line + self._margin()
        top = line + (line + SPACING / 4 if self._is_upright() else self._margin())
        return left, top

    def _is_upright(self) -> bool:
        """Whether the labels on top are so short that they need not be turned."""
        return all(len(self._name(index)) <= 2 for index in range(len(self._labels)))

    def _cell_px(self) -> float:
        left, top = self._origin()
        room = min(self.width() - left, self.height() - top) - 2
        side = room / max(1, len(self._labels))
        return float(np.clip(math.floor(side), _LEAST_CELL_PX, _MOST_CELL_PX))

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is painted."""
        left, top = self._origin()
        side = self._cell_px()
        return QRectF(left + cell[1] * side, top + cell[0] * side, side, side)

    def _cell_at(self, position: QPoint) -> Cell | None:
        left, top = self._origin()
        side = self._cell_px()
        row, column = (position.y() - top) // side, (position.x() - left) // side
        count = len(self._labels)
        inside = 0 <= row < count and 0 <= column < count
        return (int(row), int(column)) if inside else None

    def _size_for(self, cell_px: int) -> QSize:
        left, top = self._origin()
        side = cell_px * max(2, len(self._labels)) + 2
        return QSize(math.ceil(left) + side, math.ceil(top) + side)

    def width_for(self, height: int) -> int:
        """The width at which a view of that ``height`` is used best."""
        left, top = self._origin()
        return math.ceil(left + max(0.0, height - top)) + 2

    def sizeHint(self) -> QSize:
        """Cells that have room for their numbers."""
        return self._size_for(_GOOD_CELL_PX)

    def minimumSizeHint(self) -> QSize:
        """Cells that can still be pointed at."""
        return self._size_for(_LEAST_CELL_PX)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint labels and cells."""
        painter = QPainter(self)
        self._paint_labels(painter)
        side = self._cell_px()
        font = figures_font(self.font())
        widest = f"{int(self._counts.max(initial=0)):,}"
        fits = QFontMetricsF(font).horizontalAdvance(widest) <= side - 2
        if not fits:
            font = figures_font(self.font(), scale=0.8)
            fits = QFontMetricsF(font).horizontalAdvance(widest) <= side - 1
        painter.setFont(font)
        sums = np.maximum(self._counts.sum(axis=1, keepdims=True), 1)
        shares = self._counts / sums
        for row in range(len(self._labels)):
            for column in range(len(self._labels)):
                self._paint_cell(painter, (row, column), float(shares[row, column]), fits=fits)
        self._paint_marks(painter)

    def _paint_labels(self, painter: QPainter) -> None:
        theme = current_theme()
        left, top = self._origin()
        side, margin = self._cell_px(), self._margin()
        metrics = QFontMetricsF(self.font())
        line = metrics.height()
        length = side * len(self._labels)
        painter.setPen(theme.text_dim)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(left, 0, length, line), centre, tr("taken for"))
        painter.save()
        painter.rotate(-90)
        painter.drawText(QRectF(-top - length, 0, length, line), centre, tr("true class"))
        painter.restore()
        step = max(1, math.ceil(0.8 * line / side))
        here = self._hovered or (self._current if self.hasFocus() else None)
        upright = self._is_upright()
        for index in range(0, len(self._labels), step):
            name = metrics.elidedText(
                self._name(index), Qt.TextElideMode.ElideRight, margin - SPACING / 2
            )
            painter.setPen(theme.text if here and here[0] == index else theme.text_dim)
            box = QRectF(line, top + index * side, margin - SPACING / 2, side)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.text if here and here[1] == index else theme.text_dim)
            if upright:
                box = QRectF(left + index * side, line, side, top - line - SPACING / 4)
                painter.drawText(box, centre, name)
                continue
            painter.save()
            painter.translate(left + index * side, top - SPACING / 2)
            painter.rotate(-90)
            box = QRectF(0, 0, margin, side)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.restore()

    def _paint_cell(self, painter: QPainter, cell: Cell, share: float, *, fits: bool) -> None:
        theme = current_theme()
        box = self.cell_rect(cell).adjusted(0, 0, -1, -1)
        painter.fillRect(box, self._ground(cell, share))
        count = int(self._counts[cell])
        if not count or not fits:
            return
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{count:,}")

    def _ground(self, cell: Cell, share: float) -> QColor:
        theme = current_theme()
        if cell[0] == cell[1]:
            return blend(theme.accent, theme.raised, _FULL * share)
        # Square root: of a good classifier all mistakes are rare.
        return blend(theme.bad, theme.raised, _FULL * math.sqrt(share))

    def _paint_marks(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = [(self._chosen, theme.text, 2), (self._hovered, theme.accent, 1)]
        if self.hasFocus() and len(self._labels):
            marked.append((self._current, theme.accent, 2))
        for cell, colour, width in marked:
            if cell is not None:
                painter.setPen(QPen(colour, width))
                painter.drawRect(self.cell_rect(cell).adjusted(0, 0, -1, -1))

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a cell."""
        cell = self._cell_at(event.position().toPoint())
        if cell != self._hovered:
            self._hovered = cell
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Point at none."""
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the samples of a cell."""
        cell = self._cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(cell)
            self.cell_activated.emit(cell)

    def event(self, event: QEvent) -> bool:
        """Say what a cell says."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if cell is None else self.words(cell), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows point at cells, Enter and Space show their samples."""
        step = _KEYS.get(Qt.Key(event.key()))
        if step is not None and len(self._labels):
            last = len(self._labels) - 1
            row, column = (
                min(max(0, at + by), last) for at, by in zip(self._current, step, strict=True)
            )
            self._go_to((row, column))
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            if len(self._labels):
                self.cell_activated.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _go_to(self, cell: Cell) -> None:
        self._current = cell
        self._describe()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no more."""
        super().focusOutEvent(event)
        self.update()
