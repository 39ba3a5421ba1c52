"""The settings of a study as bars of their means, with every seed as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import tr
from aegui.core.study.results import compared_by, csv_of
from aegui.kit.charts.axes import Axis
from aegui.kit.charts.bars import BarPlot
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.charts.scale import fitted
from aegui.kit.painted import Painted
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from aegui.core.study.results import StudyResult

_MOST_BARS = 64


class SeedsChart(Painted):
    """Passive; its menu saves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: StudyResult | None = None
        self._plot: BarPlot | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.figures = FigureMenu(self, self.figure)
        self.speak(tr("Means of the settings, every seed a dot"))

    @property
    def plot(self) -> BarPlot | None:
        """What is shown; None: nothing."""
        return self._plot

    def sizeHint(self) -> QSize:
        """Some bars."""
        return QSize(420, 220)

    def set_result(self, result: StudyResult | None) -> None:
        """Show what has been found; None: nothing."""
        self._result = result
        self._plot = None if result is None else seeds_plot(result)
        self.update()

    def figure(self) -> Figure | None:
        """The chart, for paper; None before there is a figure in it."""
        if self._result is None or self._plot is None:
            return None
        title = tr(self._result.plan.name)
        return Figure("study", title, (self._plot,), tr("Study"), csv=csv_of(self._result))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars."""
        if self._plot is None:
            return
        painter = QPainter(self)
        ink = Ink.of(self, painter)
        rect = QRectF(self.rect()).adjusted(SPACING / 2, SPACING / 2, -SPACING, -SPACING / 2)
        self._plot.paint(ink, rect)
        painter.end()


def seeds_plot(result: StudyResult) -> BarPlot | None:
    """Bars of the figure that verdicts are about; None before any run has it."""
    key = compared_by(result.plan)
    cells = [cell for cell in result.cells if cell.has(key)][:_MOST_BARS]
    if not cells:
        return None
    row = run_figure(key)
    dots = tuple(tuple(cell.values(key)) for cell in cells)
    scale = fitted([value for values in dots for value in values], from_zero=True)
    names = tuple(", ".join(map(tr, cell.setting.labels.values())) or "–" for cell in cells)
    means = tuple(cell.mean(key) for cell in cells)
    axis = Axis(tr(row.label), scale, percent=row.is_share)
    return BarPlot(names, "", axis, (("", means, 0),), dots=dots)
