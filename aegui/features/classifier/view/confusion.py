"""The confusion of a classifier as a map of numbers: true classes down, answers across."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from aegui.core.i18n import localized, tr, trn
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.cell_table import CellTable, Place
from aegui.widgets.figures.makers import confusion_figure
from aegui.widgets.figures.menu import FigureMenu
from aegui.widgets.glyphs import label_name, label_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QPaintEvent
    from PySide6.QtWidgets import QWidget

    from aegui.widgets.figures.figure import Figure

_LEAST_CELL_PX = 9
_GOOD_CELL_PX = 26
_MOST_CELL_PX = 44
_MOST_LABEL_PX = 104
_FULL = 0.62
"""How much of its colour the fullest cell is given: text on it stays readable."""


class ConfusionView(CellTable):
    """Passive, but for one cell that is pointed at by mouse or keys.

    Right answers are tinted in the accent, mistakes in the colour of errors: by their share of the
    row, and mistakes more strongly, or one in a hundred could not be seen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Confusion matrix"), parent)
        self._labels: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()
        self._room: float | None = None
        self._is_upright = True
        """Whether the labels on top are so short that they need not be turned."""
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.figures = FigureMenu(self, self.figure)

    # What is shown

    def set_counts(self, labels: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Show ``counts`` ``[classes, classes]``, rows being the true classes."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._names = tuple(
                label_sign(label) if len(label) <= 1 else label_name(label) for label in labels
            )
            self._room = None
            self._is_upright = all(len(name) <= 2 for name in self._names)
            self._forget_cells()
            self.updateGeometry()
        self._counts = counts
        known = len(self._labels) > max(self._current)
        self.setAccessibleDescription(self.words(self._current) if known else "")
        self.update()

    def figure(self) -> Figure | None:
        """The matrix, for paper; None before there is one."""
        if not self._labels:
            return None
        return confusion_figure(self._counts, self._labels, tr("Confusion matrix"))

    def words(self, cell: Place) -> str:
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

    # Geometry

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self._labels), len(self._labels)

    def _margin(self) -> float:
        """Room for the labels, at the left and on top."""
        # Each of some thousands of cells asks for it.
        if self._room is None:
            metrics = QFontMetricsF(self.font())
            widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
            self._room = min(widest, _MOST_LABEL_PX) + SPACING
        return self._room

    def changeEvent(self, event: QEvent) -> None:
        """Measure the labels again in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._room = None

    def _origin(self) -> tuple[float, float]:
        """The upper left corner of the first cell."""
        line = QFontMetricsF(self.font()).height()
        left = line + self._margin()
        top = line + (line + SPACING / 4 if self._is_upright else self._margin())
        return left, top

    def _cell_px(self) -> float:
        left, top = self._origin()
        room = min(self.width() - left, self.height() - top) - 2
        side = room / max(1, len(self._labels))
        return float(np.clip(math.floor(side), _LEAST_CELL_PX, _MOST_CELL_PX))

    def cell_rect(self, cell: Place) -> QRectF:
        """Where a cell is painted."""
        left, top = self._origin()
        side = self._cell_px()
        return QRectF(left + cell[1] * side, top + cell[0] * side, side, side)

    def _cell_at(self, position: QPoint) -> Place | None:
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
        widest = localized(int(self._counts.max(initial=0)), ",")
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
        upright = self._is_upright
        for index in range(0, len(self._labels), step):
            name = metrics.elidedText(
                self._names[index], Qt.TextElideMode.ElideRight, margin - SPACING / 2
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

    def _paint_cell(self, painter: QPainter, cell: Place, share: float, *, fits: bool) -> None:
        theme = current_theme()
        box = self.cell_rect(cell).adjusted(0, 0, -1, -1)
        painter.fillRect(box, self._ground(cell, share))
        count = int(self._counts[cell])
        if not count or not fits:
            return
        painter.setPen(theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, localized(count, ","))

    def _ground(self, cell: Place, share: float) -> QColor:
        theme = current_theme()
        if cell[0] == cell[1]:
            return blend(theme.accent, theme.raised, _FULL * share)
        # Square root: of a good classifier all mistakes are rare.
        return blend(theme.bad, theme.raised, _FULL * math.sqrt(share))
