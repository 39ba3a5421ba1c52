"""Details of one cell of a noise matrix: its characters, and the figures of each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QTabWidget,
    QWidget,
)

from aegui.core.data.corruption import corruption_words
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import localized, mark, tr, trn
from aegui.features.noise_study.model.noise_study import Cell
from aegui.features.noise_study.view.matrix_view import figure_words
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.layouts import column, dim, heading, row, scrolled
from aegui.kit.marks import flat_button
from aegui.kit.painted import Painted, paint_focus
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, label_name, label_sign, picture, picture_rect
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from aegui.core.study.noise_matrix import MatrixFigure, NoiseMatrix, Strip
    from aegui.features.noise_study.model.noise_study import CellStrip
    from aegui.kit.charts.cells import CellIndex
    from aegui.session.data.image_style import ImageStyle

MAX_SHOWN = 200
"""Maximum number of characters shown, from the first of the dataset on."""
_SCALE = 6
_MIN_PX, _MAX_PX = 24, 64
_SEAM_PX = 3
_CLEAR = 6
"""Screen pixels per pixel from which a wrong one is marked by a smaller square inside it."""


class StripView(Cells, Painted):
    """Two images for each character, noisy and repaired, with the number of wrong pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.strip: Strip | None = None
        """The displayed strip."""
        self._labels: tuple[str, ...] = ()
        self._shape: tuple[int, int, int] = (1, 7, 5)
        self._image_style = GLYPHS
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Characters of the cell"))
        self.figures = offer_painted(self, "characters")

    def set_strip(
        self,
        strip: Strip | None,
        labels: Sequence[str],
        image_shape: tuple[int, int, int],
        image_style: ImageStyle = GLYPHS,
    ) -> None:
        """Show ``strip`` of samples with these labels; None clears the view."""
        self.strip, self._image_style, self._shape = strip, image_style, image_shape
        self._labels = tuple(labels[:MAX_SHOWN]) if strip is not None else ()
        self.keep_current()
        self._fit()

    def text_of(self, index: int) -> str:
        """Return the description of a character."""
        assert self.strip is not None
        wrong = int(self.strip.wrong[index])
        pixels = trn("{n} wrong pixel", "{n} wrong pixels", wrong)
        return tr("{label}: {pixels}", label=label_name(self._labels[index]), pixels=pixels)

    # Geometry

    def _image_size(self) -> QSize:
        _, height, width = self._shape
        scale = max(1, min(_SCALE, _MAX_PX // max(height, width)))
        size = QSize(width * scale, height * scale)
        if max(height, width) > _MAX_PX:
            size.scale(_MAX_PX, _MAX_PX, Qt.AspectRatioMode.KeepAspectRatio)
        return size

    def _group_size(self) -> QSize:
        image = self._image_size()
        line = self.fontMetrics().height()
        width = max(2 * image.width() + _SEAM_PX, _MIN_PX)
        return QSize(width + 2 * SPACING, image.height() + line + SPACING + SPACING // 2)

    def count(self) -> int:
        """Return the number of displayed characters."""
        return len(self._labels)

    def columns(self) -> int:
        """Return the number of characters side by side."""
        return max(1, self.width() // self._group_size().width())

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of a character and its text."""
        size = self._group_size()
        row, column = divmod(index, self.columns())
        return QRect(QPoint(column * size.width(), row * size.height()), size)

    def _fit(self) -> None:
        rows = -(-len(self._labels) // self.columns())
        self.setMinimumHeight(rows * self._group_size().height())

    def resizeEvent(self, event: object) -> None:
        """Adapt the height to the number of columns."""
        self._fit()

    def sizeHint(self) -> QSize:
        """Return a size with room for six columns."""
        return QSize(6 * self._group_size().width(), self.minimumHeight())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible characters."""
        painter = QPainter(self)
        painter.setFont(figures_font(self.font()))
        for index in range(len(self._labels)):
            rect = self.cell_rect(index)
            if rect.intersects(event.rect()):
                self._paint_group(painter, index, rect)
        if self._labels:
            paint_focus(painter, self, self.cell_rect(self._current).adjusted(2, 2, -2, -2), 2)

    def _paint_group(self, painter: QPainter, index: int, rect: QRect) -> None:
        strip = self.strip
        assert strip is not None
        theme = current_theme()
        image = self._image_size()
        left = rect.left() + (rect.width() - 2 * image.width() - _SEAM_PX) // 2
        top = rect.top() + SPACING // 2
        shape = self._shape[1:] if self._shape[0] == 1 else self._shape
        for number, rows in enumerate((strip.noisy, strip.answer)):
            box = QRect(QPoint(left + number * (image.width() + _SEAM_PX), top), image)
            target = picture_rect(self._shape[1], self._shape[2], box)
            draw_picture(painter, target, picture(rows[index].reshape(shape), self._image_style))
        if self._image_style.glyphs:
            self._paint_wrong(painter, index, target)
        wrong = int(strip.wrong[index])
        text = QRect(left, top + image.height() + 2, rect.right() - left, rect.bottom() - top)
        painter.setPen(theme.text_dim)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(text, flags, label_sign(self._labels[index])[:3])
        painter.setPen(theme.bad if wrong > 1 else theme.text if wrong else theme.good)
        text.setWidth(2 * image.width() + _SEAM_PX)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(text, flags, str(wrong) if wrong else "✓")

    def _paint_wrong(self, painter: QPainter, index: int, target: QRect) -> None:
        """Mark every wrong pixel of the output in the colour of errors."""
        strip = self.strip
        assert strip is not None
        differ = (strip.answer[index] > THRESHOLD) != (strip.clean[index] > THRESHOLD)
        _, height, width = self._shape
        side = target.width() // width
        inset = 1 if side < _CLEAR else side // 4
        for y, x in np.argwhere(differ.reshape(-1, height, width).any(axis=0)).tolist():
            pixel = QRect(target.left() + x * side, target.top() + y * side, side, side)
            painter.fillRect(pixel.adjusted(inset, inset, -inset, -inset), current_theme().bad)


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
        self._seed.setPrefix(tr("network {n}", n=""))
        self._seed.setToolTip(tr("Which of the networks trained with this noise is shown"))
        self._seed.setAccessibleName(tr("Network of the cell"))
        line = row((self.words, 1), self._seed, self._again)
        scroll = scrolled(self.strip, framed=True)
        self.tabs.addTab(scroll, tr("Noisy and repaired"))
        self.tabs.addTab(self.table, tr("Each character"))
        self.setLayout(column(self.title, line, (self.tabs, 1), margins=(SPACING // 2, 0, 0, 0)))
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
        """Show the cell at ``cell``, by the same network and with the same noise as before."""
        seeds = (0, 0) if self.shown is None else (self.shown.seed, self.shown.noise_seed)
        self.show_cell(Cell(*cell, *seeds))

    def show_cell(self, cell: Cell) -> None:
        """Show ``cell`` by its network and with its noise."""
        matrix = self._matrix
        if matrix is None:
            return
        row, column = place = cell.row, cell.column
        with QSignalBlocker(self._seed):
            self._seed.setValue(cell.seed + 1)
        self.title.setText(
            tr(
                "Trained with {trained}, tested with {tried}",
                trained=corruption_words(matrix.spec.training[row]),
                tried=corruption_words(matrix.spec.tests[column]),
            )
        )
        figure = matrix.figure("wrong")
        text = figure_words("wrong", float(figure.mean[place]), float(figure.deviation[place]))
        limit = matrix.limits[column]
        if limit is not None:
            text = tr("{figure}; limit {limit:.2f}", figure=text, limit=limit.mean)
        self.words.setText(text)
        self.table.set_figure(matrix.dataset.labels, matrix.characters(row, column))
        self._want(cell)

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
