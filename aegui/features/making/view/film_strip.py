"""The frames of a path above a plot of the change per step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from aegui.core.i18n import tr
from aegui.core.sampled import evenly_spaced
from aegui.features.making.view.picture_strip import PictureStrip
from aegui.kit.charts.axes import figure
from aegui.kit.speech import describe
from aegui.kit.theme import blend, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_glyph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.features.making.model.path_service import PathResult

_GAP_PX = 2
_LINE_PX = 16
_MIN_FRAME_PX, _MAX_FRAME_PX = 24, 168
_GOOD_FRAME_PX = 88
_FEWEST_FRAMES = 6
"""Frames grow beyond their good size only if this many fit side by side."""
_MIN_PLOT_PX, _MAX_PLOT_PX = 24, 140
_PLOT_SHARE = 0.4
_SMALL = 0.88
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
}


class FilmStrip(PictureStrip):
    """Shows a ``PathResult``; a click moves the current step. Passive."""

    step_chosen = Signal(int)
    """The step, from 0, chosen by the user."""

    def __init__(self) -> None:
        super().__init__(tr("Film of the path"), _STEPS)
        self._result: PathResult | None = None
        self.step = 0
        """The current step."""

    def sizeHint(self) -> QSize:
        """Return the minimum height: the strip expands into spare room."""
        return QSize(420, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return a size for small frames and a low plot."""
        return QSize(120, _MIN_FRAME_PX + _MIN_PLOT_PX + 2 * for_text(_LINE_PX))

    def set_path(self, result: PathResult | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show ``result``, its images rendered as ``image_style`` says; None clears the strip."""
        self._result = result
        self._set_images(None if result is None else result.images, image_style)
        self.step = 0 if result is None else min(self.step, len(result.codes) - 1)
        self._describe()
        self.update()

    def set_step(self, step: int) -> None:
        """Mark ``step`` as the current one."""
        if self._result is not None and step != self.step:
            self.step = min(max(step, 0), len(self._result.codes) - 1)
            self._describe()
            self.update()

    def words(self, step: int) -> str:
        """Describe a step: its number, its pin and the change from the step before."""
        result = self._result
        if result is None:
            return ""
        text = tr("Step {n} of {count}", n=step + 1, count=len(result.codes))
        names = [
            name for stop, name in zip(result.stops, result.names, strict=True) if stop == step
        ]
        if names:
            text = tr("{step}: {pin}", step=text, pin=", ".join(names))
        if step:
            change = self._amount(float(result.change[step - 1]))
            text = tr("{step}; changes by {change}", step=text, change=change)
        return text

    def part_words(self, index: int) -> str:
        """Describe a step."""
        return self.words(index)

    def current_part(self) -> int | None:
        """Return the current step."""
        return self.step if self._result is not None else None

    def title(self) -> str:
        """Return the title of the plot."""
        result = self._result
        if result is None or not len(result.change):
            return ""
        return tr(
            "Change per step: {most} at most, {sum} in total",
            sum=self._amount(float(result.change.sum())),
            most=self._amount(float(result.change.max())),
        )

    def _amount(self, value: float) -> str:
        if self._image_style.glyphs:
            return tr("{n} px", n=figure(value))
        return figure(value)

    def _describe(self) -> None:
        describe(self, self.words(self.step))

    # Geometry

    def _frame(self) -> QSize:
        """Return the size of a frame."""
        picture = self._pictures[0]
        available = self.height() - 2 * for_text(_LINE_PX)
        plot = min(_MAX_PLOT_PX, max(_MIN_PLOT_PX, round(_PLOT_SHARE * available)))
        height = min(_MAX_FRAME_PX, max(_MIN_FRAME_PX, available - plot))
        side_by_side = self.width() / _FEWEST_FRAMES * picture.height() / picture.width()
        height = min(height, max(_GOOD_FRAME_PX, round(side_by_side)))
        width = round(height * picture.width() / picture.height())
        return QSize(min(width, self.width() // 2), height)

    def x_of(self, step: float) -> float:
        """Return the x coordinate of a step in pixels."""
        assert self._result is not None
        half = self._frame().width() / 2
        share = step / max(1, len(self._result.codes) - 1)
        return half + share * (self.width() - 2 * half)

    def step_at(self, x: float) -> int:
        """Return the step nearest to ``x``."""
        assert self._result is not None
        half = self._frame().width() / 2
        share = (x - half) / max(1.0, self.width() - 2 * half)
        last = len(self._result.codes) - 1
        return int(np.clip(round(share * last), 0, last))

    def shown_steps(self) -> list[int]:
        """Return the steps whose frames are shown: as many as fit."""
        assert self._result is not None
        count = len(self._result.codes)
        fit = max(2, self.width() // (self._frame().width() + _GAP_PX))
        return [int(step) for step in evenly_spaced(count, fit)]

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the frame under ``position``, or None."""
        if self._result is None or not self._pictures:
            return None
        return next((box for _, box in self._frames() if box.contains(position)), None)

    def _frames(self) -> Iterator[tuple[int, QRect]]:
        """Yield the steps that are shown, with the rectangles of their frames."""
        assert self._result is not None
        size, shown = self._frame(), self.shown_steps()
        for index, step in enumerate(shown):
            # Equal spacing; it differs from the steps' own positions only by rounding.
            even = index * (len(self._result.codes) - 1) / max(1, len(shown) - 1)
            yield step, _box(self.x_of(even), size)

    # Painting

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        if self._result is None or not self._pictures:
            return
        self._suit_theme()
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        for step, box in self._frames():
            self._paint_frame(painter, step, box)
        size = self._frame()
        self._paint_names(painter, size.height() + 1)
        plot = QRectF(0, size.height() + 2 * for_text(_LINE_PX), self.width(), 0)
        plot.setBottom(min(self.height() - 1, plot.top() + _MAX_PLOT_PX))
        self._paint_plot(painter, plot)
        self._paint_head(painter, size, plot)

    def _paint_frame(self, painter: QPainter, step: int, box: QRect) -> None:
        if self._image_style.glyphs:
            painter.fillRect(box, current_theme().pixel_off)
        draw_glyph(painter, box, self._pictures[step])

    def _paint_names(self, painter: QPainter, top: int) -> None:
        """Paint the names of the pins under their frames, without overlaps."""
        assert self._result is not None
        theme, used = current_theme(), -1.0
        painter.setPen(theme.text_dim)
        for stop, name in zip(self._result.stops, self._result.names, strict=True):
            width = painter.fontMetrics().horizontalAdvance(name) + 6.0
            left = min(max(self.x_of(stop) - width / 2, 0.0), self.width() - width)
            if left > used:
                box = QRectF(left, top, width, for_text(_LINE_PX))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
                used = left + width

    def _paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        assert self._result is not None
        theme, change = current_theme(), np.nan_to_num(self._result.change)
        line = QRectF(0, plot.top() - for_text(_LINE_PX), self.width(), for_text(_LINE_PX))
        painter.setPen(theme.text_dim)
        title = painter.fontMetrics().elidedText(
            self.title(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        largest = max(float(change.max(initial=0.0)), 1e-12)
        bar = blend(theme.series[0], theme.panel, 0.65)
        for step, value in enumerate(change.tolist()):
            left, right = self.x_of(step), self.x_of(step + 1)
            bar_height = plot.height() * value / largest
            gap = 1.0 if right - left > 3.0 else 0.0
            painter.fillRect(
                QRectF(left, plot.bottom() - bar_height, right - left - gap, bar_height), bar
            )
        painter.setPen(theme.border)
        painter.drawLine(QPointF(0, plot.bottom()), QPointF(self.width(), plot.bottom()))
        painter.setPen(QPen(theme.text_dim, 1, Qt.PenStyle.DotLine))
        for stop in self._result.stops:
            x = self.x_of(stop)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_head(self, painter: QPainter, size: QSize, plot: QRectF) -> None:
        """Paint the current frame and a line through the plot, thicker with keyboard focus."""
        theme, x = current_theme(), self.x_of(self.step)
        painter.setPen(QPen(theme.accent, 3 if self.hasFocus() else 2))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        self._paint_frame(painter, self.step, _box(x, size))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(x - size.width() / 2, 1, size.width(), size.height() - 2))

    # User input

    def _point(self, x: float) -> None:
        self.step_chosen.emit(self.step_at(x))

    def _move(self, steps: int | None, *, to_end: bool = False) -> None:
        assert self._result is not None
        last = len(self._result.codes) - 1
        step = last if to_end else 0
        if steps is not None:
            step = self.step + steps
        self.step_chosen.emit(min(max(step, 0), last))

    def tip_at(self, position: QPoint) -> str:  # noqa: D102
        return "" if self._result is None else self.words(self.step_at(position.x()))


def _box(x: float, size: QSize) -> QRect:
    """Return the rectangle of a frame of ``size`` centred at ``x``."""
    return QRect(round(x - size.width() / 2), 0, size.width(), size.height())
