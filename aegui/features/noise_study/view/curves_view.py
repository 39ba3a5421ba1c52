"""Wrong pixels against the noise level: lines with bands, and the values at one level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.kit.charts.line_view import LineView
from aegui.widgets.figures.makers import noise_curves_figure, noise_curves_plot

if TYPE_CHECKING:
    from aegui.core.study.noise_curves import Curves
    from aegui.kit.charts.figure import Figure


class CurvesView(LineView):
    """Passive chart, except for the level under the mouse or chosen by keys."""

    def __init__(self) -> None:
        name = tr("Wrong pixels against the level of the noise")
        super().__init__(name, self.figure)
        self.curves: Curves | None = None
        """The displayed curves."""

    def set_curves(self, curves: Curves | None) -> None:
        """Show ``curves``; None clears the chart."""
        self.curves = curves
        self.set_plot(None if curves is None else noise_curves_plot(curves))

    def figure(self) -> Figure | None:
        """Return the curves as a figure to export; None without any."""
        return None if self.curves is None else noise_curves_figure(self.curves)

    def head(self, at: int | None) -> str:
        """Return the level that the values are of, as a heading."""
        if at is None or self.curves is None:
            return tr("point at a level to read it")
        return tr("at level {level:g}", level=float(self.curves.levels[at]))

    def words(self, at: int) -> str:
        """Return the values of all lines at one level as text."""
        if self.curves is None or self._plot is None:
            return ""
        lines = zip(self.curves.lines, reversed(self._plot.series), strict=True)
        values = ", ".join(f"{line.name} {series.texts[at]}" for line, series in lines)
        level = float(self.curves.levels[at])
        return tr("Level {level:g}: {values}", level=level, values=values)
