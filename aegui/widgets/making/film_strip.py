"""A way as a strip of film, over how much changes from each step to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from aegui.core.i18n import tr
from aegui.session.looks import GLYPHS, Look
from aegui.widgets.charts.scale import figure
from aegui.widgets.glyphs import draw_glyph
from aegui.widgets.making.page import pictures
from aegui.widgets.pixels.speech import describe
from aegui.widgets.theme import blend, current_theme, figures_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPaintEvent

    from aegui.session.path_service import PathLook

_GAP_PX = 2
_LINE_PX = 16
_LEAST_FRAME_PX, _MOST_FRAME_PX = 24, 88
_LEAST_PLOT_PX, _MOST_PLOT_PX = 24, 140
_PLOT_SHARE = 0.4
_SMALL = 0.88
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
}


class FilmStrip(QWidget):
    """Shows a ``PathLook``; where it is clicked, the film goes on from. Passive.

    Signals:
        step_chosen(int): The step, from 0, that a person points at.
    """

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: PathLook | None = None
        self._seen = GLYPHS
        self._pictures: Sequence[QImage] = ()
        self._made_for = ""
        self._step = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Film of the path"))

    def sizeHint(self) -> QSize:
        """Room for frames and plot."""
        return QSize(420, 150)

    def minimumSizeHint(self) -> QSize:
        """Room for small frames and a low plot."""
        return QSize(120, _LEAST_FRAME_PX + _LEAST_PLOT_PX + 2 * _LINE_PX)

    @property
    def step(self) -> int:
        """The step that is shown as the present one."""
        return self._step

    def set_path(self, look: PathLook | None, seen: Look = GLYPHS) -> None:
        """Show ``look``, its images seen as ``seen`` says."""
        self._look, self._seen = look, seen
        self._pictures = () if look is None else pictures(look.images, seen)
        self._made_for = current_theme().key
        self._step = 0 if look is None else min(self._step, len(look.codes) - 1)
        self._describe()
        self.update()

    def set_step(self, step: int) -> None:
        """Mark ``step`` as the present one."""
        if self._look is not None and step != self._step:
            self._step = min(max(step, 0), len(self._look.codes) - 1)
            self._describe()
            self.update()

    def words(self, step: int) -> str:
        """What there is to say of a step."""
        look = self._look
        if look is None:
            return ""
        text = tr("Step {n} of {count}", n=step + 1, count=len(look.codes))
        here = [name for stop, name in zip(look.stops, look.names, strict=True) if stop == step]
        if here:
            text = tr("{step}: {pin}", step=text, pin=", ".join(here))
        if step:
            change = self._amount(float(look.change[step - 1]))
            text = tr("{step}; changes by {change}", step=text, change=change)
        return text

    def title(self) -> str:
        """What the plot shows."""
        look = self._look
        if look is None or not len(look.change):
            return ""
        return tr(
            "Change per step: {most} at most, {sum} in all",
            sum=self._amount(float(look.change.sum())),
            most=self._amount(float(look.change.max())),
        )

    def _amount(self, value: float) -> str:
        if self._seen.glyphs:
            return tr("{n} px", n=figure(value))
        return figure(value)

    def _describe(self) -> None:
        describe(self, self.words(self._step))

    # Geometry

    def _frame(self) -> QSize:
        """Size of a frame."""
        picture = self._pictures[0]
        room = self.height() - 2 * _LINE_PX
        plot = min(_MOST_PLOT_PX, max(_LEAST_PLOT_PX, round(_PLOT_SHARE * room)))
        high = min(_MOST_FRAME_PX, max(_LEAST_FRAME_PX, room - plot))
        wide = round(high * picture.width() / picture.height())
        return QSize(min(wide, self.width() // 2), high)

    def x_of(self, step: float) -> float:
        """Where a step stands, in pixels from the left."""
        assert self._look is not None
        half = self._frame().width() / 2
        share = step / max(1, len(self._look.codes) - 1)
        return half + share * (self.width() - 2 * half)

    def step_at(self, x: float) -> int:
        """The step that is nearest to ``x``."""
        assert self._look is not None
        half = self._frame().width() / 2
        share = (x - half) / max(1.0, self.width() - 2 * half)
        last = len(self._look.codes) - 1
        return int(np.clip(round(share * last), 0, last))

    def shown_steps(self) -> list[int]:
        """The steps whose frames are in the strip: as many as there is room for."""
        assert self._look is not None
        count = len(self._look.codes)
        fit = max(2, self.width() // (self._frame().width() + _GAP_PX))
        return [int(step) for step in np.unique(np.rint(np.linspace(0, count - 1, fit)))]

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        look = self._look
        if look is None or not self._pictures:
            return
        if self._made_for != current_theme().key:
            self.set_path(look, self._seen)
        painter = QPainter(self)
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        size = self._frame()
        shown = self.shown_steps()
        for place, step in enumerate(shown):
            # At equal distances, which are those of the steps but for a rounding.
            even = place * (len(look.codes) - 1) / max(1, len(shown) - 1)
            self._paint_frame(painter, step, self.x_of(even), size)
        self._paint_names(painter, size.height() + 1)
        plot = QRectF(0, size.height() + 2 * _LINE_PX, self.width(), 0)
        plot.setBottom(min(self.height() - 1, plot.top() + _MOST_PLOT_PX))
        self._paint_plot(painter, plot)
        self._paint_head(painter, size, plot)

    def _paint_frame(self, painter: QPainter, step: int, x: float, size: QSize) -> None:
        box = QRect(round(x - size.width() / 2), 0, size.width(), size.height())
        if self._seen.glyphs:
            painter.fillRect(box, current_theme().pixel_off)
        draw_glyph(painter, box, self._pictures[step])

    def _paint_names(self, painter: QPainter, top: int) -> None:
        """The pins under their frames, as far as they do not meet."""
        assert self._look is not None
        theme, taken = current_theme(), -1.0
        painter.setPen(theme.text_dim)
        for stop, name in zip(self._look.stops, self._look.names, strict=True):
            width = painter.fontMetrics().horizontalAdvance(name) + 6.0
            left = min(max(self.x_of(stop) - width / 2, 0.0), self.width() - width)
            if left > taken:
                room = QRectF(left, top, width, _LINE_PX)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
                taken = left + width

    def _paint_plot(self, painter: QPainter, plot: QRectF) -> None:
        assert self._look is not None
        theme, change = current_theme(), np.nan_to_num(self._look.change)
        line = QRectF(0, plot.top() - _LINE_PX, self.width(), _LINE_PX)
        painter.setPen(theme.text_dim)
        title = painter.fontMetrics().elidedText(
            self.title(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        largest = max(float(change.max(initial=0.0)), 1e-12)
        bar = blend(theme.series[0], theme.panel, 0.65)
        for step, value in enumerate(change.tolist()):
            left, right = self.x_of(step), self.x_of(step + 1)
            high = plot.height() * value / largest
            gap = 1.0 if right - left > 3.0 else 0.0
            painter.fillRect(QRectF(left, plot.bottom() - high, right - left - gap, high), bar)
        painter.setPen(theme.border)
        painter.drawLine(QPointF(0, plot.bottom()), QPointF(self.width(), plot.bottom()))
        painter.setPen(QPen(theme.text_dim, 1, Qt.PenStyle.DotLine))
        for stop in self._look.stops:
            x = self.x_of(stop)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_head(self, painter: QPainter, size: QSize, plot: QRectF) -> None:
        """Where the film is: a line through strip and plot, thicker under the keys."""
        theme, x = current_theme(), self.x_of(self._step)
        painter.setPen(QPen(theme.accent, 3 if self.hasFocus() else 2))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        self._paint_frame(painter, self._step, x, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(x - size.width() / 2, 1, size.width(), size.height() - 2))

    # The person

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._point(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._point(event)

    def _point(self, event: QMouseEvent) -> None:
        if self._look is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.step_chosen.emit(self.step_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key, look = Qt.Key(event.key()), self._look
        if look is None or key not in {*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End}:
            super().keyPressEvent(event)
            return
        last = len(look.codes) - 1
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        step = ends[key] if key in ends else self._step + _STEPS[key]
        self.step_chosen.emit(min(max(step, 0), last))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = "" if self._look is None else self.words(self.step_at(QPoint(event.pos()).x()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
