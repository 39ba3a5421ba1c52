"""A widget for line plots whose values can be read with mouse or keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter

from aegui.kit.charts.axes import PlotArea, plot_rect
from aegui.kit.charts.ink import Ink
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import Painted, fill_and_focus, paint_focus
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.lines import LinePlot

_LEGEND_PX = 236
_LEGEND_SHARE = 0.5


class LineView(Painted):
    """Shows a ``LinePlot`` with a legend beside it, and the values at the crosshair."""

    accessible_role = QAccessible.Role.Chart
    usual_size = QSize(560, 260)
    """Room for lines and legend."""
    least_size = QSize(280, 120)
    """Room for two labels on each axis."""

    def __init__(self, name: str, figure: Callable[[], Figure | None]) -> None:
        """Create an empty view; ``name`` is its accessible name, ``figure`` returns the export."""
        super().__init__()
        self._plot: LinePlot | None = None
        self.at: int | None = None
        """Index of the crosshair; None while it is hidden."""
        self.figures = FigureMenu(self, figure)
        self.setMouseTracking(True)
        fill_and_focus(self, name)

    def head(self, at: int | None) -> str:
        """Return the heading of the legend; override it."""
        del at
        return ""

    def words(self, at: int) -> str:
        """Return the values of all lines at an index, in words; override it."""
        del at
        return ""

    def part_count(self) -> int:
        """Return the number of x positions."""
        return 0 if self._plot is None else len(self._plot.at)

    def part_words(self, index: int) -> str:
        """Return the values at an index, in words."""
        return self.words(index)

    def part_rect(self, index: int) -> QRect:
        """Return the vertical line at an index."""
        plot = self.plot_rect()
        return QRect(round(self.x_of(index)), round(plot.top()), 1, round(plot.height()))

    def current_part(self) -> int | None:
        """Return the index of the crosshair."""
        return self.at

    def set_plot(self, plot: LinePlot | None) -> None:
        """Show ``plot``; None for nothing."""
        self._plot, self.at = plot, None
        names = [] if plot is None else [one.name for one in reversed(plot.series)]
        self.setAccessibleDescription(", ".join(names))
        self.update()

    # Geometry

    def _areas(self, plot: LinePlot, ink: Ink) -> tuple[QRectF, QRectF]:
        """Return the rectangles of plot and legend; the legend takes at most half the width."""
        needed = max(_LEGEND_PX, plot.legend_width(ink) + 3 * SPACING)
        legend = min(needed, _LEGEND_SHARE * self.width())
        area = QRectF(self.rect()).adjusted(SPACING / 2, SPACING / 2, -SPACING, -SPACING / 2)
        beside = QRectF(
            area.right() - legend + SPACING, area.top(), legend - SPACING, area.height()
        )
        return area.adjusted(0.0, 0.0, -legend - SPACING / 2, 0.0), beside

    def plot_rect(self) -> QRectF:
        """Return the plot area."""
        plot, ink = self._plot, Ink.of(self)
        if plot is None:
            return QRectF()
        return plot_rect(ink, self._areas(plot, ink)[0], plot.x, plot.y)

    def x_of(self, at: int) -> float:
        """Return the x position of index ``at``, in pixels."""
        assert self._plot is not None
        area = PlotArea(self.plot_rect(), self._plot.x, self._plot.y)
        return area.at(float(self._plot.at[at]), self._plot.y.scale.low).x()

    # Events

    def paint(self, painter: QPainter) -> None:
        """Paint axes, bands, lines and the legend."""
        if self._plot is None:
            return
        ink = Ink.of(self, painter)
        area, beside = self._areas(self._plot, ink)
        self._plot.paint_in(ink, area, self.at)
        self._plot.paint_beside(ink, beside, self.head(self.at), self.at)
        paint_focus(painter, self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the crosshair to the nearest x position."""
        if self._plot is None:
            return
        x, plot = event.position().x(), self.plot_rect()
        inside = plot.left() - SPACING <= x <= plot.right() + SPACING
        value = self._plot.x.scale.value((x - plot.left()) / max(1.0, plot.width()))
        self._go_to(int(np.abs(self._plot.at - value).argmin()) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair, unless the keyboard controls it."""
        if not self.hasFocus():
            self._go_to(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair with Left, Right, Home and End; Escape hides it."""
        last = -1 if self._plot is None else len(self._plot.at) - 1
        current = self.at
        steps: dict[int, int | None] = {
            Qt.Key.Key_Left: last if current is None else max(0, current - 1),
            Qt.Key.Key_Right: 0 if current is None else min(last, current + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
            Qt.Key.Key_Escape: None,
        }
        leaves = current is None and steps.get(event.key()) is None
        if event.key() in steps and last >= 0 and not leaves:
            self._go_to(steps[event.key()])
        else:
            super().keyPressEvent(event)

    def _go_to(self, at: int | None) -> None:
        if at == self.at:
            return
        self.at = at
        if at is not None:
            self.speak(self.words(at))
        self.update()
