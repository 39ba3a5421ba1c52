"""A noise matrix as a heat map of figures: noise trained with down, noise tried with across."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeySequence, QPainter, QPen

from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import localized, tr, trn
from aegui.core.study.tables import matrix_sheet
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.cell_table import CellTable, Place
from aegui.widgets.figures.makers import noise_matrix_figure
from aegui.widgets.figures.menu import FigureMenu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

    from aegui.core.recipe import CorruptionSpec
    from aegui.core.study.noise_matrix import MatrixFigure, NoiseMatrix
    from aegui.widgets.figures.figure import Figure

_LEAST_W_PX, _MOST_W_PX = 40, 104
_LEAST_H_PX, _MOST_H_PX = 22, 46
_GOOD_W_PX, _GOOD_H_PX = 62, 34
_TWO_LINES = 2.1
"""Lines of text that a cell is high at least for its deviation to be written."""
_FULL = 0.62
"""How much of the accent the fullest cell is given: text on it stays readable."""
_GAP_PX = 6


class MatrixView(CellTable):
    """Passive, but for the cell that is pointed at by mouse or keys.

    One colour from pale to full tells how bad a cell is, and the figure is written in it: it can
    be read without seeing colours. The best of each column is bold and framed.
    """

    copy_requested = Signal()
    """Ctrl+C: the table is to be put on the clipboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Noise matrix"), parent)
        self._matrix: NoiseMatrix | None = None
        self._key = "wrong"
        self.figures = FigureMenu(self, self.figure)
        self._figure: MatrixFigure | None = None
        self._shades: NDArray[np.float64] = np.zeros((0, 0))
        self._best: tuple[int, ...] = ()

    # What is shown

    def set_matrix(self, matrix: NoiseMatrix | None, key: str) -> None:
        """Show the figure ``key`` of ``FIGURES`` of all cells."""
        if matrix is not self._matrix:
            self._forget_cells()
        self._matrix, self._key = matrix, key
        self._figure = None if matrix is None else matrix.figure(key)
        if self._figure is not None:
            mean = self._figure.mean
            self._shades = _shades(mean, key)
            worst_to_best = mean if key == "wrong" else -mean
            self._best = tuple(worst_to_best.argmin(axis=0).tolist())
            describe(self, self.words(self._current), spoken=False)
        self.updateGeometry()
        self.update()

    def set_chosen(self, cell: Place | None) -> None:
        """Mark the cell that is looked into elsewhere; the keys go on from it."""
        if cell is not None:
            self._current = cell
        super().set_chosen(cell)

    @property
    def current(self) -> Place:
        """Where the keys are."""
        return self._current

    def words(self, cell: Place) -> str:
        """What a cell says, in a sentence."""
        matrix, figure = self._matrix, self._figure
        if matrix is None or figure is None:
            return ""
        row, column = cell
        text = tr(
            "Trained with {trained}, tried with {tried}: {figure}",
            trained=corruption_words(matrix.spec.training[row]),
            tried=corruption_words(matrix.spec.tests[column]),
            figure=figure_words(self._key, float(figure.mean[cell]), float(figure.deviation[cell])),
        )
        limit = matrix.limits[column]
        if self._key == "wrong" and limit is not None:
            text += tr("; no answer gets below {limit:.2f}", limit=limit.mean)
        if self._best[column] == row:
            text += tr("; best of its column")
        return text

    # Geometry

    @property
    def _shape(self) -> tuple[int, int]:
        matrix = self._matrix
        return (0, 0) if matrix is None else (len(matrix.spec.training), len(matrix.spec.tests))

    def _has_limits(self) -> bool:
        matrix = self._matrix
        known = matrix is not None and any(one is not None for one in matrix.limits)
        return known and self._key == "wrong"

    def _names(self) -> tuple[list[str], list[str]]:
        """Of rows and columns: levels, with their kinds where there are several."""
        matrix = self._matrix
        if matrix is None:
            return [], []
        return _short_names(matrix.spec.training), _short_names(matrix.spec.tests)

    def _origin(self) -> tuple[float, float]:
        """The upper left corner of the first cell."""
        metrics = QFontMetricsF(self.font())
        rows, _ = self._names()
        names = [*rows, tr("limit")] if self._has_limits() else rows
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        line = metrics.height()
        return line + SPACING + widest + SPACING, (1 + self._head_lines()) * line + SPACING

    def _head_lines(self) -> int:
        """Above a column stands its level, and above that its kind where there are several."""
        return 1 if self._matrix is None or _is_one_kind(self._matrix.spec.tests) else 2

    def _cell_size(self) -> tuple[float, float]:
        rows, columns = self._shape
        left, top = self._origin()
        rows += self._has_limits()
        wide = (self.width() - left - 2) / max(1, columns)
        high = (self.height() - top - 2 - _GAP_PX * self._has_limits()) / max(1, rows)
        return (
            float(np.clip(math.floor(wide), _LEAST_W_PX, _MOST_W_PX)),
            float(np.clip(math.floor(high), _LEAST_H_PX, _MOST_H_PX)),
        )

    def cell_rect(self, cell: Place) -> QRectF:
        """Where a cell is painted."""
        left, top = self._origin()
        wide, high = self._cell_size()
        return QRectF(left + cell[1] * wide, top + cell[0] * high, wide - 1, high - 1)

    def _cell_at(self, position: QPoint) -> Place | None:
        left, top = self._origin()
        wide, high = self._cell_size()
        row, column = (position.y() - top) // high, (position.x() - left) // wide
        rows, columns = self._shape
        inside = 0 <= row < rows and 0 <= column < columns
        return (int(row), int(column)) if inside else None

    def _size_for(self, wide: int, high: int) -> QSize:
        rows, columns = self._shape
        left, top = self._origin()
        rows = max(2, rows + self._has_limits())
        return QSize(
            math.ceil(left) + wide * max(2, columns) + 2,
            math.ceil(top) + high * rows + _GAP_PX + 2,
        )

    def figure(self) -> Figure | None:
        """The matrix with the figure that is shown, for paper; None without one."""
        matrix = self._matrix
        if matrix is None:
            return None
        drawn = noise_matrix_figure(matrix, self._key)
        return replace(drawn, table=matrix_sheet(matrix, self._key))

    def sizeHint(self) -> QSize:
        """Cells that have room for figure and deviation."""
        return self._size_for(_GOOD_W_PX, _GOOD_H_PX)

    def minimumSizeHint(self) -> QSize:
        """Cells whose figures can still be read."""
        return self._size_for(_LEAST_W_PX, _LEAST_H_PX)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names, cells and limits."""
        if self._matrix is None or self._figure is None:
            return
        painter = QPainter(self)
        self._paint_titles(painter)
        self._paint_names(painter)
        rows, columns = self._shape
        for row in range(rows):
            for column in range(columns):
                self._paint_cell(painter, (row, column))
        if self._has_limits():
            self._paint_limits(painter)
        self._paint_marks(painter)

    def _paint_titles(self, painter: QPainter) -> None:
        matrix = self._matrix
        assert matrix is not None
        left, top = self._origin()
        wide, high = self._cell_size()
        rows, columns = self._shape
        line = QFontMetricsF(self.font()).height()
        painter.setPen(current_theme().text_dim)
        across = _titled(tr("tried with"), matrix.spec.tests)
        down = _titled(tr("trained with"), matrix.spec.training)
        middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        painter.drawText(QRectF(left, 0, wide * columns, line), middle, across)
        painter.save()
        painter.rotate(-90)
        painter.drawText(QRectF(-top - high * rows, 0, high * rows, line), middle, down)
        painter.restore()

    def _paint_names(self, painter: QPainter) -> None:
        theme = current_theme()
        left, top = self._origin()
        wide, high = self._cell_size()
        line = QFontMetricsF(self.font()).height()
        rows, columns = self._names()
        here = self._hovered or (self._current if self.hasFocus() else None)
        painter.setFont(figures_font(self.font()))
        metrics = painter.fontMetrics()
        for row, name in enumerate(rows):
            painter.setPen(theme.text if here and here[0] == row else theme.text_dim)
            box = QRectF(0, top + row * high, left - SPACING, high - 1)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, name)
        for column, name in enumerate(columns):
            painter.setPen(theme.text if here and here[1] == column else theme.text_dim)
            box = QRectF(left + column * wide, line, wide - 1, top - line)
            kind, _, level = name.rpartition(" ") if self._head_lines() > 1 else ("", "", name)
            texts = [
                metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(wide) - 2)
                for text in (kind, level)
                if text
            ]
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "\n".join(texts))

    def _paint_cell(self, painter: QPainter, cell: Place) -> None:
        assert self._figure is not None
        theme = current_theme()
        box = self.cell_rect(cell)
        shade = _FULL * float(self._shades[cell])
        painter.fillRect(box, blend(theme.accent, theme.raised, shade))
        best = self._best[cell[1]] == cell[0]
        painter.setPen(theme.text)
        font = figures_font(self.font(), bold=best)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        text = number(self._key, float(self._figure.mean[cell]))
        if (
            self._matrix is not None
            and self._matrix.spec.seeds > 1
            and (box.height() >= _TWO_LINES * line * 0.9)
        ):
            upper = QRectF(box.left(), box.top() + 1, box.width(), box.height() * 0.56)
            painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)
            painter.setFont(figures_font(self.font(), scale=0.82))
            lower = QRectF(box.left(), upper.bottom() - 2, box.width(), box.height() * 0.42)
            spread = f"± {number(self._key, float(self._figure.deviation[cell]))}"
            painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, spread)
        else:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        if best:
            painter.setPen(QPen(theme.text_dim, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))

    def _limit_top(self) -> float:
        rows, _ = self._shape
        return self._origin()[1] + rows * self._cell_size()[1] + _GAP_PX

    def _paint_limits(self, painter: QPainter) -> None:
        assert self._matrix is not None
        theme = current_theme()
        left, _ = self._origin()
        wide, high = self._cell_size()
        top = self._limit_top()
        painter.setPen(theme.grid)
        ends = left + wide * len(self._matrix.limits)
        painter.drawLine(
            QPoint(0, int(top - _GAP_PX / 2)), QPoint(int(ends), int(top - _GAP_PX / 2))
        )
        painter.setPen(theme.text_dim)
        painter.setFont(figures_font(self.font()))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, left - SPACING, high), flags, tr("limit"))
        for column, limit in enumerate(self._matrix.limits):
            if limit is not None:
                box = QRectF(left + column * wide, top, wide - 1, high)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number("wrong", limit.mean))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the table by Ctrl+C, or go over its cells."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)


def number(key: str, value: float) -> str:
    """A figure as short as it is written in a cell."""
    if key != "wrong":
        return localized(value, ".0%")
    return localized(value, ".2f") if value < 10.0 else localized(value, ".1f")


def figure_words(key: str, mean: float, deviation: float) -> str:
    """A figure with its deviation in words."""
    if key == "wrong":
        return tr("{mean:.2f} ± {deviation:.2f} wrong pixels", mean=mean, deviation=deviation)
    if key == "at_most_1":
        return tr(
            "{mean:.1%} ± {deviation:.1%} with at most 1 wrong", mean=mean, deviation=deviation
        )
    return tr("{mean:.1%} ± {deviation:.1%} exact", mean=mean, deviation=deviation)


def seeds_words(seeds: int) -> str:
    """How many networks a cell is the mean of."""
    return trn("mean of {n} network", "mean of {n} networks", seeds)


def _shades(mean: NDArray[np.float64], key: str) -> NDArray[np.float64]:
    """From 0, nothing wrong, to 1.

    Of wrong pixels the square root: the cells that matter most are all near 0.
    """
    if key != "wrong":
        return np.clip(1.0 - mean, 0.0, 1.0)
    return np.sqrt(mean / max(float(mean.max()), 1e-9))


def _is_one_kind(specs: Sequence[CorruptionSpec]) -> bool:
    return len({spec.kind for spec in specs if spec.level > 0.0}) <= 1


def _short_names(specs: Sequence[CorruptionSpec]) -> list[str]:
    if _is_one_kind(specs):
        return [localized(spec.level, "g") for spec in specs]
    return [corruption_words(spec) if spec.level > 0.0 else tr("none") for spec in specs]


def _titled(title: str, specs: Sequence[CorruptionSpec]) -> str:
    """The title of an axis, with the kind where there is one."""
    if not _is_one_kind(specs):
        return title
    words = corruption_words(specs[-1]).rsplit(" ", 1)[0]
    return tr("{title}: {kind}", title=title, kind=words)
