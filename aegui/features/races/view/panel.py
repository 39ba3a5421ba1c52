"""The panel of races: the optimiser race, the smallest network, and what both pages share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, overload

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QWidget,
    QWidgetAction,
)

from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.races.optimizers import RACERS, RaceSpec, standings_table, table_order
from aegui.core.races.smallest import OWN, Attempt, Challenge, best_of_attempts
from aegui.core.races.surface import PLANES
from aegui.core.text_tables import csv_text
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.kit.charts.axes import Axis, Scale, fitted
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.item_view import ItemView
from aegui.kit.charts.lines import LinePlot, Series
from aegui.kit.choosing import menu_below, tick_entries
from aegui.kit.layouts import Sized, column, dim, held, hint, row
from aegui.kit.marks import ElidedLabel, flat_text
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.figures.race_kinds import CLOCKS, VALUES, RaceView
from aegui.widgets.figures.races import race_figure, race_plot, trails_figure, trails_plot
from aegui.widgets.form.fields import ChoiceField
from aegui.widgets.form.form import FormLine
from aegui.widgets.named_table import NamedTable, alignment
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from aegui.core.races.optimizers import Lane, RaceState
    from aegui.core.races.surface import LossSurface, WeightPlane
    from aegui.features.races.model.race_runs import RaceUpdate
    from aegui.features.races.model.smallest_search import ChallengeSheet
    from aegui.session.jobs.derived import JobProgress


_BAR_PX = 130


class WorkPage(QWidget):
    """Passive page; user actions are emitted as signals."""

    def __init__(self, form: FormLine, nothing: str) -> None:
        """Create a page with a form, and a text to show before there is a result."""
        super().__init__()
        self.form = form
        self.stop = QPushButton(tr("Stop"))
        self.bar = WorkBar()
        self.bar.setFixedWidth(_BAR_PX)
        self.text = dim(ElidedLabel())
        self.text.setFont(figures_font(self.font()))
        self._hint = hint(nothing)
        self._body: Splitter

    def _lay_out(self, body: Splitter) -> None:
        self._body = body
        edge = SPACING // 2
        parts = (self.form, self.text, (self._hint, 1), (body, 1))
        self.setLayout(column(*parts, margins=(SPACING, edge, SPACING, edge)))
        self._show_body(False)

    def _show_body(self, shown: bool) -> None:
        self._hint.setVisible(not shown)
        self._body.setVisible(shown)

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of the running work; None clears it."""
        self.text.setText("" if progress is None else progress.text)
        if progress is not None:
            self.bar.set_progress(progress.done, progress.total)

    def set_busy(self, busy: bool) -> None:
        """Set whether work is running."""
        self.stop.setEnabled(busy)
        self.bar.setVisible(busy)
        self.text.setVisible(busy)


_NO_RACE = mark(
    "Start the race: all start from the same initial weights of the network in the builder, and "
    "each gets the same time."
)


class RacePage(WorkPage):
    """Passive page; user actions are emitted as signals."""

    start_requested = Signal(object)
    """Emitted with the ``RaceSpec`` to run."""
    optimizer_requested = Signal(str, float)
    """Emitted with an optimiser and its rate to use in the recipe; NaN if it has no rate."""
    spec_edited = Signal(object)
    """Emitted with the ``RaceSpec`` whose fields were edited."""
    view_edited = Signal(object)
    """Emitted with the ``RaceView`` that was chosen."""

    def __init__(self) -> None:
        super().__init__(FormLine(RaceSpec(), ("epochs", "seconds")), tr(_NO_RACE))
        self._view = RaceView()
        self._state: RaceState | None = None
        self._plane: WeightPlane | None = None
        self._surface: LossSurface | None = None
        self._places: list[int] = []
        self._chosen: int | None = None
        self.start = QPushButton(tr("Start the race"))
        self.racers = flat_text("")
        self.rates: dict[str, QDoubleSpinBox] = {}
        self.clock = ChoiceField(CLOCKS.values())
        self.value = ChoiceField(VALUES.values())
        self.is_log = QCheckBox(tr("Log"))
        self.plane = ChoiceField(PLANES.values())
        self.lines = ItemView(tr("Optimiser race"), self._lines_figure)
        self.trails = ItemView(tr("Trails of an optimiser race"), self._trails_figure)
        opens = tr("Put this optimiser into the recipe")
        self.table = NamedTable((), tr("Standings of the race"), picks_rows=True, opens=opens)
        self._plane_words = dim(ElidedLabel())
        self._build()
        self._connect()
        self.set_busy(False)

    def sizeHint(self) -> QSize:
        """Return a size with room for lines, trails and a table."""
        return QSize(900, 380)

    def _build(self) -> None:
        self._build_menu()
        self.is_log.setChecked(self._view.is_log)
        for index, button in enumerate((self.start, self.stop, self.racers)):
            self.form.line.insertWidget(index, button)
        self.form.line.addWidget(self.bar)
        for box in (self.clock, self.value, self.plane):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for choice, words in (
            (self.clock, tr("By")),
            (self.value, tr("Value")),
            (self.plane, tr("Plane")),
        ):
            choice.setAccessibleName(words)
        save = tr("Save or copy {picture}", picture=tr("Optimiser race"))
        left = row(
            self.value, dim(tr("By")), self.clock, self.is_log, 1, self.lines.figures.button(save)
        )
        save = tr("Save or copy {picture}", picture=tr("Trails of an optimiser race"))
        middle = row(self.plane, (self._plane_words, 1), self.trails.figures.button(save))
        parts = (held(column(left, (self.lines, 1))), held(column(middle, (self.trails, 1))))
        pictures = Splitter("race-pictures", *parts, sizes=(340, 300))
        below = Qt.Orientation.Vertical
        # The table is below the charts, as its figures need the full width.
        self._lay_out(
            Splitter("race", (pictures, 1), self.table, sizes=(320, 220), orientation=below)
        )

    def _build_menu(self) -> None:
        """Build the menu of optimisers and learning rates."""
        menu = menu_below(self.racers)
        entries = tick_entries(menu, ((key, tr(one.label)) for key, one in OPTIMIZERS.items()))
        for key, action in entries.items():
            action.setChecked(key in RACERS)
            action.setToolTip(tr(OPTIMIZERS[key].help))
            action.toggled.connect(self._on_racers_toggled)
        menu.addSeparator()
        form = QFormLayout()
        form.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        form.addRow(dim(tr("Learning rates; by default the recipe's, or a common one")))
        for key, optimizer in OPTIMIZERS.items():
            if key not in SCIPY_OPTIMIZERS:
                field = QDoubleSpinBox()
                field.setDecimals(6)
                field.setRange(0.0, 100.0)
                field.setSingleStep(0.001)
                field.setSpecialValueText(tr("usual"))
                field.valueChanged.connect(lambda _rate: self.spec_edited.emit(self.spec))
                self.rates[key] = field
                form.addRow(tr(optimizer.label), field)
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(held(form))
        menu.addAction(holder)
        self._show_racers()

    @Slot()
    def _on_racers_toggled(self) -> None:
        self._show_racers()
        self.spec_edited.emit(self.spec)

    def _show_racers(self) -> None:
        self.racers.setText(tr("Optimisers: {n}", n=len(self.chosen_racers)))

    def _connect(self) -> None:
        self.start.clicked.connect(lambda: self.start_requested.emit(self.spec))
        self.form.edited.connect(lambda _spec: self.spec_edited.emit(self.spec))
        self.clock.edited.connect(lambda key: self._set_view(clock=key))
        self.value.edited.connect(lambda key: self._set_view(value=key))
        self.is_log.toggled.connect(lambda on: self._set_view(is_log=on))
        self.trails.hovered.connect(self._mark)
        self.trails.chosen.connect(self._choose)
        self.trails.activated.connect(self._open)
        self.lines.hovered.connect(lambda item: self._mark(self._of_line(item)))
        self.lines.chosen.connect(lambda item: self._choose(self._of_line(item)))
        self.lines.activated.connect(lambda item: self._open(self._of_line(item)))
        self.table.itemSelectionChanged.connect(self._on_table_item_selection_changed)
        self.table.row_opened.connect(lambda row: self._open(self._places[row]))

    # Choices

    @property
    def chosen_racers(self) -> tuple[str, ...]:
        """Return the keys of the ticked optimisers, those of ``RACERS`` first, in its order."""
        menu = self.racers.menu()
        actions = [] if menu is None else menu.actions()
        ticked = [
            action.data() for action in actions if action.isCheckable() and action.isChecked()
        ]
        usual = [key for key in RACERS if key in ticked]
        return (*usual, *(key for key in ticked if key not in usual))

    @property
    def spec(self) -> RaceSpec:
        """Return the race as configured by the fields."""
        racers = self.chosen_racers
        rates = {key: field.value() for key, field in self.rates.items() if field.value() > 0.0}
        rates = {key: rate for key, rate in rates.items() if key in racers}
        spec: RaceSpec = replace(self.form.value, optimizers=racers, rates=rates)
        return spec

    def set_spec(self, spec: RaceSpec) -> None:
        """Set the fields to ``spec`` without emitting a signal."""
        menu = self.racers.menu()
        with QSignalBlocker(self):
            self.form.set_value(spec)
            for action in [] if menu is None else menu.actions():
                if action.isCheckable():
                    action.setChecked(action.data() in spec.optimizers)
            for key, field in self.rates.items():
                field.setValue(spec.rates.get(key, 0.0))

    def set_view(self, view: RaceView) -> None:
        """Set what the lines show, without emitting a signal."""
        self._view = view
        self.clock.set_value(view.clock)
        self.value.set_value(view.value)
        with QSignalBlocker(self.is_log):
            self.is_log.setChecked(view.is_log)
        self._draw()

    # Display

    def set_news(self, news: RaceUpdate) -> None:
        """Show the state of a race."""
        is_new = self._state is None or self._state.lanes[0].key != news.state.lanes[0].key
        if self._state is not None and self._state.spec is not news.state.spec:
            self._plane = self._surface = None
            is_new = True
        if is_new:
            self._chosen = None
        self._state = news.state
        # Keep the plane of the displayed surface until the surface of the new plane arrives.
        if self._surface is None:
            self._plane = news.plane
        self._show_body(True)
        self._draw()

    def set_surface(self, surface: LossSurface) -> None:
        """Show the loss under the trails."""
        self._surface, self._plane = surface, surface.plane
        self._draw_trails()

    def set_busy(self, busy: bool) -> None:
        """Set whether a race is running."""
        super().set_busy(busy)
        self.start.setEnabled(not busy)

    def _set_view(self, **values: object) -> None:
        self._view = replace(self._view, **values)  # type: ignore[arg-type]
        self._draw()
        self.view_edited.emit(self._view)

    def _draw(self) -> None:
        state = self._state
        if state is None:
            return
        self.lines.set_plot(
            race_plot(state, self._view), lambda item: self._words(self._of_line(item))
        )
        self._draw_trails()
        self._fill_table(state)
        self._mark(None)

    def _draw_trails(self) -> None:
        state, plane = self._state, self._plane
        plot = None
        if state is not None and plane is not None:
            plot = trails_plot(state, plane, self._surface)
            self._plane_words.setText(plane.words)
            self._plane_words.setToolTip(plane.words)
        self.trails.set_plot(plot, self._words)

    def _fill_table(self, state: RaceState) -> None:
        header, rows = standings_table(state)
        if self.table.rowCount() != len(rows):
            words = (0, len(header) - 1)
            self.table.set_columns([(title, "") for title in header], words)
            self.table.setRowCount(len(rows))
        self._places = table_order(state)
        with QSignalBlocker(self.table):
            for index, cells in enumerate(rows):
                self.table.write_row(index, cells)
                self._say_refusal(index, state.lanes[self._places[index]].refusal)
            if self._chosen in self._places:
                self.table.selectRow(self._places.index(self._chosen))

    def _say_refusal(self, index: int, reason: str) -> None:
        """Show across the row why an optimiser cannot take part; restore the cells if it can."""
        last = self.table.columnCount() - 1
        if (self.table.columnSpan(index, 1) > 1) != bool(reason):
            self.table.setSpan(index, 1, 1, last if reason else 1)
        item = self.table.item(index, 1)
        if item is not None:
            item.setTextAlignment(alignment(not reason))
            # A text across the row must not affect the widths of its columns.
            for column in range(1, last):
                cell = self.table.item(index, column)
                if cell is not None:
                    cell.setData(Qt.ItemDataRole.SizeHintRole, QSize(0, 0) if reason else None)
            if reason:
                item.setText(reason)
                item.setToolTip(reason)

    def _lane(self, item: int) -> Lane | None:
        lanes = () if self._state is None else self._state.lanes
        return lanes[item] if item < len(lanes) else None

    @overload
    def _of_line(self, item: int) -> int: ...

    @overload
    def _of_line(self, item: None) -> None: ...

    def _of_line(self, item: int | None) -> int | None:
        """Map a line to its lane or back; lines are painted in reverse order of the lanes."""
        lanes = 0 if self._state is None else len(self._state.lanes)
        return None if item is None else lanes - 1 - item

    def _words(self, item: int) -> str:
        lane = self._lane(item)
        if lane is None or not len(lane.loss):
            return ""
        return tr(
            "{name}: loss {loss:.4g} after {epochs}, {evaluations}, {seconds:.1f} s",
            name=lane.name,
            loss=lane.best_loss,
            epochs=trn("{n:,} epoch", "{n:,} epochs", round(lane.epochs[-1])),
            evaluations=trn("{n:,} evaluation", "{n:,} evaluations", round(lane.evaluations[-1])),
            seconds=lane.spent,
        )

    def _mark(self, item: int | None) -> None:
        hovered = frozenset() if item is None else frozenset({item})
        chosen = frozenset() if self._chosen is None else frozenset({self._chosen})
        self.trails.set_marked(hovered, chosen)
        self.lines.set_marked(*(frozenset(map(self._of_line, some)) for some in (hovered, chosen)))

    def _choose(self, item: int) -> None:
        self._chosen = item
        self._mark(None)
        if item in self._places:
            with QSignalBlocker(self.table):
                self.table.selectRow(self._places.index(item))

    def _open(self, item: int) -> None:
        lane = self._lane(item)
        if lane is not None:
            self.optimizer_requested.emit(lane.key, lane.rate)

    def _on_table_item_selection_changed(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows and rows[0].row() < len(self._places):
            self._chosen = self._places[rows[0].row()]
            self._mark(None)

    # Export

    def _lines_figure(self) -> Figure | None:
        state = self._state
        return None if state is None else race_figure(state, self._view, tr(state.recipe.name))

    def _trails_figure(self) -> Figure | None:
        if self._state is None or self._plane is None:
            return None
        name = tr(self._state.recipe.name)
        return trails_figure(self._state, self._plane, self._surface, name)


BEST = "\N{BLACK STAR}"
_COLUMNS = (
    (BEST, mark("The smallest network that reaches the goal")),
    (mark("Units"), mark("Inputs, then the units of each layer")),
    (mark("Parameters"), mark("Numbers that are learnt.")),
    (mark("Seeds at the goal"), ""),
    (mark("By"), ""),
)
_NO_ATTEMPTS = mark(
    "How few parameters are enough? Shrink the network in the builder while the goal holds, or "
    "edit it and try one of your own: all attempts for a goal are kept."
)


class SmallestPage(WorkPage):
    """Passive page; user actions are emitted as signals."""

    shrink_requested = Signal(object)
    """Emitted with the ``Challenge`` to shrink the network of the builder for."""
    try_requested = Signal(object)
    """Emitted with the ``Challenge`` to try the network of the builder for."""
    goal_edited = Signal(object)
    """Emitted with the ``Challenge`` whose attempts to show."""
    open_requested = Signal(object)
    """Emitted with the ``Attempt`` whose network to load into the builder."""

    def __init__(self) -> None:
        super().__init__(FormLine(Challenge()), tr(_NO_ATTEMPTS))
        self._attempts: tuple[Attempt, ...] = ()
        self._rows: list[Attempt] = []
        self._challenge = Challenge()
        self.shrink = QPushButton(tr("Shrink this network"))
        self.own = QPushButton(tr("Try this network"))
        self.leader = ElidedLabel()
        self.chart = ItemView(tr("Networks that were tried"), self.figure)
        words = (0, 1, len(_COLUMNS) - 1)
        title = tr("Networks that were tried")
        opens = tr("Put this network into the builder")
        self.table = NamedTable(_COLUMNS, title, words=words, picks_rows=True, opens=opens)
        self.shrink.setToolTip(tr("Narrow the layers of the builder's network by bisection"))
        self.own.setToolTip(tr("Train the builder's network with every seed: it counts as yours"))
        for part in (self.shrink, self.own, self.stop, self.bar):
            self.form.line.addWidget(part)
        name = tr("Save or copy {picture}", picture=tr("Networks that were tried"))
        top = row((self.leader, 1), self.chart.figures.button(name))
        tried = held(column(top, (self.chart, 1)))
        self._lay_out(Splitter("smallest", tried, self.table, sizes=(420, 400)))
        self.shrink.clicked.connect(lambda: self.shrink_requested.emit(self.challenge))
        self.own.clicked.connect(lambda: self.try_requested.emit(self.challenge))
        self.form.edited.connect(self._on_form_edited)
        self.table.row_opened.connect(self._open)
        self.chart.chosen.connect(self._on_chart_chosen)
        self.set_busy(False)

    def sizeHint(self) -> QSize:
        """Return a size with room for a chart and a table."""
        return QSize(860, 380)

    @property
    def challenge(self) -> Challenge:
        """Return the goal as configured by the fields."""
        value = self.form.value
        assert isinstance(value, Challenge)
        return value

    def _on_form_edited(self, goal: Challenge) -> None:
        # The goal cannot require more seeds than are trained.
        self.form.set_value(replace(goal, at_least=min(goal.at_least, goal.seeds)))
        self.goal_edited.emit(self.challenge)

    def set_sheet(self, sheet: ChallengeSheet) -> None:
        """Show a challenge and its attempts."""
        self._attempts, self._challenge = sheet.attempts, sheet.challenge
        self._show_body(bool(sheet.attempts))
        best, users_best = best_of_attempts(sheet.attempts), best_of_attempts(sheet.attempts, OWN)
        words = tr("No network reaches the goal yet.")
        if best is not None:
            words = tr(
                "Smallest: {widths}, {n:,} parameters", widths=best.widths, n=best.parameters
            )
            if users_best is not None:
                words += " · " + (
                    tr("it is yours")
                    if users_best.key == best.key
                    else tr(
                        "yours: {widths}, {n:,}", widths=users_best.widths, n=users_best.parameters
                    )
                )
        self.leader.setText(words)
        self.leader.setToolTip(words)
        self._fill_table(best)
        self.chart.set_plot(self._plot(), self._words)

    def set_busy(self, busy: bool) -> None:
        """Set whether networks are being tried."""
        super().set_busy(busy)
        for part in (self.shrink, self.own, *self.form.fields.values()):
            part.setEnabled(not busy)

    def _fill_table(self, best: Attempt | None) -> None:
        self._rows = sorted(self._attempts, key=lambda one: (one.parameters, one.widths))
        self.table.setRowCount(len(self._rows))
        for index, attempt in enumerate(self._rows):
            is_best = best is not None and attempt.key == best.key
            cells = (
                BEST if is_best else "",
                attempt.widths,
                localized(attempt.parameters, ",.0f"),
                f"{attempt.met}/{attempt.seeds}" + (" \N{CHECK MARK}" if attempt.holds else ""),
                tr("you") if attempt.by == OWN else tr("search"),
            )
            self.table.write_row(index, cells, bold=is_best)

    def _plot(self) -> LinePlot | None:
        """Return a plot of the parameters of each attempt, and of the fewest at the goal so far."""
        attempts = self._attempts
        if not attempts:
            return None
        at = np.arange(1.0, len(attempts) + 1.0)
        sizes = np.array([one.parameters for one in attempts], np.float64)
        holds = np.array([one.holds for one in attempts])
        did = np.where(holds, sizes, np.nan)
        lowest = np.minimum.accumulate(np.where(holds, sizes, np.inf))
        best = np.where(np.isfinite(lowest), lowest, np.nan)
        return LinePlot(
            at,
            Axis(tr("Attempt"), Scale(0.5, len(attempts) + 0.5), integers_only=True),
            Axis(tr("Parameters"), fitted(sizes, from_zero=True)),
            (
                # Below the dots, which it would cover.
                Series(tr("fewest so far"), best, colour=0, width=1.6),
                Series(
                    tr("does not"),
                    np.where(holds, np.nan, sizes),
                    colour=7,
                    dots=True,
                    hollow=True,
                    style=Qt.PenStyle.NoPen,
                ),
                Series(tr("reaches it"), did, colour=2, dots=True, style=Qt.PenStyle.NoPen),
            ),
        )

    def figure(self) -> Figure | None:
        """Return the chart as a figure to export."""
        plot = self._plot()
        if plot is None:
            return None
        rows = [[one.widths, one.parameters, one.met, one.seeds, one.by] for one in self._attempts]
        csv = csv_text(["units", "parameters", "met", "seeds", "by"], rows)
        words = tr("Goal: {goal}", goal=self._challenge.words)
        return Figure("smallest", tr("Smallest network"), (plot,), words, csv)

    def _words(self, item: int) -> str:
        plot = self._plot()
        return "" if plot is None else plot.series[item].name

    def _on_chart_chosen(self, _item: int) -> None:
        best = best_of_attempts(self._attempts)
        if best is not None:
            self.table.selectRow(self._rows.index(best))

    def _open(self, index: int) -> None:
        if index < len(self._rows):
            self.open_requested.emit(self._rows[index])


PAGES = (("race", mark("Optimisers")), ("smallest", mark("Smallest network")))


class RacesPanel(Sized):
    """Passive panel; user actions are emitted by its pages."""

    page_chosen = Signal(str)
    """Emitted with a key of ``PAGES`` when a page was shown."""
    usual_size = QSize(900, 410)
    """Room for lines, trails and a table."""

    def __init__(self) -> None:
        super().__init__()
        self.race = RacePage()
        self.smallest = SmallestPage()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Races"))
        self._stack = QStackedWidget()
        for (_, title), page in zip(PAGES, (self.race, self.smallest), strict=True):
            self.tabs.addTab(tr(title))
            self._stack.addWidget(page)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda at: self.page_chosen.emit(PAGES[at][0]))
        self.setLayout(column(self.tabs, (self._stack, 1), spacing=0))

    def show_page(self, key: str) -> None:
        """Show a page."""
        self.tabs.setCurrentIndex([name for name, _ in PAGES].index(key))
