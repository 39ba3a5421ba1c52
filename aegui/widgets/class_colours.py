"""The colours of classes: told apart with common colour blindness too, in either theme."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from aegui.kit.theme import blend, current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.kit.theme import Theme

_COLOURS = (
    "#3f90da", "#e08a00", "#bd1f01", "#7d8c8c", "#832db6",
    "#a96b59", "#e76300", "#8f8440", "#4b4f63", "#3fa7a3",
)  # fmt: skip
"""Ten colours after Petroff (2021), "Accessible color sequences for data visualization"."""
MOST_CLASSES = 20
"""Of more classes colours would say nothing: after ten they come again."""
_MOST_TOLD = 60
_LIGHTENED = 0.68


def class_colour(number: int, theme: Theme | None = None) -> QColor:
    """The colour of class ``number`` (from 0); after the last they begin again."""
    return _colours((theme or current_theme()).is_dark)[number % len(_COLOURS)]


@lru_cache(maxsize=2)
def _colours(dark: bool) -> tuple[QColor, ...]:
    colours = tuple(QColor(name) for name in _COLOURS)
    white = QColor("#ffffff")
    return tuple(blend(each, white, _LIGHTENED) for each in colours) if dark else colours


def class_rgba(classes: NDArray[np.int64], theme: Theme) -> NDArray[np.uint32]:
    """Opaque ARGB of the colour of each of ``classes``, uint32 of the same shape."""
    table = np.array([colour.rgba() for colour in _colours(theme.is_dark)], np.uint32)
    rgba: NDArray[np.uint32] = table[classes % len(table)]
    return rgba


def has_colours(classes: NDArray[np.int64]) -> bool:
    """Whether colours say anything about samples of ``classes`` ``[n]``."""
    different = len(np.unique(classes))
    return 1 < different <= min(_MOST_TOLD, max(1, len(classes) // 2))
