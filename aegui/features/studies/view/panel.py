"""The panel of studies: plans at the left, what comes of the chosen one at the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from aegui.core.evaluation.run_figures import figure_words
from aegui.core.i18n import mark, tr
from aegui.core.study.results import compared_by
from aegui.features.studies.view.seeds_chart import SeedsChart
from aegui.features.studies.view.settings_table import SettingsTable
from aegui.features.studies.view.words import cost_line, list_words, plan_html
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import ElidedLabel, wrapped_label
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyCell
    from aegui.features.studies.model.study_runs import StudySheet
    from aegui.session.jobs.derived import JobProgress

PAGES = (mark("Table"), mark("Chart"))
_LEFT_PX, _RIGHT_PX = 290, 600
_BAR_PX = 160
_VERDICT_PX = 84
_PATH = int(Qt.ItemDataRole.UserRole)
_MOST_SEEDS = 200
"""Runs of a setting that are offered one by one."""


class StudiesPanel(QWidget):
    """Passive; what is asked for goes out by its signals."""

    plan_chosen = Signal(object)
    """The plan in that file, a ``Path``."""
    open_requested = Signal()
    """Ask for the file of a plan."""
    start_requested = Signal()
    """Do the runs that are missing."""
    pause_toggled = Signal(bool)
    """Let the runs rest, or go on."""
    cancel_requested = Signal()
    """Give up the runs under way."""
    table_requested = Signal()
    """Save every run as CSV."""
    run_requested = Signal(object, int)
    """Open the recipe of a ``StudySetting`` with that seed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plans = QListWidget()
        self.open = QPushButton(tr("Open a plan…"))
        self.words = wrapped_label()
        self.cost = wrapped_label()
        self.start = QPushButton(tr("Start the study"))
        self.pause = QPushButton(tr("Pause"))
        self.cancel = QPushButton(tr("Cancel"))
        self.text = ElidedLabel()
        self.bar = WorkBar()
        self.table = SettingsTable()
        self.chart = SeedsChart()
        self.verdict = QPlainTextEdit()
        self.seeds = QComboBox()
        self.open_run = QPushButton(tr("Open this run's recipe"))
        self.save = QPushButton(tr("Save as CSV…"))
        self._pages = QStackedWidget()
        self._row = QWidget()
        self._setting = ElidedLabel()
        self._placeholder: Placeholder
        self._sheet: StudySheet | None = None
        self._is_busy = False
        self._build()
        self._connect()
        self.set_sheet(None)
        self.set_busy(False)

    def sizeHint(self) -> QSize:
        """A list and a table."""
        return QSize(860, 400)

    def _build(self) -> None:
        self._placeholder = Placeholder(self._build_right())
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._build_left())
        splitter.addWidget(self._placeholder)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LEFT_PX, _RIGHT_PX])
        # In a narrow place it is moved: it must not push the window off the screen.
        self.setLayout(column((_scroll(splitter), 1)))

    def _build_left(self) -> QWidget:
        self.plans.setAccessibleName(tr("Studies that ship"))
        self.plans.setWordWrap(True)
        self.plans.setSpacing(SPACING // 4)
        self.plans.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(held(column((self.plans, 1), self.open)))
        parts.addWidget(_scroll(self.words))
        parts.setSizes([_LEFT_PX, _LEFT_PX])
        edge = SPACING // 2
        return held(column((parts, 1), dim(self.cost), margins=(SPACING, edge, edge, edge)))

    def _build_right(self) -> QWidget:
        self.start.setToolTip(tr("Train every setting with every seed; what is done is kept"))
        self.pause.setCheckable(True)
        self.cancel.setToolTip(tr("Stop here; what is finished is kept"))
        self.bar.setMaximumWidth(_BAR_PX)
        self.text.setFont(figures_font(self.font()))
        dim(self.text)
        head = row(self.start, self.pause, self.cancel, self.bar, (self.text, 1))
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.chart)
        self.verdict.setReadOnly(True)
        self.verdict.setFrameShape(QFrame.Shape.NoFrame)
        self.verdict.setMaximumHeight(_VERDICT_PX)
        self.verdict.setTabChangesFocus(True)
        self.verdict.setAccessibleName(tr("Verdict"))
        self.seeds.setAccessibleName(tr("Seed of the run"))
        self.open_run.setToolTip(tr("Make it the draft: train it, and it learns the same again"))
        self.seeds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._row.setLayout(row((self._setting, 1), self.seeds, self.open_run))
        # While no row is chosen, something else has to keep the tabs at the left.
        foot = row(*self._tabs(), (self._row, 1000), (held(row()), 1), self.save)
        edge = SPACING // 2
        margins = (edge, edge, SPACING, edge)
        return held(column(head, (self._pages, 1), foot, self.verdict, margins=margins))

    def _tabs(self) -> list[QToolButton]:
        group = QButtonGroup(self)
        buttons = []
        for place, text in enumerate(PAGES):
            button = QToolButton()
            button.setProperty("flat", True)
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.setText(tr(text))
            group.addButton(button, place)
            buttons.append(button)
        group.idClicked.connect(self._pages.setCurrentIndex)
        return buttons

    def _connect(self) -> None:
        self.plans.currentItemChanged.connect(self._on_plans_current_changed)
        self.open.clicked.connect(self.open_requested)
        self.start.clicked.connect(self.start_requested)
        self.pause.clicked.connect(self._on_pause_clicked)
        self.cancel.clicked.connect(self.cancel_requested)
        self.save.clicked.connect(self.table_requested)
        self.table.itemSelectionChanged.connect(self._show_row)
        self.table.itemDoubleClicked.connect(lambda _item: self._ask_for_run())
        self.open_run.clicked.connect(self._ask_for_run)

    # What is shown

    def set_plans(self, plans: Sequence[tuple[Path, StudyPlan]]) -> None:
        """List the studies that ship, with their files."""
        self.plans.clear()
        for path, plan in plans:
            self._add(path, plan)

    def _add(self, path: Path, plan: StudyPlan) -> QListWidgetItem:
        item = QListWidgetItem(
            list_words(plan) if plan.name else f"{path.stem}\n{list_words(plan)}"
        )
        item.setData(_PATH, str(path))
        item.setToolTip(
            tr("Published: {text}", text=tr(plan.conclusion)) if plan.conclusion else ""
        )
        self.plans.addItem(item)
        return item

    def set_sheet(self, sheet: StudySheet | None) -> None:
        """Show a study as it is known now; None: none is chosen."""
        self._sheet = sheet
        if sheet is None:
            self._placeholder.say(tr("Choose a study at the left, or open a plan of your own."))
            self.words.setText("")
            self.cost.setText("")
            return
        self._placeholder.show_content()
        self._mark_chosen(sheet)
        self.words.setText(plan_html(sheet.plan))
        self.cost.setText("" if self._is_busy else cost_line(sheet.cost))
        self.table.set_sheet(sheet)
        self.chart.set_result(sheet.result)
        self.verdict.setPlainText("\n".join(sheet.verdict))
        self.verdict.setVisible(bool(sheet.verdict))
        self.save.setEnabled(sheet.result is not None)
        self._show_row()
        self._show_levers()

    def _mark_chosen(self, sheet: StudySheet) -> None:
        """Have the list tell which study is shown; a plan of the person's own is added to it."""
        items = [self.plans.item(place) for place in range(self.plans.count())]
        found = next((item for item in items if item.data(_PATH) == str(sheet.path)), None)
        was_blocked = self.plans.blockSignals(True)
        self.plans.setCurrentItem(found or self._add(sheet.path, sheet.plan))
        self.plans.blockSignals(was_blocked)

    def forget_cost(self) -> None:
        """What the study takes will not be known: it was refused."""
        self.cost.setText("")

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show how far the runs are; None: there are none."""
        self.text.setText("" if progress is None else progress.text)
        if progress is not None:
            self.bar.set_progress(progress.done, progress.total)
            self.bar.setAccessibleName(f"{progress.title} {progress.text}".strip())

    def set_busy(self, busy: bool) -> None:
        """Whether runs are under way: until they have ended no other plan is chosen."""
        self._is_busy = busy
        self.plans.setEnabled(not busy)
        self.open.setEnabled(not busy)
        self.pause.setChecked(False)
        self._on_pause_clicked(False)
        self.bar.setVisible(busy)
        self.bar.set_progress(0, 0)
        if self._sheet is not None:
            self.cost.setText("" if busy else cost_line(self._sheet.cost))
        self._show_levers()

    def _show_levers(self) -> None:
        cost = None if self._sheet is None else self._sheet.cost
        self.start.setEnabled(not self._is_busy and cost is not None and cost.seconds > 0.0)
        self.pause.setEnabled(self._is_busy)
        self.cancel.setEnabled(self._is_busy)

    # What is asked for

    def _on_plans_current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.plan_chosen.emit(Path(item.data(_PATH)))

    def _on_pause_clicked(self, paused: bool) -> None:
        self.pause.setText(tr("Go on") if paused else tr("Pause"))
        self.pause_toggled.emit(paused)

    def _chosen(self) -> StudyCell | None:
        """The setting of the row that is chosen."""
        rows = self.table.selectionModel().selectedRows()
        result = None if self._sheet is None else self._sheet.result
        if result is None or not rows or rows[0].row() >= len(result.cells):
            return None
        return result.cells[rows[0].row()]

    def _show_row(self) -> None:
        """Offer the runs of the setting that is chosen, each with its figure."""
        cell, sheet = self._chosen(), self._sheet
        self._row.setVisible(cell is not None)
        if cell is None or sheet is None:
            return
        self._setting.setText(", ".join(map(tr, cell.setting.labels.values())))
        seed, key = self.seeds.currentData(), compared_by(sheet.plan)
        known = {run.seed: run.figures.get(key) for run in cell.runs}
        self.seeds.clear()
        for one in sheet.plan.seeds.all[:_MOST_SEEDS]:
            text = tr("Seed {n}", n=one)
            if one in known:
                text = f"{text}: {figure_words(key, known[one])}"
            self.seeds.addItem(text, one)
        self.seeds.setCurrentIndex(max(0, self.seeds.findData(seed)))

    def _ask_for_run(self) -> None:
        cell, seed = self._chosen(), self.seeds.currentData()
        if cell is not None and seed is not None:
            self.run_requested.emit(cell.setting, seed)


def _scroll(widget: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(widget)
    return scroll
