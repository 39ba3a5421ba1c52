"""Colours and marker shapes of classes, distinct for colour-blind viewers and in any theme."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPolygonF

from aegui.core.colours import CLASS_COLOURS, MARKS, MAX_LOOKS, lightened
from aegui.kit.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from aegui.kit.theme import Theme

MAX_CLASSES = 20
"""Of more classes a map would be too motley to say anything."""


def class_colour(number: int, theme: Theme | None = None) -> QColor:
    """Return the colour of class ``number`` (from 0); colours repeat with other markers."""
    return _colours((theme or current_theme()).is_dark)[number % len(CLASS_COLOURS)]


@lru_cache(maxsize=2)
def _colours(dark: bool) -> tuple[QColor, ...]:
    return tuple(QColor(lightened(name) if dark else name) for name in CLASS_COLOURS)


def class_rgba(classes: NDArray[np.int64], theme: Theme) -> NDArray[np.uint32]:
    """Return the colours of ``classes`` as opaque ARGB, uint32 of the same shape."""
    table = np.array([colour.rgba() for colour in _colours(theme.is_dark)], np.uint32)
    rgba: NDArray[np.uint32] = table[classes % len(table)]
    return rgba


def paint_mark(painter: QPainter, centre: QPointF, radius: float, mark: int) -> None:
    """Paint the marker ``MARKS[mark]`` at the size of a disc of ``radius``."""
    if not MARKS[mark]:
        painter.drawEllipse(centre, radius, radius)
        return
    corners = [centre + QPointF(radius * x, radius * y) for x, y in MARKS[mark]]
    painter.drawPolygon(QPolygonF(corners))


def has_colours(classes: NDArray[np.int64]) -> bool:
    """Return whether samples of ``classes`` ``[n]`` can be told apart by colours."""
    different = len(np.unique(classes))
    return 1 < different <= min(MAX_LOOKS, max(1, len(classes) // 2))
