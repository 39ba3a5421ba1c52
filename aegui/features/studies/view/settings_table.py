"""The settings of a study with their figures: a row each, the best so far in bold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QTableWidgetItem, QWidget

from aegui.core.i18n import mark, tr
from aegui.kit.theme import figures_font
from aegui.widgets.named_table import NamedTable, alignment

if TYPE_CHECKING:
    from aegui.features.studies.model.study_runs import StudySheet

MOST_ROWS = 500
"""Of more settings the CSV tells."""
BEST = "\N{BLACK STAR}"


class SettingsTable(NamedTable):
    """Passive, but for the row that is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((), tr("Settings and their figures"), parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._header: tuple[str, ...] = ()
        self._figures_from = 0

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show the settings of ``sheet``; the row that is chosen stays chosen."""
        if sheet.header and sheet.header != self._header:
            self._header = sheet.header
            self._figures_from = 1 + len(sheet.plan.axes)
            first, *others = sheet.header
            self.set_columns([(first, mark("The best so far")), *((title, "") for title in others)])
            for column in range(self._figures_from):
                item = self.horizontalHeaderItem(column)
                if item is not None:
                    item.setTextAlignment(alignment(0))
        rows = sheet.rows[:MOST_ROWS]
        self.setRowCount(len(rows))
        for place, cells in enumerate(rows):
            self._set_row(place, cells, is_best=place == sheet.best)

    def _set_row(self, place: int, cells: tuple[str, ...], *, is_best: bool) -> None:
        font = figures_font(self.font(), bold=is_best)
        marked = BEST if is_best else ""
        for column, text in enumerate((marked, *cells[1:])):
            item = self.item(place, column)
            if item is None:
                item = QTableWidgetItem()
                # Choices are names, and what follows them are figures.
                item.setTextAlignment(alignment(int(column >= self._figures_from)))
                self.setItem(place, column, item)
            item.setFont(font)
            item.setText(text)
            item.setToolTip(text)
