"""Colours and marker shapes of classes, and the colormap for numbers, for colour-blind viewers."""

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


_ANCHORS = (
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141),
    (39, 173, 129), (92, 200, 99), (170, 220, 50), (253, 231, 37),
)  # fmt: skip
"""viridis (Smith and van der Walt 2015, CC0), at nine places."""
_LEVELS = 256


def colormap_rgb(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return colours uint8 ``[..., 3]`` of ``shares`` in [0, 1], dark violet to yellow."""
    level = np.rint(np.clip(shares, 0.0, 1.0) * (_LEVELS - 1)).astype(np.int64)
    rgb: NDArray[np.uint8] = _table()[level]
    return rgb


def colormap_rgba(shares: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return colours of ``shares`` as opaque ARGB, uint32 of the shape of ``shares``."""
    rgb = colormap_rgb(shares).astype(np.uint32)
    return (np.uint32(0xFF000000) | rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]).astype(
        np.uint32
    )


def colormap_colour(share: float) -> QColor:
    """Return the colour of ``share`` in [0, 1]."""
    return QColor.fromRgba(int(colormap_rgba(np.array([share]))[0]))


def shares_of(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Scale ``values`` linearly so that the 2nd percentile is 0 and the 98th is 1.

    Percentiles keep a few outliers from compressing all other values.

    Returns:
        The scaled values, NaN where not finite, and the two percentiles.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.full(values.shape, np.nan), (0.0, 0.0)
    low, high = (float(value) for value in np.percentile(finite, (2, 98)))
    width = high - low or 1.0
    return (values - low) / width, (low, high)


def _table() -> NDArray[np.uint8]:
    places = np.linspace(0, len(_ANCHORS) - 1, _LEVELS)
    anchors = np.array(_ANCHORS, np.float64)
    columns = [np.interp(places, np.arange(len(_ANCHORS)), anchors[:, c]) for c in range(3)]
    return np.rint(np.column_stack(columns)).astype(np.uint8)
