"""The runs of a population as menu entries; a dialog offers those that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QPushButton

from aegui.core.i18n import tr
from aegui.kit.layouts import buttons_of, column, open_at
from aegui.kit.marks import search_field
from aegui.kit.theme import SPACING, figures_font
from aegui.shell.outcome import reached_at, reached_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from aegui.session.services import Services
    from aegui.session.shown import Shown


_ROW = Qt.ItemDataRole.UserRole
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}


class RunDialog(QDialog):
    """A list of runs with their figures, and a search field."""

    def __init__(self, runs: Sequence[tuple[int, str]], chosen: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Choose a run"))
        self.search = search_field(tr("Search for a seed"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Runs, the best first"))
        self.list.setFont(figures_font(self.font()))
        self.list.setUniformItemSizes(True)
        for run, text in runs:
            item = QListWidgetItem(text, self.list)
            item.setData(_ROW, run)
            if run == chosen:
                self.list.setCurrentItem(item)
        self.take = QPushButton(tr("&Show"))
        self.take.setProperty("main", True)
        parts = (self.search, self.list, buttons_of(self, take=self.take, leave=tr("Ca&ncel")))
        self.setLayout(column(*parts, spacing=SPACING, margins=(2 * SPACING,) * 4))
        self.search.textChanged.connect(self._on_search_text_changed)
        self.list.itemActivated.connect(self.accept)
        self.list.currentItemChanged.connect(self._on_list_current_item_changed)
        open_at(self, 420, 480)

    @property
    def run(self) -> int | None:
        """The selected run."""
        item = self.list.currentItem()
        return None if item is None or item.isHidden() else int(item.data(_ROW))

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        typed = text.strip().casefold()
        items = [self.list.item(row) for row in range(self.list.count())]
        for item in items:
            # Only the seed is searched: the figures after it have digits too.
            item.setHidden(typed not in item.text().partition(" · ")[0].casefold())
        visible = [item for item in items if not item.isHidden()]
        # An exact match comes before seeds that only contain these digits.
        exact = [item for item in visible if typed in item.text().casefold().split()]
        if visible and typed:
            self.list.setCurrentItem((exact or visible)[0])
        self.take.setEnabled(self.run is not None)

    @Slot()
    def _on_list_current_item_changed(self) -> None:
        self.take.setEnabled(self.run is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move through the list with the arrow keys while the search field has the focus."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self.list.hasFocus():
            super().keyPressEvent(event)
            return
        rows = [row for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        if rows:
            now = rows.index(self.list.currentRow()) if self.list.currentRow() in rows else 0
            self.list.setCurrentRow(rows[min(max(now + step, 0), len(rows) - 1)])


def ask_run(parent: QWidget, runs: Sequence[tuple[int, str]], chosen: int) -> int | None:
    """Ask for one of ``runs``, numbers and texts; None if cancelled."""
    dialog = RunDialog(runs, chosen, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    run = dialog.run
    dialog.deleteLater()
    return run if accepted else None


RUN = "run:"
"""Prefix of the keys of runs."""
ANY_RUN = f"{RUN}?"
"""Key of the choice that opens a dialog of all runs."""
MAX_IN_MENU = 12


def run_choices(shown: Shown, *, others: bool = False) -> list[tuple[str, str]]:
    """Return keys and names of runs for a menu; ``others`` leaves out the one that is shown."""
    seeds, moment = shown.seeds, shown.moment
    if len(seeds) < 2 or moment is None:
        return []
    choices = [
        (f"{RUN}{run}", tr("Seed {seed}", seed=seed))
        for run, seed in enumerate(seeds[:MAX_IN_MENU])
        if not (others and run == moment.run)
    ]
    if len(seeds) > MAX_IN_MENU:
        choices.append((ANY_RUN, tr("One of all {n:,} seeds…", n=len(seeds))))
    return choices


def run_of(key: str, services: Services, parent: QWidget) -> int | None:
    """Return the run of a menu key, asking the user for ``ANY_RUN``; None if cancelled."""
    if key != ANY_RUN:
        return int(key.removeprefix(RUN))
    shown = services.shown.moment
    return ask_run(parent, _runs(services), 0 if shown is None else shown.run)


def _runs(services: Services) -> list[tuple[int, str]]:
    """Return every run with its results as text, sorted best first if they are known."""
    shown = services.shown
    saved = shown.saved
    runs = list(enumerate(shown.seeds))
    if shown.is_live or saved is None or not saved.results:
        return [(run, tr("Seed {seed}", seed=seed)) for run, seed in runs]
    order = saved.runs_by_rank
    return [
        (
            run,
            tr(
                "Seed {seed} · {figures}",
                seed=shown.seeds[run],
                figures=reached_words(reached_at(saved, shown.moment_of(run)), saved.dataset),
            ),
        )
        for run in order
    ]
