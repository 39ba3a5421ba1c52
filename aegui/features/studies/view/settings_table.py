"""The table of the settings of a study: a row each, the best in bold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QBrush

from aegui.core.i18n import mark, tr
from aegui.features.studies.view.pages import NOTHING
from aegui.kit.theme import blend, current_theme
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from aegui.features.studies.model.study_runs import StudySheet

MAX_ROWS = 500
"""Maximum number of rows; the CSV export has all settings."""
_HOVERED = 0.18
BEST = "\N{BLACK STAR}"


def two_lines(title: str) -> str:
    """Return ``title`` broken into two lines of similar length, to keep columns narrow."""
    words = title.split(" ")
    breaks = range(1, len(words))
    lines = [(" ".join(words[:at]), " ".join(words[at:])) for at in breaks]
    return "\n".join(min(lines, key=lambda both: max(map(len, both)))) if lines else title


class SettingsTable(NamedTable):
    """Passive table, except for the selected row."""

    row_hovered = Signal(int)
    """Emitted with the index of the setting under the mouse, or ``NOTHING``."""

    def __init__(self) -> None:
        opens = tr("Open this run's recipe")
        super().__init__((), tr("Settings and their figures"), picks_rows=True, opens=opens)
        self._header: tuple[str, ...] = ()
        self._hovered: frozenset[int] = frozenset()
        self.setMouseTracking(True)
        self.cellEntered.connect(lambda row, _column: self.row_hovered.emit(row))

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show the settings of ``sheet``; the selected row is preserved."""
        if sheet.header and sheet.header != self._header:
            self._header = sheet.header
            first, *others = sheet.header
            titles = ((two_lines(tr(title)), tr(title)) for title in others)
            # The first columns contain text, the others figures.
            words = range(1 + len(sheet.plan.axes))
            self.set_columns([(first, mark("The best so far")), *titles], words)
        rows = sheet.rows[:MAX_ROWS]
        self.setRowCount(len(rows))
        for index, cells in enumerate(rows):
            is_best = index == sheet.best
            self.write_row(index, (BEST if is_best else "", *cells[1:]), bold=is_best)

    def chosen_row(self) -> int:
        """Return the index of the selected setting, or ``NOTHING``."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else NOTHING

    def choose_row(self, index: int) -> None:
        """Select the row of a setting; ``NOTHING`` clears the selection."""
        if index == self.chosen_row():
            return
        if index == NOTHING:
            self.clearSelection()
        if 0 <= index < self.rowCount():
            self.selectRow(index)

    def set_hovered(self, indices: frozenset[int]) -> None:
        """Highlight the rows of settings that are hovered here or in a picture."""
        theme = current_theme()
        ground = QBrush(blend(theme.accent, theme.panel, _HOVERED))
        for index in self._hovered ^ indices:
            for at in range(self.columnCount()):
                item = self.item(index, at)
                if item is not None:
                    item.setBackground(ground if index in indices else QBrush())
        self._hovered = indices

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hovered row."""
        self.row_hovered.emit(NOTHING)
        super().leaveEvent(event)
