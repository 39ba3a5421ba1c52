"""The single seeds of a study as squares, updated while it runs; a click requests a network."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import tr
from aegui.core.study.material import StudyMaterial
from aegui.core.study.seed_cloud import ORDERS
from aegui.kit.charts.item_canvas import ItemCanvas
from aegui.kit.charts.item_view import ItemView
from aegui.kit.choosing import offer
from aegui.kit.layouts import column, dim, row
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING
from aegui.widgets.figures.studies import study_figure, study_picture
from aegui.widgets.figures.study_kinds import PictureChoice, StudyPicture
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.study.results import StudyResult
    from aegui.features.studies.view.pages import Making
    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.item_canvas import PaintedItems

_KIND = "seeds"


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
