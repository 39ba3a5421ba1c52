"""One interactive chart: zoomed and panned by mouse and keys, with a crosshair to read values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QToolTip

from aegui.core.i18n import tr
from aegui.kit.charts.axes import precise
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import PaintedBase, fill_and_focus, paint_focus
from aegui.kit.theme import current_theme, grown_for_text
from aegui.widgets.charts.curves import value_text
from aegui.widgets.charts.painting import ChartData, ChartPainter
from aegui.widgets.figures.makers import charts_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent

    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.graph import Graph
    from aegui.widgets.charts.curves import ChartSpec, Curve

_ZOOM_STEP = 1.25
_WHEEL_STEP = 120.0
_REACH_PX = 5.0
"""Maximum distance from the marked epoch at which a press drags it."""
_CLICK_PX = 3.0
_KEY_ROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_PAGE_ROWS = {Qt.Key.Key_PageUp: -20, Qt.Key.Key_PageDown: 20}


def load_graph() -> type[Graph]:
    """Return the class that draws curves; the first call imports pyqtgraph, which is slow."""
    from aegui.kit.charts.graph import Graph

    return Graph


class PlotView(PaintedBase):
    """Shows its chart data; emits signals for mouse and keyboard requests.

    The curves are drawn by a ``Graph``, created after the window's first paint; until then, and
    without data, only the title is painted.
    """

    accessible_role = QAccessible.Role.Chart

    row_hovered = Signal(object)
    """Emitted with the history row under the crosshair; None once it has left."""
    zoom_requested = Signal(float, float)
    """Emitted with a factor for the epoch axis and the share of it that stays fixed."""
    height_zoom_requested = Signal(float, float)
    """Emitted with the same for this chart's vertical axis."""
    move_requested = Signal(float)
    """Emitted with the share of the epoch axis by which to pan."""
    reset_requested = Signal()
    epoch_chosen = Signal(object)
    """Emitted with the epoch to show everywhere; None resets the choice."""
    usual_size = QSize(220, 150)
    """A chart is readable at it."""
    least_size = QSize(104, 84)
    """Room for two numbers on each axis."""

    def __init__(self, spec: ChartSpec) -> None:
        super().__init__()
        self.spec = spec
        self.data: ChartData | None = None
        """The data shown; None before any training."""
        self.note = ""
        """The note that was set with ``set_note``."""
        self._row: int | None = None
        self._marker: float | None = None
        self._chosen: float | None = None
        self._values: tuple[Curve, ...] = ()
        self._charts = ChartPainter(current_theme(), self.font())
        self._graph: Graph | None = None
        self._grip: float | None = None
        self._pressed_at = 0.0
        self._drags_marker = False
        self._chosen_before: float | None = None
        self.figures = FigureMenu(self, self.figure)
        self.setMouseTracking(True)
        fill_and_focus(self, tr("Chart: {title}", title=tr(spec.title)))
        self.setToolTip(self._help())

    def _help(self) -> str:
        about = (tr(self.spec.help), self.note)
        return (
            "\n".join(filter(None, about))
            + "\n\n"
            + tr(
                "Wheel: zoom. Drag: move. Ctrl and wheel: zoom vertically. Double click: show "
                "everything."
            )
            + "\n"
            + tr("Click, or drag the line: show that epoch everywhere.")
        )

    def set_note(self, note: str) -> None:
        """Add ``note`` on the values to the tooltip; "" removes it."""
        if note != self.note:
            self.note = note
            self.setToolTip(self._help())

    def minimumSizeHint(self) -> QSize:
        """Return the least size; larger text needs more height, or it leaves none for curves."""
        return QSize(self.least_size.width(), grown_for_text(self.least_size.height()))

    def figure(self) -> Figure | None:
        """Return the chart as zoomed, for export; None before any training."""
        data = self.data
        if data is None or not len(data.epoch):
            return None
        return charts_figure([data], self.spec.key, tr(self.spec.title), note=self.note)

    @property
    def has_graph(self) -> bool:
        """Whether the graph that draws the curves has been created."""
        return self._graph is not None

    def set_data(self, data: ChartData | None) -> None:
        """Show ``data``."""
        self.data = data
        self._refresh()

    def set_row(self, row: int | None) -> None:
        """Put the crosshair at row ``row`` of the history; None removes it."""
        if row != self._row:
            self._row = row
            self._describe()
            self._show_marks()
            self._update_header()

    def set_epoch_marker(self, epoch: float | None, *, is_chosen: bool = True) -> None:
        """Mark ``epoch`` with a vertical line; None removes the mark.

        ``is_chosen``: whether it was chosen, and is not that of the best weights.
        """
        self._chosen = epoch if is_chosen else None
        if epoch != self._marker:
            self._marker = epoch
            self._show_marks()
            self._update_header()

    def set_values(self, curves: tuple[Curve, ...]) -> None:
        """Show the values of ``curves``, of one row each, in place of those of the last row.

        Empty shows the last row again. Crosshair and marked epoch take precedence.
        """
        if curves or self._values:
            self._values = curves
            self._update_header()

    def _describe(self) -> None:
        data, row = self.data, self._row
        if data is None or row is None or row >= len(data.epoch):
            self.setAccessibleDescription("")
            return
        values = ", ".join(
            f"{tr(curve.spec.label)} {value_text(curve, row, data.spec)}" for curve in data.curves
        )
        self.setAccessibleDescription(
            tr("Epoch {epoch}: {values}", epoch=precise(float(data.epoch[row])), values=values)
        )

    # Painting

    def _refresh(self) -> None:
        if self._graph is not None and self.data is not None:
            bounds, data, charts = QRectF(self.rect()), self.data, self._charts
            plot = charts.plot_rect(bounds, data)
            top = int(charts.header_px(bounds))
            frame = QRectF(bounds.toRect()).adjusted(0, top, 0, 0)
            x_ticks, y_ticks = charts.x_ticks(bounds, plot, data), charts.y_ticks(bounds, data)
            inside = plot.translated(-frame.topLeft())
            self._graph.set_plot(data.plot, frame, inside, x_ticks, y_ticks)
            self._show_marks()
        self._update_header()

    def _update_header(self) -> None:
        # Only header and footer: the graph between them repaints itself where it has changed.
        self.update(0, 0, self.width(), int(self._charts.header_px(QRectF(self.rect()))))
        below = int(self._plot_rect().bottom())
        self.update(0, below, self.width(), self.height() - below)

    def _show_marks(self) -> None:
        if self._graph is not None:
            self._graph.set_marker(self._marker)
            self._graph.set_at(self._row)

    def _plot_rect(self) -> QRectF:
        return self._charts.plot_rect(QRectF(self.rect()), self.data)

    def paint(self, painter: QPainter) -> None:
        """Paint title and values; create the graph for the next paint if it is missing."""
        data = self.data
        if data is None:
            return
        if self._graph is None:
            QTimer.singleShot(0, self, self._make_graph)
        bounds = QRectF(self.rect())
        row = self._row_read(data)
        if row is None and len(self._values) == len(data.curves):
            self._charts.paint_header(painter, bounds, replace(data, curves=self._values), 0)
        else:
            self._charts.paint_header(painter, bounds, data, row)
        self._charts.paint_names(painter, bounds, data, self.x_name)
        paint_focus(painter, self)

    @property
    def x_name(self) -> str:
        """The label below the epoch axis: the epoch under the crosshair, or an empty string."""
        data, row = self.data, self._row
        if data is None or row is None or row >= len(data.epoch):
            return ""
        return tr("epoch {epoch}", epoch=precise(float(data.epoch[row])))

    def set_value_lines(self, lines: int, *, has_names: bool) -> None:
        """Set how many lines below the title a narrow chart uses for names and values.

        ``has_names``: whether this chart, or one beside it, has several curves.
        """
        if (lines, has_names) != (self._charts.value_lines, self._charts.has_names):
            self._charts.value_lines, self._charts.has_names = lines, has_names
            self._refresh()
            self.update()

    def preferred_lines(self, curves: Sequence[Curve]) -> int:
        """Return how many lines names and values of ``curves`` would take."""
        return self._charts.preferred_lines(curves, self.width())

    def event(self, event: QEvent) -> bool:
        """Show the tooltip over the title only: it would hide the curves."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            header = self._charts.header_px(QRectF(self.rect()))
            if event.pos().y() > header:
                QToolTip.hideText()
                event.ignore()
                return True
        return super().event(event)

    def _row_read(self, data: ChartData) -> int | None:
        """Return the row whose values the header shows: at the crosshair or the marked epoch."""
        if self._row is not None and self._row < len(data.epoch):
            return self._row
        if self._marker is None or not len(data.epoch):
            return None
        return int(np.abs(np.asarray(data.epoch) - self._marker).argmin())

    def _make_graph(self) -> None:
        if self._graph is None:
            self._graph = load_graph()(self._charts.ink, self)
            self._refresh()
            self._graph.widget.show()

    # Mouse and keys

    def row_at(self, x_px: float) -> int | None:
        """Return the history row nearest to x ``x_px`` of this widget; None without data."""
        data = self.data
        if data is None or not len(data.epoch):
            return None
        plot = self._plot_rect()
        epoch = data.x.value((x_px - plot.left()) / max(plot.width(), 1.0))
        after = int(np.searchsorted(data.epoch, epoch))
        candidates = [row for row in (after - 1, after) if 0 <= row < len(data.epoch)]
        return min(candidates, key=lambda row: abs(float(data.epoch[row]) - epoch))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the marked epoch or the axis, and read the values under the pointer."""
        x = event.position().x()
        if self._drags_marker:
            self.epoch_chosen.emit(self._epoch_at(x))
        elif self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.move_requested.emit((self._grip - x) / max(self._plot_rect().width(), 1.0))
            self._grip = x
        self.row_hovered.emit(self.row_at(x))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the marked epoch or the axis."""
        if event.button() is Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._grip = self._pressed_at = x
            self._chosen_before = self._chosen
            marked = self._marker_px()
            self._drags_marker = marked is not None and abs(x - marked) <= _REACH_PX

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; a click chooses the epoch under the pointer."""
        x = event.position().x()
        clicked = self._grip is not None and abs(x - self._pressed_at) < _CLICK_PX
        if clicked and not self._drags_marker:
            self.epoch_chosen.emit(self._epoch_at(x))
        self._grip = None
        self._drags_marker = False

    def _epoch_at(self, x_px: float) -> float | None:
        row = self.row_at(x_px)
        return None if row is None or self.data is None else float(self.data.epoch[row])

    def _marker_px(self) -> float | None:
        """Return the x of the marked epoch, or None."""
        if self.data is None or self._marker is None:
            return None
        plot = self._plot_rect()
        return plot.left() + self.data.x.share(self._marker) * plot.width()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the zoom, and the epoch that the first of the two clicks has chosen."""
        self.epoch_chosen.emit(self._chosen_before)
        self.reset_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Remove the crosshair."""
        self.row_hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if not turned:
            return
        factor = _ZOOM_STEP ** (-turned / _WHEEL_STEP)
        plot, at = self._plot_rect(), event.position()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.height_zoom_requested.emit(factor, (plot.bottom() - at.y()) / plot.height())
        else:
            self.zoom_requested.emit(factor, (at.x() - plot.left()) / plot.width())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the crosshair, with Shift the axis; + - 0 zoom; Enter shows that epoch."""
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _KEY_ROWS and shift:
            self.move_requested.emit(0.1 * _KEY_ROWS[key])
        elif key in _KEY_ROWS or key in _PAGE_ROWS:
            self._move_row(_KEY_ROWS.get(key, _PAGE_ROWS.get(key, 0)))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move_row(-(10**9) if key == Qt.Key.Key_Home else 10**9)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            zoom_out = key == Qt.Key.Key_Minus
            self.zoom_requested.emit(_ZOOM_STEP if zoom_out else 1.0 / _ZOOM_STEP, 0.5)
        elif key == Qt.Key.Key_0:
            self.reset_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._row is not None:
            self.epoch_chosen.emit(None if self.data is None else float(self.data.epoch[self._row]))
        elif key == Qt.Key.Key_Escape and self._row is not None:
            self.row_hovered.emit(None)
        else:
            super().keyPressEvent(event)

    def _move_row(self, by: int) -> None:
        if self.data is None or not len(self.data.epoch):
            return
        last = len(self.data.epoch) - 1
        start = last if self._row is None else self._row
        self.row_hovered.emit(min(max(start + by, 0), last))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again for the new size."""
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Adopt a changed palette or font."""
        if event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
        ):
            before, self._charts = self._charts, ChartPainter(current_theme(), self.font())
            self._charts.value_lines, self._charts.has_names = before.value_lines, before.has_names
            if self._graph is not None:
                self._graph.dress(self._charts.ink)
            self._refresh()
            self.update()
        super().changeEvent(event)
