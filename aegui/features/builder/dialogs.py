"""Non-modal dialogs of the builder: the table of the layers, and the history of the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QTableWidgetItem,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.core.network.summary import COLUMNS, Summary
from aegui.core.training.record.stage_words import (
    change_words,
    settings_words,
    stage_words,
    unrecorded_words,
)
from aegui.kit.layouts import buttons_of, column, open_at
from aegui.kit.marks import ProblemLabel
from aegui.kit.theme import SPACING, figures_font
from aegui.shell.dialogs.questions import listing, show_text
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.run_file.saved import SavedRun

_SIZE = 640, 460
_COPIES = (
    ("text", mark("As &text")),
    ("csv", mark("As &CSV")),
    ("markdown", mark("As &Markdown")),
)


class SummaryDialog(QDialog):
    """A table of the layers with their shapes and parameters, and the totals below."""

    def __init__(self, summary: Summary, copied: Callable[[], object], parent: QWidget) -> None:
        """Fill the dialog; ``copied`` is called once the table has been copied to the clipboard."""
        super().__init__(parent)
        self.summary = summary
        self._copied = copied
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Summary of the network"))
        open_at(self, *_SIZE)
        self.table = NamedTable([(name, "") for name in COLUMNS], tr("Layers of the network"))
        self.totals = QLabel("\n".join(summary.totals()))
        self.totals.setFont(figures_font(self.font()))
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = ProblemLabel()
        self.problem.set_text(summary.problems[0] if summary.problems else "")
        self.copy = QPushButton(tr("&Copy"))
        menu = QMenu(self.copy)
        for form, text in _COPIES:
            menu.addAction(tr(text)).triggered.connect(
                lambda _checked=False, form=form: self._put(form)
            )
        self.copy.setMenu(menu)
        self._fill()
        buttons = buttons_of(self, self.copy, leave=tr("Close"))
        parts = ((self.table, 1), self.totals, self.problem, buttons)
        self.setLayout(column(*parts, spacing=SPACING, margins=(2 * SPACING,) * 4))

    def _fill(self) -> None:
        self.table.setRowCount(len(self.summary.rows))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, layer in enumerate(self.summary.rows):
            for at, text in enumerate(layer.cells()):
                item = QTableWidgetItem(text)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                if at == len(COLUMNS) - 1:
                    item.setTextAlignment(right)
                self.table.setItem(row, at, item)
        for at in range(len(COLUMNS)):
            last = at == len(COLUMNS) - 1
            header = self.table.horizontalHeaderItem(at)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            if header is not None:
                header.setTextAlignment(right if last else left)

    def _put(self, form: str) -> None:
        QGuiApplication.clipboard().setText(self.summary.text(form))
        self._copied()


def show_history(parent: QWidget, run: SavedRun | None) -> QDialog:
    """Open a dialog with the trainings that led to ``run``; return it."""
    return show_text(parent, "history", tr("History of this training"), history_text(run))


def history_text(run: SavedRun | None) -> str:
    """Return every training that has led to ``run``, as Markdown."""
    if run is None:
        return tr("Nothing has been trained yet.")
    earlier = (None, *run.stages)
    blocks = [
        (
            f"{number}. {stage_words(stage)}",
            (*settings_words(run, before, stage), *map(change_words, stage.changes)),
        )
        for number, (before, stage) in enumerate(zip(earlier, run.stages, strict=False), start=1)
    ]
    return "\n\n".join(filter(None, (unrecorded_words(run), listing(blocks))))
