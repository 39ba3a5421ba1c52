"""Wrong pixels against the level of a noise: lines with bands, and the values at one level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.kit.charts.line_view import LineView
from aegui.widgets.figures.makers import noise_curves_figure, noise_curves_plot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.core.study.noise_curves import Curves
    from aegui.kit.charts.figure import Figure


class CurvesView(LineView):
    """Passive, but for the level that is pointed at by mouse or keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        name = tr("Wrong pixels against the level of the noise")
        super().__init__(name, self.figure, parent)
        self.curves: Curves | None = None
        """What is shown."""

    def set_curves(self, curves: Curves | None) -> None:
        """Show ``curves``; None: nothing."""
        self.curves = curves
        self.set_plot(None if curves is None else noise_curves_plot(curves))

    def figure(self) -> Figure | None:
        """The curves, for paper; None without any."""
        return None if self.curves is None else noise_curves_figure(self.curves)

    def head(self, at: int | None) -> str:
        """Which level values are of."""
        if at is None or self.curves is None:
            return tr("point at a level to read it")
        return tr("at level {level:g}", level=float(self.curves.levels[at]))

    def words(self, at: int) -> str:
        """The values of all lines at one level, in words."""
        if self.curves is None or self._plot is None:
            return ""
        lines = zip(self.curves.lines, reversed(self._plot.series), strict=True)
        values = ", ".join(f"{line.name} {series.texts[at]}" for line, series in lines)
        level = float(self.curves.levels[at])
        return tr("Level {level:g}: {values}", level=level, values=values)
