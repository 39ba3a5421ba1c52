"""Wrong pixels of every character of a cell: a table with a bar for each, the worst first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableWidgetItem

from aegui.core.i18n import localized, mark, tr
from aegui.kit.theme import SPACING, blend, current_theme, figures_font
from aegui.widgets.glyphs import label_name
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from aegui.core.study.noise_matrix import MatrixFigure

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
        for row, place in enumerate(order):
            mean, deviation = float(figure.mean[place]), float(figure.deviation[place])
            spread = localized(deviation, ".2f") if math.isfinite(deviation) else "–"
            texts = (label_name(labels[place]), localized(mean, ".2f"), spread)
            self.write_row(row, texts, "")
            bar = QTableWidgetItem()
            bar.setData(_SHARE, mean / most)
            self.setItem(row, _BAR, bar)


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
