"""The share of runs at the goal over two axes, updated while the study runs.

For a single setting, or if no axis is chosen, single seeds are shown as squares.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QStackedWidget, QWidget

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import localized, mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.material import StudyMaterial
from aegui.core.study.phase import PhaseDiagram, phase_axes, phase_csv, phase_of, share_words
from aegui.core.study.results import goal_words
from aegui.core.study.seed_cloud import ORDERS
from aegui.core.study.words import axis_words, choice_words
from aegui.features.studies.view.pages import NOTHING, StudyPage
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.item_view import ItemCanvas, ItemView
from aegui.kit.charts.matrix import CellLimits, NumberMatrix
from aegui.kit.charts.matrix_view import MatrixTable
from aegui.kit.charts.shade_key import KeyedMatrix, ShadeKey, ShadeKeyView
from aegui.kit.choosing import offer
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import ElidedLabel, flat_button
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING
from aegui.widgets.figures.studies import study_figure, study_picture
from aegui.widgets.figures.study_kinds import PictureChoice, StudyPicture
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aegui.core.study.results import StudyResult
    from aegui.features.studies.model.study_runs import StudySheet
    from aegui.features.studies.view.pages import Making, States, Taker
    from aegui.kit.charts.cells import CellIndex
    from aegui.kit.charts.item_view import PaintedItems

_KIND = "seeds"
_CELL_LIMITS = CellLimits(least=(4, 6), good=(30, 22), most=(180, 100))
_SINGLE = mark("–")
_MIN_SHADE = 0.12
"""Lightest shade, to distinguish cells without a run at the goal from those without any run."""


@dataclass(frozen=True, eq=False)
class _MadeSquares:
    """A picture as the worker thread has made it."""

    picture: StudyPicture | None
    painted: PaintedItems | None


class SeedSquares(QWidget):
    """Passive; pictures are made and painted by ``making``, outside the GUI thread."""

    network_requested = Signal(int, int)
    """Emitted with the index of a setting and a seed, to show that network on the map."""
    setting_chosen = Signal(int)
    """Emitted with the index of a setting when all of its seeds were clicked at once."""
    worded = Signal(str)
    """Emitted with a line that says how many seeds reach the goal."""

    making: Making

    def __init__(self, making: Making) -> None:
        super().__init__()
        self.making = making
        self._choice = PictureChoice()
        self._result: StudyResult | None = None
        self.picture: StudyPicture | None = None
        """The displayed picture, or None."""
        self._run: tuple[int, int] | None = None
        self._item: int | None = None
        self._hovered_run: int | None = None
        self.figures = QComboBox()
        self.order = ChoiceField(ORDERS.values())
        self.view = ItemView(tr("Seeds"), self.figure)
        self.placeholder = Placeholder(self.view)
        self.options = QWidget()
        self.figures.setAccessibleName(tr("Figure that colours seeds"))
        self.order.setAccessibleName(tr("Order of the seeds"))
        for box in (self.figures, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.options.setLayout(row(dim(tr("Colour")), self.figures, dim(tr("Order")), self.order))
        self.setLayout(column((self.placeholder, 1), margins=(0, 0, SPACING, 0)))
        self.view.hovered.connect(self._on_view_hovered)
        self.view.chosen.connect(self._on_view_chosen)
        self.view.clicked.connect(self._on_view_clicked)
        self.view.activated.connect(self._on_view_clicked)
        self.figures.activated.connect(lambda _: self._choose(figure=self.figures.currentData()))
        self.order.activated.connect(lambda _: self._choose(order=self.order.currentData()))

    def set_result(self, result: StudyResult | None, *, is_continuation: bool) -> None:
        """Show the seeds of ``result``; ``is_continuation``: of the settings displayed already."""
        if result is self._result:
            return
        if not is_continuation:
            self._run = self._hovered_run = None
            self._take(None, None)
        self._result = result
        if result is not None:
            self._offer(result)
        self._draw(gentle=is_continuation)

    def _offer(self, result: StudyResult) -> None:
        rows = [(key, tr(run_figure(key).label)) for key in result.figures if key != "parameters"]
        offer(self.figures, rows)
        self._choice = replace(self._choice, figure=self.figures.currentData() or "")

    def _choose(self, **values: str) -> None:
        self._choice = replace(self._choice, **values)  # type: ignore[arg-type]
        self._draw()

    def _draw(self, *, gentle: bool = False) -> None:
        result, choice = self._result, self._choice
        canvas = ItemCanvas.of(self.view, self.placeholder.size())

        def states() -> Iterator[_MadeSquares]:
            picture = None
            if result is not None:
                picture = study_picture(_KIND, StudyMaterial(result), choice)
            painted = None
            if picture is not None and canvas.is_large_enough:
                painted = canvas.paint(picture.plot)
            yield _MadeSquares(picture, painted)

        self.making(states, self._take_squares, gentle)

    def _take_squares(self, squares: object) -> None:
        assert isinstance(squares, _MadeSquares), "that is what is made here"
        self._take(squares.picture, squares.painted)

    def _take(self, picture: StudyPicture | None, painted: PaintedItems | None) -> None:
        self.picture = picture
        if picture is None:
            self.placeholder.say(tr("Nothing to show yet: this needs finished runs."))
            self.worded.emit("")
            return
        self.placeholder.show_content()
        words = picture.words
        self.view.set_plot(
            picture.plot, lambda item: words[item] if item < len(words) else "", painted
        )
        self._find_run()
        self._mark()
        self.worded.emit(picture.caption)

    def figure(self) -> Figure | None:
        """Return the picture as a figure to export; None if there is none."""
        if self._result is None:
            return None
        return study_figure(_KIND, StudyMaterial(self._result), self._choice)

    def step(self, by: int) -> None:
        """Request the network of the next finished seed, in the displayed order."""
        picture = self.picture
        if picture is None or self._result is None:
            return
        runs = picture.runs
        at = (-1 if by > 0 else len(runs)) if self._item is None else self._item
        while 0 <= at + by < len(runs):
            at += by
            if self._has_ended(*runs[at]):
                self._ask(*runs[at])
                return

    def _find_run(self) -> None:
        """Find the square of the chosen run, which moves when seeds are reordered."""
        runs = {} if self.picture is None or self._run is None else self.picture.runs
        self._item = next((item for item, run in runs.items() if run == self._run), None)

    def _has_ended(self, index: int, seed: int) -> bool:
        assert self._result is not None, "its runs are shown"
        runs = self._result.cells[index].runs
        at = bisect_left(runs, seed, key=lambda run: run.seed)
        return at < len(runs) and runs[at].seed == seed

    def _ask(self, index: int, seed: int) -> None:
        self._run = index, seed
        self._find_run()
        self._mark()
        self.network_requested.emit(index, seed)

    def _mark(self) -> None:
        hovered = frozenset() if self._hovered_run is None else frozenset({self._hovered_run})
        chosen = frozenset() if self._item is None else frozenset({self._item})
        self.view.set_marked(hovered, chosen)

    def _on_view_hovered(self, item: int | None) -> None:
        is_run = self.picture is not None and item in self.picture.runs
        self._hovered_run = item if is_run else None
        self._mark()

    def _on_view_chosen(self, item: int) -> None:
        """Select a seed with the keyboard without opening it."""
        if self.picture is not None:
            self._run = self.picture.runs.get(item)
            self._item = item
            self._mark()

    def _on_view_clicked(self, item: int) -> None:
        picture = self.picture
        if picture is None:
            return
        run = picture.runs.get(item)
        if run is None:
            self.setting_chosen.emit(picture.items[item][0])
        elif self._has_ended(*run):
            self._ask(*run)


class PhasePage(StudyPage):
    """Passive page; a click on a cell requests its networks."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet: StudySheet | None = None
        self.diagram: PhaseDiagram | None = None
        """The displayed diagram, or None."""
        self._names: tuple[str, ...] = ()
        self._seeds_of: Path | None = None
        self.across = QComboBox()
        self.upwards = QComboBox()
        self.previous = flat_button("edit-shift-left", tr("The network of the previous seed"))
        self.next = flat_button("edit-shift-right", tr("The network of the next seed"))
        self.words = dim(ElidedLabel())
        ends = localized(0.0, ".0%"), localized(1.0, ".0%")
        self.key = ShadeKey(tr("Runs at\nthe goal"), ends, least=_MIN_SHADE)
        self.table = MatrixTable(tr("Share of the runs at the goal"), _CELL_LIMITS, self.figure)
        self.field = SeedSquares(self._make)
        self._pages = QStackedWidget()
        self._axes = QWidget()
        self.placeholder = Placeholder(self._build_content())
        self.setLayout(column((self.placeholder, 1)))
        for box in (self.across, self.upwards):
            box.activated.connect(lambda _index: self._show())
        self.table.cell_activated.connect(self._on_table_cell_activated)
        self.previous.clicked.connect(lambda: self._step(-1))
        self.next.clicked.connect(lambda: self._step(1))
        self.field.network_requested.connect(self.network_requested)
        self.field.setting_chosen.connect(self.setting_chosen)
        self.field.worded.connect(self._on_field_worded)

    def _build_content(self) -> QWidget:
        self.across.setAccessibleName(tr("Axis across"))
        self.upwards.setAccessibleName(tr("Axis upwards"))
        export = self.table.figures.button(tr("Save the diagram"))
        across, up = dim(tr("Across")), dim(tr("Upwards"))
        self._axes.setLayout(row(across, self.across, up, self.upwards))
        head = FlowLayout(SPACING // 2, last_at_right=True)
        for part in (self._axes, self.field.options):
            head.addWidget(part)
        head.addWidget(held(row(self.previous, self.next, export)))
        self._matrix = held(row((self.table, 1), ShadeKeyView(self.key), spacing=SPACING))
        self._pages.addWidget(self._matrix)
        self._pages.addWidget(self.field)
        parts = (held(head), self.words, (self._pages, 1))
        return held(column(*parts, margins=(0, SPACING // 2, 0, 0)))

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show the current shares of a study."""
        self._sheet = sheet
        names = tuple(axis.name for axis in sheet.plan.axes)
        if names != self._names or not self.across.count():
            self._names = names
            self._fill_axes(*phase_axes(sheet.plan))
        self._show()

    def set_chosen(self, index: int) -> None:
        """Mark the cell of the setting."""
        self.table.set_chosen(self._cell_of(index))

    @property
    def is_of_seeds(self) -> bool:
        """Return whether single seeds are shown instead of shares."""
        return self._pages.currentWidget() is self.field

    def _make(self, states: States, take: Taker, gentle: bool) -> None:
        # ``making`` is assigned to the page after its creation.
        self.making(states, take, gentle)

    def _step(self, by: int) -> None:
        if self.is_of_seeds:
            self.field.step(by)
        else:
            self.step_requested.emit(by)

    def _on_field_worded(self, words: str) -> None:
        if self.is_of_seeds:
            self.words.setText(words)

    def _fill_axes(self, x: str, y: str) -> None:
        rows = [("", tr(_SINGLE)), *((name, axis_words(name)) for name in self._names)]
        offer(self.across, rows, x)
        offer(self.upwards, rows, y)

    def _show(self) -> None:
        sheet = self._sheet
        result = None if sheet is None else sheet.result
        x, y = self.across.currentData(), self.upwards.currentData()
        self._axes.setVisible(bool(self._names))
        if result is None:
            self.placeholder.say(tr("Nothing to show yet: this needs finished runs."))
            return
        y = "" if x == y else y
        diagram = self.diagram = phase_of(result, x, y)
        self._show_page(self.field if not (x or y) else self._matrix)
        if self.is_of_seeds:
            self.placeholder.show_content()
            assert sheet is not None, "there is a result"
            is_continuation = self._seeds_of == sheet.path
            self._seeds_of = sheet.path
            self.field.set_result(result, is_continuation=is_continuation)
            return
        if diagram is None:
            text = tr("Give the study a goal: the share of its runs that reach it appears here.")
            self.placeholder.say(text)
            return
        self.placeholder.show_content()
        self.words.setText(tr("At the goal: {goal}", goal=goal_words(result.plan)))
        words = diagram
        self.table.set_plot(_matrix(diagram), lambda place: share_words(words, *place))

    def _show_page(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        is_field = page is self.field
        self.field.options.setVisible(is_field)
        if not is_field:
            self._seeds_of = None

    def figure(self) -> Figure | None:
        """Return the diagram or the squares of seeds as a figure to export, or None."""
        diagram, sheet = self.diagram, self._sheet
        if self.is_of_seeds:
            figure = self.field.figure()
            return None if figure is None or sheet is None else replace(figure, of=sheet.path.stem)
        if diagram is None or sheet is None or sheet.result is None:
            return None
        name = tr(sheet.plan.name) or tr("Study")
        goal = goal_words(sheet.result.plan)
        title = tr("{study}: share of the runs at the goal ({goal})", study=name, goal=goal)
        seeds = sheet.plan.seeds
        origin = tr(
            "Seeds {first} to {last} of each setting; {runs:,} of {planned:,} runs have ended",
            first=seeds.first,
            last=seeds.first + seeds.count - 1,
            runs=int(diagram.runs.sum()),
            planned=int(diagram.planned.sum()),
        )
        part = KeyedMatrix(_matrix(diagram), self.key)
        csv = phase_csv(diagram)
        return Figure("phase-diagram", title, (part,), origin, csv, of=sheet.path.stem)

    def _cell_of(self, index: int) -> CellIndex | None:
        diagram = self.diagram
        if diagram is None or index == NOTHING:
            return None
        for at_row, cells in enumerate(diagram.cells):
            for at_column, indices in enumerate(cells):
                if index in indices:
                    return at_row, at_column
        return None

    def _on_table_cell_activated(self, cell: CellIndex) -> None:
        """Select the first setting of a cell that has runs, and request its networks."""
        diagram, sheet = self.diagram, self._sheet
        if diagram is None or sheet is None or sheet.result is None:
            return
        indices = diagram.cells[cell[0]][cell[1]]
        begun = [index for index in indices if sheet.result.cells[index].runs]
        if indices:
            self.setting_chosen.emit((begun or list(indices))[0])
        if begun:
            self.networks_requested.emit(begun[0])


def _matrix(diagram: PhaseDiagram) -> NumberMatrix:
    shares = diagram.shares
    texts = tuple(
        tuple("" if np.isnan(share) else f"{100 * share:.0f}" for share in line) for line in shares
    )
    is_log_x, is_log_y = diagram.is_log
    return NumberMatrix(
        texts,
        _MIN_SHADE + (1.0 - _MIN_SHADE) * shares,
        tuple(map(_short, diagram.rows)),
        tuple(map(_short, diagram.columns)),
        _ruler_words(diagram.x, is_log=is_log_x),
        _ruler_words(diagram.y, is_log=is_log_y),
    )


def _short(label: str) -> str:
    """Return a choice as text; numbers with three significant digits."""
    try:
        return localized(float(label), ".3g")
    except ValueError:
        return choice_words(label)


def _ruler_words(name: str, *, is_log: bool) -> str:
    words = axis_words(name) if name else ""
    return tr("{axis} (log)", axis=words) if is_log else words
