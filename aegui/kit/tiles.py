"""Views side by side in as many columns as suit the available space."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtCore import QSize, QSizeF
    from PySide6.QtWidgets import QGridLayout, QWidget

_EMPTY_IS_BAD = 0.5
"""Penalty of an empty grid cell, in units of the deviation of log(shape)."""


def columns_for(count: int, area: QSize | QSizeF, good_shape: float) -> int:
    """Return how many of ``count`` views to place side by side, for a given width / height.

    The shape of a view should be near ``good_shape``. Returns 1 if there are none.
    """

    def badness(columns: int) -> float:
        rows = math.ceil(max(1, count) / columns)
        shape = (area.width() / columns) / max(1.0, area.height() / rows)
        empty = rows * columns - count
        return abs(math.log(max(shape, 1e-6) / good_shape)) + _EMPTY_IS_BAD * empty

    return min(range(1, max(1, count) + 1), key=badness)


def tile(
    grid: QGridLayout,
    views: Iterable[QWidget],
    shown: Sequence[QWidget],
    columns: int,
    *,
    fill: bool = False,
) -> None:
    """Place the ``shown`` ones of ``views`` in ``grid``, all equally wide; hide the others.

    With ``fill`` the last one takes the rest of its row.
    """
    for view in views:
        grid.removeWidget(view)
        view.setVisible(view in shown)
    for index in range(grid.columnCount()):
        grid.setColumnStretch(index, 0)
    for index, view in enumerate(shown):
        left = columns - index % columns if fill and index == len(shown) - 1 else 1
        grid.addWidget(view, index // columns, index % columns, 1, left)
    for index in range(min(columns, len(shown))):
        grid.setColumnStretch(index, 1)
