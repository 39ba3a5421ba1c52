"""The results of a study: progress, pages of results, verdict, and single runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from aegui.core.evaluation.run_figures import figure_words
from aegui.core.i18n import tr, trn
from aegui.core.study.results import compared_by
from aegui.features.studies.view.overview_page import OverviewPage
from aegui.features.studies.view.pages import ResultPages
from aegui.kit.choosing import offer
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import Sized, column, dim, heading, held, row, scrolled
from aegui.kit.marks import ElidedLabel
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from aegui.core.study.results import StudyCell
    from aegui.features.studies.model.study_runs import StudySheet
    from aegui.session.jobs.derived import JobProgress

_BAR_PX = 160
_VERDICT_PX = 84
_MAX_SEEDS = 200
"""Maximum number of seeds of a setting in the list."""


class StudiesPanel(Sized):
    """Passive panel; user actions are emitted as signals."""

    pause_toggled = Signal(bool)
    """Emitted with whether the runs are to be paused."""
    seeds_requested = Signal(int)
    """Emitted with the number of seeds to add to each setting."""
    run_requested = Signal(object, int)
    """Emitted with a ``StudySetting`` and a seed, to open the recipe of that run."""
    networks_requested = Signal(object)
    """Emitted with a ``StudyCell``, to show its networks on the map."""
    network_requested = Signal(object, int)
    """Emitted with a ``StudyCell`` and a seed, to show that network on the map."""
    usual_size = QSize(700, 400)
    """Room for a table and the verdict."""

    def __init__(self) -> None:
        super().__init__()
        self.pause = QPushButton(tr("Pause"))
        self.cancel = QPushButton(tr("Cancel"))
        self.title = heading(ElidedLabel())
        self.text = dim(ElidedLabel())
        self.bar = WorkBar()
        self.pages = ResultPages()
        self.verdict = QPlainTextEdit()
        self.more = QPushButton()
        self.seeds = QComboBox()
        self.open_run = QPushButton(tr("Open this run's recipe"))
        self.networks = QPushButton(tr("Show on the map"))
        self.save = QPushButton(tr("Save as CSV…"))
        self._setting = ElidedLabel()
        self._placeholder: Placeholder
        self._sheet: StudySheet | None = None
        self._is_busy = False
        self._progress: JobProgress | None = None
        self._build()
        self._connect()
        self.set_sheet(None)
        self.set_busy(False)

    def _build(self) -> None:
        self._placeholder = Placeholder(self._build_content())
        self.example = self._placeholder.offer
        self.example.setToolTip(
            tr("ReLU, tanh and sigmoid on the network of the course; it takes seconds")
        )
        self.example.setProperty("main", True)
        self.plans = self._placeholder.add_offer(tr("Choose a study…"))
        self.of_builder = self._placeholder.add_offer(
            tr("Vary the network of the builder"),
            tr("Begin a study, and add the fields to vary"),
        )
        # Scrolls in a narrow dock: its minimum width must not widen the window off the screen.
        self.setLayout(column((scrolled(self._placeholder, sideways=True), 1)))

    def _build_content(self) -> QWidget:
        self.pause.setCheckable(True)
        self.cancel.setToolTip(tr("Cancel; finished runs are kept"))
        self.bar.setMaximumWidth(_BAR_PX)
        self.text.setFont(figures_font(self.font()))
        head = row((self.title, 1), (self.text, 1), self.bar, self.pause, self.cancel)
        self.verdict.setReadOnly(True)
        self.verdict.setFrameShape(QFrame.Shape.NoFrame)
        self.verdict.setMaximumHeight(_VERDICT_PX)
        self.verdict.setTabChangesFocus(True)
        self.verdict.setAccessibleName(tr("Verdict"))
        self.seeds.setAccessibleName(tr("Seed of the run"))
        self.open_run.setToolTip(tr("Make it the draft: training it gives the same result again"))
        self.networks.setToolTip(tr("Open the finished runs of this setting, with their weights"))
        self.seeds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # Wrapped, as the dock is often narrow beside the map.
        actions = FlowLayout(SPACING, last_at_right=True)
        for action in (self.more, self.networks, self.seeds, self.open_run, self.save):
            actions.addWidget(action)
        foot = column(self._setting, held(actions))
        edge = SPACING // 2
        margins = (SPACING, edge, SPACING, edge)
        return held(column(head, (self.pages, 1), foot, self.verdict, margins=margins))

    def _connect(self) -> None:
        self.pause.clicked.connect(self._on_pause_clicked)
        self.more.clicked.connect(self._on_more_clicked)
        self.pages.setting_chosen.connect(lambda _index: self._show_row())
        self.pages.network_requested.connect(self._on_pages_network_requested)
        self._overview().setting_opened.connect(self._ask_for_run)
        self.open_run.clicked.connect(self._ask_for_run)
        self.networks.clicked.connect(self._ask_for_networks)
        self.pages.networks_requested.connect(lambda _index: self._ask_for_networks())

    # Display

    def _overview(self) -> OverviewPage:
        page = self.pages.page("overview")
        assert isinstance(page, OverviewPage), "the table of pages says so"
        return page

    def show_figure(self, kind: str) -> None:
        """Show the picture for a figure of a hand-in, such as ``x-curves``."""
        self.pages.show_page("overview")
        self._overview().show_figure(kind)

    def set_sheet(self, sheet: StudySheet | None) -> None:
        """Show a study; None if none is chosen."""
        self._sheet = sheet
        if sheet is None:
            text = tr(
                "A study trains a network with several settings, each with several seeds, and "
                "tells which settings really differ. Its results appear here."
            )
            self._placeholder.say(text, tr("Open an example: activations compared"))
            return
        self._placeholder.show_content()
        name = tr(sheet.plan.name) or (tr("New study") if sheet.is_new else sheet.path.stem)
        self.title.setText(name)
        self.pages.set_sheet(sheet)
        steps = () if sheet.result is None else sheet.result.steps
        # The steps of a search path come before the verdict.
        lines = (*(step.words(sheet.plan) for step in steps), *sheet.verdict.lines)
        more = sheet.verdict.more_seeds
        self.verdict.setPlainText("\n".join(lines))
        self.verdict.setVisible(bool(lines))
        self.more.setVisible(more is not None)
        if more is not None:
            self.more.setText(trn("Run {n:,} more seed", "Run {n:,} more seeds", more))
        has_runs = sheet.result is not None and any(cell.runs for cell in sheet.result.cells)
        self.save.setEnabled(has_runs)
        self._show_row()

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of the runs; None if there are none."""
        self._progress = progress
        self._show_text()
        if progress is not None:
            self.bar.set_progress(progress.done, progress.total)
            self.bar.setAccessibleName(f"{progress.title} {progress.text}".strip())

    def set_busy(self, busy: bool) -> None:
        """Set whether runs are in progress."""
        self._is_busy = busy
        self.pause.setChecked(False)
        self._on_pause_clicked(False)
        self.bar.setVisible(busy)
        self.bar.set_progress(0, 0)
        for button in (self.pause, self.cancel):
            button.setVisible(busy)
        self.more.setEnabled(not busy)

    def _show_text(self) -> None:
        text = "" if self._progress is None else self._progress.text
        if self.pause.isChecked():
            text = tr("paused: {phase}", phase=text) if text else tr("paused")
        self.text.setText(text)

    # User actions

    def _on_more_clicked(self) -> None:
        if self._sheet is not None and self._sheet.verdict.more_seeds is not None:
            self.seeds_requested.emit(self._sheet.verdict.more_seeds)

    def _on_pause_clicked(self, paused: bool) -> None:
        self.pause.setText(tr("Go on") if paused else tr("Pause"))
        self._show_text()
        self.pause_toggled.emit(paused)

    def _chosen(self) -> StudyCell | None:
        """Return the selected setting, or None."""
        index = self.pages.chosen
        result = None if self._sheet is None else self._sheet.result
        if result is None or not 0 <= index < len(result.cells):
            return None
        return result.cells[index]

    def _show_row(self) -> None:
        """List the runs of the selected setting, each with its figure."""
        cell = self._chosen()
        for part in (self._setting, self.networks, self.seeds, self.open_run):
            part.setVisible(cell is not None)
        if cell is None:
            return
        self.networks.setEnabled(bool(cell.runs))
        self._setting.setText(cell.setting.title)
        self._fill_seeds(self.seeds.currentData())

    def _fill_seeds(self, seed: int | None) -> None:
        """List the first seeds of the setting and ``seed``, which is selected."""
        cell, sheet = self._chosen(), self._sheet
        if cell is None or sheet is None:
            return
        key, every = compared_by(sheet.plan), sheet.plan.seeds.all
        known = {run.seed: run.figures.get(key) for run in cell.runs}
        offered = dict.fromkeys(every[:_MAX_SEEDS])
        if seed is not None and every[0] <= seed <= every[-1]:
            offered[seed] = None
        rows = []
        for one in offered:
            text = tr("Seed {n}", n=one)
            if one in known:
                text = f"{text}: {figure_words(key, known[one])}"
            rows.append((one, text))
        offer(self.seeds, rows, seed)

    def _ask_for_run(self) -> None:
        cell, seed = self._chosen(), self.seeds.currentData()
        if cell is not None and seed is not None:
            self.run_requested.emit(cell.setting, seed)

    def _on_pages_network_requested(self, index: int, seed: int) -> None:
        result = None if self._sheet is None else self._sheet.result
        if result is not None and index < len(result.cells):
            self.pages.choose(index)
            self._fill_seeds(seed)
            self.network_requested.emit(result.cells[index], seed)

    def _ask_for_networks(self) -> None:
        cell = self._chosen()
        if cell is not None:
            self.networks_requested.emit(cell)
