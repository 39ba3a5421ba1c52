"""The page of published figures: a table, details of the selected row, and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.core.parity.reached import (
    expected_place,
    expected_words,
    limit_words,
    sign_of,
    summary_words,
)
from aegui.core.parity.rows import WORKS
from aegui.kit.layouts import column, dim, open_at, row
from aegui.kit.marks import ElidedLabel
from aegui.kit.theme import SPACING, current_theme, for_text
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.parity.reached import RowState

COLUMNS = (
    ("", mark("Ticked if it has been reached on this machine")),
    (mark("Row"), mark("Its id in commands")),
    (mark("What"), mark("What was tried")),
    (mark("Published"), mark("The published value, or picture")),
    (mark("Here"), mark("Mean and deviation of the runs trained and kept on this machine")),
    (mark("Limit"), mark("The theoretical limit, or that of linear networks")),
    (mark("Expected"), mark("The program's result when it was measured")),
)
_WHAT = 2
_WIDTH_PX, _HEIGHT_PX, _DETAILS_PX = 1200, 720, 112
_FIGURES_PX = (0, 0, 0, 180, 165, 150, 180)
"""Most width of the columns of figures; 0 for the others."""
_SIGNS = {True: mark("reached"), False: mark("not reached"), None: mark("not trained yet")}


class ParityDialog(QDialog):
    """Passive dialog that shows given states; user actions are emitted as signals."""

    run_requested = Signal(object)
    """Emitted with the ``ParityRow`` to train."""
    own_requested = Signal(object)
    """Emitted with the ``ParityRow`` to train on images of a folder of the user's."""
    looked_at = Signal()
    """Emitted when the dialog was activated again: the library may have changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parity")
        self.setWindowTitle(tr("Published figures and ours"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_at(self, _WIDTH_PX, _HEIGHT_PX)
        self._states: list[RowState | None] = []
        self.summary = QLabel(tr("Reading the library…"))
        hint = dim(tr("Every kept run with the same recipe counts, whatever its seed."))
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        title, words = tr("Published figures and ours"), range(len(COLUMNS))
        self.table = NamedTable(COLUMNS, title, words=words, picks_rows=True)
        self.table.setWordWrap(False)
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setMinimumHeight(_DETAILS_PX)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.run = QPushButton(tr("&Train it"))
        self.run.setProperty("main", True)
        self.own = QPushButton(tr("On &pictures of your own…"))
        self.own.setToolTip(tr("Choose a folder of pictures: we may not ship the published ones"))
        self.own.hide()
        self.save = QPushButton(tr("&Save…"))
        self.save.setEnabled(False)
        self.news = dim(ElidedLabel())
        close = QPushButton(tr("Close"))
        for button in (self.run, self.own, self.save, close):
            button.setAutoDefault(False)
        self.run.setEnabled(False)
        self.run.clicked.connect(self._on_run_clicked)
        self.own.clicked.connect(self._on_own_clicked)
        close.clicked.connect(self.reject)
        self.table.itemSelectionChanged.connect(self._show_row)
        margins = (2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        self.setLayout(
            column(
                row(self.summary, (hint, 1), spacing=2 * SPACING),
                (self.table, 1),
                self.details,
                row(self.run, self.own, self.save, (self.news, 1), close, spacing=SPACING),
                spacing=SPACING,
                margins=margins,
            )
        )

    def set_states(self, states: Sequence[RowState]) -> None:
        """Show the state of each row; the selection is preserved."""
        chosen = self.state
        self.summary.setText(summary_words(states))
        self.save.setEnabled(True)
        self.table.setRowCount(0)
        self._states = []
        for work, name in WORKS.items():
            of_work = [state for state in states if state.row.work == work]
            if of_work:
                self._add_heading(tr(name))
            for state in of_work:
                self._add(state)
        header = self.table.horizontalHeader()
        for index, width in enumerate(_FIGURES_PX):
            if width:
                needed = max(self.table.sizeHintForColumn(index), header.sectionSizeHint(index))
                header.setSectionResizeMode(index, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(index, min(needed, for_text(width)))
        header.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        rest = len(COLUMNS)  # the column that takes the remaining width
        header.setSectionResizeMode(rest, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(rest, 0)
        ids = [None if state is None else state.row.id for state in self._states]
        selected = ids.index(chosen.row.id) if chosen is not None and chosen.row.id in ids else 1
        if selected < len(ids):
            self.choose(selected)

    def set_news(self, text: str) -> None:
        """Show what happens in the window, which the dialog may cover."""
        self.news.setText(text)
        self.news.setToolTip(text)

    @property
    def state(self) -> RowState | None:
        """Return the state of the selected row, or None."""
        place = self.table.currentRow()
        return self._states[place] if 0 <= place < len(self._states) else None

    def choose(self, index: int) -> None:
        """Select the row at ``index`` of the table."""
        flags = QItemSelectionModel.SelectionFlag
        self.table.setCurrentCell(index, _WHAT, flags.ClearAndSelect | flags.Rows)

    def _add_heading(self, text: str) -> None:
        place = self.table.rowCount()
        self.table.insertRow(place)
        self.table.setSpan(place, 0, 1, self.table.columnCount())
        item = QTableWidgetItem(text)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = self.table.font()
        font.setBold(True)
        item.setFont(font)
        self.table.setItem(place, 0, item)
        self._states.append(None)

    def _add(self, state: RowState) -> None:
        place, line, theme = self.table.rowCount(), state.row, current_theme()
        colour = {True: theme.good, False: theme.warn, None: theme.text_dim}[state.is_reached]
        self.table.insertRow(place)
        texts = (
            sign_of(state),
            line.id,
            tr(line.what),
            tr(line.published) if line.published else "",
            state.figure(),
            limit_words(line),
            expected_words(line, seeds=False),
        )
        for at, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if not at:
                words = tr(_SIGNS[state.is_reached])
                item.setToolTip(words)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
                item.setForeground(QBrush(colour))
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            self.table.setItem(place, at, item)
        self._states.append(state)

    @Slot()
    def _show_row(self) -> None:
        state = self.state
        self.run.setEnabled(state is not None)
        self.own.setVisible(state is not None and state.row.own_data)
        if state is None:
            self.details.clear()
            return
        self.run.setText(tr("&Do the study") if state.row.study else tr("&Train it"))
        self.details.setText("\n".join(_details(state)))

    @Slot()
    def _on_run_clicked(self) -> None:
        if self.state is not None:
            self.run_requested.emit(self.state.row)

    @Slot()
    def _on_own_clicked(self) -> None:
        if self.state is not None:
            self.own_requested.emit(self.state.row)

    def changeEvent(self, event: QEvent) -> None:
        """Emit ``looked_at`` when the window becomes active."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.looked_at.emit()


def _details(state: RowState) -> list[str]:
    line, found, ours = state.row, state.cells[0], state.row.ours
    lines = [tr(line.what)]
    text = tr("Tick: {claim}", claim=line.claim_words())
    lines.append(f"{text} ({tr(_SIGNS[state.is_reached])}).")
    if found is not None:
        place = ", ".join(filter(None, (found.date, found.processor)))
        lines.append(tr("Here: {figures}; {place}.", figures=state.words(), place=place))
    if ours is not None and ours.cells[0] is not None:
        figures, place = expected_words(line), expected_place(line)
        text = tr("Expected: {figures}; {place}.", figures=figures, place=place)
        lines.append(text if ours.reached else f"{text} {tr('Not reached there.')}")
    if line.note:
        lines.append(tr(line.note))
    return lines
