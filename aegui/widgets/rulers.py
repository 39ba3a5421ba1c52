"""Grid lines over the plane, and the rulers at its left and lower edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from aegui.kit.charts.axes import ticks
from aegui.kit.theme import Theme, blend
from aegui.widgets.ticks import tick_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.widgets.viewport import Viewport

LEFT_PX = 46.0
"""Width of the ruler at the left edge."""
BOTTOM_PX = 22.0
"""Height of the ruler at the lower edge."""
_QUIET, _STRONG = 0.14, 0.34
_APART_X_PX = 96.0
_APART_Y_PX = 64.0
_TICK_PX = 4.0
_NARROWEST = 0.6


class RulerFigure(NamedTuple):
    """A figure on a ruler."""

    at: float
    """Pixel of its tick along the ruler."""
    text: str
    """The number."""
    box: QRectF
    """Where it is written."""


def axis_name(axis: int) -> str:
    """Return the name of code dimension ``axis`` (from 0): z1, z2, ..."""
    return f"z{axis + 1}"


def x_ticks(view: Viewport) -> tuple[list[float], float]:
    """Return the ticks along x and their spacing."""
    x0, _, x1, _ = view.bounds
    return ticks(x0, x1, max(2, int(view.width / _APART_X_PX)))


def y_ticks(view: Viewport) -> tuple[list[float], float]:
    """Return the ticks along y and their spacing."""
    _, y0, _, y1 = view.bounds
    return ticks(y0, y1, max(2, int(view.height / _APART_Y_PX)))


def paint_grid(
    painter: QPainter, view: Viewport, theme: Theme, *, ribbon: bool, on: QColor | None = None
) -> None:
    """Paint grid lines at the ticks, faint against ``on`` (default: panel); stronger through 0."""
    ground = on or theme.panel
    quiet, strong = (blend(theme.text_dim, ground, share) for share in (_QUIET, _STRONG))
    right, bottom = view.left + view.width, view.top + view.height
    for value in x_ticks(view)[0]:
        x = round(view.x_pixel(value))
        _line(painter, QRectF(x, view.top, 1, bottom - view.top), quiet if value else strong)
    if ribbon:
        return
    for value in y_ticks(view)[0]:
        y = round(view.y_pixel(value))
        _line(painter, QRectF(view.left, y, right - view.left, 1), quiet if value else strong)


def _line(painter: QPainter, line: QRectF, colour: QColor) -> None:
    # Opaque fill: blending a translucent column row by row takes ten times as long.
    painter.fillRect(line.toRect(), colour)


def paint_rulers(
    painter: QPainter,
    view: Viewport,
    theme: Theme,
    font: QFont,
    names: tuple[str, str],
    *,
    ribbon: bool,
) -> None:
    """Paint the rulers with figures at the ticks and the names of the axes at their ends."""
    painter.setFont(font)
    right, bottom = view.left + view.width, view.top + view.height
    painter.fillRect(QRectF(0, bottom, right, BOTTOM_PX), theme.panel)
    edge = QPen(blend(theme.border, theme.panel, 0.8), 0)
    painter.setPen(edge)
    painter.drawLine(QLineF(view.left, bottom, right, bottom))
    if not ribbon:
        painter.fillRect(QRectF(0, view.top, view.left, view.height + BOTTOM_PX), theme.panel)
        painter.setPen(edge)
        painter.drawLine(QLineF(view.left - 1, view.top, view.left - 1, bottom))
        _paint_y(painter, view, theme, names[1])
    _paint_x(painter, view, theme, names[0])


def _paint_x(painter: QPainter, view: Viewport, theme: Theme, name: str) -> None:
    bottom, right = view.top + view.height, view.left + view.width
    metrics = QFontMetricsF(painter.font())
    end = QRectF(right - metrics.horizontalAdvance(name) - 10, bottom, 0, BOTTOM_PX)
    end.setRight(right - 6)
    painter.setPen(theme.text_dim)
    for x, text, box in x_figures(view, metrics):
        painter.drawLine(QLineF(round(x), bottom, round(x), bottom + _TICK_PX))
        if not box.intersects(end):
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setPen(theme.text)
    painter.drawText(end, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)


def _paint_y(painter: QPainter, view: Viewport, theme: Theme, name: str) -> None:
    font = painter.font()
    metrics = QFontMetricsF(font)
    height = metrics.height()
    end = QRectF(0, view.top + 4, view.left - 8, height)
    painter.setPen(theme.text_dim)
    sides = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    for y, text, box in y_figures(view, metrics):
        painter.drawLine(QLineF(view.left - 1 - _TICK_PX, round(y), view.left - 1, round(y)))
        if not box.intersects(end) and box.bottom() < view.top + view.height + height / 2:
            painter.setFont(fitting_font(font, text, box.width()))
            painter.drawText(box, sides, text)
    painter.setFont(font)
    painter.setPen(theme.text)
    painter.drawText(end, sides, name)


def fitting_font(font: QFont, text: str, width: float) -> QFont:
    """Return ``font``, or a smaller one in which ``text`` fits ``width``.

    Far from the origin, numbers have more digits than the left ruler has room for. The font is not
    shrunk below 60%.
    """
    needed = QFontMetricsF(font).horizontalAdvance(text)
    if needed <= width:
        return font
    narrow = QFont(font)
    narrow.setPointSizeF(font.pointSizeF() * max(_NARROWEST, width / needed))
    return narrow


def _centred(metrics: QFontMetricsF, text: str, top: QPointF, within: QRectF) -> QRectF:
    """Return the box for ``text`` below ``top``, shifted to stay inside ``within`` horizontally."""
    width = metrics.horizontalAdvance(text) + 2
    left = min(max(top.x() - width / 2, within.left() + 2), within.right() - width - 2)
    return QRectF(left, top.y(), width, BOTTOM_PX - _TICK_PX)


def x_figures(view: Viewport, metrics: QFontMetricsF) -> list[RulerFigure]:
    """Return the figures at the ticks of the lower ruler."""
    bottom = view.top + view.height
    within = QRectF(0, bottom, view.left + view.width, 0)
    values, step = x_ticks(view)
    figures = []
    for value in values:
        x, text = view.x_pixel(value), tick_text(value, step)
        box = _centred(metrics, text, QPointF(x, bottom + _TICK_PX), within)
        figures.append(RulerFigure(x, text, box))
    return figures


def y_figures(view: Viewport, metrics: QFontMetricsF) -> list[RulerFigure]:
    """Return the figures at the ticks of the left ruler."""
    height = metrics.height()
    values, step = y_ticks(view)
    figures = []
    for value in values:
        y = view.y_pixel(value)
        box = QRectF(0, y - height / 2, view.left - 8, height)
        figures.append(RulerFigure(y, tick_text(value, step), box))
    return figures


def figures_below(figures: Iterable[RulerFigure], pill: QRectF) -> QRectF:
    """Return the bounds of the figures that ``pill`` cuts; may be empty."""
    found = QRectF()
    for figure in figures:
        if figure.box.intersects(pill):
            found = found.united(figure.box)
    return found


def x_pill(view: Viewport, x: float, text: str, metrics: QFontMetricsF) -> QRectF:
    """Return the box for the cursor's x on the lower ruler."""
    bottom, right = view.top + view.height, view.left + view.width
    within = QRectF(view.left, bottom, view.width, 0)
    within.setRight(right)
    return _centred(metrics, f" {text} ", QPointF(x, bottom + 1), within).adjusted(0, 0, 0, 2)


def y_pill(view: Viewport, y: float, metrics: QFontMetricsF) -> QRectF:
    """Return the box for the cursor's y on the left ruler."""
    height = metrics.height() + 2
    top = min(max(y - height / 2, view.top), view.top + view.height - height)
    return QRectF(1, top, view.left - 3, height)
