"""Details of one cell of a noise matrix: its characters, and the figures of each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QTabWidget,
    QWidget,
)

from aegui.core.data.corruption import corruption_words
from aegui.core.i18n import localized, mark, tr
from aegui.features.noise_study.model.noise_study import Cell
from aegui.features.noise_study.view.matrix_view import figure_words
from aegui.features.noise_study.view.strip_view import StripView
from aegui.kit.layouts import column, dim, heading, row, scrolled
from aegui.kit.marks import flat_button
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.glyphs import label_name
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from aegui.core.study.noise_matrix import MatrixFigure, NoiseMatrix
    from aegui.features.noise_study.model.noise_study import CellStrip
    from aegui.kit.charts.cells import CellIndex
    from aegui.session.data.image_style import ImageStyle

_COLUMNS = (
    (mark("Character"), ""),
    (mark("Wrong pixels"), mark("Mean over all draws and networks of the cell")),
    (mark("±"), mark("Standard deviation over the networks")),
)
_BAR = 3
"""The column of the bars, which takes the remaining width."""
_MAX_ROWS = 500
_SHARE = int(Qt.ItemDataRole.UserRole)
_INSET_PX = 5
_FULL = 0.62


class CharactersTable(NamedTable):
    """Passive table of characters."""

    def __init__(self) -> None:
        super().__init__(_COLUMNS, tr("Wrong pixels of each character"))
        self.setFont(figures_font(self.font()))
        self.setItemDelegateForColumn(_BAR, _CharacterBars(self))

    def set_figure(self, labels: Sequence[str], figure: MatrixFigure | None) -> None:
        """Show the wrong pixels ``[N]`` of samples with these labels; None clears the table."""
        if figure is None:
            self.setRowCount(0)
            return
        order = (-figure.mean).argsort(kind="stable")[:_MAX_ROWS].tolist()
        self.setRowCount(len(order))
        most = max(float(figure.mean.max(initial=0.0)), 1e-9)
        for number, place in enumerate(order):
            mean, deviation = float(figure.mean[place]), float(figure.deviation[place])
            spread = localized(deviation, ".2f") if math.isfinite(deviation) else "–"
            texts = (label_name(labels[place]), localized(mean, ".2f"), spread)
            self.write_row(number, texts, "")
            bar = QTableWidgetItem()
            bar.setData(_SHARE, mean / most)
            self.setItem(number, _BAR, bar)


class _CharacterBars(QStyledItemDelegate):
    """Paints the value relative to the worst one as a bar."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one bar."""
        super().paint(painter, option, index)
        share = index.data(_SHARE)
        if share is None:
            return
        theme = current_theme()
        box = QRectF(option.rect).adjusted(SPACING, _INSET_PX, -SPACING, -_INSET_PX)
        box.setWidth(max(1.0, box.width() * float(share)))
        painter.fillRect(box, blend(theme.accent, theme.raised, _FULL))


class CellBox(QWidget):
    """Passive view of a cell; emits ``cell_requested`` for another network or noise sample."""

    cell_requested = Signal(object)
    """Emitted with the ``Cell`` whose strip to show."""

    def __init__(self) -> None:
        super().__init__()
        self._matrix: NoiseMatrix | None = None
        self.shown: Cell | None = None
        """The displayed cell."""
        self.title = heading()
        self.title.setWordWrap(True)
        self.words = dim()
        self.words.setWordWrap(True)
        self._seed = QSpinBox()
        self._again = flat_button("edit-again", tr("Draw other noise"))
        self.strip = StripView()
        self.table = CharactersTable()
        self.tabs = QTabWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._seed.setPrefix(tr("network {n}", n=""))
        self._seed.setToolTip(tr("Which of the networks trained with this noise is shown"))
        self._seed.setAccessibleName(tr("Network of the cell"))
        line = row((self.words, 1), self._seed, self._again)
        scroll = scrolled(self.strip, framed=True)
        self.tabs.addTab(scroll, tr("Noisy and repaired"))
        self.tabs.addTab(self.table, tr("Each character"))
        self.setLayout(column(self.title, line, (self.tabs, 1), margins=(SPACING // 2, 0, 0, 0)))

    def _connect(self) -> None:
        self._seed.valueChanged.connect(self._on_seed_changed)
        self._again.clicked.connect(self._on_again_clicked)

    def set_matrix(self, matrix: NoiseMatrix | None) -> None:
        """Set the matrix that cells belong to."""
        self._matrix = matrix
        self.shown = None
        self.strip.set_strip(None, (), (1, 7, 5))
        self.table.set_figure((), None)
        with QSignalBlocker(self._seed):
            self._seed.setRange(1, 1 if matrix is None else matrix.spec.seeds)
            self._seed.setValue(1)

    def open(self, cell: CellIndex) -> None:
        """Show the cell at ``cell``."""
        matrix = self._matrix
        if matrix is None:
            return
        row, column = cell
        self.title.setText(
            tr(
                "Trained with {trained}, tested with {tried}",
                trained=corruption_words(matrix.spec.training[row]),
                tried=corruption_words(matrix.spec.tests[column]),
            )
        )
        figure = matrix.figure("wrong")
        text = figure_words("wrong", float(figure.mean[cell]), float(figure.deviation[cell]))
        limit = matrix.limits[column]
        if limit is not None:
            text = tr("{figure}; limit {limit:.2f}", figure=text, limit=limit.mean)
        self.words.setText(text)
        self.table.set_figure(matrix.dataset.labels, matrix.characters(row, column))
        seeds = (0, 0) if self.shown is None else (self.shown.seed, self.shown.noise_seed)
        self._want(Cell(row, column, *seeds))

    def set_strip(self, found: CellStrip, image_style: ImageStyle) -> None:
        """Show the characters of ``found``, if they belong to the displayed cell."""
        matrix = self._matrix
        if matrix is not None and found.cell == self.shown:
            dataset = matrix.dataset
            self.strip.set_strip(found.strip, dataset.labels, dataset.image_shape, image_style)

    def _want(self, cell: Cell) -> None:
        self.shown = cell
        self.cell_requested.emit(cell)

    def _on_seed_changed(self, number: int) -> None:
        if self.shown is not None:
            shown = self.shown
            self._want(Cell(shown.row, shown.column, number - 1, shown.noise_seed))

    def _on_again_clicked(self) -> None:
        if self.shown is not None:
            shown = self.shown
            self._want(Cell(shown.row, shown.column, shown.seed, shown.noise_seed + 1))
