"""Wrong pixels against the level of a noise: lines with bands, and the values at one level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import localized, tr, trn
from aegui.core.study.tables import curves_sheet
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.charts.scale import Scale, figure
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.widgets.figures.makers import noise_curves_figure

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent

    from aegui.core.study.noise_curves import Curves, Line
    from aegui.kit.charts.figure import Figure

_LEGEND_PX = 236
_LEGEND_SHARE = 0.5
_SWATCH_PX = 26
_TICK_PX = 44
_BAND_ALPHA = 46
_DOT_PX = 3.0
_AIR = 1.05
_DASHES = {
    "model": Qt.PenStyle.SolidLine,
    "limit": Qt.PenStyle.SolidLine,
    "copy": Qt.PenStyle.DashLine,
    "pca": Qt.PenStyle.DotLine,
}
_WIDTHS = {"model": 1.6, "limit": 2.4, "copy": 1.4, "pca": 1.8}


class CurvesView(QWidget):
    """Passive, but for the level that is pointed at by mouse or keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Curves | None = None
        self._at: int | None = None
        self.figures = FigureMenu(self, self.figure)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Wrong pixels against the level of the noise"))

    @property
    def curves(self) -> Curves | None:
        """What is shown."""
        return self._curves

    @property
    def at(self) -> int | None:
        """Place of the level that is pointed at."""
        return self._at

    def set_curves(self, curves: Curves | None) -> None:
        """Show ``curves``; None: nothing."""
        self._curves = curves
        self._at = None
        names = [] if curves is None else [line.name for line in curves.lines]
        describe(self, ", ".join(names), spoken=False)
        self.update()

    def figure(self) -> Figure | None:
        """The curves, for paper; None without any."""
        if self._curves is None:
            return None
        return replace(noise_curves_figure(self._curves), table=curves_sheet(self._curves))

    def words(self, at: int) -> str:
        """The values of all lines at one level, in words."""
        curves = self._curves
        if curves is None:
            return ""
        values = ", ".join(f"{line.name} {_value(line, at)}" for line in curves.lines)
        return tr("Level {level:g}: {values}", level=float(curves.levels[at]), values=values)

    def sizeHint(self) -> QSize:
        """Room for lines and their names."""
        return QSize(560, 260)

    def minimumSizeHint(self) -> QSize:
        """Room for two figures on each axis."""
        return QSize(280, 120)

    # Geometry

    def _legend_px(self) -> float:
        """As wide as its names, but not so wide that there is no room for the lines."""
        metrics = QFontMetricsF(figures_font(self.font()))
        lines = () if self._curves is None else self._curves.lines
        names = [metrics.horizontalAdvance(line_name(line)) for line in lines]
        wanted = max(names, default=0.0) + _SWATCH_PX + 3 * SPACING
        return min(max(_LEGEND_PX, wanted), _LEGEND_SHARE * self.width())

    def plot_rect(self) -> QRectF:
        """Where the lines are."""
        line = QFontMetricsF(self.font()).height()
        left = QFontMetricsF(self.font()).horizontalAdvance("00.0") + SPACING
        width = self.width() - left - self._legend_px() - 2 * SPACING
        height = self.height() - 3.3 * line - SPACING
        return QRectF(left, line + SPACING / 2, max(20.0, width), max(20.0, height))

    def _scales(self) -> tuple[Scale, Scale]:
        curves = self._curves
        assert curves is not None
        low, high = float(curves.levels[0]), float(curves.levels[-1])
        highs = np.concatenate([line.high for line in curves.lines] or [np.ones(1)])
        highs = highs[np.isfinite(highs)]
        top = _AIR * max(float(highs.max(initial=0.0)), 0.5)
        return Scale(low, high if high > low else low + 1.0), Scale(0.0, top)

    def x_of(self, at: int) -> float:
        """Where the level ``at`` is across."""
        assert self._curves is not None
        plot = self.plot_rect()
        share = self._scales()[0].share(float(self._curves.levels[at]))
        return plot.left() + share * plot.width()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, bands, lines and the legend."""
        curves = self._curves
        if curves is None:
            return
        painter = QPainter(self)
        self._paint_axes(painter, curves)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = line_colours(curves)
        for line, colour in zip(curves.lines, colours, strict=True):
            self._paint_band(painter, line, colour)
        for line, colour in zip(curves.lines, colours, strict=True):
            self._paint_line(painter, line, colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._at is not None:
            painter.setPen(QPen(current_theme().text_dim, 1, Qt.PenStyle.DashLine))
            plot = self.plot_rect()
            x = self.x_of(self._at)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        self._paint_legend(painter, curves, colours)
        if self.hasFocus():
            painter.setPen(QPen(current_theme().accent, 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_axes(self, painter: QPainter, curves: Curves) -> None:
        theme = current_theme()
        plot = self.plot_rect()
        x, y = self._scales()
        metrics = QFontMetricsF(self.font())
        line = metrics.height()
        painter.setPen(theme.text_dim)
        title = tr("Wrong pixels per character")
        painter.drawText(QPointF(SPACING / 2, metrics.ascent() + 1), title)
        painter.setFont(figures_font(self.font()))
        for value in y.ticks(max(2, int(plot.height() / _TICK_PX) + 1)):
            at = plot.bottom() - y.share(value) * plot.height()
            painter.setPen(theme.grid)
            painter.drawLine(QPointF(plot.left(), at), QPointF(plot.right(), at))
            painter.setPen(theme.text_dim)
            box = QRectF(0, at - line / 2, plot.left() - SPACING / 2, line)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, flags, figure(value))
        for value in x.ticks(max(2, int(plot.width() / _TICK_PX))):
            at = plot.left() + x.share(value) * plot.width()
            box = QRectF(at - _TICK_PX, plot.bottom() + 2, 2 * _TICK_PX, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, figure(value))
        below = QRectF(plot.left(), plot.bottom() + 2 + line, plot.width(), line + 2)
        name = tr("Level of the noise: {kind}", kind=tr(CORRUPTIONS[curves.kind].label))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    def _points(self, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[QPointF]:
        plot, (_, y) = self.plot_rect(), self._scales()
        return [
            QPointF(self.x_of(at), plot.bottom() - y.share(float(value)) * plot.height())
            for at, value in enumerate(values)
            if np.isfinite(value)
        ]

    def _paint_band(self, painter: QPainter, line: Line, colour: QColor) -> None:
        if line.runs < 2:
            return
        ground = colour.toRgb()
        ground.setAlpha(_BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(
            QPolygonF([*self._points(line.high), *reversed(self._points(line.low))])
        )

    def _paint_line(self, painter: QPainter, line: Line, colour: QColor) -> None:
        points = self._points(line.mean)
        painter.setPen(QPen(colour, _WIDTHS[line.key], _DASHES[line.key]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
        if line.key == "model":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, _DOT_PX, _DOT_PX)

    def _paint_legend(self, painter: QPainter, curves: Curves, colours: tuple[QColor, ...]) -> None:
        theme = current_theme()
        metrics = QFontMetricsF(self.font())
        line_px = metrics.height() + 3
        left = self.width() - self._legend_px()
        top = SPACING / 2
        painter.setFont(figures_font(self.font()))
        painter.setPen(theme.text_dim)
        if self._at is None:
            head = tr("point at a level to read it")
        else:
            head = tr("at level {level:g}", level=float(curves.levels[self._at]))
        width = self._legend_px() - SPACING
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, top, width, line_px), flags, head)
        for place, (line, colour) in enumerate(zip(curves.lines, colours, strict=True), 1):
            y = top + place * line_px
            if y + line_px > self.height():
                break
            painter.setPen(QPen(colour, _WIDTHS[line.key] + 0.6, _DASHES[line.key]))
            middle = y + line_px / 2
            painter.drawLine(QPointF(left, middle), QPointF(left + _SWATCH_PX, middle))
            value = "" if self._at is None else _value(line, self._at)
            room = width - _SWATCH_PX - SPACING / 2 - metrics.horizontalAdvance(value) - SPACING
            name = painter.fontMetrics().elidedText(
                line.name if value else line_name(line),
                Qt.TextElideMode.ElideRight,
                int(max(20.0, room)),
            )
            painter.setPen(theme.text)
            start = left + _SWATCH_PX + SPACING / 2
            box = QRectF(start, y, width - _SWATCH_PX - SPACING / 2, line_px)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(box, flags, value)

    # Mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the values of the nearest level."""
        curves = self._curves
        if curves is None:
            return
        x = event.position().x()
        plot = self.plot_rect()
        inside = plot.left() - SPACING <= x <= plot.right() + SPACING
        places = range(len(curves.levels))
        self._go_to(min(places, key=lambda at: abs(self.x_of(at) - x)) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Read none."""
        if not self.hasFocus():
            self._go_to(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right, Home and End go from level to level; Escape leaves them."""
        last = -1 if self._curves is None else len(self._curves.levels) - 1
        here = self._at
        steps: dict[int, int | None] = {
            Qt.Key.Key_Left: last if here is None else max(0, here - 1),
            Qt.Key.Key_Right: 0 if here is None else min(last, here + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
            Qt.Key.Key_Escape: None,
        }
        if (
            event.key() in steps
            and last >= 0
            and (here is not None or steps[event.key()] is not None)
        ):
            self._go_to(steps[event.key()])
        else:
            super().keyPressEvent(event)

    def _go_to(self, at: int | None) -> None:
        if at == self._at:
            return
        self._at = at
        if at is not None:
            describe(self, self.words(at))
        self.update()


def line_colours(curves: Curves) -> tuple[QColor, ...]:
    """A colour for each line: networks one after the other, the rest always the same."""
    theme = current_theme()
    series = theme.series[:-1]
    found, models = [], 0
    for line in curves.lines:
        if line.key == "model":
            found.append(series[models % len(series)])
            models += 1
        else:
            found.append(theme.text if line.key == "limit" else theme.text_dim)
    return tuple(found)


def line_name(line: Line) -> str:
    """What a line is called, with how many networks it is the mean of."""
    if line.runs > 1:
        return trn("{name}, {n} network", "{name}, {n} networks", line.runs, name=line.name)
    return line.name


def _value(line: Line, at: int) -> str:
    mean = float(line.mean[at])
    if not np.isfinite(mean):
        return "–"
    if line.runs > 1:
        return f"{localized(mean, '.2f')} ± {localized(float(line.deviation[at]), '.2f')}"
    return localized(mean, ".2f")
