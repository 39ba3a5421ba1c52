"""A horizontally scrolling bar chart with one bar per dimension of the code."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen

from aegui.core.i18n import tr
from aegui.features.code.model.code_service import MEASURES
from aegui.kit.charts.axes import (
    Axis,
    Scale,
    edges,
    figure,
    fitted,
    precise,
    value_lines,
    values_width,
)
from aegui.kit.charts.bars import BarPlot, paint_bar
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.ink import NAME_PT, TICK_PT, Ink
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.painted import PaintedArea
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, blend, current_theme, figures_font

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import (
        QFocusEvent,
        QFont,
        QKeyEvent,
        QMouseEvent,
        QResizeEvent,
    )

    from aegui.features.code.model.code_service import CodeAnalysis, MeasureKey
    from aegui.kit.theme import Theme

_MIN_SLOT_PX, _MAX_SLOT_PX = 7.0, 56.0
_BAR_SHARE = 0.72
_VALUE_PX = 52.0
"""Minimum width per bar at which its value is painted above it."""
_SMALL = TICK_PT / NAME_PT
_STRIDES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Home: -(10**9),
    Qt.Key.Key_End: 10**9,
}


class DimensionBars(PaintedArea):
    """Shows one measure of a ``CodeAnalysis``. Passive but for hovering and keyboard cursor."""

    accessible_role = QAccessible.Role.Chart

    dimension_activated = Signal(int)
    """A bar was clicked, or Enter pressed on it; its dimension, from 0."""
    usual_size = QSize(360, 150)
    """Room for about twenty bars."""
    least_size = QSize(140, 64)
    """Room for an axis and low bars."""

    def __init__(self) -> None:
        super().__init__()
        self._analysis: CodeAnalysis | None = None
        self._reference: CodeAnalysis | None = None
        self._measure: MeasureKey = "variance"
        self._values: NDArray[np.float64] = np.zeros(0)
        self._used: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._by_size = False
        self._axis = Axis("", Scale(0.0, 1.0))
        self._hovered: int | None = None
        self._current = 0
        self._chosen: int | None = None
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Dimensions of the code"))
        self.figures = FigureMenu(self, self.figure)

    # Display

    def set_analysis(self, analysis: CodeAnalysis | None, measure: MeasureKey) -> None:
        """Show ``measure`` of every dimension of ``analysis``."""
        self._analysis, self._measure = analysis, measure
        self._values = np.zeros(0) if analysis is None else analysis.values(measure)
        self._used = np.zeros(0, np.bool_) if analysis is None else analysis.figures.used
        self._current = min(self._current, max(0, len(self._values) - 1))
        if self._hovered is not None and self._hovered >= len(self._values):
            self._hovered = None
        self._arrange()

    def set_reference(self, reference: CodeAnalysis | None) -> None:
        """Mark the sorted values of another analysis, whose dimensions do not correspond."""
        self._reference = reference
        self._arrange()

    def set_by_size(self, by_size: bool) -> None:
        """Set whether bars are sorted by size, largest first, instead of by dimension."""
        self._by_size = by_size
        self._arrange()

    def set_chosen(self, dimension: int | None) -> None:
        """Highlight the dimension whose traversal is shown."""
        if dimension == self._chosen:
            return
        self._chosen = dimension
        if dimension in self.order:
            self._bring_into_sight(self.order.index(dimension))
        self.viewport().update()

    @property
    def order(self) -> tuple[int, ...]:
        """The dimensions from left to right."""
        return tuple(self._order.tolist())

    def _arrange(self) -> None:
        values = np.nan_to_num(self._values)
        if self._by_size:
            self._order = np.argsort(-np.abs(values), kind="stable").astype(np.int64)
        else:
            self._order = np.arange(len(values))
        shown = [0.0, *values, *self._reference_values()]
        if self._rho is not None:
            shown.append(self._rho)
        self._axis = Axis("", fitted(shown, from_zero=True))
        self._share_out()
        if len(values):
            describe(self, self.words(int(self._order[self._current])), spoken=False)
        self.viewport().update()

    @property
    def _rho(self) -> float | None:
        return None if self._analysis is None or self._measure != "mean" else self._analysis.rho

    def _reference_values(self) -> NDArray[np.float64]:
        """Return the kept values, largest first; empty if they cannot be compared."""
        reference = self._reference
        if reference is None or not self._by_size or self._measure not in reference.measures:
            return np.zeros(0)
        values = np.nan_to_num(reference.values(self._measure))
        return values[np.argsort(-np.abs(values), kind="stable")][: len(self._values)]

    def words(self, dimension: int) -> str:
        """Return a sentence that describes the bar of ``dimension``."""
        return tr(
            "Dimension {n}: {measure} {value}, {use}. Click to see what it draws.",
            n=dimension + 1,
            measure=tr(MEASURES[self._measure].label),
            value=precise(float(self._values[dimension])),
            use=tr("in use") if self._used[dimension] else tr("not in use"),
        )

    def part_count(self) -> int:
        """Return the number of bars."""
        return len(self._order)

    def part_words(self, index: int) -> str:
        """Return the description of the bar at ``index``."""
        return self.words(int(self._order[index]))

    def part_rect(self, index: int) -> QRect:
        """Return the rectangle of the bar at ``index``."""
        return self.bar_rect(index).toAlignedRect()

    def current_part(self) -> int | None:
        """Return the place of the keyboard cursor, or None."""
        return self._current if len(self._order) else None

    def figure(self) -> Figure | None:
        """Return a figure of all bars, also those scrolled out of view; None without any."""
        if self._analysis is None:
            return None
        order = self._order.tolist()
        values = tuple(float(self._values[dimension]) for dimension in order)
        names = tuple(str(dimension + 1) for dimension in order)
        measure = tr(MEASURES[self._measure].label)
        rho = self._rho
        levels = () if rho is None else ((rho, tr("ρ = {rho}", rho=precise(rho))),)
        plot = BarPlot(
            names,
            tr("dimension of the code"),
            Axis(measure, self._axis.scale),
            ((measure, values, 0),),
            levels,
            hatched=frozenset(index for index, key in enumerate(order) if not self._used[key]),
        )
        rows = (f"{name},{value:.9g}" for name, value in zip(names, values, strict=True))
        csv = "\n".join([f"dimension,{self._measure}", *rows, ""])
        return Figure("dimensions", f"{self.accessibleName()}: {measure}", (plot,), csv=csv)

    # Geometry

    def _plot(self) -> QRectF:
        """Return the plot area in the viewport."""
        ink = Ink.of(self)
        line = math.ceil(ink.line(TICK_PT))
        top = (2.5 if self._has_values() else 1.5) * line
        area = QRectF(self.viewport().rect()).adjusted(0, top, -SPACING / 2, -line - SPACING / 4)
        widest = values_width(ink, self._axis, area.height())
        # The axis width is rounded up to 8 px, so that the plot stays put when labels change.
        return area.adjusted(8.0 * math.ceil(widest / 8.0), 0, 0, 0)

    def _has_values(self) -> bool:
        """Return whether every bar has room for its value above it."""
        return self.viewport().width() >= _VALUE_PX * len(self._values)

    def _small_font(self) -> QFont:
        return figures_font(self.font(), scale=_SMALL)

    def slot_px(self) -> float:
        """Return the width of a bar with its share of the gaps."""
        return self._slot_in(self._plot())

    def _slot_in(self, plot: QRectF) -> float:
        slot = plot.width() / max(1, len(self._values))
        return float(np.clip(slot, _MIN_SLOT_PX, _MAX_SLOT_PX))

    def _share_out(self) -> None:
        plot = self._plot()
        slot = self._slot_in(plot)
        needed = slot * len(self._values)
        bar = self.horizontalScrollBar()
        bar.setPageStep(max(1, int(plot.width())))
        bar.setSingleStep(int(slot))
        bar.setRange(0, max(0, math.ceil(needed - plot.width() - 0.5)))

    def bar_rect(self, index: int) -> QRectF:
        """Return the rectangle of the ``index``-th bar from the left, in the viewport."""
        return self._bar_in(self._plot(), index)

    def _bar_in(self, plot: QRectF, index: int) -> QRectF:
        # Laying out the plot measures the labels of its axis: not once more for each bar.
        slot = self._slot_in(plot)
        left = plot.x() + index * slot - self.horizontalScrollBar().value()
        width = max(2.0, _BAR_SHARE * slot)
        value = float(np.nan_to_num(self._values[self._order[index]]))
        top, bottom = sorted((self._y(plot, value), self._y(plot, 0.0)))
        return QRectF(left + (slot - width) / 2, top, width, max(1.0, bottom - top))

    def _y(self, plot: QRectF, value: float) -> float:
        return plot.bottom() - self._axis.scale.share(value) * plot.height()

    def _index_at(self, x: float) -> int | None:
        plot = self._plot()
        if not plot.left() <= x <= plot.right():
            return None
        index = int((x - plot.x() + self.horizontalScrollBar().value()) // self._slot_in(plot))
        return index if 0 <= index < len(self._values) else None

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Paint the axis and the visible bars."""
        if self._analysis is None:
            return
        ink = Ink.of(self, painter)
        theme, plot = current_theme(), self._plot()
        value_lines(ink, plot, self._axis)
        edges(ink, plot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self._small_font())
        painter.save()
        painter.setClipRect(plot.adjusted(0, -plot.top(), 0, plot.bottom()))
        slot = self._slot_in(plot)
        first = int(self.horizontalScrollBar().value() // slot)
        last = min(len(self._values), first + math.ceil(plot.width() / slot) + 1)
        for index in range(first, last):
            self._paint_bar(ink, plot, index)
        self._paint_reference(painter, theme, plot, first, last)
        painter.restore()
        self._paint_rho(painter, theme, plot)
        self._paint_legend(ink, plot)

    def _paint_bar(self, ink: Ink, plot: QRectF, index: int) -> None:
        painter, theme = ink.painter, ink.theme
        dimension, slot = int(self._order[index]), self._slot_in(plot)
        rect = self._bar_in(plot, index)
        column = QRectF(rect.center().x() - slot / 2, plot.top(), slot, plot.height())
        if dimension == self._chosen:
            painter.fillRect(column, blend(theme.accent, theme.panel, 0.16))
        elif dimension == self._hovered:
            painter.fillRect(column, blend(theme.text, theme.panel, 0.07))
        paint_bar(ink, rect, 0, is_hatched=not self._used[dimension])
        self._paint_label(painter, theme, plot, index, column)
        if self._has_values():
            painter.setPen(theme.text)
            value = float(self._values[dimension])
            above = QRectF(column.x(), rect.top() - 17, slot, 16)
            if value < 0:
                above.moveTop(rect.bottom() + 1)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, figure(value))
        if self.hasFocus() and index == self._current:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(column.adjusted(1, 1, -1, -1))

    def _paint_label(
        self, painter: QPainter, theme: Theme, plot: QRectF, index: int, column: QRectF
    ) -> None:
        dimension = int(self._order[index])
        widest = painter.fontMetrics().horizontalAdvance(str(len(self._values))) + SPACING
        stride = next((s for s in _STRIDES if s * self._slot_in(plot) >= widest), _STRIDES[-1])
        number = (index if self._by_size else dimension) + 1
        is_shown = stride == 1 or number % stride == 0 or number == 1
        if self._by_size and stride > 1:
            # A sparse labelling of unsorted numbers would be unreadable.
            is_shown = dimension in (self._chosen, self._hovered)
        if is_shown:
            painter.setPen(theme.text if dimension == self._chosen else theme.text_dim)
            below = QRectF(column.center().x() - 30, plot.bottom() + 2, 60, 20)
            top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(below, top, str(dimension + 1))

    def _paint_reference(
        self, painter: QPainter, theme: Theme, plot: QRectF, first: int, last: int
    ) -> None:
        values, slot = self._reference_values(), self._slot_in(plot)
        painter.setPen(QPen(theme.series[1], 2))
        offset = plot.x() - self.horizontalScrollBar().value()
        for index in range(first, min(last, len(values))):
            y = self._y(plot, float(values[index]))
            left = offset + index * slot
            painter.drawLine(QPointF(left + 1, y), QPointF(left + slot - 1, y))

    def _paint_rho(self, painter: QPainter, theme: Theme, plot: QRectF) -> None:
        if self._rho is None:
            return
        y = round(self._y(plot, self._rho)) + 0.5
        painter.setPen(QPen(theme.text, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        text = tr("ρ = {rho}", rho=precise(self._rho))
        width = painter.fontMetrics().horizontalAdvance(text) + SPACING
        label = QRectF(plot.right() - width, y - 18, width, 16)
        painter.fillRect(label, theme.panel)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_legend(self, ink: Ink, plot: QRectF) -> None:
        """Paint the legend above the bars, with the number of bars of each kind."""
        painter, theme = ink.painter, ink.theme
        used = int(np.count_nonzero(self._used))
        entries = [(tr("{n} in use", n=used), "used")]
        if used < len(self._used):
            entries.append((tr("{n} not in use", n=len(self._used) - used), "unused"))
        if len(self._reference_values()):
            entries.append((tr("kept"), "reference"))
        metrics = painter.fontMetrics()
        x, side = plot.left(), 10.0
        y = (1.5 * painter.fontMetrics().height() - side) / 2 - 2
        for text, kind in entries:
            swatch = QRectF(x, y, side, side)
            if kind == "reference":
                swatch = QRectF(x, y + side / 2 - 1, side, 2)
                painter.fillRect(swatch, theme.series[1])
            else:
                paint_bar(ink, swatch, 0, is_hatched=kind == "unused")
            painter.setPen(theme.text_dim)
            width = metrics.horizontalAdvance(text)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(x + side + 5, y - 5, width + 4, side + 10), middle, text)
            x += side + width + 3 * SPACING

    # Mouse and keys

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the scroll range."""
        super().resizeEvent(event)
        self._share_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Repaint after scrolling."""
        del dx, dy
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Update the hovered bar."""
        self._point_at(self._index_at(event.position().x()))

    def _point_at(self, index: int | None) -> None:
        dimension = None if index is None else int(self._order[index])
        if dimension != self._hovered:
            self._hovered = dimension
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Activate the clicked bar."""
        index = self._index_at(event.position().x())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = index
            self.dimension_activated.emit(int(self._order[index]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the keyboard cursor; Enter and Space activate its bar."""
        step = _KEYS.get(Qt.Key(event.key()))
        if step is not None and len(self._values):
            self._current = min(max(self._current + step, 0), len(self._values) - 1)
            self._bring_into_sight(self._current)
            describe(self, self.words(int(self._order[self._current])))
            self.viewport().update()
        elif len(self._values) and event.key() in {
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Space,
        }:
            self.dimension_activated.emit(int(self._order[self._current]))
        else:
            super().keyPressEvent(event)

    def _bring_into_sight(self, index: int) -> None:
        bar, slot, width = self.horizontalScrollBar(), self.slot_px(), self._plot().width()
        left = index * slot
        if left < bar.value():
            bar.setValue(math.floor(left))
        elif left + slot > bar.value() + width:
            bar.setValue(math.ceil(left + slot - width))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keyboard cursor."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the keyboard cursor."""
        super().focusOutEvent(event)
        self.viewport().update()

    def tip_at(self, position: QPoint) -> str:
        """Return the description of the bar at ``position``."""
        index = self._index_at(position.x())
        return "" if index is None else self.words(int(self._order[index]))

    def viewportEvent(self, event: QEvent) -> bool:
        """Clear the hovered bar when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().viewportEvent(event)
