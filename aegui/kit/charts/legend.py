"""Legends above a plot: signs and names in as many lines as they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from aegui.core.light_dataclass import dataclass
from aegui.kit.charts.ink import GAP, LEFT, TICK_PT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPen

    from aegui.kit.charts.ink import Ink

_BETWEEN = 3 * GAP


@dataclass(frozen=True)
class LegendEntry:
    """A sign and its name."""

    name: str
    """The name."""
    width: float
    """Width of the sign."""
    paint_sign: Callable[[QRectF], None]
    """Paints the sign in a rectangle of this width that is one line high."""


def line_entry(ink: Ink, name: str, width: float, pen: QPen) -> LegendEntry:
    """Return an entry whose sign is a horizontal line."""

    def paint_sign(box: QRectF) -> None:
        middle = box.center().y()
        ink.painter.setPen(pen)
        ink.painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))

    return LegendEntry(name, width, paint_sign)


def legend_height(ink: Ink, rect: QRectF, entries: Sequence[LegendEntry]) -> float:
    """Return the height of the legend with the gap below it; 0 without entries."""
    boxes = _boxes(ink, rect, entries)
    return boxes[-1].bottom() + GAP - rect.top() if boxes else 0.0


def paint_legend(ink: Ink, rect: QRectF, entries: Sequence[LegendEntry]) -> float:
    """Paint the legend along the top of ``rect``; return its height."""
    for entry, box in zip(entries, _boxes(ink, rect, entries), strict=True):
        entry.paint_sign(QRectF(box.left(), box.top(), entry.width, box.height()))
        box.setLeft(box.left() + entry.width + GAP)
        name = ink.elided(entry.name, TICK_PT, rect.right() - box.left())
        ink.write(name, box, TICK_PT, ink.theme.text, LEFT)
    return legend_height(ink, rect, entries)


def _boxes(ink: Ink, rect: QRectF, entries: Sequence[LegendEntry]) -> list[QRectF]:
    line = ink.line(TICK_PT) + 1.0
    x, y = rect.left(), rect.top()
    boxes = []
    for entry in entries:
        width = entry.width + GAP + ink.width(entry.name, TICK_PT)
        if x > rect.left() and x + width > rect.right():
            x, y = rect.left(), y + line
        boxes.append(QRectF(x, y, width, line))
        x += width + _BETWEEN
    return boxes
